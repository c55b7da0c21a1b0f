using System.Collections.Frozen;
using System.Text.Json;
using SmartCourtyard.Alarms;
using SmartCourtyard.Courtyards;
using SmartCourtyard.Effects;
using SmartCourtyard.Sources;

namespace SmartCourtyard.Gateway.Site;

/// <summary>
/// Reads cause and effect: what the file sets for an actuator replaces everything usual about it.
/// </summary>
internal sealed class EffectReader(SiteMistakes mistakes)
{
    public const string Key = "effects";

    private const int MostNamed = 20;

    private static readonly (TimeSpan Least, TimeSpan Most) After = (TimeSpan.Zero, TimeSpan.FromHours(1));
    private static readonly (TimeSpan Least, TimeSpan Most) Last = (TimeSpan.FromSeconds(1), TimeSpan.FromHours(24));
    private static readonly (TimeSpan Least, TimeSpan Most) Confirm = (TimeSpan.FromSeconds(1), TimeSpan.FromMinutes(1));

    // What the duty room raises itself, no gateway acts on.
    private static readonly FrozenDictionary<string, AlarmKind> Kinds = Enum.GetValues<AlarmKind>().Where(k => k != AlarmKind.Supervision)
        .ToFrozenDictionary(k => JsonNamingPolicy.KebabCaseLower.ConvertName($"{k}"), StringComparer.Ordinal);

    private static readonly string AllKinds = string.Join(", ", Kinds.OrderBy(k => k.Value).Select(k => k.Key));

    private readonly Dictionary<string, DeviceClass> _classes = new(StringComparer.Ordinal);
    private readonly List<Effect> _effects = [];
    private readonly Dictionary<string, TimeSpan> _confirm = new(StringComparer.Ordinal);

    public IReadOnlyList<Effect> Effects => _effects;

    private IEnumerable<string> Actuators => _classes.Where(c => GpioSource.IsOutput(c.Value)).Select(c => c.Key);

    /// <summary>How long an actuator has to confirm, where the file says it.</summary>
    public IReadOnlyDictionary<string, TimeSpan> ConfirmWithin => _confirm;

    /// <summary>Takes the devices of the file, before its effects; an actuator must be one that can be told something.</summary>
    public void Note(string id, DeviceClass deviceClass, Source? source, YamlNode? written)
    {
        _classes.TryAdd(id, deviceClass);
        if (source is not null && GpioSource.IsOutput(deviceClass) && !CanBeTold(source))
        {
            mistakes.Add(
                written!, $"a {deviceClass.Name()} cannot be told anything by this source", "gpio, modbus, zigbee2mqtt, tasmota (not behind a bridge), esphome, homeassistant or mqtt");
        }
    }

    // Whether one on modbus or mqtt says how it is moved, those who read its source check.
    private static bool CanBeTold(Source source) =>
        source is GpioSource or Zigbee2MqttSource or TasmotaSource { Bridge: null } or EspHomeSource or HomeAssistantSource or ModbusSource or MqttSource;

    /// <param name="place">Reads a place as a device's own.</param>
    public void Read(YamlNode node, Func<YamlNode, Place> place)
    {
        if (SiteFields.Open(node, mistakes, "an effect", "when", "where", "confirmed", "turn", "after", "for", "until", "confirm") is not { } fields)
        {
            return;
        }

        var kinds = When(fields);
        var where = fields.Node("where") is { } at ? place(at) : new Place();
        var onlyConfirmed = Truth(fields, "confirmed");
        var (actuator, deviceClass) = Turn(fields);
        var after = Span(fields, "after", After) ?? TimeSpan.Zero;
        var last = Span(fields, "for", Last);
        var until = Until(fields, deviceClass);
        var confirm = Span(fields, "confirm", Confirm);
        if (deviceClass == DeviceClass.GasValve && fields.Node("for") is { } ends)
        {
            mistakes.Add(ends, "a gas valve does not open by itself", "no 'for': a person on site opens it");
        }

        if (actuator is null || kinds.Count == 0)
        {
            return;
        }

        _effects.Add(new Effect(kinds, actuator) { Where = where, OnlyConfirmed = onlyConfirmed, After = after, For = last, Until = until });
        if (confirm is { } within)
        {
            _confirm[actuator] = within;
        }
    }

    private List<AlarmKind> When(SiteFields fields)
    {
        var kinds = new List<AlarmKind>();
        if (fields.RequiredNode("when", AllKinds) is not { } node)
        {
            return kinds;
        }

        var named = node is YamlList list ? list.Items : [node];
        if (named.Count == 0)
        {
            mistakes.Add(node, "'when' is empty", AllKinds);
        }

        foreach (var one in named)
        {
            if (one is YamlScalar scalar && Kinds.TryGetValue(scalar.Text, out var kind))
            {
                kinds.Add(kind);
            }
            else
            {
                mistakes.Add(one, $"'when' is {one.Kind}{(one is YamlScalar s ? Spelling.DidYouMean(s.Text, Kinds.Keys) : "")}", AllKinds);
            }
        }

        return kinds;
    }

    private (string? Id, DeviceClass? Class) Turn(SiteFields fields)
    {
        const string Allowed = "the id of a siren, gas valve or reassurance lamp of this file";
        if (fields.RequiredNode("turn", Allowed) is not { } node)
        {
            return (null, null);
        }

        var id = (node as YamlScalar)?.Text;
        DeviceClass? deviceClass = id is not null && _classes.TryGetValue(id, out var listed) ? listed : null;
        if (deviceClass is { } known && GpioSource.IsOutput(known))
        {
            return (id, known);
        }

        var some = Actuators.Take(MostNamed + 1).ToList();
        mistakes.Add(
            node, deviceClass is { } other ? $"'turn' names {id}, a {other.Name()}" : $"no actuator has the id {node.Kind}{(id is null ? "" : Spelling.DidYouMean(id, Actuators))}",
            some.Count is 0 or > MostNamed ? Allowed : string.Join(", ", some));
        return (null, deviceClass);
    }

    private EffectEnd Until(SiteFields fields, DeviceClass? deviceClass)
    {
        var valve = deviceClass == DeviceClass.GasValve;
        switch (fields.Node("until"))
        {
            case null:
                return valve ? EffectEnd.Person : EffectEnd.Resolved;
            case YamlScalar { Text: "person" } when valve || deviceClass is null:
                return EffectEnd.Person;
            case YamlScalar { Text: "resolved" } when !valve:
                return EffectEnd.Resolved;
            case YamlScalar { Text: "cleared" } when !valve:
                return EffectEnd.Cleared;
            case YamlScalar { Text: "acknowledged" } when !valve:
                return EffectEnd.Acknowledged;
            case var node:
                mistakes.Add(node, $"'until' is {node.Kind}", valve ? "person: nobody but a person on site opens a gas valve" : "resolved, cleared, acknowledged");
                return EffectEnd.Resolved;
        }
    }

    private static bool Truth(SiteFields fields, string key)
    {
        fields.OneOf(key, "true", "false");
        return fields.Node(key) is YamlScalar { Text: "true" };
    }

    private TimeSpan? Span(SiteFields fields, string key, (TimeSpan Least, TimeSpan Most) bounds)
    {
        if (fields.Node(key) is not { } node)
        {
            return null;
        }

        if (TimeSpans.Parse(node) is { } span && span >= bounds.Least && span <= bounds.Most)
        {
            return span;
        }

        mistakes.Add(node, $"'{key}' is {node.Kind}", $"{bounds.Least.TotalSeconds:0}s to {(bounds.Most.TotalHours >= 1 ? $"{bounds.Most.TotalHours:0}h" : $"{bounds.Most.TotalMinutes:0}min")}, for example 5s");
        return null;
    }
}
