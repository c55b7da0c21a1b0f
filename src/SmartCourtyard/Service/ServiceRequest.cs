using System.Globalization;
using System.Reflection;
using System.Text.Json.Serialization;
using SmartCourtyard.Alarms;

namespace SmartCourtyard.Service;

/// <summary>What somebody asks for, in the words of the wire, before anybody has looked at it.</summary>
/// <param name="Kind">One of <c>out-of-service shelved test drill</c>.</param>
/// <param name="Device">Id of one device.</param>
/// <param name="Building">Id of a building.</param>
/// <param name="Unit">A unit of that building.</param>
/// <param name="For">How long: a whole number with s, m, h or d, for example <c>30m</c>.</param>
/// <param name="Reason">Why, in people's words.</param>
/// <param name="By">Who.</param>
/// <param name="Shelves">The kind of alarm that is put aside; only where it is shelved.</param>
public sealed record ServiceRequest(
    string? Kind = null, string? Device = null, string? Building = null, int? Unit = null, string? For = null, string? Reason = null,
    string? By = null, string? Shelves = null)
{
    /// <summary>The longest reason, in characters.</summary>
    public const int LongestReason = 300;

    /// <summary>The longest name of a person, in characters.</summary>
    public const int LongestName = 100;

    /// <summary>How long a test of one device lasts where nobody says.</summary>
    public const string UsualTest = "30m";

    private static readonly Dictionary<string, ServiceKind> Kinds = Words<ServiceKind>();
    private static readonly Dictionary<string, AlarmKind> AlarmKinds = Words<AlarmKind>();

    /// <summary>The usual test of one device.</summary>
    public static ServiceRequest TestOf(string device, string? lasts, string? reason, string by)
        => new("test", device, For: lasts ?? UsualTest, Reason: reason ?? "test", By: by);

    /// <summary>Reads it. Whether the estate allows it is the book's word.</summary>
    /// <param name="id">UUID version 7 of the order.</param>
    /// <param name="now">When it begins.</param>
    /// <param name="order">The order; null where it cannot be read.</param>
    /// <returns>What is wrong and what is allowed, as one plain sentence; null where it can be read.</returns>
    public string? Read(string id, DateTimeOffset now, out ServiceOrder? order)
    {
        order = null;
        var shelves = default(AlarmKind);
        if (!Kinds.TryGetValue(Kind ?? "", out var kind))
        {
            return "kind: one of " + string.Join(' ', Kinds.Keys) + " is needed";
        }

        if (TryRead(For) is not { } lasts)
        {
            return "for: a whole number with s, m, h or d is needed, such as 30m";
        }

        if (Shelves is not null && !AlarmKinds.TryGetValue(Shelves, out shelves))
        {
            return "shelves: one of " + string.Join(' ', AlarmKinds.Keys) + " is allowed";
        }

        if (!IsLine(Reason, LongestReason) || !IsLine(By, LongestName))
        {
            return $"reason and by: one line of at most {LongestReason} and {LongestName} characters is allowed";
        }

        order = new ServiceOrder(
            id, kind, new ServiceScope(Device, Building, Unit), Reason?.Trim() ?? "", By?.Trim() ?? "", now, now + lasts, Shelves is null ? null : shelves);
        return null;
    }

    private static bool IsLine(string? text, int longest) => text is null || (text.Length <= longest && !text.Any(char.IsControl));

    private static TimeSpan? TryRead(string? text)
    {
        if (text is not { Length: > 1 and <= 9 } || !int.TryParse(text.AsSpan(0, text.Length - 1), NumberStyles.None, CultureInfo.InvariantCulture, out var count))
        {
            return null;
        }

        return text[^1] switch
        {
            's' => TimeSpan.FromSeconds(count),
            'm' => TimeSpan.FromMinutes(count),
            'h' => TimeSpan.FromHours(count),
            'd' when count < 100_000 => TimeSpan.FromDays(count),
            _ => null,
        };
    }

    private static Dictionary<string, T> Words<T>()
        where T : struct, Enum
        => typeof(T).GetFields(BindingFlags.Public | BindingFlags.Static).ToDictionary(
            f => f.GetCustomAttribute<JsonStringEnumMemberNameAttribute>()!.Name, f => (T)f.GetValue(null)!, StringComparer.Ordinal);
}
