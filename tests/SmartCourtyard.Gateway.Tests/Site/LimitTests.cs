using SmartCourtyard.Alarms;
using SmartCourtyard.Conditions;
using SmartCourtyard.Gateway.Devices.Mqtt;
using SmartCourtyard.Gateway.Site;
using SmartCourtyard.Readings;

namespace SmartCourtyard.Gateway.Tests.Site;

/// <summary>What a site file sets in place of the rules of a class.</summary>
public sealed class LimitTests
{
    [Fact]
    public void A_limit_of_the_device_comes_before_that_of_its_class_and_both_before_the_usual()
    {
        const string Yaml = """
            courtyard: a
            name: A
            limits:
              gas-detector: { methane: { alarm: 12, clear: 9, after: 30s } }
              air-monitor: { air: gb-18883-2022, noise: { alarm: 70, clear: 65, over: 20min } }
            devices:
              - { id: usual, class: co-detector, source: { zigbee2mqtt: a } }
              - { id: of-class, class: gas-detector, source: { zigbee2mqtt: b } }
              - { id: own, class: gas-detector, source: { zigbee2mqtt: c }, limits: { methane: { alarm: 20 }, temperature: { alarm: 3, clear: 5 } } }
              - { id: air, class: air-monitor, source: { zigbee2mqtt: d }, limits: { co2: off } }
              - { id: pump, class: equipment-contact, source: { zigbee2mqtt: e }, limits: { contact: { alarm: true, after: 1min } } }
              - { id: boiler, class: heat-detector, source: { zigbee2mqtt: f }, limits: { temperature: { alarm: 90, clear: 80, rise: 15, clear-after: 5min } } }
            """;
        var site = SiteFile.Parse(Yaml, "site.yaml");
        Assert.Empty(site.Mistakes);

        var quarter = TimeSpan.FromSeconds(30);
        Assert.Equal([new Threshold(Quantity.Methane, 12, 9) { After = quarter }], Of(site, "of-class", Quantity.Methane));
        Assert.Equal([new Threshold(Quantity.Methane, 20, 20)], Of(site, "own", Quantity.Methane));
        Assert.Equal([new Threshold(Quantity.Temperature, 3, 5)], Of(site, "own", Quantity.Temperature));
        Assert.Equal([Dose.CarbonMonoxide], Of(site, "usual", Quantity.Co));
        Assert.Empty(Of(site, "air", Quantity.Co2));
        Assert.Equal([new Average(Quantity.Hcho, TimeSpan.FromHours(1), 0.08, 0.08 * 0.9)], Of(site, "air", Quantity.Hcho));
        Assert.Equal([new Average(Quantity.Noise, TimeSpan.FromMinutes(20), 70, 65)], Of(site, "air", Quantity.Noise));
        Assert.Equal([new Threshold(Quantity.Contact, 1, 1) { After = TimeSpan.FromMinutes(1) }], Of(site, "pump", Quantity.Contact));
        Assert.Equal(
            [
                new Threshold(Quantity.Temperature, 90, 80) { ClearAfter = TimeSpan.FromMinutes(5) },
                new RateOfRise(Quantity.Temperature, 15, TimeSpan.FromMinutes(2), double.NegativeInfinity),
            ],
            Of(site, "boiler", Quantity.Temperature));
        // Its own contact is there whatever the file says.
        Assert.All(site.Courtyard!.Devices, d => Assert.Contains(site.Rules.For(d), r => r.Condition.Quantity == Quantity.Smoke));
    }

    [Theory]
    [InlineData("", 25)]
    [InlineData(", lel-base: 5.0", 25)]
    [InlineData(", lel-base: 5", 25)]
    [InlineData(", lel-base: 4.4", 22)]
    public void What_a_device_calls_a_per_cent_of_the_limit_is_brought_to_ours_once(string key, double percent)
    {
        var site = SiteFile.Parse($"courtyard: a\nname: A\ndevices:\n  - {{ id: d, class: gas-detector, source: {{ zigbee2mqtt: d }}{key} }}\n", "s");
        Assert.Empty(site.Mistakes);
        var readings = new List<Reading>();
        new Zigbee2MqttFamily(site.Courtyard!).Decode("zigbee2mqtt/d", "{\"gas_value\":25}"u8, false, DateTimeOffset.UnixEpoch, readings);
        Assert.Equal(percent, Assert.Single(readings).Value, precision: 9);
    }

    [Fact]
    public void A_device_may_depend_on_one_that_stands_below_it_in_the_file()
    {
        var site = SiteFile.Parse(
            "courtyard: a\nname: A\ndevices:\n  - { id: d, class: gas-detector, source: { zigbee2mqtt: d }, depends-on: [r] }\n"
            + "  - { id: r, class: repeater, source: { zigbee2mqtt: r } }\n", "s");
        Assert.Empty(site.Mistakes);
        Assert.Equal(["r"], site.Courtyard!.Devices[0].DependsOn);
    }

    [Fact]
    public void What_only_the_rules_changed_is_no_other_device()
    {
        static SiteResult With(string limits) => SiteFile.Parse(
            $"courtyard: a\nname: A\ndevices:\n  - {{ id: own, class: gas-detector, source: {{ zigbee2mqtt: c }}, limits: {{ methane: {limits} }} }}\n", "s");
        Assert.Contains("own", With("{ alarm: 12 }").SpeakingAsIn(With("{ alarm: 20 }")));
    }

    private static Condition[] Of(SiteResult site, string device, Quantity quantity)
        => [.. site.Rules.For(site.Courtyard!.Devices.Single(d => d.Id == device)).Select(r => r.Condition).Where(c => c.Quantity == quantity)];
}
