using System.Collections.Concurrent;
using System.Collections.Frozen;
using System.Text;
using System.Text.Json;
using SmartCourtyard.Courtyards;
using SmartCourtyard.Readings;

namespace SmartCourtyard.Gateway.Devices.Mqtt.Tasmota;

/// <summary>
/// Understands what Tasmota devices publish, and the Zigbee and Bluetooth devices that they pass on. Each message is taken for
/// itself. The time in it has no offset and comes from a clock that nobody looks after: it says nothing.
/// </summary>
internal sealed class TasmotaFamily : IMqttFamily
{
    private const string Discovery = "tasmota/discovery/";
    private const int AnnouncedAtMost = 1_000;

    private readonly TasmotaTopics _topics;
    private readonly FrozenDictionary<string, Device> _devices;
    private readonly FrozenSet<string> _bridges;
    private readonly FrozenDictionary<string, TasmotaWords> _words;
    private readonly ConcurrentDictionary<string, InventoryDevice> _announced = new(StringComparer.Ordinal);
    private readonly Action<string, IReadOnlyList<InventoryDevice>>? _noteInventory;

    /// <param name="noteInventory">Takes the devices that announce themselves and that the site file does not name; null where nobody asks.</param>
    public TasmotaFamily(Courtyard courtyard, Action<string, IReadOnlyList<InventoryDevice>>? noteInventory = null)
    {
        _noteInventory = noteInventory;
        (Device Device, TasmotaSource Source)[] all =
            [.. courtyard.Devices.Where(d => d.Source is TasmotaSource).Select(d => (d, (TasmotaSource)d.Source))];
        _topics = new TasmotaTopics(all.Select(d => (d.Source.FullTopic, d.Source.Words)));
        _devices = all.DistinctBy(d => TasmotaMessage.Key(d.Source.Topic)).ToFrozenDictionary(d => TasmotaMessage.Key(d.Source.Topic), d => d.Device, StringComparer.Ordinal);
        _bridges = all.Select(d => d.Source.Bridge).OfType<string>().ToFrozenSet(StringComparer.Ordinal);
        // A bridge speaks in the words of those behind it.
        _words = all.Where(d => d.Source.Words != TasmotaWords.Usual).Select(d => (Name: d.Source.Bridge ?? d.Source.Topic, d.Source.Words))
            .DistinctBy(w => w.Name).ToFrozenDictionary(w => w.Name, w => w.Words, StringComparer.Ordinal);
        AlarmFilters = TopicFilters.Needed(all.Where(d => d.Device.Class.IsAlarmCapable()).SelectMany(d => Filtered(d.Source)));
        Filters = TopicFilters.Needed(new[] { "tele/#", "stat/#", Discovery + "#" }.Concat(all.SelectMany(d => Filtered(d.Source))));
    }

    public string Name => "tasmota";

    public IReadOnlyList<string> AlarmFilters { get; }

    public IReadOnlyList<string> Filters { get; }

    /// <inheritdoc />
    public DecodeResult Decode(string topic, ReadOnlySpan<byte> payload, bool retained, DateTimeOffset now, List<Reading> into)
    {
        if (topic.StartsWith(Discovery, StringComparison.Ordinal))
        {
            Announce(topic, payload);
            return DecodeResult.NotADevice;
        }
        if (!_topics.TryFind(topic, out ReadOnlySpan<char> name, out ReadOnlySpan<char> command))
        {
            return DecodeResult.NotMine;
        }
        Span<double> room = stackalloc double[TasmotaMessage.Room];
        Span<char> names = stackalloc char[TasmotaMessage.RoomForNames];
        var message = new TasmotaMessage(_devices, name, room, names, now, retained ? Origin.Retained : Origin.Live, into);
        return command switch
        {
            "LWT" => Reachable(ref message, name, payload),
            "SENSOR" or "STATE" or "RESULT" or "STATUS8" or "STATUS10" or "STATUS11" => Known(message.ReadObject(payload), name),
            _ when IsNumbered(command, "SWITCH") || IsNumbered(command, "BUTTON") => message.ReadInput(command.StartsWith("SWITCH"), payload),
            _ => DecodeResult.NotADevice,
        };
    }

    // A bridge that only passes others on needs no place in the site file.
    private DecodeResult Known(DecodeResult result, ReadOnlySpan<char> name) =>
        result.Outcome == DecodeOutcome.UnassignedDevice && name.SequenceEqual(result.UnassignedName) && IsBridge(name) ? DecodeResult.NotADevice : result;

    private bool IsBridge(ReadOnlySpan<char> name) => _bridges.GetAlternateLookup<ReadOnlySpan<char>>().Contains(name);

    private DecodeResult Reachable(ref TasmotaMessage message, ReadOnlySpan<char> name, ReadOnlySpan<byte> payload)
    {
        FieldValue value = FieldValue.OfText(payload);
        TasmotaWords words = _words.GetAlternateLookup<ReadOnlySpan<char>>().TryGetValue(name, out TasmotaWords? own) ? own : TasmotaWords.Usual;
        bool online = Says(value, words.Online);
        if (!online && !Says(value, words.Offline))
        {
            return payload.IsEmpty ? DecodeResult.NotADevice : message.Wrong($"LWT is neither {words.Online} nor {words.Offline}");
        }
        DecodeResult said = message.OwnOnline(online);
        // Who is behind a bridge that is gone cannot be heard: one cause, said once.
        return IsBridge(name) ? DecodeResult.Bridge(online, TasmotaSource.Part(name.ToString())) : said;
    }

    private static bool Says(scoped FieldValue value, string word) => value.Kind == FieldValueKind.Text && Encoding.UTF8.GetString(value.Bytes).Equals(word, StringComparison.OrdinalIgnoreCase);

    private void Announce(string topic, ReadOnlySpan<byte> payload)
    {
        if (!topic.EndsWith("/config", StringComparison.Ordinal) || _noteInventory is null)
        {
            return;
        }
        try
        {
            var reader = new Utf8JsonReader(payload);
            using JsonDocument document = JsonDocument.ParseValue(ref reader);
            if (Text(document.RootElement, "t") is { Length: > 0 } name && !_devices.ContainsKey(name) && !_bridges.Contains(name)
                && (_announced.Count < AnnouncedAtMost || _announced.ContainsKey(name)))
            {
                _announced[name] = new InventoryDevice(name, "Tasmota", Text(document.RootElement, "md"), 0);
                _noteInventory(Name, [.. _announced.Values]);
            }
        }
        catch (Exception e) when (e is JsonException or InvalidOperationException)
        {
            // Only a label is lost.
        }
    }

    private static string? Text(JsonElement element, string name) =>
        element.ValueKind == JsonValueKind.Object && element.TryGetProperty(name, out JsonElement text) && text.ValueKind == JsonValueKind.String ? text.GetString() : null;

    private static bool IsNumbered(ReadOnlySpan<char> command, string word) =>
        command.StartsWith(word, StringComparison.Ordinal) && command.Length > word.Length && !command[word.Length..].ContainsAnyExceptInRange('0', '9');

    private static IEnumerable<string> Filtered(TasmotaSource source) => source.Filters(source.Words.Tele).Concat(source.Filters(source.Words.Stat));
}
