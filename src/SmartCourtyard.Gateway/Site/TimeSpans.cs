using System.Globalization;

namespace SmartCourtyard.Gateway.Site;

/// <summary>Times as people write them in the site file: 500us, 20ms, 10s, 5min, 24h.</summary>
internal static class TimeSpans
{
    private static readonly (string Unit, TimeSpan One)[] Units =
    [
        ("us", TimeSpan.FromMicroseconds(1)), ("ms", TimeSpan.FromMilliseconds(1)), ("min", TimeSpan.FromMinutes(1)),
        ("s", TimeSpan.FromSeconds(1)), ("h", TimeSpan.FromHours(1)),
    ];

    public static TimeSpan? Parse(YamlNode node)
    {
        if (node is not YamlScalar { Text: var text })
        {
            return null;
        }
        foreach ((string unit, TimeSpan one) in Units)
        {
            if (text.EndsWith(unit, StringComparison.Ordinal)
                && int.TryParse(text.AsSpan(0, text.Length - unit.Length), NumberStyles.None, CultureInfo.InvariantCulture, out int count) && count < 100_000)
            {
                return one * count;
            }
        }
        return null;
    }
}
