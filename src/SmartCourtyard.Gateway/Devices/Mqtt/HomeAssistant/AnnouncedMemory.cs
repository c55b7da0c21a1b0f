using System.Text.Json.Serialization;

namespace SmartCourtyard.Gateway.Devices.Mqtt.HomeAssistant;

/// <summary>
/// The announcements of the site's devices on disk. A message that the broker kept for us may come before the announcement that
/// explains it, so what we asked the broker to keep must be explained by what we kept ourselves.
/// </summary>
internal sealed class AnnouncedMemory
{
    // The largest announcements of real devices have some ten thousand letters.
    private const int MostLetters = 8 * 1024 * 1024;

    private readonly Lock _gate = new();
    private readonly Lock _saving = new();
    private readonly string? _path;
    private readonly Dictionary<string, string> _announced;
    private long _letters;
    private bool _changed;

    /// <param name="path">The file; null: nothing is kept.</param>
    public AnnouncedMemory(string? path)
    {
        _path = path;
        // What cannot be read is announced again by the broker.
        _announced = new Dictionary<string, string>((KeptFile.Read(path, AnnouncedJson.Default.DictionaryStringString) ?? []).Where(r => r.Value is not null), StringComparer.Ordinal);
        _letters = _announced.Sum(Letters);
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
    /// <returns>False where there is no room for it; then nothing has changed.</returns>
    public bool Set(string topic, string? payload)
    {
        lock (_gate)
        {
            string? before = _announced.GetValueOrDefault(topic);
            long letters = _letters - (before is null ? 0 : Letters(new(topic, before))) + (payload is null ? 0 : Letters(new(topic, payload)));
            if (payload is not null && letters > MostLetters)
            {
                return false;
            }
            (_letters, _changed) = (letters, _changed || before != payload);
            if (payload is null)
            {
                _announced.Remove(topic);
            }
            else
            {
                _announced[topic] = payload;
            }
            return true;
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
            Dictionary<string, string> now;
            lock (_gate)
            {
                if (!_changed)
                {
                    return;
                }
                _changed = false;
                now = new Dictionary<string, string>(_announced, StringComparer.Ordinal);
            }
            try
            {
                KeptFile.Replace(_path, now, AnnouncedJson.Default.DictionaryStringString);
            }
            catch (IOException)
            {
                lock (_gate)
                {
                    _changed = true;
                }
                throw;
            }
        }
    }

    private static long Letters(KeyValuePair<string, string> announced) => announced.Key.Length + announced.Value.Length;
}

[JsonSerializable(typeof(Dictionary<string, string>))]
internal sealed partial class AnnouncedJson : JsonSerializerContext;
