using SmartCourtyard.Conditions;
using SmartCourtyard.Courtyards;
using SmartCourtyard.Readings;
using SmartCourtyard.Sources;

namespace SmartCourtyard.Alarms;

/// <summary>Which alarm follows from a condition.</summary>
/// <param name="Condition">The condition.</param>
/// <param name="Kind">The alarm it raises.</param>
/// <param name="RaisesFromRetained">
/// Whether a state that a broker had kept may raise the alarm. True where the state itself is the danger (smoke, gas, CO, water);
/// false for calls, where a kept message says nothing about when somebody pressed.
/// </param>
public sealed record AlarmRule(Condition Condition, AlarmKind Kind, bool RaisesFromRetained = true)
{
    /// <summary>
    /// The rules of every device. Gas in numbers alarms at 10 %LEL, inside the 5 to 25 %LEL that home gas alarms are set to, and
    /// ends below 8 %LEL.
    /// </summary>
    public static IReadOnlyList<AlarmRule> Defaults { get; } =
    [
        new(Condition.Contact(Quantity.Smoke), AlarmKind.Smoke),
        new(Condition.Contact(Quantity.Gas), AlarmKind.Gas),
        new(new Condition(Quantity.Methane, OnFrom: 10, OffBelow: 8), AlarmKind.Gas),
        new(Condition.Contact(Quantity.CoAlarm), AlarmKind.CarbonMonoxide),
        new(Condition.Contact(Quantity.Emergency), AlarmKind.EmergencyCall, RaisesFromRetained: false),
        new(Condition.Contact(Quantity.Fall), AlarmKind.Fall, RaisesFromRetained: false),
        new(Condition.Contact(Quantity.WaterLeak), AlarmKind.WaterLeak),
        new(Condition.Contact(Quantity.Tamper), AlarmKind.Tamper),
    ];

    /// <summary>
    /// The alarm's kind for a device: what a heat detector calls smoke is heat, and what a bare gas element indicates is advice, not an
    /// alarm about a life: it drifts by more than the alarm's threshold.
    /// </summary>
    public AlarmKind KindFor(Device device) => (Kind, device) switch
    {
        (AlarmKind.Smoke, { Class: DeviceClass.HeatDetector }) => AlarmKind.Heat,
        (AlarmKind.Gas or AlarmKind.CarbonMonoxide, { Source: IioSource { Element: not null } }) => AlarmKind.AirQuality,
        _ => Kind,
    };
}
