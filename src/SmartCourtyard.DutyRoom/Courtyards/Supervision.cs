using Microsoft.EntityFrameworkCore;
using SmartCourtyard.Alarms;
using SmartCourtyard.Custody;
using SmartCourtyard.DutyRoom.Storage;

namespace SmartCourtyard.DutyRoom.Courtyards;

/// <summary>Notices that a courtyard fell silent, and makes it one alarm instead of one for each of its devices.</summary>
internal sealed partial class Supervision(Ledger ledger, Database database, TimeProvider time, ILogger<Supervision> logger)
    : Rounds(database, time, Tick, logger)
{
    /// <summary>Three heartbeats missed.</summary>
    public static readonly TimeSpan SilenceLimit = TimeSpan.FromSeconds(60);

    /// <summary>After a start every gateway gets one heartbeat's time: while the duty room was down, none could be heard.</summary>
    public static readonly TimeSpan StartGrace = TimeSpan.FromSeconds(25);

    public static readonly TimeSpan Tick = TimeSpan.FromSeconds(1);

    private readonly long start = time.GetTimestamp();
    private readonly Dictionary<string, (long At, TimeSpan Wait)> nextLook = new(StringComparer.Ordinal);

    protected override async Task LookAsync(CancellationToken cancel)
    {
        if (Time.GetElapsedTime(start) < StartGrace)
        {
            return;
        }

        await using var db = Database.Read();
        var heard = await db.Gateways.Where(g => g.SilenceAlarm == null && g.LastHeard != null).Select(g => g.Id).ToListAsync(cancel);
        foreach (var gateway in heard)
        {
            await LookAtAsync(gateway);
        }
    }

    private async Task LookAtAsync(string gateway)
    {
        if (nextLook.TryGetValue(gateway, out var next) && Time.GetElapsedTime(next.At) < next.Wait)
        {
            return;
        }

        // Taken before the store is asked, which may take its time: a silence is never noticed later for it.
        var asked = Time.GetTimestamp();
        var silentFor = await ledger.WriteAsync(writing => RaiseIfSilent(writing, gateway));
        // Nothing can be due before the limit has passed since the gateway was last heard.
        nextLook[gateway] = (asked, silentFor < SilenceLimit ? SilenceLimit - silentFor : TimeSpan.Zero);
        if (silentFor >= SilenceLimit)
        {
            LogSilent(gateway, silentFor);
        }
    }

    /// <summary>How long the gateway has been silent; from the limit on that is an alarm.</summary>
    private static TimeSpan RaiseIfSilent(Writing writing, string gateway)
    {
        var now = writing.Now;
        // Across a restart there is only the wall clock; while we run, setting it makes nobody silent.
        var silentFor = writing.Gateways.SilentFor(gateway)
            ?? now - writing.Db.Gateways.AsNoTracking().Single(g => g.Id == gateway).LastHeard!.Value;
        if (silentFor < SilenceLimit)
        {
            return silentFor;
        }

        var alarm = writing.Alarms.FindOpen(gateway, AlarmKind.Supervision);
        if (alarm is null)
        {
            alarm = New(gateway, now);
            writing.Alarms.AddEntry(alarm, now, "raised");
        }
        else
        {
            Again(writing, alarm, now);
        }

        writing.Publish(alarm, sound: true);
        writing.Gateways.Silent(alarm);
        return silentFor;
    }

    private static AlarmRow New(string gateway, DateTimeOffset now) => new()
    {
        Id = Guid.CreateVersion7(now).ToString(), Courtyard = gateway, Kind = AlarmKind.Supervision, Severity = Severity.Property,
        State = AlarmState.Raised, Condition = AlarmCondition.Active, Clock = ClockState.Synchronised, RaisedAt = now, ReceivedAt = now,
        Occurrences = 1, Tier = Tier.Street, Deadline = now + AlarmRow.TimeToAcknowledge(Severity.Property),
    };

    private static void Again(Writing writing, AlarmRow alarm, DateTimeOffset now)
    {
        alarm.Occurrences++;
        (alarm.Condition, alarm.ClearedAt) = (AlarmCondition.Active, null);
        writing.Alarms.AddEntry(alarm, now, "occurrence");
        if (alarm.State == AlarmState.Resolved)
        {
            (alarm.State, alarm.Resolution, alarm.AcknowledgedBy, alarm.AcknowledgedAt) = (AlarmState.Raised, null, null, null);
            (alarm.ShownAt, alarm.Escalated, alarm.EscalatedAt) = (null, null, null);
            alarm.Deadline = now + AlarmRow.TimeToAcknowledge(alarm.Severity);
            writing.Alarms.AddEntry(alarm, now, "reopened");
        }
    }

    [LoggerMessage(Level = LogLevel.Warning, Message = "Nothing heard of {Gateway} for {Span}")]
    private partial void LogSilent(string gateway, TimeSpan span);
}
