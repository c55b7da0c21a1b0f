using System.Text.Json;

namespace SmartCourtyard.Gateway.Devices.Mqtt;

/// <summary>What Zigbee2MQTT says of its network beside the inventory: groups, new names, devices that left.</summary>
internal static class Zigbee2MqttNews
{
    /// <summary>The names on bridge/groups; null where the payload is not such a list.</summary>
    public static IReadOnlySet<string>? Groups(ReadOnlySpan<byte> payload)
    {
        using JsonDocument? document = Parse(payload);
        return document is { RootElement.ValueKind: JsonValueKind.Array }
            ? document.RootElement.EnumerateArray().Select(g => Text(g, "friendly_name")).OfType<string>().ToHashSet(StringComparer.Ordinal)
            : null;
    }

    /// <summary>From bridge/response/device/rename: what a device was called and what it is called now; null where nothing was renamed.</summary>
    public static (string From, string To)? Renamed(ReadOnlySpan<byte> payload)
    {
        using JsonDocument? document = Parse(payload);
        return document is not null && Text(document.RootElement, "status") == "ok" && Member(document.RootElement, "data") is { } data
            && Text(data, "from") is { } from && Text(data, "to") is { } to && from != to ? (from, to) : null;
    }

    /// <summary>From bridge/event: who left the Zigbee network; null where nobody did.</summary>
    public static string? Left(ReadOnlySpan<byte> payload)
    {
        using JsonDocument? document = Parse(payload);
        return document is not null && Text(document.RootElement, "type") == "device_leave" && Member(document.RootElement, "data") is { } data
            ? Text(data, "friendly_name") : null;
    }

    private static JsonDocument? Parse(ReadOnlySpan<byte> payload)
    {
        try
        {
            var reader = new Utf8JsonReader(payload);
            return JsonDocument.ParseValue(ref reader);
        }
        catch (Exception e) when (e is JsonException or InvalidOperationException)
        {
            return null;
        }
    }

    private static JsonElement? Member(JsonElement element, string name) =>
        element.ValueKind == JsonValueKind.Object && element.TryGetProperty(name, out JsonElement member) ? member : null;

    // A lone half of a surrogate pair is JSON, and no text.
    private static string? Text(JsonElement element, string name)
    {
        try
        {
            return Member(element, name) is { ValueKind: JsonValueKind.String } text ? text.GetString() : null;
        }
        catch (InvalidOperationException)
        {
            return null;
        }
    }
}
