using System.Text.Json;
using System.Text.Json.Serialization.Metadata;

namespace SmartCourtyard.Gateway.Devices.Mqtt;

/// <summary>A small JSON file in the data directory. After a power cut it is the old one or the new one.</summary>
internal static class KeptFile
{
    private const long LargestBytes = 64 * 1024 * 1024;

    /// <summary>What it holds; null where it is not there, or cannot be read.</summary>
    public static T? Read<T>(string? path, JsonTypeInfo<T> type)
        where T : class
    {
        try
        {
            return path is not null && File.Exists(path) && new FileInfo(path).Length <= LargestBytes ? JsonSerializer.Deserialize(File.ReadAllBytes(path), type) : null;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or JsonException or InvalidOperationException)
        {
            return null;
        }
    }

    /// <exception cref="IOException">It cannot be written.</exception>
    public static void Replace<T>(string path, T content, JsonTypeInfo<T> type)
    {
        string next = path + ".new";
        try
        {
            using (var file = new FileStream(next, FileMode.Create, FileAccess.Write))
            {
                JsonSerializer.Serialize(file, content, type);
                file.Flush(flushToDisk: true);
            }
            File.Move(next, path, overwrite: true);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new IOException($"{path} cannot be written: {e.Message}", e);
        }
    }
}
