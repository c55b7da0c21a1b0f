namespace SmartCourtyard.Gateway.Devices;

internal static class Pressures
{
    /// <summary>Air pressure is near 100 kPa, 1,000 hPa or 100,000 Pa: the size says which.</summary>
    public static double Hectopascal(double value) => value switch
    {
        >= 30 and <= 120 => value * 10,
        >= 30_000 => value / 100,
        _ => value,
    };
}
