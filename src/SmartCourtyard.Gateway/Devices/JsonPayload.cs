using System.Runtime.InteropServices;
using System.Text;
using System.Text.Json;
using SmartCourtyard.Courtyards;

namespace SmartCourtyard.Gateway.Devices;

/// <summary>A payload from which values are taken by their path: JSON, or plain text. To be disposed of.</summary>
internal readonly ref struct JsonPayload : IDisposable
{
    private readonly JsonDocument? _document;

    private JsonPayload(ReadOnlySpan<byte> text, JsonDocument? document, bool broken)
    {
        Text = text;
        _document = document;
        IsBroken = broken;
    }

    /// <summary>The payload itself.</summary>
    public ReadOnlySpan<byte> Text { get; }

    /// <summary>It begins like an object or a list and is none.</summary>
    public bool IsBroken { get; }

    /// <summary>The whole document; undefined where the payload is not JSON.</summary>
    public JsonElement Root => _document?.RootElement ?? default;

    public static JsonPayload Of(ReadOnlySpan<byte> payload)
    {
        ReadOnlySpan<byte> text = (payload.StartsWith("\uFEFF"u8) ? payload[3..] : payload).Trim(" \t\r\n"u8);
        if (text.IsEmpty)
        {
            return new JsonPayload(text, null, broken: false);
        }
        try
        {
            var reader = new Utf8JsonReader(text);
            JsonDocument document = JsonDocument.ParseValue(ref reader);
            if (reader.BytesConsumed == text.Length)
            {
                return new JsonPayload(text, document, broken: false);
            }
            document.Dispose();
        }
        catch (JsonException)
        {
            // Plain text is no mistake; a document that breaks off is one.
        }
        return new JsonPayload(text, null, broken: text[0] is (byte)'{' or (byte)'[');
    }

    /// <summary>What stands there; undefined where nothing does.</summary>
    public JsonElement Find(JsonPath path)
    {
        JsonElement at = Root;
        foreach (JsonStep step in path.Steps)
        {
            at = Step(at, step);
        }
        return at;
    }

    public static JsonElement Step(JsonElement at, JsonStep step)
    {
        if (step.Member is { } member)
        {
            return at.ValueKind == JsonValueKind.Object ? Member(at, member) : default;
        }
        if (at.ValueKind != JsonValueKind.Array)
        {
            return default;
        }
        int count = at.GetArrayLength(), index = step.Index < 0 ? step.Index + count : step.Index;
        return index >= 0 && index < count ? at[index] : default;
    }

    public void Dispose() => _document?.Dispose();

    private static JsonElement Member(JsonElement at, string member)
    {
        try
        {
            return at.TryGetProperty(member, out JsonElement value) ? value : default;
        }
        catch (InvalidOperationException)
        {
            // A neighbour's name is half of a surrogate pair. Names are then compared as they are written.
            byte[] written = Encoding.UTF8.GetBytes(member);
            return at.EnumerateObject().LastOrDefault(p => JsonMarshal.GetRawUtf8PropertyName(p).SequenceEqual(written)).Value;
        }
    }
}
