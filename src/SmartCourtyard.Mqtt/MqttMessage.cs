namespace SmartCourtyard.Mqtt;

/// <summary>How often a message may arrive, as agreed between two neighbours.</summary>
public enum MqttQos : byte
{
    /// <summary>At most once: not confirmed, lost when the connection breaks.</summary>
    AtMostOnce,

    /// <summary>At least once: confirmed by PUBACK, may arrive twice.</summary>
    AtLeastOnce,

    /// <summary>Exactly once within a session; received, never sent, by this client.</summary>
    ExactlyOnce,
}

/// <summary>A name and a value that a publisher added to a message (MQTT 5, 3.3.2.3.7). Names may repeat.</summary>
/// <param name="Name">At most 65,535 bytes of UTF-8.</param>
/// <param name="Value">At most 65,535 bytes of UTF-8.</param>
public sealed record MqttUserProperty(string Name, string Value);

/// <summary>One received message. Its payload lies in the receive buffer: read it before the receiver's task completes.</summary>
public readonly struct MqttMessage
{
    private readonly IReadOnlyList<MqttUserProperty>? _userProperties;

    /// <summary>The topic name, never empty; a topic alias is already replaced. The same topic comes as the same string while it is among the recent ones.</summary>
    public required string Topic { get; init; }

    /// <summary>The bytes as published, possibly none. Valid until the receiver's task completes.</summary>
    public required ReadOnlyMemory<byte> Payload { get; init; }

    /// <summary>The quality of service the broker used for this delivery.</summary>
    public MqttQos Qos { get; init; }

    /// <summary>True if the broker kept this message and it was sent because of a new subscription: state, not news.</summary>
    public bool Retain { get; init; }

    /// <summary>True if the broker sent this message before and got no acknowledgement.</summary>
    public bool Duplicate { get; init; }

    /// <summary>1 to 65,535, or 0 at <see cref="MqttQos.AtMostOnce"/>. Unique only until it is acknowledged.</summary>
    public ushort PacketId { get; init; }

    /// <summary>In the publisher's order; empty on MQTT 3.1.1 and where there are none.</summary>
    public IReadOnlyList<MqttUserProperty> UserProperties
    {
        get => _userProperties ?? [];
        init => _userProperties = value;
    }

    /// <summary>Where the publisher expects an answer; null on MQTT 3.1.1 and where it expects none.</summary>
    public string? ResponseTopic { get; init; }

    /// <summary>What an answer must carry to be recognised; empty on MQTT 3.1.1 and where there is none. Stays valid.</summary>
    public ReadOnlyMemory<byte> CorrelationData { get; init; }
}
