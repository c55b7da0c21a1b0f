using SmartCourtyard.Readings;
using static SmartCourtyard.Readings.Quantity;

namespace SmartCourtyard.Gateway.Devices.Sysfs;

/// <summary>A kind of channel: the beginning of its name, what it measures, and from the kernel's unit to ours.</summary>
internal sealed record ChannelKind(string Channel, Quantity? Quantity, Func<double, double> ToOurs, string? Sensor = null);

/// <summary>
/// Which channels there are and in which unit the kernel gives them: Documentation/ABI/testing/sysfs-bus-iio and
/// Documentation/hwmon/sysfs-interface. Rows with a sensor's name stand for drivers that differ from that.
/// </summary>
internal static class SensorChannels
{
    private static readonly Func<double, double> VocFromPercent = Units.To(Tvoc, "ppb")!;

    private static readonly ChannelKind[] Iio =
    [
        // The driver gives a ratio, not per cent; its "CO2" is an equivalent calculated from hydrogen, so it is no reading of CO2.
        new("concentration_co2", null, same => same, Sensor: "sgp30"),
        new("concentration_voc", Tvoc, ratio => VocFromPercent(ratio * 1e9), Sensor: "sgp30"),
        new("temp", Temperature, milli => milli / 1_000),
        new("humidityrelative", Humidity, Percent),
        new("pressure", Pressure, kilopascal => kilopascal * 10),
        new("illuminance", Illuminance, lux => lux),
        new("concentration_co2", Co2, percent => percent * 10_000),
        new("concentration_voc", Tvoc, percent => VocFromPercent(percent * 1e7)),
        new("massconcentration_pm1", Pm1, same => same),
        new("massconcentration_pm2p5", Pm25, same => same),
        new("massconcentration_pm10", Pm10, same => same),
        new("voltage", null, milli => milli / 1_000),
        new("current", null, milli => milli / 1_000),
        new("power", null, milli => milli / 1_000),
    ];

    private static readonly ChannelKind[] Hwmon =
    [
        new("temp", Temperature, milli => milli / 1_000),
        new("humidity", Humidity, milli => milli / 1_000),
        new("in", null, milli => milli / 1_000),
        new("curr", null, milli => milli / 1_000),
        new("power", null, micro => micro / 1_000_000),
    ];

    /// <summary>The channels of a sensor that have a quantity of their own, the first of each.</summary>
    public static IReadOnlyDictionary<Quantity, string> Of(bool iio, string sensor, string folder)
    {
        var found = new Dictionary<Quantity, string>();
        var files = Directory.Exists(folder) ? Directory.EnumerateFiles(folder) : [];
        foreach (var channel in files.Select(f => ChannelOf(iio, Path.GetFileName(f))).OfType<string>().Distinct().Order(StringComparer.Ordinal))
        {
            if (KindOf(iio, sensor, channel)?.Quantity is { } quantity)
            {
                found.TryAdd(quantity, channel);
            }
        }

        return found;
    }

    /// <summary>The kind of a channel, whatever number it has.</summary>
    public static ChannelKind? KindOf(bool iio, string sensor, string channel)
    {
        var kind = TypeOf(channel);
        return Array.Find(iio ? Iio : Hwmon, k => k.Channel == kind && (k.Sensor is null || k.Sensor == sensor));
    }

    /// <summary>
    /// A channel's value in our unit (volts, amperes, watts where the channel has no quantity of its own); null with the reason.
    /// </summary>
    public static double? Read(bool iio, string sensor, string folder, string channel, out string? problem)
    {
        var value = iio ? ReadIio(folder, channel, out problem) : SensorFile.Number(Path.Combine(folder, channel + "_input"), out problem);
        if (value is null)
        {
            problem ??= $"{sensor} has no channel '{channel}'";
            return null;
        }

        return KindOf(iio, sensor, channel)?.ToOurs(value.Value) ?? value;
    }

    /// <summary>From the raw numbers of an IIO channel to our unit, as the channel's files say now.</summary>
    public static Func<double, double> FromRaw(string sensor, string folder, string channel)
    {
        double offset = Beside(folder, channel, "offset") ?? 0, scale = Beside(folder, channel, "scale") ?? 1;
        var ours = KindOf(iio: true, sensor, channel)?.ToOurs ?? (same => same);
        return raw => ours((raw + offset) * scale);
    }

    private static double? ReadIio(string folder, string channel, out string? problem)
    {
        var processed = SensorFile.Number(Path.Combine(folder, $"in_{channel}_input"), out problem);
        if (processed is not null || problem is not null)
        {
            return processed;
        }

        if (SensorFile.Number(Path.Combine(folder, $"in_{channel}_raw"), out problem) is not { } raw)
        {
            return null;
        }

        return (raw + (Beside(folder, channel, "offset") ?? 0)) * (Beside(folder, channel, "scale") ?? 1);
    }

    // Of the channel alone, or shared by all channels of its type (in_voltage_scale; between two inputs in_voltage-voltage_scale).
    private static double? Beside(string folder, string channel, string what) =>
        SensorFile.Number(Path.Combine(folder, $"in_{channel}_{what}"), out _)
        ?? (channel.Contains('-', StringComparison.Ordinal)
            ? SensorFile.Number(Path.Combine(folder, $"in_{string.Join('-', channel.Split('-').Select(TypeOf))}_{what}"), out _)
            : null)
        ?? SensorFile.Number(Path.Combine(folder, $"in_{TypeOf(channel)}_{what}"), out _)
        ?? SensorFile.Number(Path.Combine(folder, $"in_{TypeOf(channel).Split('_')[0]}_{what}"), out _);

    private static string? ChannelOf(bool iio, string file) => iio switch
    {
        true when file.StartsWith("in_", StringComparison.Ordinal) && file.EndsWith("_input", StringComparison.Ordinal) => file[3..^6],
        true when file.StartsWith("in_", StringComparison.Ordinal) && file.EndsWith("_raw", StringComparison.Ordinal) => file[3..^4],
        false when file.EndsWith("_input", StringComparison.Ordinal) => file[..^6],
        _ => null,
    };

    // voltage0 → voltage, concentration0_co2 → concentration_co2; the digits of pm2p5 belong to its name.
    private static string TypeOf(string channel)
    {
        var parts = channel.Split('_', 2);
        var type = parts[0].Split('-')[0].TrimEnd("0123456789".ToCharArray());
        return parts.Length == 1 ? type : $"{type}_{parts[1]}";
    }

    // The interface says thousandths; some drivers give per cent (bme680). No air is as dry as a tenth of a per cent.
    private static double Percent(double value) => value > 100 ? value / 1_000 : value;
}
