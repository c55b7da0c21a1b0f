using SmartCourtyard.Readings;

namespace SmartCourtyard.Gateway.Devices;

/// <summary>
/// What a working sensor can report at all, in the quantity's unit. Wide on purpose: it catches the "no value" codes that leak
/// out as numbers (-327.68 °C, 65535), not unusual weather.
/// </summary>
internal static class PlausibleRange
{
    public static (double Lowest, double Highest) Of(Quantity quantity) => quantity switch
    {
        Quantity.Methane or Quantity.Humidity or Quantity.Battery => (0, 100),
        Quantity.Temperature => (-60, 300),
        Quantity.Pressure => (300, 1_200),
        Quantity.Noise => (0, 200),
        Quantity.LinkQuality => (0, 255),
        Quantity.Rssi => (-150, 0),
        Quantity.Pm1 or Quantity.Pm25 or Quantity.Pm10 => (0, 10_000),
        Quantity.Co or Quantity.Co2 => (0, 60_000),
        Quantity.Tvoc => (0, 100_000),
        Quantity.Hcho => (0, 100),
        Quantity.WaterLevel => (-100_000, 100_000),
        Quantity.LeakageCurrent => (0, 100_000),
        Quantity.Voltage => (0, 1_000),
        Quantity.Current => (-10_000, 10_000),
        Quantity.Power => (-1_000_000, 1_000_000),
        Quantity.SmokeDensity => (0, 100),
        Quantity.Illuminance => (0, 200_000),
        _ => (0, 1),
    };
}
