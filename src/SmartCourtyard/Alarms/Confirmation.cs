namespace SmartCourtyard.Alarms;

/// <summary>Two alarms that make each other certain when they stand at the same time in one unit.</summary>
public sealed record ConfirmationRule(AlarmKind Kind, AlarmKind By);

/// <summary>
/// What alarms of several devices say together. It only ever makes an alarm more certain: each is raised by itself, at once, and none
/// waits for another.
/// </summary>
public static class Confirmation
{
    /// <summary>Which alarms confirm each other within a unit, whichever comes first.</summary>
    public static IReadOnlyList<ConfirmationRule> Rules { get; } =
    [
        new(AlarmKind.Smoke, AlarmKind.Smoke),
        new(AlarmKind.Smoke, AlarmKind.Heat),
        new(AlarmKind.Heat, AlarmKind.Heat),
        new(AlarmKind.Smoke, AlarmKind.CarbonMonoxide),
        new(AlarmKind.Heat, AlarmKind.CarbonMonoxide),
        new(AlarmKind.Gas, AlarmKind.Gas),
        new(AlarmKind.Gas, AlarmKind.CarbonMonoxide),
        new(AlarmKind.CarbonMonoxide, AlarmKind.CarbonMonoxide),
    ];

    /// <summary>What may spread from floor to floor.</summary>
    public static IReadOnlyList<AlarmKind> Spreading { get; } = [AlarmKind.Smoke, AlarmKind.Heat];

    /// <summary>Whether two alarms confirm each other: two devices of one unit of a building, both standing, neither a test.</summary>
    public static bool Confirms(Alarm one, Alarm other) =>
        Stand(one, other) && one.At.Unit is not null && one.At.Unit == other.At.Unit
        && Rules.Any(r => (r.Kind == one.Kind && r.By == other.Kind) || (r.Kind == other.Kind && r.By == one.Kind));

    /// <summary>Whether two alarms show that a fire has spread: two floors of one building, both standing, neither a test.</summary>
    public static bool Spreads(Alarm one, Alarm other) =>
        Stand(one, other) && one.At.Floor is not null && other.At.Floor is not null && one.At.Floor != other.At.Floor
        && Spreading.Contains(one.Kind) && Spreading.Contains(other.Kind);

    private static bool Stand(Alarm one, Alarm other) =>
        one.DeviceId != other.DeviceId && one.At.Building is not null && one.At.Building == other.At.Building && Stands(one) && Stands(other);

    private static bool Stands(Alarm alarm) => alarm is { Condition: AlarmCondition.Active, IsOpen: true, Test: false };
}
