using System.Globalization;
using System.Text;
using System.Text.Json;
using SmartCourtyard.Courtyards;
using SmartCourtyard.Gateway.Devices;
using SmartCourtyard.Gateway.Devices.Mqtt;
using SmartCourtyard.Gateway.Devices.Mqtt.ChirpStack;
using SmartCourtyard.Gateway.Devices.Mqtt.Tasmota;
using SmartCourtyard.Readings;

namespace SmartCourtyard.Benchmarks;

/// <summary>Decoded messages per second on one core and bytes allocated a message, for each device family, on the corpus.</summary>
internal static class Decode
{
    /// <summary>A family in one line: its name, its lines of the corpus, whose device spoke, and how the family is made.</summary>
    private static readonly Subject[] Subjects =
    [
        new("zigbee2mqtt", "z2m-payloads.jsonl", "", m => new Zigbee2MqttSource(m.Topic.Split('/')[1]), c => new Zigbee2MqttFamily(c)),
        new("tasmota", "other-payloads.jsonl", "tasmota", m => new TasmotaSource(string.Join('/', m.Topic.Split('/')[1..^1])), c => new TasmotaFamily(c)),
        new("chirpstack", "other-payloads.jsonl", "chirpstack", m => new ChirpStackSource(m.Topic.Split('/')[3]), c => new ChirpStackFamily(c)),
    ];

    public static int Run(int seconds)
    {
        Console.WriteLine("\n## decode: one core, corpus messages in a circle, every device in the site file\n| family | messages | bytes a message | messages/s | readings/s | bytes allocated a message |\n|---|---|---|---|---|---|");
        foreach (Subject subject in Subjects)
        {
            Measure(subject, TimeSpan.FromSeconds(seconds));
        }
        return 0;
    }

    private static void Measure(Subject subject, TimeSpan time)
    {
        Message[] messages = [.. Messages(subject)];
        IEnumerable<Device> devices = messages.DistinctBy(m => subject.Source(m)).Select((m, i) => new Device($"d{i}", null, DeviceClass.SmokeDetector, new Place(), subject.Source(m)));
        IMqttFamily family = subject.Family(new Courtyard("bench", "Bench", null, [], [.. devices]));
        var readings = new List<Reading>(64);
        var now = DateTimeOffset.UnixEpoch;
        long Round()
        {
            long given = 0;
            foreach (Message message in messages)
            {
                family.Decode(message.Topic, message.Payload, false, now, readings);
                given += readings.Count;
                readings.Clear();
            }
            return given;
        }

        TimeProvider clock = TimeProvider.System;
        for (long warm = clock.GetTimestamp(); clock.GetElapsedTime(warm) < TimeSpan.FromSeconds(2);)
        {
            Round();
        }

        long rounds = 0, given = 0, before = GC.GetAllocatedBytesForCurrentThread();
        TimeSpan processor = Environment.CpuUsage.TotalTime;
        long began = clock.GetTimestamp();
        while (clock.GetElapsedTime(began) < time)
        {
            given += Round();
            rounds++;
        }

        // Processor time, not wall time: what one core does, whoever else is on the machine.
        double used = (Environment.CpuUsage.TotalTime - processor).TotalSeconds;
        double allocated = GC.GetAllocatedBytesForCurrentThread() - before, count = rounds * messages.Length;
        Console.WriteLine(string.Create(CultureInfo.InvariantCulture,
            $"| {subject.Name} | {messages.Length} | {messages.Average(m => m.Payload.Length):F0} | {count / used:N0} | {given / used:N0} | {allocated / count:F0} |"));
    }

    private static IEnumerable<Message> Messages(Subject subject) =>
        from line in File.ReadLines(Path.Combine(AppContext.BaseDirectory, "corpus", "open", subject.File))
        let e = JsonDocument.Parse(line).RootElement
        where subject.Platform.Length == 0 || e.GetProperty("platform").GetString() == subject.Platform
        select new Message(e.GetProperty("topic").GetString()!, Encoding.UTF8.GetBytes(e.GetProperty("payload").GetString()!));

    private sealed record Message(string Topic, byte[] Payload);

    private sealed record Subject(string Name, string File, string Platform, Func<Message, Source> Source, Func<Courtyard, IMqttFamily> Family);
}
