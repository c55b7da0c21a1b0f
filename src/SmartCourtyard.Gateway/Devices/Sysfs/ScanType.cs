using System.Buffers.Binary;
using System.Globalization;
using System.Text.RegularExpressions;

namespace SmartCourtyard.Gateway.Devices.Sysfs;

/// <summary>
/// How one element of a scan lies in memory, as its file <c>in_…_type</c> says: <c>le:s12/16X2&gt;&gt;4</c> is little-endian, signed, 12 bits
/// that matter in 16 that are stored, twice, after shifting right by 4 (Documentation/ABI/testing/sysfs-bus-iio).
/// </summary>
internal readonly partial record struct ScanType(bool BigEndian, bool Signed, int Bits, int Storage, int Shift, int Repeat = 1)
{
    public int Bytes => Storage / 8 * Repeat;

    /// <summary>Null where the text is no type, or one of no kind that is known here (a floating-point number, three bytes).</summary>
    public static ScanType? TryParse(string text)
    {
        var match = Pattern().Match(text.Trim());
        if (!match.Success)
        {
            return null;
        }

        int Number(string group) => int.Parse(match.Groups[group].ValueSpan, CultureInfo.InvariantCulture);
        var type = new ScanType(
            match.Groups["order"].ValueSpan is "be", match.Groups["sign"].ValueSpan is "s", Number("bits"), Number("storage"), Number("shift"),
            match.Groups["repeat"].Success ? Number("repeat") : 1);
        return type is { Storage: 8 or 16 or 32 or 64, Bits: >= 1, Repeat: >= 1 and <= 64 } && type.Bits + type.Shift <= type.Storage ? type : null;
    }

    /// <summary>The number; of a repeated element the first. Any of 64 bits fits, with or without a sign.</summary>
    public Int128 Decode(ReadOnlySpan<byte> bytes)
    {
        var stored = Storage switch
        {
            8 => bytes[0],
            16 => BigEndian ? BinaryPrimitives.ReadUInt16BigEndian(bytes) : BinaryPrimitives.ReadUInt16LittleEndian(bytes),
            32 => BigEndian ? BinaryPrimitives.ReadUInt32BigEndian(bytes) : BinaryPrimitives.ReadUInt32LittleEndian(bytes),
            _ => BigEndian ? BinaryPrimitives.ReadUInt64BigEndian(bytes) : BinaryPrimitives.ReadUInt64LittleEndian(bytes),
        };
        // The bits above those that matter may hold anything: a status, the channel's number.
        var unused = 64 - Bits;
        var left = stored >> Shift << unused;
        return Signed ? (long)left >> unused : left >> unused;
    }

    public override string ToString() =>
        $"{(BigEndian ? "be" : "le")}:{(Signed ? 's' : 'u')}{Bits}/{Storage}{(Repeat > 1 ? $"X{Repeat}" : "")}>>{Shift}";

    [GeneratedRegex(@"^(?<order>le|be):(?<sign>s|u)(?<bits>[0-9]{1,2})/(?<storage>[0-9]{1,2})(X(?<repeat>[0-9]{1,2}))?>>(?<shift>[0-9]{1,2})$", RegexOptions.ExplicitCapture)]
    private static partial Regex Pattern();
}
