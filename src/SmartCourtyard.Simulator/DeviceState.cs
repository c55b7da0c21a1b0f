using System.Buffers;
using System.Globalization;
using System.Text.Json;

namespace SmartCourtyard.Simulator;

/// <summary>A device's properties as they stand, and the message Zigbee2MQTT would make of them.</summary>
internal sealed class DeviceState
{
    private readonly Dice _dice;
    private readonly double[] _values;
    private readonly bool[] _held;

    public DeviceState(SimulatedDevice device, int seed)
    {
        Device = device;
        Model = DeviceModel.For(device);
        _dice = Dice.For(seed, device.Id);
        _values = [.. Model.Fields.Select(f => f.Kind == FieldKind.Number ? _dice.Between(f.Low, f.High) : f.Low)];
        _held = new bool[_values.Length];
    }

    public SimulatedDevice Device { get; }

    public DeviceModel Model { get; }

    public bool Silent { get; private set; }

    public Dice Dice => _dice;

    /// <summary>Lets the values wander a little, within the bounds of a quiet day. What a scene has set stays.</summary>
    public void Wander()
    {
        for (var i = 0; i < _values.Length; i++)
        {
            var field = Model.Fields[i];
            if (field.Kind == FieldKind.Number && !_held[i])
            {
                _values[i] = Math.Clamp(_values[i] + _dice.Between(-field.Step, field.Step), field.Low, field.High);
            }
        }
    }

    /// <summary>Applies a scene's change. False where the model has no such quantity, or where the change makes no message.</summary>
    public bool Apply(Change change)
    {
        if (change.Quantity == Change.Online)
        {
            Silent = change.Value == 0;
            return true;
        }

        for (var i = 0; i < _values.Length; i++)
        {
            var field = Model.Fields[i];
            if (field.Quantity == change.Quantity)
            {
                var quiet = change.Value is null;
                _held[i] = !quiet && field.Kind == FieldKind.Number;
                _values[i] = change.Value ?? (field.Kind == FieldKind.Number ? _dice.Between(field.Low, field.High) : field.Low);
                return field.Kind != FieldKind.Event || _values[i] != 0;
            }
        }

        return false;
    }

    /// <summary>Takes what a <c>/set</c> message holds of settable properties; false where there was none.</summary>
    public bool Set(ReadOnlySpan<byte> payload)
    {
        var taken = false;
        try
        {
            var reader = new Utf8JsonReader(payload);
            using var message = JsonDocument.ParseValue(ref reader);
            if (message.RootElement.ValueKind != JsonValueKind.Object)
            {
                return false;
            }

            for (var i = 0; i < _values.Length; i++)
            {
                if (Model.Fields[i].Settable && message.RootElement.TryGetProperty(Model.Fields[i].Property, out var value) && Number(value) is { } number)
                {
                    _values[i] = number;
                    taken = true;
                }
            }
        }
        catch (JsonException)
        {
            return false;
        }

        return taken;
    }

    /// <summary>The payload, its properties in alphabetical order as Zigbee2MQTT's own. An event is spent by it.</summary>
    public byte[] Payload(DateTimeOffset lastSeen)
    {
        var buffer = new ArrayBufferWriter<byte>(256);
        using (var json = new Utf8JsonWriter(buffer))
        {
            json.WriteStartObject();
            var stamped = false;
            for (var i = 0; i < _values.Length; i++)
            {
                stamped = stamped || Stamp(json, Model.Fields[i].Property, lastSeen);
                Write(json, Model.Fields[i], i);
            }

            _ = stamped || Stamp(json, "~", lastSeen);
            json.WriteEndObject();
        }

        return buffer.WrittenSpan.ToArray();
    }

    private static bool Stamp(Utf8JsonWriter json, string before, DateTimeOffset lastSeen)
    {
        if (string.CompareOrdinal(before, "last_seen") < 0)
        {
            return false;
        }

        json.WriteString("last_seen", lastSeen.UtcDateTime.ToString("yyyy-MM-dd'T'HH:mm:ss.fff'Z'", CultureInfo.InvariantCulture));
        return true;
    }

    private static double? Number(JsonElement value) => value.ValueKind switch
    {
        JsonValueKind.True => 1,
        JsonValueKind.False => 0,
        JsonValueKind.Number => value.GetDouble(),
        JsonValueKind.String when value.ValueEquals("ON") => 1,
        JsonValueKind.String when value.ValueEquals("OFF") => 0,
        _ => null,
    };

    private void Write(Utf8JsonWriter json, Field field, int index)
    {
        switch (field.Kind)
        {
            case FieldKind.Flag:
                json.WriteBoolean(field.Property, _values[index] != 0);
                break;
            case FieldKind.Number:
                json.WriteNumber(field.Property, Math.Round((decimal)_values[index], field.Decimals));
                break;
            case FieldKind.Event when _values[index] != 0:
                json.WriteString(field.Property, field.Word);
                _values[index] = 0;
                break;
            default:
                break;
        }
    }
}
