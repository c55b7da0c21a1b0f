using System.Collections.Frozen;
using System.Reflection;
using System.Text.Json.Serialization;
using Microsoft.EntityFrameworkCore.Storage.ValueConversion;

namespace SmartCourtyard.DutyRoom.Storage;

/// <summary>The word of an enum's value on the wire and in the database: the same everywhere.</summary>
internal static class Names<T>
    where T : struct, Enum
{
    private static readonly FrozenDictionary<T, string> ByValue = typeof(T).GetFields(BindingFlags.Public | BindingFlags.Static)
        .ToFrozenDictionary(f => (T)f.GetValue(null)!, f => f.GetCustomAttribute<JsonStringEnumMemberNameAttribute>()!.Name);

    private static readonly FrozenDictionary<string, T> ByName = ByValue.ToFrozenDictionary(p => p.Value, p => p.Key, StringComparer.Ordinal);

    public static string All { get; } = string.Join(' ', Enum.GetValues<T>().Select(v => ByValue[v]));

    public static string Of(T value) => ByValue[value];

    public static bool TryParse(string? name, out T value)
    {
        value = default;
        return name is not null && ByName.TryGetValue(name, out value);
    }

    public static T Parse(string name) => ByName[name];
}

internal sealed class NameConverter<T>() : ValueConverter<T, string>(v => Names<T>.Of(v), s => Names<T>.Parse(s))
    where T : struct, Enum;

/// <summary>SQLite can neither sort nor compare times that carry an offset; milliseconds since 1970 it can.</summary>
internal sealed class MillisecondsConverter()
    : ValueConverter<DateTimeOffset, long>(t => t.ToUnixTimeMilliseconds(), ms => DateTimeOffset.FromUnixTimeMilliseconds(ms));
