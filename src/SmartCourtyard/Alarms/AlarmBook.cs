using SmartCourtyard.Courtyards;
using SmartCourtyard.Readings;

namespace SmartCourtyard.Alarms;

/// <summary>
/// Judges readings and keeps the alarms that are not done with. Pure: the same readings, receipts and times give the same steps.
/// After a restart it is built from the journal's alarms; what the points say is unknown until they are heard again.
/// </summary>
public sealed partial class AlarmBook
{
    private readonly Dictionary<(string Device, AlarmKind Kind), Alarm> _byPoint = [];
    private readonly Dictionary<string, Alarm> _byId = new(StringComparer.Ordinal);
    private readonly Dictionary<Device, DeviceJudge> _judges = [];
    private readonly AwaitedRules _awaited = new();
    private readonly List<Turn> _turns = [];
    private readonly Func<Device, AlarmKind, Treatment> _treat;
    private Rulebook _rules;
    private Dictionary<string, Device>? _courtyard;

    /// <summary>Begins with the alarms that the journal holds.</summary>
    /// <param name="restored">Alarms that are open, or whose cause still stood, when the gateway stopped.</param>
    /// <param name="rules">The rules; <see cref="Rulebook.Usual"/> where null.</param>
    /// <param name="treat">How an alarm of a device is taken at the moment; null: as it is.</param>
    public AlarmBook(IEnumerable<Alarm> restored, Rulebook? rules = null, Func<Device, AlarmKind, Treatment>? treat = null)
    {
        _rules = rules ?? Rulebook.Usual;
        _treat = treat ?? ((_, _) => default);
        foreach (var alarm in restored)
        {
            Keep(alarm);
        }
    }

    /// <summary>The alarms that are open or whose cause still stands.</summary>
    public IReadOnlyCollection<Alarm> Alarms => _byId.Values;

    /// <summary>When <see cref="Pass"/> may next have something to say, on the monotonic clock; null while nothing waits for its time.</summary>
    public TimeSpan? Due => _awaited.Due;

    /// <summary>
    /// Goes on with the devices of a courtyard. Open alarms stay open, also those of devices that are gone: only people close them.
    /// What people are done with and no device can end any more is forgotten.
    /// </summary>
    /// <param name="courtyard">The courtyard from now on.</param>
    /// <param name="rules">The rules from now on.</param>
    /// <param name="unchanged">Ids of devices that speak as before: what their points say still counts where the rules are as before too.</param>
    /// <param name="steps">Receives the alarms that end by it.</param>
    public void Serve(Courtyard courtyard, Rulebook rules, IReadOnlySet<string> unchanged, List<AlarmChange> steps)
    {
        _courtyard = courtyard.Devices.ToDictionary(d => d.Id, StringComparer.Ordinal);
        var before = _judges.ToDictionary(j => j.Key.Id, j => j.Value, StringComparer.Ordinal);
        _judges.Clear();
        _awaited.Clear();
        foreach (var device in courtyard.Devices)
        {
            var judge = new DeviceJudge(device, rules.For(device), unchanged.Contains(device.Id) ? before.GetValueOrDefault(device.Id) : null);
            _judges.Add(device, judge);
            foreach (var point in judge.Rules)
            {
                _awaited.Note(point);
            }
        }

        _rules = rules;
        foreach (var alarm in _byId.Values.Where(a => !a.IsOpen && !CanEnd(a)).ToList())
        {
            Forget(alarm);
            steps.Add(new AlarmChange(AlarmStep.Cleared, alarm with { Condition = AlarmCondition.Cleared }));
        }
    }

    /// <summary>Judges the readings of one message.</summary>
    /// <param name="message">All readings that one message of one device brought, in any order.</param>
    /// <param name="now">When they were heard; the time in the steps.</param>
    /// <param name="steps">Receives what follows, in order.</param>
    public void Hear(ReadOnlySpan<Reading> message, Moment now, List<AlarmChange> steps)
    {
        Pass(now, steps);
        if (message.IsEmpty)
        {
            return;
        }

        var test = false;
        foreach (ref readonly var reading in message)
        {
            test |= reading.Quantity == Quantity.Test && reading.IsOn;
        }

        var judge = JudgeOf(message[0].Device);
        foreach (ref readonly var reading in message)
        {
            foreach (var point in judge.Of(reading.Quantity))
            {
                Hear(point, in reading, test, now);
            }
        }

        if (_turns.Count > 0)
        {
            Follow(judge, now, steps);
        }
    }

    /// <summary>Lets time pass: what had to last has lasted, what had to be over is over.</summary>
    /// <param name="now">Now.</param>
    /// <param name="steps">Receives what follows, in the order of the times at which it was due.</param>
    public void Pass(Moment now, List<AlarmChange> steps)
    {
        while (Due <= now.Uptime)
        {
            var point = _awaited.Next;
            var before = point.State.Holds;
            var due = point.State.Due!.Value;
            if (point.State.Pass(due) != before)
            {
                _turns.Add(new Turn(point, point.Value, Origin.Live, point.Test, before));
                Follow(_judges[point.Device], now, steps);
            }
            else if (point.State.Due <= due)
            {
                throw new InvalidOperationException($"a condition on {point.Rule.Condition.Quantity} was due and did not move");
            }

            _awaited.Note(point);
        }
    }

    /// <summary>
    /// Looks again at the devices that people worked on: what was hidden and still stands is raised, what was a test and still stands is
    /// real, and it sounds.
    /// </summary>
    public void Reconsider(Func<Device, bool> which, Moment now, List<AlarmChange> steps)
    {
        foreach (var point in _judges.Values.Where(j => which(j.Device)).SelectMany(j => j.Rules).Where(p => p.State.Holds == true))
        {
            var standing = Find(point);
            if (standing is null || IsTestOver(point, point.Test))
            {
                Activate(new Turn(point, point.Value, Origin.Live, point.Test, null), standing, now, steps);
            }
        }
    }

    /// <summary>Writes down a receipt. A receipt for an alarm that is not here is late news and changes nothing.</summary>
    /// <returns>The alarm as it stands after it, or null.</returns>
    public Alarm? Receive(ReceiptKind kind, string alarmId, DateTimeOffset at)
    {
        if (!_byId.TryGetValue(alarmId, out var alarm))
        {
            return null;
        }

        var receipts = kind switch
        {
            ReceiptKind.Stored => alarm.Receipts with { Stored = alarm.Receipts.Stored ?? at },
            ReceiptKind.Shown => alarm.Receipts with { Shown = alarm.Receipts.Shown ?? at },
            ReceiptKind.Acknowledged => alarm.Receipts with { Acknowledged = alarm.Receipts.Acknowledged ?? at },
            _ => alarm.Receipts with { Resolved = alarm.Receipts.Resolved ?? at },
        };
        alarm = alarm with { Receipts = receipts };
        if (!alarm.IsOpen && (alarm.Condition == AlarmCondition.Cleared || IsMomentary(alarm) || !CanEnd(alarm)))
        {
            Forget(alarm);
            return alarm with { Condition = AlarmCondition.Cleared };
        }

        Keep(alarm);
        return alarm;
    }

    /// <summary>Whether there is a device whose readings can still say that the cause is gone.</summary>
    private bool CanEnd(Alarm alarm)
        => _courtyard is null
            || (_courtyard.TryGetValue(alarm.DeviceId, out var device) && JudgeOf(device).Rules.Any(r => r.Rule.Kind == alarm.Kind));

    private static bool IsMomentary(Alarm alarm) => alarm.Kind is AlarmKind.EmergencyCall;

    private static bool IsCall(AlarmKind kind) => kind is AlarmKind.EmergencyCall or AlarmKind.Fall;

    private DeviceJudge JudgeOf(Device device)
    {
        if (!_judges.TryGetValue(device, out var judge))
        {
            _judges.Add(device, judge = new DeviceJudge(device, _rules.For(device)));
        }

        return judge;
    }

    private void Hear(PointRule point, in Reading reading, bool test, Moment now)
    {
        var live = reading.Origin == Origin.Live;
        if (reading.Momentary)
        {
            // A kept message says nothing about when somebody pressed; only a live one is a press.
            if (reading.IsOn && live)
            {
                _turns.Add(new Turn(point, reading.Value, reading.Origin, test, null, Press: true));
            }

            return;
        }

        if (!live && !point.Rule.RaisesFromRetained && reading.IsOn)
        {
            // A call that a broker kept, from nobody knows when. It leaves no trace, so that the next live one is heard.
            return;
        }

        var (before, stood) = (point.State.Holds, point.State.Stands);
        var holds = point.State.Hear(reading.Value, now.Uptime);
        (point.Value, point.Test) = (reading.Value, test);
        if (holds != before || point.State.Stands != stood || (holds == true && live && _byId.Count > 0 && IsTestOver(point, test)))
        {
            _turns.Add(new Turn(point, reading.Value, reading.Origin, test, before));
        }

        if (point.State.Due is not null || point.IsAwaited)
        {
            _awaited.Note(point);
        }
    }

    /// <summary>The test or the drill is over and the danger still stands: it is real, and it must be heard.</summary>
    private bool IsTestOver(PointRule point, bool test)
    {
        if (Find(point) is not { IsOpen: true, Condition: AlarmCondition.Active } standing || !(standing.Test || standing.Drill))
        {
            return false;
        }

        var treatment = _treat(point.Device, point.Rule.Kind);
        return (standing.Test && !test && !treatment.IsTest) || (standing.Drill && !treatment.IsDrill);
    }

    /// <summary>What begins is judged before what ends: an alarm that goes on by another quantity of the same message does not end.</summary>
    private void Follow(DeviceJudge judge, Moment now, List<AlarmChange> steps)
    {
        foreach (var turn in _turns)
        {
            if (turn.Press || (turn.Point.State.Holds == true && (turn.Before != true || IsTestOver(turn.Point, turn.Test))))
            {
                Rise(turn, now, steps);
            }
        }

        foreach (var turn in _turns)
        {
            if (!turn.Press && turn.Point.State.Stands == false)
            {
                Fall(turn, judge, steps);
            }
        }

        _turns.Clear();
    }

    private void Rise(in Turn turn, Moment now, List<AlarmChange> steps)
    {
        var standing = Find(turn.Point);
        if (turn.Press || (turn.Origin == Origin.Live && IsTestOver(turn.Point, turn.Test)))
        {
            Activate(turn, standing, now, steps);
        }
        else if (IsAnotherCall(turn))
        {
            Activate(turn, standing, now, steps);
        }
        else if (standing is { Condition: AlarmCondition.Active, IsOpen: true })
        {
            // The same activation, seen through a second quantity or heard again after a restart.
        }
        else if (turn is { Origin: Origin.Retained, Before: null } && standing is { Condition: AlarmCondition.Active })
        {
            // Kept state: people are done with exactly this activation.
        }
        else
        {
            Activate(turn, standing, now, steps);
        }
    }

    /// <summary>
    /// A press that has an end, at a button whose earlier press had none: that one's alarm stands, and yet somebody pressed again. Both
    /// in one message are one press.
    /// </summary>
    private bool IsAnotherCall(Turn turn) =>
        turn is { Before: false, Origin: Origin.Live } && IsCall(turn.Point.Rule.Kind) && !_turns.Exists(t => t.Press && t.Point == turn.Point);

    private void Activate(in Turn turn, Alarm? standing, Moment now, List<AlarmChange> steps)
    {
        var (rule, device) = (turn.Point.Rule, turn.Point.Device);
        var treatment = _treat(device, rule.Kind);
        if (treatment.IsHidden)
        {
            return;
        }

        var test = turn.Test || treatment.IsTest;
        if (standing is { IsOpen: false })
        {
            // People are done with it and a new one begins: it ends here, or whoever keeps alarms would keep it for ever.
            Forget(standing);
            steps.Add(new AlarmChange(AlarmStep.Cleared, standing with { Condition = AlarmCondition.Cleared }));
            standing = null;
        }

        var alarm = standing is null
            ? new Alarm(
                Guid.CreateVersion7(now.Time).ToString(), rule.Kind, device.Id, device.At, rule.Condition.Quantity, turn.Value, now.Time,
                AlarmCondition.Active, Occurrences: 1, test, Receipts.None) { Drill = treatment.IsDrill }
            : standing with
            {
                CauseQuantity = rule.Condition.Quantity, CauseValue = turn.Value, Condition = AlarmCondition.Active,
                Occurrences = standing.Occurrences + 1, Test = standing.Test && test, Drill = standing.Drill && treatment.IsDrill,
            };
        alarm = alarm with { Hint = Hint(device, rule.Kind, now) ?? alarm.Hint };
        var others = _byId.Values.Where(o => Confirmation.Confirms(alarm, o) || Confirmation.Spreads(alarm, o)).ToList();
        alarm = Surer(alarm, others);
        Keep(alarm);
        steps.Add(new AlarmChange(standing is null ? AlarmStep.Raised : AlarmStep.Updated, alarm));
        foreach (var other in others)
        {
            if (Surer(other, [alarm]) is var surer && surer != other)
            {
                Keep(surer);
                steps.Add(new AlarmChange(AlarmStep.Updated, surer));
            }
        }
    }

    private static Alarm Surer(Alarm alarm, IReadOnlyList<Alarm> others) => alarm with
    {
        Confirmed = alarm.Confirmed || others.Any(o => Confirmation.Confirms(alarm, o)),
        Spread = alarm.Spread || others.Any(o => Confirmation.Spreads(alarm, o)),
    };

    private void Fall(in Turn turn, DeviceJudge judge, List<AlarmChange> steps)
    {
        if (Find(turn.Point) is not { Condition: AlarmCondition.Active } alarm)
        {
            return;
        }

        foreach (var other in judge.Rules)
        {
            // What raised it and has not been heard since a restart may stand as it stood.
            if (other.Rule.Kind == alarm.Kind && (other.State.Stands ?? other.Rule.Condition.Quantity == alarm.CauseQuantity))
            {
                return;
            }
        }

        alarm = alarm with { CauseQuantity = turn.Point.Rule.Condition.Quantity, CauseValue = turn.Value, Condition = AlarmCondition.Cleared };
        if (alarm.IsOpen)
        {
            Keep(alarm);
        }
        else
        {
            Forget(alarm);
        }

        steps.Add(new AlarmChange(AlarmStep.Cleared, alarm));
    }

    private Alarm? Find(PointRule point) => _byPoint.GetValueOrDefault((point.Device.Id, point.Rule.Kind));

    private void Keep(Alarm alarm)
    {
        _byPoint[(alarm.DeviceId, alarm.Kind)] = alarm;
        _byId[alarm.Id] = alarm;
    }

    private void Forget(Alarm alarm)
    {
        _byId.Remove(alarm.Id);
        if (_byPoint.TryGetValue((alarm.DeviceId, alarm.Kind), out var current) && current.Id == alarm.Id)
        {
            _byPoint.Remove((alarm.DeviceId, alarm.Kind));
        }
    }

    /// <summary>A condition that changed, or a press.</summary>
    private readonly record struct Turn(PointRule Point, double Value, Origin Origin, bool Test, bool? Before, bool Press = false);
}
