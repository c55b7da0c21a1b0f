using System.Globalization;
using System.Text;
using System.Text.Json;
using SmartCourtyard.Courtyards;
using SmartCourtyard.Gateway.Devices;
using SmartCourtyard.Gateway.Devices.Mqtt;
using SmartCourtyard.Gateway.Devices.Mqtt.AnyTopic;
using SmartCourtyard.Gateway.Devices.Mqtt.ChirpStack;
using SmartCourtyard.Gateway.Devices.Mqtt.EspHome;
using SmartCourtyard.Gateway.Devices.Mqtt.HomeAssistant;
using SmartCourtyard.Gateway.Devices.Mqtt.Tasmota;
using SmartCourtyard.Readings;
using SmartCourtyard.Sources;

namespace SmartCourtyard.Benchmarks;

/// <summary>Decoded messages per second on one core and bytes allocated a message, for each device family, on the corpus.</summary>
internal static class Decode
{
    private static readonly MqttPoint[] Points = [.. new[] { Quantity.Smoke, Quantity.Battery, Quantity.Temperature, Quantity.Humidity, Quantity.Tamper }
        .Select(q => new MqttPoint(q, JsonPath.TryParse("$." + q.Name())!))];

    /// <summary>A family in one line: its name, its lines of the corpus, whose device spoke, and how the family is made.</summary>
    private static readonly Subject[] Subjects =
    [
        new("zigbee2mqtt", "z2m-payloads.jsonl", "", m => new Zigbee2MqttSource(m.Topic.Split('/')[1]), c => new Zigbee2MqttFamily(c)),
        new("tasmota", "other-payloads.jsonl", "tasmota", m => new TasmotaSource(string.Join('/', m.Topic.Split('/')[1..^1])), c => new TasmotaFamily(c)),
        new("chirpstack", "other-payloads.jsonl", "chirpstack", m => new ChirpStackSource(m.Topic.Split('/')[3]), c => new ChirpStackFamily(c)),
        // Announced before the measuring begins; what is measured are the states.
        new("homeassistant", "other-payloads.jsonl", "ha_discovery", _ => new HomeAssistantSource("any"), _ => Announced()),
        new("esphome", "other-payloads.jsonl", "esphome", m => new EspHomeSource(string.Join('/', m.Topic.Split('/')[..^(m.Topic.EndsWith("/state", StringComparison.Ordinal) ? 3 : 1)])), c => new EspHomeFamily(c)),
        new("mqtt", "z2m-payloads.jsonl", "", m => new MqttSource(m.Topic, Points), c => new MqttTopicFamily(c)),
    ];

    private static HomeAssistantFamily Announced()
    {
        (string Topic, string Payload)[] announcements =
        [
            .. File.ReadLines(Path.Combine(AppContext.BaseDirectory, "corpus", "open", "other-payloads.jsonl")).Select(line => JsonDocument.Parse(line).RootElement)
                .Where(e => e.GetProperty("platform").GetString() == "ha_discovery" && IsAnnouncement(e))
                .Select(e => (e.GetProperty("topic").GetString()!, e.GetProperty("payload").GetString()!)).Where(a => a.Item2.Length > 0),
        ];
        IEnumerable<Device> devices = announcements.Select(a => JsonDocument.Parse(a.Payload).RootElement)
            .Select(a => a.TryGetProperty("device", out JsonElement device) && device.TryGetProperty("identifiers", out JsonElement ids) ? ids[0].GetString()! : null)
            .OfType<string>().Distinct().Select((id, i) => new Device($"d{i}", null, DeviceClass.SmokeDetector, new Place(), new HomeAssistantSource(id)));
        var family = new HomeAssistantFamily(new Courtyard("bench", "Bench", null, [], [.. devices]), new AnnouncedMemory(null), TimeProvider.System);
        foreach ((string topic, string payload) in announcements)
        {
            family.Decode(topic, Encoding.UTF8.GetBytes(payload), true, DateTimeOffset.UnixEpoch, []);
        }
        return family;
    }

    private static bool IsAnnouncement(JsonElement line) => line.GetProperty("topic").GetString()!.EndsWith("/config", StringComparison.Ordinal);

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
        where subject.Platform.Length == 0 || (e.GetProperty("platform").GetString() == subject.Platform && !IsAnnouncement(e))
        select new Message(e.GetProperty("topic").GetString()!, Encoding.UTF8.GetBytes(e.GetProperty("payload").GetString()!));

    private sealed record Message(string Topic, byte[] Payload);

    private sealed record Subject(string Name, string File, string Platform, Func<Message, Source> Source, Func<Courtyard, IMqttFamily> Family);
}
