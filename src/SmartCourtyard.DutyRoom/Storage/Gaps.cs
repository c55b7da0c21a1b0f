using Microsoft.EntityFrameworkCore;

namespace SmartCourtyard.DutyRoom.Storage;

/// <summary>
/// Which numbers of a gateway's sequence the duty room has no event for. An alarm overtakes what is less urgent, so gaps open and are
/// filled; one that stays is an event that is lost, unless the gateway says that it has skipped the number.
/// </summary>
internal static class Gaps
{
    /// <param name="writing">The transaction.</param>
    /// <param name="gateway">Whose events they are.</param>
    /// <param name="known">The first and the last number seen before; null where these are the first.</param>
    /// <param name="sequences">The numbers seen now, sorted, each once.</param>
    public static void Took(Writing writing, string gateway, (long First, long Last)? known, List<long> sequences)
    {
        var (first, last) = (sequences[0], sequences[^1]);
        var inOneRow = last - first + 1 == sequences.Count;
        if (inOneRow && (known is null || first == known.Value.Last + 1))
        {
            // What comes in order leaves no gap and fills none.
            return;
        }

        var touched = Touched(writing.Db, gateway, first, last);
        var open = touched.ConvertAll(g => new Range(g.First, g.Last, g.Skipped));
        if (known is { } k)
        {
            AddIfAny(open, k.Last + 1, last);
            AddIfAny(open, first, k.First - 1);
        }
        else
        {
            AddIfAny(open, first, last);
        }

        Replace(writing.Db, gateway, touched, Without(open, sequences));
    }

    /// <summary>The gateway has nothing under these numbers and never will. What came of them all the same is no gap, and stays none.</summary>
    public static void Skip(Writing writing, string gateway, List<(long First, long Last)> skipped)
    {
        if (skipped.Count == 0)
        {
            return;
        }

        var open = writing.Db.Gaps.AsNoTracking().Where(g => g.Gateway == gateway && !g.Skipped).ToList();
        var touched = open.FindAll(g => skipped.Exists(s => s.First <= g.Last && s.Last >= g.First));
        if (touched.Count > 0)
        {
            Replace(writing.Db, gateway, touched, Split(touched.ConvertAll(g => new Range(g.First, g.Last)), skipped));
        }
    }

    /// <summary>The ranges, cut where what is skipped begins and ends.</summary>
    internal static List<Range> Split(List<Range> ranges, List<(long First, long Last)> skipped)
    {
        var open = ranges;
        var parts = new List<Range>();
        foreach (var (first, last) in skipped)
        {
            var rest = new List<Range>();
            foreach (var gap in open)
            {
                if (gap.Last < first || gap.First > last)
                {
                    rest.Add(gap);
                    continue;
                }

                AddIfAny(rest, gap.First, first - 1);
                AddIfAny(parts, Math.Max(gap.First, first), Math.Min(gap.Last, last), isSkipped: true);
                if (last < gap.Last)
                {
                    rest.Add(new(last + 1, gap.Last));
                }
            }

            open = rest;
        }

        parts.AddRange(open);
        return parts;
    }

    /// <summary>What is left of the ranges once these numbers are there.</summary>
    internal static List<Range> Without(List<Range> ranges, List<long> sorted)
    {
        var left = new List<Range>();
        foreach (var (first, last, isSkipped) in ranges)
        {
            var next = first;
            var i = sorted.BinarySearch(first);
            for (i = i < 0 ? ~i : i; i < sorted.Count && sorted[i] <= last; i++)
            {
                AddIfAny(left, next, sorted[i] - 1, isSkipped);
                next = sorted[i] + 1;
            }

            AddIfAny(left, next, last, isSkipped);
        }

        return left;
    }

    private static List<GapRow> Touched(DutyRoomDb db, string gateway, long first, long last)
        => [.. db.Gaps.AsNoTracking().Where(g => g.Gateway == gateway && g.Last >= first && g.First <= last)];

    private static void Replace(DutyRoomDb db, string gateway, List<GapRow> before, List<Range> after)
    {
        db.Gaps.RemoveRange(before);
        db.SaveChanges();
        db.Gaps.AddRange(after.Select(g => new GapRow { Gateway = gateway, First = g.First, Last = g.Last, Skipped = g.IsSkipped }));
        db.SaveChanges();
        db.ChangeTracker.Clear();
    }

    private static void AddIfAny(List<Range> ranges, long first, long last, bool isSkipped = false)
    {
        if (first <= last)
        {
            ranges.Add(new(first, last, isSkipped));
        }
    }

    /// <summary>Numbers in a row.</summary>
    internal readonly record struct Range(long First, long Last, bool IsSkipped = false);
}
