using SmartCourtyard.Sources;

namespace SmartCourtyard.Gateway.Devices.Sysfs;

/// <summary>Finds the folder in which the kernel shows a sensor. Numbers change with the order of discovery; names do not.</summary>
internal static class SensorFolder
{
    public static (string? Folder, string? Problem) Find(SensorSource source, string sys)
    {
        var (kind, parent, pattern) = source is IioSource
            ? ("IIO", Path.Combine(sys, "bus/iio/devices"), "iio:device*")
            : ("hwmon", Path.Combine(sys, "class/hwmon"), "hwmon*");
        string[] folders = Directory.Exists(parent) ? [.. Directory.EnumerateDirectories(parent, pattern).Order(StringComparer.Ordinal)] : [];
        var named = folders.Where(f => NameOf(f) == source.Name && (source.Bus is null || StandsOn(f, source.Bus))).ToArray();
        return named.Length switch
        {
            1 => (named[0], null),
            0 => (null, $"no {kind} sensor is called '{source.Name}'{(source.Bus is null ? "" : $" on bus {source.Bus}")}; there are "
                + (folders.Length == 0 ? "none" : string.Join(", ", folders.Select(f => NameOf(f) ?? "one without a name")))),
            _ => (null, $"{named.Length} {kind} sensors are called '{source.Name}': 'bus' must say which ({string.Join(", ", named.Select(Place))})"),
        };
    }

    private static string? NameOf(string folder) => SensorFile.TryText(Path.Combine(folder, "name"), out var name) ? name : null;

    private static bool StandsOn(string folder, string bus) => Target(folder).Split('/').Contains(bus, StringComparer.Ordinal);

    private static string Place(string folder) => Path.GetFileName(Path.GetDirectoryName(Target(folder))) ?? folder;

    // The entries of both folders are links into /sys/devices, where the path names every bus on the way.
    private static string Target(string folder)
    {
        try
        {
            return new DirectoryInfo(folder).ResolveLinkTarget(returnFinalTarget: true)?.FullName ?? folder;
        }
        catch (IOException)
        {
            return folder;
        }
    }
}
