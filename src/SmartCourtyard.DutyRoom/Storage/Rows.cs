using SmartCourtyard.Alarms;
using SmartCourtyard.Troubles;

namespace SmartCourtyard.DutyRoom.Storage;

/// <summary>An event as it came: the bytes a gateway handed over, and who may never be stored twice.</summary>
internal sealed class EventRow
{
    public required string Id { get; set; }
    public required string Gateway { get; set; }
    public long Sequence { get; set; }
    public required string Type { get; set; }
    public DateTimeOffset Time { get; set; }
    public DateTimeOffset ReceivedAt { get; set; }
    public required string Body { get; set; }
}

internal sealed class TimelineRow
{
    public long Id { get; set; }
    public required string AlarmId { get; set; }
    public DateTimeOffset At { get; set; }
    public required string What { get; set; }
    public string? By { get; set; }
    public string? Note { get; set; }
}

/// <summary>What every console has been or will be told, in order.</summary>
internal sealed class StreamRow
{
    public long Position { get; set; }
    public required string Event { get; set; }
    public required string Data { get; set; }
}

/// <summary>What a gateway has been or will be told, in order.</summary>
internal sealed class CommandRow
{
    public long Position { get; set; }
    public required string Id { get; set; }
    public required string Gateway { get; set; }
    public required string Type { get; set; }
    public required string Data { get; set; }
    public DateTimeOffset At { get; set; }
    public DateTimeOffset? AnsweredAt { get; set; }
    /// <summary>Why the gateway could not do it; null while unanswered or done.</summary>
    public string? Failure { get; set; }
}

/// <summary>One courtyard: what its site says and what was last heard of its gateway.</summary>
internal sealed class GatewayRow
{
    public required string Id { get; set; }
    public string? Name { get; set; }
    public string? Street { get; set; }
    public string? Community { get; set; }
    public string? Grid { get; set; }
    public DateTimeOffset? LastHeard { get; set; }
    public long? FirstSequence { get; set; }
    public long? LastSequence { get; set; }
    public long EventCount { get; set; }
    /// <summary>The newest sequence that the gateway itself says it has given out.</summary>
    public long? GivenSequence { get; set; }
    public long Queued { get; set; }
    /// <summary>How many of its events came later than they should have, since it was first heard; and when the last of them came.</summary>
    public long LateCount { get; set; }
    public DateTimeOffset? LastLate { get; set; }
    /// <summary>How many of its events came once more, and were not taken a second time.</summary>
    public long DuplicateCount { get; set; }
    public double? UptimeSeconds { get; set; }
    public string? Version { get; set; }
    /// <summary>The newest event by which it said that it has started, and the ids of the troubles that it knew of then, separated by spaces.</summary>
    public long? StartedSequence { get; set; }
    public string? StartedTroubles { get; set; }
    /// <summary>The alarm that says that this courtyard is silent; null while it is heard.</summary>
    public string? SilenceAlarm { get; set; }
}

/// <summary>Events that a gateway has numbered and the duty room has never got, though it has got later ones.</summary>
internal sealed class GapRow
{
    public required string Gateway { get; set; }
    public long First { get; set; }
    public long Last { get; set; }
    /// <summary>The gateway has nothing under these numbers and never will: it was stopped while its disk took nothing.</summary>
    public bool Skipped { get; set; }
}

/// <summary>Whether somebody is there: asked of the duty room, and answered by a person or not.</summary>
internal sealed class PresenceRow
{
    public required string Id { get; set; }
    public DateTimeOffset AskedAt { get; set; }
    /// <summary>Who asked; null where the schedule did.</summary>
    public string? AskedBy { get; set; }
    public DateTimeOffset AnswerBy { get; set; }
    public string? AnsweredBy { get; set; }
    public DateTimeOffset? AnsweredAt { get; set; }
    /// <summary>The alarm that says that nobody answered in time.</summary>
    public string? Alarm { get; set; }
}

internal sealed class BuildingRow
{
    public required string Gateway { get; set; }
    public required string Id { get; set; }
    public required string Name { get; set; }
    public int Units { get; set; }
    public int Floors { get; set; }
    public int Order { get; set; }
}

internal sealed class DeviceRow
{
    public required string Gateway { get; set; }
    public required string Id { get; set; }
    public string? Name { get; set; }
    public string? Class { get; set; }
    public string? Building { get; set; }
    public int? Unit { get; set; }
    public int? Floor { get; set; }
    public string? Flat { get; set; }
    public string? Place { get; set; }
    public string? Call { get; set; }
    public HealthState Health { get; set; } = HealthState.Unknown;
    /// <summary>Reasons separated by spaces.</summary>
    public string Reasons { get; set; } = "";
    public DateTimeOffset? LastHeard { get; set; }
    public double? Battery { get; set; }
    public double? LinkQuality { get; set; }
    public DateTimeOffset? LastTest { get; set; }
}

internal sealed class TroubleRow
{
    public required string Id { get; set; }
    public required string Courtyard { get; set; }
    public TroubleReason Reason { get; set; }
    public string? Device { get; set; }
    public DateTimeOffset RaisedAt { get; set; }
    public DateTimeOffset ReceivedAt { get; set; }
    public DateTimeOffset? ClearedAt { get; set; }
    /// <summary>Of the newest of its events; 0 where an earlier version took it.</summary>
    public long Sequence { get; set; }
    public string? Detail { get; set; }
    public string? Building { get; set; }
    public int? Unit { get; set; }
    /// <summary>Why, in people's words; this and what follows only where people said it and it is no fault.</summary>
    public string? Why { get; set; }
    public string? By { get; set; }
    public DateTimeOffset? Until { get; set; }
    public AlarmKind? Shelves { get; set; }
}

/// <summary>What one test of the way from a gateway to here came to.</summary>
internal sealed class ProofRow
{
    /// <summary>The id of the event that said so.</summary>
    public required string Id { get; set; }
    public required string Gateway { get; set; }
    public required string AlarmId { get; set; }
    public DateTimeOffset At { get; set; }
    public bool Passed { get; set; }
    public bool Stored { get; set; }
    public bool Shown { get; set; }
    public int TookMilliseconds { get; set; }
    /// <summary>The step that failed; null where it passed.</summary>
    public string? Failed { get; set; }
    /// <summary>A person was asked to answer it.</summary>
    public bool Asked { get; set; }
    /// <summary>Who did; null where nobody has.</summary>
    public string? AnsweredBy { get; set; }
    public DateTimeOffset? AnsweredAt { get; set; }
}

internal sealed class UserRow
{
    public required string Name { get; set; }
    public required string PasswordHash { get; set; }
    public required string Role { get; set; }
    public bool Disabled { get; set; }
}

/// <summary>What a program shows to be let in. Only the SHA-256 of it is kept.</summary>
internal sealed class TokenRow
{
    public required string Name { get; set; }
    public required string Sha256 { get; set; }
    /// <summary>Null for a gateway's token.</summary>
    public string? Role { get; set; }
    /// <summary>The gateway it belongs to; null for a program's token.</summary>
    public string? Gateway { get; set; }
}

internal sealed class SessionRow
{
    public required string Sha256 { get; set; }
    public required string User { get; set; }
    public DateTimeOffset ExpiresAt { get; set; }
}

/// <summary>An answer that was given once and is given again to whoever repeats the request.</summary>
internal sealed class AnswerRow
{
    public required string Key { get; set; }
    public required string Path { get; set; }
    public required string By { get; set; }
    public int Status { get; set; }
    public required string Body { get; set; }
    public DateTimeOffset At { get; set; }
}

internal sealed class AuditRow
{
    public long Id { get; set; }
    public DateTimeOffset At { get; set; }
    public required string Who { get; set; }
    public required string What { get; set; }
    public string? Target { get; set; }
    public string? Address { get; set; }
}

internal sealed class SettingRow
{
    public required string Name { get; set; }
    public required string Value { get; set; }
}
