using System.Buffers;

namespace SmartCourtyard.Mqtt;

/// <summary>What a publication may carry beside its payload (MQTT 5, 3.3.2.3). With an MQTT 3.1.1 broker all of it is left out.</summary>
public sealed record MqttPublishProperties
{
    /// <summary>Where an answer is expected: a topic without wildcards. Default null: nowhere.</summary>
    public string? ResponseTopic { get; init; }

    /// <summary>What the answer must carry so that it is recognised; at most 65,535 bytes. Default none.</summary>
    public ReadOnlyMemory<byte> CorrelationData { get; init; }

    /// <summary>After how long the broker throws it away where it could not deliver it; 1 s to 136 years, whole seconds. Default null: never.</summary>
    public TimeSpan? Expiry { get; init; }

    /// <summary>Names and values, in this order. Default none.</summary>
    public IReadOnlyList<MqttUserProperty> UserProperties { get; init; } = [];

    internal byte[] Encode()
    {
        if (ResponseTopic is not null && !TopicRules.IsName(ResponseTopic))
        {
            throw new ArgumentException($"'{ResponseTopic}' is no topic name.", nameof(ResponseTopic));
        }

        if (CorrelationData.Length > ushort.MaxValue)
        {
            throw new ArgumentException("At most 65535 bytes are allowed.", nameof(CorrelationData));
        }

        if (Expiry is { TotalSeconds: < 1 or > uint.MaxValue })
        {
            throw new ArgumentException("1 s to 136 years are allowed.", nameof(Expiry));
        }

        if (UserProperties.FirstOrDefault(p => !TopicRules.IsText(p.Name) || !TopicRules.IsText(p.Value)) is { } wrong)
        {
            throw new ArgumentException($"'{wrong.Name}' is not at most 65535 bytes of UTF-8 without NUL.", nameof(UserProperties));
        }

        ArrayBufferWriter<byte> bytes = new();
        PacketWriter.PublishProperties(bytes, this);
        return bytes.WrittenSpan.ToArray();
    }
}
