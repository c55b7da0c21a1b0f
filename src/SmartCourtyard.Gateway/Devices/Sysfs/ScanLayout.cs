namespace SmartCourtyard.Gateway.Devices.Sysfs;

/// <summary>One element of a scan: a channel's name (<c>voltage0</c>) or <c>timestamp</c>, its place in the order, and its type.</summary>
internal sealed record ScanElement(string Name, int Index, ScanType Type);

/// <summary>
/// Where each element of a scan lies, as the kernel packs them (iio_compute_scan_bytes): in the order of their indices, the timestamp
/// last, each at a multiple of its own size, the whole a multiple of the largest.
/// </summary>
internal sealed class ScanLayout
{
    public const string Timestamp = "timestamp";

    private readonly Dictionary<string, (int Offset, ScanType Type)> _elements = new(StringComparer.Ordinal);

    /// <param name="enabled">The elements that are switched on, in any order.</param>
    public ScanLayout(IEnumerable<ScanElement> enabled)
    {
        int end = 0, largest = 1;
        foreach (var element in enabled.OrderBy(e => e.Name == Timestamp).ThenBy(e => e.Index))
        {
            var size = element.Type.Bytes;
            var offset = Up(end, size);
            _elements.Add(element.Name, (offset, element.Type));
            (end, largest) = (offset + size, Math.Max(largest, size));
        }

        Size = Up(end, largest);
    }

    /// <summary>The bytes of one scan.</summary>
    public int Size { get; }

    /// <summary>The number that a scan holds for an element; null where the element is not switched on.</summary>
    public Int128? Value(ReadOnlySpan<byte> scan, string element) =>
        _elements.TryGetValue(element, out var at) ? at.Type.Decode(scan[at.Offset..]) : null;

    /// <summary>Nanoseconds of the sensor's clock; null where the scans carry none.</summary>
    public long? At(ReadOnlySpan<byte> scan) => (long?)Value(scan, Timestamp);

    private static int Up(int offset, int size) => (offset + size - 1) / size * size;
}
