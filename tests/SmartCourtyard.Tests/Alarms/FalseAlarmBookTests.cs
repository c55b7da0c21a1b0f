using FsCheck;
using FsCheck.Fluent;
using SmartCourtyard.Alarms;
using SmartCourtyard.Courtyards;
using SmartCourtyard.Readings;

namespace SmartCourtyard.Tests.AlarmTests;

/// <summary>What is counted of a detector's alarms, what an alarm may come from, and that nothing else follows from either.</summary>
public sealed class FalseAlarmBookTests
{
    private const double Day = 24 * 3600;
    private readonly Device _smoke = Estate.Device(DeviceClass.SmokeDetector, "smoke");
    private readonly Device _bath = Estate.Device(DeviceClass.AirMonitor, "bath");
    private readonly List<(string Device, bool Noisy)> _turned = [];
    private FalseAlarmBook _book = new();
    private AlarmBook _alarms;

    public FalseAlarmBookTests() => _alarms = new AlarmBook([]) { Hint = (d, k, n) => _book.HintOf(d, k, n) };

    [Fact]
    public void Three_brief_activations_within_a_day_make_a_detector_noisy_and_a_day_later_it_is_not()
    {
        Activates(0, 20);
        Activates(3600, 59);
        Assert.Empty(_turned);
        Activates(Day - 100, 20);
        Assert.Equal([("smoke", true)], _turned);
        Assert.Equal(new ActivationCount(3, 3, 3, 3), _book.CountOf("smoke", TimeSpan.FromSeconds(Day - 50)));
        _book.Tick(Estate.After(Day - 1), _turned);
        Assert.Single(_turned);
        _book.Tick(Estate.After(Day), _turned);
        Assert.Equal([("smoke", true), ("smoke", false)], _turned);
        Assert.Equal(new ActivationCount(2, 2, 3, 3), _book.CountOf("smoke", TimeSpan.FromSeconds(Day)));
        _book.Tick(Estate.After(32 * Day), _turned);
        Assert.Equal(default, _book.CountOf("smoke", TimeSpan.FromDays(32)));
    }

    [Theory]
    [InlineData(60, false, 0)]
    [InlineData(59.9, true, 0)]
    [InlineData(20, false, 1)]
    [InlineData(20, false, 2)]
    public void A_minute_a_second_detector_or_a_test_is_no_false_alarm(double lasts, bool noisy, int instead)
    {
        for (var i = 0; i < 3; i++)
        {
            Activates(i * 600, lasts, confirmed: instead == 1, test: instead == 2);
        }

        Assert.Equal(noisy, _turned.Count > 0);
        Assert.Equal(instead == 2 ? 0 : 3, _book.CountOf("smoke", TimeSpan.FromSeconds(2_000)).Day);
    }

    [Fact]
    public void Two_brief_ones_and_a_third_a_day_after_the_first_are_not_yet_too_many()
    {
        Activates(0, 20);
        Activates(100, 20);
        Activates(Day + 1, 20);
        Assert.Empty(_turned);
    }

    [Fact]
    public void A_chattering_detector_takes_no_more_room_than_a_hundred()
    {
        for (var i = 0; i < 500; i++)
        {
            Activates(i * 10, 5);
        }

        Assert.Equal(100, _book.Remember("smoke", TimeSpan.FromSeconds(5_000))!.Count);
        Assert.Equal(100, _book.CountOf("smoke", TimeSpan.FromSeconds(5_000)).Month);
    }

    [Fact]
    public void A_restart_goes_on_counting_also_where_the_clock_was_wrong_or_the_gateway_stood_still()
    {
        Activates(0, 20);
        Activates(100, 20);
        var kept = _book.Remember("smoke", TimeSpan.FromHours(1))!;
        Assert.Null(_book.Remember("other", TimeSpan.FromHours(1)));

        // Ten hours without the gateway; then one more.
        Restart(kept, new Moment(Estate.Night.AddHours(11), TimeSpan.Zero));
        Activates(10, 20, Estate.Night.AddHours(11));
        Assert.Equal([("smoke", true)], _turned);
        // A clock that has fallen back to 1970 makes nothing younger.
        _turned.Clear();
        Restart(kept, new Moment(DateTimeOffset.UnixEpoch, TimeSpan.Zero));
        Assert.Equal(2, _book.CountOf("smoke", TimeSpan.FromHours(22.9)).Day);
        Assert.Equal(0, _book.CountOf("smoke", TimeSpan.FromHours(23.1)).Day);
        // Two days later it is an old story.
        Restart(kept, new Moment(Estate.Night.AddDays(2), TimeSpan.Zero));
        Assert.Equal(new ActivationCount(0, 0, 2, 2), _book.CountOf("smoke", TimeSpan.Zero));
    }

    [Fact]
    public void A_noisy_detector_is_noisy_after_a_restart_too()
    {
        for (var i = 0; i < 3; i++)
        {
            Activates(i * 600, 20);
        }

        var kept = _book.Remember("smoke", TimeSpan.FromHours(1))!;
        _book = new FalseAlarmBook();
        Assert.True(_book.Restore("smoke", kept, Estate.AfterHours(1)));
        Assert.False(_book.Restore("other", [], Estate.AfterHours(1)));
    }

    [Fact]
    public void What_speaks_another_way_since_the_site_file_changed_begins_anew()
    {
        Activates(0, 20);
        _book.Serve(Estate.Of(_smoke), new HashSet<string> { "smoke" });
        Assert.Equal(1, _book.CountOf("smoke", TimeSpan.FromSeconds(60)).Day);
        _book.Serve(Estate.Of(_smoke), new HashSet<string>());
        Assert.Equal(0, _book.CountOf("smoke", TimeSpan.FromSeconds(60)).Day);
    }

    [Fact]
    public void An_activation_is_counted_and_kept_for_a_month_to_the_day()
    {
        Activates(Day, 20);
        Assert.Equal(1, _book.CountOf("smoke", TimeSpan.FromDays(31) - TimeSpan.FromSeconds(1)).Month);
        Assert.Equal(0, _book.CountOf("smoke", TimeSpan.FromDays(31)).Month);
        Assert.Equal(TimeSpan.FromDays(2), Assert.Single(_book.Remember("smoke", TimeSpan.FromDays(3))!).Ago);
        _book.Tick(Estate.After(31 * Day), _turned);
        Assert.Single(_book.Remember("smoke", TimeSpan.FromDays(31))!);
        _book.Tick(Estate.After(31 * Day + 1), _turned);
        Assert.Null(_book.Remember("smoke", TimeSpan.FromDays(31)));
    }

    [Fact]
    public void A_call_is_never_a_false_alarm_and_what_happens_after_the_end_is_no_second_activation()
    {
        var call = Activates(0, 20, kind: AlarmKind.EmergencyCall);
        Assert.Equal(0, _book.CountOf(call.DeviceId, TimeSpan.FromSeconds(60)).Day);
        var smoke = Activates(0, 20);
        _book.Note([new AlarmChange(AlarmStep.Updated, smoke with { Condition = AlarmCondition.Cleared, Confirmed = true })], Estate.After(30), _turned);
        Assert.Equal(1, _book.CountOf("smoke", TimeSpan.FromSeconds(60)).Day);
    }

    [Fact]
    public void A_noisy_detector_that_becomes_another_must_earn_its_name_again()
    {
        void Chatter(double at)
        {
            for (var i = 0; i < 3; i++)
            {
                Activates(at + i * 100, 20);
            }
        }

        Chatter(0);
        _book.Serve(Estate.Of(_smoke), new HashSet<string>());
        Chatter(1_000);
        Assert.Equal([("smoke", true), ("smoke", true)], _turned);
    }

    [Fact]
    public void A_bathroom_that_left_the_file_speaks_of_no_shower()
    {
        Humid(_bath, 40, 0);
        Humid(_bath, 60, 300);
        _book.Serve(Estate.Of(_smoke, _bath), new HashSet<string>());
        Assert.Equal(AlarmHint.Shower, _book.HintOf(_smoke, AlarmKind.Smoke, Estate.After(300)));
        _book.Serve(Estate.Of(_smoke), new HashSet<string>());
        Assert.Null(_book.HintOf(_smoke, AlarmKind.Smoke, Estate.After(300)));
    }

    [Theory]
    [InlineData(30)]
    [InlineData(60)]
    [InlineData(150)]
    public void The_lowest_of_the_last_ten_minutes_counts_at_its_own_time(double everySeconds)
    {
        for (var at = 0d; at <= 600; at += everySeconds)
        {
            Humid(_bath, at is >= 300 and < 450 ? 40 : 54, at);
        }

        Humid(_bath, 55, 690);
        Assert.Equal(AlarmHint.Shower, _book.HintOf(_smoke, AlarmKind.Smoke, Estate.After(690)));
        Assert.Null(_book.HintOf(_smoke, AlarmKind.Smoke, Estate.After(1_100)));
    }

    [Fact]
    public void The_same_flat_number_in_another_building_or_unit_is_another_flat()
    {
        foreach (var at in (Place[])[new("b04", 1, 3, "301"), new("b03", 2, 3, "301")])
        {
            var bath = new Device(at.ToString(), null, DeviceClass.AirMonitor, at, new Zigbee2MqttSource(at.ToString()));
            Humid(bath, 40, 0);
            Humid(bath, 70, 300);
        }

        Assert.Null(Raises(300));
    }

    [Theory]
    [InlineData(40, 55, 590, "301", AlarmHint.Shower)]
    [InlineData(40, 54.9, 590, "301", null)]
    [InlineData(40, 55, 600, "301", AlarmHint.Shower)]
    [InlineData(40, 55, 601, "301", null)]
    [InlineData(55, 40, 300, "301", null)]
    [InlineData(40, 60, 300, "302", null)]
    public void Humidity_that_rose_in_the_same_flat_speaks_of_a_shower(double first, double last, double seconds, string flat, AlarmHint? hint)
    {
        var bath = new Device("b", null, DeviceClass.AirMonitor, new Place("b03", 1, 3, flat), new Zigbee2MqttSource("b"));
        Humid(bath, first, 0);
        Humid(bath, last, seconds);
        Assert.Equal(hint, Raises(seconds));
    }

    [Fact]
    public void A_sensor_that_reports_every_second_is_understood_as_well()
    {
        for (var i = 0; i <= 300; i++)
        {
            Humid(_bath, 40 + i / 20.0, i);
        }

        Assert.Equal(AlarmHint.Shower, Raises(300));
        Assert.Null(_book.HintOf(_smoke, AlarmKind.CarbonMonoxide, Estate.After(300)));
    }

    [Fact]
    public void A_humid_flat_is_no_shower_and_neither_are_two_sensors_that_differ()
    {
        Humid(_bath, 40, 0);
        Humid(Estate.Device(DeviceClass.AirMonitor, "cellar"), 80, 10);
        Assert.Null(Raises(20));
    }

    [Theory]
    [InlineData(1, 2, 0, AlarmHint.Cooking)]
    [InlineData(1, 7, 0.9, AlarmHint.Cooking)]
    [InlineData(3, 5, -0.9, AlarmHint.Cooking)]
    [InlineData(1, 2, 1 - 30 / 3_600.0, AlarmHint.Cooking)]
    [InlineData(1, 8, 0, null)]
    [InlineData(1, 2, 1.1, null)]
    [InlineData(2, 2, 0, null)]
    public void Brief_ones_at_the_same_hour_of_two_days_speak_of_cooking(int daysAgo, int otherDaysAgo, double hoursOff, AlarmHint? hint)
    {
        var noon = 8 * Day;
        Activates(Math.Min(noon - daysAgo * Day, noon - otherDaysAgo * Day), 20);
        Activates(Math.Max(noon - daysAgo * Day, noon - otherDaysAgo * Day) + 30 + hoursOff * 3600, 20);
        Assert.Equal(hint, Raises(noon));
    }

    [Fact]
    public void A_hint_stays_on_the_alarm_and_changes_nothing_else() => Prop.ForAll(
        Gen.Choose(0, 5).Two().ListOf(60).ToArbitrary(), history =>
        {
            // The same night twice: once somebody looks on, once nobody does.
            _book = new FalseAlarmBook();
            _alarms = new AlarmBook([]) { Hint = (d, k, n) => _book.HintOf(d, k, n) };
            var plain = new AlarmBook([]);
            var at = 0.0;
            foreach (var (what, wait) in history)
            {
                at += wait * wait * wait * 40;
                var now = Estate.After(at);
                var reading = what switch
                {
                    0 or 1 => _smoke.Says(Quantity.Smoke, what),
                    2 => _smoke.Says(Quantity.Temperature, 20 + wait * 10),
                    3 => _bath.Says(Quantity.Humidity, 40),
                    4 => _bath.Says(Quantity.Humidity, 70),
                    _ => _bath.Says(Quantity.Smoke, wait % 2),
                };
                var (hinted, bare) = (new List<AlarmChange>(), new List<AlarmChange>());
                _book.Hear([reading], now.Uptime);
                _alarms.Hear([reading], now, hinted);
                _book.Note(hinted, now, _turned);
                plain.Hear([reading], now, bare);
                Assert.Equal(bare.Select(Bare), hinted.Select(Bare));
                Assert.Equal(plain.Due, _alarms.Due);
            }
        }).Check(Config.QuickThrowOnFailure.WithMaxTest(300));

    private static AlarmChange Bare(AlarmChange change) => change with { Alarm = change.Alarm with { Hint = null, Id = "" } };

    private Alarm Activates(
        double at, double lasts, DateTimeOffset? start = null, bool confirmed = false, bool test = false, AlarmKind kind = AlarmKind.Smoke)
    {
        Moment After(double seconds) => start is { } s ? new Moment(s.AddSeconds(seconds), TimeSpan.FromSeconds(seconds)) : Estate.After(seconds);
        var alarm = new Alarm(
            "a", kind, kind == AlarmKind.Smoke ? "smoke" : "sos", _smoke.At, Quantity.Smoke, 1, Estate.Night, AlarmCondition.Active, 1, test, Receipts.None) { Confirmed = confirmed };
        _book.Note([new AlarmChange(AlarmStep.Raised, alarm)], After(at), _turned);
        _book.Note([new AlarmChange(AlarmStep.Cleared, alarm with { Condition = AlarmCondition.Cleared })], After(at + lasts), _turned);
        return alarm;
    }

    private void Restart(IReadOnlyList<KeptActivation> kept, Moment now)
    {
        _book = new FalseAlarmBook();
        Assert.False(_book.Restore("smoke", kept, now));
    }

    private void Humid(Device device, double percent, double seconds) =>
        _book.Hear([device.Says(Quantity.Humidity, percent)], TimeSpan.FromSeconds(seconds));

    private AlarmHint? Raises(double seconds)
    {
        var steps = new List<AlarmChange>();
        _alarms.Hear([_smoke.Says(Quantity.Smoke, 1)], Estate.After(seconds), steps);
        return Assert.Single(steps).Alarm.Hint;
    }
}
