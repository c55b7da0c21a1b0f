using System.Buffers.Binary;
using System.Text;

namespace SmartCourtyard.Mqtt;

/// <summary>Reads the fields of one packet. The first mistake sticks in <see cref="Error"/>; from then on every field reads as empty, so decoders check once.</summary>
internal ref struct PacketReader(ReadOnlySpan<byte> bytes)
{
    private readonly ReadOnlySpan<byte> _bytes = bytes;

    internal int Position { get; private set; }

    internal ReasonCode Error { get; private set; }

    internal readonly int Left => _bytes.Length - Position;

    internal ReasonCode Fail(ReasonCode error)
    {
        if (Error == ReasonCode.Success)
        {
            Error = error;
            Position = _bytes.Length;
        }

        return Error;
    }

    internal ReadOnlySpan<byte> Take(int count)
    {
        if (count > Left)
        {
            Fail(ReasonCode.MalformedPacket);
            return default;
        }

        ReadOnlySpan<byte> taken = _bytes.Slice(Position, count);
        Position += count;
        return taken;
    }

    internal byte Byte()
    {
        ReadOnlySpan<byte> taken = Take(1);
        return taken.IsEmpty ? default : taken[0];
    }

    internal ushort UInt16()
    {
        ReadOnlySpan<byte> taken = Take(2);
        return taken.IsEmpty ? default : BinaryPrimitives.ReadUInt16BigEndian(taken);
    }

    internal uint UInt32()
    {
        ReadOnlySpan<byte> taken = Take(4);
        return taken.IsEmpty ? default : BinaryPrimitives.ReadUInt32BigEndian(taken);
    }

    /// <summary>At most four bytes, 0 to 268,435,455, in the shortest form (MQTT-1.5.5-1).</summary>
    internal int VariableByteInteger()
    {
        int value = 0;
        for (int i = 0; i < 4; i++)
        {
            byte next = Byte();
            value |= (next & 0x7F) << (7 * i);
            if ((next & 0x80) == 0)
            {
                if (next == 0 && i > 0)
                {
                    Fail(ReasonCode.MalformedPacket);
                }

                return Error == ReasonCode.Success ? value : 0;
            }
        }

        Fail(ReasonCode.MalformedPacket);
        return 0;
    }

    internal ReadOnlySpan<byte> Binary() => Take(UInt16());

    internal ReadOnlySpan<byte> Utf8()
    {
        ReadOnlySpan<byte> text = Binary();
        if (!TopicRules.IsText(text))
        {
            Fail(ReasonCode.MalformedPacket);
            return default;
        }

        return text;
    }

    internal string Text() => Encoding.UTF8.GetString(Utf8());

    internal ReasonCode End() => Left == 0 ? Error : Fail(ReasonCode.MalformedPacket);
}
