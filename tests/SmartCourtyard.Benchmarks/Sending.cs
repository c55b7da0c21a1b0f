using SmartCourtyard.Acceptance.Estates;
using SmartCourtyard.Mqtt;

namespace SmartCourtyard.Benchmarks;

/// <summary>The sending side: alarms one by one, jittered so that they do not lock to the load's beat, and load beside them.</summary>
internal static class Sending
{
    private const int SlotMilliseconds = 50;

    public static double Milliseconds(long from, long to) => TimeProvider.System.GetElapsedTime(from, to).TotalMilliseconds;

    /// <summary>Sends alarms at QoS 1 and gives the moment before each was sent.</summary>
    public static async Task<Dictionary<int, long>> AlarmsAsync(Estate estate, int count, Func<int, (string Topic, byte[] Payload)> alarm)
    {
        var sent = new Dictionary<int, long>();
        using var stop = new CancellationTokenSource();
        await using var client = estate.Zigbee2Mqtt("alarm-sender");
        var running = client.RunAsync(stop.Token);
        await Eventually.TrueAsync(() => client.State == MqttConnectionState.Connected, TimeSpan.FromSeconds(10), () => "the alarm sender's connection");
        var random = new Random(1);
        for (var i = 0; i < count; i++)
        {
            var (topic, payload) = alarm(i);
            var jitter = random.Next(SlotMilliseconds);
            await Task.Delay(TimeSpan.FromMilliseconds(jitter), TimeProvider.System);
            sent[i] = TimeProvider.System.GetTimestamp();
            if (await client.PublishAsync(topic, payload, MqttQos.AtLeastOnce, retain: false, CancellationToken.None) != MqttPublishResult.Confirmed)
            {
                throw new InvalidOperationException("the broker did not confirm an alarm");
            }

            await Task.Delay(TimeSpan.FromMilliseconds(SlotMilliseconds - jitter), TimeProvider.System);
        }

        await stop.CancelAsync();
        await running;
        return sent;
    }

    /// <summary>Publishes telemetry of six values a message at a rate until told to stop; gives how many messages were sent.</summary>
    public static async Task<long> TelemetryAsync(Estate estate, int perSecond, CancellationToken stop)
    {
        var devices = estate.Site.Devices.Where(d => d.Class == "air-monitor").ToList();
        await using var client = estate.Zigbee2Mqtt("telemetry-sender");
        using var ends = new CancellationTokenSource();
        var running = client.RunAsync(ends.Token);
        await Eventually.TrueAsync(() => client.State == MqttConnectionState.Connected, TimeSpan.FromSeconds(10), () => "the telemetry sender's connection");
        var start = TimeProvider.System.GetTimestamp();
        long sent = 0;
        while (!stop.IsCancellationRequested)
        {
            var due = (long)(TimeProvider.System.GetElapsedTime(start).TotalSeconds * perSecond);
            for (; sent < due; sent++)
            {
                await client.PublishAsync(devices[(int)(sent % devices.Count)].Topic, Payload(sent), MqttQos.AtMostOnce, retain: false, CancellationToken.None);
            }

            await Task.Delay(TimeSpan.FromMilliseconds(5), TimeProvider.System, CancellationToken.None);
        }

        await ends.CancelAsync();
        await running;
        return sent;
    }

    /// <summary>Publishes once for each device of a class.</summary>
    public static async Task OnceAsync(Estate estate, string deviceClass)
    {
        const double PerSecond = 50;
        using var stop = new CancellationTokenSource(
            TimeSpan.FromSeconds(1 + (estate.Site.Devices.Count(d => d.Class == deviceClass) / PerSecond)), TimeProvider.System);
        await SteadyAsync(estate, deviceClass, PerSecond, stop.Token);
    }

    /// <summary>Publishes for the devices of a class at a low rate, one by one, until told to stop.</summary>
    public static async Task SteadyAsync(Estate estate, string deviceClass, double perSecond, CancellationToken stop)
    {
        var devices = estate.Site.Devices.Where(d => d.Class == deviceClass).ToList();
        if (devices.Count == 0)
        {
            return;
        }

        await using var client = estate.Zigbee2Mqtt("steady-" + deviceClass);
        using var ends = new CancellationTokenSource();
        var running = client.RunAsync(ends.Token);
        using var timer = new PeriodicTimer(TimeSpan.FromSeconds(1 / perSecond), TimeProvider.System);
        for (long sent = 0; !stop.IsCancellationRequested; sent++)
        {
            await timer.WaitForNextTickAsync(CancellationToken.None);
            await client.PublishAsync(
                devices[(int)(sent % devices.Count)].Topic, deviceClass == "air-monitor" ? Payload(sent) : Quiet(sent), MqttQos.AtMostOnce, retain: false, CancellationToken.None);
        }

        await ends.CancelAsync();
        await running;
    }

    private static byte[] Quiet(long number) => System.Text.Encoding.UTF8.GetBytes(string.Create(
        System.Globalization.CultureInfo.InvariantCulture, $"{{\"battery\":{number % 100},\"linkquality\":{number % 255},\"smoke\":false,\"tamper\":false}}"));

    private static byte[] Payload(long number) => System.Text.Encoding.UTF8.GetBytes(string.Create(
        System.Globalization.CultureInfo.InvariantCulture,
        $"{{\"battery\":{number % 100},\"co2\":{400 + (number % 800)},\"humidity\":{30 + (number % 500 / 10.0):F1},\"linkquality\":{number % 255},\"pm25\":{number % 90},\"temperature\":{15 + (number % 150 / 10.0):F1},\"update\":{{\"state\":\"idle\",\"installed_version\":27}}}}"));
}
