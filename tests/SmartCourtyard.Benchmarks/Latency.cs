using System.Collections.Concurrent;
using System.Globalization;
using SmartCourtyard.Acceptance.Estates;

namespace SmartCourtyard.Benchmarks;

/// <summary>Publish → on the duty room's live stream, with the floor in the same run.</summary>
internal static class Latency
{
    private const int WarmUp = 100;

    public static async Task<int> RunAsync(int alarms, int runs, int load)
    {
        Figures.PrintHeader($"alarm latency, {load} telemetry messages/s beside it");
        var product = new List<Figures>();
        var file = new List<Figures>();
        var sqlite = new List<Figures>();
        var memory = "";
        for (var run = 0; run < runs; run++)
        {
            await using var estate = await Estate.StartAsync(TestSite.Of(alarms + WarmUp + 100, "smoke-detector", "air-monitor"));
            var idle = Memory(estate);
            using var stop = new CancellationTokenSource();
            var telemetry = Sending.TelemetryAsync(estate, load, stop.Token);
            product.Add(await MeasureAsync(estate, alarms));
            file.Add(await Floor.MeasureAsync(estate, "floor: file, fdatasync on both sides", alarms, WarmUp, sqlite: false));
            sqlite.Add(await Floor.MeasureAsync(estate, "floor: SQLite FULL on the gateway's side", alarms, WarmUp, sqlite: true));
            memory = $"resident memory, MB: idle {idle}; after the run {Memory(estate)}";
            await stop.CancelAsync();
            await telemetry;
        }

        foreach (var figures in product.Concat(file).Concat(sqlite))
        {
            figures.Print();
        }

        var (p, f, s) = (Figures.Middle(product), Figures.Middle(file), Figures.Middle(sqlite));
        Console.WriteLine(string.Create(
            CultureInfo.InvariantCulture,
            $"\nmedian run: product p50 {p.P50:F2} ms, p99 {p.P99:F2}; to the floor with SQLite: p50 × {p.P50 / s.P50:F2}, p99 × {p.P99 / s.P99:F2}; to the bare floor: p50 × {p.P50 / f.P50:F2}, p99 × {p.P99 / f.P99:F2}"));
        Console.WriteLine(memory);
        return 0;
    }

    private static async Task<Figures> MeasureAsync(Estate estate, int alarms)
    {
        var arrived = new ConcurrentDictionary<string, long>();
        using var stop = new CancellationTokenSource();
        var ready = new TaskCompletionSource();
        var following = FollowAsync(estate, arrived, ready, stop.Token);
        await ready.Task.WaitAsync(TimeSpan.FromSeconds(20), TimeProvider.System);
        var devices = estate.Site.Devices.Where(d => d.Class == "smoke-detector").ToList();
        var payload = """{"battery":100,"battery_low":false,"linkquality":134,"smoke":true,"tamper":false,"voltage":3000}"""u8.ToArray();
        var sent = await Sending.AlarmsAsync(estate, WarmUp + alarms, i => (devices[i].Topic, payload));
        await Eventually.TrueAsync(() => arrived.Count >= sent.Count, TimeSpan.FromSeconds(20), () => $"{arrived.Count} of {sent.Count} on the stream");
        await stop.CancelAsync();
        await following;
        return new Figures("product: publish → SSE", [.. Enumerable.Range(WarmUp, alarms).Select(i => Sending.Milliseconds(sent[i], arrived[devices[i].Id]))]);
    }

    private static async Task FollowAsync(Estate estate, ConcurrentDictionary<string, long> arrived, TaskCompletionSource ready, CancellationToken stop)
    {
        try
        {
            await foreach (var (_, type, data) in estate.Board.StreamAsync(null, stop))
            {
                if (type == "ready")
                {
                    ready.TrySetResult();
                }
                else if (type == "alarm")
                {
                    arrived.TryAdd(data.GetProperty("device").GetString()!, TimeProvider.System.GetTimestamp());
                }
            }
        }
        catch (OperationCanceledException)
        {
            // Measured.
        }
    }

    private static string Memory(Estate estate) => string.Create(
        CultureInfo.InvariantCulture,
        $"gateway {estate.Gateway!.ResidentBytes >> 20}, duty room {estate.DutyRoom!.ResidentBytes >> 20}, broker {estate.Broker!.ResidentBytes >> 20}");
}
