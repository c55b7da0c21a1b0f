using SmartCourtyard.Courtyards;
using SmartCourtyard.Gateway.Devices;
using SmartCourtyard.Gateway.Site;
using SmartCourtyard.Gateway.Tests.Watch;
using SmartCourtyard.Readings;

namespace SmartCourtyard.Gateway.Tests.Devices;

public sealed class SiteLinesTests
{
    private const string Minimal = "courtyard: g\nname: G\ndevices:\n";

    [Theory]
    [InlineData("smoke battery", DeviceClass.SmokeDetector)]
    [InlineData("smoke-density", DeviceClass.SmokeDetector)]
    [InlineData("smoke co-alarm temperature", DeviceClass.SmokeDetector)]
    [InlineData("gas", DeviceClass.GasDetector)]
    [InlineData("methane co", DeviceClass.GasDetector)]
    [InlineData("co-alarm co", DeviceClass.CoDetector)]
    [InlineData("co battery", DeviceClass.CoDetector)]
    [InlineData("co co2 pm25", DeviceClass.AirMonitor)]
    [InlineData("emergency battery", DeviceClass.EmergencyButton)]
    [InlineData("emergency vibration", DeviceClass.Vibration)]
    [InlineData("fall motion", DeviceClass.FallDetector)]
    [InlineData("water-leak battery-low tamper", DeviceClass.WaterLeak)]
    [InlineData("water-level", DeviceClass.WaterLevel)]
    [InlineData("contact", DeviceClass.DoorContact)]
    [InlineData("motion illuminance temperature", DeviceClass.Motion)]
    [InlineData("vibration", DeviceClass.Vibration)]
    [InlineData("noise", DeviceClass.NoiseMeter)]
    [InlineData("power current voltage", DeviceClass.ElectricalMonitor)]
    [InlineData("leakage-current", DeviceClass.ElectricalMonitor)]
    [InlineData("temperature humidity", DeviceClass.AirMonitor)]
    [InlineData("battery link-quality online voltage", null)]
    [InlineData("", null)]
    public void A_devices_points_tell_what_it_seems_to_be(string points, DeviceClass? expected)
        => Assert.Equal(expected, SeemsToBe.Of(Points(points)));

    [Theory]
    [InlineData("b03/u1/301/kitchen_smoke", "b03-u1-301-kitchen-smoke")]
    [InlineData("0x00124b0024c0ffee", "0x00124b0024c0ffee")]
    [InlineData("厨房烟感", null)]
    [InlineData("3栋/厨房 烟感🔥", "3")]
    [InlineData("say \"hi\": {yes}, & no\\", "say-hi-yes-no")]
    [InlineData("- key: *anchor", "key-anchor")]
    [InlineData("---", null)]
    [InlineData("null", "null")]
    [InlineData("a\u2028b", "a-b")]
    public void The_lines_are_taken_by_the_site_file_and_mean_the_same_device(string name, string? id)
    {
        var yaml = new SiteLines([]).For(Heard(name), DeviceClass.SmokeDetector);
        var site = SiteFile.Parse(Minimal + yaml, "site.yaml");

        Assert.Empty(site.Mistakes);
        var device = Assert.Single(site.Courtyard!.Devices);
        Assert.Equal((DeviceClass.SmokeDetector, name), (device.Class, ((Zigbee2MqttSource)device.Source).FriendlyName));
        Assert.True(id is null ? device.Id.StartsWith("smoke-detector-", StringComparison.Ordinal) : device.Id == id, device.Id);
    }

    [Theory]
    [InlineData("zigbee2mqtt", "0x00124b0024c0ffee")]
    [InlineData("homeassistant", "boiler_room")]
    [InlineData("esphome", "yard-node")]
    [InlineData("tasmota", "tasmota_4C11AE")]
    [InlineData("chirpstack", "24e124707c048989")]
    public void The_lines_are_right_for_every_family_that_hears_unnamed_devices(string family, string name)
    {
        var device = new UnassignedDevice(family, name, TestClock.Night, 1, "{}");
        var site = SiteFile.Parse(Minimal + new SiteLines([]).For(device, DeviceClass.AirMonitor), "site.yaml");
        Assert.Empty(site.Mistakes);
        Assert.Equal((family, name), SourceNames.Of(site.Courtyard!.Devices.Single().Source));
    }

    [Fact]
    public void Many_proposals_stand_in_one_file_beside_the_devices_that_are_there()
    {
        var lines = new SiteLines(["a-b", "a-b-2"]);
        string[] names = ["a/b", "a b", "A-B", "厨房", "客厅", new string('x', 120), new string('x', 121)];
        var site = SiteFile.Parse(Minimal + string.Concat(names.Select(n => lines.For(Heard(n), null))), "site.yaml");
        Assert.Empty(site.Mistakes);
        Assert.Equal(names.Length, site.Courtyard!.Devices.Select(d => d.Id).Except(["a-b", "a-b-2"]).Count());
        Assert.All(site.Courtyard.Devices, d => Assert.InRange(d.Id.Length, 1, 64));
    }

    [Fact]
    public void Where_an_inventory_knows_the_model_it_becomes_the_name()
    {
        var yaml = new SiteLines([]).For(Heard("0x01") with { Vendor = "HEIMAN", Model = "HS1\"SA" }, DeviceClass.SmokeDetector);
        Assert.Equal("HEIMAN HS1\"SA", SiteFile.Parse(Minimal + yaml, "site.yaml").Courtyard!.Devices.Single().Name);
    }

    private static UnassignedDevice Heard(string name) => new("zigbee2mqtt", name, TestClock.Night, 1, "{}");

    private static ulong Points(string names) => names.Split(' ', StringSplitOptions.RemoveEmptyEntries)
        .Aggregate(0UL, (points, name) => Quantities.TryParse(name, out var q) ? points | PointSet.Of(q) : throw new ArgumentException(name));
}
