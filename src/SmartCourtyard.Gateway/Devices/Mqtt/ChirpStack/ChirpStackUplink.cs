using System.Text.Json;
using SmartCourtyard.Readings;

namespace SmartCourtyard.Gateway.Devices.Mqtt.ChirpStack;

/// <summary>The parts of an event that the gateway looks at.</summary>
internal struct ChirpStackUplink
{
    private const ulong Prime = 1_099_511_628_211;

    private ulong _number;
    private bool _numbered;

    /// <summary>A number that is the same when this event is sent again; 0 where ChirpStack gives none.</summary>
    public readonly long Delivery => _numbered ? (long)_number | 1 : 0;

    /// <summary>The device's own count of its uplinks.</summary>
    public uint? Counter { get; private set; }

    /// <summary>It carried bytes.</summary>
    public bool HasData { get; private set; }

    /// <summary>A codec made something of the bytes.</summary>
    public bool HasObject { get; private set; }

    /// <summary>What a log event is about, and in whose words.</summary>
    public string? Code { get; private set; }

    public string? Description { get; private set; }

    public string? DeviceName { get; private set; }

    public string? ProfileName { get; private set; }

    /// <param name="described">Whether anybody asks for the device's name.</param>
    public string? Read(string topic, ReadOnlySpan<byte> payload, FieldTable fields, bool described, ref GatheredValues values)
    {
        var problems = new Problems();
        Utf8JsonReader reader = JsonFields.Open(payload);
        try
        {
            if (!reader.Read() || reader.TokenType != JsonTokenType.StartObject)
            {
                return "the payload is not a JSON object";
            }
            while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
            {
                ReadMember(ref reader, topic, fields, described, ref values, ref problems);
                reader.Skip();
            }
            reader.Read();
            return problems.Text;
        }
        catch (Exception e) when (e is JsonException or InvalidOperationException)
        {
            return JsonFields.NotJson(in reader);
        }
    }

    private void ReadMember(
        ref Utf8JsonReader reader, string topic, FieldTable fields, bool described, ref GatheredValues values, ref Problems problems)
    {
        if (reader.ValueTextEquals("object"u8))
        {
            ReadDecoded(ref reader, fields, ref values, ref problems);
        }
        else if (reader.ValueTextEquals("rxInfo"u8))
        {
            ReadReception(ref reader, ref values);
        }
        else if (reader.ValueTextEquals("fCnt"u8))
        {
            Counter = reader.Read() && reader.TokenType == JsonTokenType.Number && reader.TryGetUInt32(out uint counter) ? counter : null;
            Mix(reader.TokenType == JsonTokenType.Number ? reader.ValueSpan : default);
        }
        else if (reader.ValueTextEquals("deduplicationId"u8))
        {
            reader.Read();
            _numbered = reader.TokenType == JsonTokenType.String && reader.ValueSpan.Length > 0;
            Mix(_numbered ? reader.ValueSpan : default);
            Mix(System.Runtime.InteropServices.MemoryMarshal.AsBytes(topic.AsSpan()));
        }
        else if (reader.ValueTextEquals("data"u8))
        {
            reader.Read();
            HasData = reader.TokenType == JsonTokenType.String && reader.ValueSpan.Length > 0;
        }
        else
        {
            ReadDescription(ref reader, described, ref values, ref problems);
        }
    }

    private void ReadDecoded(ref Utf8JsonReader reader, FieldTable fields, ref GatheredValues values, ref Problems problems)
    {
        reader.Read();
        if (reader.TokenType == JsonTokenType.StartObject)
        {
            Utf8JsonReader ahead = reader;
            HasObject = ahead.Read() && ahead.TokenType != JsonTokenType.EndObject;
            ChirpStackObject.Read(ref reader, fields, ref values, ref problems);
        }
    }

    // The battery as the network asked for it, not as the device chose to say it; and what explains a log entry.
    private void ReadDescription(ref Utf8JsonReader reader, bool described, ref GatheredValues values, ref Problems problems)
    {
        bool battery = reader.ValueTextEquals("batteryLevel"u8), code = reader.ValueTextEquals("code"u8), text = reader.ValueTextEquals("description"u8);
        bool device = described && reader.ValueTextEquals("deviceInfo"u8);
        reader.Read();
        if (battery && reader.TokenType == JsonTokenType.Number)
        {
            problems.Add(Battery.Read(FieldValue.Of(in reader), ref values));
        }
        else if ((code || text) && reader.TokenType == JsonTokenType.String && reader.ValueSpan.Length <= 300)
        {
            (Code, Description) = code ? (reader.GetString(), Description) : (Code, reader.GetString());
        }
        else if (device && reader.TokenType == JsonTokenType.StartObject)
        {
            ReadNames(ref reader);
        }
    }

    private static Number Battery { get; } = new("batteryLevel", Quantity.Battery);

    private void ReadNames(ref Utf8JsonReader reader)
    {
        while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
        {
            bool name = reader.ValueTextEquals("deviceName"u8), profile = reader.ValueTextEquals("deviceProfileName"u8);
            reader.Read();
            if (reader.TokenType == JsonTokenType.String && reader.ValueSpan.Length <= 300)
            {
                DeviceName = name ? reader.GetString() : DeviceName;
                ProfileName = profile ? reader.GetString() : ProfileName;
            }
            reader.Skip();
        }
    }

    /// <summary>Of all gateways that heard it, the one that heard it best.</summary>
    private static void ReadReception(ref Utf8JsonReader reader, ref GatheredValues values)
    {
        double best = double.NegativeInfinity;
        reader.Read();
        int depth = reader.CurrentDepth;
        if (reader.TokenType != JsonTokenType.StartArray)
        {
            return;
        }
        while (reader.Read() && reader.CurrentDepth > depth)
        {
            if (reader.TokenType == JsonTokenType.PropertyName && reader.CurrentDepth == depth + 2 && reader.ValueTextEquals("rssi"u8)
                && reader.Read() && reader.TokenType == JsonTokenType.Number && reader.TryGetDouble(out double rssi))
            {
                best = Math.Max(best, rssi);
            }
        }
        (double lowest, double highest) = PlausibleRange.Of(Quantity.Rssi);
        if (best >= lowest && best <= highest)
        {
            values.Number(Quantity.Rssi, best);
        }
    }

    private void Mix(scoped ReadOnlySpan<byte> bytes)
    {
        foreach (byte b in bytes)
        {
            _number = (_number ^ b) * Prime;
        }
    }
}
