using System.Collections.Immutable;
using System.Globalization;

namespace SmartCourtyard.Chaos;

/// <summary>What the press log and the board said of each other.</summary>
/// <param name="Raised">Alarms that the broker confirmed to their sender.</param>
/// <param name="OnBoard">Of these, how many stood on the board.</param>
/// <param name="Double">How many alarms the board had beyond one for each.</param>
/// <param name="Late">How many of them the board marks as late.</param>
/// <param name="Longest">The longest way from the confirmation to the board.</param>
/// <param name="Died">How often a program ended that nobody had killed.</param>
/// <param name="Missing">Sequence numbers of the gateway that the duty room never saw.</param>
/// <param name="Faults">How many faults of each kind there were.</param>
internal sealed record Verdict(
    int Raised, int OnBoard, int Double, int Late, TimeSpan Longest, int Died, long Missing, ImmutableSortedDictionary<string, int> Faults)
{
    public static readonly Verdict Empty = new(0, 0, 0, 0, TimeSpan.Zero, 0, 0, ImmutableSortedDictionary.Create<string, int>(StringComparer.Ordinal));

    public int Lost => Raised - OnBoard;

    public bool IsGood => Raised > 0 && Lost == 0 && Double == 0 && Died == 0 && Missing == 0;

    public string FaultsInWords => string.Join(", ", Faults.Select(f => $"{f.Key} {f.Value}"))
        + (Died > 0 ? $"; ended by themselves: {Died}" : "") + (Missing > 0 ? $"; missing in the sequence: {Missing}" : "");

    public static Verdict operator +(Verdict one, Verdict other) => new(
        one.Raised + other.Raised, one.OnBoard + other.OnBoard, one.Double + other.Double, one.Late + other.Late,
        one.Longest > other.Longest ? one.Longest : other.Longest, one.Died + other.Died, one.Missing + other.Missing,
        other.Faults.Aggregate(one.Faults, (all, f) => all.SetItem(f.Key, all.GetValueOrDefault(f.Key) + f.Value)));

    public override string ToString() => string.Create(
        CultureInfo.InvariantCulture,
        $"raised {Raised}, on the board {OnBoard}, lost {Lost}, double {Double}, late {Late}, longest {Longest.TotalSeconds:F1} s");
}
