using System.Globalization;

namespace SmartCourtyard.Gateway.Devices.Sysfs;

/// <summary>Settings of the kernel that are changed for a while: what was found is written down and given back.</summary>
internal sealed class SysfsSettings
{
    private readonly Stack<(string Path, string Found)> _changed = new();

    /// <summary>Changes a setting; null, or why that was not possible, with the file's name.</summary>
    public string? Set(string path, string value)
    {
        if (!SensorFile.TryText(path, out var found))
        {
            return $"{path} cannot be read";
        }

        if (found == value)
        {
            return null;
        }

        var problem = Write(path, value);
        if (problem is null)
        {
            _changed.Push((path, found));
        }

        return problem;
    }

    public string? Set(string path, int value) => Set(path, value.ToString(CultureInfo.InvariantCulture));

    /// <summary>Gives back what was found, last things first. What is gone meanwhile needs nothing back.</summary>
    public void Restore()
    {
        while (_changed.TryPop(out var setting))
        {
            _ = Write(setting.Path, setting.Found);
        }
    }

    public static string? Write(string path, string value)
    {
        try
        {
            // An empty write does not reach the kernel; it takes a line end for nothing.
            File.WriteAllText(path, value + "\n");
            return null;
        }
        catch (UnauthorizedAccessException)
        {
            return $"{path} may not be written by the gateway's account (firmware-config/raspberry-pi/README.md, 'A buffer', says what it needs)";
        }
        catch (IOException e)
        {
            return $"{path} does not take {(value.Length == 0 ? "nothing" : $"'{value}'")}: {KernelFile.Reason(e.HResult)}";
        }
        catch (ArgumentException e)
        {
            return $"{path} does not take '{value}': {e.Message}";
        }
    }
}
