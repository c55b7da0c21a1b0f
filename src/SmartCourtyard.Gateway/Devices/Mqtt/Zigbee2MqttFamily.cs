using System.Collections.Frozen;
using System.Text.Json;
using SmartCourtyard.Courtyards;
using SmartCourtyard.Readings;

namespace SmartCourtyard.Gateway.Devices.Mqtt;

/// <summary>
/// Understands what Zigbee2MQTT publishes. Each message is taken for itself; remembered is only what the inventory says: in which
/// units a device reports, and by which name it is called now.
/// </summary>
internal sealed class Zigbee2MqttFamily : IMqttFamily
{
    private const int LongestName = 128;
    private const int SentencesNamed = 10;

    private static readonly FieldTable AnyDevice = new(Zigbee2MqttFields.OfAnyDevice());

    private readonly Action<string, IReadOnlyList<InventoryDevice>>? _noteInventory;
    private readonly string _prefix;
    private readonly FrozenDictionary<string, Listed> _devices;
    private readonly ZigbeeNames _names;
    private readonly string[] _alarmFilters;
    private volatile FrozenDictionary<string, Listed> _renamed = FrozenDictionary<string, Listed>.Empty;
    private volatile IReadOnlySet<string> _groups = FrozenSet<string>.Empty;
    private string _said = "";

    /// <param name="noteInventory">Takes the devices that Zigbee2MQTT lists and the site file does not name; null where nobody asks.</param>
    /// <param name="namesFile">Where addresses and new names are kept; null: nowhere.</param>
    public Zigbee2MqttFamily(
        Courtyard courtyard, string baseTopic = "zigbee2mqtt", Action<string, IReadOnlyList<InventoryDevice>>? noteInventory = null, string? namesFile = null)
    {
        _noteInventory = noteInventory;
        _prefix = baseTopic + "/";
        Filters = [baseTopic + "/#"];
        // The device itself and what Zigbee2MQTT publishes below its name.
        _alarmFilters = [.. courtyard.Devices.Where(d => d.Class.IsAlarmCapable()).Select(d => d.Source).OfType<Zigbee2MqttSource>()
            .Select(s => $"{baseTopic}/{s.FriendlyName}/#")];
        var tables = new Dictionary<DeviceClass, FieldTable>();
        var devices = new Dictionary<string, Listed>(StringComparer.Ordinal);
        foreach (Device device in courtyard.Devices)
        {
            if (device.Source is Zigbee2MqttSource source)
            {
                if (!tables.TryGetValue(device.Class, out FieldTable? table))
                {
                    tables.Add(device.Class, table = new FieldTable(Zigbee2MqttFields.Of(device.Class)));
                }
                devices.TryAdd(source.FriendlyName, new Listed(device, table));
            }
        }
        _devices = devices.ToFrozenDictionary(StringComparer.Ordinal);
        _names = new ZigbeeNames(namesFile, _devices.Keys);
        HearByNewNames();
    }

    /// <inheritdoc />
    public event Action? FiltersChanged;

    public string Name => "zigbee2mqtt";

    public IReadOnlyList<string> AlarmFilters =>
        [.. _alarmFilters, .. _renamed.Where(r => r.Value.Device.Class.IsAlarmCapable()).Select(r => $"{_prefix}{r.Key}/#")];

    public IReadOnlyList<string> Filters { get; }

    /// <inheritdoc />
    public void Remember() => _names.Save();

    private sealed class Listed(Device device, FieldTable fields)
    {
        public Device Device { get; } = device;

        public FieldTable OfClass { get; } = fields;

        public FieldTable Fields { get; set; } = fields;
    }

    /// <inheritdoc />
    public DecodeResult Decode(string topic, ReadOnlySpan<byte> payload, bool retained, DateTimeOffset now, List<Reading> into)
    {
        if (!topic.StartsWith(_prefix, StringComparison.Ordinal))
        {
            return DecodeResult.NotMine;
        }
        ReadOnlySpan<char> name = topic.AsSpan(_prefix.Length);
        if (name is "bridge" || name.StartsWith("bridge/"))
        {
            return DecodeBridge(name, payload);
        }
        Span<double> room = stackalloc double[GatheredValues.Size];
        var values = new GatheredValues(room);
        DecodeResult result = TryFind(name, out Listed? listed)
            ? DecodeResult.Heard(listed!.Device, JsonFields.ReadObject(payload, listed.Fields, ref values))
            : DecodeBelow(name, payload, ref values);
        if (result.Device is { } device)
        {
            values.WriteTo(into, device, now, retained ? Origin.Retained : Origin.Live, retained ? Zigbee2MqttNews.LastSeen(payload) : null);
        }
        return result;
    }

    private DecodeResult DecodeBridge(ReadOnlySpan<char> name, ReadOnlySpan<byte> payload)
    {
        switch (name)
        {
            case "bridge/state" when TryOnline(payload, out bool online):
                return DecodeResult.Bridge(online);
            case "bridge/devices":
                return Noted(Learn(Zigbee2MqttInventory.Read(payload)));
            case "bridge/groups":
                _groups = Zigbee2MqttNews.Groups(payload) ?? _groups;
                return DecodeResult.NotADevice;
            case "bridge/response/device/rename" when Zigbee2MqttNews.Renamed(payload) is { } renamed && _names.Rename(renamed.From, renamed.To) is not null:
                HearByNewNames();
                FiltersChanged?.Invoke();
                return DecodeResult.Said(RenamedSentences());
            case "bridge/event" when Zigbee2MqttNews.Left(payload) is { } left && TryFind(left, out Listed? listed):
                return DecodeResult.Said($"{listed!.Device.Id} ('{left}') left the Zigbee network: pair it again");
            default:
                return DecodeResult.NotADevice;
        }
    }

    private static DecodeResult Noted(string? problem) => problem is null ? DecodeResult.NotADevice : DecodeResult.Said(problem);

    /// <summary>Takes the inventory in; gives back which devices of the site it lacks, where that changed.</summary>
    private string? Learn(IReadOnlyList<Zigbee2MqttListed> inventory)
    {
        var unassigned = new List<InventoryDevice>();
        if (inventory.Count > 0 && _names.Take(inventory))
        {
            HearByNewNames();
            FiltersChanged?.Invoke();
        }
        foreach (Zigbee2MqttListed one in inventory)
        {
            if (TryFind(one.FriendlyName, out Listed? listed))
            {
                Field[] inUnits = [.. one.Exposes.Select(e => e.Unit is { } unit ? Find(listed!.OfClass, e.Property)?.InUnit(unit) : null).OfType<Field>()];
                listed!.Fields = inUnits.Length == 0 ? listed.OfClass : listed.OfClass.With(inUnits);
            }
            else
            {
                ulong points = one.Exposes.Aggregate(0UL, (all, e) => all | (Find(AnyDevice, e.Property)?.Points ?? 0));
                unassigned.Add(new InventoryDevice(one.FriendlyName, one.Vendor, one.Model, points));
            }
        }
        if (inventory.Count == 0)
        {
            return null;
        }
        _noteInventory?.Invoke(Name, unassigned);
        string now = string.Join("; ", new[] { RenamedSentences(), MissingSentence(inventory) }.OfType<string>());
        return now == Interlocked.Exchange(ref _said, now) || now.Length == 0 ? null : now;
    }

    private string? MissingSentence(IReadOnlyList<Zigbee2MqttListed> inventory)
    {
        HashSet<string> present = [.. inventory.Select(d => d.FriendlyName), .. _names.Renamed.Keys];
        string missing = string.Join(", ", _devices.Where(d => !present.Contains(d.Key)).Select(d => $"{d.Value.Device.Id} ('{d.Key}')").Order(StringComparer.Ordinal).Take(SentencesNamed));
        return missing.Length == 0 ? null : $"Zigbee2MQTT has no device of the name that the site file gives to {missing}: paired yet, or called otherwise there?";
    }

    private string? RenamedSentences()
    {
        string sentences = string.Join("; ", _names.Renamed.OrderBy(r => r.Key, StringComparer.Ordinal).Take(SentencesNamed)
            .Select(r => $"Zigbee2MQTT calls {_devices[r.Key].Device.Id} '{r.Value}' now, no longer '{r.Key}': it is heard there meanwhile, and the site file must say so too"));
        return sentences.Length == 0 ? null : sentences;
    }

    private void HearByNewNames() =>
        _renamed = _names.Renamed.DistinctBy(r => r.Value).ToFrozenDictionary(r => r.Value, r => _devices[r.Key], StringComparer.Ordinal);

    private static Field? Find(FieldTable fields, string property) => fields.Find(System.Text.Encoding.UTF8.GetBytes(property));

    // Not a device's name itself: its availability, one of its properties, a command to it, or nobody we know.
    private DecodeResult DecodeBelow(ReadOnlySpan<char> name, ReadOnlySpan<byte> payload, ref GatheredValues values)
    {
        int slash = name.LastIndexOf('/');
        ReadOnlySpan<char> parent = slash > 0 ? name[..slash] : default, last = name[(slash + 1)..];
        if (IsCommand(last) || IsCommand(parent[(parent.LastIndexOf('/') + 1)..]))
        {
            return DecodeResult.NotADevice;
        }
        bool known = TryFind(parent, out Listed? listed);
        if (!known && _groups.Count > 0 && (_groups.Contains(name.ToString()) || _groups.Contains(parent.ToString())))
        {
            return DecodeResult.NotADevice;
        }
        if (last is "availability" && slash > 0)
        {
            return known ? DecodeResult.Heard(listed!.Device, ReadAvailability(payload, ref values)) : DecodeResult.Unassigned(parent, PointSet.Of(Quantity.Online));
        }
        ReadOnlySpan<byte> text = payload.TrimStart(" \t\r\n"u8);
        if (slash < 0 || text.IsEmpty || text[0] is (byte)'{' or (byte)'[')
        {
            JsonFields.ReadObject(payload, AnyDevice, ref values);
            return DecodeResult.Unassigned(name, values.Points);
        }
        string? problem = ReadProperty(last, payload, known ? listed!.Fields : AnyDevice, ref values);
        return known ? DecodeResult.Heard(listed!.Device, problem) : DecodeResult.Unassigned(parent, values.Points);
    }

    private static bool IsCommand(ReadOnlySpan<char> segment) => segment is "set" or "get";

    private bool TryFind(ReadOnlySpan<char> name, out Listed? listed) =>
        _devices.GetAlternateLookup<ReadOnlySpan<char>>().TryGetValue(name, out listed)
        || (_renamed.Count > 0 && _renamed.GetAlternateLookup<ReadOnlySpan<char>>().TryGetValue(name, out listed));

    private static string? ReadProperty(ReadOnlySpan<char> property, ReadOnlySpan<byte> payload, FieldTable fields, ref GatheredValues values)
    {
        Span<byte> name = stackalloc byte[LongestName];
        return System.Text.Encoding.UTF8.TryGetBytes(property, name, out int length) && fields.Find(name[..length]) is { } field
            ? field.Read(FieldValue.OfText(payload), ref values)
            : null;
    }

    private static string? ReadAvailability(ReadOnlySpan<byte> payload, ref GatheredValues values)
    {
        if (payload.IsEmpty)
        {
            return null;
        }
        if (!TryOnline(payload, out bool online))
        {
            return "availability is neither online nor offline";
        }
        values.Flag(Quantity.Online, online);
        return null;
    }

    // Plain text, or {"state":"online"}.
    private static bool TryOnline(ReadOnlySpan<byte> payload, out bool online)
    {
        FieldValue value = FieldValue.OfText(payload);
        try
        {
            var reader = new Utf8JsonReader(payload);
            while (!value.Is("online"u8) && !value.Is("offline"u8) && reader.Read())
            {
                if (reader.TokenType == JsonTokenType.PropertyName && reader.CurrentDepth == 1 && reader.ValueTextEquals("state"u8) && reader.Read())
                {
                    value = FieldValue.Of(ref reader);
                    break;
                }
            }
        }
        catch (Exception e) when (e is JsonException or InvalidOperationException)
        {
            value = default;
        }
        online = value.Is("online"u8);
        return online || value.Is("offline"u8);
    }
}
