using SmartCourtyard.Readings;
using SmartCourtyard.Sources;

namespace SmartCourtyard.Gateway.Devices.Sysfs;

/// <summary>
/// The sensitivity of a bare tin-oxide element, a straight line in double-logarithmic scale: ppm = A · (Rs/R0)^B. Read off the curve
/// in the maker's datasheet (Hanwei/Winsen), whose R0 is the resistance in a given gas; the numbers are those of the regression that
/// MQSensorsLib (Califa, Contreras et al.) publishes for the same figures, with 4.4 (MQ-4) and 27.5 (MQ-7) as the ratio in clean air.
/// Elements differ by a factor of two and drift with temperature, humidity and age: an indication, never a detector.
/// </summary>
internal sealed record GasCurve(string Kind, Quantity Quantity, double A, double B, double HighestPpm)
{
    // 100 %LEL of methane is 5 % by volume.
    private const double MethanePpmPerPercentLel = 500;

    private static readonly GasCurve[] Curves =
    [
        // MQ-4, natural gas: R0 in 1,000 ppm of methane; 300 to 10,000 ppm.
        new("mq-4", Quantity.Methane, 1012.7, -2.786, 10_000),
        // MQ-7, carbon monoxide: R0 in 100 ppm; 20 to 2,000 ppm; only true at the end of the 1.4 V phase of its heater's cycle.
        new("mq-7", Quantity.Co, 99.042, -1.518, 2_000),
    ];

    public static GasCurve? Of(string kind) => Array.Find(Curves, c => c.Kind == kind);

    /// <summary>The gas in its quantity's unit; null where the voltage is none that a whole element gives.</summary>
    public double? Judge(GasElement element, double adcVolts)
    {
        var volts = adcVolts * element.Divider;
        if (volts < element.SupplyVolts * 0.005 || volts > element.SupplyVolts * 0.98)
        {
            return null;
        }

        var elementOhms = element.LoadOhms * (element.SupplyVolts - volts) / volts;
        var ppm = Math.Min(A * Math.Pow(elementOhms / element.R0Ohms, B), HighestPpm);
        return Quantity == Quantity.Methane ? ppm / MethanePpmPerPercentLel : ppm;
    }
}
