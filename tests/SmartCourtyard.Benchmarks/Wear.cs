using System.Globalization;
using SmartCourtyard.Acceptance.Estates;

namespace SmartCourtyard.Benchmarks;

/// <summary>What a gateway with default settings writes to its disk in a day, as the kernel counts it: an SD card wears by it.</summary>
internal static class Wear
{
    private static readonly TimeSpan SettlesWithin = TimeSpan.FromSeconds(60);

    // Readings are sorted into their series every six hours, which no run waits for: each page is then written twice (log and file).
    private const double SortedBytesOfReading = 2 * 24;

    // Battery devices of Zigbee check in every hour or less often; this is six times as much.
    private const int BatterySpeaksEvery = 600;

    public static async Task<int> RunAsync(int devices, int air, int every, int minutes)
    {
        Figures.PrintHeading(string.Create(
            CultureInfo.InvariantCulture,
            $"bytes written: {air} air monitors, a message of six values each every {every} s, {devices - air} smoke detectors, two values every {BatterySpeaksEvery} s, {minutes} min"));
        await using var estate = await Estate.StartAsync(new TestSite([.. TestSite.Of(air, "air-monitor").Devices, .. TestSite.Of(devices - air, "smoke-detector").Devices]));
        // A series gets its place with its first reading, once for ever: that is no wear.
        await Task.WhenAll(Sending.OnceAsync(estate, "air-monitor"), Sending.OnceAsync(estate, "smoke-detector"));
        using var stop = new CancellationTokenSource();
        var (monitors, detectors) = ((double)air / every, (double)(devices - air) / BatterySpeaksEvery);
        var sending = Task.WhenAll(Sending.SteadyAsync(estate, "air-monitor", monitors, stop.Token), Sending.SteadyAsync(estate, "smoke-detector", detectors, stop.Token));
        await Task.Delay(SettlesWithin, TimeProvider.System);
        var (start, before) = (TimeProvider.System.GetTimestamp(), Written(estate));
        await Task.Delay(TimeSpan.FromMinutes(minutes), TimeProvider.System);
        var (days, after) = (TimeProvider.System.GetElapsedTime(start).TotalDays, Written(estate));
        await stop.CancelAsync();
        await sending;
        var (direct, sorted) = ((after - before) / days / 1e6, SortedBytesOfReading * 86_400.0 * ((6 * monitors) + (2 * detectors)) / 1e6);
        Console.WriteLine(string.Create(
            CultureInfo.InvariantCulture, $"written: {(after - before) / 1e6:F2} MB, in a day {direct:F0} MB, and computed for the sorting every six hours {sorted:F0} MB"));
        return 0;
    }

    private static long Written(Estate estate) => long.Parse(
        File.ReadLines($"/proc/{estate.Gateway!.Id}/io").First(l => l.StartsWith("write_bytes:", StringComparison.Ordinal)).Split(' ')[1], CultureInfo.InvariantCulture);
}
