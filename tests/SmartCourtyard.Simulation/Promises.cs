using SmartCourtyard.Custody;

namespace SmartCourtyard.Simulation;

/// <summary>What was promised to whom.</summary>
internal sealed class Promises
{
    /// <summary>Events of which the gateway has said that they are on its disk.</summary>
    public HashSet<string> Stored { get; } = new(StringComparer.Ordinal);

    /// <summary>Events of which the duty room has said that it has them.</summary>
    public HashSet<string> Confirmed { get; } = new(StringComparer.Ordinal);

    public void Store(IReadOnlyList<CourtyardEvent> events)
    {
        foreach (var e in events)
        {
            Stored.Add(e.Id);
        }
    }

    public void Confirm(IEnumerable<string> ids) => Confirmed.UnionWith(ids);
}
