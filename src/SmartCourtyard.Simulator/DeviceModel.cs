using SmartCourtyard.Courtyards;

namespace SmartCourtyard.Simulator;

internal enum FieldKind
{
    /// <summary>true or false; begins as false unless its low bound is 1.</summary>
    Flag,

    /// <summary>A number that wanders between its bounds.</summary>
    Number,

    /// <summary>A word that is there in one message and gone in the next, as Zigbee2MQTT publishes a pressed button.</summary>
    Event,
}

/// <summary>One property of a model's messages.</summary>
/// <param name="Property">Its name in the payload.</param>
/// <param name="Quantity">The word scenes use for it; null where no scene touches it.</param>
/// <param name="Low">Lower bound of its quiet values; for a flag 1 means that it begins as true.</param>
/// <param name="High">Upper bound of its quiet values.</param>
/// <param name="Step">How far it wanders from one message to the next.</param>
/// <param name="Decimals">Digits after the point.</param>
/// <param name="Unit">As Zigbee2MQTT declares it.</param>
/// <param name="Word">The word of an event.</param>
/// <param name="Settable">Whether a message to <c>/set</c> changes it.</param>
internal sealed record Field(
    string Property, FieldKind Kind, string? Quantity = null, double Low = 0, double High = 0, double Step = 0, int Decimals = 0,
    string? Unit = null, string? Word = null, bool Settable = false);

/// <summary>A real product: what it is called and what its messages hold.</summary>
internal sealed record DeviceModel(string Vendor, string Model, string Description, bool Mains, TimeSpan Every, IReadOnlyList<Field> Fields)
{
    private static readonly Field LinkQuality = new("linkquality", FieldKind.Number, "link-quality", 70, 200, 6, Unit: "lqi");
    private static readonly Field Battery = new("battery", FieldKind.Number, "battery", 62, 100, 0.02, Unit: "%");
    private static readonly Field BatteryLow = new("battery_low", FieldKind.Flag, "battery-low");
    private static readonly Field Tamper = new("tamper", FieldKind.Flag, "tamper");
    private static readonly TimeSpan TenMinutes = TimeSpan.FromMinutes(10);
    private static readonly TimeSpan Minute = TimeSpan.FromMinutes(1);

    private static readonly DeviceModel Smoke = new("Heiman", "HS1SA-E", "Smoke detector", false, TenMinutes,
        [Battery, BatteryLow, LinkQuality, new("smoke", FieldKind.Flag, "smoke"), Tamper, new("test", FieldKind.Flag, "test")]);

    private static readonly DeviceModel Gas = new("Tuya", "TS0601_gas_sensor_4", "Gas sensor", true, TenMinutes,
    [
        new("alarm_switch", FieldKind.Flag, Settable: true), new("fault_alarm", FieldKind.Flag, "fault"), new("gas", FieldKind.Flag, "gas"),
        new("gas_value", FieldKind.Number, "methane", 0, 1.4, 0.3, Unit: "LEL"), LinkQuality, new("preheat", FieldKind.Flag),
        new("silence", FieldKind.Flag, Settable: true),
    ]);

    private static readonly DeviceModel CarbonMonoxide = new("Heiman", "HS1CA-M", "Carbon monoxide sensor", false, TenMinutes,
        [Battery, BatteryLow, new("carbon_monoxide", FieldKind.Flag, "co-alarm"), LinkQuality, Tamper]);

    private static readonly DeviceModel SosState = new("Feibit", "SEB01ZB", "SOS button", false, TenMinutes,
        [Battery, BatteryLow, LinkQuality, new("sos", FieldKind.Flag, "emergency"), Tamper]);

    private static readonly DeviceModel SosAction = new("Tuya", "TS0215A_sos", "SOS button", false, TenMinutes,
    [
        new("action", FieldKind.Event, "emergency", Word: "emergency"), Battery, LinkQuality,
        new("voltage", FieldKind.Number, null, 2700, 3100, 2, Unit: "mV"),
    ]);

    private static readonly DeviceModel Leak = new("Aqara", "SJCGQ13LM", "Water leak sensor E1", false, TenMinutes,
    [
        Battery, BatteryLow, new("device_temperature", FieldKind.Number, null, 12, 22, 0.3, Unit: "°C"), LinkQuality,
        new("power_outage_count", FieldKind.Number, null, 2, 2), Tamper, new("voltage", FieldKind.Number, null, 2850, 3100, 2, Unit: "mV"),
        new("water_leak", FieldKind.Flag, "water-leak"),
    ]);

    private static readonly DeviceModel Contact = new("LifeControl", "MCLH-04", "Door sensor", false, TenMinutes,
        [Battery, BatteryLow, new("contact", FieldKind.Flag, "contact", Low: 1), LinkQuality, Tamper]);

    private static readonly DeviceModel Climate = new("Feibit", "STH01ZB", "Smart temperature & humidity sensor", false, TenMinutes,
    [
        Battery, new("humidity", FieldKind.Number, "humidity", 45, 70, 0.6, 1, "%"), LinkQuality,
        new("temperature", FieldKind.Number, "temperature", 12, 24, 0.2, 1, "°C"), new("voltage", FieldKind.Number, null, 2800, 3200, 2, Unit: "mV"),
    ]);

    private static readonly DeviceModel Siren = new("NEO", "NAS-AB02B2", "Alarm", true, TenMinutes,
    [
        new("alarm", FieldKind.Flag, Settable: true), new("battpercentage", FieldKind.Number, null, 100, 100, Unit: "%"),
        new("duration", FieldKind.Number, null, 180, 180, Unit: "s", Settable: true), LinkQuality,
    ]);

    /// <summary>The air monitor that the telemetry load is made of: six values a message.</summary>
    public static DeviceModel Air { get; } = new("Tuya", "TS0601_smart_air_house_keeper", "Smart air house keeper", true, Minute,
    [
        new("co2", FieldKind.Number, "co2", 430, 820, 12, Unit: "ppm"), new("formaldehyd", FieldKind.Number, "hcho", 8, 45, 1.5, Unit: "µg/m³"),
        new("humidity", FieldKind.Number, "humidity", 45, 70, 0.6, 1, "%"), LinkQuality,
        new("pm25", FieldKind.Number, "pm25", 6, 42, 2, Unit: "µg/m³"), new("temperature", FieldKind.Number, "temperature", 12, 24, 0.2, 1, "°C"),
        new("voc", FieldKind.Number, "tvoc", 20, 140, 4, Unit: "ppb"),
    ]);

    /// <summary>The product that plays this device. Estates are mixed, so both kinds of emergency button occur.</summary>
    public static DeviceModel For(SimulatedDevice device) => device.Class switch
    {
        DeviceClass.SmokeDetector or DeviceClass.HeatDetector => Smoke,
        DeviceClass.GasDetector => Gas,
        DeviceClass.CoDetector => CarbonMonoxide,
        DeviceClass.EmergencyButton => Dice.For(0, device.FriendlyName).Below(2) == 0 ? SosAction : SosState,
        DeviceClass.WaterLeak => Leak,
        DeviceClass.DoorContact or DeviceClass.EquipmentContact => Contact,
        DeviceClass.Siren => Siren,
        DeviceClass.AirMonitor when !device.FriendlyName.EndsWith("climate", StringComparison.Ordinal) => Air,
        _ => Climate,
    };
}
