using System.Globalization;
using SmartCourtyard.Courtyards;

namespace SmartCourtyard.Simulator;

/// <summary>Air measurements at a fixed rate: six values a message, QoS 0, each device in turn.</summary>
internal static class Flood
{
    // Devices that may raise an alarm are left out: their topics belong to the other connection of the gateway.
    private const int FewestTopics = 500;

    public static async Task<int> RunAsync(
        SimulatorOptions options, IReadOnlyList<SimulatedDevice> devices, TimeProvider time, TextWriter log, CancellationToken stop)
    {
        var states = Loaded(devices, options.Seed);
        await using var link = new EstateLink(options, [], asBridge: false, (_, _) => ValueTask.FromResult(true), time);
        if (!await link.ConnectedWithinAsync(TimeSpan.FromSeconds(15), stop))
        {
            await log.WriteLineAsync($"no connection to {options.Host}:{options.Port}: {link.Trouble}");
            return 1;
        }

        var rate = options.Rate ?? 1000;
        var total = (long)(rate * options.Seconds);
        var began = time.GetTimestamp();
        long sent = 0;
        while (sent < total && !stop.IsCancellationRequested)
        {
            var due = Math.Min(total, (long)(time.GetElapsedTime(began).TotalSeconds * rate) + 1);
            for (; sent < due; sent++)
            {
                var state = states[(int)(sent % states.Count)];
                state.Wander();
                await link.SendAsync(
                    new Publication($"zigbee2mqtt/{state.Device.FriendlyName}", state.Payload(time.GetUtcNow()), AtLeastOnce: false, Retain: false), stop);
            }

            await Task.Delay(TimeSpan.FromMilliseconds(1), time, CancellationToken.None);
        }

        var took = time.GetElapsedTime(began).TotalSeconds;
        await log.WriteLineAsync(string.Create(CultureInfo.InvariantCulture, $"{sent} messages in {took:0.00} s: {sent / took:0} a second, {states.Count} devices"));
        return 0;
    }

    private static List<DeviceState> Loaded(IReadOnlyList<SimulatedDevice> devices, int seed)
    {
        var air = devices.Where(d => d.Class == DeviceClass.AirMonitor && DeviceModel.For(d) == DeviceModel.Air).ToList();
        var more = Enumerable.Range(air.Count + 1, Math.Max(0, FewestTopics - air.Count))
            .Select(i => new SimulatedDevice($"load-{i:000}", DeviceClass.AirMonitor, $"load/{i:000}"));
        return [.. air.Concat(more).Select(d => new DeviceState(d, seed))];
    }
}
