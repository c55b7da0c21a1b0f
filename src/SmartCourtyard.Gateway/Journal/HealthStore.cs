using System.Text.Json;
using SmartCourtyard.Troubles;

namespace SmartCourtyard.Gateway.Journal;

/// <summary>What the file of the devices' health holds.</summary>
internal sealed record HealthMemory(DateTimeOffset WrittenAt, IReadOnlyList<DeviceMemory> Devices);

/// <summary>
/// The file that keeps what is known of the devices over a restart. It is replaced as a whole: a power cut leaves the old one or
/// the new one. It is no part of custody; without it nothing is lost but knowledge.
/// </summary>
internal static class HealthStore
{
    /// <summary>What was kept; nothing where there is no file or none that can be read, and then why.</summary>
    public static IReadOnlyList<DeviceMemory> Read(string path, out string? unreadable)
    {
        unreadable = null;
        try
        {
            using var file = File.OpenRead(path);
            return JsonSerializer.Deserialize(file, JournalJson.Default.HealthMemory)?.Devices ?? [];
        }
        catch (FileNotFoundException)
        {
            return [];
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or JsonException)
        {
            unreadable = e.Message;
            return [];
        }
    }

    /// <summary>Replaces the file.</summary>
    /// <exception cref="IOException">The old file stands.</exception>
    public static void Write(string path, HealthMemory memory)
    {
        var fresh = path + ".new";
        using (var file = new FileStream(fresh, FileMode.Create, FileAccess.Write, FileShare.None))
        {
            JsonSerializer.Serialize(file, memory, JournalJson.Default.HealthMemory);
            file.Flush(flushToDisk: true);
        }

        File.Move(fresh, path, overwrite: true);
    }
}
