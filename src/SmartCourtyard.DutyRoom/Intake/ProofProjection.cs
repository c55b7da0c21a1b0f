using Microsoft.EntityFrameworkCore;
using SmartCourtyard.DutyRoom.Storage;

namespace SmartCourtyard.DutyRoom.Intake;

/// <summary>
/// What follows from the end of a gateway's daily test: it is written down, and its alarm is closed without a person. Only an alarm
/// that said of itself that it is such a test can be closed by it.
/// </summary>
internal static class ProofProjection
{
    public const string By = "self-test";

    public static void Apply(Writing writing, string gateway, Incoming incoming, IncomingProof sent)
    {
        writing.Db.Proofs.Add(new ProofRow
        {
            Id = incoming.Id, Gateway = gateway, AlarmId = sent.AlarmId, At = incoming.Time, Passed = sent.Failed is null, Stored = sent.Stored,
            Shown = sent.Shown, TookMilliseconds = sent.TookMilliseconds, Failed = sent.Failed,
        });
        writing.Db.SaveChanges();
        // A gateway that was stopped in the middle of a test never says what it came to: the next one closes that too.
        var open = writing.Db.Alarms.AsNoTracking().Where(a => a.Courtyard == gateway && a.Proof && a.State != AlarmState.Closed).Select(a => a.Id).ToList();
        foreach (var id in open)
        {
            Close(writing, writing.Alarms.Find(id)!, id == sent.AlarmId ? sent.Failed ?? "passed" : "unfinished");
        }

        writing.Gateways.TellConsoles(gateway);
    }

    private static void Close(Writing writing, AlarmRow alarm, string outcome)
    {
        (alarm.State, alarm.Resolution, alarm.Deadline) = (AlarmState.Closed, Resolution.Test, null);
        writing.Alarms.AddEntry(alarm, writing.Now, "resolved", By, outcome);
        writing.Alarms.AddEntry(alarm, writing.Now, "closed", By);
        writing.Publish(alarm, sound: false);
    }
}
