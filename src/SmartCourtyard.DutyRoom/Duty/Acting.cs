using System.Text.Json;
using SmartCourtyard.DutyRoom.Storage;

namespace SmartCourtyard.DutyRoom.Duty;

/// <summary>What somebody does, as far as it was said.</summary>
internal sealed record Act(
    DutyAction Action, string By, string? Note = null, string? To = null, DateTimeOffset? Deadline = null, Tier? Tier = null,
    Resolution? Resolution = null)
{
    /// <summary>A program said so, not somebody who is signed in.</summary>
    public bool ByProgram { get; init; }
}

/// <summary>An act of a person on an alarm, within the writer's transaction.</summary>
internal static class Acting
{
    /// <summary>Null where there is no such alarm.</summary>
    public static Answer? Do(Writing writing, string id, Act act, string path, string? key)
        => Answer.Once(writing, key, path, act.By, () => writing.Alarms.Find(id) is { } alarm ? Do(writing, alarm, act) : null);

    private static Answer Do(Writing writing, AlarmRow alarm, Act act)
        => alarm.Asked && act is { Action: DutyAction.Acknowledge, ByProgram: true }
            ? new Answer(403, JsonSerializer.Serialize(
                new Problem(403, "Not allowed", "This test asks whether a person sees it: a person who is signed in answers it."), ProblemJson.Wire.Problem))
        : DutyTable.Next(alarm.State, act.Action) is { } next
            ? new Answer(200, JsonSerializer.Serialize(Perform(writing, alarm, next, act), StorageJson.Wire.AlarmView))
            : new Answer(409, JsonSerializer.Serialize(NotNow(alarm, act), ProblemJson.Wire.Problem));

    private static AlarmView Perform(Writing writing, AlarmRow alarm, AlarmState next, Act act)
    {
        var now = writing.Now;
        alarm.State = next;
        switch (act.Action)
        {
            case DutyAction.Acknowledge:
                (alarm.AcknowledgedBy, alarm.AcknowledgedAt, alarm.Deadline) = (act.By, now, null);
                writing.Receipt(alarm, "alarm.acknowledged", act.By);
                break;
            case DutyAction.Dispatch:
                (alarm.DispatchedTo, alarm.Deadline, alarm.Tier) = (act.To, act.Deadline, act.Tier ?? alarm.Tier);
                break;
            case DutyAction.Arrive:
                alarm.Deadline = null;
                break;
            case DutyAction.Resolve:
                (alarm.Resolution, alarm.Deadline) = (act.Resolution, null);
                writing.Receipt(alarm, "alarm.resolved", act.By);
                break;
        }

        writing.Alarms.AddEntry(alarm, now, What(act.Action), act.By, NoteOf(act));
        writing.Audit(act.By, act.Action.Name(), alarm.Id);
        return writing.Publish(alarm, sound: false);
    }

    private static string What(DutyAction action) => action switch
    {
        DutyAction.Acknowledge => "acknowledged",
        DutyAction.Dispatch => "dispatched",
        DutyAction.Arrive => "arrived",
        DutyAction.Resolve => "resolved",
        DutyAction.Close => "closed",
        _ => "note",
    };

    /// <summary>The story must be readable without the fields that a later act overwrites.</summary>
    private static string? NoteOf(Act act)
    {
        var fact = act.Action switch
        {
            DutyAction.Dispatch => act.To,
            DutyAction.Resolve => Names<Resolution>.Of(act.Resolution!.Value),
            _ => null,
        };
        return (fact, act.Note) switch
        {
            (null, var note) => note,
            (_, null) => fact,
            _ => $"{fact}: {act.Note}",
        };
    }

    private static Problem NotNow(AlarmRow alarm, Act act)
    {
        var state = Names<AlarmState>.Of(alarm.State);
        var allowed = DutyTable.Allowed(alarm.State).Select(a => a.Name()).ToList();
        var by = alarm.State == AlarmState.Acknowledged ? $" by {alarm.AcknowledgedBy}" : "";
        return new(
            409, "Not in this state", $"{act.Action.Name()} is not possible: the alarm is {state}{by}; allowed now: {string.Join(", ", allowed)}.")
        {
            State = state, Allowed = allowed,
        };
    }
}
