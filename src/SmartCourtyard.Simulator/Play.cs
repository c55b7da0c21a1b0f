using System.Globalization;
using System.Text.RegularExpressions;
using SmartCourtyard.Courtyards;

namespace SmartCourtyard.Simulator;

/// <summary>
/// The estate's day: everybody's quiet reports and the scenes between them, in order of time. Given the same devices, seed and
/// beginning, it is the same to the byte. It knows no clock and no network; the caller waits and sends.
/// </summary>
internal sealed partial class Play
{
    private static readonly TimeSpan Opening = TimeSpan.FromSeconds(8);

    private readonly List<DeviceState> _devices;
    private readonly Dictionary<string, DeviceState> _byName;
    private readonly PriorityQueue<Func<TimeSpan, IEnumerable<Publication>>, (TimeSpan At, long Order)> _agenda = new();
    private readonly DateTimeOffset _began;
    private readonly Dice _dice;
    private long _order;

    public Play(IReadOnlyList<SimulatedDevice> devices, int seed, DateTimeOffset began)
    {
        _devices = [.. devices.Select(d => new DeviceState(d, seed))];
        _byName = _devices.ToDictionary(d => d.Device.FriendlyName, StringComparer.Ordinal);
        _began = began;
        _dice = Dice.For(seed, "scenes");
    }

    /// <summary>Told of each scene as it begins: its name and where.</summary>
    public event Action<string>? SceneBegins;

    /// <summary>What stands in the broker while Zigbee2MQTT runs.</summary>
    public IEnumerable<Publication> Birth()
    {
        yield return new Publication("zigbee2mqtt/bridge/state", """{"state":"online"}"""u8.ToArray(), AtLeastOnce: true, Retain: true);
        yield return new Publication("zigbee2mqtt/bridge/devices", Inventory.Payload(_devices), AtLeastOnce: true, Retain: true);
        foreach (var device in _devices)
        {
            yield return Availability(device);
        }
    }

    /// <summary>Topics that commands for these devices come on.</summary>
    public IEnumerable<string> CommandTopics() =>
        _devices.Where(d => d.Model.Fields.Any(f => f.Settable)).Select(d => $"zigbee2mqtt/{d.Device.FriendlyName}/set");

    /// <summary>What a device answers to a command: its new state. Null where it takes nothing of it.</summary>
    public Publication? Command(string topic, ReadOnlySpan<byte> payload, TimeSpan now)
    {
        var named = topic.StartsWith("zigbee2mqtt/", StringComparison.Ordinal) && topic.EndsWith("/set", StringComparison.Ordinal);
        return named && _byName.TryGetValue(topic["zigbee2mqtt/".Length..^"/set".Length], out var device) && device.Set(payload)
            ? Report(device, now) : null;
    }

    /// <summary>Every device reports once within the first seconds and then at its rhythm, divided by <paramref name="rate"/>.</summary>
    public void PlayQuietDay(double rate)
    {
        foreach (var device in _devices)
        {
            Add(Opening * device.Dice.Fraction(), now => QuietReport(device, now, rate));
        }
    }

    /// <summary>
    /// Enters a scene. False with a reason where there is no such scene or no such place.
    /// </summary>
    public bool TryEnter(string text, TimeSpan at, double speed, out string? error)
    {
        if (!Scene.TryFind(text, out var scene, out var place))
        {
            error = $"there is no scene '{text}': {string.Join(", ", Scene.All.Select(s => s.Name))}; with a place: kitchen fire in 3-1-301";
            return false;
        }

        var candidates = Candidates(scene!, place);
        if (scene!.Begins is not null && candidates.Count == 0)
        {
            error = $"'{text}': no {scene.Begins.Value.Name()} {(place is null ? "in this site" : $"in {place} (building-unit-flat)")}";
            return false;
        }

        error = null;
        Add(at, now => Begin(scene, candidates, now, speed));
        return true;
    }

    /// <summary>A scene chosen by chance each <paramref name="every"/>, the first at <paramref name="first"/>.</summary>
    public void PlayRandomScenes(TimeSpan first, TimeSpan every) => Add(first, now =>
    {
        var possible = Scene.All.Where(s => s.Begins is null || Candidates(s, null).Count > 0).ToList();
        var scene = possible[_dice.Below(possible.Count)];
        PlayRandomScenes(now + every, every);
        return Begin(scene, Candidates(scene, null), now, speed: 1);
    });

    /// <summary>When something happens next; null when nothing is left.</summary>
    public TimeSpan? Next() => _agenda.TryPeek(out _, out var key) ? key.At : null;

    /// <summary>Takes the next entry of the agenda and says what is published by it.</summary>
    public IReadOnlyList<Publication> Take()
    {
        _agenda.TryDequeue(out var entry, out var key);
        return entry is null ? [] : [.. entry(key.At)];
    }

    [GeneratedRegex("^(?<building>[0-9]+)-(?<unit>[0-9]+)-(?<flat>[0-9A-Za-z]+)$")]
    private static partial Regex PlacePattern();

    private static int SharedPrefix(string a, string b)
    {
        var length = 0;
        while (length < a.Length && length < b.Length && a[length] == b[length])
        {
            length++;
        }

        return length;
    }

    private static Publication Availability(DeviceState device) => new(
        $"zigbee2mqtt/{device.Device.FriendlyName}/availability",
        device.Silent ? """{"state":"offline"}"""u8.ToArray() : """{"state":"online"}"""u8.ToArray(),
        AtLeastOnce: true,
        Retain: true);

    private void Add(TimeSpan at, Func<TimeSpan, IEnumerable<Publication>> entry) => _agenda.Enqueue(entry, (at, _order++));

    private List<DeviceState> Candidates(Scene scene, string? place)
    {
        var matching = _devices.Where(d => d.Device.Class == scene.Begins && !d.Silent);
        if (place is not null)
        {
            var match = PlacePattern().Match(place);
            var home = !match.Success ? null : string.Create(
                CultureInfo.InvariantCulture,
                $"b{int.Parse(match.Groups["building"].Value, CultureInfo.InvariantCulture):00}-u{match.Groups["unit"].Value}-{match.Groups["flat"].Value}-");
            matching = matching.Where(d => home is not null && d.Device.Id.StartsWith(home, StringComparison.Ordinal));
        }

        return [.. matching];
    }

    private IEnumerable<Publication> Begin(Scene scene, List<DeviceState> candidates, TimeSpan now, double speed)
    {
        var target = candidates.Count == 0 ? null : candidates[_dice.Below(candidates.Count)];
        SceneBegins?.Invoke(target is null ? scene.Name : $"{scene.Name} ({target.Device.Id})");
        foreach (var step in target is null ? [] : scene.Steps)
        {
            if (Nearest(step.Who, target) is { } device)
            {
                Add(now + (step.After / speed), at => Act(device, step, at));
            }
        }

        return [];
    }

    private DeviceState? Nearest(DeviceClass who, DeviceState? target) => target is null || target.Device.Class == who ? target
        : _devices.Where(d => d.Device.Class == who).MaxBy(d => SharedPrefix(d.Device.Id, target.Device.Id));

    private IEnumerable<Publication> Act(DeviceState device, Step step, TimeSpan now)
    {
        var said = false;
        foreach (var change in step.Changes)
        {
            var wasSilent = device.Silent;
            said |= device.Apply(change);
            if (device.Silent != wasSilent)
            {
                yield return Availability(device);
            }
        }

        if (said && !device.Silent)
        {
            yield return Report(device, now);
        }
    }

    private IEnumerable<Publication> QuietReport(DeviceState device, TimeSpan now, double rate)
    {
        // A rhythm of plus or minus a tenth, so that the estate does not speak in unison.
        Add(now + (device.Model.Every * device.Dice.Between(0.9, 1.1) / rate), at => QuietReport(device, at, rate));
        device.Wander();
        return device.Silent ? [] : [Report(device, now)];
    }

    private Publication Report(DeviceState device, TimeSpan now) => new(
        $"zigbee2mqtt/{device.Device.FriendlyName}", device.Payload(_began + now), device.Device.Class.IsAlarmCapable(), Retain: false);
}
