using System.Globalization;

namespace SmartCourtyard.Gateway.Devices.Sysfs;

/// <summary>One value that the kernel gives as a small text file. Each opening measures anew.</summary>
internal static class SensorFile
{
    public static bool TryText(string path, out string text)
    {
        text = "";
        try
        {
            text = File.ReadAllText(path).Trim();
            return true;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return false;
        }
    }

    /// <summary>A number; or null with the reason, or null without one where there is no such file.</summary>
    public static double? Number(string path, out string? problem)
    {
        problem = null;
        try
        {
            var text = File.ReadAllText(path).AsSpan().Trim();
            if (double.TryParse(text, NumberStyles.Float, CultureInfo.InvariantCulture, out var value) && double.IsFinite(value))
            {
                return value;
            }

            problem = $"{Path.GetFileName(path)} holds '{text[..Math.Min(text.Length, 40)]}', not a number";
        }
        catch (Exception e) when (e is FileNotFoundException or DirectoryNotFoundException)
        {
            // Not every sensor has every file.
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            problem = $"{Path.GetFileName(path)} cannot be read: {e.Message}";
        }

        return null;
    }
}
