using SmartCourtyard.Courtyards;
using SmartCourtyard.Readings;
using SmartCourtyard.Troubles;

namespace SmartCourtyard.Tests.TroubleTests;

public sealed class HealthBookTests
{
    private readonly Device _gas = Estate.Device(DeviceClass.GasDetector, "gas");
    private readonly Device _smoke = Estate.Device(DeviceClass.SmokeDetector, "smoke");
    private readonly Device _siren = Estate.Device(DeviceClass.Siren, "siren");
    private readonly HealthBook _book;

    public HealthBookTests() => _book = new HealthBook(Estate.Of(_gas, _smoke, _siren), Estate.AfterHours(0));

    public static TheoryData<DeviceClass, double> Limits()
    {
        var limits = new TheoryData<DeviceClass, double>();
        foreach (var c in Enum.GetValues<DeviceClass>())
        {
            limits.Add(c, c switch
            {
                DeviceClass.GasDetector or DeviceClass.AirMonitor or DeviceClass.NoiseMeter or DeviceClass.ElectricalMonitor => 0.5,
                DeviceClass.Siren or DeviceClass.GasValve or DeviceClass.Repeater => 2,
                _ => 25,
            });
        }

        return limits;
    }

    [Fact]
    public void Out_of_service_no_trouble_begins_and_what_stands_afterwards_is_raised_then()
    {
        var changes = new List<TroubleChange>();
        _book.Hear([_gas.Says(Quantity.Tamper, 1)], Estate.After(1), changes);
        _book.SetService("gas", true, Estate.After(2), changes);
        _book.SetService("nobody", true, Estate.After(2), changes);
        changes.Clear();
        _book.Hear([_gas.Says(Quantity.Fault, 1), _gas.Says(Quantity.BatteryLow, 1), _gas.Says(Quantity.Tamper, 0)], Estate.After(3), changes);
        _book.Hear([_gas.Says(Quantity.BatteryLow, 0)], Estate.After(4), changes);
        _book.Hear([_smoke.Says(Quantity.Fault, 1)], Estate.After(5), changes);
        // What had begun before may end meanwhile; what begins waits; other devices are as ever.
        Assert.Equal([(false, TroubleReason.Tampered, "gas"), (true, TroubleReason.Fault, "smoke")], changes.Select(c => (c.Raised, c.Trouble.Reason, c.Trouble.Device!.Id)));
        Assert.Equal(HealthState.Trouble, _book.Describe()[0].State);
        Assert.Equal([TroubleReason.OutOfService], _book.Describe()[0].Reasons);

        changes.Clear();
        _book.SetService("gas", false, Estate.After(6), changes);
        Assert.Equal([(true, TroubleReason.Fault, Estate.After(6).Time)], changes.Select(c => (c.Raised, c.Trouble.Reason, c.Trouble.RaisedAt)));
        Assert.Equal([TroubleReason.Fault], _book.Describe()[0].Reasons);
    }

    [Theory]
    [MemberData(nameof(Limits))]
    public void A_device_is_silent_once_its_classs_limit_is_over_and_not_a_second_before(DeviceClass deviceClass, double hours)
    {
        var device = Estate.Device(deviceClass);
        var book = new HealthBook(Estate.Of(device), Estate.After(0));
        var changes = new List<TroubleChange>();
        book.Hear([device.Says(Quantity.LinkQuality, 80)], Estate.After(100), changes);
        book.Tick(Estate.After(100 + (hours * 3600)), changes);
        Assert.Empty(changes);
        book.Tick(Estate.After(101 + (hours * 3600)), changes);
        Assert.Equal((true, TroubleReason.Silent, device), (changes.Single().Raised, changes[0].Trouble.Reason, changes[0].Trouble.Device));
        book.Tick(Estate.After(200 + (hours * 3600)), changes);
        Assert.Single(changes);
    }

    [Fact]
    public void Nothing_is_ok_before_it_was_heard_and_hearing_a_kept_message_proves_nothing()
    {
        Assert.All(_book.Describe(), h => Assert.Equal(HealthState.Unknown, h.State));
        Hear(0.1, _smoke.Says(Quantity.Smoke, 0, Origin.Retained), _smoke.Says(Quantity.Battery, 80, Origin.Retained));
        var kept = Health(_smoke);
        Assert.Equal((HealthState.Unknown, null, 80.0), (kept.State, kept.LastHeard, kept.Battery));

        Hear(0.2, _smoke.Says(Quantity.Smoke, 0));
        Assert.Equal((HealthState.Ok, Estate.AfterHours(0.2).Time), (Health(_smoke).State, Health(_smoke).LastHeard!.Value));
        Assert.Equal(HealthState.Unknown, Health(_gas).State);
    }

    [Fact]
    public void A_device_never_heard_is_a_trouble_after_its_limit_and_still_unknown()
    {
        Assert.Equal([(true, TroubleReason.Silent, "gas")], Tick(0.6));
        Assert.Equal(HealthState.Unknown, Health(_gas).State);
        Assert.Equal([TroubleReason.Silent], Health(_gas).Reasons);
    }

    [Fact]
    public void Silence_ends_with_the_next_live_word_and_not_with_a_kept_one()
    {
        Hear(0, _gas.Says(Quantity.Gas, 0));
        Assert.Single(Tick(1));
        Assert.Equal(HealthState.Unobserved, Health(_gas).State);
        Assert.Empty(Hear(1.1, _gas.Says(Quantity.Gas, 0, Origin.Retained)));
        Assert.Equal([(false, TroubleReason.Silent, "gas")], Hear(1.2, _gas.Says(Quantity.Gas, 0)));
        Assert.Equal(HealthState.Ok, Health(_gas).State);
    }

    [Fact]
    public void Offline_by_its_network_is_silent_at_once_and_online_takes_only_that_back()
    {
        Hear(0, _gas.Says(Quantity.Gas, 0));
        Assert.Equal([(true, TroubleReason.Silent, "gas")], Hear(0.1, _gas.Says(Quantity.Online, 0)));
        Assert.Empty(Hear(0.1, _gas.Says(Quantity.Online, 0)));
        Assert.Equal(HealthState.Unobserved, Health(_gas).State);
        Assert.Equal([(false, TroubleReason.Silent, "gas")], Hear(0.2, _gas.Says(Quantity.Online, 1)));
        Assert.Equal(Estate.Night, Health(_gas).LastHeard);

        // Silent for its own part: its network's word is no proof of life, and the trouble does not flutter with every such word.
        Assert.Single(Tick(1));
        Assert.Empty(Hear(1.1, _gas.Says(Quantity.Online, 1)));
        Assert.Empty(Tick(1.2));
    }

    [Fact]
    public void Online_does_not_make_a_device_ok_that_never_spoke()
    {
        Hear(0, _smoke.Says(Quantity.Online, 1));
        Assert.Equal(HealthState.Unknown, Health(_smoke).State);
    }

    [Theory]
    [InlineData(6, false)]
    [InlineData(5.01, false)]
    [InlineData(5, true)]
    [InlineData(0, true)]
    public void A_battery_at_or_below_5_per_cent_is_low(double percent, bool low)
    {
        Hear(0, _smoke.Says(Quantity.Battery, percent));
        Assert.Equal(low ? HealthState.Trouble : HealthState.Ok, Health(_smoke).State);
        Assert.Equal(low ? [TroubleReason.BatteryLow] : [], Health(_smoke).Reasons);
        Assert.Equal(percent, Health(_smoke).Battery);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void The_devices_own_word_on_its_battery_counts_more_than_the_number_in_any_order(bool flagFirst)
    {
        Reading[] message = [_smoke.Says(Quantity.BatteryLow, 0), _smoke.Says(Quantity.Battery, 3)];
        Assert.Empty(Hear(0, flagFirst ? message : [.. message.Reverse()]));
        Assert.Single(Hear(0.1, _smoke.Says(Quantity.BatteryLow, 1)));
        Assert.Empty(Hear(0.2, _smoke.Says(Quantity.Battery, 90)));
        Assert.Single(Hear(0.3, _smoke.Says(Quantity.BatteryLow, 0)));
    }

    [Fact]
    public void Fault_tamper_test_and_link_quality_are_told_and_a_kept_test_is_no_test()
    {
        Hear(0, _smoke.Says(Quantity.Fault, 1), _smoke.Says(Quantity.Tamper, 1), _smoke.Says(Quantity.LinkQuality, 12),
            _smoke.Says(Quantity.Test, 1, Origin.Retained));
        var health = Health(_smoke);
        Assert.Equal([TroubleReason.Fault, TroubleReason.Tampered], health.Reasons); // the more urgent first
        Assert.Equal((12.0, null), (health.LinkQuality!.Value, health.LastTest));
        Hear(0.5, _smoke.Says(Quantity.Test, 1), _smoke.Says(Quantity.Fault, 0));
        Assert.Equal([TroubleReason.Tampered], Health(_smoke).Reasons);
        Assert.Equal(Estate.AfterHours(0.5).Time, Health(_smoke).LastTest);
    }

    [Theory]
    [InlineData(TroubleReason.BrokerLost)]
    [InlineData(TroubleReason.BridgeOffline)]
    public void A_blind_connection_is_one_trouble_and_every_device_unobserved(TroubleReason reason)
    {
        Hear(0, _gas.Says(Quantity.Gas, 0));
        Assert.Equal([(true, reason, null)], Own(0.1, reason, true));
        Assert.Empty(Own(0.1, reason, true));
        Assert.Empty(Tick(500));
        Assert.Equal(HealthState.Unobserved, Health(_gas).State);
        Assert.Equal(reason, _book.Troubles.Single().Reason);
        Assert.True(_book.IsBlind(_gas));
    }

    [Fact]
    public void When_the_connection_returns_there_is_no_flood_each_device_gets_its_time_again()
    {
        Hear(0, _gas.Says(Quantity.Gas, 0), _gas.Says(Quantity.Fault, 0));
        Hear(0, _smoke.Says(Quantity.Smoke, 0));
        Own(0.1, TroubleReason.BrokerLost, true);
        Assert.Equal([(false, TroubleReason.BrokerLost, null)], Own(40, TroubleReason.BrokerLost, false));
        Assert.Empty(Tick(40.1));

        // Not silent yet, and not ok either: it has not been heard within its limit.
        Assert.Equal(HealthState.Unobserved, Health(_gas).State);
        Hear(40.2, _smoke.Says(Quantity.Smoke, 0));
        Assert.Equal(HealthState.Ok, Health(_smoke).State);
        Assert.Equal([(true, TroubleReason.Silent, "gas")], Tick(40.6));
    }

    [Fact]
    public void Only_when_both_connections_stand_again_time_begins_to_run()
    {
        Own(0.1, TroubleReason.BrokerLost, true);
        Own(0.2, TroubleReason.BridgeOffline, true);
        Own(10, TroubleReason.BrokerLost, false);
        Assert.Empty(Tick(20));
        Own(30, TroubleReason.BridgeOffline, false);
        Assert.Empty(Tick(30.4));
        Assert.Equal([(true, TroubleReason.Silent, "gas")], Tick(30.6));
    }

    [Fact]
    public void A_device_said_to_be_offline_in_the_blind_hour_is_silent_after_it()
    {
        Hear(0, _gas.Says(Quantity.Gas, 0));
        Own(0.1, TroubleReason.BridgeOffline, true);
        Assert.Empty(Hear(0.2, _gas.Says(Quantity.Online, 0, Origin.Retained)));
        Own(0.3, TroubleReason.BridgeOffline, false);
        Assert.Equal([(true, TroubleReason.Silent, "gas")], Tick(0.31));
    }

    [Fact]
    public void A_part_that_is_down_hides_only_what_depends_on_it()
    {
        Hear(0, _gas.Says(Quantity.Gas, 0));
        Assert.Equal([(true, TroubleReason.ConnectionLost, null)], Own(0.1, TroubleReason.ConnectionLost, true, "no answer"));
        Assert.Equal(HealthState.Ok, Health(_gas).State);
        Assert.Contains((true, TroubleReason.Silent, "gas"), Tick(1));
    }

    [Fact]
    public void A_trouble_of_the_gateway_that_is_not_blindness_hides_no_device()
    {
        Own(0, TroubleReason.StorageFailing, true, "disk full");
        Assert.False(_book.IsBlind(_gas));
        Assert.Equal("disk full", _book.Troubles.Single().Detail);
        Hear(0, _gas.Says(Quantity.Gas, 0));
        Assert.Equal(HealthState.Ok, Health(_gas).State);
        Assert.Empty(Own(0, TroubleReason.Overloaded, false));
    }

    [Fact]
    public void A_trouble_ends_under_the_id_it_began_with()
    {
        var changes = new List<TroubleChange>();
        _book.Hear([_smoke.Says(Quantity.Fault, 1)], Estate.After(1), changes);
        _book.Hear([_smoke.Says(Quantity.Fault, 0)], Estate.After(2), changes);
        Assert.Equal([(true, changes[0].Trouble.Id), (false, changes[0].Trouble.Id)], changes.Select(c => (c.Raised, c.Trouble.Id)));
    }

    private (bool, TroubleReason, string?)[] Hear(double hours, params Reading[] message) => Told(c => _book.Hear(message, Estate.AfterHours(hours), c));

    private (bool, TroubleReason, string?)[] Tick(double hours) => Told(c => _book.Tick(Estate.AfterHours(hours), c));

    private (bool, TroubleReason, string?)[] Own(double hours, TroubleReason reason, bool stands, string? detail = null)
        => Told(c => _book.SetOwn(reason, stands, detail, Estate.AfterHours(hours), c, reason switch
        {
            TroubleReason.BrokerLost => Source.Broker,
            TroubleReason.BridgeOffline => "zigbee2mqtt",
            TroubleReason.ConnectionLost => "modbus tcp 192.0.2.7:502",
            _ => null,
        }));

    private static (bool, TroubleReason, string?)[] Told(Action<List<TroubleChange>> act)
    {
        var changes = new List<TroubleChange>();
        act(changes);
        return [.. changes.Select(c => (c.Raised, c.Trouble.Reason, c.Trouble.Device?.Id))];
    }

    private DeviceHealth Health(Device device) => _book.Describe().Single(h => h.Device == device);
}
