using System.Collections.Frozen;

namespace SmartCourtyard.Readings;

/// <summary>What a point measures or reports. The unit belongs to the quantity, never to the message.</summary>
public enum Quantity
{
    /// <summary>Smoke detected; boolean.</summary>
    Smoke,
    /// <summary>Combustible gas detected; boolean.</summary>
    Gas,
    /// <summary>The carbon monoxide detector's own alarm; boolean.</summary>
    CoAlarm,
    /// <summary>Somebody calls for help (button, pendant, cord); boolean.</summary>
    Emergency,
    /// <summary>A person fell; boolean.</summary>
    Fall,
    /// <summary>Water where none should be; boolean.</summary>
    WaterLeak,
    /// <summary>The housing was opened or torn off; boolean.</summary>
    Tamper,
    /// <summary>The device reports a fault of its own; boolean.</summary>
    Fault,
    /// <summary>The device is being tested; boolean.</summary>
    Test,
    /// <summary>The battery must be changed; boolean.</summary>
    BatteryLow,
    /// <summary>A door, window or wired contact; true is closed.</summary>
    Contact,
    /// <summary>Somebody moves; boolean.</summary>
    Motion,
    /// <summary>The thing shakes; boolean.</summary>
    Vibration,
    /// <summary>The device's network says that it can be reached; boolean.</summary>
    Online,
    /// <summary>Combustible gas, %LEL, 0 to 100.</summary>
    Methane,
    /// <summary>Carbon monoxide, ppm.</summary>
    Co,
    /// <summary>Carbon dioxide, ppm.</summary>
    Co2,
    /// <summary>Particles up to 1 µm, µg/m³.</summary>
    Pm1,
    /// <summary>Particles up to 2.5 µm, µg/m³.</summary>
    Pm25,
    /// <summary>Particles up to 10 µm, µg/m³.</summary>
    Pm10,
    /// <summary>Volatile organic compounds, µg/m³.</summary>
    Tvoc,
    /// <summary>Formaldehyde, mg/m³.</summary>
    Hcho,
    /// <summary>Temperature, °C.</summary>
    Temperature,
    /// <summary>Relative humidity, %, 0 to 100.</summary>
    Humidity,
    /// <summary>Air pressure, hPa.</summary>
    Pressure,
    /// <summary>Sound level, dB(A).</summary>
    Noise,
    /// <summary>Water level, mm.</summary>
    WaterLevel,
    /// <summary>Leakage current, mA.</summary>
    LeakageCurrent,
    /// <summary>Voltage, V.</summary>
    Voltage,
    /// <summary>Current, A.</summary>
    Current,
    /// <summary>Power, W.</summary>
    Power,
    /// <summary>Battery charge, %, 0 to 100.</summary>
    Battery,
    /// <summary>Received signal strength, dBm.</summary>
    Rssi,
    /// <summary>Zigbee link quality, 0 to 255.</summary>
    LinkQuality,
    /// <summary>Obscuration, dB/m.</summary>
    SmokeDensity,
    /// <summary>Illuminance, lx.</summary>
    Illuminance,
}

/// <summary>Name, unit and kind of each <see cref="Quantity"/>, as they stand in files, URLs and the telemetry store.</summary>
public static class Quantities
{
    private static readonly (string Name, string Unit)[] Table =
    [
        ("smoke", ""), ("gas", ""), ("co-alarm", ""), ("emergency", ""), ("fall", ""), ("water-leak", ""), ("tamper", ""),
        ("fault", ""), ("test", ""), ("battery-low", ""), ("contact", ""), ("motion", ""), ("vibration", ""), ("online", ""),
        ("methane", "%LEL"), ("co", "ppm"), ("co2", "ppm"), ("pm1", "µg/m³"), ("pm25", "µg/m³"), ("pm10", "µg/m³"),
        ("tvoc", "µg/m³"), ("hcho", "mg/m³"), ("temperature", "°C"), ("humidity", "%"), ("pressure", "hPa"),
        ("noise", "dB(A)"), ("water-level", "mm"), ("leakage-current", "mA"), ("voltage", "V"), ("current", "A"),
        ("power", "W"), ("battery", "%"), ("rssi", "dBm"), ("link-quality", ""), ("smoke-density", "dB/m"), ("illuminance", "lx"),
    ];

    private static readonly FrozenDictionary<string, Quantity> ByName =
        Enum.GetValues<Quantity>().ToFrozenDictionary(q => Table[(int)q].Name, StringComparer.Ordinal);

    /// <summary>All quantities, in the order of their declaration.</summary>
    public static IReadOnlyList<Quantity> All { get; } = Enum.GetValues<Quantity>();

    /// <summary>The quantity's name in files and URLs, lower case with hyphens.</summary>
    public static string Name(this Quantity quantity) => Table[(int)quantity].Name;

    /// <summary>The unit of every value of this quantity; empty for booleans and for link quality.</summary>
    public static string Unit(this Quantity quantity) => Table[(int)quantity].Unit;

    /// <summary>True where a value is 0 (false) or 1 (true) and nothing else.</summary>
    public static bool IsBoolean(this Quantity quantity) => quantity <= Quantity.Online;

    /// <summary>Finds a quantity by its name; false where there is none of that name.</summary>
    public static bool TryParse(string name, out Quantity quantity) => ByName.TryGetValue(name, out quantity);
}
