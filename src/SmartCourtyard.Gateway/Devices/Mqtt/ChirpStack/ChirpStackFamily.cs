using System.Collections.Concurrent;
using System.Collections.Frozen;
using SmartCourtyard.Courtyards;
using SmartCourtyard.Readings;

namespace SmartCourtyard.Gateway.Devices.Mqtt.ChirpStack;

/// <summary>
/// Understands what ChirpStack v4 publishes of LoRaWAN devices, if its device profile has a codec. Readings do not depend on what
/// came before; only the count of uplinks is remembered, to see which are missing.
/// </summary>
internal sealed class ChirpStackFamily : IMqttFamily
{
    private const int DescribedAtMost = 1_000;

    private static readonly FieldTable AnyDevice = new(ChirpStackFields.Of(null));

    // A jump of the counter beyond this is a device that was set up anew, not a gap.
    private const uint LargestGap = 10_000;

    private readonly FrozenDictionary<string, Listed> _devices;
    private readonly ConcurrentDictionary<string, InventoryDevice> _described = new(StringComparer.Ordinal);
    private readonly Action<string, IReadOnlyList<InventoryDevice>>? _noteInventory;
    private readonly Action<long>? _noteLost;

    /// <param name="noteInventory">Takes what ChirpStack calls the devices that the site file does not name; null where nobody asks.</param>
    /// <param name="noteLost">Takes how many uplinks of a device never came, by a gap in its counter.</param>
    public ChirpStackFamily(
        Courtyard courtyard, Action<string, IReadOnlyList<InventoryDevice>>? noteInventory = null, Action<long>? noteLost = null)
    {
        (_noteInventory, _noteLost) = (noteInventory, noteLost);
        var tables = new Dictionary<DeviceClass, FieldTable>();
        var devices = new Dictionary<string, Listed>(StringComparer.OrdinalIgnoreCase);
        foreach (Device device in courtyard.Devices)
        {
            if (device.Source is ChirpStackSource source)
            {
                if (!tables.TryGetValue(device.Class, out FieldTable? table))
                {
                    tables.Add(device.Class, table = new FieldTable(ChirpStackFields.Of(device.Class)));
                }
                devices.TryAdd(source.DevEui, new Listed(device, table));
            }
        }
        _devices = devices.ToFrozenDictionary(StringComparer.OrdinalIgnoreCase);
        AlarmFilters = [.. _devices.Where(d => d.Value.Device.Class.IsAlarmCapable()).Select(d => $"application/+/device/{d.Key}/event/#")];
    }

    public string Name => "chirpstack";

    public IReadOnlyList<string> AlarmFilters { get; }

    public IReadOnlyList<string> Filters { get; } = ["application/+/device/+/event/#"];

    /// <inheritdoc />
    public DecodeResult Decode(string topic, ReadOnlySpan<byte> payload, bool retained, DateTimeOffset now, List<Reading> into)
    {
        if (!TryFind(topic, out ReadOnlySpan<char> eui, out ReadOnlySpan<char> what))
        {
            return DecodeResult.NotMine;
        }
        bool known = _devices.GetAlternateLookup<ReadOnlySpan<char>>().TryGetValue(eui, out Listed? listed);
        if (what is not ("up" or "status" or "join" or "log") || payload.IsEmpty)
        {
            return DecodeResult.NotADevice;
        }
        Span<double> room = stackalloc double[GatheredValues.Size];
        var values = new GatheredValues(room);
        var uplink = new ChirpStackUplink();
        bool described = !known && _noteInventory is not null;
        string? problem = uplink.Read(topic, payload, known ? listed!.Fields : AnyDevice, described, ref values);
        if (!known)
        {
            Describe(eui, in uplink);
            return what is "up" or "status" ? DecodeResult.Unassigned(eui, values.Points) : DecodeResult.NotADevice;
        }
        problem = what switch
        {
            "up" => problem ?? Uplink(listed!, in uplink),
            "join" => listed!.Joined(),
            "log" when problem is null => uplink.Code == "UPLINK_CODEC" ? $"ChirpStack's codec failed: {uplink.Description}" : null,
            _ => problem,
        };
        if (what is "up" or "status")
        {
            values.WriteTo(into, listed!.Device, now, retained ? Origin.Retained : Origin.Live);
        }
        return DecodeResult.Heard(listed!.Device, problem) with { Delivery = uplink.Delivery };
    }

    private string? Uplink(Listed listed, in ChirpStackUplink uplink)
    {
        if (uplink.Counter is not { } counter)
        {
            return null;
        }
        if (listed.Missing(counter) is > 0 and var missing)
        {
            _noteLost?.Invoke(missing);
        }
        return uplink.HasObject || !uplink.HasData || !listed.SaysUncoded(counter) ? null
            : "ChirpStack passes on bytes that nobody decoded: give the device profile a codec";
    }

    private void Describe(ReadOnlySpan<char> eui, in ChirpStackUplink uplink)
    {
        if (uplink.DeviceName is null || _noteInventory is null)
        {
            return;
        }
        string name = eui.ToString();
        var described = new InventoryDevice(name, uplink.DeviceName, uplink.ProfileName, 0);
        if (_described.TryGetValue(name, out InventoryDevice? before) ? before == described : _described.Count >= DescribedAtMost)
        {
            return;
        }
        _described[name] = described;
        _noteInventory(Name, [.. _described.Values]);
    }

    // application/<application>/device/<devEui>/event/<what>
    private static bool TryFind(ReadOnlySpan<char> topic, out ReadOnlySpan<char> eui, out ReadOnlySpan<char> what)
    {
        Span<Range> levels = stackalloc Range[7];
        eui = what = default;
        if (!topic.StartsWith("application/") || topic.Split(levels, '/') != 6 || topic[levels[2]] is not "device" || topic[levels[4]] is not "event")
        {
            return false;
        }
        eui = topic[levels[3]];
        what = topic[levels[5]];
        return true;
    }

    // Asked from two connections, and again when a message is delivered again: the same uplink gets the same answer.
    private sealed class Listed(Device device, FieldTable fields)
    {
        private readonly Lock _gate = new();
        private uint? _last;
        private uint? _saidAt;

        public Device Device { get; } = device;

        public FieldTable Fields { get; } = fields;

        public uint Missing(uint counter)
        {
            lock (_gate)
            {
                uint gap = _last is { } last && counter > last ? counter - last - 1 : 0;
                bool again = _last is { } newest && counter <= newest && newest - counter < LargestGap && counter != 0;
                _last = again ? _last : counter;
                return gap > LargestGap ? 0 : gap;
            }
        }

        public bool SaysUncoded(uint counter)
        {
            lock (_gate)
            {
                _saidAt ??= counter;
                return _saidAt == counter;
            }
        }

        public string? Joined()
        {
            lock (_gate)
            {
                _last = null;
                return null;
            }
        }
    }
}
