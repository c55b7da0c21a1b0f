using System.Text;
using SmartCourtyard.Courtyards;
using SmartCourtyard.Gateway.Devices;
using SmartCourtyard.Gateway.Devices.Mqtt;
using SmartCourtyard.Gateway.Devices.Mqtt.AnyTopic;
using SmartCourtyard.Gateway.Devices.Mqtt.EspHome;
using SmartCourtyard.Gateway.Devices.Mqtt.HomeAssistant;
using SmartCourtyard.Readings;
using SmartCourtyard.Sources;
using Xunit.Abstractions;

namespace SmartCourtyard.Gateway.Tests.Devices.Mqtt.HomeAssistant;

public sealed class DiscoveryGarbageTests(ITestOutputHelper output)
{
    private static readonly DateTimeOffset Now = new(2026, 11, 22, 4, 30, 0, TimeSpan.Zero);

    private static readonly Lazy<IReadOnlyList<IReadOnlyList<CorpusLine>>> Devices = new(() => [.. DiscoveryCorpus.Of("ha_discovery"), .. DiscoveryCorpus.Of("esphome")]);

    private static readonly string[] Templates =
    [
        "{{ value_json.a.b[0]['c'] | float | round(1) }}", "{% if value_json.x > 3 and not value_json.y %}ON{% else %}OFF{% endif %}",
        "{{ 'ON' if value in ['1', 'on'] else 'OFF' }}", "{{ value_json.get('s', 'OFF') | upper }}", "{{ (value | int * 2 - 3) / 4 ~ '' }}",
    ];

    [Fact]
    public void Announcements_and_states_that_were_broken_on_their_way_give_only_what_is_possible() =>
        Fuzz.Run(Announced, [.. Devices.Value.SelectMany(d => d).Select(Message), .. Bundles()], output);

    [Fact]
    public void Node_messages_that_were_broken_on_their_way_give_only_what_is_possible()
    {
        CorpusLine[] nodes = [.. DiscoveryCorpus.Of("esphome").Where(g => g[0].IsAnnouncement()).Select(g => g[0])];
        Device[] devices = [.. nodes.Select((n, i) => new Device($"d{i}", null, n.DeviceClass, new Place(), new EspHomeSource(string.Join('/', n.StateTopic()!.Split('/')[..^3]))))];
        Fuzz.Run(
            () => new EspHomeFamily(new Courtyard("s", "S", null, [], devices)),
            [
                .. DiscoveryCorpus.Of("esphome").SelectMany(g => g).Where(l => !l.IsAnnouncement()).Select(Message),
                ("bedside/event/button/state", "{\"event_type\":\"press\"}"u8.ToArray()), ("air1/sensor/temperature/state", "21.5"u8.ToArray()),
            ],
            output);
    }

    [Fact]
    public void Messages_on_any_topic_that_were_broken_on_their_way_give_only_what_is_possible() => Fuzz.Run(
        () => new MqttTopicFamily(AnyTopic()),
        [
            .. Devices.Value.SelectMany(d => d).Where(l => !l.IsAnnouncement()).Select(l => ("a", Encoding.UTF8.GetBytes(l.Payload))),
            ("a", "{\"values\":{\"gas\":12.5,\"list\":[1,{\"it's\":\"ON\"}]},\"smoke\":true}"u8.ToArray()), ("b", "ALARM"u8.ToArray()), ("b", "21.5"u8.ToArray()), ("b", "[1,2]"u8.ToArray()),
        ],
        output);

    [Theory]
    [InlineData("{")]
    [InlineData("[]")]
    [InlineData("42")]
    [InlineData("{\"stat_t\":")]
    [InlineData("{\"dev\":{\"ids\":[\"\\ud800\"]}}")]
    [InlineData("not json")]
    public void An_announcement_that_is_none_is_named(string payload)
    {
        DecodeResult result = Announced().Decode("homeassistant/binary_sensor/x/config", Encoding.UTF8.GetBytes(payload), true, Now, []);

        Assert.Equal(DecodeOutcome.Undecodable, result.Outcome);
        Assert.False(string.IsNullOrEmpty(result.Problem));
    }

    [Fact]
    public void Endless_announcements_stay_within_their_bound()
    {
        HomeAssistantFamily family = Announced();
        string parts = string.Join(',', Enumerable.Range(0, 5_000).Select(i => $"\"e{i}\":{{\"p\":\"binary_sensor\",\"dev_cla\":\"smoke\",\"stat_t\":\"t/{i}\",\"uniq_id\":\"u{i}\"}}"));
        for (int i = 0; i < 150; i++)
        {
            family.Decode($"homeassistant/device/n{i}/config", Encoding.UTF8.GetBytes($"{{\"dev\":{{\"ids\":\"esphome-corridor\"}},\"cmps\":{{{parts}}}}}"), true, Now, []);
        }
        Assert.InRange(family.AlarmFilters.Count + family.Filters.Count, 1, 20_000);
    }

    [Fact]
    public void Deep_and_large_payloads_take_no_longer_than_their_size()
    {
        string deep = new string('[', 50_000) + new string(']', 50_000), large = "{\"a\":\"" + new string('x', 1 << 20) + "\"}";
        foreach (IMqttFamily family in new IMqttFamily[] { Announced(), new MqttTopicFamily(AnyTopic()) })
        {
            foreach (string payload in new[] { deep, large, new string('{', 100_000) })
            {
                foreach (string topic in new[] { "a", "b", "homeassistant/sensor/x/config", "corridor/binary_sensor/rauchmelder/state" })
                {
                    long began = TimeProvider.System.GetTimestamp();
                    family.Decode(topic, Encoding.UTF8.GetBytes(payload), false, Now, []);
                    Assert.True(TimeProvider.System.GetElapsedTime(began) < TimeSpan.FromSeconds(2));
                }
            }
        }
    }

    // All devices of the corpus at once, each of them announced.
    private static HomeAssistantFamily Announced()
    {
        CorpusLine[] first = [.. Devices.Value.Where(d => d[0].IsAnnouncement()).Select(d => d[0])];
        var site = new Courtyard("s", "S", null, [],
            [.. first.Select((l, i) => new Device($"d{i}", null, l.DeviceClass, new Place(), new HomeAssistantSource(l.DiscoveryId()))), Named("bundle"), Named("esphome-corridor")]);
        var family = new HomeAssistantFamily(site, new AnnouncedMemory(null), TimeProvider.System);
        foreach ((string topic, byte[] payload) in Devices.Value.SelectMany(d => d).Where(l => l.IsAnnouncement() && l.Payload.Length > 0).Select(Message).Concat(Bundles()))
        {
            family.Decode(topic, payload, true, Now, []);
        }
        return family;
    }

    private static Device Named(string id) => new(id, null, DeviceClass.SmokeDetector, new Place(), new HomeAssistantSource(id));

    private static IEnumerable<(string, byte[])> Bundles() => Templates.SelectMany((template, i) => new[]
    {
        ($"homeassistant/device/b{i}/config", Encoding.UTF8.GetBytes(
            $"{{\"dev\":{{\"ids\":[\"bundle\"]}},\"stat_t\":\"bundle/{i}\",\"cmps\":{{\"s\":{{\"p\":\"binary_sensor\",\"dev_cla\":\"smoke\",\"uniq_id\":\"s{i}\",\"val_tpl\":\"{template}\"}},"
            + $"\"t\":{{\"p\":\"sensor\",\"dev_cla\":\"temperature\",\"unit_of_meas\":\"°F\",\"uniq_id\":\"t{i}\",\"val_tpl\":\"{template}\",\"exp_aft\":60}}}}}}")),
        ($"bundle/{i}", "{\"a\":{\"b\":[{\"c\":\"21.5\"}]},\"x\":4,\"y\":false,\"s\":\"on\"}"u8.ToArray()),
        ($"bundle/{i}", "1"u8.ToArray()),
    });

    private static Courtyard AnyTopic() => new("s", "S", null, [],
    [
        new Device("d0", null, DeviceClass.GasDetector, new Place(), new MqttSource("a",
        [
            Point(Quantity.Methane, "$.values.gas"), Point(Quantity.Smoke, "$.smoke"), Point(Quantity.Gas, "$.gas"), Point(Quantity.Contact, "$.contact"),
            Point(Quantity.Battery, "$.battery"), Point(Quantity.WaterLeak, "$.water_leak"),
            new MqttPoint(Quantity.Temperature, JsonPath.TryParse("$.temperature")!, "°F", 0.1, 3), new MqttPoint(Quantity.Fall, JsonPath.TryParse("$.values.list[1]['it\\'s']")!, On: ["ON", "1"]),
        ])),
        new Device("d1", null, DeviceClass.AirMonitor, new Place(), new MqttSource("a", [Point(Quantity.Co2, "$.co2"), Point(Quantity.Humidity, "$.humidity")])),
        new Device("d2", null, DeviceClass.SmokeDetector, new Place(), new MqttSource("b", [new MqttPoint(Quantity.Smoke, JsonPath.TryParse("$")!, On: ["ALARM"], Off: ["OK"]), Point(Quantity.Temperature, "$")])),
    ]);

    private static MqttPoint Point(Quantity quantity, string path) => new(quantity, JsonPath.TryParse(path)!);

    private static (string, byte[]) Message(CorpusLine line) => (line.Topic, Encoding.UTF8.GetBytes(line.Payload));
}
