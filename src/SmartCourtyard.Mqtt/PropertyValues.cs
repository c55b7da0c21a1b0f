using System.Text;

namespace SmartCourtyard.Mqtt;

/// <summary>The properties of an MQTT 5 packet (2.2.2), as far as a client needs them; the others are checked and passed over.</summary>
internal struct PropertyValues
{
    private const ulong Reason = (1ul << 0x1F) | (1ul << 0x26);
    private ulong _seen;

    public PropertyValues()
    {
    }

    internal ushort TopicAlias { get; private set; }
    internal ushort ReceiveMaximum { get; private set; } = ushort.MaxValue;
    internal uint MaximumPacketSize { get; private set; } = uint.MaxValue;
    internal MqttQos MaximumQos { get; private set; } = MqttQos.ExactlyOnce;
    internal bool RetainAvailable { get; private set; } = true;
    internal ushort? ServerKeepAlive { get; private set; }
    internal string? ReasonString { get; private set; }
    internal List<MqttUserProperty>? UserProperties { get; private set; }
    internal string? Response { get; private set; }
    internal byte[]? Correlation { get; private set; }

    internal readonly bool HasTopicAlias => (_seen & (1ul << 0x23)) != 0;

    /// <summary>Reads the length and the properties that may stand in this packet; everything else is an error of the sender.</summary>
    internal static PropertyValues Read(ref PacketReader packet, PacketType type)
    {
        PropertyValues values = new();
        int length = packet.VariableByteInteger();
        PacketReader reader = new(packet.Take(length));
        while (reader.Left > 0)
        {
            values.ReadOne(ref reader, type);
        }

        if (reader.Error != ReasonCode.Success)
        {
            packet.Fail(reader.Error);
        }

        return values;
    }

    private static ulong Allowed(PacketType type) => type switch
    {
        PacketType.ConnAck => Reason | Bits(0x11, 0x12, 0x13, 0x15, 0x16, 0x1A, 0x1C, 0x21, 0x22, 0x24, 0x25, 0x27, 0x28, 0x29, 0x2A),
        PacketType.Publish => Bits(0x01, 0x02, 0x03, 0x08, 0x09, 0x0B, 0x23, 0x26),
        PacketType.Disconnect => Reason | Bits(0x1C),
        _ => Reason,
    };

    private static ulong Bits(params ReadOnlySpan<int> identifiers)
    {
        ulong bits = 0;
        foreach (int identifier in identifiers)
        {
            bits |= 1ul << identifier;
        }

        return bits;
    }

    private void ReadOne(ref PacketReader reader, PacketType type)
    {
        int identifier = reader.VariableByteInteger();
        if (identifier is <= 0 or > 63 || (Allowed(type) & (1ul << identifier)) == 0)
        {
            reader.Fail(ReasonCode.MalformedPacket);
            return;
        }

        bool repeated = (_seen & (1ul << identifier)) != 0;
        if (repeated && identifier != 0x26 && identifier != 0x0B)
        {
            reader.Fail(ReasonCode.ProtocolError);
            return;
        }

        _seen |= 1ul << identifier;
        ReadValue(ref reader, identifier);
    }

    private void ReadValue(ref PacketReader reader, int identifier)
    {
        switch (identifier)
        {
            case 0x01 or 0x25 or 0x28 or 0x29 or 0x2A:
                RetainAvailable = Flag(ref reader) || identifier != 0x25;
                break;
            case 0x24:
                MaximumQos = Flag(ref reader) ? MqttQos.AtLeastOnce : MqttQos.AtMostOnce;
                break;
            case 0x13:
                ServerKeepAlive = reader.UInt16();
                break;
            case 0x22:
                reader.UInt16();
                break;
            case 0x21:
                ReceiveMaximum = (ushort)NotZero(ref reader, reader.UInt16());
                break;
            case 0x23:
                TopicAlias = reader.UInt16();
                break;
            case 0x02 or 0x11:
                reader.UInt32();
                break;
            case 0x27:
                MaximumPacketSize = NotZero(ref reader, reader.UInt32());
                break;
            case 0x0B:
                NotZero(ref reader, (uint)reader.VariableByteInteger());
                break;
            case 0x09:
                Correlation = reader.Binary().ToArray();
                break;
            case 0x16:
                reader.Binary();
                break;
            case 0x08:
                ResponseTopic(ref reader);
                break;
            case 0x1F:
                ReasonString = reader.Text();
                break;
            case 0x26:
                (UserProperties ??= []).Add(new MqttUserProperty(reader.Text(), reader.Text()));
                break;
            default:
                reader.Utf8();
                break;
        }
    }

    private static bool Flag(ref PacketReader reader)
    {
        byte value = reader.Byte();
        if (value > 1)
        {
            reader.Fail(ReasonCode.ProtocolError);
        }

        return value == 1;
    }

    private static uint NotZero(ref PacketReader reader, uint value)
    {
        if (value == 0)
        {
            reader.Fail(ReasonCode.ProtocolError);
        }

        return value;
    }

    private void ResponseTopic(ref PacketReader reader)
    {
        ReadOnlySpan<byte> topic = reader.Utf8();
        if (topic.IsEmpty || TopicRules.HasWildcard(topic))
        {
            reader.Fail(ReasonCode.ProtocolError);
            return;
        }

        Response = Encoding.UTF8.GetString(topic);
    }
}
