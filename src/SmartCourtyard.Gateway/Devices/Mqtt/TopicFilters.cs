namespace SmartCourtyard.Gateway.Devices.Mqtt;

/// <summary>Which topic filters are needed: a broker may send a message once for each filter that it matches.</summary>
internal static class TopicFilters
{
    /// <summary>Without those that another one covers, each once.</summary>
    public static List<string> Needed(IEnumerable<string> filters)
    {
        string[] all = [.. filters.Distinct(StringComparer.Ordinal)];
        string[] wild = [.. all.Where(IsWild)];
        return [.. all.Where(f => !Array.Exists(wild, w => w != f && Covers(w, f)))];
    }

    /// <summary>Whether every topic of <paramref name="narrow"/> (a topic or a filter) matches <paramref name="filter"/> as well.</summary>
    public static bool Covers(string filter, string narrow)
    {
        ReadOnlySpan<char> wide = filter, rest = narrow;
        // A wildcard at the beginning does not stand for the broker's own topics.
        if (rest.StartsWith("$") && (wide.StartsWith("+") || wide.StartsWith("#")))
        {
            return false;
        }
        while (true)
        {
            ReadOnlySpan<char> level = First(ref wide, out bool wideEnds), other = First(ref rest, out bool ends);
            if (level is "#")
            {
                return true;
            }
            if (other is "#" || (level is not "+" && !level.SequenceEqual(other)))
            {
                return false;
            }
            if (wideEnds || ends)
            {
                // a/# stands for a as well.
                return wideEnds == ends || (ends && wide is "#");
            }
        }
    }

    private static bool IsWild(string filter) => filter.AsSpan().ContainsAny('+', '#');

    private static ReadOnlySpan<char> First(ref ReadOnlySpan<char> levels, out bool last)
    {
        int slash = levels.IndexOf('/');
        last = slash < 0;
        ReadOnlySpan<char> first = last ? levels : levels[..slash];
        levels = last ? default : levels[(slash + 1)..];
        return first;
    }
}
