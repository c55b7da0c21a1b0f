using Microsoft.EntityFrameworkCore;

namespace SmartCourtyard.DutyRoom.Storage;

/// <summary>
/// Which events a gateway has numbered and the duty room has not got. An alarm overtakes what is less urgent, so gaps open and are
/// filled; one that stays is an event that is lost.
/// </summary>
internal static class Gaps
{
    /// <param name="writing">The transaction.</param>
    /// <param name="gateway">Whose events they are.</param>
    /// <param name="known">The first and the last number taken before; null where these are the first.</param>
    /// <param name="sequences">The numbers taken now, sorted, none of them taken before.</param>
    public static void Took(Writing writing, string gateway, (long First, long Last)? known, List<long> sequences)
    {
        var (first, last) = (sequences[0], sequences[^1]);
        var inOneRow = last - first + 1 == sequences.Count;
        if (inOneRow && (known is null || first == known.Value.Last + 1))
        {
            // What comes in order leaves no gap and fills none.
            return;
        }

        var db = writing.Db;
        var touched = db.Gaps.AsNoTracking().Where(g => g.Gateway == gateway && g.Last >= first && g.First <= last).ToList();
        var open = touched.ConvertAll(g => (g.First, g.Last));
        if (known is { } k)
        {
            AddIfAny(open, k.Last + 1, last);
            AddIfAny(open, first, k.First - 1);
        }
        else
        {
            AddIfAny(open, first, last);
        }

        db.Gaps.RemoveRange(touched);
        db.SaveChanges();
        db.Gaps.AddRange(Without(open, sequences).Select(g => new GapRow { Gateway = gateway, First = g.First, Last = g.Last }));
        db.SaveChanges();
        db.ChangeTracker.Clear();
    }

    /// <summary>What is left of the ranges once these numbers are there.</summary>
    internal static List<(long First, long Last)> Without(List<(long First, long Last)> ranges, List<long> sorted)
    {
        var left = new List<(long, long)>();
        foreach (var (first, last) in ranges)
        {
            var next = first;
            var i = sorted.BinarySearch(first);
            for (i = i < 0 ? ~i : i; i < sorted.Count && sorted[i] <= last; i++)
            {
                AddIfAny(left, next, sorted[i] - 1);
                next = sorted[i] + 1;
            }

            AddIfAny(left, next, last);
        }

        return left;
    }

    private static void AddIfAny(List<(long First, long Last)> ranges, long first, long last)
    {
        if (first <= last)
        {
            ranges.Add((first, last));
        }
    }
}
