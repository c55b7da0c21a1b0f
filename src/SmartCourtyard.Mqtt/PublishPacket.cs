namespace SmartCourtyard.Mqtt;

/// <summary>The aliases that a broker gave to topics; they live as long as the connection (MQTT 5, 3.3.2.3.4).</summary>
internal sealed class TopicAliases(TopicCache cache, ushort maximum)
{
    private readonly string?[] _topics = new string?[maximum + 1];

    internal ReasonCode Find(ReadOnlySpan<byte> utf8, bool hasAlias, ushort alias, out string topic)
    {
        topic = "";
        if (hasAlias && (alias == 0 || alias >= _topics.Length))
        {
            return ReasonCode.TopicAliasInvalid;
        }

        if (utf8.IsEmpty)
        {
            topic = (hasAlias ? _topics[alias] : null) ?? "";
            return topic.Length > 0 ? ReasonCode.Success : ReasonCode.ProtocolError;
        }

        ReasonCode error = cache.Find(utf8, out topic);
        if (error == ReasonCode.Success && hasAlias)
        {
            _topics[alias] = topic;
        }

        return error;
    }
}

/// <summary>A PUBLISH, decoded but for its payload, which begins at <see cref="PayloadStart"/> of the body.</summary>
internal readonly record struct PublishPacket(
    string Topic, MqttQos Qos, bool Retain, bool Duplicate, ushort PacketId, int PayloadStart, IReadOnlyList<MqttUserProperty>? UserProperties,
    string? ResponseTopic, byte[]? Correlation)
{
    internal static ReasonCode TryDecode(byte flags, ReadOnlySpan<byte> body, MqttProtocol protocol, TopicAliases topics, out PublishPacket packet)
    {
        packet = default;
        int qos = (flags >> 1) & 3;
        bool duplicate = (flags & 8) != 0;
        if (qos == 3 || (qos == 0 && duplicate))
        {
            return ReasonCode.MalformedPacket;
        }

        PacketReader reader = new(body);
        ReadOnlySpan<byte> name = reader.Binary();
        ushort packetId = qos > 0 ? reader.UInt16() : (ushort)0;
        bool plain = protocol == MqttProtocol.V311 || (reader.Left > 0 && body[reader.Position] == 0);
        PropertyValues properties = plain ? new PropertyValues() : PropertyValues.Read(ref reader, PacketType.Publish);
        if (reader.Error != ReasonCode.Success)
        {
            return reader.Error;
        }

        if (qos > 0 && packetId == 0)
        {
            return ReasonCode.MalformedPacket;
        }

        ReasonCode error = topics.Find(name, properties.HasTopicAlias, properties.TopicAlias, out string topic);
        int payload = reader.Position + (plain && protocol == MqttProtocol.V5 ? 1 : 0);
        packet = new PublishPacket(topic, (MqttQos)qos, (flags & 1) != 0, duplicate, packetId, payload, properties.UserProperties, properties.Response,
            properties.Correlation);
        return error;
    }
}
