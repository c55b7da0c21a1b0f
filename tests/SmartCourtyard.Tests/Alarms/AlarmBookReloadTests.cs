using SmartCourtyard.Alarms;
using SmartCourtyard.Courtyards;
using SmartCourtyard.Readings;

namespace SmartCourtyard.Tests.AlarmTests;

/// <summary>What becomes of alarms when the site file is read again.</summary>
public sealed class AlarmBookReloadTests
{
    private readonly Device _smoke = Estate.Device(DeviceClass.SmokeDetector, "smoke");
    private readonly List<AlarmChange> _changes = [];
    private readonly AlarmBook _book = new([]);

    public AlarmBookReloadTests() => _book.Serve(Estate.Of(_smoke), Rulebook.Usual, new HashSet<string>(), _changes);

    [Fact]
    public void A_device_that_stays_goes_on_where_it_was()
    {
        Hear(_smoke.Says(Quantity.Smoke, 1));
        var again = Estate.Device(DeviceClass.SmokeDetector, "smoke");
        _book.Serve(Estate.Of(again), Rulebook.Usual, new HashSet<string> { "smoke" }, _changes);
        Assert.Empty(Hear(again.Says(Quantity.Smoke, 1)));
        Assert.Equal([AlarmStep.Cleared], Hear(again.Says(Quantity.Smoke, 0)));
        Assert.Equal([AlarmStep.Updated], Hear(again.Says(Quantity.Smoke, 1)));
        Assert.Equal(2, _book.Alarms.Single().Occurrences);
    }

    [Fact]
    public void What_a_changed_device_said_before_is_unknown_and_its_open_alarm_is_one_and_the_same()
    {
        Hear(_smoke.Says(Quantity.Smoke, 1));
        var other = Estate.Device(DeviceClass.SmokeDetector, "smoke", new Zigbee2MqttSource("another"));
        _book.Serve(Estate.Of(other), Rulebook.Usual, new HashSet<string>(), _changes);
        Assert.Empty(Hear(other.Says(Quantity.Smoke, 1)));
        Assert.Equal(1, _book.Alarms.Single().Occurrences);
    }

    [Fact]
    public void What_a_changed_device_had_begun_to_say_waits_no_longer()
    {
        var gas = Estate.Device(DeviceClass.GasDetector, "gas");
        _book.Serve(Estate.Of(gas), Rulebook.Usual, new HashSet<string>(), _changes);
        Assert.Empty(Hear(gas.Says(Quantity.Methane, 12)));
        var due = _book.Due;
        Assert.NotNull(due);
        _book.Serve(Estate.Of(gas), Rulebook.Usual, new HashSet<string> { "gas" }, _changes);
        Assert.Equal(due, _book.Due);
        _book.Serve(Estate.Of(gas), Rulebook.Usual, new HashSet<string>(), _changes);
        Assert.Null(_book.Due);
    }

    [Fact]
    public void The_alarm_of_a_removed_device_stays_until_people_are_done_with_it()
    {
        var alarm = Raise();
        _book.Serve(Estate.Of(), Rulebook.Usual, new HashSet<string>(), _changes);
        Assert.Equal((alarm, true, AlarmCondition.Active), (_book.Alarms.Single().Id, _book.Alarms.Single().IsOpen, _book.Alarms.Single().Condition));
        Assert.NotNull(_book.Receive(ReceiptKind.Acknowledged, alarm, Estate.Night));
        Assert.Single(_book.Alarms);

        // Nobody is left who could say that the cause is gone: people's word is the last.
        Assert.Equal(AlarmCondition.Cleared, _book.Receive(ReceiptKind.Resolved, alarm, Estate.Night)!.Condition);
        Assert.Empty(_book.Alarms);
        Assert.Empty(_changes);
    }

    [Fact]
    public void What_people_were_done_with_ends_when_its_device_is_removed_or_becomes_another()
    {
        var alarm = Raise();
        _book.Receive(ReceiptKind.Resolved, alarm, Estate.Night);
        Assert.Single(_book.Alarms);
        _book.Serve(Estate.Of(Estate.Device(DeviceClass.HeatDetector, "smoke")), Rulebook.Usual, new HashSet<string>(), _changes);
        Assert.Equal((AlarmStep.Cleared, alarm), (_changes.Single().Step, _changes[0].Alarm.Id));
        Assert.Empty(_book.Alarms);
    }

    [Fact]
    public void A_device_that_comes_back_meets_its_open_alarm()
    {
        var alarm = Raise();
        _book.Serve(Estate.Of(), Rulebook.Usual, new HashSet<string>(), _changes);
        _book.Serve(Estate.Of(_smoke), Rulebook.Usual, new HashSet<string>(), _changes);
        Assert.Empty(Hear(_smoke.Says(Quantity.Smoke, 1)));
        Assert.Equal([AlarmStep.Cleared], Hear(_smoke.Says(Quantity.Smoke, 0)));
        Assert.Equal(alarm, _book.Alarms.Single().Id);
    }

    private string Raise()
    {
        Hear(_smoke.Says(Quantity.Smoke, 1));
        return _book.Alarms.Single().Id;
    }

    private AlarmStep[] Hear(Reading reading)
    {
        var steps = new List<AlarmChange>();
        _book.Hear([reading], Estate.After(0), steps);
        return [.. steps.Select(s => s.Step)];
    }
}
