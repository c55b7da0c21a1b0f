using System.Runtime.CompilerServices;
using System.Text.Json.Serialization;
using SmartCourtyard.Alarms;
using SmartCourtyard.Custody;
using SmartCourtyard.DutyRoom.Storage;

namespace SmartCourtyard.DutyRoom.Reports;

/// <summary>How far an alarm comes, and from where the time counts.</summary>
[JsonConverter(typeof(JsonStringEnumConverter<Step>))]
internal enum Step
{
    /// <summary>From the alarm until the duty room has stored it.</summary>
    [JsonStringEnumMemberName("received")] Received,
    /// <summary>From there until a console showed it.</summary>
    [JsonStringEnumMemberName("shown")] Shown,
    /// <summary>From receipt until a person answered.</summary>
    [JsonStringEnumMemberName("answered")] Answered,
    /// <summary>From the alarm until somebody was there.</summary>
    [JsonStringEnumMemberName("on-site")] OnSite,
    /// <summary>From the alarm until it was closed.</summary>
    [JsonStringEnumMemberName("closed")] Closed,
}

/// <summary>How long one alarm took to each step, in milliseconds, or one of the words below.</summary>
[InlineArray(Count)]
internal struct Spans
{
    public const int Count = 5;

    /// <summary>It has not come so far, and nothing says that it should have.</summary>
    public const long NotReached = -1;

    /// <summary>It has not come so far, though its time is over.</summary>
    public const long Overdue = -2;

    /// <summary>It has come so far, but nobody knows how long that took.</summary>
    public const long Untimed = -3;

    private long first;
}

/// <summary>One alarm's way through the steps: all that is kept of it for the percentiles.</summary>
internal readonly record struct Course(AlarmKind Kind, Severity Severity, Spans Spans);

/// <summary>What a step may take, and what it took.</summary>
internal static class Steps
{
    // GB 26875.1: at the centre within 10 s.
    private static readonly TimeSpan ToReceive = TimeSpan.FromSeconds(10);
    private static readonly TimeSpan ToShow = TimeSpan.FromSeconds(15);
    private static readonly TimeSpan ToBeOnSite = TimeSpan.FromMinutes(15);

    /// <summary>Two clocks never agree wholly: so far may the gateway's be ahead, and then it took no time.</summary>
    private static readonly TimeSpan Disagreement = TimeSpan.FromSeconds(10);

    public static readonly IReadOnlyList<Step> All = Enum.GetValues<Step>();

    /// <summary>Within which time an alarm must have come to a step; null where nothing is said.</summary>
    public static TimeSpan? Line(Step step, Severity severity) => step switch
    {
        Step.Received => ToReceive,
        Step.Shown => ToShow,
        Step.Answered => AlarmRow.TimeToAcknowledge(severity),
        Step.OnSite when severity == Severity.Life => ToBeOnSite,
        _ => null,
    };

    public static Course Of(AlarmRow alarm, Deeds deeds, DateTimeOffset now)
    {
        var waited = now - alarm.ReceivedAt;
        bool IsOver(Step step) => Line(step, alarm.Severity) is { } line && waited > line;
        var isDone = alarm.State is AlarmState.Resolved or AlarmState.Closed;
        var knowsWhen = alarm.Clock == ClockState.Synchronised && alarm.RaisedAt - alarm.ReceivedAt <= Disagreement;
        var spans = new Spans();
        // The duty room's own alarm has no way to come.
        spans[(int)Step.Received] = knowsWhen && alarm.Kind != AlarmKind.Supervision ? Between(alarm.RaisedAt, alarm.ReceivedAt) : Spans.Untimed;
        spans[(int)Step.Shown] = Took(alarm.ReceivedAt, deeds.ShownAt, true, IsOver(Step.Shown));
        spans[(int)Step.Answered] = Took(alarm.ReceivedAt, deeds.AnsweredAt, true, IsOver(Step.Answered));
        // A matter may be settled without sending anybody.
        spans[(int)Step.OnSite] = Took(alarm.RaisedAt, deeds.ArrivedAt, knowsWhen, !isDone && IsOver(Step.OnSite));
        spans[(int)Step.Closed] = Took(alarm.RaisedAt, alarm.State == AlarmState.Closed ? deeds.ClosedAt : null, knowsWhen, false);
        return new(alarm.Kind, alarm.Severity, spans);
    }

    private static long Took(DateTimeOffset since, DateTimeOffset? until, bool isTimed, bool isOver)
        => until is not { } at ? (isOver ? Spans.Overdue : Spans.NotReached) : isTimed ? Between(since, at) : Spans.Untimed;

    private static long Between(DateTimeOffset since, DateTimeOffset until) => Math.Max(0, until.ToUnixTimeMilliseconds() - since.ToUnixTimeMilliseconds());
}
