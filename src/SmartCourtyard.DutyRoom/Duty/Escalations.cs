using Microsoft.EntityFrameworkCore;
using SmartCourtyard.DutyRoom.Storage;

namespace SmartCourtyard.DutyRoom.Duty;

/// <summary>
/// Holds every alarm to its receipts: a console shows it, and a person answers it, each by its deadline. What is not shown or not
/// answered goes to the next tier and sounds again; nothing waits silently for a board that nobody has open.
/// </summary>
internal sealed partial class Escalations(Ledger ledger, Database database, Feeds feeds, TimeProvider time, ILogger<Escalations> logger)
    : Rounds(database, time, Tick, logger)
{
    /// <summary>A live console shows an alarm within this time. A screen that is dark, or a window behind others, does not.</summary>
    public static readonly TimeSpan ShownWithin = TimeSpan.FromSeconds(15);

    /// <summary>Where no console is live at all; a page that is loaded anew is back by then.</summary>
    public static readonly TimeSpan NoConsoleFor = TimeSpan.FromSeconds(3);

    public static readonly TimeSpan Tick = TimeSpan.FromSeconds(1);
    private const int AtOnce = 200;

    private readonly Dictionary<(string Id, Escalation Why), long> waiting = [];

    protected override async Task LookAsync(CancellationToken cancel)
    {
        List<Waiting> open;
        await using (var db = Database.Read())
        {
            // A test of the way to here has its own end, and a technician who tests a detector waits for nobody.
            open = await db.Alarms.Where(a => a.State == AlarmState.Raised && !a.Proof && !a.Test && a.Escalated != Escalation.Unanswered)
                .Select(a => new Waiting(a.Id, a.Severity, a.ReceivedAt, a.ShownAt, a.Deadline, a.Escalated)).ToListAsync(cancel);
        }

        var due = open.SelectMany(Due).Take(AtOnce).ToList();
        Forget(open);
        if (due.Count == 0)
        {
            return;
        }

        var told = await ledger.WriteAsync(writing => due.Where(d => Escalate(writing, d.Id, d.Why)).ToList());
        foreach (var (id, why) in told)
        {
            LogEscalated(id, Names<Escalation>.Of(why));
        }
    }

    /// <summary>
    /// The times stand in the database and survive a restart; where somebody sets the wall clock back, the clock that nobody sets has
    /// the last word.
    /// </summary>
    private IEnumerable<(string Id, Escalation Why)> Due(Waiting alarm)
    {
        var now = Time.GetUtcNow();
        var toAnswer = AlarmRow.TimeToAcknowledge(alarm.Severity);
        if (alarm.Deadline is { } deadline && IsOver(alarm.Id, Escalation.Unanswered, toAnswer, now >= deadline))
        {
            yield return (alarm.Id, Escalation.Unanswered);
        }
        else if (alarm.ShownAt is null && alarm.Escalated is null)
        {
            // One that was opened anew waits from then on: its deadline says since when.
            var since = alarm.Deadline - toAnswer is { } opened && opened > alarm.ReceivedAt ? opened : alarm.ReceivedAt;
            var limit = feeds.Consoles.People == 0 ? NoConsoleFor : ShownWithin;
            if (IsOver(alarm.Id, Escalation.NoBoard, limit, now - since >= limit))
            {
                yield return (alarm.Id, Escalation.NoBoard);
            }
        }
    }

    private bool IsOver(string id, Escalation why, TimeSpan limit, bool saysTheWallClock)
    {
        if (!waiting.TryGetValue((id, why), out var since))
        {
            waiting[(id, why)] = since = Time.GetTimestamp();
        }

        return saysTheWallClock || Time.GetElapsedTime(since) >= limit;
    }

    private void Forget(List<Waiting> open)
    {
        var ids = open.Select(a => a.Id).ToHashSet(StringComparer.Ordinal);
        foreach (var gone in waiting.Keys.Where(k => !ids.Contains(k.Id)).ToList())
        {
            waiting.Remove(gone);
        }
    }

    /// <summary>False where somebody was quicker.</summary>
    private static bool Escalate(Writing writing, string id, Escalation why)
    {
        if (writing.Alarms.Find(id) is not { State: AlarmState.Raised } alarm || alarm.Escalated >= why || (why == Escalation.NoBoard && alarm.ShownAt is not null))
        {
            return false;
        }

        var now = writing.Now;
        (alarm.Escalated, alarm.EscalatedAt, alarm.Tier) = (why, now, Above(alarm.Tier));
        writing.Alarms.AddEntry(alarm, now, "escalated", note: Names<Escalation>.Of(why));
        writing.Publish(alarm, sound: true);
        return true;
    }

    private static Tier Above(Tier tier) => tier == Tier.Street ? tier : tier + 1;

    [LoggerMessage(Level = LogLevel.Warning, Message = "Alarm {Id} is escalated: {Why}")]
    private partial void LogEscalated(string id, string why);

    private sealed record Waiting(string Id, Alarms.Severity Severity, DateTimeOffset ReceivedAt, DateTimeOffset? ShownAt, DateTimeOffset? Deadline, Escalation? Escalated);
}
