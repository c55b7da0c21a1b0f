using System.Globalization;
using FsCheck;
using FsCheck.Fluent;
using SmartCourtyard.Gateway.Devices;
using SmartCourtyard.Readings;

namespace SmartCourtyard.Gateway.Tests.Devices;

/// <summary>What is true, and the ways in which devices write it: other units, other words for yes and no. Says nothing of how it is read.</summary>
internal static class WrittenValues
{
    /// <summary>JSON for yes and no; and <c>open</c> and <c>closed</c> where a yes is an open contact.</summary>
    public static IReadOnlyList<(string Yes, string No)> Words { get; } =
    [
        ("true", "false"), ("1", "0"), ("1.0", "0.0"), ("\"ON\"", "\"OFF\""), ("\"on\"", "\"off\""), ("\"true\"", "\"False\""), ("\"1\"", "\"0\""),
        ("\"alarm\"", "\"normal\""), ("\"Detected\"", "\"clear\""), ("\"yes\"", "\"no\""), ("\"active\"", "\"inactive\""),
    ];

    public static IEnumerable<Quantity> Numbers => Enum.GetValues<Quantity>().Where(q => !q.IsBoolean());

    /// <summary>A value somewhat within what a sensor can report, with three decimals.</summary>
    public static Gen<double> Possible(Quantity quantity)
    {
        (double lowest, double highest) = PlausibleRange.Of(quantity);
        return from part in Gen.Choose(1, 999) from more in Gen.Choose(0, 999) select Math.Round(lowest + ((highest - lowest) * (part + (more / 1_000.0)) / 1_001), 3);
    }

    /// <summary>The same value in another unit, as a device would write it.</summary>
    public static double In(Quantity quantity, string unit, double value) => (quantity, unit) switch
    {
        _ when unit == quantity.Unit() => value,
        (Quantity.Temperature, "°F") => (value * 1.8) + 32,
        (Quantity.Temperature, "K") => value + 273.15,
        (Quantity.Methane, "ppm") => value / 100 * 50_000,
        (Quantity.Methane, "%vol") => value / 100 * 5,
        (Quantity.Tvoc, "ppb") => value / 110 * 24.45,
        (Quantity.Tvoc, "ppm") => value / 110 * 24.45 / 1_000,
        (Quantity.Hcho, "ppb") => value / 30.03 * 24.45 * 1_000,
        (Quantity.Hcho, "ppm") => value / 30.03 * 24.45,
        (Quantity.Co, "mg/m³") => value * 28.01 / 24.45,
        (Quantity.Pressure, "mmHg") => value * 0.750_061_683,
        (Quantity.Pressure, "inHg") => value * 0.029_529_983_07,
        (Quantity.Pressure, "kPa") or (Quantity.WaterLevel, "cm") => value / 10,
        (Quantity.Pressure, "Pa") => value * 100,
        (Quantity.Hcho, "µg/m³") or (Quantity.Voltage, "mV") or (Quantity.Current, "mA") or (Quantity.Power, "mW") => value * 1_000,
        (_, "mg/m³" or "m" or "A" or "kW") => value / 1_000,
        _ => throw new ArgumentOutOfRangeException(nameof(unit), $"{quantity} in {unit}: this table does not know it"),
    };

    public static string Text(double value) => value.ToString("R", CultureInfo.InvariantCulture);

    public static void Same(double expected, double read) => Assert.InRange(read, expected - Tolerance(expected), expected + Tolerance(expected));

    // Millimetres of mercury are defined to six digits in one place and to nine in another.
    private static double Tolerance(double expected) => 2e-6 * Math.Max(0.001, Math.Abs(expected));
}
