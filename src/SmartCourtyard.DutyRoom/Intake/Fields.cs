using System.Text.Json;
using SmartCourtyard.DutyRoom.Storage;

namespace SmartCourtyard.DutyRoom.Intake;

/// <summary>A field is not as agreed; the message says what is allowed. It never leaves <see cref="BatchReader"/>.</summary>
internal sealed class FieldException(string field, string allowed) : Exception(allowed)
{
    public string Field { get; } = field;
}

/// <summary>The fields of one JSON object, each read with its rule.</summary>
internal readonly struct Fields
{
    public const int TextLimit = 500;
    private const int IdLimit = 128;
    private const string AllowedId = "1 to 128 characters of A-Z a-z 0-9 - _ . : are allowed";

    private readonly JsonElement element;
    private readonly string path;

    public Fields(JsonElement element, string path)
    {
        if (element.ValueKind != JsonValueKind.Object)
        {
            throw new FieldException(path.Length == 0 ? "event" : path.TrimEnd('.'), "an object is allowed");
        }

        (this.element, this.path) = (element, path);
    }

    public void Is(string name, string value, bool optional = false)
    {
        var text = optional ? TextOrNull(name) : Text(name);
        if (text is not null && text != value)
        {
            throw Wrong(name, $"\"{value}\" is allowed");
        }
    }

    public string Text(string name) => TextOrNull(name) ?? throw Wrong(name, "is missing; a text is needed");

    public string? TextOrNull(string name)
    {
        if (!Find(name, out var value))
        {
            return null;
        }

        if (value.ValueKind == JsonValueKind.String && Decode(value) is { Length: > 0 and <= TextLimit } text && !text.Any(char.IsControl))
        {
            return text;
        }

        throw Wrong(name, $"a text of 1 to {TextLimit} characters, without control characters, is allowed");
    }

    /// <summary>Ids stand in addresses and logs.</summary>
    public string Id(string name)
    {
        var text = Text(name);
        return IsId(text) ? text : throw Wrong(name, AllowedId);
    }

    public IReadOnlySet<string>? IdsOrNull(string name)
    {
        if (!Find(name, out var value))
        {
            return null;
        }

        if (value.ValueKind != JsonValueKind.Array)
        {
            throw Wrong(name, "an array of ids is allowed");
        }

        var ids = new HashSet<string>(StringComparer.Ordinal);
        foreach (var element in value.EnumerateArray())
        {
            ids.Add(element.ValueKind == JsonValueKind.String && Decode(element) is { } text && IsId(text) ? text : throw Wrong(name, AllowedId));
        }

        return ids;
    }

    public DateTimeOffset Time(string name)
    {
        // Without an offset nobody knows when it was; TryGetDateTimeOffset would take the machine's own.
        var text = Text(name);
        return text.Length > 19 && (text[^1] is 'Z' or 'z' || text[^6] is '+' or '-')
            && element.GetProperty(name).TryGetDateTimeOffset(out var time)
            ? time.ToUniversalTime()
            : throw Wrong(name, "a time with its offset, such as 2026-11-22T04:30:00.123Z, is allowed");
    }

    public T Word<T>(string name)
        where T : struct, Enum
        => Names<T>.TryParse(Text(name), out var value) ? value : throw Wrong(name, $"one of {Names<T>.All} is allowed");

    public T WordOr<T>(string name, T otherwise)
        where T : struct, Enum
        => Find(name, out _) ? Word<T>(name) : otherwise;

    public T? WordOrNull<T>(string name)
        where T : struct, Enum
        => Find(name, out _) ? Word<T>(name) : null;

    public bool Has(string name) => Find(name, out _);

    public bool Flag(string name) => Find(name, out var value) && value.ValueKind switch
    {
        JsonValueKind.True => true,
        JsonValueKind.False => false,
        _ => throw Wrong(name, "true or false is allowed"),
    };

    /// <summary>1 where it is not said.</summary>
    public int Count(string name) => NumberOrNull(name) is not { } number ? 1
        : number >= 1 ? number : throw Wrong(name, "a whole number from 1 on is allowed");

    public int? NumberOrNull(string name) => !Find(name, out var value) ? null
        : value.ValueKind == JsonValueKind.Number && value.TryGetInt32(out var number) ? number
        : throw Wrong(name, "a whole number is allowed");

    /// <summary>True, false or a number, as its JSON text.</summary>
    public string Measured(string name)
        => Find(name, out var value) && value.ValueKind is JsonValueKind.True or JsonValueKind.False or JsonValueKind.Number
            && value.GetRawText() is { Length: <= 40 } text
            ? text
            : throw Wrong(name, "true, false or a number is allowed");

    public Fields Object(string name) => ObjectOrNull(name) ?? throw Wrong(name, "is missing; an object is needed");

    public Fields? ObjectOrNull(string name) => Find(name, out var value) ? new Fields(value, path + name + ".") : null;

    private static bool IsId(string text)
        => text.Length is > 0 and <= IdLimit && text.All(c => char.IsAsciiLetterOrDigit(c) || c is '-' or '_' or '.' or ':');

    private static string? Decode(JsonElement value)
    {
        try
        {
            return value.GetString();
        }
        catch (InvalidOperationException)
        {
            // An escaped half of a surrogate pair is valid JSON and no text.
            return null;
        }
    }

    private bool Find(string name, out JsonElement value)
        => element.TryGetProperty(name, out value) && value.ValueKind != JsonValueKind.Null;

    private FieldException Wrong(string name, string allowed) => new(path + name, allowed);
}
