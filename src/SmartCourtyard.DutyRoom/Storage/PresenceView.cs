namespace SmartCourtyard.DutyRoom.Storage;

/// <summary>A question whether somebody is in the duty room (查岗), and its answer.</summary>
/// <param name="AskedBy">Who asked; null where the schedule did.</param>
/// <param name="AnswerBy">Unanswered at this time, it is an alarm.</param>
/// <param name="Alarm">That alarm; null where there was no need for one.</param>
internal sealed record PresenceView(
    string Id, DateTimeOffset AskedAt, string? AskedBy, DateTimeOffset AnswerBy, DateTimeOffset? AnsweredAt, string? AnsweredBy, string? Alarm)
{
    public static PresenceView Of(PresenceRow p) => new(p.Id, p.AskedAt, p.AskedBy, p.AnswerBy, p.AnsweredAt, p.AnsweredBy, p.Alarm);
}
