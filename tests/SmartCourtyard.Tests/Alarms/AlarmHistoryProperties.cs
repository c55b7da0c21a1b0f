using FsCheck;
using FsCheck.Fluent;
using SmartCourtyard.Alarms;
using SmartCourtyard.Courtyards;
using SmartCourtyard.Readings;

namespace SmartCourtyard.Tests.AlarmTests;

/// <summary>Random nights with the default rules, on a clock that is scripted too: what must hold in each of them.</summary>
public sealed class AlarmHistoryProperties
{
    private static readonly Config Many = Config.QuickThrowOnFailure.WithMaxTest(400).WithEndSize(120);

    [Fact]
    public void There_is_no_alarm_without_a_cause_and_no_cause_without_an_alarm() => Prop.ForAll<byte[]>(script =>
    {
        var night = new Night(Night.RightClock);
        var model = new PlainLook();
        foreach (var b in script)
        {
            night.Step(b);
            model.Step(b);
            // Nobody resolves anything here: whatever ever began is open, and stands exactly while its cause does.
            Assert.Equal(
                model.Standing.Order(), night.Alarms.Where(a => a.Condition == AlarmCondition.Active && a.Kind != AlarmKind.EmergencyCall).Select(a => (a.DeviceId, a.Kind)).Order());
            Assert.Equal(model.Ever.Order(), night.Alarms.Select(a => (a.DeviceId, a.Kind)).Order());
        }
    }).Check(Many);

    [Fact]
    public void Clearing_never_closes() => Prop.ForAll<byte[]>(script =>
    {
        var night = new Night(Night.RightClock);
        var open = new HashSet<string>();
        foreach (var b in script)
        {
            open.UnionWith(night.Step(b).Where(s => s.Step == AlarmStep.Raised).Select(s => s.Alarm.Id));
            Assert.Equal(open, night.Alarms.Where(a => a.IsOpen).Select(a => a.Id).ToHashSet());
        }
    }).Check(Many);

    [Fact]
    public void A_wall_clock_that_runs_back_stands_still_or_leaps_changes_nothing_but_labels() => Prop.ForAll<byte[]>(script =>
    {
        var told = Tell(script, Night.RightClock);
        Assert.Equal(told, Tell(script, t => Estate.Night - t));
        Assert.Equal(told, Tell(script, _ => Estate.Night));
        Assert.Equal(told, Tell(script, t => Estate.Night + t + (t > TimeSpan.FromMinutes(3) ? TimeSpan.FromDays(366) : TimeSpan.Zero)));
        Assert.Equal(told, Tell(script, Night.RightClock));
    }).Check(Many);

    [Fact]
    public void A_restart_at_any_point_finds_the_same_open_alarms_and_raises_none_of_them_again() => Prop.ForAll<byte[], byte>((script, at) =>
    {
        var night = new Night(Night.RightClock);
        for (var i = 0; i < script.Length; i++)
        {
            if (i == at % script.Length)
            {
                var before = night.Alarms.Where(a => a.IsOpen).OrderBy(a => a.Id, StringComparer.Ordinal).ToList();
                night.Restart();
                Assert.Equal(before, night.Alarms.Where(a => a.IsOpen).OrderBy(a => a.Id, StringComparer.Ordinal));
                var known = before.Where(a => a.Condition == AlarmCondition.Active).Select(a => (a.DeviceId, a.Kind)).ToHashSet();
                Assert.DoesNotContain(night.SayAllAgain(), s => s.Step == AlarmStep.Raised && known.Contains((s.Alarm.DeviceId, s.Alarm.Kind)));
            }

            night.Step(script[i]);
        }
    }).Check(Many);

    [Fact]
    public void Every_press_counts_however_short_and_whatever_else_happens() => Prop.ForAll<byte[]>(script =>
    {
        var night = new Night(Night.RightClock);
        var presses = 0;
        foreach (var b in script)
        {
            night.Step(b);
            if (b % 3 == 0)
            {
                night.PressFor(milliseconds: 50);
                presses++;
            }
        }

        Assert.Equal(presses + script.Count(Night.IsPress), night.Alarms.Where(a => a.Kind == AlarmKind.EmergencyCall).Sum(a => a.Occurrences));
    }).Check(Many);

    private static List<string> Tell(byte[] script, Func<TimeSpan, DateTimeOffset> clock)
    {
        var night = new Night(clock);
        return [.. script.SelectMany(b => night.Step(b)).Select(s => $"{s.Step} {s.Alarm.DeviceId} {s.Alarm.Kind} {s.Alarm.CauseValue} {s.Alarm.Occurrences} {s.Alarm.Confirmed}")];
    }

    private static (Device Device, Quantity Quantity, double Value) Said(byte b) => (b % 5) switch
    {
        0 => (Night.Smoke, Quantity.Smoke, b >> 5 & 1),
        1 => (Night.Gas, Quantity.Gas, b >> 5 & 1),
        2 => (Night.Gas, Quantity.Methane, new double[] { 0, 9, 12, 26 }[b >> 4 & 3]),
        3 => (Night.Co, Quantity.Co, new double[] { 0, 29, 320, 330 }[b >> 4 & 3]),
        _ => (Night.Button, Quantity.Emergency, 1),
    };

    private static TimeSpan After(byte b) => TimeSpan.FromSeconds(3 + b % 11 * 4);

    /// <summary>A book with four devices, told one thing at a time.</summary>
    private sealed class Night(Func<TimeSpan, DateTimeOffset> clock)
    {
        public static readonly Device Smoke = Estate.Device(DeviceClass.SmokeDetector, "smoke");
        public static readonly Device Gas = Estate.Device(DeviceClass.GasDetector, "gas");
        public static readonly Device Co = Estate.Device(DeviceClass.CoDetector, "co");
        public static readonly Device Button = Estate.Device(DeviceClass.EmergencyButton, "button");

        private readonly Dictionary<(Device, Quantity), double> _last = [];
        private AlarmBook _book = new([]);
        private TimeSpan _uptime;

        public IReadOnlyCollection<Alarm> Alarms => _book.Alarms;

        public static DateTimeOffset RightClock(TimeSpan uptime) => Estate.Night + uptime;

        public static bool IsPress(byte b) => b % 5 == 4;

        public List<AlarmChange> Step(byte b)
        {
            _uptime += After(b);
            var (device, quantity, value) = Said(b);
            if (!IsPress(b))
            {
                _last[(device, quantity)] = value;
            }

            return Hear(new Reading(device, quantity, value, Estate.Night, Momentary: IsPress(b)));
        }

        public void PressFor(int milliseconds)
        {
            if (_last.TryAdd((Button, Quantity.Emergency), 0))
            {
                // What it says first is where it stands, not a press.
                Hear(Button.Says(Quantity.Emergency, 0));
            }

            Hear(Button.Says(Quantity.Emergency, 1));
            _uptime += TimeSpan.FromMilliseconds(milliseconds);
            Hear(Button.Says(Quantity.Emergency, 0));
        }

        public void Restart() => _book = new AlarmBook([.. _book.Alarms]);

        public List<AlarmChange> SayAllAgain() => [.. _last.SelectMany(l => Hear(l.Key.Item1.Says(l.Key.Item2, l.Value)))];

        private List<AlarmChange> Hear(Reading reading)
        {
            var steps = new List<AlarmChange>();
            _book.Hear([reading], new Moment(clock(_uptime), _uptime), steps);
            return steps;
        }
    }

    /// <summary>What the rules mean, told from the whole history and without their machinery.</summary>
    private sealed class PlainLook
    {
        private readonly List<(TimeSpan At, Device Device, Quantity Quantity, double Value)> _history = [];
        private TimeSpan _now;

        public HashSet<(string, AlarmKind)> Ever { get; } = [];

        public HashSet<(string, AlarmKind)> Standing { get; } = [];

        public void Step(byte b)
        {
            // What became due on the way counts as well, before what is heard now.
            _now += After(b);
            Note();
            var (device, quantity, value) = Said(b);
            _history.Add((_now, device, quantity, value));
            Note();
            if (Night.IsPress(b))
            {
                Ever.Add((device.Id, AlarmKind.EmergencyCall));
            }
        }

        private void Note()
        {
            foreach (var candidate in new[] { ("smoke", AlarmKind.Smoke), ("gas", AlarmKind.Gas), ("co", AlarmKind.CarbonMonoxide) })
            {
                if (Begins(candidate))
                {
                    Ever.Add(candidate);
                    Standing.Add(candidate);
                }
                else if (!GoesOn(candidate))
                {
                    Standing.Remove(candidate);
                }
            }
        }

        private bool Begins((string, AlarmKind Kind) point) => point.Kind switch
        {
            AlarmKind.Smoke => Last(Quantity.Smoke) == 1,
            AlarmKind.Gas => Last(Quantity.Gas) == 1 || Last(Quantity.Methane) >= 25 || Since(Quantity.Methane, 10, 8) is { } since && _now - since >= TimeSpan.FromSeconds(15),
            _ => Last(Quantity.Co) >= 30 && Taken() >= 1 - 1e-6,
        };

        // An alarm that stands goes on while any of its rules holds or is about to.
        private bool GoesOn((string, AlarmKind Kind) point) => point.Kind switch
        {
            AlarmKind.Gas => Last(Quantity.Gas) == 1 || Since(Quantity.Methane, 10, 8) is not null || Since(Quantity.Methane, 25, 8) is not null,
            AlarmKind.CarbonMonoxide => Last(Quantity.Co) >= 30 && Taken() >= 1 - 1e-6,
            _ => Begins(point),
        };

        private double? Last(Quantity quantity) => _history.Any(h => h.Quantity == quantity) ? _history.Last(h => h.Quantity == quantity).Value : null;

        private TimeSpan? Since(Quantity quantity, double on, double off)
        {
            TimeSpan? since = null;
            foreach (var (at, _, _, value) in _history.Where(h => h.Quantity == quantity))
            {
                since = since is not null && value >= off ? since : value >= on ? at : null;
            }

            return since;
        }

        // 300 ppm and more, all at the same pace: 320 and 330 ppm take well under three minutes.
        private double Taken()
        {
            var (taken, at, value) = (0.0, TimeSpan.Zero, 0.0);
            foreach (var (then, _, _, next) in _history.Where(h => h.Quantity == Quantity.Co).Append((_now, Night.Co, Quantity.Co, 0.0)))
            {
                taken = Math.Clamp(taken + (value >= 30 ? (then - at) / Pace(value) : -((then - at) / TimeSpan.FromMinutes(120))), 0, 1);
                (at, value) = (then, next);
            }

            return taken;
        }

        private static TimeSpan Pace(double ppm) => TimeSpan.FromMinutes(2) * Math.Pow(ppm / 300, Math.Log(2.0 / 25) / Math.Log(3));
    }
}
