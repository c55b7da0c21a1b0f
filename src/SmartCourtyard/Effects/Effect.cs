using SmartCourtyard.Alarms;
using SmartCourtyard.Courtyards;

namespace SmartCourtyard.Effects;

/// <summary>What ends an effect, besides its own time.</summary>
public enum EffectEnd
{
    /// <summary>People in the duty room say that the matter is done.</summary>
    Resolved,
    /// <summary>The cause is gone.</summary>
    Cleared,
    /// <summary>A person has answered.</summary>
    Acknowledged,
    /// <summary>Nothing but a person at the actuator: a gas valve that was closed is opened by hand.</summary>
    Person,
}

/// <summary>Cause and effect: which alarms move an actuator, from when and for how long.</summary>
/// <param name="Kinds">The alarms that move it.</param>
/// <param name="Actuator">Id of the siren, valve or lamp.</param>
public sealed record Effect(IReadOnlyList<AlarmKind> Kinds, string Actuator)
{
    /// <summary>Where the cause must be: each part that is given must be the same. Nothing given: anywhere in the courtyard.</summary>
    public Place Where { get; init; } = new();

    /// <summary>Whether a second detector must have confirmed the alarm; false by default.</summary>
    public bool OnlyConfirmed { get; init; }

    /// <summary>How long after the alarm it begins; 0 s by default.</summary>
    public TimeSpan After { get; init; }

    /// <summary>How long it lasts at most; null for as long as its cause.</summary>
    public TimeSpan? For { get; init; }

    /// <summary>What ends it.</summary>
    public EffectEnd Until { get; init; } = EffectEnd.Resolved;

    /// <summary>Whether an alarm, as it stands now, asks for it. A test of a detector moves nothing.</summary>
    public bool IsAskedBy(Alarm alarm) =>
        alarm is { IsOpen: true, Test: false } && Kinds.Contains(alarm.Kind) && Covers(alarm.At) && (alarm.Confirmed || !OnlyConfirmed)
        && Until switch
        {
            EffectEnd.Cleared => alarm.Condition == AlarmCondition.Active,
            EffectEnd.Acknowledged => alarm.Receipts.Acknowledged is null,
            _ => true,
        };

    /// <summary>Two effects that say the same are the same, although each file that is read makes them anew.</summary>
    public bool Equals(Effect? other) =>
        other is not null && Actuator == other.Actuator && Where == other.Where && OnlyConfirmed == other.OnlyConfirmed && After == other.After
        && For == other.For && Until == other.Until && Kinds.SequenceEqual(other.Kinds);

    /// <inheritdoc />
    public override int GetHashCode() => HashCode.Combine(Actuator, Where, OnlyConfirmed, After, For, Until, Kinds.Count);

    private bool Covers(Place at) =>
        (Where.Building is null || Where.Building == at.Building) && (Where.Unit is null || Where.Unit == at.Unit)
        && (Where.Floor is null || Where.Floor == at.Floor) && (Where.Flat is null || Where.Flat == at.Flat) && (Where.Room is null || Where.Room == at.Room);
}
