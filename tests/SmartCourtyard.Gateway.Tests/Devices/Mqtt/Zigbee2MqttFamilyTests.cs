using System.Globalization;
using System.Text;
using SmartCourtyard.Courtyards;
using SmartCourtyard.Gateway.Devices;
using SmartCourtyard.Gateway.Devices.Mqtt;
using SmartCourtyard.Readings;

namespace SmartCourtyard.Gateway.Tests.Devices.Mqtt;

public sealed class Zigbee2MqttFamilyTests
{
    private static readonly DateTimeOffset Now = new(2026, 11, 22, 4, 30, 0, TimeSpan.Zero);

    private readonly List<Reading> _readings = [];

    [Theory]
    [InlineData("b03/u1/301/kitchen_smoke")]
    [InlineData("Küche Sensor 1")]
    [InlineData("Кухня/厨房 烟感🔥")]
    [InlineData("kitchen/set")]
    [InlineData("x/availability")]
    [InlineData("bridged")]
    public void A_device_is_found_by_its_friendly_name_whatever_it_holds(string name)
    {
        DecodeResult result = Family(DeviceClass.SmokeDetector, name).Decode($"zigbee2mqtt/{name}", "{\"smoke\":true}"u8, false, Now, _readings);

        Assert.Equal(DecodeOutcome.Decoded, result.Outcome);
        Assert.Equal(name, ((Zigbee2MqttSource)result.Device!.Source).FriendlyName);
        Assert.Equal(new Reading(result.Device, Quantity.Smoke, 1, Now), Assert.Single(_readings));
    }

    [Theory]
    [InlineData("zigbee2mqtt/bridge/logging")]
    [InlineData("zigbee2mqtt/bridge/devices")]
    [InlineData("zigbee2mqtt/bridge")]
    [InlineData("zigbee2mqtt/a/b/set")]
    [InlineData("zigbee2mqtt/a/b/get")]
    [InlineData("zigbee2mqtt/a/b/set/state")]
    public void The_bridge_and_commands_to_devices_are_nobodys_message(string topic)
    {
        Assert.Equal(DecodeOutcome.NotADevice, Family(DeviceClass.SmokeDetector, "a/b").Decode(topic, "{\"smoke\":true}"u8, false, Now, _readings).Outcome);
        Assert.Empty(_readings);
    }

    [Theory]
    [InlineData("zigbee2mqtt/attic/new one", "{\"smoke\":true}", "attic/new one")]
    [InlineData("zigbee2mqtt/attic/new one/availability", "online", "attic/new one")]
    [InlineData("zigbee2mqtt/attic/new one/smoke", "true", "attic/new one")]
    [InlineData("zigbee2mqtt/a/b/c", "{\"smoke\":true}", "a/b/c")]
    public void A_device_that_the_site_does_not_name_is_reported_by_its_name(string topic, string payload, string name)
    {
        DecodeResult result = Decode(Family(DeviceClass.SmokeDetector, "a/b"), topic, payload);

        Assert.Equal((DecodeOutcome.UnassignedDevice, name), (result.Outcome, result.UnassignedName));
        Assert.Empty(_readings);
    }

    [Fact]
    public void Another_base_topic_may_be_given()
    {
        var family = new Zigbee2MqttFamily(Site(DeviceClass.SmokeDetector, "a"), "estates/z2m");

        Assert.Equal(DecodeOutcome.NotMine, Decode(family, "zigbee2mqtt/a", "{\"smoke\":true}").Outcome);
        Assert.Equal(DecodeOutcome.Decoded, Decode(family, "estates/z2m/a", "{\"smoke\":true}").Outcome);
    }

    [Theory]
    [InlineData("online", 1)]
    [InlineData("offline", 0)]
    [InlineData("{\"state\":\"online\"}", 1)]
    [InlineData("{\"since\":1,\"state\":\"offline\"}", 0)]
    public void Availability_comes_in_two_forms(string payload, double online)
    {
        DecodeResult result = Decode(Family(DeviceClass.Motion, "a/b"), "zigbee2mqtt/a/b/availability", payload);

        Assert.Equal(DecodeOutcome.Decoded, result.Outcome);
        Assert.Equal((Quantity.Online, online), Only());
    }

    [Theory]
    [InlineData("{\"state\":\"online\"}", true, true)]
    [InlineData("offline", true, false)]
    [InlineData("{\"state\":", false, false)]
    [InlineData("perhaps", false, false)]
    public void The_bridge_says_whether_it_is_there(string payload, bool understood, bool online)
    {
        DecodeResult result = Decode(Family(DeviceClass.Motion, "a"), "zigbee2mqtt/bridge/state", payload);

        Assert.Equal((understood ? DecodeOutcome.BridgeState : DecodeOutcome.NotADevice, online), (result.Outcome, result.BridgeOnline));
    }

    [Theory]
    [InlineData("true", 1)]
    [InlineData("false", 0)]
    [InlineData("\"true\"", 1)]
    [InlineData("\"ON\"", 1)]
    [InlineData("\"OFF\"", 0)]
    [InlineData("\"Leak\"", 1)]
    [InlineData("\"Dry\"", 0)]
    [InlineData("\"Alarm\"", 1)]
    [InlineData("\"Normal\"", 0)]
    [InlineData("1", 1)]
    [InlineData("0", 0)]
    [InlineData("1.0", 1)]
    [InlineData("\"1\"", 1)]
    [InlineData("\" on \"", 1)]
    public void A_flag_is_read_in_every_spelling(string json, double value)
    {
        Decode(Family(DeviceClass.WaterLeak, "a"), "zigbee2mqtt/a", $"{{\"water_leak\":{json}}}");

        Assert.Equal((Quantity.WaterLeak, value), Only());
    }

    [Theory]
    [InlineData("null")]
    [InlineData("\"\"")]
    [InlineData("\"None\"")]
    [InlineData("\"unknown\"")]
    [InlineData("\"nan\"")]
    public void A_value_that_is_not_known_is_neither_a_reading_nor_a_mistake(string json)
    {
        DecodeResult result = Decode(Family(DeviceClass.WaterLeak, "a"), "zigbee2mqtt/a", $"{{\"water_leak\":{json},\"temperature\":{json}}}");

        Assert.Equal((DecodeOutcome.Decoded, null), (result.Outcome, result.Problem));
        Assert.Empty(_readings);
    }

    [Theory]
    [InlineData("{\"smoke\":\"maybe\",\"battery\":87}", "smoke is 'maybe': true or false")]
    [InlineData("{\"smoke\":2,\"battery\":87}", "smoke is 2: true or false")]
    [InlineData("{\"smoke\":[true],\"battery\":87}", "smoke is an object or a list: true or false")]
    [InlineData("{\"smoke\":{\"a\":{\"battery\":1}},\"battery\":87}", "smoke is an object or a list: true or false")]
    [InlineData("{\"temperature\":327.67,\"battery\":87}", "temperature is 327.67: a number that makes -60 to 300 °C")]
    [InlineData("{\"temperature\":1e999,\"battery\":87}", "temperature is 1e999: a number that makes -60 to 300 °C")]
    [InlineData("{\"temperature\":\"warm\",\"battery\":87}", "temperature is 'warm': a number that makes -60 to 300 °C")]
    [InlineData("{\"smoke_state\":\"purple\",\"battery\":87}", "smoke_state is 'purple': one of alarm detecting normal none")]
    [InlineData("{\"battery\":87,\"smoke\":tr", "the payload is not JSON (it breaks off after byte 22)")]
    [InlineData("{\"battery\":87}}", "the payload is not JSON (it breaks off after byte 14)")]
    public void A_bad_part_is_named_and_the_good_parts_count(string payload, string problem)
    {
        DecodeResult result = Decode(Family(DeviceClass.SmokeDetector, "a"), "zigbee2mqtt/a", payload);

        Assert.Equal((DecodeOutcome.Undecodable, problem), (result.Outcome, result.Problem));
        Assert.NotNull(result.Device);
        Assert.Equal((Quantity.Battery, 87), Only());
    }

    [Theory]
    [InlineData("emergency-button", "emergency", true)]
    [InlineData("emergency-button", "panic", true)]
    [InlineData("emergency-button", "SOS", true)]
    [InlineData("emergency-button", "single", true)]
    [InlineData("emergency-button", "double", true)]
    [InlineData("emergency-button", "hold", true)]
    [InlineData("emergency-button", "button_1_single", true)]
    [InlineData("emergency-button", "1_long_press", true)]
    [InlineData("emergency-button", "hold_release", false)]
    [InlineData("emergency-button", "release", false)]
    [InlineData("emergency-button", "disarm", false)]
    [InlineData("emergency-button", "arm_all_zones", false)]
    [InlineData("emergency-button", "off", false)]
    [InlineData("equipment-contact", "single", false)]
    [InlineData("equipment-contact", "fall", false)]
    [InlineData("equipment-contact", "emergency", true)]
    [InlineData("motion", "panic", true)]
    public void A_press_calls_for_help_if_the_word_or_the_device_says_so(string className, string action, bool calls)
    {
        Assert.True(DeviceClasses.TryParse(className, out DeviceClass deviceClass));

        DecodeResult result = Decode(Family(deviceClass, "a"), "zigbee2mqtt/a", $"{{\"action\":\"{action}\"}}");

        Assert.Equal(DecodeOutcome.Decoded, result.Outcome);
        Assert.Equal(calls, _readings.Any(r => r is { Quantity: Quantity.Emergency, IsOn: true, Momentary: true }));
    }

    [Fact]
    public void An_emergency_buttons_unknown_word_is_shown_to_the_technician()
    {
        DecodeResult result = Decode(Family(DeviceClass.EmergencyButton, "a"), "zigbee2mqtt/a", "{\"action\":\"wiggle\",\"battery\":50}");

        Assert.Equal(DecodeOutcome.Undecodable, result.Outcome);
        Assert.StartsWith("action is 'wiggle'", result.Problem, StringComparison.Ordinal);
        Assert.Equal((Quantity.Battery, 50), Only());
    }

    [Fact]
    public void What_the_broker_kept_is_marked_as_a_state_and_a_press_as_momentary()
    {
        Decode(Family(DeviceClass.EmergencyButton, "a"), "zigbee2mqtt/a", "{\"action\":\"emergency\",\"battery\":95}", retained: true);

        Assert.Equal(
            [(Quantity.Emergency, Origin.Retained, true), (Quantity.Battery, Origin.Retained, false)],
            _readings.Select(r => (r.Quantity, r.Origin, r.Momentary)));
    }

    [Fact]
    public void A_test_is_said_before_the_alarm_it_explains()
    {
        Decode(Family(DeviceClass.SmokeDetector, "a"), "zigbee2mqtt/a", "{\"smoke\":true,\"battery\":95,\"test\":true,\"tamper\":false}");

        Assert.Equal([Quantity.Test, Quantity.Smoke, Quantity.Tamper, Quantity.Battery], _readings.Select(r => r.Quantity));
    }

    [Theory]
    [InlineData("{\"smoke_alarm_1\":true,\"smoke_alarm_2\":false}", Quantity.Smoke, 1)]
    [InlineData("{\"smoke_alarm_1\":false,\"smoke_alarm_2\":true}", Quantity.Smoke, 1)]
    [InlineData("{\"smoke\":true,\"smoke\":false}", Quantity.Smoke, 1)]
    [InlineData("{\"smoke\":true,\"smoke_state\":\"normal\"}", Quantity.Smoke, 1)]
    [InlineData("{\"contact_alarm_1\":true,\"contact_alarm_2\":false}", Quantity.Contact, 0)]
    [InlineData("{\"contact_alarm_1\":false,\"contact_alarm_2\":true}", Quantity.Contact, 0)]
    [InlineData("{\"temperature\":20,\"temperature\":21}", Quantity.Temperature, 21)]
    [InlineData("{\"temperature_1\":5,\"temperature\":21,\"temperature_2\":7}", Quantity.Temperature, 21)]
    [InlineData("{\"temperature_1\":5,\"temperature_2\":7}", Quantity.Temperature, 5)]
    public void Several_fields_of_one_quantity_make_one_reading(string payload, Quantity quantity, double value)
    {
        Decode(Family(DeviceClass.SmokeDetector, "a"), "zigbee2mqtt/a", payload);

        Reading reading = Assert.Single(_readings, r => r.Quantity == quantity);
        Assert.Equal(value, reading.Value);
    }

    [Theory]
    [InlineData("gas-detector", "{\"gas\":true}", "gas=1")]
    [InlineData("gas-detector", "{\"gas\":12}", "methane=12")]
    [InlineData("gas-detector", "{\"gas\":\"12.5\"}", "methane=12.5")]
    [InlineData("equipment-contact", "{\"gas\":1433.2}", "")]
    [InlineData("equipment-contact", "{\"gas\":true}", "gas=1")]
    [InlineData("co-detector", "{\"co\":35,\"carbon_monoxide\":true}", "co-alarm=1 co=35")]
    [InlineData("noise-meter", "{\"noise\":true}", "")]
    [InlineData("noise-meter", "{\"noise\":61.5}", "noise=61.5")]
    [InlineData("door-contact", "{\"contact\":true}", "contact=1")]
    [InlineData("door-contact", "{\"contact\":\"open\"}", "contact=0")]
    [InlineData("door-contact", "{\"alarm_1\":true}", "contact=0")]
    [InlineData("smoke-detector", "{\"alarm_1\":true}", "smoke=1")]
    [InlineData("siren", "{\"alarm_1\":true,\"alarm\":true}", "")]
    [InlineData("gas-valve", "{\"status\":\"STUCK\"}", "fault=1")]
    [InlineData("air-monitor", "{\"voltage\":2950}", "voltage=2.95")]
    [InlineData("electrical-monitor", "{\"voltage\":230.5}", "voltage=230.5")]
    [InlineData("air-monitor", "{\"pressure\":101.3}", "pressure=1013")]
    [InlineData("air-monitor", "{\"pressure\":1013}", "pressure=1013")]
    [InlineData("air-monitor", "{\"water_warning\":\"alarm\",\"soil_moisture\":3}", "")]
    [InlineData("water-level", "{\"water_level\":12}", "water-level=120")]
    [InlineData("smoke-detector", "{\"sm\\u006fke\":true}", "smoke=1")]
    [InlineData("smoke-detector", "{\"smoke_state\":\"al\\u0061rm\"}", "smoke=1 test=0")]
    [InlineData("smoke-detector", "\uFEFF{\"smoke\":true}", "smoke=1")]
    [InlineData("smoke-detector", "", "")]
    [InlineData("fall-detector", "{\"fall_down_status\":\"maybe_fall\"}", "")]
    [InlineData("smoke-detector", "{\"update\":{\"state\":null,\"smoke\":true},\"last_seen\":null,\"elapsed\":3}", "")]
    public void A_field_means_what_the_table_says_for_the_devices_class(string className, string payload, string expected)
    {
        Assert.True(DeviceClasses.TryParse(className, out DeviceClass deviceClass));

        DecodeResult result = Decode(Family(deviceClass, "a"), "zigbee2mqtt/a", payload);

        Assert.Equal((DecodeOutcome.Decoded, null), (result.Outcome, result.Problem));
        string found = string.Join(' ', _readings.OrderBy(r => r.Quantity).Select(r => string.Create(CultureInfo.InvariantCulture, $"{r.Quantity.Name()}={Math.Round(r.Value, 6)}")));
        Assert.Equal(expected, found);
    }

    [Fact]
    public void The_inventory_says_in_which_unit_a_device_reports()
    {
        Zigbee2MqttFamily family = Family(DeviceClass.AirMonitor, "a");
        Decode(family, "zigbee2mqtt/a", "{\"voc\":100}");
        Decode(family, "zigbee2mqtt/bridge/devices", Inventory("a", "voc", "ppb"));
        Decode(family, "zigbee2mqtt/a", "{\"voc\":100}");
        Decode(family, "zigbee2mqtt/bridge/devices", "[{\"friendly_name\":\"a\",\"definition\":{\"exp");
        Decode(family, "zigbee2mqtt/a", "{\"voc\":100}");
        Decode(family, "zigbee2mqtt/bridge/devices", Inventory("a", "voc", "µg/m³"));
        Decode(family, "zigbee2mqtt/a", "{\"voc\":100}");

        Assert.Equal([100, 449.9, 449.9, 100], _readings.Select(r => Math.Round(r.Value, 1)));
    }

    [Fact]
    public void An_inventory_as_Zigbee2MQTT_writes_it_is_read_whole()
    {
        string line = File.ReadLines(CorpusLine.File("z2m-bridge-devices-sample.jsonl")).First();
        string payload = System.Text.Json.JsonDocument.Parse(line).RootElement.GetProperty("payload").GetString()!;

        Assert.Contains(Zigbee2MqttInventory.Read(Encoding.UTF8.GetBytes(payload)).SelectMany(d => d.Exposes), e => e.Unit is not null);
    }

    [Fact]
    public void Nothing_that_the_bridge_publishes_of_itself_is_a_devices_message()
    {
        foreach (string line in File.ReadLines(CorpusLine.File("z2m-bridge.jsonl")))
        {
            System.Text.Json.JsonElement e = System.Text.Json.JsonDocument.Parse(line).RootElement;
            DecodeResult result = Decode(Family(DeviceClass.SmokeDetector, "a"), e.GetProperty("topic").GetString()!, e.GetProperty("payload").GetString()!);
            Assert.Contains(result.Outcome, new[] { DecodeOutcome.NotADevice, DecodeOutcome.BridgeState });
        }
        Assert.Empty(_readings);
    }

    [Fact]
    public void What_becomes_of_a_device_of_the_site_at_Zigbee2MQTT_is_said()
    {
        Zigbee2MqttFamily family = Family(DeviceClass.SmokeDetector, "厨房/烟感");

        DecodeResult missing = Decode(family, "zigbee2mqtt/bridge/devices", "[{\"friendly_name\":\"b\"}]");
        DecodeResult stillMissing = Decode(family, "zigbee2mqtt/bridge/devices", "[{\"friendly_name\":\"b\"},{\"friendly_name\":\"c\"}]");
        DecodeResult left = Decode(family, "zigbee2mqtt/bridge/event", "{\"data\":{\"friendly_name\":\"厨房/烟感\"},\"type\":\"device_leave\"}");
        DecodeResult renamed = Decode(family, "zigbee2mqtt/bridge/response/device/rename", "{\"data\":{\"from\":\"厨房/烟感\",\"to\":\"b\"},\"status\":\"ok\"}");

        Assert.Equal((DecodeOutcome.Undecodable, null), (renamed.Outcome, renamed.Device));
        Assert.Equal("Zigbee2MQTT calls d 'b' now, no longer '厨房/烟感': it is heard there meanwhile, and the site file must say so too", renamed.Problem);
        Assert.Equal("d ('厨房/烟感') left the Zigbee network: pair it again", left.Problem);
        Assert.StartsWith("Zigbee2MQTT has no device of the name that the site file gives to d ('厨房/烟感')", missing.Problem, StringComparison.Ordinal);
        Assert.Equal(DecodeOutcome.NotADevice, stillMissing.Outcome);
        Assert.Equal(DecodeOutcome.Decoded, Decode(family, "zigbee2mqtt/b", "{\"smoke\":true}").Outcome);
        Assert.Equal(["zigbee2mqtt/厨房/烟感/#", "zigbee2mqtt/b/#"], family.AlarmFilters);
    }

    [Fact]
    public void A_device_that_was_renamed_while_no_gateway_ran_is_known_by_its_address()
    {
        string file = Path.Combine(Directory.CreateTempSubdirectory("names").FullName, "zigbee-names.json");
        Zigbee2MqttFamily Family() => new(OtherCorpus.Site((DeviceClass.SmokeDetector, new Zigbee2MqttSource("a")), (DeviceClass.AirMonitor, new Zigbee2MqttSource("air"))), namesFile: file);
        Zigbee2MqttFamily before = Family();
        Assert.Null(Decode(before, "zigbee2mqtt/bridge/devices", Inventory(("a", "0x1"), ("air", "0x2"))).Problem);
        before.Remember();

        Zigbee2MqttFamily after = Family();
        int changed = 0;
        after.FiltersChanged += () => changed++;
        DecodeResult said = Decode(after, "zigbee2mqtt/bridge/devices", Inventory(("b/厨房", "0x1"), ("air", "0x2"), ("other", "0x3")));
        Assert.Null(Decode(after, "zigbee2mqtt/bridge/devices", Inventory(("b/厨房", "0x1"), ("air", "0x2"))).Problem);
        after.Remember();

        Assert.Equal("Zigbee2MQTT calls d0 'b/厨房' now, no longer 'a': it is heard there meanwhile, and the site file must say so too", said.Problem);
        Assert.Equal(1, changed);
        // An alarm may come before the inventory does.
        Zigbee2MqttFamily later = Family();
        Assert.Equal(["zigbee2mqtt/a/#", "zigbee2mqtt/b/厨房/#"], later.AlarmFilters);
        Assert.Equal("d0", Decode(later, "zigbee2mqtt/b/厨房", "{\"smoke\":true}").Device?.Id);
        Assert.Equal("d0", Decode(later, "zigbee2mqtt/b/厨房/availability", "online").Device?.Id);
        // And back.
        Decode(later, "zigbee2mqtt/bridge/devices", Inventory(("a", "0x1"), ("air", "0x2")));
        Assert.Equal(["zigbee2mqtt/a/#"], later.AlarmFilters);
        Assert.Equal(DecodeOutcome.UnassignedDevice, Decode(later, "zigbee2mqtt/b/厨房", "{\"smoke\":true}").Outcome);
    }

    [Theory]
    [InlineData("[{\"friendly_name\":\"air\",\"ieee_address\":\"0x1\"}]")] // the name of another device of the site
    [InlineData("[{\"friendly_name\":\"#\",\"ieee_address\":\"0x1\"}]")]
    [InlineData("[{\"friendly_name\":\"x+y\",\"ieee_address\":\"0x1\"}]")]
    [InlineData("[{\"friendly_name\":\"b\",\"ieee_address\":\"0x9\"}]")] // another device
    [InlineData("[{\"friendly_name\":\"b\"}]")]
    public void Nobody_is_taken_for_a_device_that_vanished(string inventory)
    {
        var family = new Zigbee2MqttFamily(OtherCorpus.Site((DeviceClass.SmokeDetector, new Zigbee2MqttSource("a")), (DeviceClass.AirMonitor, new Zigbee2MqttSource("air"))));
        Decode(family, "zigbee2mqtt/bridge/devices", Inventory(("a", "0x1"), ("air", "0x2")));

        DecodeResult missing = Decode(family, "zigbee2mqtt/bridge/devices", inventory);

        Assert.Contains("d0 ('a')", missing.Problem, StringComparison.Ordinal);
        Assert.Equal(["zigbee2mqtt/a/#"], family.AlarmFilters);
        Assert.NotEqual("d0", Decode(family, "zigbee2mqtt/b", "{\"smoke\":true}").Device?.Id);
    }

    private static string Inventory(params (string Name, string Address)[] devices) =>
        $"[{string.Join(',', devices.Select(d => $"{{\"friendly_name\":\"{d.Name}\",\"ieee_address\":\"{d.Address}\"}}"))}]";

    [Theory]
    [InlineData("rename", "{\"data\":{\"from\":\"other\",\"to\":\"b\"},\"status\":\"ok\"}")]
    [InlineData("rename", "{\"data\":{\"from\":\"a\",\"to\":\"b\"},\"status\":\"error\"}")]
    [InlineData("rename", "{\"data\":{\"from\":\"a\",")]
    [InlineData("rename", "{\"data\":{\"from\":\"\\ud800\",\"to\":1},\"status\":\"ok\"}")]
    public void Other_answers_of_the_bridge_are_nobodys_message(string what, string payload) =>
        Assert.Equal(DecodeOutcome.NotADevice, Decode(Family(DeviceClass.SmokeDetector, "a"), $"zigbee2mqtt/bridge/response/device/{what}", payload).Outcome);

    [Fact]
    public void A_group_is_no_device_unless_the_site_file_says_so()
    {
        Zigbee2MqttFamily family = Family(DeviceClass.SmokeDetector, "hall");
        Decode(family, "zigbee2mqtt/bridge/groups", "[{\"id\":1,\"friendly_name\":\"all/lamps\",\"members\":[]},{\"id\":2,\"friendly_name\":\"hall\"}]");
        Decode(family, "zigbee2mqtt/bridge/groups", "[{\"id\":1,");

        Assert.Equal(DecodeOutcome.NotADevice, Decode(family, "zigbee2mqtt/all/lamps", "{\"state\":\"ON\"}").Outcome);
        Assert.Equal(DecodeOutcome.NotADevice, Decode(family, "zigbee2mqtt/all/lamps/availability", "online").Outcome);
        Assert.Equal(DecodeOutcome.UnassignedDevice, Decode(family, "zigbee2mqtt/all", "{\"state\":\"ON\"}").Outcome);
        Assert.Equal(DecodeOutcome.Decoded, Decode(family, "zigbee2mqtt/hall", "{\"smoke\":true}").Outcome);
    }

    [Theory]
    [InlineData("\"2026-11-22T04:29:58.123Z\"")]
    [InlineData("\"2026-11-22T12:29:58+08:00\"")]
    [InlineData("1795321798123")]
    [InlineData("null")]
    public void When_the_bridge_last_saw_the_device_is_its_own_clocks_word_and_dates_no_reading(string lastSeen)
    {
        DecodeResult result = Decode(Family(DeviceClass.SmokeDetector, "a"), "zigbee2mqtt/a", $"{{\"smoke\":true,\"last_seen\":{lastSeen}}}");

        Assert.Equal(DecodeOutcome.Decoded, result.Outcome);
        Assert.Equal(Now, Assert.Single(_readings).ObservedAt);
    }

    [Theory]
    [InlineData("\"2026-11-22T04:29:58.123Z\"", true)]
    [InlineData("\"2026-11-22T12:29:58.123+08:00\"", true)]
    [InlineData("1795321798123", true)]
    [InlineData("null", false)]
    [InlineData("\"disable\"", false)]
    [InlineData("-5", false)]
    [InlineData("1e300", false)]
    public void What_the_broker_kept_says_beside_it_when_the_device_was_last_seen(string lastSeen, bool understood)
    {
        Family(DeviceClass.SmokeDetector, "a").Decode(
            "zigbee2mqtt/a", Encoding.UTF8.GetBytes($"{{\"smoke\":true,\"last_seen\":{lastSeen}}}"), retained: true, Now, _readings);

        var expected = new DateTimeOffset(2026, 11, 22, 4, 29, 58, 123, TimeSpan.Zero);
        Assert.Equal(understood ? expected : null, Assert.Single(_readings).SaidAt);
        Assert.Equal(Now, _readings[0].ObservedAt);
    }

    private static string Inventory(string name, string property, string unit) =>
        $$$"""[null,{"friendly_name":"{{{name}}}","definition":{"exposes":[{"features":[{"property":"{{{property}}}","unit":"{{{unit}}}"}]}]}},{"friendly_name":"b"}]""";

    private DecodeResult Decode(Zigbee2MqttFamily family, string topic, string payload, bool retained = false) =>
        family.Decode(topic, Encoding.UTF8.GetBytes(payload), retained, Now, _readings);

    private (Quantity, double) Only()
    {
        Reading reading = Assert.Single(_readings);
        return (reading.Quantity, reading.Value);
    }

    private static Zigbee2MqttFamily Family(DeviceClass deviceClass, string name) => new(Site(deviceClass, name));

    private static Courtyard Site(DeviceClass deviceClass, string name) =>
        new("site", "Site", null, [], [new Device("d", null, deviceClass, new Place(), new Zigbee2MqttSource(name))]);
}
