using System.Collections.Concurrent;
using System.Text;
using System.Text.Json;
using SmartCourtyard.Courtyards;
using SmartCourtyard.Effects;
using SmartCourtyard.Sources;

namespace SmartCourtyard.Gateway.Devices.Mqtt.Told;

/// <summary>
/// Actuators that announce themselves as Home Assistant asks for: a siren, switch, light or valve with its <c>command_topic</c>. Only
/// what is said in plain words is taken; the announcement of a valve says which word closes it.
/// </summary>
internal sealed class ToldHomeAssistant : ITold
{
    private const string Prefix = "homeassistant/";

    private readonly Dictionary<string, Device> _byId;
    private readonly ConcurrentDictionary<string, Announced> _announced = new(StringComparer.Ordinal);
    private readonly ConcurrentDictionary<string, string> _byStateTopic = new(StringComparer.Ordinal);

    public ToldHomeAssistant(Courtyard courtyard) =>
        _byId = courtyard.Devices.Where(d => GpioSource.IsOutput(d.Class) && d.Source is HomeAssistantSource)
            .DistinctBy(d => ((HomeAssistantSource)d.Source).DiscoveryId).ToDictionary(d => ((HomeAssistantSource)d.Source).DiscoveryId, StringComparer.Ordinal);

    private sealed record Announced(Device Device, string CommandTopic, string? StateTopic, string On, string Off, string SaysOn, string SaysOff);

    /// <summary>Where the actuators that have announced themselves listen.</summary>
    public IEnumerable<string> CommandTopics => _announced.Values.Select(a => a.CommandTopic);

    /// <summary>The components that can be told something.</summary>
    public static bool IsTold(string component) => component is "siren" or "switch" or "light" or "valve";

    /// <inheritdoc />
    public Told? Tell(ActuatorOrder order) => order.Actuator.Source is not HomeAssistantSource ? null
        : _announced.TryGetValue(order.Actuator.Id, out var a) ? (Told?)(Told)new Telling(a.CommandTopic, order.On ? a.On : a.Off, a.StateTopic is not null)
        : (Told)"it has not announced yet where it listens";

    /// <inheritdoc />
    public ActuatorState? Hear(string topic, ReadOnlySpan<byte> payload, bool retained)
    {
        if (_byId.Count == 0)
        {
            return null;
        }

        if (topic.StartsWith(Prefix, StringComparison.Ordinal) && topic.EndsWith("/config", StringComparison.Ordinal))
        {
            Learn(topic, payload);
            return null;
        }

        if (!_byStateTopic.TryGetValue(topic, out var id) || !_announced.TryGetValue(id, out var known))
        {
            return null;
        }

        using var message = JsonPayload.Of(payload);
        var word = message.Root.ValueKind == JsonValueKind.Object
            ? message.Root.TryGetProperty("state", out var state) && state.ValueKind == JsonValueKind.String ? state.GetString() : null
            : Encoding.UTF8.GetString(message.Text);
        return word == known.SaysOn ? new ActuatorState(known.Device, true) : word == known.SaysOff ? new ActuatorState(known.Device, false) : null;
    }

    private void Learn(string topic, ReadOnlySpan<byte> payload)
    {
        var parts = topic.Split('/');
        using var message = JsonPayload.Of(payload);
        if (parts.Length is < 4 or > 5 || message.Root.ValueKind != JsonValueKind.Object)
        {
            return;
        }

        if (parts[1] != "device")
        {
            Take(parts[1], parts[^2], message.Root, message.Root);
        }
        else if (Member(message.Root, "components", "cmps") is { ValueKind: JsonValueKind.Object } components)
        {
            foreach (var part in components.EnumerateObject().Where(p => p.Value.ValueKind == JsonValueKind.Object))
            {
                Take(Text(part.Value, "platform", "p") ?? "", part.Name, part.Value, message.Root);
            }
        }
    }

    private void Take(string component, string objectId, JsonElement entity, JsonElement around)
    {
        string? Find(string name, string shorter) => Text(entity, name, shorter) ?? Text(around, name, shorter);
        if (!IsTold(component) || Owner(entity, around, objectId) is not { } device || Topic(Find("command_topic", "cmd_t"), around, entity) is not { } command)
        {
            return;
        }

        // A valve's word for "on" is what closes it; of a switch, on is the state for which it was wired.
        var valve = component == "valve";
        string on = valve ? Find("payload_close", "pl_cls") ?? "CLOSE" : Find("payload_on", "pl_on") ?? "ON";
        string off = valve ? Find("payload_open", "pl_open") ?? "OPEN" : Find("payload_off", "pl_off") ?? "OFF";
        string saysOn = valve ? Find("state_closed", "stat_clsd") ?? "closed" : Find("state_on", "stat_on") ?? on;
        string saysOff = valve ? Find("state_open", "stat_open") ?? "open" : Find("state_off", "stat_off") ?? off;
        var state = Topic(Find("state_topic", "stat_t"), around, entity);
        _announced[device.Id] = new Announced(device, command, state, on, off, saysOn, saysOff);
        if (state is not null)
        {
            _byStateTopic[state] = device.Id;
        }
    }

    private Device? Owner(JsonElement entity, JsonElement around, string objectId)
    {
        if (_byId.TryGetValue(Text(entity, "unique_id", "uniq_id") ?? objectId, out var own))
        {
            return own;
        }

        var device = Member(entity, "device", "dev") is { ValueKind: JsonValueKind.Object } d ? d : Member(around, "device", "dev");
        var ids = Member(device, "identifiers", "ids");
        string?[] all = ids.ValueKind == JsonValueKind.Array ? [.. ids.EnumerateArray().Where(i => i.ValueKind == JsonValueKind.String).Select(i => i.GetString())]
            : ids.ValueKind == JsonValueKind.String ? [ids.GetString()] : [];
        return all.Select(i => _byId.GetValueOrDefault(i!)).FirstOrDefault(o => o is not null);
    }

    // "~" stands for the announcement's base topic.
    private static string? Topic(string? topic, JsonElement around, JsonElement entity)
    {
        var root = Text(entity, "~", "~") ?? Text(around, "~", "~") ?? "";
        return topic is null ? null
            : topic.StartsWith('~') ? root + topic[1..]
            : topic.EndsWith('~') ? topic[..^1] + root
            : topic;
    }

    private static JsonElement Member(JsonElement of, string name, string shorter) =>
        of.ValueKind == JsonValueKind.Object && (of.TryGetProperty(name, out var value) || of.TryGetProperty(shorter, out value)) ? value : default;

    private static string? Text(JsonElement of, string name, string shorter) =>
        Member(of, name, shorter) is { ValueKind: JsonValueKind.String } text ? text.GetString() : null;
}
