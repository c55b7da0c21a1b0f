using System.Text.Json;

namespace SmartCourtyard.Gateway.Devices.Mqtt;

/// <summary>One device as Zigbee2MQTT lists it.</summary>
/// <param name="Vendor">Null where nobody knows.</param>
/// <param name="Model">Null where nobody knows.</param>
/// <param name="Exposes">Its properties; the unit is null where the property has none.</param>
/// <param name="Address">Its IEEE address, which no renaming changes; null where the list does not tell it.</param>
internal sealed record Zigbee2MqttListed(
    string FriendlyName, string? Vendor, string? Model, IReadOnlyList<(string Property, string? Unit)> Exposes, string? Address = null);

/// <summary>
/// The list of devices that Zigbee2MQTT keeps on bridge/devices. It alone says in which unit a model reports, where models differ
/// (organic vapours in ppb or µg/m³).
/// </summary>
internal static class Zigbee2MqttInventory
{
    /// <summary>All devices but the coordinator; nothing where the payload is not such a list.</summary>
    public static IReadOnlyList<Zigbee2MqttListed> Read(ReadOnlySpan<byte> payload)
    {
        var devices = new List<Zigbee2MqttListed>();
        try
        {
            var reader = new Utf8JsonReader(payload);
            using JsonDocument inventory = JsonDocument.ParseValue(ref reader);
            foreach (JsonElement device in Items(inventory.RootElement))
            {
                if (Text(device, "friendly_name") is { } name && Text(device, "type") != "Coordinator")
                {
                    devices.Add(Device(name, device) with { Address = Text(device, "ieee_address") });
                }
            }
        }
        catch (Exception e) when (e is JsonException or InvalidOperationException)
        {
            devices.Clear(); // half an inventory could give one device's units to another
        }
        return devices;
    }

    private static Zigbee2MqttListed Device(string name, JsonElement device)
    {
        var exposes = new List<(string, string?)>();
        if (Member(device, "definition") is not { ValueKind: JsonValueKind.Object } definition)
        {
            return new Zigbee2MqttListed(name, Text(device, "manufacturer"), Text(device, "model_id"), exposes);
        }
        Take(Member(definition, "exposes"), exposes);
        return new Zigbee2MqttListed(name, Text(definition, "vendor"), Text(definition, "model"), exposes);
    }

    private static void Take(JsonElement? exposes, List<(string, string?)> into)
    {
        foreach (JsonElement exposed in Items(exposes))
        {
            if (Text(exposed, "property") is { } property)
            {
                into.Add((property, Text(exposed, "unit")));
            }
            Take(Member(exposed, "features"), into);
        }
    }

    private static JsonElement.ArrayEnumerator Items(JsonElement? element) =>
        element is { ValueKind: JsonValueKind.Array } array ? array.EnumerateArray() : default;

    private static JsonElement? Member(JsonElement element, string name) =>
        element.ValueKind == JsonValueKind.Object && element.TryGetProperty(name, out JsonElement member) ? member : null;

    private static string? Text(JsonElement element, string name) =>
        Member(element, name) is { ValueKind: JsonValueKind.String } text ? text.GetString() : null;
}
