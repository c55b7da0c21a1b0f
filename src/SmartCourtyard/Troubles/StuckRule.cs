using SmartCourtyard.Readings;

namespace SmartCourtyard.Troubles;

/// <summary>
/// A number that has not changed by its last digit for too long although reports came: the element is dead and the electronics
/// repeat the last word.
/// </summary>
internal sealed class StuckRule() : HealthRule(TroubleReason.Stuck)
{
    private const int ReportsAtLeast = 12;

    // What fog or a wet cellar makes of a sensor.
    private const double SaturatedPercent = 99;

    public override bool Hears(Quantity quantity) => Limit(quantity) is not null;

    public override bool? Hear(DeviceState state, Trace trace, in Reading reading, TimeSpan uptime)
    {
        if (trace.Last is not { } last)
        {
            return null;
        }

        if (reading.Value != last)
        {
            return false;
        }

        // This report is one more than the trace has counted.
        var stuck = trace.Same + 1 >= ReportsAtLeast && uptime - trace.SameSince >= Limit(reading.Quantity) && !IsRest(reading);
        return stuck ? true : null;
    }

    /// <summary>
    /// How long the same number may come. Voltage of a battery, water in a dry well and power of a lamp that is off do not change
    /// by nature; null for them.
    /// </summary>
    private static TimeSpan? Limit(Quantity quantity) => quantity switch
    {
        Quantity.Noise => TimeSpan.FromHours(6),
        Quantity.Co2 => TimeSpan.FromHours(12),
        Quantity.Temperature or Quantity.Humidity or Quantity.Pressure => TimeSpan.FromHours(24),
        Quantity.Tvoc or Quantity.Pm1 or Quantity.Pm25 or Quantity.Pm10 or Quantity.Hcho or Quantity.Illuminance => TimeSpan.FromHours(48),
        Quantity.Methane or Quantity.Co or Quantity.SmokeDensity => TimeSpan.FromHours(72),
        _ => null,
    };

    // Clean air is 0 %LEL, 0 ppm and 0 µg/m³, and a night is 0 lx: for ever, with a sensor that works.
    private static bool IsRest(in Reading reading) => reading.Quantity switch
    {
        Quantity.Temperature or Quantity.Pressure or Quantity.Co2 or Quantity.Noise => false,
        Quantity.Humidity => reading.Value >= SaturatedPercent,
        _ => reading.Value == 0,
    };
}
