using System.Globalization;
using SmartCourtyard.Acceptance.Estates;
using SmartCourtyard.Mqtt;

namespace SmartCourtyard.Benchmarks;

/// <summary>So many alarms at the same moment: from the first publish until each is stored in the duty room, as its live stream says.</summary>
internal static class Burst
{
    public static async Task<int> RunAsync(int alarms, int runs)
    {
        Figures.PrintHeader($"burst of {alarms} alarms: first publish → on the duty room's stream");
        var all = new List<Figures>();
        for (var run = 0; run < runs; run++)
        {
            await using var estate = await Estate.StartAsync(TestSite.Of(alarms + 50, "smoke-detector"));
            await using var follower = await StreamFollower.StartAsync(estate);
            await SendAsync(estate, [.. estate.Site.Devices.Take(50)]);
            await follower.HasAsync(50);
            var burst = estate.Site.Devices.Skip(50).ToList();
            var start = await SendAsync(estate, burst);
            await follower.HasAsync(50 + alarms);
            all.Add(new Figures(string.Create(CultureInfo.InvariantCulture, $"run {run + 1}"), [.. burst.Select(d => Sending.Milliseconds(start, follower.At(d.Id)))]));
            all[^1].Print();
        }

        Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"\nthe last one stored: median {Figures.Median(all.Select(f => f.Max)):F0} ms"));
        return 0;
    }

    /// <summary>Publishes all at once and gives the moment before the first.</summary>
    private static async Task<long> SendAsync(Estate estate, IReadOnlyList<TestDevice> devices)
    {
        using var stop = new CancellationTokenSource();
        await using var client = estate.Zigbee2Mqtt("burst-sender");
        var running = client.RunAsync(stop.Token);
        await Eventually.TrueAsync(() => client.State == MqttConnectionState.Connected, TimeSpan.FromSeconds(10), () => "the sender's connection");
        var payload = """{"smoke":true,"battery":90}"""u8.ToArray();
        var start = TimeProvider.System.GetTimestamp();
        var answers = await Task.WhenAll(devices.Select(d => client.PublishAsync(d.Topic, payload, MqttQos.AtLeastOnce, retain: false, CancellationToken.None).AsTask()));
        await stop.CancelAsync();
        await running;
        return answers.All(a => a == MqttPublishResult.Confirmed) ? start : throw new InvalidOperationException("the broker did not confirm an alarm");
    }
}
