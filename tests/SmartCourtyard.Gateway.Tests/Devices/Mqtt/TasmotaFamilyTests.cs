using System.Globalization;
using System.Text;
using SmartCourtyard.Courtyards;
using SmartCourtyard.Gateway.Devices;
using SmartCourtyard.Gateway.Devices.Mqtt.Tasmota;
using SmartCourtyard.Readings;

namespace SmartCourtyard.Gateway.Tests.Devices.Mqtt;

public sealed class TasmotaFamilyTests
{
    private static readonly DateTimeOffset Now = new(2026, 11, 22, 4, 30, 0, TimeSpan.Zero);

    private readonly List<Reading> _readings = [];

    [Theory]
    [InlineData("air-monitor", "tele/t/SENSOR", "{\"Time\":\"2026-07-01T08:00:00\",\"DS18B20\":{\"Temperature\":20.6}}", "temperature=20.6")]
    [InlineData("air-monitor", "tele/t/SENSOR", "{\"DS18B20\":{\"Temperature\":68},\"TempUnit\":\"F\"}", "temperature=20")]
    [InlineData("air-monitor", "tele/t/SENSOR", "{\"BME280\":{\"Pressure\":750},\"PressureUnit\":\"mmHg\"}", "pressure=999.918")]
    [InlineData("air-monitor", "tele/t/SENSOR", "{\"DS18B20-1\":{\"Temperature\":5},\"DS18B20-2\":{\"Temperature\":7}}", "temperature=5")]
    [InlineData("air-monitor", "tele/t/SENSOR", "{\"BME680\":{\"Temperature\":20,\"Gas\":24.46}}", "temperature=20")]
    [InlineData("gas-detector", "tele/t/SENSOR", "{\"BME680\":{\"Gas\":1}}", "")]
    [InlineData("electrical-monitor", "tele/t/SENSOR", "{\"ENERGY\":{\"Power\":[5,7],\"Voltage\":230,\"Current\":[0.1,0.2]}}", "voltage=230 current=0.1 power=5")]
    [InlineData("siren", "tele/t/STATE", "{\"POWER\":\"ON\",\"Wifi\":{\"RSSI\":86,\"Signal\":-57}}", "rssi=-57")]
    [InlineData("siren", "tele/t/STATE", "{\"Wifi\":{\"RSSI\":86}}", "rssi=-57")]
    [InlineData("siren", "stat/t/STATUS11", "{\"StatusSTS\":{\"Wifi\":{\"Signal\":-57}}}", "rssi=-57")]
    [InlineData("air-monitor", "stat/t/STATUS8", "{\"StatusSNS\":{\"DS18B20\":{\"Temperature\":68},\"TempUnit\":\"F\"}}", "temperature=20")]
    [InlineData("siren", "tele/t/LWT", "Online", "online=1")]
    [InlineData("siren", "tele/t/LWT", "Offline", "online=0")]
    [InlineData("smoke-detector", "stat/t/RESULT", "{\"Switch1\":{\"Action\":\"ON\"}}", "smoke=1")]
    [InlineData("smoke-detector", "tele/t/SENSOR", "{\"Switch1\":\"OFF\",\"Switch2\":\"ON\"}", "smoke=1")]
    [InlineData("smoke-detector", "stat/t/SWITCH1", "{\"Action\":\"OFF\"}", "smoke=0")]
    [InlineData("gas-detector", "stat/t/SWITCH12", "ON", "gas=1")]
    [InlineData("heat-detector", "stat/t/SWITCH1", "{\"STATE\":\"ON\"}", "smoke=1")]
    [InlineData("door-contact", "tele/t/SENSOR", "{\"Switch1\":\"ON\"}", "contact=0")]
    [InlineData("door-contact", "tele/t/SENSOR", "{\"Switch1\":\"OFF\"}", "contact=1")]
    [InlineData("emergency-button", "stat/t/SWITCH1", "ON", "emergency=1")]
    [InlineData("emergency-button", "stat/t/RESULT", "{\"Button1\":{\"Action\":\"SINGLE\"}}", "emergency=1")]
    [InlineData("emergency-button", "stat/t/BUTTON1", "{\"ACTION\":\"HOLD\"}", "emergency=1")]
    [InlineData("emergency-button", "stat/t/SWITCH1", "{\"Action\":\"TOGGLE\"}", "emergency=1")]
    [InlineData("emergency-button", "stat/t/BUTTON1", "{\"Action\":\"CLEAR\"}", "")]
    [InlineData("siren", "stat/t/SWITCH1", "TOGGLE", "")]
    [InlineData("siren", "stat/t/RESULT", "{\"POWER\":\"ON\"}", "")]
    [InlineData("emergency-button", "stat/t/RESULT", "{\"POWER\":\"TOGGLE\"}", "")]
    public void A_device_says_by_its_sensors_and_switches_what_its_class_is_for(string className, string topic, string payload, string expected)
    {
        DecodeResult result = Decode(Family(className, new TasmotaSource("t")), topic, payload);

        Assert.Equal((DecodeOutcome.Decoded, null), (result.Outcome, result.Problem));
        Assert.Equal(expected, Said());
    }

    [Theory]
    [InlineData("%prefix%/%topic%/", "report/t/SENSOR", "{\"Switch1\":\"ON\"}", "smoke=1")]
    [InlineData("%prefix%/%topic%/", "answer/t/SWITCH1", "ON", "smoke=1")]
    [InlineData("%prefix%/%topic%/", "report/t/LWT", "在线", "online=1")]
    [InlineData("%prefix%/%topic%/", "report/t/LWT", "GONE", "online=0")]
    [InlineData("home/%topic%/%prefix%/", "home/t/report/LWT", "gone", "online=0")]
    public void The_words_that_an_owner_has_changed_are_understood(string fullTopic, string topic, string payload, string expected)
    {
        var family = Family("smoke-detector", new TasmotaSource("t", fullTopic) { Words = new TasmotaWords("report", "answer", "order", "在线", "gone") });

        DecodeResult result = Decode(family, topic, payload);

        Assert.Equal((DecodeOutcome.Decoded, null), (result.Outcome, result.Problem));
        Assert.Equal(expected, Said());
        Assert.Contains(family.AlarmFilters, f => topic.StartsWith(f[..^1], StringComparison.Ordinal));
    }

    [Fact]
    public void A_bridge_speaks_in_the_words_of_those_behind_it_and_another_word_is_named()
    {
        var family = Family("smoke-detector", new TasmotaSource("zb/0x1234") { Words = new TasmotaWords(Online: "up", Offline: "down") });

        Assert.False(Decode(family, "tele/zb/LWT", "down").BridgeOnline);
        Assert.Equal(DecodeOutcome.BridgeState, Decode(family, "tele/zb/LWT", "up").Outcome);
        Assert.Equal("LWT is neither up nor down", Decode(Family("siren", new TasmotaSource("t") { Words = new TasmotaWords(Online: "up", Offline: "down") }), "tele/t/LWT", "Online").Problem);
    }

    [Theory]
    [InlineData("smoke-detector", "{\"Device\":\"0x1234\",\"ZoneStatusChange\":1}", "smoke=1 tamper=0 fault=0 test=0 battery-low=0")]
    [InlineData("water-leak", "{\"Device\":\"0x1234\",\"ZoneStatusChange\":1,\"LinkQuality\":90}", "water-leak=1 tamper=0 fault=0 test=0 battery-low=0 link-quality=90")]
    [InlineData("water-leak", "{\"Device\":\"0x1234\",\"Water\":1,\"ZoneStatusChange\":1}", "water-leak=1 tamper=0 fault=0 test=0 battery-low=0")]
    [InlineData("smoke-detector", "{\"Device\":\"0x1234\",\"Fire\":0,\"ZoneStatusChange\":332}", "smoke=0 tamper=1 fault=1 test=1 battery-low=1")]
    [InlineData("door-contact", "{\"Device\":\"0x1234\",\"Contact\":1}", "contact=0")]
    [InlineData("door-contact", "{\"Device\":\"0x1234\",\"Contact\":0}", "contact=1")]
    [InlineData("co-detector", "{\"Device\":\"0x1234\",\"CO\":1}", "co-alarm=1")]
    [InlineData("emergency-button", "{\"Device\":\"0x1234\",\"0006!02\":\"\",\"Power\":2}", "emergency=1")]
    [InlineData("siren", "{\"Device\":\"0x1234\",\"0006!02\":\"\",\"Power\":2}", "")]
    [InlineData("air-monitor", "{\"Device\":\"0x1234\",\"Name\":\"烟感\",\"Temperature\":25.72,\"Humidity\":47,\"BatteryPercentage\":81}", "temperature=25.72 humidity=47 battery=81")]
    public void A_Zigbee_device_is_heard_through_its_bridge(string className, string device, string expected)
    {
        DecodeResult result = Decode(Family(className, new TasmotaSource("zb/0x1234")), "tele/zb/SENSOR", $"{{\"ZbReceived\":{{\"0x1234\":{device}}}}}");

        Assert.Equal((DecodeOutcome.Decoded, null, "d"), (result.Outcome, result.Problem, result.Device?.Id));
        Assert.Equal(expected, Said());
    }

    [Theory]
    [InlineData("zb/0x12AB", "tele/zb/SENSOR", "{\"ZbReceived\":{\"0x12AB\":{\"Device\":\"0x12AB\",\"Fire\":1}}}")]
    [InlineData("zb/0x12ab", "tele/zb/SENSOR", "{\"ZbReceived\":{\"0x12AB\":{\"Device\":\"0x12AB\",\"Fire\":1}}}")]
    [InlineData("zb/厨房 烟感", "tele/zb/SENSOR", "{\"ZbReceived\":{\"0x12AB\":{\"Device\":\"0x12AB\",\"Name\":\" 厨房 烟感\",\"Fire\":1}}}")]
    [InlineData("zb/0x12AB", "tele/zb/SENSOR", "{\"ZbReceived\":{\"厨房\":{\"Device\":\"0x12AB\",\"Name\":\"厨房\",\"Fire\":1}}}")]
    [InlineData("zb/0x12AB", "tele/zb/SENSOR", "{\"0x12AB\":{\"Device\":\"0x12AB\",\"Fire\":1}}")]
    [InlineData("zb/0x12AB", "tele/zb/12AB/SENSOR", "{\"ZbReceived\":{\"0x12AB\":{\"Device\":\"0x12AB\",\"Fire\":1}}}")]
    [InlineData("zb/12AB", "tele/zb/12AB/SENSOR", "{\"ZbReceived\":{\"0x12AB\":{\"Device\":\"0x12AB\",\"Fire\":1}}}")]
    [InlineData("zb/kitchen", "tele/zb/kitchen/SENSOR", "{\"Device\":\"0x12AB\",\"Name\":\"kitchen\",\"Fire\":1}")]
    [InlineData("zb/0x12AB", "stat/zb/RESULT", "{\"ZbReceived\":{\"0x12AB\":{\"Device\":\"0x12AB\",\"Fire\":1}}}")]
    public void However_the_bridge_is_set_up_to_speak_of_it(string site, string topic, string payload)
    {
        Assert.Equal(DecodeOutcome.Decoded, Decode(Family("smoke-detector", new TasmotaSource(site)), topic, payload).Outcome);
        Assert.Equal("smoke=1", Said());
    }

    [Theory]
    [InlineData("%topic%/%prefix%/", "t/tele/SENSOR")]
    [InlineData("estate/%prefix%/%topic%/", "estate/tele/t/SENSOR")]
    [InlineData("%prefix%/estate/%topic%/x/", "stat/estate/t/x/SENSOR")]
    public void A_device_may_make_its_topics_another_way(string full, string topic)
    {
        var family = Family("air-monitor", new TasmotaSource("t", full));

        Assert.Equal(DecodeOutcome.Decoded, Decode(family, topic, "{\"SHT3X\":{\"Humidity\":40}}").Outcome);
        Assert.Equal("humidity=40", Said());
        Assert.Contains(family.Filters, f => topic.StartsWith(f[..^1], StringComparison.Ordinal));
        Assert.Contains("tele/#", family.Filters);
    }

    [Fact]
    public void Each_device_of_a_message_gets_its_own_values()
    {
        var family = new TasmotaFamily(OtherCorpus.Site(
            [(DeviceClass.SmokeDetector, new TasmotaSource("zb/0x0001")), (DeviceClass.AirMonitor, new TasmotaSource("zb/BLE-1")), (DeviceClass.AirMonitor, new TasmotaSource("zb"))]));

        Decode(family, "tele/zb/SENSOR", "{\"ZbReceived\":{\"0x0001\":{\"Device\":\"0x0001\",\"Fire\":1}},\"BLE-1\":{\"Temperature\":5},\"DS18B20\":{\"Temperature\":20}}");

        Assert.Equal([("d0", 1), ("d1", 5), ("d2", 20)], _readings.Select(r => (r.Device.Id, r.Value)));
    }

    [Theory]
    [InlineData("tele/x/SENSOR", "{\"SHT3X\":{\"Temperature\":20,\"Humidity\":40}}", "x", "temperature humidity")]
    [InlineData("tele/x/LWT", "Online", "x", "online")]
    [InlineData("tele/zb/SENSOR", "{\"ZbReceived\":{\"0x9999\":{\"Device\":\"0x9999\",\"Fire\":1,\"BatteryPercentage\":50}}}", "zb/0x9999", "smoke battery")]
    [InlineData("stat/x/RESULT", "{\"Button1\":{\"Action\":\"SINGLE\"}}", "x", "emergency")]
    public void A_device_that_the_site_does_not_name_is_reported_with_what_it_spoke_of(string topic, string payload, string name, string points)
    {
        DecodeResult result = Decode(Family("smoke-detector", new TasmotaSource("zb/0x1234")), topic, payload);

        Assert.Equal((DecodeOutcome.UnassignedDevice, name), (result.Outcome, result.UnassignedName));
        Assert.Equal(points, string.Join(' ', result.Points.Quantities().Select(q => q.Name())));
        Assert.Empty(_readings);
    }

    [Fact]
    public void A_bridge_that_is_gone_is_one_part_that_is_down()
    {
        TasmotaFamily family = Family("smoke-detector", new TasmotaSource("zb/0x1234"));

        DecodeResult gone = Decode(family, "tele/zb/LWT", "Offline");

        Assert.Equal((DecodeOutcome.BridgeState, false), (gone.Outcome, gone.BridgeOnline));
        Assert.Contains(gone.BridgePart!, new TasmotaSource("zb/0x1234").DependsOn);
        Assert.Equal(DecodeOutcome.NotADevice, Decode(family, "tele/zb/STATE", "{\"Wifi\":{\"Signal\":-50}}").Outcome);
        Assert.Empty(_readings);
    }

    [Fact]
    public void A_device_that_announces_itself_is_shown_with_its_model()
    {
        IReadOnlyList<InventoryDevice>? inventory = null;
        var family = new TasmotaFamily(OtherCorpus.Site([(DeviceClass.Siren, new TasmotaSource("known"))]), (_, all) => inventory = all);
        CorpusLine announcement = OtherCorpus.Of("tasmota").Single(l => l.Topic.StartsWith("tasmota/discovery", StringComparison.Ordinal));

        Decode(family, announcement.Topic, announcement.Payload);
        Decode(family, "tasmota/discovery/1/config", "{\"t\":\"known\",\"md\":\"x\"}");
        Decode(family, "tasmota/discovery/1/config", "{\"t\":");

        Assert.Equal([new InventoryDevice("tasmota_F17F56", "Tasmota", "Athom Plug V2", 0)], inventory);
    }

    [Theory]
    [InlineData("tele/t/SENSOR", "not json", "the payload is not JSON")]
    [InlineData("tele/t/SENSOR", "[1]", "the payload is not a JSON object")]
    [InlineData("tele/t/SENSOR", "{\"DS18B20\":{\"Temperature\":-127}}", "Temperature is -127")]
    [InlineData("tele/t/LWT", "perhaps", "LWT is neither Online nor Offline")]
    [InlineData("stat/t/SWITCH1", "TOGGLE", "Switch is 'TOGGLE': ON or OFF")]
    public void What_cannot_be_read_is_named(string topic, string payload, string problem)
    {
        DecodeResult result = Decode(Family("smoke-detector", new TasmotaSource("t")), topic, payload);

        Assert.Equal((DecodeOutcome.Undecodable, "d"), (result.Outcome, result.Device?.Id));
        Assert.StartsWith(problem, result.Problem, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("tele/t/INFO1", "{}")]
    [InlineData("stat/t/POWER", "ON")]
    [InlineData("stat/t/LOGGING", "00:00:01 smoke")]
    [InlineData("stat/t/SWITCHX", "ON")]
    public void Other_commands_say_nothing(string topic, string payload)
    {
        Assert.Equal(DecodeOutcome.NotADevice, Decode(Family("smoke-detector", new TasmotaSource("t")), topic, payload).Outcome);
        Assert.Empty(_readings);
    }

    [Theory]
    [InlineData("zigbee2mqtt/t")]
    [InlineData("t/tele/SENSOR")]
    [InlineData("tele/SENSOR")]
    [InlineData("SENSOR")]
    public void Other_families_topics_are_not_its_own(string topic) =>
        Assert.Equal(DecodeOutcome.NotMine, Decode(Family("smoke-detector", new TasmotaSource("t")), topic, "{}").Outcome);

    [Fact]
    public void What_the_broker_kept_is_marked_as_a_state()
    {
        Family("siren", new TasmotaSource("t")).Decode("tele/t/LWT", "Online"u8, true, Now, _readings);

        Assert.Equal(Origin.Retained, Assert.Single(_readings).Origin);
    }

    [Fact]
    public void Alarm_capable_devices_are_heard_with_custody_and_no_filter_twice()
    {
        var family = new TasmotaFamily(OtherCorpus.Site(
            (DeviceClass.SmokeDetector, new TasmotaSource("zb/0x1")), (DeviceClass.GasDetector, new TasmotaSource("zb/0x2")), (DeviceClass.Siren, new TasmotaSource("zb")),
            (DeviceClass.AirMonitor, new TasmotaSource("air")), (DeviceClass.SmokeDetector, new TasmotaSource("p/q/r")), (DeviceClass.SmokeDetector, new TasmotaSource("p/q")),
            (DeviceClass.SmokeDetector, new TasmotaSource("b/0x1", "%topic%/%prefix%/"))));

        Assert.Equal(["tele/zb/#", "stat/zb/#", "tele/p/#", "stat/p/#", "b/tele/#", "b/+/tele/#", "b/stat/#", "b/+/stat/#"], family.AlarmFilters);
    }

    private DecodeResult Decode(TasmotaFamily family, string topic, string payload) =>
        family.Decode(topic, Encoding.UTF8.GetBytes(payload), false, Now, _readings);

    private string Said() => string.Join(' ', _readings.OrderBy(r => r.Quantity).Select(r =>
        string.Create(CultureInfo.InvariantCulture, $"{r.Quantity.Name()}={Math.Round(r.Value, 6)}")));

    private static TasmotaFamily Family(string className, TasmotaSource source)
    {
        Assert.True(DeviceClasses.TryParse(className, out DeviceClass deviceClass));
        return new TasmotaFamily(new Courtyard("site", "Site", null, [], [new Device("d", null, deviceClass, new Place(), source)]));
    }
}
