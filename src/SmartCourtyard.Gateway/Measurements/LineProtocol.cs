using System.Buffers;
using System.Buffers.Text;
using System.Text;
using SmartCourtyard.Courtyards;
using SmartCourtyard.Readings;

namespace SmartCourtyard.Gateway.Measurements;

/// <summary>
/// Writes readings as InfluxDB line protocol: measurement = quantity, tags sorted by key, field <c>value</c>, time in ms.
/// What stands before the field is the same for every reading of a point, so it is made once.
/// </summary>
internal sealed class LineProtocol(string courtyardId)
{
    private readonly Dictionary<(Device Device, Quantity Quantity), byte[]> _heads = [];

    public void Write(in Reading reading, IBufferWriter<byte> output)
    {
        if (!_heads.TryGetValue((reading.Device, reading.Quantity), out var head))
        {
            head = Encoding.UTF8.GetBytes(Head(reading.Device, reading.Quantity));
            _heads.Add((reading.Device, reading.Quantity), head);
        }

        output.Write(head);
        var rest = output.GetSpan(64);
        Utf8Formatter.TryFormat(reading.Value, rest, out var length);
        rest[length++] = (byte)' ';
        Utf8Formatter.TryFormat(reading.ObservedAt.ToUnixTimeMilliseconds(), rest[length..], out var digits);
        length += digits;
        rest[length++] = (byte)'\n';
        output.Advance(length);
    }

    private string Head(Device device, Quantity quantity)
    {
        var line = new StringBuilder(quantity.Name());
        Tag(line, "building", device.At.Building);
        Tag(line, "class", device.Class.Name());
        Tag(line, "courtyard", courtyardId);
        Tag(line, "device", device.Id);
        Tag(line, "flat", device.At.Flat);
        Tag(line, "unit", device.At.Unit?.ToString(System.Globalization.CultureInfo.InvariantCulture));
        return line.Append(" value=").ToString();
    }

    private static void Tag(StringBuilder line, string key, string? value)
    {
        // An empty tag value makes the server refuse the whole batch; so does a backslash at the end of one.
        var text = value?.TrimEnd('\\').Replace('\n', ' ').Replace('\r', ' ').Replace('\t', ' ');
        if (!string.IsNullOrEmpty(text))
        {
            line.Append(',').Append(key).Append('=')
                .Append(text.Replace("\\", "/", StringComparison.Ordinal).Replace(",", "\\,", StringComparison.Ordinal)
                    .Replace("=", "\\=", StringComparison.Ordinal).Replace(" ", "\\ ", StringComparison.Ordinal));
        }
    }
}
