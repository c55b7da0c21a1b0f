using SmartCourtyard.Alarms;
using SmartCourtyard.Courtyards;

namespace SmartCourtyard.Effects;

/// <summary>
/// Knows what every actuator must do. Pure: the same alarms, commands and times give the same orders. It needs no disk, no uplink and
/// no correct clock; after a restart it follows from the alarms that are open and the valves that are closed.
/// </summary>
public sealed class EffectBook
{
    private readonly Dictionary<(string Alarm, Effect Effect), Course> _courses = [];
    private readonly Dictionary<string, ActuatorOrder> _orders = new(StringComparer.Ordinal);
    private readonly HashSet<string> _latched;
    private Dictionary<string, Device> _devices = new(StringComparer.Ordinal);
    private IReadOnlyList<Effect> _effects = [];

    /// <summary>Begins with the valves that an earlier run closed and nobody has opened since.</summary>
    /// <param name="latched">Ids of the devices.</param>
    public EffectBook(IEnumerable<string>? latched = null) => _latched = new HashSet<string>(latched ?? [], StringComparer.Ordinal);

    /// <summary>Ids of the devices that only a person on site may set back.</summary>
    public IReadOnlyCollection<string> Latched => _latched;

    /// <summary>What every actuator was told last.</summary>
    public IReadOnlyCollection<ActuatorOrder> Orders => _orders.Values;

    /// <summary>When <see cref="Pass"/> may next have something to say, on the monotonic clock; null while nothing waits for its time.</summary>
    public TimeSpan? Due => _courses.Values.SelectMany(c => c.Times).DefaultIfEmpty(TimeSpan.MaxValue).Min() is var due && due < TimeSpan.MaxValue ? due : null;

    /// <summary>Goes on with another courtyard or other effects; what runs and is as before runs on.</summary>
    /// <param name="courtyard">The courtyard from now on.</param>
    /// <param name="effects">All its effects.</param>
    /// <param name="alarms">The alarms that are not done with.</param>
    /// <param name="now">When it happens.</param>
    /// <param name="orders">Receives what the actuators must do that they were not told before.</param>
    public void Serve(Courtyard courtyard, IReadOnlyList<Effect> effects, IEnumerable<Alarm> alarms, Moment now, List<ActuatorOrder> orders)
    {
        _devices = courtyard.Devices.ToDictionary(d => d.Id, StringComparer.Ordinal);
        _effects = [.. effects.Where(e => _devices.ContainsKey(e.Actuator))];
        var standing = alarms.ToList();
        foreach (var gone in _courses.Keys.Where(k => !_effects.Contains(k.Effect) || standing.All(a => a.Id != k.Alarm)).ToList())
        {
            _courses.Remove(gone);
        }

        foreach (var gone in _orders.Keys.Where(id => !_devices.ContainsKey(id)).ToList())
        {
            _orders.Remove(gone);
            _latched.Remove(gone);
        }

        foreach (var (id, order) in _orders.ToList())
        {
            _orders[id] = order with { Actuator = _devices[id] };
        }

        standing.ForEach(a => Follow(a, now.Uptime));
        Settle(_devices.Keys.Where(d => _latched.Contains(d) || _orders.ContainsKey(d)).Concat(_effects.Select(e => e.Actuator)), now.Uptime, orders);
    }

    /// <summary>Follows an alarm as it stands after a change or a receipt.</summary>
    public void Follow(Alarm alarm, Moment now, List<ActuatorOrder> orders)
    {
        Follow(alarm, now.Uptime);
        Settle(_effects.Where(e => e.Kinds.Contains(alarm.Kind)).Select(e => e.Actuator), now.Uptime, orders);
    }

    /// <summary>Lets time pass: what had to wait begins, what has lasted its time ends.</summary>
    public void Pass(Moment now, List<ActuatorOrder> orders)
    {
        var due = _courses.Where(c => c.Value.Times.Any(t => t <= now.Uptime)).Select(c => c.Key.Effect.Actuator).ToList();
        Settle(due, now.Uptime, orders);
    }

    /// <summary>
    /// Stops the sirens that an alarm made sound; a new activation makes them sound again. False where it made none sound.
    /// </summary>
    public bool Silence(string alarmId, Moment now, List<ActuatorOrder> orders)
    {
        var sirens = _courses.Where(c => c.Key.Alarm == alarmId && _devices[c.Key.Effect.Actuator].Class == DeviceClass.Siren).ToList();
        sirens.ForEach(s => s.Value.IsSilenced = true);
        Settle(sirens.Select(s => s.Key.Effect.Actuator), now.Uptime, orders);
        return sirens.Count > 0;
    }

    /// <summary>A person wants it held as if an alarm had: a gas valve closed from afar is opened on site like any other.</summary>
    public void Hold(string deviceId, Moment now, List<ActuatorOrder> orders)
    {
        if (_devices.ContainsKey(deviceId))
        {
            _latched.Add(deviceId);
            Settle([deviceId], now.Uptime, orders);
        }
    }

    /// <summary>
    /// The duty room says that somebody is coming, whatever its receipts say. False where no lamp is lit for any of the alarms. A new
    /// activation begins again.
    /// </summary>
    /// <param name="alarmIds">The alarms it is about.</param>
    /// <param name="lamp">Or the lamp itself; null where only alarms are named.</param>
    /// <param name="now">When it happens.</param>
    /// <param name="orders">Receives what the lamps must do.</param>
    public bool Reassure(IReadOnlyCollection<string> alarmIds, string? lamp, Moment now, List<ActuatorOrder> orders)
    {
        var lit = _courses.Where(c => (alarmIds.Contains(c.Key.Alarm) || c.Key.Effect.Actuator == lamp) && c.Value.Runs(now.Uptime)
            && _devices[c.Key.Effect.Actuator].Class == DeviceClass.ReassuranceLamp).ToList();
        lit.ForEach(l => (l.Value.IsReassured, l.Value.Sign) = (true, LampSign.Coming));
        Settle(lit.Select(l => l.Key.Effect.Actuator), now.Uptime, orders);
        return lit.Count > 0;
    }

    /// <summary>A person at the device has set it back. False where an alarm still asks for it, or where it was not held.</summary>
    public bool Release(string deviceId, Moment now, List<ActuatorOrder> orders)
    {
        if (!_latched.Contains(deviceId) || _courses.Any(c => c.Key.Effect.Actuator == deviceId && c.Value.Runs(now.Uptime)))
        {
            return false;
        }

        _latched.Remove(deviceId);
        Settle([deviceId], now.Uptime, orders);
        return true;
    }

    private void Follow(Alarm alarm, TimeSpan uptime)
    {
        foreach (var effect in _effects)
        {
            var key = (alarm.Id, effect);
            if (!effect.IsAskedBy(alarm))
            {
                _courses.Remove(key);
            }
            else if (!_courses.TryGetValue(key, out var course) || alarm.Occurrences > course.Occurrences)
            {
                var begin = course is not null && course.Runs(uptime) ? uptime : uptime + effect.After;
                _courses[key] = new Course(begin, effect.For is { } last ? begin + last : null, alarm.Occurrences) { Sign = SignOf(alarm, effect) };
            }
            else if (!course.IsReassured)
            {
                course.Sign = SignOf(alarm, effect);
            }
        }
    }

    private LampSign SignOf(Alarm alarm, Effect effect) => (_devices[effect.Actuator].Class, alarm.Receipts) switch
    {
        (not DeviceClass.ReassuranceLamp, _) => LampSign.Off,
        (_, { Acknowledged: not null }) => LampSign.Coming,
        (_, { Stored: not null }) => LampSign.Stored,
        _ => LampSign.Heard,
    };

    private void Settle(IEnumerable<string> actuators, TimeSpan uptime, List<ActuatorOrder> orders)
    {
        foreach (var id in actuators.Distinct())
        {
            var running = _courses.Where(c => c.Key.Effect.Actuator == id && c.Value.Runs(uptime)).ToList();
            if (running.Any(r => r.Key.Effect.Until == EffectEnd.Person))
            {
                _latched.Add(id);
            }

            var on = running.Count > 0 || _latched.Contains(id);
            // Several calls at one lamp: the one that nobody has answered yet decides, or its caller would believe in another's help.
            var sign = running.Count > 0 ? running.Min(r => r.Value.Sign) : LampSign.Off;
            var order = new ActuatorOrder(_devices[id], on, sign);
            if (_orders.TryGetValue(id, out var before) ? order != before : on)
            {
                _orders[id] = order;
                orders.Add(order);
            }

            foreach (var (_, course) in _courses.Where(c => c.Key.Effect.Actuator == id))
            {
                course.Seen = uptime;
            }
        }
    }

    /// <summary>One effect of one alarm.</summary>
    private sealed class Course(TimeSpan from, TimeSpan? to, int occurrences)
    {
        public int Occurrences => occurrences;

        public LampSign Sign { get; set; }

        public bool IsSilenced { get; set; }

        public bool IsReassured { get; set; }

        public TimeSpan Seen { get; set; } = TimeSpan.MinValue;

        /// <summary>The times that are still to come.</summary>
        public IEnumerable<TimeSpan> Times
        {
            get
            {
                if (from > Seen)
                {
                    yield return from;
                }

                if (to > Seen)
                {
                    yield return to.Value;
                }
            }
        }

        public bool Runs(TimeSpan uptime) => !IsSilenced && uptime >= from && !(uptime >= to);
    }
}
