using System.Diagnostics.CodeAnalysis;

namespace SmartCourtyard.Gateway.Devices.Mqtt;

/// <summary>Which topic filters are needed: a broker may send a message once for each filter that it matches.</summary>
internal sealed class TopicFilters
{
    private readonly Level _root = new();

    /// <summary>A set in which to look up what its filters with a wildcard cover.</summary>
    public TopicFilters(IEnumerable<string> filters)
    {
        foreach (string filter in filters.Where(IsWild))
        {
            Level level = _root;
            foreach (Range name in filter.AsSpan().Split('/'))
            {
                level = level.Below(filter[name]);
            }
            level.IsEnd = true;
        }
    }

    /// <summary>Without those that another one covers, each once.</summary>
    public static List<string> Needed(IEnumerable<string> filters)
    {
        string[] all = [.. filters.Distinct(StringComparer.Ordinal)];
        var wide = new TopicFilters(all);
        return [.. all.Where(f => !wide.CoverAsWell(f))];
    }

    /// <summary>Whether every topic of the filter matches another filter of the set as well.</summary>
    public bool CoverAsWell(string filter) => _root.Covers(filter, isFirst: true, isSame: true);

    /// <summary>Whether a broker takes it for a topic filter.</summary>
    public static bool IsFilter([NotNullWhen(true)] string? filter)
    {
        string[] levels = filter?.Split('/') ?? [];
        return filter is { Length: > 0 and < 20_000 } && !filter.Contains('\0')
            && !levels.Where((level, i) => IsWild(level) && level != "+" && !(level == "#" && i == levels.Length - 1)).Any();
    }

    private static bool IsWild(string filter) => filter.AsSpan().ContainsAny('+', '#');

    /// <summary>One level of the topics; a filter is a way down to an end.</summary>
    private sealed class Level
    {
        private Dictionary<string, Level>? _below;

        public bool IsEnd { get; set; }

        public Level Below(string name)
        {
            _below ??= new Dictionary<string, Level>(StringComparer.Ordinal);
            if (!_below.TryGetValue(name, out Level? level))
            {
                _below[name] = level = new Level();
            }
            return level;
        }

        /// <param name="rest">What is left of the filter that is looked up; null at its end.</param>
        /// <param name="isFirst">A wildcard at the beginning does not stand for the broker's own topics.</param>
        /// <param name="isSame">The way down to here is the looked-up filter itself, which does not count.</param>
        public bool Covers(string? rest, bool isFirst, bool isSame)
        {
            bool mayBeWild = !(isFirst && rest!.StartsWith('$'));
            // a/# stands for a as well.
            if (mayBeWild && Find("#") is not null && !(isSame && rest is "#"))
            {
                return true;
            }
            if (rest is null)
            {
                return IsEnd && !isSame;
            }
            int slash = rest.IndexOf('/', StringComparison.Ordinal);
            string name = slash < 0 ? rest : rest[..slash];
            string? further = slash < 0 ? null : rest[(slash + 1)..];
            return name is not "#"
                && ((Find(name)?.Covers(further, false, isSame) ?? false)
                    || (mayBeWild && name is not "+" && (Find("+")?.Covers(further, false, false) ?? false)));
        }

        private Level? Find(string name) => _below?.GetValueOrDefault(name);
    }
}
