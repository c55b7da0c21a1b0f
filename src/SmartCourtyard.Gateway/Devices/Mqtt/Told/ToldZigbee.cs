using System.Collections.Concurrent;
using System.Collections.Frozen;
using System.Text.Json;
using SmartCourtyard.Courtyards;
using SmartCourtyard.Effects;
using SmartCourtyard.Sources;

namespace SmartCourtyard.Gateway.Devices.Mqtt.Told;

/// <summary>
/// Actuators behind Zigbee2MQTT. What one understands its inventory says: sirens know <c>warning</c>, <c>alarm</c> or, as plugs do,
/// <c>state</c>. A valve's state says whether it lets flow: OFF is closed.
/// </summary>
internal sealed class ToldZigbee(Courtyard courtyard, string baseTopic = "zigbee2mqtt") : ITold
{
    // A siren with a warning of its own stops by itself; the longest that all makers understand is half an hour.
    private const string Warning = """{"warning":{"mode":"burglar","level":"very_high","strobe":true,"strobe_level":"very_high","strobe_duty_cycle":5,"duration":1800}}""";
    private const string WarningEnds = """{"warning":{"mode":"stop","level":"low","strobe":false,"duration":0}}""";

    private readonly FrozenDictionary<string, Device> _devices = courtyard.Devices.Where(d => GpioSource.IsOutput(d.Class) && d.Source is Zigbee2MqttSource)
        .DistinctBy(d => ((Zigbee2MqttSource)d.Source).FriendlyName).ToFrozenDictionary(d => ((Zigbee2MqttSource)d.Source).FriendlyName, StringComparer.Ordinal);

    private readonly ConcurrentDictionary<string, Listed> _listed = new(StringComparer.Ordinal);

    // By which property it is moved; how it says on and off (as JSON).
    private sealed record Listed(string Property, string On, string Off);

    /// <inheritdoc />
    public Told? Tell(ActuatorOrder order)
    {
        if (order.Actuator.Source is not Zigbee2MqttSource source)
        {
            return null;
        }

        var listed = _listed.TryGetValue(source.FriendlyName, out var known) ? known : Usual(order.Actuator.Class);
        var payload = listed.Property == "warning" ? (order.On ? Warning : WarningEnds)
            : $$"""{"{{listed.Property}}":{{(order.On ? listed.On : listed.Off)}}}""";
        return new Telling($"{baseTopic}/{source.FriendlyName}/set", payload, Answers: listed.Property != "warning");
    }

    /// <inheritdoc />
    public ActuatorState? Hear(string topic, ReadOnlySpan<byte> payload, bool retained)
    {
        if (_devices.Count == 0 || topic.Length <= baseTopic.Length + 1 || !topic.StartsWith(baseTopic, StringComparison.Ordinal))
        {
            return null;
        }

        var name = topic[(baseTopic.Length + 1)..];
        if (name == "bridge/devices")
        {
            Learn(payload);
            return null;
        }

        if (!_devices.TryGetValue(name, out var device))
        {
            return null;
        }

        var listed = _listed.TryGetValue(name, out var known) ? known : Usual(device.Class);
        using var message = JsonPayload.Of(payload);
        if (message.Root.ValueKind != JsonValueKind.Object || !message.Root.TryGetProperty(listed.Property, out var said))
        {
            return null;
        }

        var word = said.GetRawText();
        return word == listed.On ? new ActuatorState(device, true) : word == listed.Off ? new ActuatorState(device, false) : null;
    }

    // Before the inventory has come.
    private static Listed Usual(DeviceClass deviceClass) => deviceClass == DeviceClass.GasValve
        ? new Listed("state", "\"OFF\"", "\"ON\"")
        : new Listed(deviceClass == DeviceClass.Siren ? "alarm" : "state", "\"ON\"", "\"OFF\"");

    private void Learn(ReadOnlySpan<byte> payload)
    {
        using var inventory = JsonPayload.Of(payload);
        foreach (var one in Items(inventory.Root))
        {
            if (Text(one, "friendly_name") is { } name && _devices.TryGetValue(name, out var device)
                && one.TryGetProperty("definition", out var definition) && definition.ValueKind == JsonValueKind.Object
                && definition.TryGetProperty("exposes", out var exposes) && Find(exposes, device.Class) is { } listed)
            {
                _listed[name] = listed;
            }
        }
    }

    private static Listed? Find(JsonElement exposes, DeviceClass deviceClass)
    {
        var all = new List<JsonElement>();
        Gather(exposes, all);
        foreach (var word in deviceClass == DeviceClass.Siren ? ["warning", "alarm", "state"] : new[] { "state" })
        {
            if (all.FirstOrDefault(e => Text(e, "property") == word) is { ValueKind: JsonValueKind.Object } found)
            {
                string on = Raw(found, "value_on") ?? "\"ON\"", off = Raw(found, "value_off") ?? "\"OFF\"";
                return deviceClass == DeviceClass.GasValve ? new Listed(word, off, on) : new Listed(word, on, off);
            }
        }

        return null;
    }

    private static void Gather(JsonElement exposes, List<JsonElement> into)
    {
        foreach (var exposed in Items(exposes))
        {
            into.Add(exposed);
            if (exposed.ValueKind == JsonValueKind.Object && exposed.TryGetProperty("features", out var features))
            {
                Gather(features, into);
            }
        }
    }

    private static JsonElement.ArrayEnumerator Items(JsonElement element) => element.ValueKind == JsonValueKind.Array ? element.EnumerateArray() : default;

    private static string? Text(JsonElement element, string name) =>
        element.ValueKind == JsonValueKind.Object && element.TryGetProperty(name, out var text) && text.ValueKind == JsonValueKind.String ? text.GetString() : null;

    private static string? Raw(JsonElement element, string name) => element.TryGetProperty(name, out var value) ? value.GetRawText() : null;
}
