using System.Collections.Frozen;
using System.Text;
using System.Text.Json;
using SmartCourtyard.Courtyards;
using SmartCourtyard.Readings;

namespace SmartCourtyard.Gateway.Devices.Mqtt.Tasmota;

/// <summary>One message of a Tasmota device: its own values, and those of the devices that it passes on.</summary>
/// <param name="room">For the values, <see cref="Room"/> long.</param>
/// <param name="names">For the names within the message, <see cref="RoomForNames"/> long.</param>
internal ref struct TasmotaMessage(
    FrozenDictionary<string, Device> devices, ReadOnlySpan<char> name, Span<double> room, Span<char> names, DateTimeOffset now, Origin origin,
    List<Reading> into)
{
    public const int Room = 2 * GatheredValues.Size;
    public const int RoomForNames = 2 * LongestName;

    private const int LongestName = 128;

    private readonly FrozenDictionary<string, Device>.AlternateLookup<ReadOnlySpan<char>> _devices = devices.GetAlternateLookup<ReadOnlySpan<char>>();
    private readonly ReadOnlySpan<char> _name = name;
    private readonly Span<double> _room = room[..GatheredValues.Size];
    private readonly Span<double> _ownRoom = room[GatheredValues.Size..];
    private readonly Span<char> _member = names[..LongestName];
    private readonly Span<char> _child = names[LongestName..];
    private Problems _problems;
    private Device? _own;
    private Device? _only;
    private int _spoke;
    private string? _unassigned;
    private ulong _unassignedPoints;

    /// <summary>How a device is looked up: the address behind a bridge in capitals, as Tasmota writes it.</summary>
    public static string Key(string topic)
    {
        int at = topic.LastIndexOf("/0x", StringComparison.OrdinalIgnoreCase);
        return at < 0 ? topic : string.Concat(topic.AsSpan(0, at), "/0x", topic[(at + 3)..].ToUpperInvariant());
    }

    public DecodeResult OwnOnline(bool online)
    {
        if (_devices.TryGetValue(_name, out Device? device))
        {
            var values = new GatheredValues(_room);
            values.Flag(Quantity.Online, online);
            Give(device, ref values);
            return DecodeResult.Heard(device, null);
        }
        return DecodeResult.Unassigned(_name, PointSet.Of(Quantity.Online));
    }

    /// <summary>A message that cannot be read, of whoever its topic names.</summary>
    public readonly DecodeResult Wrong(string problem) =>
        _devices.TryGetValue(_name, out Device? device) ? DecodeResult.Heard(device, problem) : DecodeResult.Unassigned(_name);

    /// <summary>SWITCH1, BUTTON1: a word, or an object with one.</summary>
    public DecodeResult ReadInput(bool isSwitch, ReadOnlySpan<byte> payload)
    {
        _devices.TryGetValue(_name, out _own);
        var values = new GatheredValues(_room);
        TasmotaFields fields = TasmotaFields.Of(_own?.Class, TasmotaUnits.Usual);
        Utf8JsonReader reader = JsonFields.Open(payload);
        try
        {
            if (payload.TrimStart(" \t\r\n"u8).StartsWith("{"u8))
            {
                reader.Read();
                ReadInput(ref reader, isSwitch ? fields.Switch : fields.Button, ref values);
            }
            else
            {
                _problems.Add((isSwitch ? fields.Switch : fields.Button).Read(FieldValue.OfText(payload), ref values));
            }
        }
        catch (Exception e) when (e is JsonException or InvalidOperationException)
        {
            _problems.Add(JsonFields.NotJson(in reader));
        }
        return Result(ref values);
    }

    /// <summary>SENSOR, STATE, RESULT and the answers to STATUS.</summary>
    public DecodeResult ReadObject(ReadOnlySpan<byte> payload)
    {
        _devices.TryGetValue(_name, out _own);
        var values = new GatheredValues(_ownRoom);
        Utf8JsonReader reader = JsonFields.Open(payload);
        try
        {
            if (payload.IsEmpty)
            {
                return DecodeResult.NotADevice;
            }
            if (!reader.Read() || reader.TokenType != JsonTokenType.StartObject)
            {
                return Wrong("the payload is not a JSON object");
            }
            ReadMembers(ref reader, TasmotaUnits.Of(payload), ref values);
            reader.Read();
        }
        catch (Exception e) when (e is JsonException or InvalidOperationException)
        {
            _problems.Add(JsonFields.NotJson(in reader));
        }
        return Result(ref values);
    }

    private void ReadMembers(ref Utf8JsonReader reader, TasmotaUnits units, ref GatheredValues values)
    {
        TasmotaFields fields = TasmotaFields.Of(_own?.Class, units);
        bool zigbee = false;
        while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
        {
            ReadOnlySpan<char> member = _member[..NameLength(ref reader, _member)];
            // With the address in the topic, the Zigbee device's values stand in the message itself.
            zigbee |= member is "Device";
            Field? field = zigbee ? JsonFields.Find(ref reader, fields.Zigbee) : null;
            reader.Read();
            if (reader.TokenType != JsonTokenType.StartObject)
            {
                field = IsInput(member, "Switch") ? fields.Switch : IsInput(member, "Button") ? fields.Button : field;
                _problems.Add(field is null ? null : JsonFields.ReadValue(ref reader, field, ref values));
                reader.Skip();
                continue;
            }
            ReadNested(ref reader, member, units, fields, ref values);
        }
    }

    private void ReadNested(ref Utf8JsonReader reader, scoped ReadOnlySpan<char> member, TasmotaUnits units, TasmotaFields fields, ref GatheredValues values)
    {
        switch (member)
        {
            case "StatusSNS" or "StatusSTS" when reader.CurrentDepth == 1:
                ReadMembers(ref reader, units, ref values);
                break;
            case "ZbReceived":
                while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
                {
                    ReadOnlySpan<char> child = _child[..NameLength(ref reader, _child)];
                    reader.Read();
                    ReadChild(ref reader, child, units, ref values);
                }
                break;
            case "Wifi":
                ReadFields(ref reader, TasmotaFields.Wifi, ref values);
                break;
            case var _ when IsInput(member, "Switch") || IsInput(member, "Button"):
                ReadInput(ref reader, member.StartsWith("Switch") ? fields.Switch : fields.Button, ref values);
                break;
            default:
                ReadChild(ref reader, member, units, ref values);
                break;
        }
    }

    /// <summary>A sensor of the device, or somebody behind it: told apart by the site file, or by the address within.</summary>
    private void ReadChild(ref Utf8JsonReader reader, scoped ReadOnlySpan<char> child, TasmotaUnits units, ref GatheredValues own)
    {
        if (reader.TokenType != JsonTokenType.StartObject)
        {
            reader.Skip();
            return;
        }
        bool zigbee = TryZigbee(reader, out string? address, out string? friendly);
        Device? device = Behind(_name, child);
        if (device is null && zigbee)
        {
            device = Behind(_name, address) ?? Behind(_name, friendly) ?? (_own is null ? Behind(Parent, address) ?? Behind(Parent, friendly) : null);
        }
        if (device is null && (!zigbee || _own is not null))
        {
            TasmotaFields fields = TasmotaFields.Of(_own?.Class, units);
            ReadFields(ref reader, zigbee ? fields.Zigbee : fields.Sensor, ref own);
            return;
        }
        var values = new GatheredValues(_room);
        TasmotaFields ofDevice = TasmotaFields.Of(device?.Class, units);
        ReadFields(ref reader, zigbee ? ofDevice.Zigbee : ofDevice.Sensor, ref values);
        if (device is not null)
        {
            Give(device, ref values);
        }
        else
        {
            _unassigned ??= $"{_name}/{address ?? child.ToString()}";
            _unassignedPoints |= values.Points;
        }
    }

    // A bridge may give each of its devices a level of its own below its topic.
    private readonly ReadOnlySpan<char> Parent => _name[..Math.Max(0, _name.LastIndexOf('/'))];

    private readonly Device? Behind(scoped ReadOnlySpan<char> bridge, scoped ReadOnlySpan<char> child)
    {
        child = child.Trim();
        int length = bridge.Length + 1 + child.Length;
        if (bridge.IsEmpty || child.IsEmpty || length > 2 * LongestName)
        {
            return null;
        }
        Span<char> topic = stackalloc char[2 * LongestName];
        bridge.CopyTo(topic);
        topic[bridge.Length] = '/';
        child.CopyTo(topic[(bridge.Length + 1)..]);
        return _devices.TryGetValue(topic[..length], out Device? device) ? device : null;
    }

    // Looks ahead: what Tasmota says of a Zigbee device begins with its address, and perhaps its name.
    private static bool TryZigbee(Utf8JsonReader ahead, out string? address, out string? friendly)
    {
        address = friendly = null;
        if (ahead.Read() && ahead.TokenType == JsonTokenType.PropertyName && ahead.ValueTextEquals("Device"u8) && ahead.Read() && ahead.TokenType == JsonTokenType.String)
        {
            address = ahead.GetString();
            friendly = ahead.Read() && ahead.TokenType == JsonTokenType.PropertyName && ahead.ValueTextEquals("Name"u8) && ahead.Read() && ahead.TokenType == JsonTokenType.String
                ? ahead.GetString() : null;
            return true;
        }
        return false;
    }

    private void ReadFields(ref Utf8JsonReader reader, FieldTable fields, ref GatheredValues values)
    {
        while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
        {
            Field? field = JsonFields.Find(ref reader, fields);
            reader.Read();
            if (field is Command)
            {
                Command.Press(ref values);
            }
            if (field is FirstOfList && reader.TokenType == JsonTokenType.StartArray)
            {
                ReadFirst(ref reader, field, ref values);
                continue;
            }
            _problems.Add(field is null ? null : JsonFields.ReadValue(ref reader, field, ref values));
            reader.Skip();
        }
    }

    private void ReadFirst(ref Utf8JsonReader reader, Field field, ref GatheredValues values)
    {
        int depth = reader.CurrentDepth;
        reader.Read();
        _problems.Add(reader.TokenType == JsonTokenType.EndArray ? null : JsonFields.ReadValue(ref reader, field, ref values));
        while (reader.CurrentDepth > depth || reader.TokenType != JsonTokenType.EndArray)
        {
            reader.Read();
        }
    }

    private void ReadInput(ref Utf8JsonReader reader, Field field, ref GatheredValues values)
    {
        while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
        {
            bool says = reader.ValueSpan.Length is 5 or 6 && (Ascii.EqualsIgnoreCase(reader.ValueSpan, "action"u8) || Ascii.EqualsIgnoreCase(reader.ValueSpan, "state"u8));
            reader.Read();
            _problems.Add(says ? JsonFields.ReadValue(ref reader, field, ref values) : null);
            reader.Skip();
        }
    }

    private void Give(Device device, ref GatheredValues values)
    {
        values.WriteTo(into, device, now, origin);
        _spoke++;
        _only = device;
    }

    private DecodeResult Result(ref GatheredValues values)
    {
        if (_own is not null)
        {
            Give(_own, ref values);
        }
        if (_spoke > 0)
        {
            return _spoke == 1 ? DecodeResult.Heard(_only!, _problems.Text) : DecodeResult.Said(_problems.Text);
        }
        return _unassigned is not null ? DecodeResult.Unassigned(_unassigned, _unassignedPoints) : DecodeResult.Unassigned(_name, values.Points);
    }

    private static bool IsInput(scoped ReadOnlySpan<char> member, string word) =>
        member.StartsWith(word, StringComparison.Ordinal) && member.Length <= word.Length + 2 && !member[word.Length..].ContainsAnyExceptInRange('0', '9');

    private static int NameLength(ref Utf8JsonReader reader, scoped Span<char> room) =>
        reader.ValueSpan.Length > LongestName ? 0 : reader.CopyString(room);
}
