using System.Text.Json.Serialization;
using SmartCourtyard.Courtyards;
using SmartCourtyard.Readings;

namespace SmartCourtyard.Alarms;

/// <summary>
/// What may have fooled a detector. It stands beside the alarm for people to see and changes nothing else: not its severity, not its
/// sound, not its time.
/// </summary>
[JsonConverter(typeof(JsonStringEnumConverter<AlarmHint>))]
public enum AlarmHint
{
    /// <summary>The humidity in the same flat rose by 15 % or more within the 10 min before: possibly steam.</summary>
    [JsonStringEnumMemberName("shower")] Shower,
    /// <summary>It was activated briefly about this hour on two of the last seven days: possibly cooking.</summary>
    [JsonStringEnumMemberName("cooking")] Cooking,
}

/// <summary>
/// Counts how often each detector alarms and how often only briefly, so that one that cries wolf is cleaned, replaced or moved, and
/// says what an alarm may come from. It only looks on: it delays, hides and ends nothing. Pure, on the monotonic clock.
/// </summary>
public sealed class FalseAlarmBook
{
    /// <summary>An activation that is over sooner, and that nothing confirmed, was brief.</summary>
    public static readonly TimeSpan Brief = TimeSpan.FromSeconds(60);

    /// <summary>As many brief ones within a day make a detector noisy.</summary>
    public const int NoisyFrom = 3;

    /// <summary>How long an activation is remembered.</summary>
    public static readonly TimeSpan Month = TimeSpan.FromDays(30);

    private const int DaysLookedBack = 7;
    private const int DaysAlike = 2;

    private readonly Humidities _humidities = new();
    private readonly Dictionary<string, Activations> _devices = new(StringComparer.Ordinal);
    private readonly HashSet<string> _noisy = new(StringComparer.Ordinal);

    /// <summary>Looks at the readings of one message before they are judged.</summary>
    public void Hear(ReadOnlySpan<Reading> message, TimeSpan uptime)
    {
        foreach (ref readonly var reading in message)
        {
            if (reading is { Quantity: Quantity.Humidity, Origin: Origin.Live })
            {
                _humidities.Hear(reading.Device, reading.Value, uptime);
            }
        }
    }

    /// <summary>What an alarm that a device raises now may come from; null where nothing speaks for that.</summary>
    public AlarmHint? HintOf(Device device, AlarmKind kind, Moment now) => kind switch
    {
        AlarmKind.Smoke when _humidities.RoseAt(device.At, now.Uptime) => AlarmHint.Shower,
        AlarmKind.Smoke or AlarmKind.Heat or AlarmKind.Gas when _devices.TryGetValue(device.Id, out var activations)
            && activations.DaysAboutThisHour(now.Uptime, DaysLookedBack) >= DaysAlike => AlarmHint.Cooking,
        _ => null,
    };

    /// <summary>Takes in what was judged. Tests and drills count for nothing.</summary>
    /// <param name="changes">The steps of alarms, in order.</param>
    /// <param name="now">When.</param>
    /// <param name="turned">Receives the devices that have become noisy (true) or are so no longer.</param>
    public void Note(IReadOnlyList<AlarmChange> changes, Moment now, List<(string Device, bool Noisy)> turned)
    {
        foreach (var (step, alarm) in changes)
        {
            if (!IsCounted(alarm.Kind))
            {
                continue;
            }

            if (step == AlarmStep.Cleared || alarm.Condition == AlarmCondition.Cleared)
            {
                End(alarm, now, turned);
            }
            else if (!alarm.Test && !alarm.Drill)
            {
                var standing = Of(alarm.DeviceId).Standing;
                standing.TryAdd(alarm.Kind, (now.Uptime, now.Time));
            }
        }
    }

    /// <summary>Forgets what is too old, and says which devices are noisy no longer.</summary>
    /// <param name="now">When.</param>
    /// <param name="turned">Receives them.</param>
    public void Tick(Moment now, List<(string Device, bool Noisy)> turned)
    {
        foreach (var (device, activations) in _devices)
        {
            activations.Forget(now.Uptime - Month);
            Judge(device, activations, now, turned);
            if (activations.IsEmpty)
            {
                _devices.Remove(device);
            }
        }
    }

    /// <summary>Ids of the devices that have alarmed in the last month.</summary>
    public IReadOnlyCollection<string> Devices => _devices.Keys;

    /// <summary>How often a device has alarmed.</summary>
    public ActivationCount CountOf(string device, TimeSpan now) => _devices.TryGetValue(device, out var activations) ? activations.Count(now) : default;

    /// <summary>What the next run of the gateway needs of a device; null where it never alarmed.</summary>
    public IReadOnlyList<KeptActivation>? Remember(string device, TimeSpan now)
        => _devices.TryGetValue(device, out var activations) && activations.Keep(now) is { Count: > 0 } kept ? kept : null;

    /// <summary>Takes back what another run of the gateway kept of a device.</summary>
    /// <param name="device">Its id.</param>
    /// <param name="kept">What it kept.</param>
    /// <param name="now">When.</param>
    /// <returns>Whether it is noisy.</returns>
    public bool Restore(string device, IReadOnlyList<KeptActivation> kept, Moment now)
    {
        if (kept.Count == 0)
        {
            return _noisy.Contains(device);
        }

        var activations = Of(device);
        activations.Restore(kept, now);
        Judge(device, activations, now, []);
        return _noisy.Contains(device);
    }

    /// <summary>Goes on with the devices of another courtyard; those that do not speak as before begin anew.</summary>
    public void Serve(Courtyard courtyard, IReadOnlySet<string> unchanged)
    {
        foreach (var gone in _devices.Keys.Where(d => !unchanged.Contains(d)).ToList())
        {
            _devices.Remove(gone);
            _noisy.Remove(gone);
        }

        _humidities.Keep(courtyard.Devices);
    }

    private static bool IsCounted(AlarmKind kind) =>
        kind is AlarmKind.Smoke or AlarmKind.Heat or AlarmKind.Gas or AlarmKind.CarbonMonoxide or AlarmKind.WaterLeak;

    private Activations Of(string device)
    {
        if (!_devices.TryGetValue(device, out var activations))
        {
            _devices.Add(device, activations = new Activations());
        }

        return activations;
    }

    private void End(Alarm alarm, Moment now, List<(string Device, bool Noisy)> turned)
    {
        if (_devices.TryGetValue(alarm.DeviceId, out var activations) && activations.Standing.Remove(alarm.Kind, out var began))
        {
            var isShort = now.Uptime - began.Begin < Brief && !alarm.Confirmed && !alarm.Spread;
            activations.Add(new Activation(began.Begin, began.At, isShort));
            Judge(alarm.DeviceId, activations, now, turned);
        }
    }

    private void Judge(string device, Activations activations, Moment now, List<(string Device, bool Noisy)> turned)
    {
        var noisy = activations.Count(now.Uptime).ShortDay >= NoisyFrom;
        if (noisy ? _noisy.Add(device) : _noisy.Remove(device))
        {
            turned.Add((device, noisy));
        }
    }
}
