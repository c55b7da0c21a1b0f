using System.Text.Json.Serialization;
using SmartCourtyard.Alarms;
using SmartCourtyard.Custody;

namespace SmartCourtyard.DutyRoom.Storage;

/// <summary>How far people are with an alarm.</summary>
[JsonConverter(typeof(JsonStringEnumConverter<AlarmState>))]
internal enum AlarmState
{
    [JsonStringEnumMemberName("raised")] Raised,
    [JsonStringEnumMemberName("acknowledged")] Acknowledged,
    [JsonStringEnumMemberName("dispatched")] Dispatched,
    [JsonStringEnumMemberName("on-scene")] OnScene,
    [JsonStringEnumMemberName("resolved")] Resolved,
    [JsonStringEnumMemberName("closed")] Closed,
}

/// <summary>Who has the matter in hand.</summary>
[JsonConverter(typeof(JsonStringEnumConverter<Tier>))]
internal enum Tier
{
    [JsonStringEnumMemberName("building")] Building,
    [JsonStringEnumMemberName("grid")] Grid,
    [JsonStringEnumMemberName("community")] Community,
    [JsonStringEnumMemberName("street")] Street,
}

/// <summary>Why an alarm goes to more people than before.</summary>
[JsonConverter(typeof(JsonStringEnumConverter<Escalation>))]
internal enum Escalation
{
    /// <summary>No console showed it.</summary>
    [JsonStringEnumMemberName("no-board")] NoBoard,
    /// <summary>Nobody answered it in time.</summary>
    [JsonStringEnumMemberName("unanswered")] Unanswered,
}

/// <summary>What an alarm turned out to be.</summary>
[JsonConverter(typeof(JsonStringEnumConverter<Resolution>))]
internal enum Resolution
{
    [JsonStringEnumMemberName("true-alarm")] TrueAlarm,
    [JsonStringEnumMemberName("false-alarm")] FalseAlarm,
    [JsonStringEnumMemberName("test")] Test,
    [JsonStringEnumMemberName("fault")] Fault,
}

/// <summary>An alarm as it stands: the projection of its events and of what people did.</summary>
internal sealed class AlarmRow
{
    /// <summary>Grows with each alarm taken: the order of the list, and its cursor. 0 while not stored.</summary>
    public long Number { get; set; }
    public required string Id { get; set; }
    public required string Courtyard { get; set; }
    public AlarmKind Kind { get; set; }
    public Severity Severity { get; set; }
    public string? Device { get; set; }
    public string? Building { get; set; }
    public int? Unit { get; set; }
    public int? Floor { get; set; }
    public string? Flat { get; set; }
    public string? Place { get; set; }
    public string? CauseQuantity { get; set; }
    /// <summary>True, false or a number, as JSON.</summary>
    public string? CauseValue { get; set; }
    public AlarmState State { get; set; }
    public AlarmCondition Condition { get; set; }
    public ClockState Clock { get; set; }
    public DateTimeOffset RaisedAt { get; set; }
    public DateTimeOffset ReceivedAt { get; set; }
    public DateTimeOffset? ClearedAt { get; set; }
    public bool Late { get; set; }
    public bool Test { get; set; }
    public bool Drill { get; set; }
    /// <summary>A second detector says the same or what belongs to it. Never taken back.</summary>
    public bool Confirmed { get; set; }
    /// <summary>A fire on more than one floor. Never taken back.</summary>
    public bool Spread { get; set; }
    /// <summary>What it may come from, as the gateway saw it; for people to see.</summary>
    public AlarmHint? Hint { get; set; }
    /// <summary>A gateway raised it to prove the way to here; a program closes it.</summary>
    public bool Proof { get; set; }
    /// <summary>A person is asked to answer that proof.</summary>
    public bool Asked { get; set; }
    public int Occurrences { get; set; }
    /// <summary>The last event applied, so that one which overtook it does not turn the condition back.</summary>
    public long Sequence { get; set; }
    public DateTimeOffset? ShownAt { get; set; }
    public string? AcknowledgedBy { get; set; }
    public DateTimeOffset? AcknowledgedAt { get; set; }
    public string? DispatchedTo { get; set; }
    public Resolution? Resolution { get; set; }
    public Tier Tier { get; set; }
    public DateTimeOffset? Deadline { get; set; }
    /// <summary>Why it was escalated last; null while it need not be, and again once it is opened anew.</summary>
    public Escalation? Escalated { get; set; }
    public DateTimeOffset? EscalatedAt { get; set; }

    /// <summary>Acknowledged by a person within: a life 60 s (the target of alarm receiving practice), anything else 10 min.</summary>
    public static TimeSpan TimeToAcknowledge(Severity severity)
        => severity == Severity.Life ? TimeSpan.FromSeconds(60) : TimeSpan.FromMinutes(10);
}
