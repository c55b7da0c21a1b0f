using System.Text;
using SmartCourtyard.Courtyards;
using SmartCourtyard.Gateway.Devices;
using SmartCourtyard.Gateway.Devices.Mqtt;
using SmartCourtyard.Gateway.Tests.Watch;
using SmartCourtyard.Readings;

namespace SmartCourtyard.Gateway.Tests.Devices;

public sealed class HeardElsewhereTests
{
    private readonly HeardElsewhere _elsewhere = new();

    [Theory]
    [InlineData("{\"smoke\":false,\"battery\":80,\"linkquality\":90}", "smoke battery link-quality")]
    [InlineData("{\"gas\":false,\"gas_value\":3}", "gas methane")]
    [InlineData("{\"action\":\"single\"}", "emergency")]
    [InlineData("{\"alarm_1\":false}", "")]
    [InlineData("{\"occupancy\":true,\"illuminance\":5}", "motion illuminance")]
    [InlineData("{\"contact\":true}", "contact")]
    [InlineData("[1,2", "")]
    public void A_message_of_an_unnamed_device_tells_of_which_quantities_it_spoke(string payload, string points)
    {
        var family = new Zigbee2MqttFamily(new Courtyard("g", "g", null, [], []));
        var result = family.Decode("zigbee2mqtt/0x01", Encoding.UTF8.GetBytes(payload), false, TestClock.Night, []);
        Assert.Equal((DecodeOutcome.UnassignedDevice, points), (result.Outcome, string.Join(' ', result.Points.Quantities().Select(q => q.Name()))));
    }

    [Fact]
    public void What_a_device_spoke_of_adds_up_over_its_messages()
    {
        _elsewhere.NoteUnassigned("zigbee2mqtt", "a/b", PointSet.Of(Quantity.Smoke), "1"u8, TestClock.Night);
        _elsewhere.NoteUnassigned("zigbee2mqtt", "a/b", PointSet.Of(Quantity.Battery), "2"u8, TestClock.Night.AddSeconds(1));
        var device = _elsewhere.Unassigned().Single();
        Assert.Equal((2, "2"), (device.Messages, device.Raw));
        Assert.Equal([Quantity.Smoke, Quantity.Battery], device.Points.Quantities());
    }

    [Fact]
    public void Two_families_may_use_one_name()
    {
        _elsewhere.NoteUnassigned("zigbee2mqtt", "a", 0, "1"u8, TestClock.Night);
        _elsewhere.NoteUnassigned("tasmota", "a", 0, "2"u8, TestClock.Night);
        Assert.Equal(2, _elsewhere.Unassigned().Count);
    }

    [Fact]
    public void Of_too_many_devices_the_one_heard_longest_ago_makes_room()
    {
        for (var i = 0; i <= 1_000; i++)
        {
            _elsewhere.NoteUnassigned("zigbee2mqtt", $"d{i}", 0, "x"u8, TestClock.Night.AddSeconds(i));
        }

        var devices = _elsewhere.Unassigned();
        Assert.Equal((1_000, "d1000", "d1"), (devices.Count, devices[0].Name, devices[^1].Name));
    }

    [Fact]
    public void The_inventory_tells_vendor_model_and_points_even_of_a_device_that_has_not_spoken_yet()
    {
        var site = new Courtyard("g", "g", null, [], [Estate.Smoke]);
        var family = new Zigbee2MqttFamily(site, noteInventory: _elsewhere.NoteInventory);
        var inventory = $$$"""
            [{"friendly_name":"Coordinator","type":"Coordinator"},
             {"friendly_name":"{{{Estate.Smoke.Id}}}","type":"EndDevice","definition":{"vendor":"HEIMAN","model":"HS1SA","exposes":[]}},
             {"friendly_name":"0x02","type":"EndDevice","definition":{"vendor":"Tuya","model":"TS0601_gas","exposes":[
               {"type":"binary","property":"gas"},{"type":"numeric","property":"voc","unit":"ppb"}]}},
             {"friendly_name":"0x03","type":"Router","manufacturer":"Nobody","model_id":"X1","definition":null}]
            """;
        _elsewhere.NoteUnassigned("zigbee2mqtt", "0x03", PointSet.Of(Quantity.Power), "{}"u8, TestClock.Night);
        family.Decode("zigbee2mqtt/bridge/devices", Encoding.UTF8.GetBytes(inventory), true, TestClock.Night, []);

        var devices = _elsewhere.Unassigned();
        Assert.Equal(
            [("0x03", "Nobody", "X1", TestClock.Night, 1), ("0x02", "Tuya", "TS0601_gas", null, 0)],
            devices.Select(d => (d.Name, d.Vendor, d.Model, d.LastHeard, d.Messages)));
        Assert.Equal([Quantity.Gas, Quantity.Methane, Quantity.Tvoc], devices[1].Points.Quantities());

        family.Decode("zigbee2mqtt/bridge/devices", "[{\"friendly_name\":\"0x03\",\"type\":\"Router\"}]"u8, true, TestClock.Night, []);
        Assert.Equal(["0x03"], _elsewhere.Unassigned().Select(d => d.Name));
    }

    [Fact]
    public void A_broken_inventory_takes_nothing_away()
    {
        var family = new Zigbee2MqttFamily(new Courtyard("g", "g", null, [], []), noteInventory: _elsewhere.NoteInventory);
        family.Decode("zigbee2mqtt/bridge/devices", "[{\"friendly_name\":\"0x03\",\"type\":\"Router\"}]"u8, true, TestClock.Night, []);
        family.Decode("zigbee2mqtt/bridge/devices", "[{\"friendly_name\":\"0x04\","u8, true, TestClock.Night, []);
        Assert.Equal(["0x03"], _elsewhere.Unassigned().Select(d => d.Name));
    }
}
