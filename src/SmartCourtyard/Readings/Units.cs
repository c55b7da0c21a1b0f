namespace SmartCourtyard.Readings;

/// <summary>From the unit that a device declares to the quantity's own.</summary>
public static class Units
{
    // One mole of gas at 25 °C and 1,013 hPa.
    private const double LitresPerMole = 24.45;
    private const double FormaldehydeGramsPerMole = 30.03;
    private const double CarbonMonoxideGramsPerMole = 28.01;

    // A mixture has no molar mass; this is the usual one for the organic vapours of indoor air.
    private const double OrganicVapourGramsPerMole = 110;

    /// <summary>The volume of methane in air, in per cent, that counts as 100 %LEL here: 5.0, as in Chinese practice (IEC: 4.4).</summary>
    public const double LelBasePercent = 5.0;

    private const double MethanePpmPerPercentLel = LelBasePercent * 10_000 / 100;

    private static readonly string[] Known =
    [
        "%LEL", "%vol", "%", "ppm", "ppb", "mg/m³", "µg/m³", "°C", "°F", "K", "hPa", "kPa", "Pa", "mmHg", "inHg", "dB(A)", "mm", "cm", "m",
        "V", "mV", "A", "mA", "W", "mW", "kW", "dBm", "dB/m", "lx",
    ];

    /// <summary>How to bring a value to the quantity's unit; null where the unit is not known for this quantity.</summary>
    /// <param name="quantity">What the value is.</param>
    /// <param name="unit">As the device writes it: usual other spellings (ug/m3, dBA, C, LEL %) are understood.</param>
    public static Func<double, double>? To(Quantity quantity, string unit) => (quantity, Spelled(unit)) switch
    {
        (Quantity.Methane, "ppm") => ppm => ppm / MethanePpmPerPercentLel,
        (Quantity.Methane, "%vol") => volume => volume * 100 / LelBasePercent,
        (Quantity.Tvoc, "ppb") => ppb => ppb * OrganicVapourGramsPerMole / LitresPerMole,
        (Quantity.Tvoc, "ppm") => ppm => ppm * 1_000 * OrganicVapourGramsPerMole / LitresPerMole,
        (Quantity.Tvoc, "mg/m³") => milligrams => milligrams * 1_000,
        (Quantity.Hcho, "ppm") => FormaldehydeFromPpm,
        (Quantity.Hcho, "ppb") => ppb => FormaldehydeFromPpm(ppb / 1_000),
        (Quantity.Hcho, "µg/m³") => FromMicrograms,
        (Quantity.Co, "mg/m³") => milligrams => milligrams * LitresPerMole / CarbonMonoxideGramsPerMole,
        (Quantity.Pm1 or Quantity.Pm25 or Quantity.Pm10, "mg/m³") => milligrams => milligrams * 1_000,
        (Quantity.Temperature, "°F") => fahrenheit => (fahrenheit - 32) / 1.8,
        (Quantity.Temperature, "K") => kelvin => kelvin - 273.15,
        (Quantity.Pressure, "kPa") => kilopascal => kilopascal * 10,
        (Quantity.Pressure, "Pa") => pascal => pascal / 100,
        (Quantity.Pressure, "mmHg") => millimetres => millimetres * 1.333_223_874,
        (Quantity.Pressure, "inHg") => inches => inches * 33.863_886_67,
        (Quantity.Voltage, "mV") or (Quantity.Current, "mA") or (Quantity.Power, "mW") => milli => milli / 1_000,
        (Quantity.LeakageCurrent, "A") or (Quantity.WaterLevel, "m") or (Quantity.Power, "kW") => whole => whole * 1_000,
        (Quantity.WaterLevel, "cm") => centimetres => centimetres * 10,
        (_, var spelled) when spelled == quantity.Unit() => value => value,
        _ => null,
    };

    /// <summary>Every unit that <see cref="To"/> takes for a quantity; empty where the quantity has none.</summary>
    public static IReadOnlyList<string> Of(Quantity quantity) =>
        quantity.Unit().Length == 0 ? [] : [.. Known.Where(unit => To(quantity, unit) is not null)];

    /// <summary>A methane concentration in %LEL that counts from another volume, as %LEL from <see cref="LelBasePercent"/>.</summary>
    /// <param name="percentLel">In %LEL of <paramref name="basePercent"/>.</param>
    /// <param name="basePercent">The volume in per cent that its giver calls 100 %LEL.</param>
    public static double RebaseLel(double percentLel, double basePercent) => percentLel * basePercent / LelBasePercent;

    /// <summary>From µg/m³ to mg/m³.</summary>
    public static double FromMicrograms(double micrograms) => micrograms / 1_000;

    /// <summary>From ppm of formaldehyde to mg/m³, at 25 °C and 1,013 hPa.</summary>
    public static double FormaldehydeFromPpm(double ppm) => ppm * FormaldehydeGramsPerMole / LitresPerMole;

    // The Greek letter mu and the micro sign look the same and are two characters.
    private static string Spelled(string unit) => unit.Trim().Replace('\u03BC', 'µ') switch
    {
        "vol%" or "% vol" or "%VOL" or "vol.-%" => "%vol",
        "LEL" or "% LEL" or "LEL %" or "LEL%" => "%LEL",
        "%RH" or "% RH" or "RH%" => "%",
        "ug/m3" or "ug/m³" or "µg/m3" => "µg/m³",
        "mg/m3" => "mg/m³",
        "C" or "℃" or "º C" or "° C" => "°C",
        "F" or "℉" => "°F",
        "mbar" => "hPa",
        "dBA" or "dB" => "dB(A)",
        "lux" or "lm" => "lx",
        var other => other,
    };
}
