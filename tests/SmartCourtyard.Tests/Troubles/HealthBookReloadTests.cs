using SmartCourtyard.Courtyards;
using SmartCourtyard.Readings;
using SmartCourtyard.Troubles;

namespace SmartCourtyard.Tests.TroubleTests;

/// <summary>What becomes of devices' health when the site file is read again.</summary>
public sealed class HealthBookReloadTests
{
    private readonly Device _gas = Estate.Device(DeviceClass.GasDetector, "gas");
    private readonly Device _smoke = Estate.Device(DeviceClass.SmokeDetector, "smoke");
    private readonly List<TroubleChange> _changes = [];
    private readonly HealthBook _book;

    public HealthBookReloadTests()
    {
        _book = new HealthBook(Estate.Of(_gas, _smoke), Estate.AfterHours(0));
        _book.Hear([_gas.Says(Quantity.Fault, 1)], Estate.AfterHours(1), _changes);
        _book.Hear([_smoke.Says(Quantity.Battery, 3)], Estate.AfterHours(1), _changes);
        Assert.Equal(2, _changes.Count);
    }

    [Fact]
    public void Of_devices_that_stay_everything_is_kept_and_troubles_end_with_those_that_go()
    {
        var gas = Estate.Device(DeviceClass.GasDetector, "gas");
        Serve(["gas"], gas);
        var ended = Assert.Single(_changes.Skip(2));
        Assert.Equal((false, TroubleReason.BatteryLow, _smoke), (ended.Raised, ended.Trouble.Reason, ended.Trouble.Device));
        var health = Assert.Single(_book.Describe());
        Assert.Equal((gas, HealthState.Trouble, Estate.AfterHours(1).Time), (health.Device, health.State, health.LastHeard!.Value));
        Assert.Equal((gas, TroubleReason.Fault), (_book.Troubles.Single().Device, _book.Troubles.Single().Reason));

        _book.Hear([gas.Says(Quantity.Fault, 0)], Estate.AfterHours(1.1), _changes);
        Assert.Equal(_changes[0].Trouble.Id, _changes[^1].Trouble.Id);
        Assert.False(_changes[^1].Raised);
    }

    [Fact]
    public void A_device_that_is_new_or_has_changed_begins_unknown_and_has_its_whole_time()
    {
        var changed = Estate.Device(DeviceClass.GasDetector, "gas", new Zigbee2MqttSource("another"));
        var fresh = Estate.Device(DeviceClass.GasDetector, "fresh");
        _book.Serve(Estate.Of(changed, fresh, _smoke), new HashSet<string> { "smoke" }, Estate.AfterHours(10), _changes);
        Assert.Equal([HealthState.Unknown, HealthState.Unknown, HealthState.Trouble], _book.Describe().Select(h => h.State));
        Assert.Equal((false, TroubleReason.Fault), (_changes[2].Raised, _changes[2].Trouble.Reason));

        var late = new List<TroubleChange>();
        _book.Tick(Estate.AfterHours(10.4), late);
        Assert.Empty(late);
        _book.Tick(Estate.AfterHours(10.6), late);
        Assert.Equal([changed, fresh], late.Select(c => c.Trouble.Device));
        Assert.All(late, c => Assert.Equal((true, TroubleReason.Silent), (c.Raised, c.Trouble.Reason)));
    }

    [Fact]
    public void The_gateways_own_troubles_stand_but_those_of_parts_that_no_device_needs_any_more()
    {
        _book.SetOwn(TroubleReason.StorageFailing, true, "full", Estate.AfterHours(2), _changes);
        _book.SetOwn(TroubleReason.BrokerLost, true, "gone", Estate.AfterHours(2), _changes, Source.Broker);
        var gas = Estate.Device(DeviceClass.GasDetector, "gas");
        Serve(["gas"], gas);
        Assert.True(_book.IsBlind(gas));
        Assert.Equal([TroubleReason.StorageFailing, TroubleReason.BrokerLost, TroubleReason.Fault], _book.Troubles.Select(t => t.Reason));
        Serve([]);
        Assert.Equal([TroubleReason.StorageFailing], _book.Troubles.Select(t => t.Reason));
        Assert.Equal((false, TroubleReason.BrokerLost), (_changes[^1].Raised, _changes[^1].Trouble.Reason));
    }

    private void Serve(HashSet<string> unchanged, params Device[] devices)
        => _book.Serve(Estate.Of(devices), unchanged, Estate.AfterHours(1), _changes);
}
