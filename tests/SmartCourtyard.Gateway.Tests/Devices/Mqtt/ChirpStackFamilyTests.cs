using System.Globalization;
using System.Text;
using SmartCourtyard.Courtyards;
using SmartCourtyard.Gateway.Devices;
using SmartCourtyard.Gateway.Devices.Mqtt.ChirpStack;
using SmartCourtyard.Readings;

namespace SmartCourtyard.Gateway.Tests.Devices.Mqtt;

public sealed class ChirpStackFamilyTests
{
    private const string Eui = "24e124329e090021";
    private const string Up = $"application/17c8/device/{Eui}/event/up";

    private static readonly DateTimeOffset Now = new(2026, 11, 22, 4, 30, 0, TimeSpan.Zero);

    private readonly List<Reading> _readings = [];

    [Theory]
    [InlineData("smoke-detector", "{\"smoke\":true,\"battery\":88}", "smoke=1 battery=88")]
    [InlineData("smoke-detector", "{\"smoke_alarm\":1.0}", "smoke=1")]
    [InlineData("smoke-detector", "{\"SmokeAlarm\":\"Normal\"}", "smoke=0")]
    [InlineData("smoke-detector", "{\"status\":{\"smokeAlarm\":1,\"batteryLow\":0}}", "smoke=1 battery-low=0")]
    [InlineData("smoke-detector", "{\"configuration\":{\"smokeAlarm\":1},\"history\":[{\"smoke\":true}]}", "")]
    [InlineData("smoke-detector", "{\"event\":\"low battery\"}", "battery-low=1")]
    [InlineData("smoke-detector", "{\"event\":\"normal\"}", "smoke=0 tamper=0 fault=0 test=0 battery-low=0")]
    [InlineData("gas-detector", "{\"gas_status\":\"alarm\",\"lel\":14}", "gas=1 methane=14")]
    [InlineData("gas-detector", "{\"alarm\":\"power on\"}", "")]
    [InlineData("co-detector", "{\"co\":35}", "co=35")]
    [InlineData("water-leak", "{\"leakage_status\":\"leak\"}", "water-leak=1")]
    [InlineData("door-contact", "{\"magnet_status\":\"open\",\"tamper_status\":\"installed\"}", "tamper=0 contact=0")]
    [InlineData("door-contact", "{\"DOOR_OPEN_STATUS\":0}", "contact=1")]
    [InlineData("motion", "{\"pir\":6}", "motion=1")]
    [InlineData("motion", "{\"pir\":\"normal\"}", "motion=0")]
    [InlineData("air-monitor", "{\"pm1_0\":5,\"pm2_5\":7,\"pm10\":9}", "pm1=5 pm25=7 pm10=9")]
    [InlineData("air-monitor", "{\"temperature\":{\"value\":21.5,\"unit\":\"C\"}}", "temperature=21.5")]
    [InlineData("air-monitor", "{\"battery\":3.61,\"vdd\":3426}", "voltage=3.61")]
    [InlineData("air-monitor", "{\"Volt\":\"2.3(low battery)\"}", "battery-low=1 voltage=2.3")]
    [InlineData("air-monitor", "{\"battery\":\"DC powered\"}", "")]
    [InlineData("emergency-button", "{\"press\":\"short\"}", "emergency=1")]
    [InlineData("emergency-button", "{\"button_event\":{\"status\":\"long press\",\"msgid\":4}}", "emergency=1")]
    [InlineData("emergency-button", "{\"sos\":false}", "emergency=0")]
    [InlineData("water-level", "{\"water_level\":12}", "water-level=120")]
    public void A_field_means_what_the_table_says_however_the_codec_spells_it(string className, string decoded, string expected)
    {
        DecodeResult result = Decode(Family(className), Up, $"{{\"deduplicationId\":\"a\",\"fCnt\":1,\"data\":\"AA==\",\"object\":{decoded}}}");

        Assert.Equal((DecodeOutcome.Decoded, null), (result.Outcome, result.Problem));
        Assert.Equal(expected, Said());
    }

    [Fact]
    public void Of_several_gateways_the_one_that_heard_best_counts()
    {
        Decode(Family("air-monitor"), Up, "{\"fCnt\":1,\"object\":{\"x\":1},\"rxInfo\":[{\"rssi\":-110,\"snr\":1,\"location\":{\"rssi\":-1}},{\"rssi\":-97},{\"rssi\":-120}]}");

        Assert.Equal("rssi=-97", Said());
    }

    [Fact]
    public void The_network_tells_the_battery()
    {
        Decode(Family("air-monitor"), Up.Replace("/up", "/status", StringComparison.Ordinal), "{\"margin\":10,\"externalPowerSource\":false,\"batteryLevel\":75.5}");

        Assert.Equal("battery=75.5", Said());
    }

    [Fact]
    public void An_uplink_that_is_sent_again_bears_the_same_number_and_the_next_another()
    {
        ChirpStackFamily family = Family("emergency-button");
        const string Press = "{\"deduplicationId\":\"3ac7e3c4\",\"fCnt\":412,\"object\":{\"press\":\"short\"}}";

        long first = Decode(family, Up, Press).Delivery, again = Decode(Family("emergency-button"), Up, Press).Delivery;
        long next = Decode(family, Up, Press.Replace("412", "413", StringComparison.Ordinal)).Delivery;

        Assert.NotEqual(0, first);
        Assert.Equal(first, again);
        Assert.NotEqual(first, next);
        Assert.Equal(0, Decode(family, Up, "{\"fCnt\":414,\"object\":{\"press\":\"short\"}}").Delivery);
    }

    [Fact]
    public void That_nobody_decodes_the_bytes_is_said_once_but_the_same_to_whoever_asks()
    {
        ChirpStackFamily family = Family("smoke-detector");
        string Uplink(int counter) => $"{{\"deduplicationId\":\"{counter}\",\"fCnt\":{counter},\"data\":\"AA==\",\"rxInfo\":[{{\"rssi\":-90}}]}}";

        DecodeResult first = Decode(family, Up, Uplink(7)), same = Decode(family, Up, Uplink(7)), next = Decode(family, Up, Uplink(8));

        Assert.Equal(DecodeOutcome.Undecodable, first.Outcome);
        Assert.Contains("codec", first.Problem, StringComparison.Ordinal);
        Assert.Equal(first, same);
        Assert.Equal(DecodeOutcome.Decoded, next.Outcome);
        Assert.Equal(3, _readings.Count(r => r.Quantity == Quantity.Rssi));
    }

    [Fact]
    public void Uplinks_that_never_came_are_counted_once()
    {
        long lost = 0;
        var family = new ChirpStackFamily(Site("air-monitor"), noteLost: n => lost += n);
        foreach (int counter in new[] { 5, 6, 6, 9, 9, 8, 10 })
        {
            Decode(family, Up, $"{{\"fCnt\":{counter},\"object\":{{\"temperature\":1}}}}");
        }
        Assert.Equal(2, lost);

        Decode(family, Up.Replace("/up", "/join", StringComparison.Ordinal), "{\"devAddr\":\"00189440\"}");
        Decode(family, Up, "{\"fCnt\":0,\"object\":{\"temperature\":1}}");
        Decode(family, Up, "{\"fCnt\":2,\"object\":{\"temperature\":1}}");
        Assert.Equal(3, lost);
    }

    [Fact]
    public void A_codec_that_fails_is_said_other_logs_are_not()
    {
        string log = Up.Replace("/up", "/log", StringComparison.Ordinal);

        Assert.Equal("ChirpStack's codec failed: x is not defined", Decode(Family("siren"), log, "{\"level\":\"ERROR\",\"code\":\"UPLINK_CODEC\",\"description\":\"x is not defined\"}").Problem);
        Assert.Equal(DecodeOutcome.Decoded, Decode(Family("siren"), log, "{\"level\":\"ERROR\",\"code\":\"UPLINK_MIC\",\"description\":\"smoke\"}").Outcome);
        Assert.Empty(_readings);
    }

    [Fact]
    public void A_device_that_the_site_does_not_name_is_reported_with_its_name_at_ChirpStack()
    {
        IReadOnlyList<InventoryDevice>? inventory = null;
        var family = new ChirpStackFamily(Site("siren"), (_, all) => inventory = all);

        DecodeResult result = Decode(family, "application/1/device/0101010101010101/event/up",
            "{\"deviceInfo\":{\"deviceName\":\"301-smoke\",\"deviceProfileName\":\"GS524N\",\"tags\":{\"deviceName\":\"x\"}},\"fCnt\":1,\"object\":{\"smoke\":true,\"battery\":88}}");

        Assert.Equal((DecodeOutcome.UnassignedDevice, "0101010101010101"), (result.Outcome, result.UnassignedName));
        Assert.Equal([Quantity.Smoke, Quantity.Battery], result.Points.Quantities());
        Assert.Equal([new InventoryDevice("0101010101010101", "301-smoke", "GS524N", 0)], inventory);
        Assert.Empty(_readings);
    }

    [Theory]
    [InlineData("not json", "the payload is not JSON")]
    [InlineData("[]", "the payload is not a JSON object")]
    [InlineData("{\"object\":{\"smoke\":\"purple\"}}", "smoke is 'purple': true or false, alarm or normal")]
    [InlineData("{\"object\":{\"temperature\":1000}}", "temperature is 1000")]
    public void What_cannot_be_read_is_named(string payload, string problem)
    {
        DecodeResult result = Decode(Family("smoke-detector"), Up, payload);

        Assert.Equal((DecodeOutcome.Undecodable, "d"), (result.Outcome, result.Device?.Id));
        Assert.StartsWith(problem, result.Problem, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("application/1/device/x/event")]
    [InlineData("application/1/device/x/event/up/more")]
    [InlineData("application/1/gateway/x/event/up")]
    [InlineData("zigbee2mqtt/x")]
    public void Other_topics_are_not_its_own(string topic) => Assert.Equal(DecodeOutcome.NotMine, Decode(Family("siren"), topic, "{}").Outcome);

    [Fact]
    public void Only_alarm_capable_devices_are_heard_with_custody()
    {
        Assert.Equal([$"application/+/device/{Eui}/event/#"], Family("smoke-detector").AlarmFilters);
        Assert.Empty(Family("air-monitor").AlarmFilters);
        Assert.Equal(["application/+/device/+/event/#"], Family("air-monitor").Filters);
    }

    private DecodeResult Decode(ChirpStackFamily family, string topic, string payload) =>
        family.Decode(topic, Encoding.UTF8.GetBytes(payload), false, Now, _readings);

    private string Said() => string.Join(' ', _readings.OrderBy(r => r.Quantity).Select(r =>
        string.Create(CultureInfo.InvariantCulture, $"{r.Quantity.Name()}={Math.Round(r.Value, 6)}")));

    private static ChirpStackFamily Family(string className) => new(Site(className));

    private static Courtyard Site(string className)
    {
        Assert.True(DeviceClasses.TryParse(className, out DeviceClass deviceClass));
        return new Courtyard("site", "Site", null, [], [new Device("d", null, deviceClass, new Place(), new ChirpStackSource(Eui))]);
    }
}
