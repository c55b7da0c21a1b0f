using SmartCourtyard.Alarms;
using SmartCourtyard.Custody;
using SmartCourtyard.Troubles;

namespace SmartCourtyard.DutyRoom.Intake;

/// <summary>An event that was found to be as agreed.</summary>
internal sealed record Incoming(string Id, string Type, DateTimeOffset Time, long Sequence, string Body)
{
    public IncomingAlarm? Alarm { get; init; }
    public IncomingTrouble? Trouble { get; init; }
    public IncomingAnswer? Answer { get; init; }
    public IncomingProof? Proof { get; init; }

    /// <summary>The troubles that a gateway knows of as it starts; null where it does not say, and of every other event.</summary>
    public IReadOnlySet<string>? Troubles { get; init; }

    /// <summary>Whether the gateway knew the time; without it nobody can say how late an event is.</summary>
    public ClockState Clock { get; init; }

    /// <summary>It came later than alarms may.</summary>
    public bool IsLate(DateTimeOffset now) => Clock == ClockState.Synchronised && now - Time > AlarmProjection.LateAfter;
}

internal sealed record IncomingAlarm(
    string Id, AlarmKind Kind, Severity Severity, string Device, At At, string? CauseQuantity, string? CauseValue,
    DateTimeOffset RaisedAt, ClockState Clock, bool Test, int Occurrences,
    bool Confirmed = false, bool Spread = false, bool Drill = false, AlarmHint? Hint = null, bool Proof = false, bool Asked = false);

internal sealed record IncomingTrouble(string Id, TroubleReason Reason, string? Device, DateTimeOffset RaisedAt, string? Detail, At At, IncomingService? Service);

/// <summary>What people said at the gateway.</summary>
internal sealed record IncomingService(string Reason, string By, DateTimeOffset Until, AlarmKind? Shelves);

/// <summary>What a gateway answers to a command.</summary>
internal sealed record IncomingAnswer(string CommandId, string? Failure);

/// <summary>What a gateway says its daily test of the way to here came to.</summary>
internal sealed record IncomingProof(string AlarmId, bool Stored, bool Shown, int TookMilliseconds, string? Failed, bool Asked, string? AnsweredBy);
