using System.Buffers.Text;
using System.Globalization;
using System.Runtime.InteropServices;
using System.Text;
using System.Text.Json;

namespace SmartCourtyard.Gateway.Devices;

internal enum FieldValueKind
{
    /// <summary>The device does not know it (yet): null, an empty text, nan, unknown.</summary>
    NotKnown,
    True,
    False,
    Number,
    Text,

    /// <summary>An object or a list: no field of ours has such a value.</summary>
    Nested,
}

/// <summary>One value of a message, still in the message's own bytes.</summary>
internal readonly ref struct FieldValue
{
    private static readonly byte[][] NotKnownWords =
        [.. new[] { "", "null", "none", "nan", "unknown", "unavailable", "undefined", "n/a", "-" }.Select(Encoding.ASCII.GetBytes)];

    private readonly ReadOnlySpan<byte> _bytes;

    private FieldValue(FieldValueKind kind, ReadOnlySpan<byte> bytes)
    {
        Kind = kind;
        _bytes = bytes;
    }

    public FieldValueKind Kind { get; }

    public static FieldValue Of(scoped ref readonly Utf8JsonReader reader) => reader.TokenType switch
    {
        JsonTokenType.True => new FieldValue(FieldValueKind.True, reader.ValueSpan),
        JsonTokenType.False => new FieldValue(FieldValueKind.False, reader.ValueSpan),
        JsonTokenType.Null => default,
        JsonTokenType.Number => new FieldValue(FieldValueKind.Number, reader.ValueSpan),
        JsonTokenType.String => OfText(reader.ValueSpan),
        _ => new FieldValue(FieldValueKind.Nested, default),
    };

    /// <summary>A value of a document that stays open while the value is used.</summary>
    public static FieldValue Of(JsonElement element) => element.ValueKind switch
    {
        JsonValueKind.True => new FieldValue(FieldValueKind.True, "true"u8),
        JsonValueKind.False => new FieldValue(FieldValueKind.False, "false"u8),
        JsonValueKind.Number => new FieldValue(FieldValueKind.Number, JsonMarshal.GetRawUtf8Value(element)),
        JsonValueKind.String => OfText(Unquoted(element)),
        JsonValueKind.Object or JsonValueKind.Array => new FieldValue(FieldValueKind.Nested, default),
        _ => default,
    };

    private static ReadOnlySpan<byte> Unquoted(JsonElement text)
    {
        ReadOnlySpan<byte> raw = JsonMarshal.GetRawUtf8Value(text)[1..^1];
        return raw.Contains((byte)'\\') ? Encoding.UTF8.GetBytes(text.GetString()!) : raw;
    }

    /// <summary>A value that came as plain text, without JSON around it.</summary>
    public static FieldValue OfText(ReadOnlySpan<byte> text)
    {
        text = text.Trim(" \t\r\n"u8);
        return new FieldValue(text.IsEmpty ? FieldValueKind.NotKnown : FieldValueKind.Text, text);
    }

    /// <summary>As it stands in the message.</summary>
    public ReadOnlySpan<byte> Bytes => _bytes;

    public bool StartsWith(ReadOnlySpan<byte> word) => _bytes.Length >= word.Length && Ascii.EqualsIgnoreCase(_bytes[..word.Length], word);

    public bool Is(ReadOnlySpan<byte> word) => Ascii.EqualsIgnoreCase(_bytes, word);

    public bool IsOneOf(byte[][] words)
    {
        foreach (byte[] word in words)
        {
            // Letters beyond ASCII never count as equal there.
            if (Ascii.EqualsIgnoreCase(_bytes, word) || _bytes.SequenceEqual(word))
            {
                return true;
            }
        }
        return false;
    }

    /// <summary>A text that says that nothing is known. Asked last, because "none" means something in some fields.</summary>
    public bool SaysNotKnown => Kind == FieldValueKind.NotKnown || (Kind == FieldValueKind.Text && IsOneOf(NotKnownWords));

    /// <summary>The number, also one in quotes; never NaN or infinite.</summary>
    public bool TryNumber(out double number)
    {
        number = 0;
        return Kind is FieldValueKind.Number or FieldValueKind.Text
            && Utf8Parser.TryParse(_bytes, out number, out int used) && used == _bytes.Length && double.IsFinite(number);
    }

    /// <summary>The words of a text that names several things at once, separated by a comma or an ampersand.</summary>
    public MemoryExtensions.SpanSplitEnumerator<byte> Parts() => _bytes.SplitAny(",&;|"u8);

    /// <summary>The words of which a word is made: button_1_double has three.</summary>
    public MemoryExtensions.SpanSplitEnumerator<byte> SubWords() => _bytes.SplitAny("_- "u8);

    public ReadOnlySpan<byte> Part(Range range) => _bytes[range].Trim((byte)' ');

    /// <summary>For messages to people: shortened, whatever the bytes are.</summary>
    public override string ToString()
    {
        const int Shown = 40;
        return Kind switch
        {
            FieldValueKind.NotKnown => "nothing",
            FieldValueKind.Nested => "an object or a list",
            FieldValueKind.Text => $"'{Encoding.UTF8.GetString(_bytes[..Math.Min(Shown, _bytes.Length)])}{(_bytes.Length > Shown ? "…" : "")}'",
            _ => string.Create(CultureInfo.InvariantCulture, $"{Encoding.UTF8.GetString(_bytes[..Math.Min(Shown, _bytes.Length)])}"),
        };
    }
}
