using System.Collections.Concurrent;
using System.Collections.Frozen;
using System.Text.Json;
using SmartCourtyard.Courtyards;
using SmartCourtyard.Readings;

namespace SmartCourtyard.Gateway.Devices.Mqtt.EspHome;

/// <summary>
/// Nodes that run ESPHome: <c>prefix/component/object/state</c> and <c>prefix/status</c>. What an object measures is told by its
/// name alone, so a table of words reads it.
/// </summary>
internal sealed class EspHomeFamily : IMqttFamily
{
    private const string DiscoverRoot = "esphome/discover/";

    // A node has some dozen objects; a broken one could invent names for ever.
    private const int MostObjects = 200;

    private readonly FrozenDictionary<string, Node> _nodes;

    public EspHomeFamily(Courtyard courtyard)
    {
        _nodes = courtyard.Devices.Where(d => d.Source is EspHomeSource)
            // A button and its lamp may be one node: what it reports is the button's.
            .OrderBy(d => d.Class == DeviceClass.ReassuranceLamp).DistinctBy(d => ((EspHomeSource)d.Source).Prefix)
            .ToFrozenDictionary(d => ((EspHomeSource)d.Source).Prefix, d => new Node(d), StringComparer.Ordinal);
        AlarmFilters = [.. _nodes.Where(n => n.Value.Device.Class.IsAlarmCapable()).SelectMany(n => Topics(n.Key))];
        Filters = [.. _nodes.Where(n => !n.Value.Device.Class.IsAlarmCapable()).SelectMany(n => Topics(n.Key)), DiscoverRoot + "#"];
    }

    private sealed record Node(Device Device)
    {
        public ConcurrentDictionary<string, Field> Objects { get; } = new(StringComparer.Ordinal);
    }

    public string Name => "esphome";

    public IReadOnlyList<string> AlarmFilters { get; }

    public IReadOnlyList<string> Filters { get; }

    private static string[] Topics(string prefix) => [prefix + "/+/+/state", prefix + "/status"];

    /// <inheritdoc />
    public DecodeResult Decode(string topic, ReadOnlySpan<byte> payload, bool retained, DateTimeOffset now, List<Reading> into)
    {
        if (topic.StartsWith(DiscoverRoot, StringComparison.Ordinal))
        {
            return payload.IsEmpty || _nodes.ContainsKey(topic[DiscoverRoot.Length..]) ? DecodeResult.NotADevice : DecodeResult.Unassigned(topic.AsSpan(DiscoverRoot.Length));
        }
        ReadOnlySpan<char> rest = topic, last = CutLast(ref rest);
        Span<double> room = stackalloc double[GatheredValues.Size];
        var values = new GatheredValues(room);
        DecodeResult result = last switch
        {
            "status" when TryFind(rest, out Node? node) => DecodeResult.Heard(node!.Device, ReadStatus(payload, ref values)),
            "state" => DecodeState(rest, payload, ref values),
            _ => DecodeResult.NotMine,
        };
        if (result.Device is { } device)
        {
            values.WriteTo(into, device, now, retained ? Origin.Retained : Origin.Live);
        }
        return result;
    }

    private DecodeResult DecodeState(ReadOnlySpan<char> rest, ReadOnlySpan<byte> payload, ref GatheredValues values)
    {
        ReadOnlySpan<char> name = CutLast(ref rest), component = CutLast(ref rest);
        if (!TryFind(rest, out Node? node))
        {
            return DecodeResult.NotMine;
        }
        if (component is "event")
        {
            return DecodeResult.Heard(node!.Device, ReadEvent(payload, node.Device.Class, ref values));
        }
        return component is "binary_sensor" or "sensor"
            ? DecodeResult.Heard(node!.Device, Field(node, component is "sensor", name).Read(FieldValue.OfText(payload), ref values))
            : DecodeResult.Heard(node!.Device, null);
    }

    private static Field Field(Node node, bool measures, ReadOnlySpan<char> name)
    {
        string key = string.Concat(measures ? "s" : "b", name);
        if (!node.Objects.TryGetValue(key, out Field? field))
        {
            field = EspHomeObjects.Of(name.ToString(), measures, node.Device.Class);
            if (node.Objects.Count < MostObjects)
            {
                node.Objects.TryAdd(key, field);
            }
        }
        return field;
    }

    private bool TryFind(ReadOnlySpan<char> prefix, out Node? node) => _nodes.GetAlternateLookup<ReadOnlySpan<char>>().TryGetValue(prefix, out node);

    private static ReadOnlySpan<char> CutLast(ref ReadOnlySpan<char> rest)
    {
        int slash = rest.LastIndexOf('/');
        ReadOnlySpan<char> last = rest[(slash + 1)..];
        rest = slash < 0 ? default : rest[..slash];
        return last;
    }

    private static string? ReadStatus(ReadOnlySpan<byte> payload, ref GatheredValues values)
    {
        FieldValue status = FieldValue.OfText(payload);
        bool online = status.Is("online"u8);
        if (online || status.Is("offline"u8))
        {
            values.Flag(Quantity.Online, online);
            return null;
        }
        return status.Kind == FieldValueKind.NotKnown ? null : $"status is {status.ToString()}: online or offline";
    }

    // {"event_type":"press"}
    private static string? ReadEvent(ReadOnlySpan<byte> payload, DeviceClass deviceClass, ref GatheredValues values)
    {
        using JsonPayload message = JsonPayload.Of(payload);
        JsonElement type = JsonPayload.Step(message.Root, new JsonStep("event_type", 0));
        try
        {
            return message.Text.IsEmpty ? null
                : type.ValueKind == JsonValueKind.String ? new ActionWords("event_type", deviceClass).Read(FieldValue.Of(type), ref values)
                : "an event has no event_type: {\"event_type\":\"press\"}";
        }
        catch (InvalidOperationException)
        {
            return "event_type is a text that is not Unicode";
        }
    }
}
