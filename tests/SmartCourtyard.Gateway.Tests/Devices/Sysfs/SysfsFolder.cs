namespace SmartCourtyard.Gateway.Tests.Devices.Sysfs;

/// <summary>A folder that looks as the kernel's /sys does: the entries of a class are links into /sys/devices.</summary>
internal sealed class SysfsFolder : IDisposable
{
    public string Root { get; } = Directory.CreateTempSubdirectory("sysfs").FullName;

    /// <summary>Adds an IIO sensor on a bus.</summary>
    public string Iio(int number, string bus, string name, params ReadOnlySpan<(string File, string Text)> files) =>
        Add("bus/iio/devices", $"devices/i2c-1/{bus}/iio:device{number}", name, files);

    public string Hwmon(int number, string bus, string name, params ReadOnlySpan<(string File, string Text)> files) =>
        Add("class/hwmon", $"devices/i2c-1/{bus}/hwmon/hwmon{number}", name, files);

    public void Dispose() => Directory.Delete(Root, recursive: true);

    private string Add(string parent, string place, string name, ReadOnlySpan<(string File, string Text)> files)
    {
        var folder = Directory.CreateDirectory(Path.Combine(Root, place)).FullName;
        File.WriteAllText(Path.Combine(folder, "name"), name + "\n");
        foreach (var (file, text) in files)
        {
            File.WriteAllText(Path.Combine(folder, file), text + "\n");
        }

        Directory.CreateDirectory(Path.Combine(Root, parent));
        Directory.CreateSymbolicLink(Path.Combine(Root, parent, Path.GetFileName(folder)), folder);
        return folder;
    }
}
