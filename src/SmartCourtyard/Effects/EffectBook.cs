using SmartCourtyard.Alarms;
using SmartCourtyard.Courtyards;

namespace SmartCourtyard.Effects;

/// <summary>
/// Knows what every actuator must do. Pure: the same alarms, commands and times give the same orders. It needs no disk, no uplink and
/// no correct clock; after a restart it follows from the alarms that are open and the valves that are closed.
/// </summary>
public sealed class EffectBook
{
    // By actuator and by alarm: a night with hundreds of alarms must not make each of them look at all the others.
    private readonly Dictionary<string, List<Course>> _courses = new(StringComparer.Ordinal);
    private readonly Dictionary<AlarmKind, List<Effect>> _askedBy = [];
    private readonly HashSet<string> _touched = new(StringComparer.Ordinal);
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
    public TimeSpan? Due => _courses.Values.SelectMany(c => c).SelectMany(c => c.Times).DefaultIfEmpty(TimeSpan.MaxValue).Min() is var due && due < TimeSpan.MaxValue ? due : null;

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
        _askedBy.Clear();
        foreach (var (kind, effect) in _effects.SelectMany(e => e.Kinds.Distinct().Select(k => (k, e))))
        {
            (_askedBy.TryGetValue(kind, out var asked) ? asked : _askedBy[kind] = []).Add(effect);
        }

        var standing = alarms.ToList();
        var (known, still) = (_effects.ToHashSet(), standing.Select(a => a.Id).ToHashSet(StringComparer.Ordinal));
        foreach (var (actuator, courses) in _courses)
        {
            courses.RemoveAll(c => !known.Contains(c.Effect) || !still.Contains(c.Alarm));
            if (courses.Count == 0)
            {
                _courses.Remove(actuator);
            }
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
        _touched.Clear();
        Settle(_devices.Keys.Where(d => _latched.Contains(d) || _orders.ContainsKey(d)).Concat(_effects.Select(e => e.Actuator)), now.Uptime, orders);
    }

    /// <summary>Follows an alarm as it stands after a change or a receipt.</summary>
    public void Follow(Alarm alarm, Moment now, List<ActuatorOrder> orders)
    {
        Follow(alarm, now.Uptime);
        Settle(_touched, now.Uptime, orders);
        _touched.Clear();
    }

    /// <summary>Lets time pass: what had to wait begins, what has lasted its time ends.</summary>
    public void Pass(Moment now, List<ActuatorOrder> orders)
    {
        Settle([.. _courses.Where(a => a.Value.Exists(c => c.Times.Any(t => t <= now.Uptime))).Select(a => a.Key)], now.Uptime, orders);
    }

    /// <summary>
    /// Stops the sirens that an alarm made sound; a new activation makes them sound again. False where it made none sound.
    /// </summary>
    public bool Silence(string alarmId, Moment now, List<ActuatorOrder> orders)
    {
        var sirens = _courses.Where(a => _devices[a.Key].Class == DeviceClass.Siren).SelectMany(a => a.Value).Where(c => c.Alarm == alarmId).ToList();
        sirens.ForEach(s => s.IsSilenced = true);
        Settle(sirens.Select(s => s.Effect.Actuator), now.Uptime, orders);
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
        var lit = _courses.Where(a => _devices[a.Key].Class == DeviceClass.ReassuranceLamp).SelectMany(a => a.Value)
            .Where(c => (alarmIds.Contains(c.Alarm) || c.Effect.Actuator == lamp) && c.Runs(now.Uptime)).ToList();
        lit.ForEach(l => (l.IsReassured, l.Sign) = (true, LampSign.Coming));
        Settle(lit.Select(l => l.Effect.Actuator), now.Uptime, orders);
        return lit.Count > 0;
    }

    /// <summary>A person at the device has set it back. False where an alarm still asks for it, or where it was not held.</summary>
    public bool Release(string deviceId, Moment now, List<ActuatorOrder> orders)
    {
        if (!_latched.Contains(deviceId) || CoursesOf(deviceId).Exists(c => c.Runs(now.Uptime)))
        {
            return false;
        }

        _latched.Remove(deviceId);
        Settle([deviceId], now.Uptime, orders);
        return true;
    }

    private void Follow(Alarm alarm, TimeSpan uptime)
    {
        foreach (var effect in _askedBy.GetValueOrDefault(alarm.Kind) ?? [])
        {
            var courses = CoursesOf(effect.Actuator);
            var index = courses.FindIndex(c => c.Alarm == alarm.Id && c.Effect == effect);
            var course = index < 0 ? null : courses[index];
            if (!effect.IsAskedBy(alarm))
            {
                if (course is null)
                {
                    continue;
                }

                courses.RemoveAt(index);
            }
            else if (course is null || alarm.Occurrences > course.Occurrences)
            {
                var begin = course is not null && course.Runs(uptime) ? uptime : uptime + effect.After;
                if (course is not null)
                {
                    courses.RemoveAt(index);
                }

                courses.Add(new Course(alarm, effect, begin) { Sign = SignOf(alarm, effect) });
            }
            else if (!course.IsReassured)
            {
                course.Sign = SignOf(alarm, effect);
            }

            _touched.Add(effect.Actuator);
        }
    }

    private List<Course> CoursesOf(string actuator)
        => _courses.TryGetValue(actuator, out var courses) ? courses : _courses[actuator] = [];

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
            var courses = CoursesOf(id);
            var running = courses.Where(c => c.Runs(uptime)).ToList();
            if (running.Exists(r => r.Effect.Until == EffectEnd.Person))
            {
                _latched.Add(id);
            }

            var on = running.Count > 0 || _latched.Contains(id);
            // Several calls at one lamp: the one that nobody has answered yet decides, or its caller would believe in another's help.
            var sign = running.Count > 0 ? running.Min(r => r.Sign) : LampSign.Off;
            var order = new ActuatorOrder(_devices[id], on, sign);
            if (_orders.TryGetValue(id, out var before) ? order != before : on)
            {
                _orders[id] = order;
                orders.Add(order);
            }

            courses.ForEach(c => c.Seen = uptime);
        }
    }

    /// <summary>One effect of one alarm.</summary>
    private sealed class Course(Alarm alarm, Effect effect, TimeSpan from)
    {
        private readonly TimeSpan? _to = from + effect.For;

        public string Alarm { get; } = alarm.Id;

        public Effect Effect => effect;

        public int Occurrences { get; } = alarm.Occurrences;

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

                if (_to > Seen)
                {
                    yield return _to.Value;
                }
            }
        }

        public bool Runs(TimeSpan uptime) => !IsSilenced && uptime >= from && !(uptime >= _to);
    }
}
