using System.Runtime.CompilerServices;
using Microsoft.EntityFrameworkCore;
using SmartCourtyard.DutyRoom.Storage;

namespace SmartCourtyard.DutyRoom.Reports;

/// <summary>When people did what with an alarm for the first time; an alarm that is opened anew has been shown and answered all the same.</summary>
/// <param name="ClosedAt">When it was closed the last time.</param>
internal readonly record struct Deeds(
    DateTimeOffset? ShownAt, DateTimeOffset? AnsweredAt, DateTimeOffset? ArrivedAt, DateTimeOffset? ResolvedAt, DateTimeOffset? ClosedAt);

/// <summary>
/// Reads alarms some at a time: what a report needs in memory does not grow with them, and no transaction is held open while somebody
/// takes the lines slowly, which would keep the database's log from being shortened.
/// </summary>
internal static class AlarmPages
{
    private const int PageSize = 2000;
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(60);
    private static readonly string[] Whats = ["shown", "acknowledged", "arrived", "resolved", "closed"];

    /// <summary>The alarms of a span in the order in which they came, at least one page; those that come meanwhile are left out.</summary>
    /// <param name="isWhole">With all that is known of them; otherwise with what the numbers need.</param>
    public static async IAsyncEnumerable<IReadOnlyList<(AlarmRow Alarm, Deeds Deeds)>> ReadAsync(
        Database database, ReportFilter filter, bool isWhole, [EnumeratorCancellation] CancellationToken cancel)
    {
        var (after, last) = (0L, await LastAsync(database, cancel));
        while (true)
        {
            var page = await PageAsync(database, filter, isWhole, after, last, cancel);
            yield return page;
            if (page.Count < PageSize)
            {
                yield break;
            }

            after = page[^1].Alarm.Number;
        }
    }

    /// <summary>A context that may read a little longer than an alarm could wait.</summary>
    public static DutyRoomDb Open(Database database)
    {
        var db = database.Read();
        db.Database.SetCommandTimeout(Patience);
        return db;
    }

    private static async Task<long> LastAsync(Database database, CancellationToken cancel)
    {
        await using var db = Open(database);
        return await db.Alarms.MaxAsync(a => (long?)a.Number, cancel) ?? 0;
    }

    private static async Task<List<(AlarmRow Alarm, Deeds Deeds)>> PageAsync(
        Database database, ReportFilter filter, bool isWhole, long after, long last, CancellationToken cancel)
    {
        await using var db = Open(database);
        var some = filter.Of(db.Alarms).Where(a => a.Number > after && a.Number <= last).OrderBy(a => a.Number).Take(PageSize);
        var rows = await (isWhole ? some : Timed(some)).ToListAsync(cancel);
        if (rows.Count == 0)
        {
            return [];
        }

        var (first, end) = (rows[0].Number, rows[^1].Number);
        var deeds = new Dictionary<long, Deeds>(rows.Count);
        var entries = filter.Of(db.Alarms).Where(a => a.Number >= first && a.Number <= end)
            .Join(db.Timeline, a => a.Id, t => t.AlarmId, (a, t) => new { a.Number, t.What, t.At }).Where(e => Whats.Contains(e.What));
        await foreach (var entry in entries.AsAsyncEnumerable().WithCancellation(cancel))
        {
            deeds[entry.Number] = With(deeds.GetValueOrDefault(entry.Number), entry.What, entry.At);
        }

        return [.. rows.Select(a => (a, deeds.GetValueOrDefault(a.Number)))];
    }

    private static IQueryable<AlarmRow> Timed(IQueryable<AlarmRow> alarms) => alarms.Select(a => new AlarmRow
    {
        Number = a.Number, Id = "", Courtyard = "", Kind = a.Kind, Severity = a.Severity, State = a.State, Clock = a.Clock, RaisedAt = a.RaisedAt,
        ReceivedAt = a.ReceivedAt, Late = a.Late, Test = a.Test, Drill = a.Drill, Proof = a.Proof, Resolution = a.Resolution,
    });

    private static Deeds With(Deeds deeds, string what, DateTimeOffset at) => what switch
    {
        "shown" => deeds with { ShownAt = Earlier(deeds.ShownAt, at) },
        "acknowledged" => deeds with { AnsweredAt = Earlier(deeds.AnsweredAt, at) },
        "arrived" => deeds with { ArrivedAt = Earlier(deeds.ArrivedAt, at) },
        "resolved" => deeds with { ResolvedAt = Earlier(deeds.ResolvedAt, at) },
        _ => deeds with { ClosedAt = deeds.ClosedAt > at ? deeds.ClosedAt : at },
    };

    private static DateTimeOffset Earlier(DateTimeOffset? known, DateTimeOffset at) => known < at ? known.Value : at;
}
