using System.Globalization;
using SmartCourtyard.Custody;
using SmartCourtyard.DutyRoom.Storage;

namespace SmartCourtyard.DutyRoom.Intake;

/// <summary>What a gateway is told when its events are on disk.</summary>
internal sealed record Receipts(IReadOnlyList<string> Accepted, IReadOnlyList<string> Duplicates, string LastSequence);

/// <summary>Takes a batch of events within the writer's transaction: the events, and what follows from them.</summary>
internal static class Taking
{
    /// <summary>Exactly one of the two comes back; with a problem nothing of the batch is kept.</summary>
    public static (Receipts? Receipts, Problem? Problem) Take(Writing writing, string gateway, IReadOnlyList<Incoming> events)
    {
        var now = writing.Now;
        var accepted = new List<string>(events.Count);
        var duplicates = new List<string>();
        var (sequences, late, again) = (new SortedSet<long>(), 0, 0);
        writing.Gateways.Heard(gateway);
        for (var i = 0; i < events.Count; i++)
        {
            var e = events[i];
            var taken = writing.Events.Add(e.Id, gateway, e.Sequence, e.Type, e.Time, now, e.Body);
            if (taken == Taken.Duplicate)
            {
                duplicates.Add(e.Id);
                // It may have another number by now; that one is no other event's and not missing.
                sequences.Add(e.Sequence);
                continue;
            }

            if (taken != Taken.Accepted || !Project(writing, gateway, e, now, ref again))
            {
                writing.Refuse();
                return (null, Refusal(taken, i, writing.Gateways.LastSequence(gateway)));
            }

            accepted.Add(e.Id);
            sequences.Add(e.Sequence);
            late += e.IsLate(now) ? 1 : 0;
        }

        var last = writing.Gateways.Took(gateway, sequences, accepted.Count);
        writing.Gateways.Count(gateway, late, duplicates.Count + again);
        return (new(accepted, duplicates, Number(last)), null);
    }

    private static Problem Refusal(Taken taken, int index, long last) => taken switch
    {
        Taken.SequenceTaken => new(
            409, "Sequence taken", $"Event {index}: another event of this gateway has this sequence number; {last + 1} is free.")
        {
            Index = index, Field = "sequence", Expected = Number(last + 1),
        },
        Taken.Foreign => Foreign(index, "id", "an event"),
        _ => Foreign(index, "data.alarmId", "an alarm"),
    };

    private static Problem Foreign(int index, string field, string what)
        => new(400, "Not as agreed", $"Event {index}, {field}: it belongs to {what} of another gateway") { Index = index, Field = field };

    private static string Number(long sequence) => sequence.ToString(CultureInfo.InvariantCulture);

    /// <summary>False where the event speaks of an alarm of another courtyard.</summary>
    /// <param name="again">Counts the alarms that are here already under another number.</param>
    private static bool Project(Writing writing, string gateway, Incoming e, DateTimeOffset now, ref int again)
    {
        if (e.Alarm is { } sent)
        {
            var known = writing.Alarms.Find(sent.Id);
            if (known is not null && known.Courtyard != gateway)
            {
                return false;
            }

            var projected = AlarmProjection.Apply(known, gateway, e, now);
            if (projected.Opened && sent is { Proof: false, Device: { } device }
                && writing.Alarms.FindStanding(gateway, device, sent.Kind, sent.Id) is { } before)
            {
                GoOn(writing, before, projected.Alarm);
                again++;
            }

            Store(writing, projected);
        }
        else if (e.Trouble is { } trouble)
        {
            TroubleProjection.Apply(writing, gateway, trouble, isRaised: e.Type == EventTypes.TroubleRaised, e.Time, e.Sequence);
        }
        else if (e.Proof is { } proof)
        {
            ProofProjection.Apply(writing, gateway, e, proof);
        }
        else if (e.Type == EventTypes.GatewayStarted)
        {
            ProofProjection.Started(writing, gateway, e.Time);
            TroubleProjection.Started(writing, gateway, e);
        }
        else if (e.Answer is { } answer)
        {
            if (Order.Types.Contains(writing.Events.Answer(gateway, answer.CommandId, now, answer.Failure)))
            {
                writing.TellOrder(answer.CommandId);
            }
        }

        return true;
    }

    private static void GoOn(Writing writing, AlarmRow before, AlarmRow alarm)
    {
        var who = before.DispatchedTo ?? before.AcknowledgedBy;
        AlarmProjection.GoOn(before, alarm);
        writing.Alarms.AddEntry(before, writing.Now, "superseded", note: alarm.Id);
        writing.Publish(before, sound: false);
        writing.Alarms.AddEntry(alarm, writing.Now, "continues", note: who);
    }

    private static void Store(Writing writing, Projected projected)
    {
        foreach (var (at, what) in projected.Happened)
        {
            writing.Alarms.AddEntry(projected.Alarm, at, what);
        }

        if (projected.Opened)
        {
            writing.Receipt(projected.Alarm, "alarm.stored", by: null, projected.Alarm.Proof ? writing.Consoles() : null);
        }

        writing.Publish(projected.Alarm, projected.Sound);
        ProofProjection.CloseEnded(writing, projected.Alarm);
    }
}
