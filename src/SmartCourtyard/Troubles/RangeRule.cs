using SmartCourtyard.Readings;

namespace SmartCourtyard.Troubles;

/// <summary>Twice in a row a value that cannot be, or that no sensor of this kind measures.</summary>
internal sealed class RangeRule() : HealthRule(TroubleReason.OutOfRange)
{
    private const int InARow = 2;

    public override bool Hears(Quantity quantity) => Possible(quantity) is not null;

    public override bool? Hear(DeviceState state, Trace trace, in Reading reading, TimeSpan uptime)
    {
        var (lowest, highest) = Possible(reading.Quantity)!.Value;
        trace.Outside = reading.Value < lowest || reading.Value > highest ? trace.Outside + 1 : 0;
        return trace.Outside == 0 ? false : trace.Outside >= InARow ? true : null;
    }

    /// <summary>
    /// What ordinary parts measure: temperature by the silicon sensors' −40 to 125 °C; carbon dioxide from below the open air's
    /// 420 ppm to the widest infrared part's 40,000; pressure from 5,000 m above the sea to the deepest valley; a meter for sound
    /// from its own noise to its clipping. Null where nothing is impossible.
    /// </summary>
    private static (double Lowest, double Highest)? Possible(Quantity quantity) => quantity switch
    {
        Quantity.Temperature => (-40, 125),
        Quantity.Humidity or Quantity.Battery or Quantity.Methane => (0, 100),
        Quantity.Pressure => (500, 1_100),
        Quantity.Co2 => (250, 40_000),
        Quantity.Co => (0, 10_000),
        Quantity.Pm1 or Quantity.Pm25 or Quantity.Pm10 => (0, 5_000),
        Quantity.Tvoc => (0, 60_000),
        Quantity.Hcho => (0, 20),
        Quantity.Noise => (15, 140),
        Quantity.SmokeDensity => (0, 20),
        Quantity.Voltage => (0, 500),
        _ => null,
    };
}
