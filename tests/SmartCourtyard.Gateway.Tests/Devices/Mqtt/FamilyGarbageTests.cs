using System.Text;
using FsCheck;
using FsCheck.Fluent;
using SmartCourtyard.Courtyards;
using SmartCourtyard.Gateway.Devices;
using SmartCourtyard.Gateway.Devices.Mqtt;
using SmartCourtyard.Gateway.Devices.Mqtt.ChirpStack;
using SmartCourtyard.Gateway.Devices.Mqtt.Tasmota;
using SmartCourtyard.Readings;
using Xunit.Abstractions;

namespace SmartCourtyard.Gateway.Tests.Devices.Mqtt;

/// <summary>Whatever comes, a family gives out possible readings, says what it could not read, and throws nothing.</summary>
public sealed class FamilyGarbageTests(ITestOutputHelper output)
{
    private static readonly DateTimeOffset Now = new(2026, 11, 22, 4, 30, 0, TimeSpan.Zero);

    private static readonly string[] Words =
    [
        "Time", "DS18B20", "ENERGY", "Temperature", "TempUnit", "PressureUnit", "ZbReceived", "0x1A2B", "Device", "Name", "Fire", "Contact", "ZoneStatusChange", "Switch1", "Button1",
        "Action", "Wifi", "Signal", "RSSI", "StatusSNS", "StatusSTS", "Power", "object", "rxInfo", "rssi", "fCnt", "deduplicationId", "data", "batteryLevel", "code", "history",
        "smoke_alarm", "battery", "status", "value", "press", "event", "alarm", "volt", "linkquality", "action",
    ];

    public static TheoryData<string> Families => new("zigbee2mqtt", "tasmota", "chirpstack");

    [Theory]
    [MemberData(nameof(Families))]
    public void Spoilt_messages_do_no_harm(string family)
    {
        (IMqttFamily subject, List<(string, byte[])> seeds) = Subject(family);

        output.WriteLine(MutationFuzz.Run(subject, seeds, Now));
    }

    [Theory]
    [MemberData(nameof(Families))]
    public void Any_JSON_whatever_it_says_gives_possible_readings(string family)
    {
        (IMqttFamily subject, List<(string Topic, byte[])> seeds) = Subject(family);
        Gen<(string, string)> messages = from topic in Gen.Elements(seeds.Select(s => s.Topic).Distinct().ToArray()) from json in Objects(4) select (topic, json);

        Prop.ForAll(Arb.From(messages), message =>
        {
            var readings = new List<Reading>();
            DecodeResult result = subject.Decode(message.Item1, Encoding.UTF8.GetBytes(message.Item2), false, Now, readings);
            Assert.Equal(result.Outcome == DecodeOutcome.Undecodable, result.Problem is not null);
            Assert.All(readings, r =>
            {
                (double lowest, double highest) = PlausibleRange.Of(r.Quantity);
                Assert.InRange(r.Value, lowest, highest);
            });
            Assert.Equal(readings.Count, readings.DistinctBy(r => (r.Device, r.Quantity)).Count());
        }).Check(Config.QuickThrowOnFailure.WithMaxTest(Math.Max(300, Math.Min(MutationFuzz.Cases / 40, 20_000))));
    }

    private static Gen<string> Objects(int depth) =>
        from members in (from name in Gen.Elements(Words) from value in Values(depth) select $"\"{name}\":{value}").ListOf()
        select $"{{{string.Join(',', members.Take(6))}}}";

    private static Gen<string> Values(int depth)
    {
        Gen<string> plain = Gen.OneOf(
            Gen.Elements("true", "false", "null", "\"\"", "\"ON\"", "\"OFF\"", "\"alarm\"", "\"normal\"", "\"F\"", "\"mmHg\"", "\"0x1A2B\"", "\"SINGLE\"", "1e308", "-0", "65535"),
            Gen.Choose(-1_000, 70_000).Select(n => n.ToString(System.Globalization.CultureInfo.InvariantCulture)));
        return depth == 0 ? plain : Gen.OneOf(plain, plain, Objects(depth - 1), Values(depth - 1).Select(v => $"[{v},{v}]"));
    }

    private static (IMqttFamily Family, List<(string Topic, byte[] Payload)> Seeds) Subject(string family)
    {
        DeviceClass[] classes = Enum.GetValues<DeviceClass>();
        DeviceClass Class(int i) => classes[i % classes.Length];
        CorpusLine[] lines = [.. family == "zigbee2mqtt" ? CorpusLine.All.Where((_, i) => i % 10 == 0) : OtherCorpus.Of(family)];
        List<(string, byte[])> seeds = [.. lines.Select(l => (l.Topic, Encoding.UTF8.GetBytes(l.Payload)))];
        switch (family)
        {
            case "tasmota":
                seeds.AddRange([("stat/demo-sensor/SWITCH1", "{\"Action\":\"ON\"}"u8.ToArray()), ("stat/demo-sensor/BUTTON1", "SINGLE"u8.ToArray()), ("stat/demo-sensor/STATUS8", "{\"StatusSNS\":{\"Switch1\":\"ON\"}}"u8.ToArray())]);
                IEnumerable<string> topics = lines.Select(l => string.Join('/', l.Topic.Split('/')[1..^1]));
                string[] behind = [.. topics, "zbbridge/0x662E", "zbbridge/0x1A2B", "zbbridge/0x1A2E", "zbbridge/0x1A2F", "zbbridge/0x1A30"];
                return (new TasmotaFamily(OtherCorpus.Site(behind.Distinct().Select((t, i) => (Class(i), (Source)new TasmotaSource(t))))), seeds);
            case "chirpstack":
                return (new ChirpStackFamily(OtherCorpus.Site(lines.Select(l => l.Topic.Split('/')[3]).Distinct().Select((e, i) => (Class(i), (Source)new ChirpStackSource(e))))), seeds);
            default:
                seeds.AddRange([("zigbee2mqtt/bridge/devices", Encoding.UTF8.GetBytes(CorpusLine.All[0].Inventory)), ("zigbee2mqtt/bridge/groups", "[{\"id\":1,\"friendly_name\":\"lamps\"}]"u8.ToArray()),
                    ("zigbee2mqtt/bridge/response/device/rename", "{\"data\":{\"from\":\"a\",\"to\":\"b\"},\"status\":\"ok\"}"u8.ToArray())]);
                return (new Zigbee2MqttFamily(OtherCorpus.Site(lines.Select(l => l.FriendlyName).Distinct().Select((n, i) => (Class(i), (Source)new Zigbee2MqttSource(n))))), seeds);
        }
    }
}
