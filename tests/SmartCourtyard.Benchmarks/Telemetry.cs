using System.Globalization;
using SmartCourtyard.Acceptance.Estates;

namespace SmartCourtyard.Benchmarks;

/// <summary>Readings per second into the local history without loss, six values a message, with alarms beside them.</summary>
internal static class Telemetry
{
    private const int ValuesInMessage = 6;
    private static readonly int[] Steps = [4_000, 16_000, 32_000, 48_000, 64_000];

    public static async Task<int> RunAsync(int seconds)
    {
        Console.WriteLine($"\n## telemetry, 500 devices, {ValuesInMessage} values a message, QoS 0, {seconds} s a step\n| offered msg/s | sent msg/s | values lost | dropped by us | lag ms | gateway CPU-s per 100k | gateway MB | alarms arrived |\n|---|---|---|---|---|---|---|---|");
        foreach (var step in Steps)
        {
            await StepAsync(step, seconds);
        }

        return 0;
    }

    private static async Task StepAsync(int rate, int seconds)
    {
        await using var estate = await Estate.StartAsync(TestSite.Of(500, "air-monitor", "smoke-detector"));
        using var warm = new CancellationTokenSource(TimeSpan.FromSeconds(2), TimeProvider.System);
        await Sending.TelemetryAsync(estate, 1_000, warm.Token);
        await Task.Delay(TimeSpan.FromSeconds(2), TimeProvider.System);
        var (stored, dropped, cpu) = (await StoredAsync(estate), await DroppedAsync(estate), Cpu(estate));

        using var stop = new CancellationTokenSource(TimeSpan.FromSeconds(seconds), TimeProvider.System);
        var start = TimeProvider.System.GetTimestamp();
        var telemetry = Sending.TelemetryAsync(estate, rate, stop.Token);
        var smoke = estate.Site.Devices.Where(d => d.Class == "smoke-detector").Take(30).ToList();
        var alarms = Sending.AlarmsAsync(estate, smoke.Count, i => (smoke[i].Topic, """{"smoke":true}"""u8.ToArray()));
        var sent = await telemetry;
        var took = TimeProvider.System.GetElapsedTime(start).TotalSeconds;
        await alarms;
        var ended = TimeProvider.System.GetTimestamp();
        double now = 0, before = -1;
        while (now != before && now < stored + (sent * ValuesInMessage))
        {
            before = now;
            await Task.Delay(TimeSpan.FromSeconds(1), TimeProvider.System);
            now = await StoredAsync(estate);
        }

        var lag = Sending.Milliseconds(ended, TimeProvider.System.GetTimestamp());
        var droppedNow = await DroppedAsync(estate) - dropped;
        var arrived = (await estate.Board.AlarmsAsync("state=open")).Count(a => a.GetProperty("kind").GetString() == "smoke");
        Console.WriteLine(string.Create(
            CultureInfo.InvariantCulture,
            $"| {rate} | {sent / took:F0} | {(sent * ValuesInMessage) - (now - stored):F0} | {droppedNow:F0} | < {lag:F0} | {(Cpu(estate) - cpu) / sent * 100_000:F2} | {estate.Gateway!.ResidentBytes >> 20} | {arrived} of {smoke.Count} |"));
    }

    // Alarms bring readings too; they are a handful and are not taken out.
    private static Task<double> StoredAsync(Estate estate) => estate.GatewayPage.MetricAsync("gateway_readings_stored_total");

    private static Task<double> DroppedAsync(Estate estate) => estate.GatewayPage.MetricAsync("gateway_readings_dropped_total{store=\"history\"}");

    private static double Cpu(Estate estate)
    {
        // proc(5): utime and stime are the 14th and 15th field, in ticks of 10 ms.
        var fields = File.ReadAllText($"/proc/{estate.Gateway!.Id}/stat").Split(") ")[1].Split(' ');
        return (double.Parse(fields[11], CultureInfo.InvariantCulture) + double.Parse(fields[12], CultureInfo.InvariantCulture)) / 100;
    }
}
