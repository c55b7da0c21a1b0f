using System.Collections.Concurrent;
using System.Collections.Frozen;
using System.Text;
using SmartCourtyard.Courtyards;
using SmartCourtyard.Readings;

namespace SmartCourtyard.Gateway.Devices.Mqtt.HomeAssistant;

/// <summary>
/// Devices that announce themselves the way Home Assistant asks for. The announcements tell the topics, so this family learns them
/// while it runs; those of the site's devices are remembered, so that what a broker kept for us over a restart is understood at once.
/// </summary>
internal sealed class HomeAssistantFamily : IMqttFamily
{
    // Zigbee2MQTT's own state is heard by its own family.
    private const string Zigbee2MqttState = "zigbee2mqtt/bridge/state";
    private const int MostEntities = 20_000;
    private const int NamedTopics = 5;

    private readonly string _prefix;
    private readonly AnnouncedMemory _memory;
    private readonly TimeProvider _time;
    private readonly Func<string, bool>? _mayUse;
    private readonly FrozenSet<string> _granted = FrozenSet<string>.Empty;
    private readonly FrozenDictionary<string, Device> _byId;
    private readonly Lock _gate = new();
    private readonly Dictionary<string, List<Known>> _announced = new(StringComparer.Ordinal);
    private readonly Dictionary<string, List<Known>> _users = new(StringComparer.Ordinal);
    private readonly Dictionary<Device, Presence> _presence = [];
    private readonly ConcurrentDictionary<string, Route[]> _routes = new(StringComparer.Ordinal);
    private int _count;

    /// <param name="memory">Keeps the announcements of the site's devices.</param>
    /// <param name="time">Measures how long a value holds.</param>
    /// <param name="mayUse">Whether the broker lets devices speak on a topic that nothing is remembered of; null where nobody knows.</param>
    public HomeAssistantFamily(
        Courtyard courtyard, AnnouncedMemory memory, TimeProvider time, string prefix = "homeassistant", Func<string, bool>? mayUse = null)
    {
        (_prefix, _memory, _time) = (prefix + "/", memory, time);
        _byId = courtyard.Devices.Where(d => d.Source is HomeAssistantSource).DistinctBy(d => ((HomeAssistantSource)d.Source).DiscoveryId)
            .ToFrozenDictionary(d => ((HomeAssistantSource)d.Source).DiscoveryId, StringComparer.Ordinal);
        foreach ((string topic, string payload) in memory.All)
        {
            if (IsAnnouncement(topic))
            {
                Learn(topic, Encoding.UTF8.GetBytes(payload));
            }
            else
            {
                memory.Set(topic, null);
            }
        }
        // What is remembered stood in the broker's rights when they were written for this site file.
        (_mayUse, _granted) = (mayUse, LearnedTopics.ToFrozenSet(StringComparer.Ordinal));
    }

    /// <inheritdoc />
    public event Action? FiltersChanged;

    public string Name => "homeassistant";

    /// <summary>Everywhere that devices of the site have announced to speak.</summary>
    public IReadOnlyList<string> LearnedTopics => [.. _routes.Keys];

    public IReadOnlyList<string> AlarmFilters => Topics(alarmCapable: true);

    public IReadOnlyList<string> Filters => [_prefix + "#", .. Topics(alarmCapable: false)];

    // One entity of a device of the site.
    private sealed record Known(Device Device, AnnouncedEntity Entity, EntityReader? Reader, (AnnouncedAvailability Told, Template? Template)[] Availability)
    {
        public IEnumerable<string> Topics =>
            [.. Reader is null ? Enumerable.Empty<string>() : [Entity.StateTopic!], .. Availability.Select(a => a.Told.Topic)];

        public long Heard { get; set; }

        public long? OnSince { get; set; }

        public bool IsExpired { get; set; }
    }

    // What one topic means to one device.
    private sealed record Route(Device Device, Known[] States, Known[] Availabilities);

    private sealed class Presence
    {
        public Dictionary<string, bool> ByTopic { get; } = new(StringComparer.Ordinal);
    }

    /// <inheritdoc />
    public DecodeResult Decode(string topic, ReadOnlySpan<byte> payload, bool retained, DateTimeOffset now, List<Reading> into)
    {
        if (IsAnnouncement(topic))
        {
            return Learn(topic, payload);
        }
        if (!_routes.TryGetValue(topic, out Route[]? routes))
        {
            return topic.StartsWith(_prefix, StringComparison.Ordinal) ? DecodeResult.NotADevice : DecodeResult.NotMine;
        }
        using JsonPayload message = JsonPayload.Of(payload);
        Span<double> room = stackalloc double[GatheredValues.Size];
        DecodeResult result = default;
        foreach (Route route in routes)
        {
            var values = new GatheredValues(room);
            string? problem = ReadStates(route, in message, retained, ref values);
            problem ??= ReadAvailability(topic, route, in message, ref values);
            values.WriteTo(into, route.Device, now, retained ? Origin.Retained : Origin.Live);
            result = result.Problem is null ? DecodeResult.Heard(route.Device, problem) : result;
        }
        return result;
    }

    /// <inheritdoc />
    public void PassTime(bool alarmCapable, DateTimeOffset now, List<Reading> into)
    {
        lock (_gate)
        {
            foreach (Known known in _announced.Values.SelectMany(k => k).Where(k => k.Device.Class.IsAlarmCapable() == alarmCapable))
            {
                if (known.OnSince is { } since && known.Entity.OffDelay is { } delay && _time.GetElapsedTime(since) >= delay)
                {
                    known.OnSince = null;
                    SayOff(known, now, into);
                }
                if (known is { IsExpired: false, Reader: not null } && known.Entity.ExpireAfter is { } limit && _time.GetElapsedTime(known.Heard) >= limit)
                {
                    known.IsExpired = true;
                    into.Add(new Reading(known.Device, Quantity.Online, 0, now));
                }
            }
        }
    }

    /// <inheritdoc />
    public void Remember() => _memory.Save();

    // "on" ends by itself, as its announcement says.
    private static void SayOff(Known known, DateTimeOffset now, List<Reading> into)
    {
        Span<double> room = stackalloc double[GatheredValues.Size];
        var values = new GatheredValues(room);
        if (known.Reader is EntityReader.YesOrNo reader)
        {
            reader.TakeOff(ref values);
        }
        values.WriteTo(into, known.Device, now, Origin.Live);
    }

    private bool IsAnnouncement(string topic) =>
        topic.StartsWith(_prefix, StringComparison.Ordinal) && topic.EndsWith("/config", StringComparison.Ordinal);

    private string? ReadStates(Route route, ref readonly JsonPayload message, bool retained, ref GatheredValues values)
    {
        string? problem = null;
        foreach (Known known in route.States)
        {
            problem ??= known.Reader!.Read(in message, retained, ref values);
            if (known.Entity.ExpireAfter is not null || known.Entity.OffDelay is not null)
            {
                Note(known, values.Points & known.Reader!.Points);
            }
        }
        return problem;
    }

    private void Note(Known known, ulong said)
    {
        lock (_gate)
        {
            (known.Heard, known.IsExpired) = (_time.GetTimestamp(), false);
            known.OnSince = said != 0 && known.Entity.OffDelay is not null ? known.Heard : known.OnSince;
        }
    }

    private string? ReadAvailability(string topic, Route route, ref readonly JsonPayload message, ref GatheredValues values)
    {
        if (route.Availabilities.Length == 0 || message.Text.IsEmpty)
        {
            return null;
        }
        string? problem = null;
        foreach (Known known in route.Availabilities)
        {
            foreach ((AnnouncedAvailability told, Template? template) in known.Availability.Where(a => a.Told.Topic == topic))
            {
                string plain = Encoding.UTF8.GetString(message.Text);
                // Some publish the word itself although their announcement says that it stands in an object.
                string word = template?.Of(in message) is { Kind: not (TemplateKind.Failed or TemplateKind.Missing) } value ? value.Written : plain;
                if (word == told.Online || word == told.Offline)
                {
                    values.Flag(Quantity.Online, Judge(route.Device, known.Entity.AvailabilityMode, topic, word == told.Online));
                    return null;
                }
                problem = $"availability is '{(plain.Length > 40 ? plain[..40] + "…" : plain)}': {told.Online} or {told.Offline}";
            }
        }
        return problem;
    }

    private bool Judge(Device device, string mode, string topic, bool online)
    {
        lock (_gate)
        {
            if (!_presence.TryGetValue(device, out Presence? presence))
            {
                _presence.Add(device, presence = new Presence());
            }
            presence.ByTopic[topic] = online;
            return mode switch
            {
                "all" => presence.ByTopic.Values.All(o => o),
                "any" => presence.ByTopic.Values.Any(o => o),
                _ => online,
            };
        }
    }

    // homeassistant/<component>/[<node>/]<object>/config
    private DecodeResult Learn(string topic, ReadOnlySpan<byte> payload)
    {
        string[] parts = topic[_prefix.Length..].Split('/');
        if (parts.Length is < 3 or > 4)
        {
            return DecodeResult.NotADevice;
        }
        if (payload.IsEmpty)
        {
            Replace(topic, [], null);
            return DecodeResult.NotADevice;
        }
        List<AnnouncedEntity> entities = Announcement.Read(parts[0], parts[^2], payload, out string? problem);
        var known = new List<Known>();
        ulong points = 0;
        string? unassigned = null;
        foreach (AnnouncedEntity entity in entities)
        {
            Device? device = OwnerOf(entity, out bool alone);
            EntityReader? reader = EntityTable.Of(entity, device?.Class, alone, out string? wrong);
            problem ??= wrong;
            if (device is null)
            {
                (unassigned, points) = (unassigned ?? entity.Id, points | (reader?.Points ?? 0));
            }
            else
            {
                known.Add(new Known(device, entity, reader, Availabilities(entity, ref problem)) { Heard = _time.GetTimestamp() });
                if (EntityTable.Whole(entity, device.Class) is { } whole)
                {
                    known.Add(new Known(device, entity, whole, []) { Heard = _time.GetTimestamp() });
                }
            }
        }
        if (known.Count > 0 || problem is null)
        {
            string? noRoom = Replace(topic, known, known.Count > 0 ? Encoding.UTF8.GetString(payload) : null);
            problem ??= noRoom;
        }
        problem ??= Forbidden(known);
        return known.Count > 0 ? DecodeResult.Heard(known[0].Device, problem) with { IsAnnouncement = true }
            : unassigned is not null ? DecodeResult.Unassigned(unassigned, points)
            : problem is null ? DecodeResult.NotADevice
            : new DecodeResult(DecodeOutcome.Undecodable, Problem: problem);
    }

    private string? Forbidden(List<Known> known)
    {
        string[] topics = _mayUse is null ? [] : [.. known.SelectMany(k => k.Topics).Where(t => !_granted.Contains(t) && !_mayUse(t)).Distinct().Take(NamedTopics + 1)];
        return topics.Length == 0 ? null
            : $"announces to speak on {string.Join(", ", topics.Take(NamedTopics))}{(topics.Length > NamedTopics ? " …" : "")}, where the broker lets no device speak yet: "
            + "a filter for it under device-topics in the site file, or the broker's rights written again";
    }

    private static (AnnouncedAvailability, Template?)[] Availabilities(AnnouncedEntity entity, ref string? problem)
    {
        // A setting that cannot be set need not mean that the device is away.
        if (entity.Component is not ("binary_sensor" or "sensor" or "event"))
        {
            return [];
        }
        var all = new List<(AnnouncedAvailability, Template?)>();
        foreach (AnnouncedAvailability told in entity.Availability.Where(a => a.Topic != Zigbee2MqttState))
        {
            string? wrong = null;
            Template? template = told.Template is null ? null : Template.Read(told.Template, out wrong);
            problem ??= wrong;
            if (wrong is null)
            {
                all.Add((told, template));
            }
        }
        return [.. all];
    }

    private Device? OwnerOf(AnnouncedEntity entity, out bool alone)
    {
        // What has no identifier at all is called by its place in the topic.
        string? id = entity.UniqueId ?? (entity.DeviceIds.Count == 0 ? entity.ObjectId : null);
        alone = id is not null && _byId.ContainsKey(id);
        return alone ? _byId[id!] : entity.DeviceIds.Select(i => _byId.GetValueOrDefault(i)).FirstOrDefault(d => d is not null);
    }

    // Gives back why there is no room for it.
    private string? Replace(string topic, List<Known> known, string? payload)
    {
        bool changed;
        lock (_gate)
        {
            List<Known> before = _announced.GetValueOrDefault(topic) ?? [];
            if (_count + known.Count - before.Count > MostEntities || !_memory.Set(topic, payload))
            {
                return "there are more and longer announcements than the gateway can keep: devices that announce less, or fewer of them";
            }
            _count += known.Count - before.Count;
            HashSet<string> gone = [.. before.SelectMany(k => k.Topics)], come = [.. known.SelectMany(k => k.Topics)];
            changed = !gone.SetEquals(come);
            if (known.Count == 0)
            {
                _announced.Remove(topic);
            }
            else
            {
                _announced[topic] = known;
            }
            before.ForEach(k => k.Topics.ToList().ForEach(t => _users[t].Remove(k)));
            known.ForEach(k => k.Topics.ToList().ForEach(t => Users(t).Add(k)));
            foreach (string topicOfBoth in gone.Union(come))
            {
                SetRoute(topicOfBoth);
            }
        }
        if (changed)
        {
            FiltersChanged?.Invoke();
        }
        return null;
    }

    private List<Known> Users(string topic)
    {
        if (!_users.TryGetValue(topic, out List<Known>? users))
        {
            _users.Add(topic, users = []);
        }
        return users;
    }

    private void SetRoute(string topic)
    {
        Known[] users = [.. _users[topic].Distinct()];
        if (users.Length == 0)
        {
            _users.Remove(topic);
            _routes.TryRemove(topic, out _);
            return;
        }
        _routes[topic] =
        [
            .. users.GroupBy(k => k.Device).Select(g => new Route(
                g.Key,
                // What the writer's own table says comes first: what an announcement describes stands over it.
                [
                    .. g.Where(k => k.Reader is EntityReader.Whole && k.Entity.StateTopic == topic).Take(1),
                    .. g.Where(k => k.Reader is not (null or EntityReader.Whole) && k.Entity.StateTopic == topic),
                ],
                [.. g.Where(k => k.Availability.Any(a => a.Told.Topic == topic)).Take(1)])),
        ];
    }

    private string[] Topics(bool alarmCapable) => [.. _routes.Where(r => r.Value.Any(d => d.Device.Class.IsAlarmCapable() == alarmCapable)).Select(r => r.Key)];
}
