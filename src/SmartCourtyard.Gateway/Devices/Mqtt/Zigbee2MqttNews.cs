using System.Text.Json;

namespace SmartCourtyard.Gateway.Devices.Mqtt;

/// <summary>What Zigbee2MQTT says of its network beside the inventory: groups, new names, devices that left.</summary>
internal static class Zigbee2MqttNews
{
    // The end of the year 9999.
    private const long LastMillisecond = 253_402_300_800_000;

    /// <summary>The names on bridge/groups; null where the payload is not such a list.</summary>
    public static IReadOnlySet<string>? Groups(ReadOnlySpan<byte> payload) => Read(payload, list => list.ValueKind == JsonValueKind.Array
        ? list.EnumerateArray().Select(g => Text(g, "friendly_name")).OfType<string>().ToHashSet(StringComparer.Ordinal)
        : null);

    /// <summary>From bridge/response/device/rename: what a device was called and what it is called now; null where nothing was renamed.</summary>
    public static Renaming? Renamed(ReadOnlySpan<byte> payload) => Read(payload, answer =>
        Text(answer, "status") == "ok" && Member(answer, "data") is { } data && Text(data, "from") is { } from && Text(data, "to") is { } to && from != to
            ? new Renaming(from, to) : null);

    /// <summary>From bridge/event: who left the Zigbee network; null where nobody did.</summary>
    public static string? Left(ReadOnlySpan<byte> payload) => Read(payload, news =>
        Text(news, "type") == "device_leave" && Member(news, "data") is { } data ? Text(data, "friendly_name") : null);

    /// <summary>
    /// <c>last_seen</c> of a device's message in each of its forms (ISO 8601 in UTC or with an offset, milliseconds since 1970); null
    /// where there is none.
    /// </summary>
    public static DateTimeOffset? LastSeen(ReadOnlySpan<byte> payload) => Read(payload, message => Member(message, "last_seen") switch
    {
        { ValueKind: JsonValueKind.String } text when text.TryGetDateTimeOffset(out DateTimeOffset at) => new Seen(at),
        { ValueKind: JsonValueKind.Number } number when number.TryGetInt64(out long ms) && ms is > 0 and < LastMillisecond => new Seen(DateTimeOffset.FromUnixTimeMilliseconds(ms)),
        _ => null,
    })?.At;

    private static T? Read<T>(ReadOnlySpan<byte> payload, Func<JsonElement, T?> read)
        where T : class
    {
        try
        {
            var reader = new Utf8JsonReader(payload);
            using JsonDocument document = JsonDocument.ParseValue(ref reader);
            return read(document.RootElement);
        }
        catch (Exception e) when (e is JsonException or InvalidOperationException)
        {
            // InvalidOperationException: half of a surrogate pair is JSON, and no text.
            return null;
        }
    }

    private static JsonElement? Member(JsonElement element, string name) =>
        element.ValueKind == JsonValueKind.Object && element.TryGetProperty(name, out JsonElement member) ? member : null;

    private static string? Text(JsonElement element, string name) =>
        Member(element, name) is { ValueKind: JsonValueKind.String } text ? text.GetString() : null;

    private sealed record Seen(DateTimeOffset At);

    internal sealed record Renaming(string From, string To);
}
