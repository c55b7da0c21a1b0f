using SmartCourtyard.Courtyards;
using SmartCourtyard.Readings;

namespace SmartCourtyard.Troubles;

/// <summary>
/// Keeps what is known about every device and about the gateway's own connections. Quiet is not safe: nothing is ok until it has
/// been heard within its class's limit, and one broken connection is one trouble, not one a device behind it.
/// </summary>
public sealed class HealthBook
{
    /// <summary>A battery at or below this many per cent must be changed, where the device has no flag of its own.</summary>
    public const double LowBatteryPercent = 5;

    private IReadOnlyList<Device> _devices;
    private Dictionary<Device, DeviceState> _states;
    private readonly Dictionary<(TroubleReason Reason, string? Part), Trouble> _own = [];
    private TimeSpan _uptime;

    /// <summary>Begins at a moment at which nothing is known.</summary>
    public HealthBook(Courtyard courtyard, Moment start)
    {
        _devices = courtyard.Devices;
        _states = courtyard.Devices.ToDictionary(d => d, _ => new DeviceState { ListeningSince = start.Uptime });
        _uptime = start.Uptime;
    }

    /// <summary>The troubles that stand now.</summary>
    public IEnumerable<Trouble> Troubles => _own.Values.Concat(_devices.SelectMany(d => _states[d].Troubles.Values));

    /// <summary>Whether a part of the gateway that the device depends on is down, so that its silence says nothing about itself.</summary>
    public bool IsBlind(Device device) => _states.TryGetValue(device, out var state) && state.IsBlind;

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
        var device = message[0].Device;
        foreach (ref readonly var reading in message)
        {
            // The device's own word on its battery counts before the number beside it, in whatever order they come.
            state.BatteryFlag = reading.Quantity == Quantity.BatteryLow ? reading.IsOn : state.BatteryFlag;
        }

        foreach (ref readonly var reading in message)
        {
            Note(device, state, in reading, now, changes);
        }
    }

    /// <summary>Looks for devices that have been silent for longer than their class allows.</summary>
    public void Tick(Moment now, List<TroubleChange> changes)
    {
        _uptime = now.Uptime;
        foreach (var device in _devices)
        {
            var state = _states[device];
            if (!state.IsBlind && (state.SaidOffline || IsSilent(device, state)))
            {
                Raise(device, state, TroubleReason.Silent, now, changes);
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

    private void SetBlind(Moment now)
    {
        var down = _own.Keys.Select(o => o.Part).ToHashSet(StringComparer.Ordinal);
        foreach (var (device, state) in _states)
        {
            var was = state.IsBlind;
            state.IsBlind = device.Source.DependsOn.Any(down.Contains);
            if (was && !state.IsBlind)
            {
                // Nobody could hear it meanwhile: it gets its whole time again before its silence says anything.
                state.ListeningSince = now.Uptime;
            }
        }
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
        var before = _states.Where(s => unchanged.Contains(s.Key.Id)).ToDictionary(s => s.Key.Id, s => s.Value, StringComparer.Ordinal);
        var states = courtyard.Devices.ToDictionary(
            d => d, d => before.Remove(d.Id, out var state) ? state.Of(d) : new DeviceState { ListeningSince = now.Uptime });
        var kept = states.Values.ToHashSet();
        foreach (var state in _devices.Select(d => _states[d]).Where(s => !kept.Contains(s)))
        {
            changes.AddRange(state.Troubles.Values.Select(t => new TroubleChange(false, t)));
        }

        (_devices, _states) = (courtyard.Devices, states);
        var parts = _devices.SelectMany(d => d.Source.DependsOn).ToHashSet(StringComparer.Ordinal);
        foreach (var (own, trouble) in _own.Where(o => o.Key.Part is { } part && !parts.Contains(part)).ToList())
        {
            _own.Remove(own);
            changes.Add(new TroubleChange(false, trouble));
        }

        SetBlind(now);
    }

    /// <summary>The health of every device, in the order of the site file.</summary>
    public IReadOnlyList<DeviceHealth> Describe() => [.. _devices.Select(d => Describe(d, _states[d]))];

    private void Note(Device device, DeviceState state, in Reading reading, Moment now, List<TroubleChange> changes)
    {
        if (reading.Quantity == Quantity.Online)
        {
            // What its network says about the device is not the device speaking: it can end its health, never prove it.
            state.SaidOffline = !reading.IsOn;
            SetSilent(device, state, state.SaidOffline || IsSilent(device, state), now, changes);
            return;
        }

        if (reading.Origin == Origin.Live)
        {
            state.LastHeard = now.Time;
            state.HeardUptime = now.Uptime;
            state.SaidOffline = false;
            SetSilent(device, state, silent: false, now, changes);
        }

        switch (reading.Quantity)
        {
            case Quantity.Battery:
                state.Battery = reading.Value;
                Set(device, state, TroubleReason.BatteryLow, state.BatteryFlag ?? reading.Value <= LowBatteryPercent, now, changes);
                break;
            case Quantity.BatteryLow:
                Set(device, state, TroubleReason.BatteryLow, reading.IsOn, now, changes);
                break;
            case Quantity.LinkQuality:
                state.LinkQuality = reading.Value;
                break;
            case Quantity.Fault:
                Set(device, state, TroubleReason.Fault, reading.IsOn, now, changes);
                break;
            case Quantity.Tamper:
                Set(device, state, TroubleReason.Tampered, reading.IsOn, now, changes);
                break;
            case Quantity.Test when reading is { IsOn: true, Origin: Origin.Live }:
                state.LastTest = now.Time;
                break;
        }
    }

    private bool IsSilent(Device device, DeviceState state)
    {
        var since = state.HeardUptime > state.ListeningSince ? state.HeardUptime.Value : state.ListeningSince;
        return device.Source is not UnservedSource && _uptime - since > device.SilenceLimit();
    }

    private static void SetSilent(Device device, DeviceState state, bool silent, Moment now, List<TroubleChange> changes)
    {
        if (silent && state.IsBlind)
        {
            return;
        }

        Set(device, state, TroubleReason.Silent, silent, now, changes);
    }

    private static void Set(
        Device device, DeviceState state, TroubleReason reason, bool stands, Moment now, List<TroubleChange> changes)
    {
        if (stands)
        {
            Raise(device, state, reason, now, changes);
        }
        else if (state.Troubles.Count != 0 && state.Troubles.Remove(reason, out var trouble))
        {
            changes.Add(new TroubleChange(false, trouble));
        }
    }

    private static void Raise(Device device, DeviceState state, TroubleReason reason, Moment now, List<TroubleChange> changes)
    {
        if (!state.Troubles.ContainsKey(reason))
        {
            var trouble = new Trouble(Guid.CreateVersion7(now.Time).ToString(), reason, device, now.Time);
            state.Troubles.Add(reason, trouble);
            changes.Add(new TroubleChange(true, trouble));
        }
    }

    private DeviceHealth Describe(Device device, DeviceState state)
    {
        var word = (state.LastHeard, state.Troubles) switch
        {
            (null, _) => HealthState.Unknown,
            _ when state.IsBlind || state.Troubles.ContainsKey(TroubleReason.Silent) || _uptime - state.HeardUptime > device.SilenceLimit()
                => HealthState.Unobserved,
            (_, { Count: > 0 }) => HealthState.Trouble,
            _ => HealthState.Ok,
        };
        return new DeviceHealth(
            device, word, [.. state.Troubles.Keys], state.LastHeard, state.Battery, state.LinkQuality, state.LastTest);
    }

    private sealed class DeviceState
    {
        /// <summary>Since when it could have been heard.</summary>
        public required TimeSpan ListeningSince { get; set; }

        public bool IsBlind { get; set; }

        public DateTimeOffset? LastHeard { get; set; }

        public TimeSpan? HeardUptime { get; set; }

        public bool SaidOffline { get; set; }

        public double? Battery { get; set; }

        public bool? BatteryFlag { get; set; }

        public double? LinkQuality { get; set; }

        public DateTimeOffset? LastTest { get; set; }

        public Dictionary<TroubleReason, Trouble> Troubles { get; } = [];

        /// <summary>The same state, of the device as the file describes it now.</summary>
        public DeviceState Of(Device device)
        {
            foreach (var (reason, trouble) in Troubles)
            {
                Troubles[reason] = trouble with { Device = device };
            }

            return this;
        }
    }
}
