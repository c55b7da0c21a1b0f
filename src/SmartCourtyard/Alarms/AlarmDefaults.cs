using SmartCourtyard.Conditions;
using SmartCourtyard.Courtyards;
using SmartCourtyard.Readings;

namespace SmartCourtyard.Alarms;

/// <summary>
/// The rules that hold where a site file says nothing. A detector's own contact alarms at once whatever its class; numbers alarm by
/// the class. "Practice" marks a number that is common in the field or our own choice: no standard's text stands behind it.
/// </summary>
public static class AlarmDefaults
{
    private const string OwnContact = "the detector's own judgement";

    private static readonly AlarmRule[] Everywhere =
    [
        new(Condition.Contact(Quantity.Smoke), AlarmKind.Smoke, OwnContact),
        new(Condition.Contact(Quantity.Gas), AlarmKind.Gas, OwnContact),
        new(Condition.Contact(Quantity.CoAlarm), AlarmKind.CarbonMonoxide, OwnContact),
        new(Condition.Contact(Quantity.Emergency), AlarmKind.EmergencyCall, "somebody pressed"),
        new(Condition.Contact(Quantity.Fall), AlarmKind.Fall, OwnContact),
        new(Condition.Contact(Quantity.WaterLeak), AlarmKind.WaterLeak, OwnContact),
        new(Condition.Contact(Quantity.Tamper), AlarmKind.Tamper, OwnContact),
        // A concentration must last, as GB 15322.2 asks of home detectors from 2026 on (not under 15 s, not over 60 s): oil fumes pass.
        new(new Threshold(Quantity.Methane, Alarm: 10, Clear: 8) { After = TimeSpan.FromSeconds(15) }, AlarmKind.Gas,
            "practice: inside of the 5 to 25 %LEL that home alarms are set to; the delay after GB 15322.2 (edition announced 2026)"),
        new(new Threshold(Quantity.Methane, Alarm: 25, Clear: 8), AlarmKind.Gas, "practice: the top of what home alarms are set to"),
        new(Dose.CarbonMonoxide, AlarmKind.CarbonMonoxide, "EN 50291-1"),
    ];

    private static readonly Dictionary<DeviceClass, AlarmRule[]> OfClass = new()
    {
        [DeviceClass.HeatDetector] =
        [
            new(new Threshold(Quantity.Temperature, Alarm: 57, Clear: 50), AlarmKind.Heat,
                "EN 54-5 class A1: static response between 54 and 65 °C; the point between them is practice"),
            new(new RateOfRise(Quantity.Temperature, PerMinute: 8, Over: TimeSpan.FromMinutes(2), From: 35), AlarmKind.Heat,
                "practice: rate-of-rise detectors answer to 8 K/min and more"),
        ],
        [DeviceClass.AirMonitor] = [.. AirProfile.Gb18883Of2002.Rules],
        [DeviceClass.NoiseMeter] =
        [
            new(new Average(Quantity.Noise, TimeSpan.FromMinutes(20), Alarm: 65, Clear: 62), AlarmKind.Noise, "practice; check against the limits of the area"),
        ],
        [DeviceClass.ElectricalMonitor] =
        [
            new(new Threshold(Quantity.LeakageCurrent, Alarm: 300, Clear: 250) { After = TimeSpan.FromSeconds(5) }, AlarmKind.Electrical,
                "practice: the usual setting of residual-current fire detectors"),
            new(new Threshold(Quantity.Temperature, Alarm: 70, Clear: 60) { After = TimeSpan.FromSeconds(5) }, AlarmKind.Electrical,
                "practice: what PVC insulation bears for long"),
        ],
        // Normally closed: a cut wire alarms too.
        [DeviceClass.EquipmentContact] =
        [
            new(new Threshold(Quantity.Contact, Alarm: 0, Clear: 1) { After = TimeSpan.FromSeconds(5) }, AlarmKind.Equipment, "practice: an open contact, as with every normally closed loop"),
        ],
    };

    /// <summary>The rules of a class of devices before any limit of the site file.</summary>
    /// <param name="deviceClass">The class.</param>
    /// <param name="air">The limits of indoor air for an air monitor; null for those of 2002.</param>
    public static IEnumerable<AlarmRule> Of(DeviceClass deviceClass, AirProfile? air = null) => Everywhere.Concat(
        deviceClass == DeviceClass.AirMonitor && air is not null ? air.Rules : OfClass.GetValueOrDefault(deviceClass) ?? []);
}
