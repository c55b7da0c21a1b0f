using SmartCourtyard.Courtyards;
using SmartCourtyard.Readings;
using SmartCourtyard.Troubles;

namespace SmartCourtyard.Tests.TroubleTests;

/// <summary>What was known stays known over a restart; that a device is alive must be heard again.</summary>
public sealed class HealthRestartTests
{
    private readonly Device _gas = Estate.Device(DeviceClass.GasDetector, "gas") with { Installed = new DateOnly(2026, 11, 1) };
    private readonly List<TroubleChange> _journal = [];
    private HealthBook _book;

    public HealthRestartTests() => _book = new HealthBook(Estate.Of(_gas), Estate.After(0));

    [Fact]
    public void After_a_restart_everything_is_remembered_and_nothing_is_ok_until_it_is_heard()
    {
        Hear(1, _gas.Says(Quantity.Gas, 0), _gas.Says(Quantity.Battery, 71), _gas.Says(Quantity.LinkQuality, 120), _gas.Says(Quantity.Test, 1));
        Assert.Equal(HealthState.Ok, Health.State);
        Restart(1.1);
        Assert.Equal(
            (HealthState.Unknown, Estate.AfterHours(1).Time, 71.0, 120.0, Estate.AfterHours(1).Time),
            (Health.State, Health.LastHeard!.Value, Health.Battery!.Value, Health.LinkQuality!.Value, Health.LastTest!.Value));
        Hear(1.2, _gas.Says(Quantity.Gas, 0));
        Assert.Equal(HealthState.Ok, Health.State);
    }

    [Theory]
    [InlineData(-600.0, -600.0)]
    [InlineData(600, null)]
    [InlineData(-600_000_000, null)]
    public void What_a_broker_kept_says_when_the_device_was_last_seen_and_proves_no_life(double saidAfterSeconds, double? lastHeardAfterSeconds)
    {
        Hear(1, _gas.Says(Quantity.Gas, 0, Origin.Retained) with { SaidAt = Estate.AfterHours(1).Time.AddSeconds(saidAfterSeconds) });
        Assert.Equal(lastHeardAfterSeconds is { } s ? Estate.AfterHours(1).Time.AddSeconds(s) : null, Health.LastHeard);
        Assert.Equal(HealthState.Unknown, Health.State);
    }

    [Fact]
    public void What_a_broker_kept_is_older_news_than_what_was_heard_since()
    {
        Hear(1, _gas.Says(Quantity.Gas, 0));
        Hear(1.1, _gas.Says(Quantity.Gas, 0, Origin.Retained) with { SaidAt = Estate.AfterHours(0.5).Time });
        Assert.Equal(Estate.AfterHours(1).Time, Health.LastHeard);
    }

    [Fact]
    public void A_device_that_stays_away_after_a_restart_has_its_whole_time_and_then_is_unobserved()
    {
        Hear(1, _gas.Says(Quantity.Gas, 0));
        Restart(1.4);
        Tick(1.89);
        Assert.Equal((HealthState.Unknown, 0), (Health.State, Health.Reasons.Count));
        Tick(1.91);
        Assert.Equal(HealthState.Unobserved, Health.State);
        Assert.Equal([TroubleReason.Silent], Health.Reasons);
    }

    [Fact]
    public void A_trouble_stands_over_a_restart_until_something_speaks_against_it()
    {
        Hear(1, _gas.Says(Quantity.Fault, 1), _gas.Says(Quantity.Battery, 2));
        Restart(2);
        Assert.Equal([TroubleReason.Fault, TroubleReason.BatteryLow], Health.Reasons);
        Hear(2.1, _gas.Says(Quantity.Fault, 1), _gas.Says(Quantity.BatteryLow, 1));
        Assert.Equal(2, _journal.Count);
        Hear(2.2, _gas.Says(Quantity.Fault, 0), _gas.Says(Quantity.BatteryLow, 0));
        Assert.Equal(HealthState.Ok, Health.State);
        Assert.Equal(_journal.Take(2).Select(c => c.Trouble.Id), _journal.Skip(2).Select(c => c.Trouble.Id));
    }

    [Fact]
    public void Silence_that_was_told_before_a_restart_is_not_told_again_after_it()
    {
        Tick(1);
        Restart(2);
        Tick(3);
        Assert.Single(_journal);
        Hear(3.1, _gas.Says(Quantity.Gas, 0));
        Assert.Equal([true, false], _journal.Select(c => c.Raised));
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void Of_another_thing_under_the_same_id_nothing_is_remembered(bool otherClass)
    {
        Hear(1, _gas.Says(Quantity.Fault, 1), _gas.Says(Quantity.Battery, 50));
        var other = otherClass
            ? Estate.Device(DeviceClass.CoDetector, "gas") with { Installed = _gas.Installed }
            : _gas with { Installed = new DateOnly(2026, 11, 22) };
        Restart(2, other);
        Assert.Equal((null, null, 0), (Health.LastHeard, Health.Battery, Health.Reasons.Count));
        Assert.Equal([true, false], _journal.Select(c => c.Raised));
    }

    [Fact]
    public void The_troubles_of_a_device_that_is_gone_and_of_the_gateway_itself_end_with_the_restart()
    {
        Hear(1, _gas.Says(Quantity.Fault, 1));
        _book.SetOwn(TroubleReason.BrokerLost, true, "no answer", Estate.AfterHours(1), _journal, Source.Broker);
        Restart(2, Estate.Device(DeviceClass.GasDetector, "another"));
        Assert.Equal([(false, "gas"), (false, null)], _journal.Skip(2).Select(c => (c.Raised, c.Trouble.Device?.Id)).OrderByDescending(c => c.Item2, StringComparer.Ordinal));
        Assert.Empty(_book.Troubles);
    }

    [Fact]
    public void Drift_is_seen_over_any_number_of_restarts()
    {
        var hour = 0;
        for (var day = 0; day < 40; day++)
        {
            for (var h = 0; h < 24; h++, hour++)
            {
                Hear(hour, _gas.Says(Quantity.Methane, (day * 0.1) + (h * 0.001)));
            }

            Restart(hour - 0.5);
        }

        Assert.Equal([TroubleReason.Drifting], Health.Reasons);
        Assert.Single(_journal);
    }

    private DeviceHealth Health => _book.Describe().Single();

    private void Hear(double hours, params Reading[] message) => _book.Hear(message, Estate.AfterHours(hours), _journal);

    private void Tick(double hours) => _book.Tick(Estate.AfterHours(hours), _journal);

    private void Restart(double hours, Device? other = null)
    {
        var standing = _book.Troubles.Select(KeptTrouble.Of).ToList();
        var memory = _book.Remember();
        _book = new HealthBook(Estate.Of(other ?? _gas), Estate.AfterHours(hours));
        _book.Restore(memory, standing, Estate.AfterHours(hours), _journal);
    }
}
