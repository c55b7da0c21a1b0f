using System.Buffers;
using System.Text.Json;

namespace SmartCourtyard.Simulator;

/// <summary>The retained <c>bridge/devices</c> message: what stands behind Zigbee2MQTT, in its own shape.</summary>
internal static class Inventory
{
    public static byte[] Payload(IReadOnlyList<DeviceState> devices)
    {
        var buffer = new ArrayBufferWriter<byte>(devices.Count * 1024);
        using (var json = new Utf8JsonWriter(buffer))
        {
            json.WriteStartArray();
            Coordinator(json);
            for (var i = 0; i < devices.Count; i++)
            {
                Device(json, devices[i], i + 1);
            }

            json.WriteEndArray();
        }

        return buffer.WrittenSpan.ToArray();
    }

    private static void Coordinator(Utf8JsonWriter json)
    {
        json.WriteStartObject();
        Common(json, "Coordinator", "0x00124b0000000001", 0, "Coordinator");
        json.WriteEndObject();
    }

    private static void Device(Utf8JsonWriter json, DeviceState state, int number)
    {
        json.WriteStartObject();
        Common(json, state.Device.FriendlyName, $"0x00158d00{number:x8}", number, "EndDevice");
        json.WriteString("manufacturer", state.Model.Vendor);
        json.WriteString("model_id", state.Model.Model);
        json.WriteString("power_source", state.Model.Mains ? "Mains (single phase)" : "Battery");
        json.WriteStartObject("definition");
        json.WriteString("description", state.Model.Description);
        json.WriteStartArray("exposes");
        foreach (var field in state.Model.Fields)
        {
            Expose(json, field);
        }

        json.WriteEndArray();
        json.WriteString("model", state.Model.Model);
        json.WriteStartArray("options");
        json.WriteEndArray();
        json.WriteString("source", "native");
        json.WriteBoolean("supports_ota", false);
        json.WriteString("vendor", state.Model.Vendor);
        json.WriteEndObject();
        json.WriteEndObject();
    }

    private static void Common(Utf8JsonWriter json, string name, string address, int number, string type)
    {
        json.WriteString("friendly_name", name);
        json.WriteString("ieee_address", address);
        json.WriteNumber("network_address", number);
        json.WriteString("type", type);
        json.WriteBoolean("supported", true);
        json.WriteBoolean("disabled", false);
        json.WriteBoolean("interviewing", false);
        json.WriteBoolean("interview_completed", true);
        json.WriteString("interview_state", "SUCCESSFUL");
        json.WriteStartObject("endpoints");
        json.WriteEndObject();
    }

    private static void Expose(Utf8JsonWriter json, Field field)
    {
        json.WriteStartObject();
        json.WriteNumber("access", field.Settable ? 3 : 1);
        json.WriteString("name", field.Property);
        json.WriteString("property", field.Property);
        json.WriteString("type", field.Kind switch { FieldKind.Flag => "binary", FieldKind.Event => "enum", _ => "numeric" });
        if (field.Unit is not null)
        {
            json.WriteString("unit", field.Unit);
        }

        if (field.Kind == FieldKind.Flag)
        {
            json.WriteBoolean("value_off", false);
            json.WriteBoolean("value_on", true);
        }
        else if (field.Kind == FieldKind.Event)
        {
            json.WriteStartArray("values");
            json.WriteStringValue(field.Word);
            json.WriteEndArray();
        }

        json.WriteEndObject();
    }
}
