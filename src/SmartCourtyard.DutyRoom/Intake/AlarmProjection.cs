using SmartCourtyard.Alarms;
using SmartCourtyard.Custody;
using SmartCourtyard.DutyRoom.Storage;

namespace SmartCourtyard.DutyRoom.Intake;

/// <summary>What an event did to its alarm.</summary>
/// <param name="Alarm">As it stands now.</param>
/// <param name="Happened">For the timeline.</param>
/// <param name="Opened">It is new, or was done with and is open again: somebody must be told that it is here.</param>
/// <param name="Sound">It must be heard.</param>
internal sealed record Projected(AlarmRow Alarm, IReadOnlyList<(DateTimeOffset At, string What)> Happened, bool Opened, bool Sound);

/// <summary>How an alarm follows from its events. Events may come twice, late, in another order, or without the one before.</summary>
internal static class AlarmProjection
{
    /// <summary>A fire alarm must have reached the centre within 10 s (GB 26875.1).</summary>
    public static readonly TimeSpan LateAfter = TimeSpan.FromSeconds(10);

    public static Projected Apply(AlarmRow? known, string courtyard, Incoming incoming, DateTimeOffset now)
        => known is null ? Open(courtyard, incoming, now) : Change(known, incoming, now);

    private static Projected Open(string courtyard, Incoming incoming, DateTimeOffset now)
    {
        var sent = incoming.Alarm!;
        var alarm = new AlarmRow
        {
            Id = sent.Id, Courtyard = courtyard, ReceivedAt = now, Tier = Tier.Street, State = AlarmState.Raised,
            Occurrences = sent.Occurrences, Condition = AlarmCondition.Active, Sequence = incoming.Sequence,
            Deadline = sent.RaisedAt + AlarmRow.TimeToAcknowledge(sent.Severity),
        };
        Describe(alarm, sent);
        alarm.Late = sent.Clock == ClockState.Synchronised && now - sent.RaisedAt > LateAfter;
        if (sent.Clock == ClockState.Unsynchronised || alarm.Late)
        {
            // People cannot be late for what nobody could have told them.
            alarm.Deadline = now + AlarmRow.TimeToAcknowledge(sent.Severity);
        }

        List<(DateTimeOffset, string)> happened = [(sent.RaisedAt, "raised"), (now, "stored")];
        Surer(alarm, incoming, happened);
        if (incoming.Type == EventTypes.AlarmCleared)
        {
            Clear(alarm, incoming, happened);
        }

        return new(alarm, happened, Opened: true, Sound: !alarm.Proof);
    }

    /// <summary>
    /// A gateway has one alarm of a kind at a device. Where it raises another while one stands here, it has lost what it knew, as when it is
    /// killed while its disk is full: the same alarm goes on under a new number. Whoever had it in hand is asked anew, in the time left.
    /// What comes last goes on, whatever its number and its clock say: a gateway that has forgotten may have neither right. So does one that was
    /// closed here because a message from before the gateway's end came late, and goes off again.
    /// </summary>
    /// <param name="before">The alarm that stands; it is closed.</param>
    /// <param name="alarm">The one that goes on.</param>
    public static void GoOn(AlarmRow before, AlarmRow alarm)
    {
        (alarm.Confirmed, alarm.Spread, alarm.Tier) = (alarm.Confirmed || before.Confirmed, alarm.Spread || before.Spread, before.Tier);
        if (before.State == AlarmState.Raised)
        {
            (alarm.Escalated, alarm.EscalatedAt) = (before.Escalated, before.EscalatedAt);
            alarm.Deadline = before.Deadline < alarm.Deadline ? before.Deadline : alarm.Deadline;
        }

        (before.State, before.Deadline) = (AlarmState.Closed, null);
    }

    private static Projected Change(AlarmRow alarm, Incoming incoming, DateTimeOffset now)
    {
        var sent = incoming.Alarm!;
        var happened = new List<(DateTimeOffset, string)>();
        var isNewest = incoming.Sequence > alarm.Sequence;
        alarm.Sequence = Math.Max(alarm.Sequence, incoming.Sequence);
        var wasExercise = (alarm.Test, alarm.Drill);
        var surer = Surer(alarm, incoming, happened);
        if (isNewest)
        {
            Correct(alarm, sent);
        }

        if (incoming.Type == EventTypes.AlarmCleared)
        {
            alarm.Occurrences = Math.Max(alarm.Occurrences, sent.Occurrences);
            if (isNewest && alarm.Condition == AlarmCondition.Active)
            {
                Clear(alarm, incoming, happened);
            }

            return new(alarm, happened, Opened: false, Sound: false);
        }

        Real(alarm, wasExercise, incoming, happened);
        if (sent.Occurrences <= alarm.Occurrences)
        {
            // Certainty that grows is news, but not to people who are done with it.
            return new(alarm, happened, Opened: false, Sound: surer && alarm.State is not (AlarmState.Resolved or AlarmState.Closed));
        }

        return Again(alarm, incoming, isNewest, now, happened);
    }

    /// <summary>Certainty only grows: what came late and knows less takes nothing back.</summary>
    private static bool Surer(AlarmRow alarm, Incoming incoming, List<(DateTimeOffset, string)> happened)
    {
        var sent = incoming.Alarm!;
        var (confirmed, spread) = (sent.Confirmed && !alarm.Confirmed, sent.Spread && !alarm.Spread);
        (alarm.Confirmed, alarm.Spread) = (alarm.Confirmed || sent.Confirmed, alarm.Spread || sent.Spread);
        if (confirmed)
        {
            happened.Add((incoming.Time, "confirmed"));
        }

        if (spread)
        {
            happened.Add((incoming.Time, "spread"));
        }

        return confirmed || spread;
    }

    /// <summary>The test or the drill is over and it still burns.</summary>
    private static void Real(AlarmRow alarm, (bool Test, bool Drill) was, Incoming incoming, List<(DateTimeOffset, string)> happened)
    {
        if (was.Drill && !alarm.Drill)
        {
            happened.Add((incoming.Time, "drill-over"));
        }

        if (was.Test && !alarm.Test)
        {
            happened.Add((incoming.Time, "test-over"));
        }
    }

    private static Projected Again(
        AlarmRow alarm, Incoming incoming, bool isNewest, DateTimeOffset now, List<(DateTimeOffset, string)> happened)
    {
        alarm.Occurrences = incoming.Alarm!.Occurrences;
        if (isNewest)
        {
            (alarm.Condition, alarm.ClearedAt) = (AlarmCondition.Active, null);
        }

        happened.Add((incoming.Time, "occurrence"));
        if (alarm.State is not (AlarmState.Resolved or AlarmState.Closed))
        {
            return new(alarm, happened, Opened: false, Sound: true);
        }

        (alarm.State, alarm.Resolution, alarm.DispatchedTo) = (AlarmState.Raised, null, null);
        (alarm.AcknowledgedBy, alarm.AcknowledgedAt, alarm.ShownAt) = (null, null, null);
        (alarm.Escalated, alarm.EscalatedAt) = (null, null);
        alarm.Deadline = now + AlarmRow.TimeToAcknowledge(alarm.Severity);
        happened.Add((now, "reopened"));
        return new(alarm, happened, Opened: true, Sound: true);
    }

    private static void Clear(AlarmRow alarm, Incoming incoming, List<(DateTimeOffset, string)> happened)
    {
        (alarm.Condition, alarm.ClearedAt) = (AlarmCondition.Cleared, incoming.Time);
        happened.Add((incoming.Time, "cleared"));
    }

    /// <summary>A gateway that had no time when it raised the alarm says later when it really was.</summary>
    private static void Correct(AlarmRow alarm, IncomingAlarm sent)
    {
        var wasGuess = alarm.Clock == ClockState.Unsynchronised && sent.Clock == ClockState.Synchronised;
        Describe(alarm, sent);
        if (wasGuess)
        {
            alarm.Late = alarm.ReceivedAt - alarm.RaisedAt > LateAfter;
        }
    }

    private static void Describe(AlarmRow alarm, IncomingAlarm sent)
    {
        (alarm.Kind, alarm.Severity, alarm.Device) = (sent.Kind, sent.Severity, sent.Device);
        (alarm.Test, alarm.Drill) = (sent.Test, sent.Drill);
        (alarm.Building, alarm.Unit, alarm.Floor) = (sent.At.Building, sent.At.Unit, sent.At.Floor);
        (alarm.Flat, alarm.Place) = (sent.At.Flat, sent.At.Place);
        (alarm.RaisedAt, alarm.Clock) = (sent.RaisedAt, sent.Clock);
        (alarm.Hint, alarm.Proof, alarm.Asked) = (sent.Hint ?? alarm.Hint, sent.Proof, sent.Asked);
        if (sent.CauseQuantity is not null)
        {
            (alarm.CauseQuantity, alarm.CauseValue) = (sent.CauseQuantity, sent.CauseValue);
        }
    }
}
