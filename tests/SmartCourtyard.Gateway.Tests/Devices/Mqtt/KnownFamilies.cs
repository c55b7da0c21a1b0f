using System.Text;
using SmartCourtyard.Courtyards;
using SmartCourtyard.Gateway.Devices.Mqtt;
using SmartCourtyard.Gateway.Devices.Mqtt.AnyTopic;
using SmartCourtyard.Gateway.Devices.Mqtt.ChirpStack;
using SmartCourtyard.Gateway.Devices.Mqtt.EspHome;
using SmartCourtyard.Gateway.Devices.Mqtt.HomeAssistant;
using SmartCourtyard.Gateway.Devices.Mqtt.Tasmota;
using SmartCourtyard.Gateway.Tests.Devices.Mqtt.HomeAssistant;
using SmartCourtyard.Readings;
using SmartCourtyard.Sources;

namespace SmartCourtyard.Gateway.Tests.Devices.Mqtt;

/// <summary>Every family on MQTT, each with a site of devices of all classes and with good messages of theirs.</summary>
internal static class KnownFamilies
{
    private static readonly DateTimeOffset Now = new(2026, 11, 22, 4, 30, 0, TimeSpan.Zero);

    private static readonly DeviceClass[] Classes = Enum.GetValues<DeviceClass>();

    private static readonly string[] Templates =
    [
        "{{ value_json.a.b[0]['c'] | float | round(1) }}", "{% if value_json.x > 3 and not value_json.y %}ON{% else %}OFF{% endif %}",
        "{{ 'ON' if value in ['1', 'on'] else 'OFF' }}", "{{ value_json.get('s', 'OFF') | upper }}", "{{ (value | int * 2 - 3) / 4 ~ '' }}",
    ];

    public static IReadOnlyList<string> Names { get; } = ["zigbee2mqtt", "tasmota", "chirpstack", "homeassistant", "esphome", "mqtt"];

    public static (IMqttFamily Family, IReadOnlyList<(string Topic, byte[] Payload)> Messages) Of(string name) => name switch
    {
        "zigbee2mqtt" => Zigbee2Mqtt(),
        "tasmota" => Tasmota(),
        "chirpstack" => ChirpStack(),
        "homeassistant" => (Announced(), [.. Discovered(_ => true), .. Bundles()]),
        "esphome" => EspHome(),
        "mqtt" => AnyTopic(),
        _ => throw new ArgumentOutOfRangeException(nameof(name), name, "no such family"),
    };

    private static (IMqttFamily, IReadOnlyList<(string, byte[])>) Zigbee2Mqtt()
    {
        CorpusLine[] lines = [.. CorpusLine.All.Where((_, i) => i % 10 == 0)];
        string[] below = ["", "/availability", "/smoke", "/battery", "/action", "/smoke_state"];
        return (new Zigbee2MqttFamily(OtherCorpus.Site(Sources(lines.Select(l => l.FriendlyName).Concat(Classes.Select(c => c.Name())), n => new Zigbee2MqttSource(n)))),
        [
            .. lines.Select(Message),
            .. lines.Select((l, i) => ($"zigbee2mqtt/{Classes[i % Classes.Length].Name()}{below[i % below.Length]}", Encoding.UTF8.GetBytes(l.Payload))),
            .. lines.Take(10).Select(l => ("zigbee2mqtt/bridge/devices", Encoding.UTF8.GetBytes(l.Inventory))),
            ("zigbee2mqtt/bridge/state", "{\"state\":\"offline\"}"u8.ToArray()), ("zigbee2mqtt/bridge/groups", "[{\"id\":1,\"friendly_name\":\"lamps\"}]"u8.ToArray()),
            ("zigbee2mqtt/bridge/response/device/rename", "{\"data\":{\"from\":\"smoke-detector\",\"to\":\"b\"},\"status\":\"ok\"}"u8.ToArray()),
            ("zigbee2mqtt/bridge/event", "{\"type\":\"device_leave\",\"data\":{\"friendly_name\":\"siren\",\"ieee_address\":\"0x1\"}}"u8.ToArray()),
        ]);
    }

    private static (IMqttFamily, IReadOnlyList<(string, byte[])>) Tasmota()
    {
        IReadOnlyList<CorpusLine> lines = OtherCorpus.Of("tasmota");
        IEnumerable<string> topics = lines.Select(l => string.Join('/', l.Topic.Split('/')[1..^1]));
        return (
            new TasmotaFamily(OtherCorpus.Site(Sources(
                [.. topics, "zbbridge/0x662E", "zbbridge/0x1A2B", "zbbridge/0x1A2E", "zbbridge/0x1A2F", "zbbridge/0x1A30"], t => new TasmotaSource(t)))),
            [
                .. lines.Select(Message),
                ("stat/demo-sensor/SWITCH1", "{\"Action\":\"ON\"}"u8.ToArray()), ("stat/demo-sensor/BUTTON1", "SINGLE"u8.ToArray()),
                ("stat/demo-sensor/STATUS8", "{\"StatusSNS\":{\"Switch1\":\"ON\"}}"u8.ToArray()), ("tasmota/discovery/02/config", "{\"t\":\"tasmota_1\",\"md\":\"Plug\"}"u8.ToArray()),
            ]);
    }

    private static (IMqttFamily, IReadOnlyList<(string, byte[])>) ChirpStack()
    {
        IReadOnlyList<CorpusLine> lines = OtherCorpus.Of("chirpstack");
        return (new ChirpStackFamily(OtherCorpus.Site(Sources(lines.Select(l => l.Topic.Split('/')[3]), e => new ChirpStackSource(e)))), [.. lines.Select(Message)]);
    }

    private static (IMqttFamily, IReadOnlyList<(string, byte[])>) EspHome()
    {
        IEnumerable<string> prefixes = DiscoveryCorpus.Of("esphome").Where(g => g[0].IsAnnouncement()).Select(g => string.Join('/', g[0].StateTopic()!.Split('/')[..^3]));
        return (
            new EspHomeFamily(OtherCorpus.Site(Sources([.. prefixes, "bedside", "air1"], p => new EspHomeSource(p)))),
            [
                .. DiscoveryCorpus.Of("esphome").SelectMany(g => g).Where(l => !l.IsAnnouncement()).Select(Message),
                ("bedside/event/button/state", "{\"event_type\":\"press\"}"u8.ToArray()), ("air1/sensor/temperature/state", "21.5"u8.ToArray()),
                ("air1/status", "online"u8.ToArray()), ("esphome/discover/elsewhere", "{\"name\":\"elsewhere\"}"u8.ToArray()),
            ]);
    }

    /// <summary>All devices of the corpus at once, each of them announced.</summary>
    public static HomeAssistantFamily Announced()
    {
        CorpusLine[] first = [.. Discovery.Value.Where(d => d[0].IsAnnouncement()).Select(d => d[0])];
        var site = new Courtyard("s", "S", null, [],
            [.. first.Select((l, i) => new Device($"d{i}", null, l.DeviceClass, new Place(), new HomeAssistantSource(l.DiscoveryId()))), Named("bundle"), Named("esphome-corridor")]);
        var family = new HomeAssistantFamily(site, new AnnouncedMemory(null), TimeProvider.System);
        foreach ((string topic, byte[] payload) in Discovered(l => l.IsAnnouncement() && l.Payload.Length > 0).Concat(Bundles()))
        {
            family.Decode(topic, payload, true, Now, []);
        }
        return family;
    }

    private static readonly Lazy<IReadOnlyList<IReadOnlyList<CorpusLine>>> Discovery = new(() => [.. DiscoveryCorpus.Of("ha_discovery"), .. DiscoveryCorpus.Of("esphome")]);

    private static IEnumerable<(string, byte[])> Discovered(Func<CorpusLine, bool> which) => Discovery.Value.SelectMany(d => d).Where(which).Select(Message);

    private static Device Named(string id) => new(id, null, DeviceClass.SmokeDetector, new Place(), new HomeAssistantSource(id));

    private static IEnumerable<(string, byte[])> Bundles() => Templates.SelectMany((template, i) => new[]
    {
        ($"homeassistant/device/b{i}/config", Encoding.UTF8.GetBytes(
            $"{{\"dev\":{{\"ids\":[\"bundle\"]}},\"stat_t\":\"bundle/{i}\",\"cmps\":{{\"s\":{{\"p\":\"binary_sensor\",\"dev_cla\":\"smoke\",\"uniq_id\":\"s{i}\",\"val_tpl\":\"{template}\"}},"
            + $"\"t\":{{\"p\":\"sensor\",\"dev_cla\":\"temperature\",\"unit_of_meas\":\"°F\",\"uniq_id\":\"t{i}\",\"val_tpl\":\"{template}\",\"exp_aft\":60}}}}}}")),
        ($"bundle/{i}", "{\"a\":{\"b\":[{\"c\":\"21.5\"}]},\"x\":4,\"y\":false,\"s\":\"on\"}"u8.ToArray()),
        ($"bundle/{i}", "1"u8.ToArray()),
    });

    private static (IMqttFamily, IReadOnlyList<(string, byte[])>) AnyTopic()
    {
        static MqttPoint Point(Quantity quantity, string path) => new(quantity, JsonPath.TryParse(path)!);
        var site = new Courtyard("s", "S", null, [],
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
        return (new MqttTopicFamily(site),
        [
            .. Discovered(l => !l.IsAnnouncement()).Select(m => ("a", m.Item2)),
            ("a", "{\"values\":{\"gas\":12.5,\"list\":[1,{\"it's\":\"ON\"}]},\"smoke\":true}"u8.ToArray()), ("b", "ALARM"u8.ToArray()), ("b", "21.5"u8.ToArray()), ("b", "[1,2]"u8.ToArray()),
        ]);
    }

    private static IEnumerable<(DeviceClass, Source)> Sources(IEnumerable<string> names, Func<string, Source> source) =>
        names.Distinct().Select((name, i) => (Classes[i % Classes.Length], source(name)));

    private static (string, byte[]) Message(CorpusLine line) => (line.Topic, Encoding.UTF8.GetBytes(line.Payload));
}
