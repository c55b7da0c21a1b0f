using System.Buffers;
using System.Buffers.Binary;
using System.Text;

namespace SmartCourtyard.Mqtt;

/// <summary>Encodes the packets that a client sends.</summary>
internal static class PacketWriter
{
    internal const ushort TopicAliasMaximum = 64;
    internal const int LongestRemainingLength = 268_435_455;

    internal static ReadOnlySpan<byte> PingReq => [(byte)PacketType.PingReq << 4, 0];

    internal static byte[] Connect(MqttOptions options, MqttProtocol protocol)
    {
        ArrayBufferWriter<byte> body = new();
        body.Text("MQTT");
        body.Byte((byte)protocol);
        body.Byte(ConnectFlags(options));
        body.UInt16((ushort)options.KeepAlive.TotalSeconds);
        if (protocol == MqttProtocol.V5)
        {
            body.Properties(ConnectProperties(options));
        }

        body.Text(options.ClientId);
        if (options.Will is { } will)
        {
            if (protocol == MqttProtocol.V5)
            {
                body.Byte(0);
            }

            body.Text(will.Topic);
            body.Binary(will.Payload.Span);
        }

        if (options.User is not null)
        {
            body.Text(options.User);
        }

        if (options.Password is not null)
        {
            body.Text(options.Password);
        }

        return Packet((byte)PacketType.Connect << 4, body.WrittenSpan);
    }

    internal static byte[] Subscribe(ushort packetId, IReadOnlyList<MqttSubscription> subscriptions, MqttProtocol protocol)
    {
        ArrayBufferWriter<byte> body = new();
        body.UInt16(packetId);
        if (protocol == MqttProtocol.V5)
        {
            body.Byte(0);
        }

        foreach (MqttSubscription subscription in subscriptions)
        {
            body.Text(subscription.Filter);
            body.Byte((byte)subscription.Qos);
        }

        return Packet(((byte)PacketType.Subscribe << 4) | 2, body.WrittenSpan);
    }

    internal static byte[] Unsubscribe(ushort packetId, IReadOnlyList<string> filters, MqttProtocol protocol)
    {
        ArrayBufferWriter<byte> body = new();
        body.UInt16(packetId);
        if (protocol == MqttProtocol.V5)
        {
            body.Byte(0);
        }

        foreach (string filter in filters)
        {
            body.Text(filter);
        }

        return Packet(((byte)PacketType.Unsubscribe << 4) | 2, body.WrittenSpan);
    }

    internal static byte[] Disconnect(ReasonCode reason, MqttProtocol protocol) =>
        protocol == MqttProtocol.V5 && reason != ReasonCode.Success
            ? [(byte)PacketType.Disconnect << 4, 1, (byte)reason]
            : [(byte)PacketType.Disconnect << 4, 0];

    internal static void Acknowledge(IBufferWriter<byte> to, PacketType type, ushort packetId, ReasonCode reason, MqttProtocol protocol)
    {
        bool reasoned = protocol == MqttProtocol.V5 && reason != ReasonCode.Success;
        to.Byte((byte)(((byte)type << 4) | (type == PacketType.PubRel ? 2 : 0)));
        to.Byte((byte)(reasoned ? 3 : 2));
        to.UInt16(packetId);
        if (reasoned)
        {
            to.Byte((byte)reason);
        }
    }

    internal static int PublishLength(string topic, int payloadLength, MqttQos qos, MqttProtocol protocol, int propertiesLength = 0) =>
        2 + Encoding.UTF8.GetByteCount(topic) + (qos == MqttQos.AtMostOnce ? 0 : 2)
        + (protocol == MqttProtocol.V5 ? VariableByteIntegerLength(propertiesLength) + propertiesLength : 0) + payloadLength;

    internal static void Publish(
        IBufferWriter<byte> to, string topic, ReadOnlySpan<byte> payload, MqttQos qos, bool retain, ushort packetId, MqttProtocol protocol,
        ReadOnlySpan<byte> properties = default)
    {
        to.Byte((byte)(((byte)PacketType.Publish << 4) | ((byte)qos << 1) | (retain ? 1 : 0)));
        to.VariableByteInteger(PublishLength(topic, payload.Length, qos, protocol, properties.Length));
        to.Text(topic);
        if (qos != MqttQos.AtMostOnce)
        {
            to.UInt16(packetId);
        }

        if (protocol == MqttProtocol.V5)
        {
            to.VariableByteInteger(properties.Length);
            to.Write(properties);
        }

        to.Write(payload);
    }

    internal static void PublishProperties(ArrayBufferWriter<byte> to, MqttPublishProperties properties)
    {
        if (properties.Expiry is { } expiry)
        {
            to.Byte(0x02);
            to.UInt32((uint)expiry.TotalSeconds);
        }

        if (properties.ResponseTopic is { } topic)
        {
            to.Byte(0x08);
            to.Text(topic);
        }

        if (!properties.CorrelationData.IsEmpty)
        {
            to.Byte(0x09);
            to.Binary(properties.CorrelationData.Span);
        }

        foreach (MqttUserProperty property in properties.UserProperties)
        {
            to.Byte(0x26);
            to.Text(property.Name);
            to.Text(property.Value);
        }
    }

    private static int VariableByteIntegerLength(int value) => value switch { < 128 => 1, < 16_384 => 2, < 2_097_152 => 3, _ => 4 };

    internal static void VariableByteInteger(this IBufferWriter<byte> to, int value)
    {
        do
        {
            int rest = value >> 7;
            to.Byte((byte)((value & 0x7F) | (rest > 0 ? 0x80 : 0)));
            value = rest;
        }
        while (value > 0);
    }

    private static byte ConnectFlags(MqttOptions options)
    {
        int flags = (options.CleanStart ? 2 : 0) | (options.User is null ? 0 : 0x80) | (options.Password is null ? 0 : 0x40);
        return (byte)(options.Will is { } will ? flags | 4 | ((byte)will.Qos << 3) | (will.Retain ? 0x20 : 0) : flags);
    }

    private static ReadOnlySpan<byte> ConnectProperties(MqttOptions options)
    {
        ArrayBufferWriter<byte> properties = new();
        properties.Byte(0x11);
        properties.UInt32((uint)options.SessionExpiry.TotalSeconds);
        properties.Byte(0x21);
        properties.UInt16((ushort)options.ReceiveMaximum);
        properties.Byte(0x27);
        properties.UInt32((uint)options.MaximumPacketSize);
        properties.Byte(0x22);
        properties.UInt16(TopicAliasMaximum);
        return properties.WrittenSpan;
    }

    private static byte[] Packet(int first, ReadOnlySpan<byte> body)
    {
        ArrayBufferWriter<byte> packet = new(body.Length + 5);
        packet.Byte((byte)first);
        packet.VariableByteInteger(body.Length);
        packet.Write(body);
        return packet.WrittenSpan.ToArray();
    }

    private static void Properties(this ArrayBufferWriter<byte> to, ReadOnlySpan<byte> properties)
    {
        to.VariableByteInteger(properties.Length);
        to.Write(properties);
    }

    private static void Byte(this IBufferWriter<byte> to, byte value)
    {
        to.GetSpan(1)[0] = value;
        to.Advance(1);
    }

    private static void UInt16(this IBufferWriter<byte> to, ushort value)
    {
        BinaryPrimitives.WriteUInt16BigEndian(to.GetSpan(2), value);
        to.Advance(2);
    }

    private static void UInt32(this ArrayBufferWriter<byte> to, uint value)
    {
        BinaryPrimitives.WriteUInt32BigEndian(to.GetSpan(4), value);
        to.Advance(4);
    }

    private static void Text(this IBufferWriter<byte> to, string value)
    {
        int length = Encoding.UTF8.GetByteCount(value);
        to.UInt16((ushort)length);
        to.Advance(Encoding.UTF8.GetBytes(value, to.GetSpan(length)));
    }

    private static void Binary(this ArrayBufferWriter<byte> to, ReadOnlySpan<byte> value)
    {
        to.UInt16((ushort)value.Length);
        to.Write(value);
    }
}
