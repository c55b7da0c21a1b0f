using Microsoft.EntityFrameworkCore;
using SmartCourtyard.DutyRoom.Storage;

namespace SmartCourtyard.DutyRoom.Duty;

/// <summary>Asks by the schedule whether somebody is in the duty room, and makes an alarm of a question that nobody answered in time.</summary>
internal sealed partial class PresenceRounds(Ledger ledger, Database database, TimeProvider time, ILogger<PresenceRounds> logger) : BackgroundService
{
    public static readonly TimeSpan Tick = TimeSpan.FromSeconds(5);

    private (string Id, long Since)? waits;
    private long turns;

    /// <summary>How often the loop has turned.</summary>
    public long Turns => Interlocked.Read(ref turns);

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        using var timer = new PeriodicTimer(Tick, time);
        do
        {
            try
            {
                await LookAsync(stoppingToken);
            }
            catch (Exception e) when (e is StoreUnavailableException || database.IsUnavailable(e))
            {
                // The next tick tries again; the ledger and /readyz say what is wrong.
                LogNotStored(e.Message);
            }

            Interlocked.Increment(ref turns);
        }
        while (await timer.WaitForNextTickAsync(stoppingToken));
    }

    private async Task LookAsync(CancellationToken cancel)
    {
        PresenceRow? open;
        DateTimeOffset? next;
        await using (var db = database.Read())
        {
            open = await db.Presence.Where(p => p.AnsweredAt == null && p.Alarm == null).OrderBy(p => p.AskedAt).FirstOrDefaultAsync(cancel);
            next = Presence.Next(db);
        }

        var now = time.GetUtcNow();
        if (open is null)
        {
            waits = null;
            if (now >= next)
            {
                await ledger.WriteAsync(writing => Presence.Ask(writing, by: null, Random.Shared.NextDouble()));
            }

            return;
        }

        waits = waits is { } known && known.Id == open.Id ? waits : (open.Id, time.GetTimestamp());
        // Whoever sets the wall clock back does not put off the answer.
        if (now >= open.AnswerBy || time.GetElapsedTime(waits.Value.Since) >= Presence.AnswerWithin)
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

    [LoggerMessage(Level = LogLevel.Error, Message = "The presence check could not be stored: {Reason}")]
    private partial void LogNotStored(string reason);
}
