using SmartCourtyard.Courtyards;
using SmartCourtyard.Readings;

namespace SmartCourtyard.Alarms;

/// <summary>
/// Judges readings and keeps the alarms that are not done with. Pure: the same readings, receipts and times give the same steps.
/// After a restart it is built from the journal's alarms; what the points say is unknown until they are heard again.
/// </summary>
public sealed class AlarmBook
{
    private readonly IReadOnlyList<AlarmRule> _rules;
    private readonly Dictionary<(string Device, AlarmKind Kind), Alarm> _byPoint = [];
    private readonly Dictionary<string, Alarm> _byId = new(StringComparer.Ordinal);
    private readonly Dictionary<Device, bool?[]> _levels = [];
    private readonly bool[] _watched = new bool[Quantities.All.Count];
    private Dictionary<string, Device>? _courtyard;

    /// <summary>Begins with the alarms that the journal holds.</summary>
    /// <param name="restored">Alarms that are open, or whose cause still stood, when the gateway stopped.</param>
    /// <param name="rules">The rules; <see cref="AlarmRule.Defaults"/> where null.</param>
    public AlarmBook(IEnumerable<Alarm> restored, IReadOnlyList<AlarmRule>? rules = null)
    {
        _rules = rules ?? AlarmRule.Defaults;
        foreach (var rule in _rules)
        {
            _watched[(int)rule.Condition.Quantity] = true;
        }

        foreach (var alarm in restored)
        {
            Keep(alarm);
        }
    }

    /// <summary>The alarms that are open or whose cause still stands.</summary>
    public IReadOnlyCollection<Alarm> Alarms => _byId.Values;

    /// <summary>
    /// Goes on with the devices of a courtyard. Open alarms stay open, also those of devices that are gone: only people close them.
    /// What people are done with and no device can end any more is forgotten.
    /// </summary>
    /// <param name="courtyard">The courtyard from now on.</param>
    /// <param name="unchanged">Ids of devices that speak as before: what their points say still counts. All others begin anew.</param>
    /// <param name="steps">Receives the alarms that end by it.</param>
    public void Serve(Courtyard courtyard, IReadOnlySet<string> unchanged, List<AlarmChange> steps)
    {
        _courtyard = courtyard.Devices.ToDictionary(d => d.Id, StringComparer.Ordinal);
        var before = _levels.ToDictionary(l => l.Key.Id, l => l.Value, StringComparer.Ordinal);
        _levels.Clear();
        foreach (var device in courtyard.Devices)
        {
            if (unchanged.Contains(device.Id) && before.TryGetValue(device.Id, out var levels))
            {
                _levels.Add(device, levels);
            }
        }

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
        var test = false;
        foreach (ref readonly var reading in message)
        {
            test |= reading.Quantity == Quantity.Test && reading.IsOn;
        }

        // What begins is judged before what ends: an alarm that goes on by another quantity of the same message does not end.
        JudgeAll(message, rising: true, test, now, steps);
        JudgeAll(message, rising: false, test, now, steps);
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
            || (_courtyard.TryGetValue(alarm.DeviceId, out var device) && _rules.Any(r => r.KindFor(device) == alarm.Kind));

    private static bool IsMomentary(Alarm alarm) => alarm.Kind is AlarmKind.EmergencyCall;

    private void JudgeAll(ReadOnlySpan<Reading> message, bool rising, bool test, Moment now, List<AlarmChange> steps)
    {
        foreach (ref readonly var reading in message)
        {
            if (!_watched[(int)reading.Quantity])
            {
                continue;
            }

            for (var i = 0; i < _rules.Count; i++)
            {
                if (_rules[i].Condition.Quantity == reading.Quantity)
                {
                    Judge(i, in reading, rising, test, now, steps);
                }
            }
        }
    }

    private void Judge(int index, in Reading reading, bool rising, bool test, Moment now, List<AlarmChange> steps)
    {
        var rule = _rules[index];
        if (reading.Momentary)
        {
            // A kept message says nothing about when somebody pressed; only a live one is a press.
            if (rising && reading.IsOn && reading.Origin == Origin.Live)
            {
                Activate(rule, in reading, test, now, steps);
            }

            return;
        }

        if (!_levels.TryGetValue(reading.Device, out var levels))
        {
            _levels.Add(reading.Device, levels = new bool?[_rules.Count]);
        }

        var before = levels[index];
        var holds = rule.Condition.Holds(reading.Value, before);
        if (holds != rising)
        {
            return;
        }

        if (holds && !test && reading.Origin == Origin.Live && Find(rule, reading.Device) is { IsOpen: true, Test: true, Condition: AlarmCondition.Active })
        {
            // The test is over and the danger still stands: it is real, and it must be heard.
            levels[index] = true;
            Activate(rule, in reading, test, now, steps);
            return;
        }

        if (holds == before)
        {
            return;
        }

        if (!holds)
        {
            levels[index] = false;
            Fall(rule, in reading, levels, steps);
        }
        else if (reading.Origin == Origin.Live || rule.RaisesFromRetained)
        {
            levels[index] = true;
            Rise(rule, in reading, before, test, now, steps);
        }

        // Else it is a call that a broker kept, from nobody knows when. It leaves no trace, so that the next live one is heard.
    }

    private void Rise(AlarmRule rule, in Reading reading, bool? before, bool test, Moment now, List<AlarmChange> steps)
    {
        var standing = Find(rule, reading.Device);
        var stands = standing is { Condition: AlarmCondition.Active };
        if (stands && standing!.IsOpen)
        {
            // The same activation, seen through a second quantity or heard again after a restart.
            return;
        }

        if (reading.Origin == Origin.Retained && before is null && stands)
        {
            // Kept state: people are done with exactly this activation.
            return;
        }

        Activate(rule, in reading, test, now, steps);
    }

    private void Activate(AlarmRule rule, in Reading reading, bool test, Moment now, List<AlarmChange> steps)
    {
        var open = Find(rule, reading.Device);
        if (open is not null && !open.IsOpen)
        {
            // People are done with it and a new one begins: it ends here, or whoever keeps alarms would keep it for ever.
            Forget(open);
            steps.Add(new AlarmChange(AlarmStep.Cleared, open with { Condition = AlarmCondition.Cleared }));
            open = null;
        }

        var alarm = open is null
            ? new Alarm(
                Guid.CreateVersion7(now.Time).ToString(), rule.KindFor(reading.Device), reading.Device.Id, reading.Device.At,
                reading.Quantity, reading.Value, now.Time, AlarmCondition.Active, Occurrences: 1, test, Receipts.None)
            : open with
            {
                CauseQuantity = reading.Quantity, CauseValue = reading.Value, Condition = AlarmCondition.Active,
                Occurrences = open.Occurrences + 1, Test = open.Test && test,
            };
        Keep(alarm);
        steps.Add(new AlarmChange(open is null ? AlarmStep.Raised : AlarmStep.Updated, alarm));
    }

    private void Fall(AlarmRule rule, in Reading reading, bool?[] levels, List<AlarmChange> steps)
    {
        if (Find(rule, reading.Device) is not { Condition: AlarmCondition.Active } alarm)
        {
            return;
        }

        for (var i = 0; i < levels.Length; i++)
        {
            // What raised it and has not been heard since a restart may stand as it stood.
            if (_rules[i].KindFor(reading.Device) == alarm.Kind && (levels[i] ?? _rules[i].Condition.Quantity == alarm.CauseQuantity))
            {
                return;
            }
        }

        alarm = alarm with { CauseQuantity = reading.Quantity, CauseValue = reading.Value, Condition = AlarmCondition.Cleared };
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

    private Alarm? Find(AlarmRule rule, Device device)
        => _byPoint.GetValueOrDefault((device.Id, rule.KindFor(device)));

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
}
