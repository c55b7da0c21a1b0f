using SmartCourtyard.Courtyards;
using SmartCourtyard.Readings;
using static SmartCourtyard.Readings.Quantity;

namespace SmartCourtyard.Gateway.Devices.Mqtt;

/// <summary>
/// The Zigbee2MQTT family: field, quantity, how to read it. A new sensor is a row here. Fields that stand in no row (settings,
/// calibrations, times, inventories) are not ours and are passed over. Where a message leaves the unit open, the usual one stands
/// until the inventory declares another.
/// </summary>
internal static class Zigbee2MqttFields
{
    // From the generic IAS bits, which say "alarm" and leave it to the device's class what of.
    private static readonly string[] IasBits = ["alarm_1", "alarm_2"];

    public static IEnumerable<Field> Of(DeviceClass deviceClass) =>
        [.. Alarms(deviceClass), .. Condition(), .. Presence(deviceClass), .. Measurements(), new ActionWords("action", deviceClass), .. Own(deviceClass)];

    /// <summary>
    /// For devices that the site file does not name, to see what they seem to be. A press counts as a call for help, since that
    /// is what a loose button would be bought for; the generic alarm bits say nothing, since nobody knows what of.
    /// </summary>
    public static IEnumerable<Field> OfAnyDevice() =>
    [
        .. Alarms(DeviceClass.GasDetector), .. Condition(), .. Presence(DeviceClass.Motion), .. Measurements(),
        new ActionWords("action", DeviceClass.EmergencyButton), new Flag("fall", Fall), .. Own(DeviceClass.WaterLevel),
    ];

    private static Field[] Alarms(DeviceClass deviceClass) =>
    [
        new Flag("smoke", Smoke),
        new Flag("smoke_alarm_1", Smoke),
        new Flag("smoke_alarm_2", Smoke),
        new StateWords("smoke_state", [(Smoke, "alarm"), (Test, "detecting")], off: "normal none"),
        new FlagOrNumber("gas", new Flag("gas", Gas), MeasuresGas(deviceClass) ? new Number("gas", Methane) : null),
        new Flag("gas_alarm_1", Gas),
        new Flag("gas_alarm_2", Gas),
        new StateWords("gas_sensor_state", [(Gas, "alarm")], off: "normal"),
        new Flag("carbon_monoxide", CoAlarm),
        new Flag("carbon_monoxide_alarm_1", CoAlarm),
        new Flag("carbon_monoxide_alarm_2", CoAlarm),
        new StateWords("co_state", [(CoAlarm, "alarm")], off: "normal"),
        new FlagOrNumber("co", new Flag("co", CoAlarm), new Number("co", Co)),
        new Flag("sos", Emergency),
        new Flag("sos_alarm", Emergency),
        new StateWords("fall_down_status", [(Fall, "fall")], off: "none normal", silent: "maybe_fall"),
        new StateWords("fall_status", [(Fall, "fall_alarm")], off: "none normal", silent: "fall_warning"),
        new Flag("water_leak", WaterLeak),
        new Flag("water_leak_alarm_1", WaterLeak),
        new Flag("water_leak_alarm_2", WaterLeak),
        new Flag("active_water_leak", WaterLeak),
        new Flag("water_leak_zone_1", WaterLeak),
        new Flag("water_leak_zone_2", WaterLeak),
        new Flag("water_leak_both_zones", WaterLeak),
        .. Enumerable.Range(1, 4).Select(i => new Flag($"water_leak_wire_{i}", WaterLeak)),
        new StateWords("water_leakage_state", [(WaterLeak, "water_leakage_yes")], off: "water_leakage_no"),
        new StateWords("current_device_status", [(WaterLeak, "water_leakage"), (Fault, "water_shortage")], off: "normal_state"),
        new StateWords("valve_abnormal_state", [(WaterLeak, "water_leakage*"), (Fault, "water_shortage*")], off: "normal", silent: "fail_safe*"),
        .. Enumerable.Range(1, 10).Select(i => new Flag($"input_{i}_leak_detect_{i + 6}", WaterLeak)),
        .. Enumerable.Range(1, 10).Select(i => new Flag($"channel_{i}_leak_detect_{i + 16}", WaterLeak)),
        new Flag("tamper", Tamper),
        new Flag("tamper_alarm", Tamper),
    ];

    /// <summary>How the device itself is.</summary>
    private static Field[] Condition() =>
    [
        new Flag("fault", Fault),
        new Flag("fault_alarm", Fault),
        new Flag("device_fault", Fault),
        new Flag("trouble", Fault),
        new Flag("end_of_life", Fault),
        new Flag("lifecycle", Fault),
        new StateWords("reliability", [(Fault, "unreliable_other process_error")], off: "no_fault_detected", strict: false),
        new StateWords("chamber_contamination", [(Fault, "critical_contamination")], off: "normal light_contamination medium_contamination"),
        new StateWords("self_test_result", [(Test, "checking"), (Fault, "failure")], off: "success", silent: "others"),
        new StateWords("checking_result", [(Test, "checking"), (Fault, "check_failure")], off: "check_success", silent: "others"),
        new StateWords("test_alarm_result", [(Test, "checking"), (Fault, "check_failure")], off: "check_success", silent: "others"),
        new TestFlag("test"),
        new Flag("testing", Test),
        new TestFlag("self_test"),
        new Flag("battery_low", BatteryLow),
        new Flag("battery_low_1", BatteryLow),
        new Flag("battery_defect", BatteryLow),
        .. Enumerable.Range(1, 10).Select(i => new Flag($"channel_{i}_battery_low_{i + 16}", BatteryLow)),
        new StateWords("battery_state", [(BatteryLow, "low")], off: "medium middle high full", strict: false),
        new StateWords("battery_level", [(BatteryLow, "low")], off: "medium middle high full", strict: false),
        new Number("battery", Battery),
        .. Further(Battery, "battpercentage", "smoke_battery"),
        new Number("linkquality", LinkQuality),
    ];

    private static Field[] Presence(DeviceClass deviceClass) =>
    [
        new ClosedContact("contact", IsContact(deviceClass)),
        new ClosedContact("contact_alarm_1"),
        new ClosedContact("contact_alarm_2"),
        new ClosedContact("garage_door_contact"),
        new ClosedContact("handle_position"),
        new Flag("occupancy", Motion),
        .. Enumerable.Range(1, 10).Select(i => new Flag($"occupancy_{i}", Motion)),
        new Flag("occupancy_status", Motion),
        new Flag("presence", Motion),
        new StateWords("presence_state", [(Motion, "presence move motion static")], off: "none", strict: false),
        new StateWords("human_motion_state", [(Motion, "small large medium static active")], off: "none", strict: false),
        new StateWords("motion_state", [(Motion, "small large medium static active far near")], off: "none", strict: false),
        new Flag("vibration", Vibration),
    ];

    private static Field[] Measurements() =>
    [
        new Number("gas_value", Methane),
        new Number("gas_density", Methane),
        new Number("carbon_monoxide_value", Co),
        new Number("smoke_density_dbm", SmokeDensity),
        new Number("co2", Co2),
        new Number("pm1", Pm1),
        new Number("pm25", Pm25),
        new Number("pm10", Pm10),
        new Number("voc", Tvoc),
        new Number("hcho", Hcho),
        new Number("formaldehyd", Hcho, Units.FromMicrograms),
        new Number("formaldehyde", Hcho, Units.FormaldehydeFromPpm),
        new Number("temperature", Temperature),
        .. Further(Temperature, "temperature_1", "temperature_2", "temperature_3", "temperature_4", "temperature_5", "temperature_6",
            "temperature_7", "temperature_8", "temperature_l1", "temperature_l5", "temperature_bme", "temperature_ds"),
        new Number("humidity", Humidity),
        .. Further(Humidity, "humidity_1", "humidity_2", "humidity_l1"),
        new Number("pressure", Pressure, Pressures.Hectopascal),
        new Number("illuminance", Illuminance, noValue: -65_536),
        .. Further(Illuminance, "ambient_light"),
        new FlagOrNumber("noise", null, new Number("noise", Noise)),
        new Number("noise_level", Noise),
        new Number("voltage", Voltage, Volts),
        new Number("current", Current),
        new Number("power", Power),
        new Number("leakage_current", LeakageCurrent),
    ];

    /// <summary>Fields that mean something only because the site file says what the device is for.</summary>
    private static Field[] Own(DeviceClass deviceClass) => deviceClass switch
    {
        DeviceClass.SmokeDetector => [.. Ias(Smoke), new StateWords("alarm_state", [(Smoke, "alarmed critical_alarm")], off: "normal", silent: "prealarm")],
        DeviceClass.GasDetector => Ias(Gas),
        DeviceClass.CoDetector => [.. Ias(CoAlarm), new Flag("alarm", CoAlarm)],
        DeviceClass.EmergencyButton => Ias(Emergency),
        DeviceClass.FallDetector => [.. Ias(Fall), new Flag("fall", Fall)],
        DeviceClass.WaterLeak => [.. Ias(WaterLeak), new Flag("water", WaterLeak), new StateWords("alarm_status", [(WaterLeak, "alarm")], off: "normal ok")],
        _ when IsContact(deviceClass) => [.. IasBits.Select(bit => new Flag(bit, Contact, inverted: true))],
        DeviceClass.Motion => [.. Ias(Motion), new StateWords("state", [(Motion, "presence")], off: "absence none", strict: false)],
        DeviceClass.Vibration => Ias(Vibration),
        DeviceClass.GasValve => [.. Ias(Fault), new StateWords("status", [(Fault, "stuck blocked")], off: "on off open close closed", strict: false)],
        DeviceClass.WaterLevel => [new Number("water_level", WaterLevel, cm => cm * 10), new Number("liquid_depth", WaterLevel, m => m * 1_000)],
        _ => [],
    };

    private static bool MeasuresGas(DeviceClass deviceClass) => deviceClass is DeviceClass.GasDetector or DeviceClass.CoDetector;

    private static bool IsContact(DeviceClass deviceClass) => deviceClass is DeviceClass.DoorContact or DeviceClass.EquipmentContact;

    private static Field[] Ias(Quantity quantity) => [.. IasBits.Select(bit => new Flag(bit, quantity))];

    private static IEnumerable<Field> Further(Quantity quantity, params string[] names) => names.Select(name => new Number(name, quantity, secondary: true));

    // No mains is above 600 V and no battery pack below 0.6 V: what is larger came in millivolts.
    private static double Volts(double value) => value > 600 ? value / 1_000 : value;
}
