using System.Collections.Frozen;
using System.Text.Json;
using SmartCourtyard.Courtyards;
using SmartCourtyard.Readings;
using SmartCourtyard.Sources;

namespace SmartCourtyard.Gateway.Devices.Mqtt.AnyTopic;

/// <summary>Devices that speak on a topic of their own, read as the site file says. Several may share one topic.</summary>
internal sealed class MqttTopicFamily : IMqttFamily
{
    private const int MaxProblems = 3;

    private readonly FrozenDictionary<string, Listed[]> _topics;

    public MqttTopicFamily(Courtyard courtyard)
    {
        _topics = courtyard.Devices.Where(d => d.Source is MqttSource { Topic: not null })
            .GroupBy(d => ((MqttSource)d.Source).Topic!, d => Listed.Of(d, (MqttSource)d.Source))
            .ToFrozenDictionary(g => g.Key, g => g.ToArray(), StringComparer.Ordinal);
        AlarmFilters = [.. _topics.Where(t => t.Value.Any(l => l.Device.Class.IsAlarmCapable())).Select(t => t.Key)];
        Filters = [.. _topics.Where(t => t.Value.Any(l => !l.Device.Class.IsAlarmCapable())).Select(t => t.Key)];
    }

    private sealed record Listed(Device Device, (JsonPath Path, Field Field)[] Points, SpokenState? State)
    {
        public static Listed Of(Device device, MqttSource source) =>
            new(device, [.. source.Points.Select(p => (p.Path, PointField.Of(p)))], source.Command?.State is { } state ? new SpokenState(state) : null);
    }

    public string Name => "mqtt";

    public IReadOnlyList<string> AlarmFilters { get; }

    public IReadOnlyList<string> Filters { get; }

    /// <inheritdoc />
    public DecodeResult Decode(string topic, ReadOnlySpan<byte> payload, bool retained, DateTimeOffset now, List<Reading> into)
    {
        if (!_topics.TryGetValue(topic, out Listed[]? devices))
        {
            return DecodeResult.NotMine;
        }
        using JsonPayload message = JsonPayload.Of(payload);
        Span<double> room = stackalloc double[GatheredValues.Size];
        DecodeResult result = DecodeResult.NotADevice;
        foreach (Listed listed in devices)
        {
            var values = new GatheredValues(room);
            string? problem = Read(in message, listed, ref values);
            values.WriteTo(into, listed.Device, now, retained ? Origin.Retained : Origin.Live);
            result = result.Problem is null ? DecodeResult.Heard(listed.Device, problem) : result;
        }
        return result;
    }

    private static string? Read(ref readonly JsonPayload message, Listed listed, ref GatheredValues values)
    {
        string? problem = null;
        int problems = 0;
        foreach ((JsonPath path, Field field) in listed.Points)
        {
            string? wrong = Read(in message, path, field, ref values);
            if (wrong is not null && problems++ < MaxProblems)
            {
                problem = problem is null ? wrong : $"{problem}; {wrong}";
            }
        }
        string? unclear = null;
        listed.State?.Read(in message, out unclear);
        return problem is null ? unclear : problem;
    }

    public static string? Read(ref readonly JsonPayload message, JsonPath path, Field field, ref GatheredValues values)
    {
        bool whole = path.Steps.Count == 0;
        if (message.Root.ValueKind is JsonValueKind.Object or JsonValueKind.Array ? whole : !whole)
        {
            return message.Text.IsEmpty ? null
                : whole ? $"{field.Name} is the whole payload, but that is an object or a list: name a path in it"
                : $"{field.Name} should stand at {path}, but the payload is not a JSON object or list";
        }
        if (whole)
        {
            return message.IsBroken ? "the payload is not JSON" : field.Read(TextOf(in message), ref values);
        }
        JsonElement element = message.Find(path);
        try
        {
            return field.Read(FieldValue.Of(element), ref values);
        }
        catch (InvalidOperationException)
        {
            return $"{field.Name} is a text that is not Unicode";
        }
    }

    // A payload of JSON without an object is a value like plain text; only text in quotes loses them.
    private static FieldValue TextOf(ref readonly JsonPayload message) =>
        message.Root.ValueKind is JsonValueKind.String or JsonValueKind.Null ? FieldValue.Of(message.Root) : FieldValue.OfText(message.Text);
}
