using SmartCourtyard.Alarms;
using SmartCourtyard.Courtyards;
using SmartCourtyard.Readings;

namespace SmartCourtyard.Tests.AlarmTests;

/// <summary>Alarms that follow from how long something lasts.</summary>
public sealed class AlarmTimeTests
{
    private readonly Device _gas = Estate.Device(DeviceClass.GasDetector, "gas");
    private readonly Device _co = Estate.Device(DeviceClass.CoDetector, "co");
    private readonly Device _heat = Estate.Device(DeviceClass.HeatDetector, "heat");
    private AlarmBook _book = new([]);

    [Fact]
    public void Ten_per_cent_of_methane_must_last_a_quarter_of_a_minute()
    {
        Assert.Empty(Hear(0, _gas.Says(Quantity.Methane, 12)));
        Assert.Equal(TimeSpan.FromSeconds(15), _book.Due);
        Assert.Empty(Pass(14.999));
        var raised = Assert.Single(Pass(15));
        Assert.Equal((AlarmStep.Raised, AlarmKind.Gas, 12.0, Estate.After(15).Time), (raised.Step, raised.Alarm.Kind, raised.Alarm.CauseValue, raised.Alarm.RaisedAt));
        Assert.Null(_book.Due);
        Assert.Equal([AlarmStep.Cleared], Steps(Hear(60, _gas.Says(Quantity.Methane, 7))));
    }

    [Fact]
    public void A_whiff_of_gas_from_a_cooker_is_no_alarm()
    {
        Hear(0, _gas.Says(Quantity.Methane, 12));
        Assert.Empty(Hear(10, _gas.Says(Quantity.Methane, 3)));
        Assert.Empty(Pass(1_000));
        Assert.Empty(_book.Alarms);
    }

    [Fact]
    public void Twenty_five_per_cent_of_methane_and_the_detectors_own_word_do_not_wait()
    {
        Assert.Equal([AlarmStep.Raised], Steps(Hear(0, _gas.Says(Quantity.Methane, 25))));
        _book = new AlarmBook([]);
        Assert.Equal([AlarmStep.Raised], Steps(Hear(0, _gas.Says(Quantity.Gas, 1))));
    }

    [Fact]
    public void One_gas_alarm_whichever_of_its_rules_come_later()
    {
        Hear(0, _gas.Says(Quantity.Methane, 30));
        Assert.Empty(Pass(100));
        Assert.Empty(Hear(101, _gas.Says(Quantity.Gas, 1)));
        Assert.Equal(1, _book.Alarms.Single().Occurrences);
    }

    [Fact]
    public void The_word_that_ends_does_not_end_the_alarm_while_the_number_is_about_to_count()
    {
        Hear(0, _gas.Says(Quantity.Gas, 1));
        Assert.Empty(Hear(1, _gas.Says(Quantity.Gas, 0), _gas.Says(Quantity.Methane, 12)));
        Assert.Empty(Pass(16));
        Assert.Equal([AlarmStep.Cleared], Steps(Hear(20, _gas.Says(Quantity.Methane, 5))));
    }

    [Fact]
    public void What_was_about_to_count_and_does_not_any_more_ends_the_alarm()
    {
        Hear(0, _gas.Says(Quantity.Gas, 1));
        Hear(1, _gas.Says(Quantity.Gas, 0), _gas.Says(Quantity.Methane, 12));
        Assert.Equal([AlarmStep.Cleared], Steps(Hear(5, _gas.Says(Quantity.Methane, 5))));
        Assert.Null(_book.Due);
    }

    [Fact]
    public void Carbon_monoxide_alarms_when_its_time_has_come_though_the_device_says_nothing_more()
    {
        Hear(0, _co.Says(Quantity.Co, 100));
        Assert.Empty(Pass(24 * 60));
        var raised = Assert.Single(Pass(25 * 60 + 1));
        Assert.Equal((AlarmKind.CarbonMonoxide, Severity.Life, 100.0), (raised.Alarm.Kind, raised.Alarm.Severity, raised.Alarm.CauseValue));
    }

    [Fact]
    public void What_was_due_while_nobody_asked_comes_before_what_is_heard_now()
    {
        Hear(0, _gas.Says(Quantity.Methane, 12));
        Assert.Equal([AlarmStep.Raised, AlarmStep.Cleared], Steps(Hear(16, _gas.Says(Quantity.Methane, 0))));
    }

    [Fact]
    public void Several_that_are_due_come_in_the_order_of_their_times()
    {
        var second = Estate.Device(DeviceClass.GasDetector, "gas-2");
        Hear(1, second.Says(Quantity.Methane, 12));
        Hear(3, _gas.Says(Quantity.Methane, 12));
        Assert.Equal(["gas-2", "gas"], Pass(60).Where(s => s.Step == AlarmStep.Raised).Select(s => s.Alarm.DeviceId));
    }

    [Fact]
    public void Heat_alarms_by_its_height_and_by_its_climb()
    {
        Assert.Empty(Hear(0, _heat.Says(Quantity.Temperature, 56.9)));
        Assert.Equal(AlarmKind.Heat, Assert.Single(Hear(1_000, _heat.Says(Quantity.Temperature, 57))).Alarm.Kind);

        _book = new AlarmBook([]);
        Hear(0, _heat.Says(Quantity.Temperature, 30));
        Assert.Equal([AlarmStep.Raised], Steps(Hear(60, _heat.Says(Quantity.Temperature, 39))));
    }

    [Fact]
    public void The_clock_on_the_wall_changes_nothing_but_the_labels()
    {
        foreach (var wall in new[] { Estate.Night.AddYears(-50), Estate.Night, Estate.Night.AddYears(1) })
        {
            _book = new AlarmBook([]);
            var steps = new List<AlarmChange>();
            _book.Hear([_gas.Says(Quantity.Methane, 12)], new Moment(Estate.Night, TimeSpan.Zero), steps);
            _book.Pass(new Moment(wall, TimeSpan.FromSeconds(14.9)), steps);
            Assert.Empty(steps);
            _book.Pass(new Moment(wall, TimeSpan.FromSeconds(15)), steps);
            Assert.Equal(wall, Assert.Single(steps).Alarm.RaisedAt);
        }
    }

    [Fact]
    public void A_test_that_must_last_is_still_a_test()
    {
        Hear(0, _gas.Says(Quantity.Methane, 12), _gas.Says(Quantity.Test, 1));
        Assert.True(Assert.Single(Pass(15)).Alarm.Test);
    }

    [Fact]
    public void A_reload_goes_on_waiting_where_device_and_rule_are_as_before()
    {
        _book.Serve(Estate.Of(_gas), Rulebook.Usual, new HashSet<string>(), []);
        Hear(0, _gas.Says(Quantity.Methane, 12));
        var again = Estate.Device(DeviceClass.GasDetector, "gas");
        _book.Serve(Estate.Of(again), Rulebook.Usual, new HashSet<string> { "gas" }, []);
        Assert.Equal(TimeSpan.FromSeconds(15), _book.Due);
        Assert.Equal([AlarmStep.Raised], Steps(Pass(15)));

        // With another limit the waiting begins with the next word.
        _book = new AlarmBook([]);
        _book.Serve(Estate.Of(_gas), Rulebook.Usual, new HashSet<string>(), []);
        Hear(0, _gas.Says(Quantity.Methane, 12));
        _book.Serve(Estate.Of(again), Estate.Limited("gas", new Limit(Quantity.Methane, 11, 9)), new HashSet<string> { "gas" }, []);
        Assert.Null(_book.Due);
        Assert.Equal([AlarmStep.Raised], Steps(Hear(16, again.Says(Quantity.Methane, 12))));
    }

    private List<AlarmChange> Hear(double second, params Reading[] message)
    {
        var steps = new List<AlarmChange>();
        _book.Hear(message, Estate.After(second), steps);
        return steps;
    }

    private List<AlarmChange> Pass(double second)
    {
        var steps = new List<AlarmChange>();
        _book.Pass(Estate.After(second), steps);
        return steps;
    }

    private static AlarmStep[] Steps(List<AlarmChange> steps) => [.. steps.Select(s => s.Step)];
}
