namespace SmartCourtyard.Mqtt;

internal enum FrameStatus
{
    Incomplete,
    Known,
    Malformed,
}

/// <summary>The fixed header of a packet: what it is and how long.</summary>
internal readonly record struct Frame(byte First, int HeaderLength, int BodyLength)
{
    internal PacketType Type => (PacketType)(First >> 4);

    internal byte Flags => (byte)(First & 0x0F);

    internal int TotalLength => HeaderLength + BodyLength;

    internal static FrameStatus TryRead(ReadOnlySpan<byte> bytes, out Frame frame)
    {
        frame = default;
        int length = 0;
        for (int i = 1; i <= 4; i++)
        {
            if (i >= bytes.Length)
            {
                return FrameStatus.Incomplete;
            }

            length |= (bytes[i] & 0x7F) << (7 * (i - 1));
            if ((bytes[i] & 0x80) == 0)
            {
                frame = new Frame(bytes[0], i + 1, length);
                return bytes[i] == 0 && i > 1 ? FrameStatus.Malformed : FrameStatus.Known;
            }
        }

        return FrameStatus.Malformed;
    }
}
