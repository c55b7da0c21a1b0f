using SmartCourtyard.Courtyards;
using SmartCourtyard.Readings;

namespace SmartCourtyard.Troubles;

/// <summary>
/// Keeps what is known about every device and about the gateway's own connections. Quiet is not safe: nothing is ok until it has
/// been heard within its limit of silence, and one broken connection is one trouble, not one a device behind it.
/// </summary>
public sealed partial class HealthBook
{
    /// <summary>A battery at or below this many per cent must be changed, where the device has no flag of its own.</summary>
    public const double LowBatteryPercent = 5;

    // A board without a clock battery starts in 1970 or at its last shutdown; dates before this program's own mean nothing.
    internal static readonly DateTimeOffset ClockIsSetFrom = new(2026, 1, 1, 0, 0, 0, TimeSpan.Zero);

    private readonly Dictionary<(TroubleReason Reason, string? Part), Trouble> _own = [];
    private IReadOnlyList<Device> _devices;
    private Dictionary<Device, DeviceState> _states;
    private TimeSpan _uptime;

    /// <summary>Begins at a moment at which nothing is known.</summary>
    public HealthBook(Courtyard courtyard, Moment start)
    {
        _devices = courtyard.Devices;
        _states = courtyard.Devices.ToDictionary(d => d, d => new DeviceState(d, start.Uptime));
        _uptime = start.Uptime;
        _bearing = Bearing(courtyard);
    }

    /// <summary>The troubles that stand now.</summary>
    public IEnumerable<Trouble> Troubles => _own.Values.Concat(_devices.SelectMany(d => _states[d].Troubles.Values));

    /// <summary>Whether a part of the gateway that the device depends on is down, so that its silence says nothing about itself.</summary>
    public bool IsBlind(Device device) => _states.TryGetValue(device, out var state) && state.IsBlind;

    /// <summary>
    /// Takes back what another run of the gateway knew. Nothing is ok by it: a device is unknown until it is heard again. Troubles
    /// of the gateway itself, and of devices that are gone or have become another thing, end; those of devices stand until
    /// something speaks against them.
    /// </summary>
    /// <param name="memories">What was known of each device.</param>
    /// <param name="standing">The troubles that stood.</param>
    /// <param name="now">When it happens.</param>
    /// <param name="changes">Receives the troubles that end.</param>
    public void Restore(IReadOnlyList<DeviceMemory> memories, IReadOnlyList<KeptTrouble> standing, Moment now, List<TroubleChange> changes)
    {
        var byId = _states.Values.ToDictionary(s => s.Device.Id, StringComparer.Ordinal);
        foreach (var memory in memories)
        {
            if (byId.TryGetValue(memory.Device, out var state))
            {
                if (memory.Kind == DeviceMemory.KindOf(state.Device))
                {
                    state.Restore(memory, now.Uptime);
                }
                else
                {
                    byId.Remove(memory.Device);
                }
            }
        }

        foreach (var kept in standing)
        {
            var state = kept.Device is null ? null : byId.GetValueOrDefault(kept.Device);
            var trouble = new Trouble(kept.Id, kept.Reason, state?.Device ?? kept.Gone(), kept.RaisedAt, kept.Detail);
            if (state is null || state.Has(kept.Reason))
            {
                changes.Add(new TroubleChange(false, trouble));
            }
            else
            {
                state.Restore(trouble);
            }
        }
    }

    /// <summary>What the next run of the gateway needs of each device.</summary>
    public IReadOnlyList<DeviceMemory> Remember() => [.. _devices.Select(d => _states[d].Remember(_uptime))];

    /// <summary>Takes what one message of a device says about the device's own health.</summary>
    /// <param name="message">All readings of the message; all of one device.</param>
    /// <param name="now">When it was heard.</param>
    /// <param name="changes">Receives the troubles that begin or end.</param>
    public void Hear(ReadOnlySpan<Reading> message, Moment now, List<TroubleChange> changes)
    {
        if (message.IsEmpty || !_states.TryGetValue(message[0].Device, out var state))
        {
            return;
        }

        _uptime = now.Uptime;
        foreach (ref readonly var reading in message)
        {
            // The device's own word on its battery counts before the number beside it, in whatever order they come.
            state.BatteryFlag = reading.Quantity == Quantity.BatteryLow ? reading.IsOn : state.BatteryFlag;
        }

        foreach (ref readonly var reading in message)
        {
            Note(state, in reading, now, changes);
            Judge(state, in reading, now, changes);
        }
    }

    /// <summary>Looks for what only time tells: silence, tests that are due, the end of a service life.</summary>
    public void Tick(Moment now, List<TroubleChange> changes)
    {
        _uptime = now.Uptime;
        // What others depend on comes first: its silence is their excuse.
        foreach (var device in _bearing.Concat(_devices))
        {
            var state = _states[device];
            if (!state.IsBlind && (state.SaidOffline || IsSilent(state)))
            {
                Set(state, TroubleReason.Silent, stands: true, now, changes);
            }

            foreach (var rule in HealthRules.All)
            {
                if (rule.Tick(state, now) is { } stands)
                {
                    Set(state, rule.Reason, state.Set(rule.Reason, 1, stands), now, changes, rule.Detail);
                }
            }
        }
    }

    /// <summary>Begins or ends a trouble of the gateway itself.</summary>
    /// <param name="reason">What is wrong.</param>
    /// <param name="stands">True to begin it, false to end it; saying so again changes nothing.</param>
    /// <param name="detail">One plain sentence for the technician, or null.</param>
    /// <param name="now">When it was noticed.</param>
    /// <param name="changes">Receives the trouble that begins or ends.</param>
    /// <param name="part">The part of the gateway that is down, as <see cref="Source.DependsOn"/> names it; null where none is.</param>
    public void SetOwn(
        TroubleReason reason, bool stands, string? detail, Moment now, List<TroubleChange> changes, string? part = null)
    {
        _uptime = now.Uptime;
        if (stands && !_own.ContainsKey((reason, part)))
        {
            var trouble = new Trouble(Guid.CreateVersion7(now.Time).ToString(), reason, null, now.Time, detail);
            _own.Add((reason, part), trouble);
            changes.Add(new TroubleChange(true, trouble));
        }
        else if (!stands && _own.Remove((reason, part), out var trouble))
        {
            changes.Add(new TroubleChange(false, trouble));
        }
        else
        {
            return;
        }

        if (part is not null)
        {
            SetBlind(now);
        }
    }

    /// <summary>Begins or ends a fault of a device that the gateway notices by itself: it does not do what it was told.</summary>
    /// <param name="deviceId">Which; one that is not there changes nothing.</param>
    /// <param name="stands">True to begin it, false to end it; saying so again changes nothing.</param>
    /// <param name="detail">One plain sentence for the technician, or null.</param>
    /// <param name="now">When it was noticed.</param>
    /// <param name="changes">Receives the trouble that begins or ends.</param>
    public void SetFault(string deviceId, bool stands, string? detail, Moment now, List<TroubleChange> changes)
    {
        if (_states.Values.FirstOrDefault(s => s.Device.Id == deviceId) is { } state)
        {
            Set(state, TroubleReason.Fault, state.Set(TroubleReason.Fault, DeviceState.NoticedByUs, stands), now, changes, detail);
        }
    }

    /// <summary>
    /// People begin or end work on a device. While they work no trouble of it begins; what began and still stands when they are done
    /// is raised then.
    /// </summary>
    /// <param name="device">Id of the device.</param>
    /// <param name="isOutOfService">Whether they work on it.</param>
    /// <param name="now">When.</param>
    /// <param name="changes">Receives the troubles that begin.</param>
    public void SetService(string device, bool isOutOfService, Moment now, List<TroubleChange> changes)
    {
        if (_states.Values.FirstOrDefault(s => s.Device.Id == device) is not { } state || state.IsOutOfService == isOutOfService)
        {
            return;
        }

        state.IsOutOfService = isOutOfService;
        foreach (var reason in state.Held.Order().ToList())
        {
            Raise(state, reason, now, changes);
        }

        state.Held.Clear();
    }

    /// <summary>
    /// Goes on with the devices of another courtyard: what is known of those that speak as before is kept, all others begin anew,
    /// and the troubles of what is no more end.
    /// </summary>
    /// <param name="courtyard">The courtyard from now on.</param>
    /// <param name="unchanged">Ids of the devices that speak as before.</param>
    /// <param name="now">When it happens.</param>
    /// <param name="changes">Receives the troubles that end.</param>
    public void Serve(Courtyard courtyard, IReadOnlySet<string> unchanged, Moment now, List<TroubleChange> changes)
    {
        _uptime = now.Uptime;
        var before = _states.Values.Where(s => unchanged.Contains(s.Device.Id)).ToDictionary(s => s.Device.Id, StringComparer.Ordinal);
        var states = courtyard.Devices.ToDictionary(
            d => d, d => before.Remove(d.Id, out var state) ? state.Of(d) : new DeviceState(d, now.Uptime));
        var kept = states.Values.ToHashSet();
        foreach (var state in _devices.Select(d => _states[d]).Where(s => !kept.Contains(s)))
        {
            changes.AddRange(state.Troubles.Values.Select(t => new TroubleChange(false, t)));
        }

        (_devices, _states, _bearing) = (courtyard.Devices, states, Bearing(courtyard));
        var parts = _devices.SelectMany(d => d.Source.DependsOn).ToHashSet(StringComparer.Ordinal);
        foreach (var (own, trouble) in _own.Where(o => o.Key.Part is { } part && !parts.Contains(part)).ToList())
        {
            _own.Remove(own);
            changes.Add(new TroubleChange(false, trouble));
        }

        SetBlind(now);
    }

    /// <summary>The health of every device, in the order of the site file.</summary>
    public IReadOnlyList<DeviceHealth> Describe() => [.. _devices.Select(d => Describe(_states[d]))];

    private void Note(DeviceState state, in Reading reading, Moment now, List<TroubleChange> changes)
    {
        if (reading.Quantity == Quantity.Online)
        {
            // What its network says about the device is not the device speaking: it can end its health, never prove it.
            state.SaidOffline = !reading.IsOn;
            SetSilent(state, state.SaidOffline || IsSilent(state), now, changes);
            return;
        }

        if (reading.Origin == Origin.Live)
        {
            state.FirstHeard ??= now.Time >= ClockIsSetFrom ? now.Time : null;
            state.LastHeard = now.Time;
            state.HeardUptime = now.Uptime;
            state.SaidOffline = false;
            SetSilent(state, silent: false, now, changes);
        }
        else if (reading.SaidAt is { } said && said >= ClockIsSetFrom && said <= now.Time && !(state.LastHeard >= said))
        {
            // A label for the technician. It is no proof of life: the state stays as it was.
            state.LastHeard = said;
        }

        switch (reading.Quantity)
        {
            case Quantity.Battery:
                state.Battery = reading.Value;
                break;
            case Quantity.LinkQuality:
                state.LinkQuality = reading.Value;
                break;
            case Quantity.Test when reading is { IsOn: true, Origin: Origin.Live }:
                state.LastTest = now.Time;
                break;
        }
    }

    private void Judge(DeviceState state, in Reading reading, Moment now, List<TroubleChange> changes)
    {
        var rules = HealthRules.Of(reading.Quantity);
        if (rules.Length == 0)
        {
            return;
        }

        var trace = state.TraceOf(reading.Quantity);
        foreach (var rule in rules)
        {
            if ((rule.TakesKept || reading.Origin == Origin.Live) && rule.Hear(state, trace, in reading, now.Uptime) is { } stands)
            {
                Set(state, rule.Reason, state.Set(rule.Reason, rule.CauseOf(reading.Quantity), stands), now, changes, rule.Detail);
            }
        }

        if (reading.Origin == Origin.Live)
        {
            trace.Note(reading.Value, now.Uptime);
        }
    }

    private bool IsSilent(DeviceState state)
    {
        var since = state.HeardUptime > state.ListeningSince ? state.HeardUptime.Value : state.ListeningSince;
        return _uptime - since > state.Device.SilenceLimit();
    }

    private void SetSilent(DeviceState state, bool silent, Moment now, List<TroubleChange> changes)
    {
        if (!silent || !state.IsBlind)
        {
            Set(state, TroubleReason.Silent, silent, now, changes);
        }
    }

    private void Set(
        DeviceState state, TroubleReason reason, bool stands, Moment now, List<TroubleChange> changes, string? detail = null)
    {
        var before = changes.Count;
        if (stands)
        {
            Raise(state, reason, now, changes, detail);
        }
        else
        {
            state.Held.Remove(reason);
            if (state.Troubles.Count != 0 && state.Troubles.Remove(reason, out var trouble))
            {
                changes.Add(new TroubleChange(false, trouble));
            }
        }

        if (changes.Count > before && IsLoss(reason) && _bearing.Contains(state.Device))
        {
            SetBlind(now);
        }
    }

    private static void Raise(DeviceState state, TroubleReason reason, Moment now, List<TroubleChange> changes, string? detail = null)
    {
        if (state.Has(reason))
        {
            return;
        }

        if (state.IsOutOfService)
        {
            state.Held.Add(reason);
        }
        else
        {
            var trouble = new Trouble(Guid.CreateVersion7(now.Time).ToString(), reason, state.Device, now.Time, detail);
            state.Troubles.Add(reason, trouble);
            changes.Add(new TroubleChange(true, trouble));
        }
    }

    private static TroubleReason[] Service(DeviceState state) => state.IsOutOfService ? [TroubleReason.OutOfService] : [];

    private DeviceHealth Describe(DeviceState state)
    {
        var lost = state.IsBlind || state.Has(TroubleReason.Silent);
        var word = (state.HeardUptime, state.LastHeard, state.Troubles) switch
        {
            // Known from before the gateway started: a memory is no proof of life.
            (null, { }, _) when lost => HealthState.Unobserved,
            (null, _, _) => HealthState.Unknown,
            ({ } heard, _, _) when lost || _uptime - heard > state.Device.SilenceLimit() => HealthState.Unobserved,
            (_, _, { Count: > 0 }) => HealthState.Trouble,
            _ when state.IsOutOfService => HealthState.Trouble,
            _ => HealthState.Ok,
        };
        return new DeviceHealth(
            state.Device, word, [.. Service(state), .. state.Troubles.Keys.OrderBy(TroubleReasons.Urgency)], state.LastHeard, state.Battery, state.LinkQuality,
            state.LastTest);
    }
}
