using SmartCourtyard.Courtyards;
using SmartCourtyard.Sources;

namespace SmartCourtyard.Gateway.Devices.Modbus;

/// <summary>Neighbouring values that are read by one question.</summary>
internal sealed record ReadGroup(ModbusTable Table, int Address, int Count, IReadOnlyList<PolledPoint> Points)
{
    // A question costs about 20 characters and a pause on a serial line; a register nobody wants costs two.
    private const int RegistersBetween = 10;
    private const int BitsBetween = 64;

    /// <summary>As few questions as the protocol allows.</summary>
    public static IReadOnlyList<ReadGroup> Of(IEnumerable<PolledPoint> points)
    {
        var groups = new List<ReadGroup>();
        foreach (var table in points.GroupBy(p => p.At.Table).OrderBy(t => t.Key))
        {
            var open = new List<PolledPoint>();
            foreach (var point in table.OrderBy(p => p.At.Address).ThenBy(p => p.At.Width))
            {
                if (open.Count > 0 && !Fits(open, point))
                {
                    groups.Add(Closed(open));
                    open = [];
                }

                open.Add(point);
            }

            groups.Add(Closed(open));
        }

        return groups;
    }

    /// <summary>One question for each place, for a slave that does not give them together.</summary>
    public IEnumerable<ReadGroup> Singly()
        => Points.GroupBy(p => (p.At.Address, p.At.Width)).Select(place => new ReadGroup(Table, place.Key.Address, place.Key.Width, [.. place]));

    private static bool Fits(List<PolledPoint> open, PolledPoint next)
    {
        var bits = next.At.Table is ModbusTable.Coil or ModbusTable.Discrete;
        var gap = next.At.Address - End(open);
        return gap <= (bits ? BitsBetween : RegistersBetween)
            && next.At.Address + next.At.Width - open[0].At.Address <= (bits ? ModbusLink.MostBits : ModbusLink.MostRegisters);
    }

    private static ReadGroup Closed(List<PolledPoint> points)
        => new(points[0].At.Table, points[0].At.Address, End(points) - points[0].At.Address, points);

    private static int End(List<PolledPoint> points) => points.Max(p => p.At.Address + p.At.Width);
}
