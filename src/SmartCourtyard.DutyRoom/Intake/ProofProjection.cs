using Microsoft.EntityFrameworkCore;
using SmartCourtyard.Alarms;
using SmartCourtyard.DutyRoom.Storage;

namespace SmartCourtyard.DutyRoom.Intake;

/// <summary>
/// What follows from a gateway's daily test: its result is written down, and its alarm is closed without a person once the gateway has
/// ended it. Only an alarm that said of itself that it is such a test can be closed by it.
/// </summary>
internal static class ProofProjection
{
    public const string By = "self-test";

    public static void Apply(Writing writing, string gateway, Incoming incoming, IncomingProof sent)
    {
        Keep(writing, gateway, incoming, sent);
        CloseUnfinished(writing, gateway, a => a.Id != sent.AlarmId);
        if (writing.Alarms.Find(sent.AlarmId) is { } alarm && alarm.Courtyard == gateway)
        {
            CloseEnded(writing, alarm);
        }

        writing.Gateways.TellConsoles(gateway);
    }

    /// <summary>
    /// A gateway that was stopped in the middle of a test never says what it came to. Nobody is asked for it any more once it has started
    /// again; one whose program has passed still waits for its answer.
    /// </summary>
    public static void Started(Writing writing, string gateway, DateTimeOffset at)
    {
        var ended = writing.Db.Proofs.AsNoTracking().Where(p => p.Gateway == gateway).Select(p => p.AlarmId).ToHashSet();
        // Alarms go ahead of other events: one of the new run may be here before word of its start.
        CloseUnfinished(writing, gateway, a => a.RaisedAt < at && !ended.Contains(a.Id));
    }

    private static void CloseUnfinished(Writing writing, string gateway, Func<AlarmRow, bool> which)
    {
        var open = writing.Db.Alarms.AsNoTracking().Where(a => a.Courtyard == gateway && a.Proof && a.State != AlarmState.Closed).ToList();
        foreach (var alarm in open.Where(which))
        {
            Close(writing, writing.Alarms.Find(alarm.Id)!, "unfinished");
        }
    }

    /// <summary>Closes a test that is over: the gateway has ended its alarm and has said what it came to, in whatever order.</summary>
    public static void CloseEnded(Writing writing, AlarmRow alarm)
    {
        if (alarm is { Proof: true, Condition: AlarmCondition.Cleared, State: not AlarmState.Closed }
            && writing.Db.Proofs.AsNoTracking().FirstOrDefault(p => p.Gateway == alarm.Courtyard && p.AlarmId == alarm.Id) is { } result)
        {
            Close(writing, alarm, result.Failed ?? (result.AnsweredBy is not null ? "answered" : result.Asked ? "unanswered" : "passed"));
        }
    }

    /// <summary>A test that somebody answers has two results: the program's, and the answer.</summary>
    private static void Keep(Writing writing, string gateway, Incoming incoming, IncomingProof sent)
    {
        var row = writing.Db.Proofs.FirstOrDefault(p => p.Gateway == gateway && p.AlarmId == sent.AlarmId);
        if (row is null)
        {
            writing.Db.Proofs.Add(row = new ProofRow { Id = incoming.Id, Gateway = gateway, AlarmId = sent.AlarmId, At = incoming.Time });
        }

        (row.Passed, row.Stored, row.Shown) = (sent.Failed is null, sent.Stored, sent.Shown);
        (row.TookMilliseconds, row.Failed, row.Asked) = (sent.TookMilliseconds, sent.Failed, sent.Asked);
        if (sent.AnsweredBy is not null)
        {
            (row.AnsweredBy, row.AnsweredAt) = (sent.AnsweredBy, incoming.Time);
        }

        writing.Db.SaveChanges();
    }

    private static void Close(Writing writing, AlarmRow alarm, string outcome)
    {
        (alarm.State, alarm.Resolution, alarm.Deadline) = (AlarmState.Closed, Resolution.Test, null);
        writing.Alarms.AddEntry(alarm, writing.Now, "resolved", By, outcome);
        writing.Alarms.AddEntry(alarm, writing.Now, "closed", By);
        writing.Publish(alarm, sound: false);
    }
}
