using System.Globalization;
using SmartCourtyard.Alarms;
using SmartCourtyard.Courtyards;
using SmartCourtyard.Readings;
using SmartCourtyard.Troubles;

namespace SmartCourtyard.Benchmarks;

/// <summary>Readings judged per second on one core and bytes allocated a reading, on the quiet path: nothing burns, everything reports.</summary>
internal static class Judge
{
    private static readonly (DeviceClass Class, int Share, (Quantity Quantity, double Low, double High)[] Says)[] Estate =
    [
        (DeviceClass.SmokeDetector, 40, [(Quantity.Smoke, 0, 0), (Quantity.Battery, 60, 100), (Quantity.LinkQuality, 60, 200), (Quantity.Tamper, 0, 0)]),
        (DeviceClass.GasDetector, 15, [(Quantity.Gas, 0, 0), (Quantity.Methane, 0, 3), (Quantity.LinkQuality, 60, 200)]),
        (DeviceClass.CoDetector, 10, [(Quantity.CoAlarm, 0, 0), (Quantity.Co, 0, 12), (Quantity.Battery, 60, 100)]),
        (DeviceClass.EmergencyButton, 15, [(Quantity.Emergency, 0, 0), (Quantity.Battery, 60, 100)]),
        (DeviceClass.HeatDetector, 5, [(Quantity.Smoke, 0, 0), (Quantity.Temperature, 15, 30)]),
        (DeviceClass.AirMonitor, 15, [
            (Quantity.Co2, 400, 900), (Quantity.Pm25, 5, 40), (Quantity.Pm10, 10, 60), (Quantity.Tvoc, 50, 300), (Quantity.Hcho, 0.01, 0.05),
            (Quantity.Temperature, 18, 26), (Quantity.Humidity, 30, 60)]),
    ];

    public static int Run(int devices, int seconds)
    {
        var messages = Messages(devices);
        Console.WriteLine(string.Create(CultureInfo.InvariantCulture,
            $"\n## judge: one core, {devices} devices with the default rules, quiet; a message holds {messages.Average(m => m.Length):F1} readings\n| what | readings/s | bytes allocated a reading |\n|---|---|---|"));
        var alarms = new AlarmBook([]);
        Measure("alarms", messages, seconds, (message, now, steps, _) => alarms.Hear(message, now, steps));
        var courtyard = new Courtyard("bench", "Bench", null, [], [.. messages.Select(m => m[0].Device).Distinct()]);
        var health = new HealthBook(courtyard, new Moment(DateTimeOffset.UnixEpoch, TimeSpan.Zero));
        var both = new AlarmBook([]);
        Measure("alarms and device health", messages, seconds, (message, now, steps, troubles) =>
        {
            both.Hear(message, now, steps);
            health.Hear(message, now, troubles);
        });
        var (whole, wholeHealth, falseAlarms) = (new AlarmBook([]), new HealthBook(courtyard, new Moment(DateTimeOffset.UnixEpoch, TimeSpan.Zero)), new FalseAlarmBook());
        Measure("false alarms, alarms and device health: all that the watch asks of a message", messages, seconds, (message, now, steps, troubles) =>
        {
            falseAlarms.Hear(message, now.Uptime);
            whole.Hear(message, now, steps);
            wholeHealth.Hear(message, now, troubles);
            if (whole.Due is not null)
            {
                whole.Pass(now, steps);
            }
        });
        return 0;
    }

    private static Reading[][] Messages(int devices)
    {
        var random = new Random(20_261_122);
        var shares = Estate.SelectMany(e => Enumerable.Repeat(e, e.Share)).ToArray();
        var made = Enumerable.Range(0, devices).Select(i => shares[i % shares.Length]).Select((e, i) => (e.Says, Device: new Device(
            $"b{i / 100:D2}-u{i % 3}-{i % 900:D3}-{e.Class.Name()}", null, e.Class, new Place($"b{i / 100:D2}", i % 3, i % 7, $"{i % 900:D3}"), new Zigbee2MqttSource($"d{i}")))).ToArray();
        // Eight rounds of other values: what never changes would be a stuck sensor, not a quiet one.
        return [.. Enumerable.Range(0, 8).SelectMany(_ => made).Select(d => d.Says.Select(s => new Reading(
            d.Device, s.Quantity, s.Low + random.NextDouble() * (s.High - s.Low), DateTimeOffset.UnixEpoch)).ToArray())];
    }

    private delegate void Judging(ReadOnlySpan<Reading> message, Moment now, List<AlarmChange> steps, List<TroubleChange> troubles);

    private static void Measure(string what, Reading[][] messages, int seconds, Judging judge)
    {
        var clock = TimeProvider.System;
        var (steps, troubles) = (new List<AlarmChange>(), new List<TroubleChange>());
        // One round of the estate takes five minutes of its own time.
        var step = TimeSpan.FromMinutes(5) / (messages.Length / 8.0);
        var uptime = TimeSpan.Zero;
        long Round()
        {
            long heard = 0;
            foreach (var message in messages)
            {
                uptime += step;
                judge(message, new Moment(DateTimeOffset.UnixEpoch + uptime, uptime), steps, troubles);
                heard += message.Length;
            }

            return heard;
        }

        for (var warm = clock.GetTimestamp(); clock.GetElapsedTime(warm) < TimeSpan.FromSeconds(2);)
        {
            Round();
        }

        steps.Clear();
        troubles.Clear();
        var (bytes, began, readings) = (GC.GetAllocatedBytesForCurrentThread(), clock.GetTimestamp(), 0L);
        while (clock.GetElapsedTime(began) < TimeSpan.FromSeconds(seconds))
        {
            readings += Round();
        }

        var took = clock.GetElapsedTime(began).TotalSeconds;
        var perReading = (GC.GetAllocatedBytesForCurrentThread() - bytes) / (double)readings;
        Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"| {what} | {readings / took:N0} | {perReading:F2} |"));
        if (steps.Count > 0)
        {
            Console.WriteLine($"not quiet: {steps.Count} steps, the first {steps[0].Step} {steps[0].Alarm.Kind} of {steps[0].Alarm.CauseQuantity}");
        }
    }
}
