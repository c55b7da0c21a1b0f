using System.Globalization;
using System.Text;
using System.Text.Json;

namespace SmartCourtyard.Gateway.Devices.Mqtt.Pairing;

/// <summary>How far a new device has come.</summary>
internal enum PairingStep
{
    /// <summary>It is in the network; Zigbee2MQTT does not know yet what it is.</summary>
    Joined,

    /// <summary>Zigbee2MQTT asks it what it is.</summary>
    Interviewing,

    /// <summary>It has answered and can be put into the site file.</summary>
    Ready,

    /// <summary>It has answered, and Zigbee2MQTT does not know the model.</summary>
    NotSupported,

    /// <summary>It did not answer: bring it nearer, wake it up and try again.</summary>
    Failed,

    /// <summary>It has left the network.</summary>
    Left,
}

/// <summary>What became of a device while new ones were let in.</summary>
/// <param name="Vendor">Null until, and unless, Zigbee2MQTT knows the model.</param>
internal sealed record PairingNews(PairingStep Step, string Name, string? Address, string? Vendor = null, string? Model = null);

/// <summary>The answer of Zigbee2MQTT to a request.</summary>
/// <param name="Error">Null where it did what was asked.</param>
internal sealed record PairingAnswer(string? Transaction, string? Error);

/// <summary>What is said to Zigbee2MQTT's bridge and what it says, in both forms that are in use.</summary>
internal static class PairingMessages
{
    /// <summary>
    /// Opens the network for a time, or closes it with 0. Since version 2 the time is all that is said; before it the word
    /// "value" is needed, and version 2 calls that alone invalid.
    /// </summary>
    public static byte[] Request(int seconds, bool beforeVersion2, string transaction) => Encoding.UTF8.GetBytes(string.Create(
        CultureInfo.InvariantCulture,
        $"{{{(beforeVersion2 ? $"\"value\":{(seconds > 0 ? "true" : "false")}," : "")}\"time\":{seconds},\"transaction\":\"{transaction}\"}}"));

    /// <summary>Null where the payload is no answer.</summary>
    public static PairingAnswer? Answer(ReadOnlySpan<byte> payload) => Parse(payload, root =>
        Text(root, "status") is { } status
            ? new PairingAnswer(Text(root, "transaction"), status == "ok" ? null : Text(root, "error") ?? $"it answered '{status}'")
            : null);

    /// <summary>Null where the payload is no news of a device.</summary>
    public static PairingNews? News(ReadOnlySpan<byte> payload) => Parse(payload, root =>
    {
        if (Member(root, "data") is not { } data || (Text(data, "friendly_name") ?? Text(data, "ieee_address")) is not { } name)
        {
            return null;
        }

        PairingStep? step = (Text(root, "type"), Text(data, "status")) switch
        {
            ("device_joined", _) => PairingStep.Joined,
            ("device_leave", _) => PairingStep.Left,
            ("device_interview", "started") => PairingStep.Interviewing,
            ("device_interview", "failed") => PairingStep.Failed,
            ("device_interview", "successful") => Member(data, "supported") is { ValueKind: JsonValueKind.False }
                ? PairingStep.NotSupported
                : PairingStep.Ready,
            _ => null,
        };
        var definition = Member(data, "definition");
        return step is { } known
            ? new PairingNews(
                known, name, Text(data, "ieee_address"), definition is { } d ? Text(d, "vendor") : null, definition is { } m ? Text(m, "model") : null)
            : null;
    });

    private static T? Parse<T>(ReadOnlySpan<byte> payload, Func<JsonElement, T?> read) where T : class
    {
        try
        {
            var reader = new Utf8JsonReader(payload);
            using var document = JsonDocument.ParseValue(ref reader);
            return read(document.RootElement);
        }
        catch (Exception e) when (e is JsonException or InvalidOperationException)
        {
            return null;
        }
    }

    private static JsonElement? Member(JsonElement element, string name) =>
        element.ValueKind == JsonValueKind.Object && element.TryGetProperty(name, out var member) ? member : null;

    private static string? Text(JsonElement element, string name) =>
        Member(element, name) is { ValueKind: JsonValueKind.String } text ? text.GetString() : null;
}
