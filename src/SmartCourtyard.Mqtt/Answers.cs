namespace SmartCourtyard.Mqtt;

/// <summary>The broker's answer to CONNECT and the limits it sets.</summary>
internal readonly record struct ConnAckPacket(
    bool SessionPresent, byte Code, ushort ReceiveMaximum, uint MaximumPacketSize, MqttQos MaximumQos, bool RetainAvailable, ushort? ServerKeepAlive, string? ReasonString)
{
    internal static ReasonCode TryDecode(byte flags, ReadOnlySpan<byte> body, MqttProtocol protocol, out ConnAckPacket packet)
    {
        PacketReader reader = new(body);
        byte acknowledge = reader.Byte();
        byte code = reader.Byte();
        // A broker that knows only 3.1.1 answers in its own form, without properties.
        bool old = protocol == MqttProtocol.V311 || (body.Length == 2 && code == 1);
        PropertyValues values = old ? new PropertyValues() : PropertyValues.Read(ref reader, PacketType.ConnAck);
        packet = new ConnAckPacket((acknowledge & 1) != 0, code, values.ReceiveMaximum, values.MaximumPacketSize, values.MaximumQos,
            values.RetainAvailable, values.ServerKeepAlive, values.ReasonString);
        return flags != 0 || acknowledge > 1 || (acknowledge == 1 && code != 0) ? ReasonCode.MalformedPacket : reader.End();
    }
}

/// <summary>PUBACK, PUBREC, PUBREL or PUBCOMP: all four have one shape.</summary>
internal readonly record struct AcknowledgePacket(ushort PacketId, byte Code)
{
    internal static ReasonCode TryDecode(PacketType type, byte flags, ReadOnlySpan<byte> body, MqttProtocol protocol, out AcknowledgePacket packet)
    {
        PacketReader reader = new(body);
        ushort packetId = reader.UInt16();
        byte code = 0;
        if (protocol == MqttProtocol.V5 && reader.Left > 0)
        {
            code = reader.Byte();
            if (reader.Left > 0)
            {
                PropertyValues.Read(ref reader, type);
            }
        }

        packet = new AcknowledgePacket(packetId, code);
        bool wrong = packetId == 0 || flags != (type == PacketType.PubRel ? 2 : 0);
        return wrong ? ReasonCode.MalformedPacket : reader.End();
    }
}

/// <summary>The broker's answer to SUBSCRIBE: one code for each filter.</summary>
internal readonly record struct SubAckPacket(ushort PacketId, byte[] Codes)
{
    internal static ReasonCode TryDecode(byte flags, ReadOnlySpan<byte> body, MqttProtocol protocol, out SubAckPacket packet)
    {
        PacketReader reader = new(body);
        ushort packetId = reader.UInt16();
        if (protocol == MqttProtocol.V5)
        {
            PropertyValues.Read(ref reader, PacketType.SubAck);
        }

        ReadOnlySpan<byte> codes = reader.Take(reader.Left);
        packet = new SubAckPacket(packetId, codes.ToArray());
        bool wrong = packetId == 0 || flags != 0 || codes.IsEmpty || codes.IndexOfAnyInRange((byte)0x03, (byte)0x7F) >= 0;
        return reader.Error != ReasonCode.Success ? reader.Error : wrong ? ReasonCode.MalformedPacket : ReasonCode.Success;
    }
}

/// <summary>The broker's answer to UNSUBSCRIBE. Its codes are not kept: a filter that was not there is gone all the same.</summary>
internal readonly record struct UnsubAckPacket(ushort PacketId)
{
    internal static ReasonCode TryDecode(byte flags, ReadOnlySpan<byte> body, MqttProtocol protocol, out UnsubAckPacket packet)
    {
        PacketReader reader = new(body);
        packet = new UnsubAckPacket(reader.UInt16());
        if (protocol == MqttProtocol.V5)
        {
            PropertyValues.Read(ref reader, PacketType.UnsubAck);
            reader.Take(reader.Left);
        }

        ReasonCode end = reader.End();
        return end != ReasonCode.Success ? end : packet.PacketId == 0 || flags != 0 ? ReasonCode.MalformedPacket : ReasonCode.Success;
    }
}

/// <summary>The broker's last word (MQTT 5 only).</summary>
internal readonly record struct DisconnectPacket(ReasonCode Code, string? ReasonString)
{
    internal static ReasonCode TryDecode(byte flags, ReadOnlySpan<byte> body, MqttProtocol protocol, out DisconnectPacket packet)
    {
        packet = default;
        if (protocol == MqttProtocol.V311)
        {
            return ReasonCode.ProtocolError;
        }

        PacketReader reader = new(body);
        ReasonCode code = reader.Left > 0 ? (ReasonCode)reader.Byte() : ReasonCode.Success;
        PropertyValues values = reader.Left > 0 ? PropertyValues.Read(ref reader, PacketType.Disconnect) : new PropertyValues();
        packet = new DisconnectPacket(code, values.ReasonString);
        return flags != 0 ? ReasonCode.MalformedPacket : reader.End();
    }
}
