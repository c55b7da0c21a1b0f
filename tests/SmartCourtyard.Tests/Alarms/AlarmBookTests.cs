using SmartCourtyard.Alarms;
using SmartCourtyard.Courtyards;
using SmartCourtyard.Readings;

namespace SmartCourtyard.Tests.AlarmTests;

public sealed class AlarmBookTests
{
    private readonly Device _smoke = Estate.Device(DeviceClass.SmokeDetector, "smoke");
    private readonly Device _gas = Estate.Device(DeviceClass.GasDetector, "gas");
    private readonly Device _button = Estate.Device(DeviceClass.EmergencyButton, "sos");
    private AlarmBook _book = new([]);

    [Theory]
    [InlineData(Quantity.Smoke, DeviceClass.SmokeDetector, AlarmKind.Smoke, Severity.Life, true)]
    [InlineData(Quantity.Smoke, DeviceClass.HeatDetector, AlarmKind.Heat, Severity.Life, true)]
    [InlineData(Quantity.Gas, DeviceClass.GasDetector, AlarmKind.Gas, Severity.Life, true)]
    [InlineData(Quantity.CoAlarm, DeviceClass.CoDetector, AlarmKind.CarbonMonoxide, Severity.Life, true)]
    [InlineData(Quantity.Emergency, DeviceClass.EmergencyButton, AlarmKind.EmergencyCall, Severity.Life, false)]
    [InlineData(Quantity.Fall, DeviceClass.FallDetector, AlarmKind.Fall, Severity.Life, false)]
    [InlineData(Quantity.WaterLeak, DeviceClass.WaterLeak, AlarmKind.WaterLeak, Severity.Property, true)]
    [InlineData(Quantity.Tamper, DeviceClass.SmokeDetector, AlarmKind.Tamper, Severity.Technical, true)]
    public void A_level_raises_its_kind_when_live_and_where_the_state_is_the_danger_also_when_kept(
        Quantity quantity, DeviceClass deviceClass, AlarmKind kind, Severity severity, bool keptRaises)
    {
        var device = Estate.Device(deviceClass);

        var raised = Assert.Single(Hear(device.Says(quantity, 1)));
        Assert.Equal(AlarmStep.Raised, raised.Step);
        Assert.Equal((kind, severity, device.Id, device.At, quantity, 1.0), (
            raised.Alarm.Kind, raised.Alarm.Severity, raised.Alarm.DeviceId, raised.Alarm.At, raised.Alarm.CauseQuantity, raised.Alarm.CauseValue));
        Assert.Equal((Estate.Night, AlarmCondition.Active, 1, false, true), (
            raised.Alarm.RaisedAt, raised.Alarm.Condition, raised.Alarm.Occurrences, raised.Alarm.Test, raised.Alarm.IsOpen));

        _book = new AlarmBook([]);
        Assert.Equal(keptRaises ? [AlarmStep.Raised] : [], Steps(device.Says(quantity, 1, Origin.Retained)));
        Assert.Empty(Steps(device.Says(quantity, 1, Origin.Retained)));
    }

    [Fact]
    public void Every_kind_has_a_severity_and_only_the_six_that_cost_lives_are_life() => Assert.Equal(
        [AlarmKind.Smoke, AlarmKind.Heat, AlarmKind.Gas, AlarmKind.CarbonMonoxide, AlarmKind.EmergencyCall, AlarmKind.Fall],
        Enum.GetValues<AlarmKind>().Where(k => k.Severity() == Severity.Life));

    [Theory]
    [InlineData(Quantity.Temperature)]
    [InlineData(Quantity.Co)]
    [InlineData(Quantity.Motion)]
    [InlineData(Quantity.Contact)]
    [InlineData(Quantity.BatteryLow)]
    [InlineData(Quantity.Fault)]
    public void A_quantity_without_a_rule_raises_nothing(Quantity quantity) => Assert.Empty(Steps(_smoke.Says(quantity, 1)));

    [Fact]
    public void A_level_that_repeats_itself_says_nothing_new()
    {
        Assert.Equal([AlarmStep.Raised], Steps(_smoke.Says(Quantity.Smoke, 1)));
        Assert.Empty(Steps(_smoke.Says(Quantity.Smoke, 1)));
        Assert.Equal([AlarmStep.Cleared], Steps(_smoke.Says(Quantity.Smoke, 0)));
        Assert.Empty(Steps(_smoke.Says(Quantity.Smoke, 0)));
    }

    [Fact]
    public void A_new_activation_while_open_is_an_occurrence_of_the_same_alarm()
    {
        var first = Hear(_smoke.Says(Quantity.Smoke, 1))[0].Alarm;
        Hear(_smoke.Says(Quantity.Smoke, 0));
        var again = Assert.Single(Hear(_smoke.Says(Quantity.Smoke, 1)));
        Assert.Equal((AlarmStep.Updated, first.Id, 2, AlarmCondition.Active), (again.Step, again.Alarm.Id, again.Alarm.Occurrences, again.Alarm.Condition));
        Assert.Equal(first.RaisedAt, again.Alarm.RaisedAt);
    }

    [Fact]
    public void Each_press_counts_while_the_call_is_open_and_makes_a_new_call_after_it_is_resolved()
    {
        var call = Hear(_button.Presses())[0].Alarm;
        Assert.Equal((AlarmStep.Updated, 2), (Hear(_button.Presses())[0].Step, _book.Alarms.Single().Occurrences));
        Assert.Equal(3, Hear(_button.Presses())[0].Alarm.Occurrences);

        var done = _book.Receive(ReceiptKind.Resolved, call.Id, Estate.Night)!;
        Assert.Equal((false, AlarmCondition.Cleared), (done.IsOpen, done.Condition));
        Assert.Empty(_book.Alarms);
        var next = Assert.Single(Hear(_button.Presses()));
        Assert.Equal(AlarmStep.Raised, next.Step);
        Assert.NotEqual(call.Id, next.Alarm.Id);
    }

    [Fact]
    public void A_kept_press_is_never_a_press_not_even_behind_a_live_one()
    {
        Assert.Empty(Steps(_button.Presses(origin: Origin.Retained)));
        Hear(_button.Presses());
        Assert.Empty(Steps(_button.Presses(origin: Origin.Retained)));
        Assert.Equal(1, _book.Alarms.Single().Occurrences);
    }

    [Fact]
    public void A_kept_call_neither_calls_nor_hides_the_live_one_after_it()
    {
        Assert.Empty(Steps(_button.Says(Quantity.Emergency, 1, Origin.Retained)));
        Assert.Equal([AlarmStep.Raised], Steps(_button.Says(Quantity.Emergency, 1)));
    }

    [Fact]
    public void A_kept_call_is_none_even_where_the_last_live_word_was_no()
    {
        Assert.Empty(Steps(_button.Says(Quantity.Emergency, 0)));
        Assert.Empty(Steps(_button.Says(Quantity.Emergency, 1, Origin.Retained)));
        Assert.Equal([AlarmStep.Raised], Steps(_button.Says(Quantity.Emergency, 1)));
    }

    [Fact]
    public void Smoke_that_began_while_nobody_listened_is_heard_from_the_kept_state()
    {
        Hear(_smoke.Says(Quantity.Smoke, 0));
        Assert.Equal([AlarmStep.Raised], Steps(_smoke.Says(Quantity.Smoke, 1, Origin.Retained)));
    }

    [Fact]
    public void After_a_restart_an_alarm_that_goes_on_is_no_second_one()
    {
        Hear(_smoke.Says(Quantity.Smoke, 1));
        Restart();
        Assert.Empty(Steps(_smoke.Says(Quantity.Smoke, 1, Origin.Retained)));
        Assert.Empty(Steps(_smoke.Says(Quantity.Smoke, 1)));
        Assert.Equal([AlarmStep.Cleared], Steps(_smoke.Says(Quantity.Smoke, 0)));
    }

    [Fact]
    public void After_a_restart_the_first_quiet_word_clears_what_was_active()
    {
        Hear(_smoke.Says(Quantity.Smoke, 1));
        Restart();
        Assert.Equal([AlarmStep.Cleared], Steps(_smoke.Says(Quantity.Smoke, 0)));
        Restart();
        Assert.Empty(Steps(_smoke.Says(Quantity.Smoke, 0)));
    }

    [Fact]
    public void What_people_are_done_with_does_not_come_back_from_kept_state()
    {
        var alarm = Hear(_smoke.Says(Quantity.Smoke, 1))[0].Alarm;
        _book.Receive(ReceiptKind.Resolved, alarm.Id, Estate.Night);
        Restart();
        Assert.Empty(Steps(_smoke.Says(Quantity.Smoke, 1, Origin.Retained)));
    }

    [Fact]
    public void What_people_are_done_with_begins_anew_when_the_device_says_so_now()
    {
        var alarm = Hear(_smoke.Says(Quantity.Smoke, 1))[0].Alarm;
        _book.Receive(ReceiptKind.Resolved, alarm.Id, Estate.Night);
        Restart();

        var steps = Hear(_smoke.Says(Quantity.Smoke, 1));

        // The one that is done with ends, so that nobody who keeps alarms keeps it for ever.
        Assert.Equal([(AlarmStep.Cleared, true), (AlarmStep.Raised, false)], steps.Select(s => (s.Step, s.Alarm.Id == alarm.Id)));
        Assert.NotEqual(alarm.Id, Assert.Single(_book.Alarms).Id);
    }

    [Fact]
    public void An_alarm_resolved_while_active_is_forgotten_when_its_cause_ends()
    {
        var alarm = Hear(_smoke.Says(Quantity.Smoke, 1))[0].Alarm;
        Assert.False(_book.Receive(ReceiptKind.Resolved, alarm.Id, Estate.Night)!.IsOpen);
        Assert.Single(_book.Alarms);
        Assert.Equal([AlarmStep.Cleared], Steps(_smoke.Says(Quantity.Smoke, 0)));
        Assert.Empty(_book.Alarms);
        Assert.Equal([AlarmStep.Raised], Steps(_smoke.Says(Quantity.Smoke, 1)));
    }

    [Fact]
    public void Gas_in_words_and_in_numbers_is_one_alarm_that_ends_when_both_are_over()
    {
        Assert.Equal([AlarmStep.Raised], Steps(_gas.Says(Quantity.Gas, 1)));
        Assert.Empty(Steps(_gas.Says(Quantity.Methane, 12)));
        Assert.Empty(Steps(_gas.Says(Quantity.Gas, 0)));
        Assert.Equal([AlarmStep.Cleared], Steps(_gas.Says(Quantity.Methane, 3)));
        Assert.Single(_book.Alarms);
    }

    [Fact]
    public void A_limit_of_its_own_alarms_from_10_and_ends_below_8_so_that_it_does_not_flutter()
    {
        _book = new AlarmBook([], Estate.Limited("gas", new Limit(Quantity.Methane, Alarm: 10, Clear: 8)));
        var steps = new[] { 0, 9.99, 10, 9, 8, 12, 8, 7.99, 9, 9.99, 10, 0 }.Select(v => Steps(_gas.Says(Quantity.Methane, v)).SingleOrDefault((AlarmStep)(-1)));
        const AlarmStep Nothing = (AlarmStep)(-1);
        Assert.Equal(
            [
                Nothing, Nothing, AlarmStep.Raised, Nothing, Nothing, Nothing, Nothing, AlarmStep.Cleared, Nothing, Nothing, AlarmStep.Updated,
                AlarmStep.Cleared,
            ],
            steps);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void The_order_of_a_messages_readings_does_not_matter(bool wordFirst)
    {
        Hear(_gas.Says(Quantity.Gas, 1));
        Reading[] message = [_gas.Says(Quantity.Gas, 0), _gas.Says(Quantity.Methane, 15)];
        // One cause goes, the other comes, in one message: the alarm simply goes on.
        Assert.Empty(Steps(wordFirst ? message : [.. message.Reverse()]));
        Assert.Equal((1, AlarmCondition.Active), (_book.Alarms.Single().Occurrences, _book.Alarms.Single().Condition));
    }

    [Fact]
    public void After_a_restart_a_low_number_does_not_end_what_the_word_began()
    {
        Hear(_gas.Says(Quantity.Gas, 1));
        Restart();
        Assert.Empty(Steps(_gas.Says(Quantity.Methane, 0)));
        Assert.Empty(Steps(_gas.Says(Quantity.Gas, 1)));
        Assert.Equal([AlarmStep.Cleared], Steps(_gas.Says(Quantity.Gas, 0)));
    }

    [Fact]
    public void One_device_may_have_alarms_of_several_kinds_at_once()
    {
        Assert.Equal(
            [AlarmStep.Raised, AlarmStep.Raised], Steps(_smoke.Says(Quantity.Smoke, 1), _smoke.Says(Quantity.Tamper, 1)));
        Assert.Equal(AlarmKind.Tamper, Assert.Single(Hear(_smoke.Says(Quantity.Tamper, 0))).Alarm.Kind);
    }

    [Fact]
    public void Smoke_that_still_stands_when_the_test_is_over_is_real_and_sounds_again()
    {
        Hear(_smoke.Says(Quantity.Smoke, 1), _smoke.Says(Quantity.Test, 1));
        var real = Assert.Single(Hear(_smoke.Says(Quantity.Smoke, 1), _smoke.Says(Quantity.Test, 0)));
        Assert.Equal((AlarmStep.Updated, 2, false), (real.Step, real.Alarm.Occurrences, real.Alarm.Test));
        Assert.Empty(Hear(_smoke.Says(Quantity.Smoke, 1), _smoke.Says(Quantity.Test, 0)));
    }

    [Fact]
    public void A_test_is_marked_wherever_the_flag_stands_in_the_message_and_a_real_alarm_takes_the_mark_away()
    {
        Assert.True(Hear(_smoke.Says(Quantity.Smoke, 1), _smoke.Says(Quantity.Test, 1))[0].Alarm.Test);
        Hear(_smoke.Says(Quantity.Smoke, 0));
        Assert.True(Hear(_smoke.Says(Quantity.Test, 1), _smoke.Says(Quantity.Smoke, 1))[0].Alarm.Test);
        Hear(_smoke.Says(Quantity.Smoke, 0));
        Assert.False(Hear(_smoke.Says(Quantity.Smoke, 1), _smoke.Says(Quantity.Test, 0))[0].Alarm.Test);
        Hear(_smoke.Says(Quantity.Smoke, 0));
        // A test in the middle of something real does not make it a drill.
        Assert.False(Hear(_smoke.Says(Quantity.Smoke, 1), _smoke.Says(Quantity.Test, 1))[0].Alarm.Test);
    }

    [Fact]
    public void Receipts_are_written_once_and_the_first_one_counts()
    {
        var alarm = Hear(_smoke.Says(Quantity.Smoke, 1))[0].Alarm;
        foreach (var (kind, minute) in new[] { ReceiptKind.Stored, ReceiptKind.Shown, ReceiptKind.Acknowledged, ReceiptKind.Resolved }.Select((k, i) => (k, i)))
        {
            _book.Receive(kind, alarm.Id, Estate.Night.AddMinutes(minute));
            _book.Receive(kind, alarm.Id, Estate.Night.AddMinutes(minute + 30));
        }

        Assert.Equal(
            new Receipts(Estate.Night, Estate.Night.AddMinutes(1), Estate.Night.AddMinutes(2), Estate.Night.AddMinutes(3)),
            _book.Alarms.Single().Receipts);
    }

    [Fact]
    public void A_receipt_for_an_alarm_that_is_not_here_changes_nothing()
    {
        Hear(_smoke.Says(Quantity.Smoke, 1));
        Assert.Null(_book.Receive(ReceiptKind.Resolved, "another", Estate.Night));
        Assert.Equal(Receipts.None, _book.Alarms.Single().Receipts);
    }

    [Fact]
    public void A_press_and_its_level_in_one_message_are_one_press()
    {
        Hear(_button.Says(Quantity.Emergency, 0));
        Assert.Equal([AlarmStep.Raised], Steps(_button.Presses(), _button.Says(Quantity.Emergency, 1)));
    }

    [Fact]
    public void A_press_at_a_button_that_was_at_rest_is_not_over_at_once()
    {
        Hear(_button.Says(Quantity.Emergency, 0));
        Assert.Equal([AlarmStep.Raised], Steps(_button.Presses()));
        Assert.Equal(AlarmCondition.Active, _book.Alarms.Single().Condition);
    }

    [Fact]
    public void A_message_without_readings_says_nothing() => Assert.Empty(Hear());

    [Fact]
    public void The_newest_hint_stands_until_there_is_another()
    {
        var hints = new Queue<AlarmHint?>([AlarmHint.Shower, AlarmHint.Cooking, null]);
        _book = new AlarmBook([]) { Hint = (_, _, _) => hints.Dequeue() };
        var heard = new List<AlarmHint?>();
        for (var i = 0; i < 3; i++)
        {
            heard.Add(Hear(_smoke.Says(Quantity.Smoke, 1)).Single().Alarm.Hint);
            Hear(_smoke.Says(Quantity.Smoke, 0));
        }

        Assert.Equal([AlarmHint.Shower, AlarmHint.Cooking, AlarmHint.Cooking], heard);
    }

    private List<AlarmChange> Hear(params Reading[] message)
    {
        var steps = new List<AlarmChange>();
        _book.Hear(message, Estate.After(0), steps);
        return steps;
    }

    private AlarmStep[] Steps(params Reading[] message) => [.. Hear(message).Select(s => s.Step)];

    private void Restart() => _book = new AlarmBook([.. _book.Alarms.Where(a => a.IsOpen || a.Condition == AlarmCondition.Active)]);
}
