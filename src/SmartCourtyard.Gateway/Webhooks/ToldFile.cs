using System.Text.Json;
using System.Text.Json.Serialization;

namespace SmartCourtyard.Gateway.Webhooks;

/// <summary>
/// Which events a target was told of, over restarts, so that it is not told twice. Replaced as a whole; without it somebody hears of
/// an alarm once more, which is the smaller mistake.
/// </summary>
internal static class ToldFile
{
    public static IReadOnlyList<string> Read(string path)
    {
        try
        {
            using var file = File.OpenRead(path);
            return JsonSerializer.Deserialize(file, ToldJson.Default.IReadOnlyListString) ?? [];
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or JsonException)
        {
            return [];
        }
    }

    /// <summary>Null when it is written; otherwise why not.</summary>
    public static string? Write(string path, IReadOnlyList<string> told)
    {
        try
        {
            using (var file = new FileStream(path + ".new", FileMode.Create, FileAccess.Write, FileShare.None))
            {
                JsonSerializer.Serialize(file, told, ToldJson.Default.IReadOnlyListString);
                file.Flush(flushToDisk: true);
            }

            File.Move(path + ".new", path, overwrite: true);
            return null;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return e.Message;
        }
    }
}

[JsonSerializable(typeof(IReadOnlyList<string>))]
internal sealed partial class ToldJson : JsonSerializerContext;
