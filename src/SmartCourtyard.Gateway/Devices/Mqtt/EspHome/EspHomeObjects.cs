using SmartCourtyard.Courtyards;
using SmartCourtyard.Readings;

namespace SmartCourtyard.Gateway.Devices.Mqtt.EspHome;

/// <summary>
/// The ESPHome family's table: the words of an object's name, quantity, how to read it. The first row with a word of the name
/// stands, so the particular ones come first.
/// </summary>
internal static class EspHomeObjects
{
    // Words that say the thing is about something other than itself: a switch for it, its count, a threshold, its uptime.
    private static readonly string[] NotItself =
        ["enable", "enabled", "threshold", "limit", "setpoint", "target", "count", "uptime", "calibration", "index", "aqi", "raw", "ratio", "resistance", "heater"];

    private static readonly (string Words, Quantity Quantity)[] Yes =
    [
        ("tamper lid housing 防拆", Quantity.Tamper),
        ("low_battery battery_low batt_low battery batt 电量", Quantity.BatteryLow),
        ("test testing self_test 自检", Quantity.Test),
        ("problem fault trouble error failure end_of_life 故障", Quantity.Fault),
        ("smoke fire rauch rauchmelder fumee 烟 烟感 烟雾 火警", Quantity.Smoke),
        ("carbon_monoxide monoxide co kohlenmonoxid 一氧化碳", Quantity.CoAlarm),
        ("gas methane lpg propane natural_gas 燃气 沼气 甲烷", Quantity.Gas),
        ("sos emergency panic help alarm_button call_button pendant 求助 紧急", Quantity.Emergency),
        ("fall fallen fell 跌倒", Quantity.Fall),
        ("leak leakage flood water moisture wet 漏水 水浸", Quantity.WaterLeak),
        ("door window contact garage gate opening reed 门磁 门 窗", Quantity.Contact),
        ("motion pir presence occupancy radar movement 人体", Quantity.Motion),
        ("vibration vibrating shock 振动", Quantity.Vibration),
    ];

    // What ESPHome's own platforms give, where they agree; the unit is what they use when the YAML changes nothing.
    private static readonly (string Words, Quantity Quantity, string? Unit)[] Measured =
    [
        ("battery batt battery_level 电量", Quantity.Battery, null),
        ("wifi_signal rssi wifi_signal_strength signal", Quantity.Rssi, null),
        ("temperature temp 温度", Quantity.Temperature, null),
        ("humidity hum rh 湿度", Quantity.Humidity, null),
        ("pressure barometer 气压", Quantity.Pressure, null),
        ("co2 carbon_dioxide 二氧化碳", Quantity.Co2, null),
        ("carbon_monoxide monoxide co 一氧化碳", Quantity.Co, null),
        ("pm1 pm_1 pm1_0 pm_1_0", Quantity.Pm1, null),
        ("pm2_5 pm_2_5 pm25", Quantity.Pm25, null),
        ("pm10 pm_10 pm10_0 pm_10_0", Quantity.Pm10, null),
        ("tvoc voc", Quantity.Tvoc, "ppb"),
        ("hcho formaldehyde ch2o 甲醛", Quantity.Hcho, "µg/m³"),
        ("noise sound_level spl decibel laeq 噪声", Quantity.Noise, null),
        ("illuminance lux brightness 照度", Quantity.Illuminance, null),
        ("water_level 水位", Quantity.WaterLevel, "m"),
        ("leakage_current residual_current", Quantity.LeakageCurrent, "A"),
        ("voltage", Quantity.Voltage, null),
        ("current", Quantity.Current, null),
        ("power", Quantity.Power, null),
    ];

    // Words with which a name says its unit: methane_lel, tvoc_ugm3.
    private static readonly (string Word, string Unit)[] UnitWords =
        [("lel", "%LEL"), ("ppm", "ppm"), ("ppb", "ppb"), ("ugm3", "µg/m³"), ("ug_m3", "µg/m³"), ("mgm3", "mg/m³"), ("mm", "mm"), ("cm", "cm"), ("ma", "mA"), ("f", "°F"), ("kpa", "kPa")];

    /// <summary>How to read an object; one that says by no word what it is, is passed over or, where it might be about a life, named.</summary>
    /// <param name="measures">A <c>sensor</c>, else a <c>binary_sensor</c>.</param>
    public static Field Of(string name, bool measures, DeviceClass deviceClass)
    {
        string words = Separated(name);
        if (NotItself.Any(word => Has(words, word)))
        {
            return new PassedOver(name);
        }
        return measures ? Number(name, words, deviceClass) : YesOrNo(name, words, deviceClass);
    }

    private static Field YesOrNo(string name, string words, DeviceClass deviceClass)
    {
        foreach ((string row, Quantity quantity) in Yes)
        {
            if (HasAny(words, row))
            {
                // ON is the open door; our contact is true when closed.
                return new Flag(name, quantity, inverted: quantity == Quantity.Contact);
            }
        }
        return deviceClass == DeviceClass.EmergencyButton && HasAny(words, "button key press 按钮") ? new Flag(name, Quantity.Emergency)
            : deviceClass is DeviceClass.SmokeDetector or DeviceClass.HeatDetector && HasAny(words, "alarm heat 报警") ? new Flag(name, Quantity.Smoke)
            : HasAny(words, "alarm 报警") ? new NotUnderstood(name, "a name that says of what: smoke, gas, co, sos, fall, leak")
            : new PassedOver(name);
    }

    private static Field Number(string name, string words, DeviceClass deviceClass)
    {
        string? unit = UnitWords.FirstOrDefault(u => Has(words, u.Word)).Unit;
        foreach ((string row, Quantity quantity, string? usual) in Measured)
        {
            if (HasAny(words, row))
            {
                string inUnit = unit is not null && Units.To(quantity, unit) is not null ? unit : usual ?? quantity.Unit();
                return new Number(name, quantity, Units.To(quantity, inUnit));
            }
        }
        if (!HasAny(words, "methane gas lpg propane 燃气 沼气 甲烷"))
        {
            return new PassedOver(name);
        }
        return unit is not null && Units.To(Quantity.Methane, unit) is { } convert ? new Number(name, Quantity.Methane, convert)
            : deviceClass == DeviceClass.GasDetector ? new NotUnderstood(name, "a name that says its unit: methane_lel or methane_ppm")
            : new PassedOver(name);
    }

    // Underscores at both ends, so that a word is found by looking for it between two.
    private static string Separated(string name) => "_" + name.ToLowerInvariant().Replace('-', '_').Replace(' ', '_').Replace('.', '_') + "_";

    private static bool HasAny(string words, string row) => row.Split(' ').Any(word => Has(words, word));

    // Chinese does not put spaces between words.
    private static bool Has(string words, string word) =>
        words.Contains(word[0] >= 0x2E80 ? word : $"_{word}_", StringComparison.Ordinal);

    private sealed class PassedOver(string name) : Field(name)
    {
        protected override string Allowed => "anything";

        protected override bool TryRead(scoped FieldValue value, ref GatheredValues into) => true;
    }

    private sealed class NotUnderstood(string name, string allowed) : Field(name)
    {
        protected override string Allowed => allowed;

        protected override bool TryRead(scoped FieldValue value, ref GatheredValues into) => false;
    }
}
