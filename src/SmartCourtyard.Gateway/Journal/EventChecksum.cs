using System.Numerics;
using System.Runtime.InteropServices;

namespace SmartCourtyard.Gateway.Journal;

/// <summary>
/// CRC-32C over what an event is. SQLite guards its log with checksums and not the file behind it: a card that wears out returns other
/// bytes than were written, and says nothing.
/// </summary>
internal static class EventChecksum
{
    public static long Of(long sequence, string id, ReadOnlySpan<byte> body)
    {
        var sum = BitOperations.Crc32C(uint.MaxValue, (ulong)sequence);
        foreach (var c in id)
        {
            sum = BitOperations.Crc32C(sum, (ushort)c);
        }

        var words = MemoryMarshal.Cast<byte, ulong>(body);
        foreach (var word in words)
        {
            sum = BitOperations.Crc32C(sum, word);
        }

        foreach (var rest in body[(words.Length * sizeof(ulong))..])
        {
            sum = BitOperations.Crc32C(sum, rest);
        }

        return sum;
    }
}
