using System.Text;
using SmartCourtyard.Courtyards;
using SmartCourtyard.Gateway.Devices.Mqtt.EspHome;
using SmartCourtyard.Gateway.Devices.Mqtt.Told;
using SmartCourtyard.Readings;
using SmartCourtyard.Sources;
using static SmartCourtyard.Readings.Quantity;

namespace SmartCourtyard.Gateway.Devices.Mqtt.HomeAssistant;

/// <summary>
/// The table of the family: component and device class of an entity, quantity. What concerns a life is never told by a name: it
/// takes the device class, or the site file's own word for one entity, or a writer whose words are known.
/// </summary>
internal static class EntityTable
{
    private const string Zigbee2Mqtt = "Zigbee2MQTT";

    /// <summary>How to read an entity; null where it says nothing of ours.</summary>
    /// <param name="deviceClass">The device's class in the site file; null where it stands in none.</param>
    /// <param name="alone">The site file names this entity, not a device with several.</param>
    /// <param name="problem">Why it cannot be read although it should be.</param>
    public static EntityReader? Of(AnnouncedEntity entity, DeviceClass? deviceClass, bool alone, out string? problem)
    {
        problem = null;
        Func<Template?, EntityReader>? make = entity.Component switch
        {
            "binary_sensor" => BinarySensor(entity, deviceClass, alone, ref problem),
            "sensor" => Sensor(entity, deviceClass, ref problem),
            "event" => template => new EntityReader.Event(template, new ActionWords("event_type", deviceClass ?? DeviceClass.EmergencyButton)),
            "device_automation" when entity.Trigger is { } trigger =>
                template => new EntityReader.Trigger(template, trigger, new ActionWords("trigger", deviceClass ?? DeviceClass.EmergencyButton)),
            _ when deviceClass is { } known && GpioSource.IsOutput(known) && ToldHomeAssistant.IsTold(entity.Component) && entity.StateTopic is not null =>
                _ => new EntityReader.Nothing(),
            _ => null,
        };
        if (make is null)
        {
            return null;
        }
        if (entity.StateTopic is null)
        {
            problem = $"{entity.ObjectId} has no state_topic (stat_t)";
            return null;
        }
        string? wrong = null;
        Template? template = entity.Template is null ? null : Template.Read(entity.Template, out wrong);
        if (wrong is not null)
        {
            // Events of a device that is no button concern nobody; their templates are often programs.
            problem = entity.Component == "event" && deviceClass != DeviceClass.EmergencyButton ? null : $"{entity.ObjectId}: {wrong}";
            return null;
        }
        return make(template);
    }

    /// <summary>
    /// What Zigbee2MQTT says of a device beyond what it announces (a press, for one, is announced only after the first one); null
    /// where another wrote the announcement.
    /// </summary>
    public static EntityReader? Whole(AnnouncedEntity entity, DeviceClass deviceClass) =>
        entity.Origin == Zigbee2Mqtt && entity.StateTopic is not null && entity.Component is "binary_sensor" or "sensor"
            ? new EntityReader.Whole(new FieldTable(Zigbee2MqttFields.Of(deviceClass)))
            : null;

    private static Func<Template?, EntityReader>? BinarySensor(AnnouncedEntity entity, DeviceClass? deviceClass, bool alone, ref string? problem)
    {
        if (entity.DeviceClass is null && Written(entity, deviceClass) is { } known)
        {
            return template => new EntityReader.ByField(template, known);
        }
        (Quantity Quantity, bool Inverted)? read = entity.DeviceClass switch
        {
            "smoke" => (Smoke, false),
            "gas" => (Gas, false),
            "carbon_monoxide" => (CoAlarm, false),
            "moisture" => (WaterLeak, false),
            "heat" when deviceClass is DeviceClass.HeatDetector or DeviceClass.SmokeDetector => (Smoke, false),
            "tamper" => (Tamper, false),
            "problem" => (Fault, false),
            "battery" => (BatteryLow, false),
            "door" or "window" or "garage_door" or "opening" => (Contact, true),
            "motion" or "occupancy" or "presence" or "moving" => (Motion, false),
            "vibration" => (Vibration, false),
            "safety" when Own(deviceClass) is { } own => (own, false),
            null when alone && Own(deviceClass) is { } own => (own, false),
            _ => null,
        };
        if (read is null && deviceClass is not null && entity.Origin != Zigbee2Mqtt && (entity.DeviceClass == "safety" || (entity.DeviceClass is null && entity.Category is null)))
        {
            problem = entity.DeviceClass == "safety"
                ? $"{entity.ObjectId} has the device_class safety, which does not say of what: a class in the site file that does (emergency-button, fall-detector, smoke-detector …)"
                : $"{entity.ObjectId} has no device_class, and its name is not taken for one: a device_class, or its unique_id as the source in the site file";
        }
        return read is { } r ? template => new EntityReader.YesOrNo(template, entity, r.Quantity, r.Inverted) : null;
    }

    private static Func<Template?, EntityReader>? Sensor(AnnouncedEntity entity, DeviceClass? deviceClass, ref string? problem)
    {
        Quantity? measured = entity.DeviceClass switch
        {
            "temperature" => Temperature,
            "humidity" => Humidity,
            "carbon_dioxide" => Co2,
            "carbon_monoxide" => Co,
            "pm1" => Pm1,
            "pm25" => Pm25,
            "pm10" => Pm10,
            "volatile_organic_compounds" or "volatile_organic_compounds_parts" => Tvoc,
            "pressure" or "atmospheric_pressure" => Pressure,
            "sound_pressure" => Noise,
            "battery" => Battery,
            "signal_strength" when entity.Unit is null or "dBm" => Rssi,
            "voltage" => Voltage,
            "current" => Current,
            "power" => Power,
            "illuminance" => Illuminance,
            // In m³ it is a meter.
            "gas" when entity.Unit is { } unit && Units.To(Methane, unit) is not null => Methane,
            "distance" when deviceClass == DeviceClass.WaterLevel => WaterLevel,
            _ => null,
        };
        if (measured is { } quantity)
        {
            string unit = entity.Unit ?? quantity.Unit();
            if (Units.To(quantity, unit) is { } convert)
            {
                var number = new Number(entity.ObjectId, quantity, convert);
                return template => new EntityReader.ByField(template, number);
            }
            problem = deviceClass is null ? null : $"{entity.ObjectId} is in '{unit}': {string.Join(", ", Units.Of(quantity))}";
            return null;
        }
        Field? field = entity.DeviceClass is null ? Written(entity, deviceClass) ?? ByName(entity) : null;
        return field is null ? null : template => new EntityReader.ByField(template, field);
    }

    // Zigbee2MQTT gives no device class to much of what it knows exactly; the property's name is then one of its own words.
    private static Field? Written(AnnouncedEntity entity, DeviceClass? deviceClass)
    {
        if (entity.Origin != Zigbee2Mqtt || entity.Template is null || Property(entity.Template) is not { } property)
        {
            return null;
        }
        FieldTable fields = new(deviceClass is { } known ? Zigbee2MqttFields.Of(known) : Zigbee2MqttFields.OfAnyDevice());
        Field? field = fields.Find(Encoding.UTF8.GetBytes(property));
        return field is not null && entity.Unit is { } unit ? field.InUnit(unit) ?? field : field;
    }

    // {{ value_json["smoke"] }} or {{ value_json.smoke }} and nothing else.
    private static string? Property(string template)
    {
        ReadOnlySpan<char> inner = template.AsSpan().Trim();
        if (!inner.StartsWith("{{") || !inner.EndsWith("}}"))
        {
            return null;
        }
        inner = inner[2..^2].Trim();
        if (!inner.StartsWith("value_json"))
        {
            return null;
        }
        JsonPath? path = JsonPath.TryParse(string.Concat("$", inner["value_json".Length..]));
        return path is { Steps: [{ Member: { } member }] } ? member : null;
    }

    // A thermometer by its name harms nobody. What raises an alarm is left out.
    private static Number? ByName(AnnouncedEntity entity) =>
        EspHomeObjects.Of($"{entity.ObjectId} {entity.Name}", measures: true, DeviceClass.AirMonitor) is Number number
        && (number.Points & (PointSet.Of(Methane) | PointSet.Of(Co) | PointSet.Of(Battery) | PointSet.Of(WaterLevel) | PointSet.Of(LeakageCurrent))) == 0
            ? entity.Unit is null ? number : number.InUnit(entity.Unit)
            : null;

    /// <summary>What a device of the class is for.</summary>
    private static Quantity? Own(DeviceClass? deviceClass) => deviceClass switch
    {
        DeviceClass.SmokeDetector or DeviceClass.HeatDetector => Smoke,
        DeviceClass.GasDetector => Gas,
        DeviceClass.CoDetector => CoAlarm,
        DeviceClass.EmergencyButton => Emergency,
        DeviceClass.FallDetector => Fall,
        DeviceClass.WaterLeak => WaterLeak,
        DeviceClass.Motion => Motion,
        DeviceClass.Vibration => Vibration,
        _ => null,
    };
}
