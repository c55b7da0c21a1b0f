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

    private readonly IReadOnlyList<Device> _devices;
    private readonly Dictionary<Device, DeviceState> _states;
    private readonly Dictionary<TroubleReason, Trouble> _own = [];
    private TimeSpan _listeningSince;
    private TimeSpan _uptime;

    /// <summary>Begins at a moment at which nothing is known.</summary>
    public HealthBook(Courtyard courtyard, Moment start)
    {
        _devices = courtyard.Devices;
        _states = courtyard.Devices.ToDictionary(d => d, _ => new DeviceState());
        _listeningSince = start.Uptime;
        _uptime = start.Uptime;
    }

    /// <summary>The troubles that stand now.</summary>
    public IEnumerable<Trouble> Troubles => _own.Values.Concat(_devices.SelectMany(d => _states[d].Troubles.Values));

    /// <summary>Whether a connection that devices depend on is down, so that their silence says nothing about themselves.</summary>
    public bool IsBlind => _own.ContainsKey(TroubleReason.BrokerLost) || _own.ContainsKey(TroubleReason.BridgeOffline);

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
        if (IsBlind)
        {
            return;
        }

        foreach (var device in _devices)
        {
            var state = _states[device];
            if (state.SaidOffline || IsSilent(device, state))
            {
                Raise(device, state, TroubleReason.Silent, now, changes);
            }
        }
    }

    /// <summary>Begins or ends a trouble of the gateway itself.</summary>
    public void SetOwn(TroubleReason reason, bool stands, string? detail, Moment now, List<TroubleChange> changes)
    {
        _uptime = now.Uptime;
        var wasBlind = IsBlind;
        if (stands && !_own.ContainsKey(reason))
        {
            var trouble = new Trouble(Guid.CreateVersion7(now.Time).ToString(), reason, null, now.Time, detail);
            _own.Add(reason, trouble);
            changes.Add(new TroubleChange(true, trouble));
        }
        else if (!stands && _own.Remove(reason, out var trouble))
        {
            changes.Add(new TroubleChange(false, trouble));
        }

        if (wasBlind && !IsBlind)
        {
            // Nobody could be heard meanwhile: each device gets its whole time again before its silence says anything.
            _listeningSince = now.Uptime;
        }
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
        var since = state.HeardUptime > _listeningSince ? state.HeardUptime.Value : _listeningSince;
        return device.Source is not UnservedSource && _uptime - since > device.Class.SilenceLimit();
    }

    private void SetSilent(Device device, DeviceState state, bool silent, Moment now, List<TroubleChange> changes)
    {
        if (silent && IsBlind)
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
            _ when IsBlind || state.Troubles.ContainsKey(TroubleReason.Silent) || _uptime - state.HeardUptime > device.Class.SilenceLimit()
                => HealthState.Unobserved,
            (_, { Count: > 0 }) => HealthState.Trouble,
            _ => HealthState.Ok,
        };
        return new DeviceHealth(
            device, word, [.. state.Troubles.Keys], state.LastHeard, state.Battery, state.LinkQuality, state.LastTest);
    }

    private sealed class DeviceState
    {
        public DateTimeOffset? LastHeard { get; set; }

        public TimeSpan? HeardUptime { get; set; }

        public bool SaidOffline { get; set; }

        public double? Battery { get; set; }

        public bool? BatteryFlag { get; set; }

        public double? LinkQuality { get; set; }

        public DateTimeOffset? LastTest { get; set; }

        public Dictionary<TroubleReason, Trouble> Troubles { get; } = [];
    }
}
