using Microsoft.EntityFrameworkCore;
using SmartCourtyard.DutyRoom.Storage;

namespace SmartCourtyard.DutyRoom.Duty;

/// <summary>Asks by the schedule whether somebody is in the duty room, and makes an alarm of a question that nobody answered in time.</summary>
internal sealed partial class PresenceRounds(Ledger ledger, Database database, TimeProvider time, ILogger<PresenceRounds> logger)
    : Rounds(database, time, Tick, logger)
{
    public static readonly TimeSpan Tick = TimeSpan.FromSeconds(5);

    private (string Id, long Since)? waits;

    protected override async Task LookAsync(CancellationToken cancel)
    {
        PresenceRow? open;
        DateTimeOffset? next;
        await using (var db = Database.Read())
        {
            open = await db.Presence.Where(p => p.AnsweredAt == null && p.Alarm == null).OrderBy(p => p.AskedAt).FirstOrDefaultAsync(cancel);
            next = Presence.Next(db);
        }

        var now = Time.GetUtcNow();
        if (open is null)
        {
            waits = null;
            if (now >= next)
            {
                await ledger.WriteAsync(writing => Presence.Ask(writing, by: null, Random.Shared.NextDouble()));
            }

            return;
        }

        waits = waits is { } known && known.Id == open.Id ? waits : (open.Id, Time.GetTimestamp());
        // Whoever sets the wall clock back does not put off the answer.
        if (now >= open.AnswerBy || Time.GetElapsedTime(waits.Value.Since) >= Presence.AnswerWithin)
        {
            LogUnanswered(open.Id);
            await ledger.WriteAsync(writing =>
            {
                Presence.Escalate(writing, open.Id);
                return true;
            });
        }
    }

    [LoggerMessage(Level = LogLevel.Warning, Message = "Nobody in the duty room answered presence check {Id} in time")]
    private partial void LogUnanswered(string id);
}
