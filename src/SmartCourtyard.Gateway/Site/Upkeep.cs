using System.Globalization;
using System.Text.RegularExpressions;

namespace SmartCourtyard.Gateway.Site;

/// <summary>What a device's entry says of its upkeep; where it says nothing its class decides.</summary>
internal sealed partial record Upkeep(DateOnly? Installed, TimeSpan? ServiceLife, TimeSpan? TestEvery, TimeSpan? Silence)
{
    private const int FirstYear = 1970;
    private const int LastYear = 2099;

    private static readonly TimeSpan Year = TimeSpan.FromDays(365);

    /// <summary>The keys that a device may have for it.</summary>
    public static IReadOnlyList<string> Keys { get; } = ["installed", "service-life", "test-every", "silence"];

    /// <summary>Reads them; each mistake is noted.</summary>
    public static Upkeep Read(SiteFields fields, SiteMistakes mistakes) => new(
        Day(fields, mistakes),
        Span(fields, mistakes, "service-life", TimeSpan.FromDays(30), 50 * Year, "30d to 50y, for example 10y"),
        Span(fields, mistakes, "test-every", TimeSpan.FromDays(1), 5 * Year, "1d to 5y, for example 30d"),
        Span(fields, mistakes, "silence", TimeSpan.FromMinutes(1), Year, "1m to 365d, for example 26h"));

    private static DateOnly? Day(SiteFields fields, SiteMistakes mistakes)
    {
        if (fields.Node("installed") is not { } node)
        {
            return null;
        }

        if (node is YamlScalar scalar && DateOnly.TryParseExact(scalar.Text, "yyyy-MM-dd", CultureInfo.InvariantCulture, DateTimeStyles.None, out var day)
            && day.Year is >= FirstYear and <= LastYear)
        {
            return day;
        }

        mistakes.Add(node, $"'installed' is {node.Kind}", $"a date as 2024-05-01, from {FirstYear} to {LastYear}");
        return null;
    }

    private static TimeSpan? Span(SiteFields fields, SiteMistakes mistakes, string key, TimeSpan least, TimeSpan most, string allowed)
    {
        if (fields.Node(key) is not { } node)
        {
            return null;
        }

        if (node is YamlScalar scalar && TryParse(scalar.Text, out var span) && span >= least && span <= most)
        {
            return span;
        }

        mistakes.Add(node, $"'{key}' is {node.Kind}", $"a time with its unit (m, h, d, w or y), {allowed}");
        return null;
    }

    private static bool TryParse(string text, out TimeSpan span)
    {
        span = default;
        var match = Written().Match(text);
        if (!match.Success)
        {
            return false;
        }

        var unit = match.Groups[2].ValueSpan[0] switch
        {
            'm' => TimeSpan.FromMinutes(1),
            'h' => TimeSpan.FromHours(1),
            'd' => TimeSpan.FromDays(1),
            'w' => TimeSpan.FromDays(7),
            _ => Year,
        };
        span = int.Parse(match.Groups[1].ValueSpan, CultureInfo.InvariantCulture) * unit;
        return true;
    }

    [GeneratedRegex("^([0-9]{1,6})(min|m|h|d|w|y)$")]
    private static partial Regex Written();
}
