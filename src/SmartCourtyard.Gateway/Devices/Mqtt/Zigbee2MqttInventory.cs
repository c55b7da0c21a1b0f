using System.Text.Json;

namespace SmartCourtyard.Gateway.Devices.Mqtt;

/// <summary>
/// The list of devices that Zigbee2MQTT keeps on bridge/devices. It alone says in which unit a model reports, where models differ
/// (organic vapours in ppb or µg/m³).
/// </summary>
internal static class Zigbee2MqttInventory
{
    /// <summary>Each property with a unit, by device; nothing where the payload is not such a list.</summary>
    public static List<(string FriendlyName, string Property, string Unit)> Units(ReadOnlySpan<byte> payload)
    {
        var units = new List<(string, string, string)>();
        try
        {
            var reader = new Utf8JsonReader(payload);
            using JsonDocument inventory = JsonDocument.ParseValue(ref reader);
            foreach (JsonElement device in Items(inventory.RootElement))
            {
                if (Text(device, "friendly_name") is { } name && Member(device, "definition") is { } definition)
                {
                    Take(name, Member(definition, "exposes"), units);
                }
            }
        }
        catch (Exception e) when (e is JsonException or InvalidOperationException)
        {
            units.Clear(); // half an inventory could give one device's units to another
        }
        return units;
    }

    private static void Take(string name, JsonElement? exposes, List<(string, string, string)> units)
    {
        foreach (JsonElement exposed in Items(exposes))
        {
            if (Text(exposed, "property") is { } property && Text(exposed, "unit") is { } unit)
            {
                units.Add((name, property, unit));
            }
            Take(name, Member(exposed, "features"), units);
        }
    }

    private static JsonElement.ArrayEnumerator Items(JsonElement? element) =>
        element is { ValueKind: JsonValueKind.Array } array ? array.EnumerateArray() : default;

    private static JsonElement? Member(JsonElement element, string name) =>
        element.ValueKind == JsonValueKind.Object && element.TryGetProperty(name, out JsonElement member) ? member : null;

    private static string? Text(JsonElement element, string name) =>
        Member(element, name) is { ValueKind: JsonValueKind.String } text ? text.GetString() : null;
}
