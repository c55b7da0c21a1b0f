using SmartCourtyard.Conditions;
using SmartCourtyard.Readings;

namespace SmartCourtyard.Alarms;

/// <summary>Limits of indoor air as one edition of a standard sets them; means over hours, advice and no alarm about a life.</summary>
/// <param name="Name">Its name in the site file.</param>
/// <param name="Rules">One a quantity.</param>
public sealed record AirProfile(string Name, IReadOnlyList<AlarmRule> Rules)
{
    // It ends a tenth below the limit, so that a mean at the limit does not flutter.
    private const double Back = 0.9;

    /// <summary>
    /// GB/T 18883-2002: CO₂ 0.10 % over 24 h, formaldehyde 0.10 mg/m³ over 1 h, TVOC 0.60 mg/m³ over 8 h, PM10 0.15 mg/m³ over 24 h.
    /// </summary>
    public static AirProfile Gb18883Of2002 { get; } = new("gb-18883-2002",
    [
        Limit(Quantity.Co2, 24, 1_000, "GB/T 18883-2002"), Limit(Quantity.Hcho, 1, 0.10, "GB/T 18883-2002"),
        Limit(Quantity.Tvoc, 8, 600, "GB/T 18883-2002"), Limit(Quantity.Pm10, 24, 150, "GB/T 18883-2002"),
    ]);

    /// <summary>
    /// GB/T 18883-2022 as it is quoted: CO₂ 0.10 % over 1 h, formaldehyde 0.08 mg/m³ over 1 h, TVOC 0.60 mg/m³ over 8 h, PM2.5 0.05 and
    /// PM10 0.10 mg/m³ over 24 h. The numbers have not been compared with the standard's text: check them before relying on them.
    /// </summary>
    public static AirProfile Gb18883Of2022 { get; } = new("gb-18883-2022",
    [
        Limit(Quantity.Co2, 1, 1_000, Unchecked), Limit(Quantity.Hcho, 1, 0.08, Unchecked), Limit(Quantity.Tvoc, 8, 600, Unchecked),
        Limit(Quantity.Pm25, 24, 50, Unchecked), Limit(Quantity.Pm10, 24, 100, Unchecked),
    ]);

    /// <summary>Every profile that a site file may name.</summary>
    public static IReadOnlyList<AirProfile> All { get; } = [Gb18883Of2002, Gb18883Of2022, new("none", [])];

    private const string Unchecked = "GB/T 18883-2022 as quoted; check";

    private static AlarmRule Limit(Quantity quantity, double hours, double limit, string basis) => new(
        new Average(quantity, TimeSpan.FromHours(hours), Alarm: limit, Clear: limit * Back), AlarmKind.AirQuality, basis);
}
