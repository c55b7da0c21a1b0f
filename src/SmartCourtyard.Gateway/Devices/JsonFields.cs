using System.Text.Json;

namespace SmartCourtyard.Gateway.Devices;

/// <summary>What could not be read of one message: the first few things, in one sentence.</summary>
internal struct Problems
{
    private const int Named = 3;

    private int _count;

    public string? Text { get; private set; }

    public void Add(string? problem)
    {
        if (problem is not null && _count++ < Named)
        {
            Text = Text is null ? problem : $"{Text}; {problem}";
        }
    }
}

/// <summary>Reads the members of JSON objects by a table of fields, from the message's own bytes.</summary>
internal static class JsonFields
{
    private const int LongestName = 128;

    /// <summary>Reads a whole payload that must be one object. Gives back what is wrong with it; null where nothing is.</summary>
    public static string? ReadObject(ReadOnlySpan<byte> payload, FieldTable fields, ref GatheredValues values)
    {
        if (payload.IsEmpty)
        {
            return null;
        }
        var problems = new Problems();
        Utf8JsonReader reader = Open(payload);
        try
        {
            if (!reader.Read() || reader.TokenType != JsonTokenType.StartObject)
            {
                return "the payload is not a JSON object";
            }
            while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
            {
                Field? field = Find(ref reader, fields);
                reader.Read();
                problems.Add(field is null ? null : ReadValue(ref reader, field, ref values));
                reader.Skip();
            }
            reader.Read();
            return problems.Text;
        }
        catch (Exception e) when (e is JsonException or InvalidOperationException)
        {
            return NotJson(in reader);
        }
    }

    public static Utf8JsonReader Open(ReadOnlySpan<byte> payload) => new(payload.StartsWith("\uFEFF"u8) ? payload[3..] : payload);

    public static string NotJson(ref readonly Utf8JsonReader reader) => $"the payload is not JSON (it breaks off after byte {reader.BytesConsumed})";

    /// <summary>The field of the property name at which the reader stands; null where the table has none.</summary>
    public static Field? Find(ref Utf8JsonReader reader, FieldTable fields)
    {
        if (!reader.ValueIsEscaped)
        {
            return fields.Find(reader.ValueSpan);
        }
        Span<byte> name = stackalloc byte[LongestName];
        return reader.ValueSpan.Length > LongestName ? null : fields.Find(name[..reader.CopyString(name)]);
    }

    /// <summary>Reads the value at which the reader stands.</summary>
    public static string? ReadValue(ref Utf8JsonReader reader, Field field, ref GatheredValues values)
    {
        if (reader.TokenType != JsonTokenType.String || !reader.ValueIsEscaped || reader.ValueSpan.Length > LongestName)
        {
            return field.Read(FieldValue.Of(ref reader), ref values);
        }
        Span<byte> text = stackalloc byte[LongestName];
        return field.Read(FieldValue.OfText(text[..reader.CopyString(text)]), ref values);
    }
}
