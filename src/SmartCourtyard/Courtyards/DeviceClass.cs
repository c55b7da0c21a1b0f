using System.Collections.Frozen;

namespace SmartCourtyard.Courtyards;

/// <summary>What a device is for. The names in the site file are these in lower case with hyphens.</summary>
public enum DeviceClass
{
#pragma warning disable CS1591 // each name says what it is; the words are the field's own
    SmokeDetector, HeatDetector, GasDetector, CoDetector, EmergencyButton, FallDetector, AirMonitor, NoiseMeter, WaterLeak, WaterLevel,
    ElectricalMonitor, DoorContact, Motion, Vibration, EquipmentContact, AccessControl, PlateGate, Camera, Siren, GasValve,
    ReassuranceLamp, Intercom, Repeater,
#pragma warning restore CS1591
}

/// <summary>Name, silence limit and importance of each <see cref="DeviceClass"/>.</summary>
public static class DeviceClasses
{
    private static readonly string[] Names =
    [
        "smoke-detector", "heat-detector", "gas-detector", "co-detector", "emergency-button", "fall-detector", "air-monitor", "noise-meter",
        "water-leak", "water-level", "electrical-monitor", "door-contact", "motion", "vibration", "equipment-contact", "access-control",
        "plate-gate", "camera", "siren", "gas-valve", "reassurance-lamp", "intercom", "repeater",
    ];

    private static readonly FrozenDictionary<string, DeviceClass> ByName =
        Enum.GetValues<DeviceClass>().ToFrozenDictionary(c => Names[(int)c], StringComparer.Ordinal);

    /// <summary>All names that a site file may use, in order.</summary>
    public static IReadOnlyList<string> AllNames => Names;

    /// <summary>The class's name in the site file, for example <c>smoke-detector</c>.</summary>
    public static string Name(this DeviceClass deviceClass) => Names[(int)deviceClass];

    /// <summary>Finds a class by its name; false where there is none.</summary>
    public static bool TryParse(string name, out DeviceClass deviceClass) => ByName.TryGetValue(name, out deviceClass);

    /// <summary>
    /// True where a message of the device may be about a life or about property: such devices travel on a connection of their
    /// own, so that no flood of measurements can hold them up.
    /// </summary>
    public static bool IsAlarmCapable(this DeviceClass deviceClass) => deviceClass switch
    {
        DeviceClass.AirMonitor or DeviceClass.NoiseMeter or DeviceClass.AccessControl or DeviceClass.PlateGate or DeviceClass.Camera
            or DeviceClass.Repeater or DeviceClass.Motion or DeviceClass.DoorContact => false,
        _ => true,
    };

    /// <summary>
    /// How long a device of this class may stay silent before it counts as unobserved. Mains-fed gas, CO and air devices report by
    /// the minute; battery devices prove themselves once a day (GB 20517-2025: battery checked at least every 24 h), one missed
    /// report allowed.
    /// </summary>
    public static TimeSpan SilenceLimit(this DeviceClass deviceClass) => deviceClass switch
    {
        DeviceClass.GasDetector or DeviceClass.AirMonitor or DeviceClass.NoiseMeter or DeviceClass.ElectricalMonitor => TimeSpan.FromMinutes(30),
        DeviceClass.Siren or DeviceClass.GasValve or DeviceClass.Repeater => TimeSpan.FromHours(2),
        _ => TimeSpan.FromHours(25),
    };

    /// <summary>
    /// How long a device of this class lasts once it is put up; null where it is used until it breaks. Makers' practice, not the
    /// text of a standard: smoke and heat detectors 10 years (what EN 14604 detectors are sold and marked with), carbon monoxide
    /// cells 7 (EN 50291 detectors are marked with 5 to 10), combustible gas elements 5 (household detectors in China are marked
    /// with 3 to 5). What is printed on the device counts: write it into the site file.
    /// </summary>
    public static TimeSpan? ServiceLife(this DeviceClass deviceClass) => deviceClass switch
    {
        DeviceClass.SmokeDetector or DeviceClass.HeatDetector => Years(10),
        DeviceClass.CoDetector => Years(7),
        DeviceClass.GasDetector => Years(5),
        _ => null,
    };

    /// <summary>
    /// How often somebody must test a device of this class; null where no test is asked for. Makers ask for a test every month; three
    /// of them missed are a trouble.
    /// </summary>
    public static TimeSpan? TestEvery(this DeviceClass deviceClass) => deviceClass switch
    {
        DeviceClass.SmokeDetector or DeviceClass.HeatDetector or DeviceClass.GasDetector or DeviceClass.CoDetector
            or DeviceClass.EmergencyButton => TimeSpan.FromDays(92),
        _ => null,
    };

    private static TimeSpan Years(int years) => TimeSpan.FromDays(365.25 * years);
}
