using System.Text.Json;
using System.Text.Json.Serialization;

namespace SmartCourtyard.Gateway.Devices.Mqtt.HomeAssistant;

/// <summary>
/// The announcements of the site's devices on disk. A message that the broker kept for us may come before the announcement that
/// explains it, so what we asked the broker to keep must be explained by what we kept ourselves.
/// </summary>
internal sealed class AnnouncedMemory
{
    private const long LargestFile = 64 * 1024 * 1024;

    private readonly Lock _gate = new();
    private readonly Lock _saving = new();
    private readonly string? _path;
    private readonly Dictionary<string, string> _announced;
    private bool _changed;

    /// <param name="path">The file; null: nothing is kept.</param>
    public AnnouncedMemory(string? path)
    {
        _path = path;
        _announced = Read(path);
    }

    /// <summary>Each announcement with its topic.</summary>
    public IReadOnlyList<KeyValuePair<string, string>> All
    {
        get
        {
            lock (_gate)
            {
                return [.. _announced];
            }
        }
    }

    /// <param name="payload">Null: it is no longer announced.</param>
    public void Set(string topic, string? payload)
    {
        lock (_gate)
        {
            if (payload is null)
            {
                _changed |= _announced.Remove(topic);
            }
            else if (_announced.GetValueOrDefault(topic) != payload)
            {
                _announced[topic] = payload;
                _changed = true;
            }
        }
    }

    /// <summary>Writes what changed; after it the file is the old one or the new one, whatever happens.</summary>
    public void Save()
    {
        if (_path is null)
        {
            return;
        }
        lock (_saving)
        {
            byte[] bytes;
            lock (_gate)
            {
                if (!_changed)
                {
                    return;
                }
                _changed = false;
                bytes = JsonSerializer.SerializeToUtf8Bytes(_announced, AnnouncedJson.Default.DictionaryStringString);
            }
            Write(bytes);
        }
    }

    private void Write(byte[] bytes)
    {
        string next = _path + ".new";
        try
        {
            using (var file = new FileStream(next, FileMode.Create, FileAccess.Write))
            {
                file.Write(bytes);
                file.Flush(flushToDisk: true);
            }
            File.Move(next, _path!, overwrite: true);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            lock (_gate)
            {
                _changed = true;
            }
            throw new IOException($"{_path} cannot be written: {e.Message}", e);
        }
    }

    // What cannot be read is announced again by the broker.
    private static Dictionary<string, string> Read(string? path)
    {
        try
        {
            return path is not null && File.Exists(path) && new FileInfo(path).Length <= LargestFile
                && JsonSerializer.Deserialize(File.ReadAllBytes(path), AnnouncedJson.Default.DictionaryStringString) is { } read
                    ? new Dictionary<string, string>(read.Where(r => r.Value is not null), StringComparer.Ordinal)
                    : new Dictionary<string, string>(StringComparer.Ordinal);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or JsonException)
        {
            return new Dictionary<string, string>(StringComparer.Ordinal);
        }
    }
}

[JsonSerializable(typeof(Dictionary<string, string>))]
internal sealed partial class AnnouncedJson : JsonSerializerContext;
