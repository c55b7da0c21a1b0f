using SmartCourtyard.Alarms;
using SmartCourtyard.Courtyards;
using SmartCourtyard.Custody;
using SmartCourtyard.Effects;
using SmartCourtyard.Sources;

namespace SmartCourtyard.Gateway.Watch;

/// <summary>
/// What the estate does by itself. Sirens and valves are told on the spot: no disk, no uplink and no clock stands before them. Only
/// "we heard you" follows the disk.
/// </summary>
internal sealed class ActingOnAlarms
{
    private static readonly TimeSpan AskAgain = TimeSpan.FromSeconds(1);

    private readonly EffectBook _book;
    private readonly WatchOutputs _outputs;
    private readonly WatchClock _clock;
    private readonly HashSet<string> _kept;
    private readonly List<ActuatorOrder> _orders = [];
    private readonly Lock _gate = new();
    private readonly Dictionary<string, ActuatorOrder> _latest = new(StringComparer.Ordinal);
    private Courtyard? _courtyard;

    /// <param name="latched">The devices that an earlier run held.</param>
    public ActingOnAlarms(IReadOnlyList<string> latched, WatchOutputs outputs, WatchClock clock)
    {
        (_book, _outputs, _clock) = (new EffectBook(latched), outputs, clock);
        _kept = new HashSet<string>(latched, StringComparer.Ordinal);
    }

    /// <summary>When <see cref="Pass"/> may next have something to say; null while nothing waits for its time.</summary>
    public TimeSpan? Due { get; private set; }

    public void Serve(Courtyard courtyard, IReadOnlyList<Effect> set, IEnumerable<Alarm> alarms)
    {
        _courtyard = courtyard;
        _book.Serve(courtyard, UsualEffects.With(courtyard, set), alarms, _clock.Now(), _orders);
        Act();
    }

    /// <summary>
    /// At the start: an alarm that ended while its siren could not be told any more left it sounding, and nothing else would tell it off.
    /// A line of this machine rests by itself when its program dies; a valve stays as it is, whoever closed it.
    /// </summary>
    public void Rest()
    {
        var busy = _book.Orders.Where(o => o.On).Select(o => o.Actuator.Id).ToHashSet(StringComparer.Ordinal);
        _outputs.Rest([.. _courtyard!.Devices.Where(d =>
            d.Class is DeviceClass.Siren or DeviceClass.ReassuranceLamp && d.Source is not GpioSource && !busy.Contains(d.Id))]);
    }

    public void Follow(List<AlarmChange> changes)
    {
        if (changes.Count > 0)
        {
            var now = _clock.Now();
            changes.ForEach(c => _book.Follow(c.Alarm, now, _orders));
            Act();
        }
    }

    public void Follow(Alarm? alarm)
    {
        if (alarm is not null)
        {
            _book.Follow(alarm, _clock.Now(), _orders);
            Act();
        }
    }

    public void Pass(Moment now)
    {
        if (Due <= now.Uptime)
        {
            _book.Pass(now, _orders);
            Act();
        }
    }

    /// <summary>Stops the sirens of an alarm; why not, or null.</summary>
    public string? Silence(string alarmId)
    {
        var sounded = _book.Silence(alarmId, _clock.Now(), _orders);
        Act();
        return sounded ? null : "no-siren-sounds";
    }

    /// <summary>Lets the lamps say that somebody is coming; why not, or null.</summary>
    /// <param name="alarmIds">The alarms it is about.</param>
    /// <param name="lamp">Or the lamp itself.</param>
    public string? Reassure(IReadOnlyCollection<string> alarmIds, string? lamp)
    {
        var lit = _book.Reassure(alarmIds, lamp, _clock.Now(), _orders);
        Act();
        return lit ? null : "no-lamp-is-lit";
    }

    /// <summary>Closes a gas valve until a person on site opens it; why not, or null.</summary>
    public string? Hold(string deviceId)
    {
        if (!IsValve(deviceId))
        {
            return "no-such-valve";
        }

        _book.Hold(deviceId, _clock.Now(), _orders);
        Act();
        return null;
    }

    /// <summary>A person on site has looked after the valve: it is held no more. Why not, or null.</summary>
    public string? Release(string deviceId)
    {
        if (!IsValve(deviceId))
        {
            return "no-such-valve";
        }

        if (!_book.Latched.Contains(deviceId))
        {
            return "not-held";
        }

        var released = _book.Release(deviceId, _clock.Now(), _orders);
        Act();
        return released ? null : "alarm-stands";
    }

    /// <summary>What the journal does not know yet of the devices that are held; kept with the alarm that closed them.</summary>
    public IReadOnlyList<Latch> TakeLatches()
    {
        if (_kept.SetEquals(_book.Latched))
        {
            return [];
        }

        Latch[] latches = [.. _book.Latched.Where(d => !_kept.Contains(d)).Select(d => new Latch(d, true)), .. _kept.Where(d => !_book.Latched.Contains(d)).Select(d => new Latch(d, false))];
        _kept.Clear();
        _kept.UnionWith(_book.Latched);
        return latches;
    }

    /// <summary>Whether something waits for the disk that nobody has taken.</summary>
    public bool IsWaiting => _orders.Count > 0;

    /// <summary>What waits for the disk since it was last asked; hand it to <see cref="SayAsync"/> with the entry that holds its alarm.</summary>
    public IReadOnlyList<ActuatorOrder> TakeWaiting()
    {
        if (_orders.Count == 0)
        {
            return [];
        }

        ActuatorOrder[] waiting = [.. _orders];
        _orders.Clear();
        return waiting;
    }

    /// <summary>Carries out what waited for the disk, unless something newer was said meanwhile.</summary>
    public async Task SayAsync(IReadOnlyList<ActuatorOrder> waiting, bool stored)
    {
        while (!stored && waiting.Any(IsLatest))
        {
            // What the disk did not take waits in the journal; an empty entry is on disk only after all before it.
            await Task.Delay(AskAgain, _clock.Time).ConfigureAwait(false);
            stored = await _outputs.Store(new JournalEntry()).ConfigureAwait(false);
        }

        lock (_gate)
        {
            if (waiting.Where(IsLatest).ToArray() is { Length: > 0 } said)
            {
                _outputs.Act(said);
            }
        }
    }

    private bool IsValve(string deviceId) => _courtyard!.Devices.Any(d => d.Id == deviceId && d.Class == DeviceClass.GasValve);

    private bool IsLatest(ActuatorOrder order)
    {
        lock (_gate)
        {
            return ReferenceEquals(_latest.GetValueOrDefault(order.Actuator.Id), order);
        }
    }

    private void Act()
    {
        Due = _book.Due;
        lock (_gate)
        {
            _orders.ForEach(o => _latest[o.Actuator.Id] = o);
            var atOnce = _orders.Where(o => !o.WaitsForTheDisk).ToArray();
            _orders.RemoveAll(o => !o.WaitsForTheDisk);
            if (atOnce.Length > 0)
            {
                _outputs.Act(atOnce);
            }
        }
    }
}
