using SmartCourtyard.Readings;

namespace SmartCourtyard.Gateway.Devices;

/// <summary>From the unit that a device declares to the quantity's own.</summary>
internal static class Units
{
    // One mole of gas at 25 °C and 1,013 hPa.
    private const double LitresPerMole = 24.45;
    private const double FormaldehydeGramsPerMole = 30.03;
    private const double CarbonMonoxideGramsPerMole = 28.01;

    // A mixture has no molar mass; this is the usual one for the organic vapours of indoor air.
    private const double OrganicVapourGramsPerMole = 110;

    // 100 %LEL of methane is 5 % by volume.
    private const double MethanePpmPerPercentLel = 500;

    /// <summary>Null where the unit is not known for this quantity.</summary>
    public static Func<double, double>? To(Quantity quantity, string unit) => (quantity, unit) switch
    {
        (Quantity.Methane, "ppm") => ppm => ppm / MethanePpmPerPercentLel,
        (Quantity.Tvoc, "ppb") => ppb => ppb * OrganicVapourGramsPerMole / LitresPerMole,
        (Quantity.Tvoc, "ppm") => ppm => ppm * 1_000 * OrganicVapourGramsPerMole / LitresPerMole,
        (Quantity.Tvoc, "mg/m³") => milligrams => milligrams * 1_000,
        (Quantity.Hcho, "ppm") => FormaldehydeFromPpm,
        (Quantity.Hcho, "ppb") => ppb => FormaldehydeFromPpm(ppb / 1_000),
        (Quantity.Hcho, "µg/m³") => FromMicrograms,
        (Quantity.Co, "mg/m³") => milligrams => milligrams * LitresPerMole / CarbonMonoxideGramsPerMole,
        (Quantity.Temperature, "°F") => fahrenheit => (fahrenheit - 32) / 1.8,
        (Quantity.Pressure, "kPa") => kilopascal => kilopascal * 10,
        (Quantity.Pressure, "Pa") => pascal => pascal / 100,
        (Quantity.Voltage, "mV") or (Quantity.Current, "mA") or (Quantity.Power, "mW") => milli => milli / 1_000,
        (Quantity.LeakageCurrent, "A") or (Quantity.WaterLevel, "m") or (Quantity.Power, "kW") => whole => whole * 1_000,
        (Quantity.WaterLevel, "cm") => centimetres => centimetres * 10,
        _ when unit == quantity.Unit() => value => value,
        _ => null,
    };

    public static double FromMicrograms(double micrograms) => micrograms / 1_000;

    public static double FormaldehydeFromPpm(double ppm) => ppm * FormaldehydeGramsPerMole / LitresPerMole;
}
