using SmartCourtyard.Courtyards;
using SmartCourtyard.Sources;

namespace SmartCourtyard.Gateway.Site;

/// <summary>Checks how the kernel samples a loop into its buffer, and that all loops at one sensor ask for the same.</summary>
internal sealed class BufferReader(SiteMistakes mistakes)
{
    private const int HighestRate = 1_000;

    // A sensor that fills its buffer answers no single questions meanwhile, and it has one buffer.
    private readonly Dictionary<(string Name, string? Bus), (SampleBuffering? Buffer, int Line)> _sensors = [];

    /// <param name="iio">What stands at <c>iio</c>.</param>
    /// <param name="loop">Whether a loop is among it.</param>
    public SampleBuffering? Read(SiteFields iio, bool loop)
    {
        if (iio.Node("buffer") is not { } node)
        {
            return null;
        }
        if (!loop)
        {
            mistakes.Add(node, "'buffer' stands without 'loop'", "'buffer' beside 'loop'; all else is read every 'interval'");
        }
        if (iio.Node("interval") is { } interval)
        {
            mistakes.Add(interval, "'interval' stands beside 'buffer'", "'rate' within 'buffer', or 'interval' without 'buffer'");
        }
        SiteFields? fields = SiteFields.Open(node, mistakes, "buffer", "rate", "trigger");
        return fields is null ? null : new SampleBuffering(fields.WholeNumber("rate", 1, HighestRate), fields.Text("trigger", 64));
    }

    /// <summary>Notes a device that asks otherwise than one before it at the same sensor.</summary>
    public void Compare(YamlNode node, IioSource source)
    {
        (string Name, string? Bus) sensor = (source.Name, source.Bus);
        if (_sensors.TryAdd(sensor, (source.Buffer, node.Line)) || _sensors[sensor].Buffer == source.Buffer)
        {
            return;
        }
        mistakes.Add(
            node, $"iio '{source.Name}' is asked for otherwise than in line {_sensors[sensor].Line}",
            "the same 'buffer', or none, in all devices of a sensor: while its buffer runs it answers no single reading");
    }
}
