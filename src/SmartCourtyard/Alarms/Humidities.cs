using SmartCourtyard.Courtyards;
using SmartCourtyard.Readings;

namespace SmartCourtyard.Alarms;

/// <summary>The humidity of each flat over the last minutes, so that a shower can be told.</summary>
internal sealed class Humidities
{
    private const double ShowerPercent = 15;
    private const int Samples = 20;
    private static readonly TimeSpan Within = TimeSpan.FromMinutes(10);

    // One sample a half minute: a sensor that reports by the second needs no more room.
    private static readonly TimeSpan Grain = Within / Samples;

    // Each sensor by itself: two of them may stand apart by more than a shower makes.
    private readonly Dictionary<Device, List<(TimeSpan At, double Percent)>> _heard = [];

    public void Hear(Device device, double percent, TimeSpan uptime)
    {
        if (device.At is not { Building: not null, Flat: not null })
        {
            return;
        }

        if (!_heard.TryGetValue(device, out var samples))
        {
            _heard.Add(device, samples = new(Samples + 2));
        }

        while (samples.Count > 0 && uptime - samples[0].At > Within)
        {
            samples.RemoveAt(0);
        }

        if (samples.Count > 1 && samples[^1].At - samples[^2].At < Grain)
        {
            // The lower of two close ones is what a rise is measured from; the newest is what it rises to.
            samples[^2] = (samples[^2].At, Math.Min(samples[^2].Percent, samples[^1].Percent));
            samples.RemoveAt(samples.Count - 1);
        }

        samples.Add((uptime, percent));
    }

    /// <summary>Whether the humidity in a flat has risen within the last minutes as steam makes it.</summary>
    public bool RoseAt(Place at, TimeSpan now) => at is { Building: not null, Flat: not null } && _heard.Any(h =>
        h.Key.At.Building == at.Building && h.Key.At.Unit == at.Unit && h.Key.At.Flat == at.Flat && Rose(h.Value, now));

    /// <summary>Forgets the devices that are no more.</summary>
    public void Keep(IEnumerable<Device> devices)
    {
        var kept = devices.ToHashSet();
        foreach (var gone in _heard.Keys.Where(d => !kept.Contains(d)).ToList())
        {
            _heard.Remove(gone);
        }
    }

    private static bool Rose(List<(TimeSpan At, double Percent)> samples, TimeSpan now)
    {
        var lowest = double.PositiveInfinity;
        foreach (var (at, percent) in samples)
        {
            if (now - at > Within)
            {
                continue;
            }

            if (percent - lowest >= ShowerPercent)
            {
                return true;
            }

            lowest = Math.Min(lowest, percent);
        }

        return false;
    }
}
