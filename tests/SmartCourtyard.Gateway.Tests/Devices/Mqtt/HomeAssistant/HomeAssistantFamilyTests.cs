using System.Text;
using SmartCourtyard.Courtyards;
using SmartCourtyard.Gateway.Devices;
using SmartCourtyard.Gateway.Devices.Mqtt.HomeAssistant;
using SmartCourtyard.Gateway.Tests.Watch;
using SmartCourtyard.Readings;

namespace SmartCourtyard.Gateway.Tests.Devices.Mqtt.HomeAssistant;

public sealed class HomeAssistantFamilyTests
{
    private static readonly DateTimeOffset Now = new(2026, 11, 22, 4, 30, 0, TimeSpan.Zero);

    private readonly List<Reading> _readings = [];
    private readonly TestClock _time = new();

    [Fact]
    public void The_short_form_with_a_base_topic_is_understood()
    {
        HomeAssistantFamily family = Family(DeviceClass.SmokeDetector, "301");

        Decode(family, "homeassistant/binary_sensor/301_smoke/config",
            "{\"dev_cla\":\"smoke\",\"stat_t\":\"~/smoke\",\"avty_t\":\"~/lwt\",\"~\":\"fukang/b3/301\",\"exp_aft\":3600,\"uniq_id\":\"301_smoke\",\"dev\":{\"ids\":[\"301\"],\"name\":\"3-2-301\"}}");

        Assert.Equal(["fukang/b3/301/lwt", "fukang/b3/301/smoke"], family.AlarmFilters.Order());
        Assert.Equal(["homeassistant/#"], family.Filters);
        Assert.Equal(DecodeOutcome.Decoded, Decode(family, "fukang/b3/301/smoke", "ON").Outcome);
        Assert.Equal(DecodeOutcome.Decoded, Decode(family, "fukang/b3/301/lwt", "offline", retained: true).Outcome);
        Assert.Equal([(Quantity.Smoke, 1, Origin.Live), (Quantity.Online, 0, Origin.Retained)], _readings.Select(r => (r.Quantity, r.Value, r.Origin)));
    }

    [Fact]
    public void A_topic_that_the_broker_lets_no_device_use_is_named_until_the_rights_are_written_again()
    {
        var memory = new AnnouncedMemory(null);
        var site = new Courtyard("s", "S", null, [], [new Device("d", null, DeviceClass.SmokeDetector, new Place(), new HomeAssistantSource("301"))]);
        HomeAssistantFamily Family() => new(site, memory, _time, mayUse: topic => topic.StartsWith("bla/", StringComparison.Ordinal));
        const string Config = "homeassistant/binary_sensor/301/config";
        HomeAssistantFamily family = Family();

        DecodeResult announced = Decode(family, Config, "{\"dev_cla\":\"smoke\",\"stat_t\":\"kitchen/smoke\",\"avty_t\":\"bla/lwt\",\"uniq_id\":\"301\"}");

        Assert.Equal(DecodeOutcome.Undecodable, announced.Outcome);
        Assert.Contains("speak on kitchen/smoke, where the broker lets no device speak yet: a filter for it under device-topics", announced.Problem, StringComparison.Ordinal);
        Assert.Equal(DecodeOutcome.Decoded, Decode(family, "kitchen/smoke", "ON").Outcome);
        Assert.Equal(["bla/lwt", "kitchen/smoke"], family.LearnedTopics.Order());
        Assert.Null(Decode(Family(), Config, "{\"dev_cla\":\"smoke\",\"stat_t\":\"kitchen/smoke\",\"avty_t\":\"bla/lwt\",\"uniq_id\":\"301\"}").Problem);
    }

    [Fact]
    public void A_device_bundle_is_understood_with_what_its_components_share()
    {
        HomeAssistantFamily family = Family(DeviceClass.GasDetector, "0AFFD2");

        DecodeResult announced = Decode(family, "homeassistant/device/0AFFD2/config", """
            {"dev":{"ids":"0AFFD2","name":"Kitchen"},"o":{"name":"bla2mqtt"},"stat_t":"kitchen/state","avty_t":"kitchen/status",
             "cmps":{"g":{"p":"binary_sensor","dev_cla":"gas","val_tpl":"{{ value_json.gas }}","pl_on":true,"pl_off":false,"uniq_id":"g1"},
                     "l":{"p":"sensor","dev_cla":"gas","unit_of_meas":"%LEL","val_tpl":"{{ value_json.lel }}","uniq_id":"l1"},
                     "t":{"p":"sensor","dev_cla":"temperature","unit_of_meas":"°F","val_tpl":"{{ value_json.t }}","stat_t":"kitchen/t","uniq_id":"t1"},
                     "gone":{"p":"sensor"}}}
            """);

        Assert.Equal(DecodeOutcome.Decoded, announced.Outcome);
        Decode(family, "kitchen/state", "{\"gas\":true,\"lel\":12.5}");
        Decode(family, "kitchen/t", "{\"t\":212}");
        Assert.Equal([(Quantity.Gas, 1.0), (Quantity.Methane, 12.5), (Quantity.Temperature, 100)], _readings.Select(r => (r.Quantity, Math.Round(r.Value, 9))));
    }

    [Theory]
    [InlineData("binary_sensor", "\"dev_cla\":\"door\"", "ON", Quantity.Contact, 0)]
    [InlineData("binary_sensor", "\"dev_cla\":\"window\"", "OFF", Quantity.Contact, 1)]
    [InlineData("binary_sensor", "\"dev_cla\":\"garage_door\"", "ON", Quantity.Contact, 0)]
    [InlineData("binary_sensor", "\"dev_cla\":\"opening\",\"pl_on\":\"OPEN\",\"pl_off\":\"CLOSED\"", "CLOSED", Quantity.Contact, 1)]
    [InlineData("binary_sensor", "\"dev_cla\":\"gas\",\"pl_on\":0,\"pl_off\":1", "0", Quantity.Gas, 1)]
    [InlineData("binary_sensor", "\"dev_cla\":\"moisture\"", "ON", Quantity.WaterLeak, 1)]
    [InlineData("binary_sensor", "\"dev_cla\":\"carbon_monoxide\"", "on", Quantity.CoAlarm, 1)]
    [InlineData("binary_sensor", "\"dev_cla\":\"safety\"", "ON", Quantity.Smoke, 1)]
    [InlineData("binary_sensor", "\"dev_cla\":\"battery\"", "ON", Quantity.BatteryLow, 1)]
    [InlineData("binary_sensor", "\"dev_cla\":\"problem\"", "ON", Quantity.Fault, 1)]
    [InlineData("binary_sensor", "\"dev_cla\":\"tamper\"", "OFF", Quantity.Tamper, 0)]
    [InlineData("sensor", "\"dev_cla\":\"volatile_organic_compounds_parts\",\"unit_of_meas\":\"ppb\"", "100", Quantity.Tvoc, 100 * 110 / 24.45)]
    [InlineData("sensor", "\"dev_cla\":\"sound_pressure\",\"unit_of_meas\":\"dBA\"", "44", Quantity.Noise, 44)]
    [InlineData("sensor", "\"dev_cla\":\"pm25\",\"unit_of_meas\":\"μg/m³\"", "12", Quantity.Pm25, 12)]
    [InlineData("sensor", "\"dev_cla\":\"atmospheric_pressure\",\"unit_of_meas\":\"inHg\"", "29.92", Quantity.Pressure, 29.92 * 33.863_886_67)]
    [InlineData("sensor", "\"dev_cla\":\"signal_strength\",\"unit_of_meas\":\"dBm\"", "-70", Quantity.Rssi, -70)]
    [InlineData("sensor", "\"dev_cla\":\"gas\",\"unit_of_meas\":\"ppm\"", "5000", Quantity.Methane, 10)]
    public void A_device_class_says_what_an_entity_is(string component, string config, string payload, Quantity quantity, double value)
    {
        HomeAssistantFamily family = Announced(DeviceClass.SmokeDetector, component, config);

        Assert.Equal(DecodeOutcome.Decoded, Decode(family, "s", payload).Outcome);
        Assert.Equal(quantity, _readings.Single().Quantity);
        Assert.Equal(value, _readings[0].Value, 6);
    }

    [Theory]
    [InlineData("sensor", "\"dev_cla\":\"moisture\",\"unit_of_meas\":\"%\"", "99")]
    [InlineData("sensor", "\"dev_cla\":\"gas\",\"unit_of_meas\":\"m³\"", "99")]
    [InlineData("sensor", "\"dev_cla\":\"aqi\"", "99")]
    [InlineData("sensor", "\"name\":\"smoke\"", "99")]
    [InlineData("sensor", "\"name\":\"CO\",\"unit_of_meas\":\"ppm\"", "900")]
    [InlineData("binary_sensor", "\"dev_cla\":\"heat\"", "ON")]
    [InlineData("binary_sensor", "\"dev_cla\":\"connectivity\"", "ON")]
    [InlineData("switch", "\"name\":\"smoke\",\"dev_cla\":\"smoke\"", "ON")]
    [InlineData("button", "\"name\":\"sos\"", "ON")]
    public void What_is_none_of_our_quantities_gives_no_reading(string component, string config, string payload)
    {
        Decode(Announced(DeviceClass.WaterLeak, component, config), "s", payload);
        Assert.Empty(_readings);
    }

    [Fact]
    public void A_name_is_no_device_class_and_that_is_said()
    {
        DecodeResult result = Announce(Family(DeviceClass.AirMonitor, "dev1"), "binary_sensor", "\"name\":\"Smoke\"");

        Assert.Equal((DecodeOutcome.Undecodable, "d"), (result.Outcome, result.Device!.Id));
        Assert.Contains("no device_class", result.Problem, StringComparison.Ordinal);
    }

    [Fact]
    public void An_entity_that_the_site_names_by_its_unique_id_is_what_the_site_says()
    {
        HomeAssistantFamily family = Family(DeviceClass.SmokeDetector, "u1");
        Announce(family, "binary_sensor", "\"name\":\"zone 4\"");
        Announce(family, "binary_sensor", "\"dev_cla\":\"gas\"", uniqueId: "u2", topic: "other");

        Decode(family, "s", "ON");
        Assert.Equal(DecodeOutcome.NotMine, Decode(family, "other", "ON").Outcome);
        Assert.Equal((Quantity.Smoke, 1), (_readings.Single().Quantity, _readings[0].Value));
    }

    [Fact]
    public void A_template_that_is_not_understood_is_said_and_never_guessed()
    {
        DecodeResult result = Announce(Family(DeviceClass.SmokeDetector, "dev1"), "binary_sensor", "\"dev_cla\":\"smoke\",\"val_tpl\":\"{{ value.split(',')[0] }}\"");

        Assert.Equal((DecodeOutcome.Undecodable, "d", true), (result.Outcome, result.Device!.Id, result.IsAnnouncement));
        Assert.Contains("{{ value.split(',')[0] }}", result.Problem, StringComparison.Ordinal);
        Assert.Contains("value_json", result.Problem, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("binary_sensor", "\"dev_cla\":\"smoke\"", "MAYBE", "ON or OFF")]
    [InlineData("binary_sensor", "\"dev_cla\":\"smoke\",\"val_tpl\":\"{{ value_json.smoke }}\"", "ON", "not JSON")]
    [InlineData("sensor", "\"dev_cla\":\"temperature\",\"unit_of_meas\":\"°C\"", "-327.68", "-60 to 300 °C")]
    public void A_value_that_does_not_fit_is_named(string component, string config, string payload, string problem)
    {
        DecodeResult result = Decode(Announced(DeviceClass.SmokeDetector, component, config), "s", payload);

        Assert.Equal(DecodeOutcome.Undecodable, result.Outcome);
        Assert.Contains(problem, result.Problem, StringComparison.Ordinal);
        Assert.Empty(_readings);
    }

    [Fact]
    public void A_unit_that_is_not_known_is_said()
    {
        DecodeResult result = Announce(Family(DeviceClass.AirMonitor, "dev1"), "sensor", "\"dev_cla\":\"temperature\",\"unit_of_meas\":\"°R\"");
        Assert.Contains("'°R': °C, °F, K", result.Problem, StringComparison.Ordinal);
    }

    [Fact]
    public void A_press_counts_only_while_it_happens()
    {
        HomeAssistantFamily family = Family(DeviceClass.EmergencyButton, "dev1");
        Announce(family, "device_automation", "\"atype\":\"trigger\",\"type\":\"button_short_press\",\"stype\":\"button_1\",\"pl\":\"single\",\"t\":\"btn/action\"", topic: null);
        Announce(family, "event", "\"dev_cla\":\"button\",\"event_types\":[\"press\"]", uniqueId: "u2");

        Decode(family, "btn/action", "single", retained: true);
        Decode(family, "s", "{\"event_type\":\"press\"}", retained: true);
        Assert.Empty(_readings);
        Decode(family, "btn/action", "other");
        Assert.Empty(_readings);
        Decode(family, "btn/action", "single");
        Decode(family, "s", "{\"event_type\":\"press\"}");
        Assert.Equal(2, _readings.Count(r => r is { Quantity: Quantity.Emergency, Momentary: true, IsOn: true }));
    }

    [Fact]
    public void An_empty_announcement_takes_the_entity_away()
    {
        HomeAssistantFamily family = Announced(DeviceClass.SmokeDetector, "binary_sensor", "\"dev_cla\":\"smoke\"");

        Decode(family, "homeassistant/binary_sensor/u1/config", "");
        Assert.Equal(DecodeOutcome.NotMine, Decode(family, "s", "ON").Outcome);
        Assert.Empty(family.AlarmFilters);
    }

    [Fact]
    public void An_announcement_that_changed_takes_the_place_of_the_old_one()
    {
        HomeAssistantFamily family = Announced(DeviceClass.SmokeDetector, "binary_sensor", "\"dev_cla\":\"smoke\"");
        Announce(family, "binary_sensor", "\"dev_cla\":\"smoke\"", topic: "new/topic");

        Assert.Equal(DecodeOutcome.NotMine, Decode(family, "s", "ON").Outcome);
        Assert.Equal(DecodeOutcome.Decoded, Decode(family, "new/topic", "ON").Outcome);
        Assert.Equal(["new/topic"], family.AlarmFilters);
    }

    [Fact]
    public void A_device_that_the_site_does_not_name_is_told_by_its_identifier_with_what_it_can_say()
    {
        DecodeResult result = Announce(Family(DeviceClass.SmokeDetector, "other"), "binary_sensor", "\"dev_cla\":\"smoke\"");

        Assert.Equal((DecodeOutcome.UnassignedDevice, "dev1", PointSet.Of(Quantity.Smoke)), (result.Outcome, result.UnassignedName, result.Points));
    }

    [Theory]
    [InlineData("all", false)]
    [InlineData("any", true)]
    [InlineData("latest", true)]
    public void Several_availabilities_are_judged_by_their_mode(string mode, bool online)
    {
        HomeAssistantFamily family = Announced(DeviceClass.SmokeDetector, "binary_sensor",
            "\"dev_cla\":\"smoke\",\"avty_mode\":\"" + mode + "\",\"avty\":[{\"t\":\"a\",\"val_tpl\":\"{{ value_json.state }}\"},{\"t\":\"b\",\"pl_avail\":\"1\",\"pl_not_avail\":\"0\"}]");

        Decode(family, "a", "{\"state\":\"offline\"}");
        Decode(family, "b", "1");
        Assert.Equal([0, online ? 1 : 0], _readings.Select(r => (int)r.Value));
        Assert.All(_readings, r => Assert.Equal(Quantity.Online, r.Quantity));
        Assert.Equal(DecodeOutcome.Decoded, Decode(family, "a", "online").Outcome);
        Assert.Equal(DecodeOutcome.Undecodable, Decode(family, "b", "perhaps").Outcome);
    }

    [Fact]
    public void A_value_that_expired_makes_its_device_unreachable_once_until_it_speaks_again()
    {
        HomeAssistantFamily family = Announced(DeviceClass.SmokeDetector, "binary_sensor", "\"dev_cla\":\"smoke\",\"exp_aft\":60");
        Decode(family, "s", "OFF");
        _readings.Clear();

        Pass(family, 59);
        Assert.Empty(_readings);
        Pass(family, 2);
        Pass(family, 60);
        Assert.Equal((Quantity.Online, 0), (_readings.Single().Quantity, _readings[0].Value));
        Decode(family, "s", "OFF");
        Pass(family, 61);
        Assert.Equal([Quantity.Online, Quantity.Smoke, Quantity.Online], _readings.Select(r => r.Quantity));
    }

    [Fact]
    public void On_ends_by_itself_where_the_announcement_says_so()
    {
        HomeAssistantFamily family = Announced(DeviceClass.SmokeDetector, "binary_sensor", "\"dev_cla\":\"smoke\",\"off_dly\":300,\"pl_on\":\"SMOKE\"");
        Decode(family, "s", "SMOKE");

        Pass(family, 299);
        Pass(family, 2);
        Pass(family, 600);
        Assert.Equal([(Quantity.Smoke, 1), (Quantity.Smoke, 0)], _readings.Select(r => (r.Quantity, (int)r.Value)));
    }

    [Fact]
    public void What_was_announced_is_understood_after_a_restart_before_it_is_announced_again()
    {
        string file = Path.Combine(Directory.CreateTempSubdirectory("announced").FullName, "announced.json");
        HomeAssistantFamily before = Family(DeviceClass.SmokeDetector, "dev1", new AnnouncedMemory(file));
        int changed = 0;
        before.FiltersChanged += () => changed++;
        Announce(before, "binary_sensor", "\"dev_cla\":\"smoke\"");
        Announce(before, "binary_sensor", "\"dev_cla\":\"smoke\"");
        before.Remember();
        Assert.Equal(1, changed);

        HomeAssistantFamily after = Family(DeviceClass.SmokeDetector, "dev1", new AnnouncedMemory(file));
        Assert.Equal(["s"], after.AlarmFilters);
        Decode(after, "s", "ON");
        Assert.Equal(Quantity.Smoke, _readings.Single().Quantity);

        // A device that the site no longer names is forgotten.
        Family(DeviceClass.SmokeDetector, "elsewhere", new AnnouncedMemory(file)).Remember();
        Assert.Empty(new AnnouncedMemory(file).All);
    }

    [Theory]
    [InlineData("#")]
    [InlineData("a/+/b")]
    [InlineData("a/#/b")]
    [InlineData("")]
    public void A_topic_that_is_none_is_not_asked_for_at_the_broker(string topic)
    {
        HomeAssistantFamily family = Family(DeviceClass.SmokeDetector, "dev1");

        DecodeResult announced = Decode(family, "homeassistant/binary_sensor/x/config", $"{{\"dev_cla\":\"smoke\",\"stat_t\":\"{topic}\",\"avty_t\":\"{topic}\",\"uniq_id\":\"dev1\"}}");

        Assert.Equal("x has no state_topic (stat_t)", announced.Problem);
        Assert.Empty(family.LearnedTopics);
    }

    [Fact]
    public void An_announcement_for_which_there_is_no_room_is_named_and_the_one_before_it_stays()
    {
        HomeAssistantFamily family = Family(DeviceClass.SmokeDetector, "dev1");
        const string Config = "homeassistant/binary_sensor/x/config";
        Decode(family, Config, "{\"dev_cla\":\"smoke\",\"stat_t\":\"s\",\"uniq_id\":\"dev1\"}");

        DecodeResult endless = Decode(family, Config, $"{{\"dev_cla\":\"smoke\",\"stat_t\":\"t\",\"uniq_id\":\"dev1\",\"name\":\"{new string('x', 9_000_000)}\"}}");

        Assert.Contains("more and longer announcements than the gateway can keep", endless.Problem, StringComparison.Ordinal);
        Assert.Equal(["s"], family.LearnedTopics);
    }

    [Theory]
    [InlineData("")]
    [InlineData("{")]
    [InlineData("[]")]
    [InlineData("{\"homeassistant/binary_sensor/x/config\":null}")]
    [InlineData("{\"homeassistant/binary_sensor/x/config\":\"{\",\"y\":\"z\"}")]
    public void A_file_that_cannot_be_read_costs_nothing_but_its_content(string content)
    {
        string file = Path.Combine(Directory.CreateTempSubdirectory("announced").FullName, "announced.json");
        File.WriteAllText(file, content);

        HomeAssistantFamily family = Family(DeviceClass.SmokeDetector, "dev1", new AnnouncedMemory(file));
        Announce(family, "binary_sensor", "\"dev_cla\":\"smoke\"");
        Decode(family, "s", "ON");
        Assert.Single(_readings);
    }

    [Fact]
    public void Devices_of_one_node_are_heard_each_for_itself()
    {
        var site = new Courtyard("s", "S", null, [],
        [
            new Device("smoke", null, DeviceClass.SmokeDetector, new Place(), new HomeAssistantSource("u1")),
            new Device("air", null, DeviceClass.AirMonitor, new Place(), new HomeAssistantSource("u2")),
        ]);
        var family = new HomeAssistantFamily(site, new AnnouncedMemory(null), _time);
        Announce(family, "binary_sensor", "\"dev_cla\":\"smoke\",\"avty_t\":\"lwt\",\"val_tpl\":\"{{ value_json.a }}\"");
        Announce(family, "sensor", "\"dev_cla\":\"carbon_dioxide\",\"avty_t\":\"lwt\",\"val_tpl\":\"{{ value_json.b }}\"", uniqueId: "u2");

        Decode(family, "s", "{\"a\":\"ON\",\"b\":600}");
        Decode(family, "lwt", "offline");

        Assert.Equal(["air Co2", "air Online", "smoke Online", "smoke Smoke"], _readings.Select(r => $"{r.Device.Id} {r.Quantity}").Order());
        Assert.Equal(["lwt", "s"], family.AlarmFilters.Order());
        Assert.Equal(["homeassistant/#", "lwt", "s"], family.Filters.Order());
    }

    [Theory]
    [InlineData("homeassistant/status", "online")]
    [InlineData("homeassistant/binary_sensor/x/state", "ON")]
    [InlineData("homeassistant/config", "{}")]
    [InlineData("homeassistant/a/b/c/d/config", "{}")]
    public void What_is_no_announcement_is_nobodys_message(string topic, string payload) =>
        Assert.Equal(DecodeOutcome.NotADevice, Decode(Family(DeviceClass.SmokeDetector, "dev1"), topic, payload).Outcome);

    private HomeAssistantFamily Family(DeviceClass deviceClass, string id, AnnouncedMemory? memory = null) => new(
        new Courtyard("s", "S", null, [], [new Device("d", null, deviceClass, new Place(), new HomeAssistantSource(id))]), memory ?? new AnnouncedMemory(null), _time);

    private HomeAssistantFamily Announced(DeviceClass deviceClass, string component, string config)
    {
        HomeAssistantFamily family = Family(deviceClass, "dev1");
        Announce(family, component, config);
        return family;
    }

    private DecodeResult Announce(HomeAssistantFamily family, string component, string config, string uniqueId = "u1", string? topic = "s") => Decode(
        family, $"homeassistant/{component}/{uniqueId}/config",
        $"{{{config},\"uniq_id\":\"{uniqueId}\",\"dev\":{{\"ids\":[\"dev1\"]}}{(topic is null ? "" : $",\"stat_t\":\"{topic}\"")}}}", retained: true);

    private DecodeResult Decode(HomeAssistantFamily family, string topic, string payload, bool retained = false) =>
        family.Decode(topic, Encoding.UTF8.GetBytes(payload), retained, Now, _readings);

    private void Pass(HomeAssistantFamily family, double seconds)
    {
        _time.Advance(seconds);
        family.PassTime(alarmCapable: true, Now, _readings);
        family.PassTime(alarmCapable: false, Now, _readings);
    }
}
