using SmartCourtyard.Courtyards;
using SmartCourtyard.Readings;

namespace SmartCourtyard.Alarms;

/// <summary>A condition that needs a person. It has a life of its own and outlives the condition.</summary>
/// <param name="Id">UUID version 7, the same in all events about it.</param>
/// <param name="Kind">What burns.</param>
/// <param name="DeviceId">The device that reported it.</param>
/// <param name="At">Where.</param>
/// <param name="CauseQuantity">The quantity whose reading activated it last.</param>
/// <param name="CauseValue">That reading's value, in the quantity's unit.</param>
/// <param name="RaisedAt">When it was first raised.</param>
/// <param name="Condition">Whether the cause still stands.</param>
/// <param name="Occurrences">How often it was activated while open; 1 or more.</param>
/// <param name="Test">True where the device said that it is being tested.</param>
/// <param name="Receipts">How far the duty room has come with it.</param>
public sealed record Alarm(
    string Id,
    AlarmKind Kind,
    string DeviceId,
    Place At,
    Quantity CauseQuantity,
    double CauseValue,
    DateTimeOffset RaisedAt,
    AlarmCondition Condition,
    int Occurrences,
    bool Test,
    Receipts Receipts)
{
    /// <summary>A second detector in the same unit says the same or what belongs to it (<see cref="Confirmation.Rules"/>). Never taken back.</summary>
    public bool Confirmed { get; init; }

    /// <summary>A fire on more than one floor of the building. Never taken back.</summary>
    public bool Spread { get; init; }

    /// <summary>Raised while the whole estate exercises.</summary>
    public bool Drill { get; init; }

    /// <summary>What it may come from; null where nothing speaks for that. For people only: nothing follows from it.</summary>
    public AlarmHint? Hint { get; init; }

    /// <summary>What is at stake.</summary>
    public Severity Severity => Kind.Severity();

    /// <summary>Open until people in the duty room say that the matter is done.</summary>
    public bool IsOpen => Receipts.Resolved is null;
}

/// <summary>What the duty room has told the gateway about an alarm; null where it has not yet.</summary>
/// <param name="Stored">Receipt 1: the duty room holds it on disk.</param>
/// <param name="Shown">Receipt 2: a live console shows it.</param>
/// <param name="Acknowledged">Receipt 3: a person answered.</param>
/// <param name="Resolved">People say that the matter is done.</param>
public sealed record Receipts(
    DateTimeOffset? Stored = null, DateTimeOffset? Shown = null, DateTimeOffset? Acknowledged = null, DateTimeOffset? Resolved = null)
{
    /// <summary>No receipt yet.</summary>
    public static Receipts None { get; } = new();
}

/// <summary>Which receipt the duty room sends.</summary>
public enum ReceiptKind
{
    /// <summary>The duty room holds the alarm on disk.</summary>
    Stored,
    /// <summary>A live console shows it.</summary>
    Shown,
    /// <summary>A person answered.</summary>
    Acknowledged,
    /// <summary>The matter is done.</summary>
    Resolved,
}

/// <summary>What happened to an alarm.</summary>
public enum AlarmStep
{
    /// <summary>It began.</summary>
    Raised,
    /// <summary>It was activated again while open, or became more certain.</summary>
    Updated,
    /// <summary>Its cause is gone; people may still be at it.</summary>
    Cleared,
}

/// <summary>One step in an alarm's life, with the alarm as it stands after it.</summary>
public sealed record AlarmChange(AlarmStep Step, Alarm Alarm);
