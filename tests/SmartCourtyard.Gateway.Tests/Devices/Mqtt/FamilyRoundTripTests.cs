using System.Globalization;
using System.Text;
using FsCheck;
using FsCheck.Fluent;
using SmartCourtyard.Courtyards;
using SmartCourtyard.Gateway.Devices;
using SmartCourtyard.Gateway.Devices.Mqtt;
using SmartCourtyard.Gateway.Devices.Mqtt.AnyTopic;
using SmartCourtyard.Gateway.Devices.Mqtt.ChirpStack;
using SmartCourtyard.Gateway.Devices.Mqtt.EspHome;
using SmartCourtyard.Gateway.Devices.Mqtt.HomeAssistant;
using SmartCourtyard.Gateway.Devices.Mqtt.Tasmota;
using SmartCourtyard.Readings;
using SmartCourtyard.Sources;
using static SmartCourtyard.Readings.Quantity;

namespace SmartCourtyard.Gateway.Tests.Devices.Mqtt;

/// <summary>What is true, written in any of the forms that a family has for it, reads back as exactly that and nothing else.</summary>
public sealed class FamilyRoundTripTests
{
    private static readonly DateTimeOffset Now = new(2026, 11, 22, 4, 30, 0, TimeSpan.Zero);

    private static readonly Config Properties = Config.QuickThrowOnFailure.WithMaxTest(Math.Clamp(Fuzz.Cases / 100, 200, 20_000));

    private static readonly Gen<bool> YesOrNo = Gen.Elements(true, false);

    private static readonly Gen<(string Yes, string No)> Words = Gen.Elements(WrittenValues.Words.ToArray());

    private static readonly (Quantity Quantity, string Property)[] ZigbeeNumbers =
    [
        (Temperature, "temperature"), (Humidity, "humidity"), (Co2, "co2"), (Tvoc, "voc"), (Hcho, "hcho"), (Pm25, "pm25"), (Pm10, "pm10"), (Pressure, "pressure"), (Voltage, "voltage"),
        (Current, "current"), (Power, "power"), (LeakageCurrent, "leakage_current"), (Co, "carbon_monoxide_value"), (Methane, "gas_value"), (Noise, "noise_level"), (Battery, "battery"),
    ];

    private static readonly (Quantity Quantity, string Name)[] YesOrNoOfZigbee =
    [
        (Smoke, "smoke"), (CoAlarm, "carbon_monoxide"), (WaterLeak, "water_leak"), (Emergency, "sos"), (Tamper, "tamper"), (Fault, "fault"), (BatteryLow, "battery_low"), (Vibration, "vibration"),
        (Motion, "occupancy"),
    ];

    private static readonly (string Word, Quantity Quantity, string Unit)[] EspHomeNames =
    [
        ("temperature", Temperature, "°C"), ("temperature_f", Temperature, "°F"), ("kitchen_humidity", Humidity, "%"), ("co2", Co2, "ppm"), ("tvoc_ppb", Tvoc, "ppb"), ("tvoc_ugm3", Tvoc, "µg/m³"),
        ("methane_lel", Methane, "%LEL"), ("methane_ppm", Methane, "ppm"), ("pressure", Pressure, "hPa"), ("pressure_kpa", Pressure, "kPa"), ("water_level_cm", WaterLevel, "cm"),
        ("water_level_mm", WaterLevel, "mm"), ("leakage_current_ma", LeakageCurrent, "mA"), ("formaldehyde_ppb", Hcho, "ppb"), ("温度", Temperature, "°C"), ("laeq", Noise, "dB(A)"),
    ];

    private static readonly (string Word, Quantity Quantity)[] EspHomeYesOrNo =
    [
        ("kitchen_smoke", Smoke), ("烟感", Smoke), ("gas", Gas), ("co", CoAlarm), ("water_leak", WaterLeak), ("sos", Emergency), ("fall", Fall), ("tamper", Tamper), ("door", Contact), ("pir", Motion),
        ("vibration", Vibration), ("low_battery", BatteryLow),
    ];

    private static readonly (string DeviceClass, Quantity Quantity, bool Inverted)[] AnnouncedYesOrNo =
    [
        ("smoke", Smoke, false), ("gas", Gas, false), ("carbon_monoxide", CoAlarm, false), ("moisture", WaterLeak, false), ("tamper", Tamper, false), ("door", Contact, true), ("window", Contact, true),
        ("motion", Motion, false), ("vibration", Vibration, false), ("battery", BatteryLow, false),
    ];

    private static readonly (string DeviceClass, Quantity Quantity)[] AnnouncedNumbers =
    [
        ("temperature", Temperature), ("humidity", Humidity), ("carbon_dioxide", Co2), ("carbon_monoxide", Co), ("pm25", Pm25), ("volatile_organic_compounds_parts", Tvoc), ("pressure", Pressure),
        ("sound_pressure", Noise), ("voltage", Voltage), ("current", Current), ("power", Power), ("gas", Methane), ("illuminance", Illuminance),
    ];

    private static readonly (string[] Names, Quantity Quantity)[] CodecYesOrNo =
    [
        (["smokeAlarm", "smoke_alarm", "SMOKE-ALARM"], Smoke), (["gas_status", "gasLeak"], Gas), (["coAlarm", "CO_alarm"], CoAlarm), (["leakage_status", "waterLeak"], WaterLeak),
        (["tamper", "Tamper_Status"], Tamper), (["battery_low", "lowBattery"], BatteryLow), (["door", "magnet_status"], Contact),
    ];

    [Fact]
    public void Zigbee2MQTT_reads_yes_and_no_in_any_words() => Holds(
        from row in Gen.Elements(YesOrNoOfZigbee) from words in Words from yes in YesOrNo from alone in YesOrNo select (row, words, yes, alone), t =>
        {
            var family = new Zigbee2MqttFamily(Site(DeviceClass.SmokeDetector, new Zigbee2MqttSource("3栋/301")));
            string value = t.yes ? t.words.Yes : t.words.No;
            Reads(
                family, t.alone ? $"zigbee2mqtt/3栋/301/{t.row.Name}" : "zigbee2mqtt/3栋/301", t.alone ? value.Trim('"') : $"{{\"{t.row.Name}\":{value},\"update\":{{\"state\":\"idle\"}}}}", t.row.Quantity, Number(t.yes));
        });

    [Fact]
    public void Zigbee2MQTT_reads_a_contact_that_is_true_when_closed() => Holds(
        from closed in YesOrNo from word in Gen.Elements(("true", "false"), ("\"closed\"", "\"open\""), ("\"CLOSE\"", "\"opened\""), ("1", "0")) select (closed, word),
        t => Reads(new Zigbee2MqttFamily(Site(DeviceClass.DoorContact, new Zigbee2MqttSource("d"))), "zigbee2mqtt/d", $"{{\"contact\":{(t.closed ? t.word.Item1 : t.word.Item2)}}}", Contact, Number(t.closed)));

    [Fact]
    public void Zigbee2MQTT_reads_numbers_in_the_unit_that_the_inventory_tells() => Holds(
        from row in Gen.Elements(ZigbeeNumbers) from unit in Gen.Elements(Units.Of(row.Quantity).ToArray()) from value in WrittenValues.Possible(row.Quantity) select (row, unit, value), t =>
        {
            var family = new Zigbee2MqttFamily(Site(DeviceClass.AirMonitor, new Zigbee2MqttSource("d")));
            Decode(family, "zigbee2mqtt/bridge/devices", $$$"""[{"friendly_name":"d","definition":{"exposes":[{"property":"{{{t.row.Property}}}","unit":"{{{t.unit}}}"}]}}]""");
            Reads(family, "zigbee2mqtt/d", $"{{\"{t.row.Property}\":{Written(t.row.Quantity, t.unit, t.value)}}}", t.row.Quantity, t.value);
        });

    [Fact]
    public void Tasmota_reads_numbers_in_the_unit_that_the_message_tells() => Holds(
        from row in Gen.Elements((Temperature, "TempUnit", "C", "°C"), (Temperature, "TempUnit", "F", "°F"), (Pressure, "PressureUnit", "hPa", "hPa"), (Pressure, "PressureUnit", "mmHg", "mmHg"), (Pressure, "PressureUnit", "inHg", "inHg"))
        from value in WrittenValues.Possible(row.Item1)
        select (row, value),
        t => Reads(
            new TasmotaFamily(Site(DeviceClass.AirMonitor, new TasmotaSource("d"))), "tele/d/SENSOR",
            $"{{\"Time\":\"2026-11-22T04:30:00\",\"BME280\":{{\"{t.row.Item1}\":{Written(t.row.Item1, t.row.Item4, t.value)}}},\"{t.row.Item2}\":\"{t.row.Item3}\"}}", t.row.Item1, t.value));

    [Fact]
    public void Tasmota_reads_a_wired_switch_as_what_the_device_is_for() => Holds(
        from row in Gen.Elements((DeviceClass.DoorContact, Contact), (DeviceClass.SmokeDetector, Smoke), (DeviceClass.WaterLeak, WaterLeak), (DeviceClass.Motion, Motion))
        from yes in YesOrNo
        from form in Gen.Elements(("tele/d/SENSOR", "{\"Switch1\":\"#\"}"), ("stat/d/SWITCH1", "#"), ("stat/d/SWITCH1", "{\"Action\":\"#\"}"), ("stat/d/RESULT", "{\"Switch1\":{\"Action\":\"#\"}}"), ("stat/d/STATUS8", "{\"StatusSNS\":{\"Switch1\":\"#\"}}"))
        select (row, yes, form),
        t => Reads(
            new TasmotaFamily(Site(t.row.Item1, new TasmotaSource("d"))), t.form.Item1, t.form.Item2.Replace("#", t.yes ? "ON" : "OFF", StringComparison.Ordinal), t.row.Item2, Number(t.yes != (t.row.Item2 == Contact))));

    [Fact]
    public void Tasmota_reads_every_bit_of_a_Zigbee_detectors_zone() => Holds(
        from row in Gen.Elements((DeviceClass.SmokeDetector, Smoke), (DeviceClass.DoorContact, Contact), (DeviceClass.WaterLeak, WaterLeak)) from bits in Gen.Choose(0, 0x3FF) select (row, bits), t =>
        {
            List<Reading> readings = Decode(
                new TasmotaFamily(Site(t.row.Item1, new TasmotaSource("bridge/0x1A2B"))), "tele/bridge/SENSOR", $"{{\"ZbReceived\":{{\"0x1A2B\":{{\"Device\":\"0x1A2B\",\"ZoneStatusChange\":{t.bits}}}}}}}");
            bool Bit(int number) => ((t.bits >> number) & 1) != 0;
            (Quantity, double)[] expected =
            [
                (t.row.Item2, Number((Bit(0) || Bit(1)) != (t.row.Item2 == Contact))), (Tamper, Number(Bit(2))), (BatteryLow, Number(Bit(3))), (Fault, Number(Bit(6))), (Test, Number(Bit(8))),
            ];
            Assert.Equal(expected.OrderBy(e => e.Item1), readings.Select(r => (r.Quantity, r.Value)).OrderBy(e => e.Quantity));
        });

    [Fact]
    public void ChirpStack_reads_yes_and_no_in_any_words_of_a_codec() => Holds(
        from row in Gen.Elements(CodecYesOrNo) from name in Gen.Elements(row.Names) from words in Gen.OneOf(Words, Gen.Constant(("\"triggered\"", "\"idle\""))) from yes in YesOrNo from deep in YesOrNo select (row, name, words, yes, deep), t =>
        {
            string said = $"{{\"{t.name}\":{(t.yes ? t.words.Item1 : t.words.Item2)}}}";
            Reads(
                new ChirpStackFamily(Site(DeviceClass.SmokeDetector, new ChirpStackSource("24e124329e090021"))), "application/17c8/device/24e124329e090021/event/up",
                $"{{\"deduplicationId\":\"a\",\"fCnt\":1,\"data\":\"AA==\",\"object\":{(t.deep ? $"{{\"decoded\":{said}}}" : said)}}}", t.row.Quantity, Number(t.yes != (t.row.Quantity == Contact)));
        });

    [Fact]
    public void Home_Assistant_s_form_reads_the_words_that_were_announced() => Holds(
        from row in Gen.Elements(AnnouncedYesOrNo)
        from words in Gen.Elements(("ON", "OFF"), ("true", "false"), ("1", "0"), ("ALARM", "idle"), ("有", "无"), ("closed", "open"), ("OFF", "ON"))
        from path in Gen.Elements("", ".x", ".a.b", "['it s']", ".list[1]")
        from yes in YesOrNo
        select (row, words, path, yes), t =>
        {
            HomeAssistantFamily family = Announced("binary_sensor", $"\"dev_cla\":\"{t.row.DeviceClass}\",\"pl_on\":\"{t.words.Item1}\",\"pl_off\":\"{t.words.Item2}\"", t.path);
            Reads(family, "t", At(t.path, t.yes ? t.words.Item1 : t.words.Item2, quoted: true), t.row.Quantity, Number(t.yes != t.row.Inverted));
        });

    [Fact]
    public void Home_Assistant_s_form_reads_numbers_in_the_unit_that_was_announced() => Holds(
        from row in Gen.Elements(AnnouncedNumbers)
        from unit in Gen.Elements(Units.Of(row.Quantity).ToArray())
        from value in WrittenValues.Possible(row.Quantity)
        from path in Gen.Elements("", ".x", ".a.b", "['it s']", ".list[1]")
        from quoted in YesOrNo
        select (row, unit, value, path, quoted), t =>
        {
            HomeAssistantFamily family = Announced("sensor", $"\"dev_cla\":\"{t.row.DeviceClass}\",\"unit_of_meas\":\"{t.unit}\"", t.path);
            Reads(family, "t", At(t.path, Written(t.row.Quantity, t.unit, t.value), t.quoted), t.row.Quantity, t.value);
        });

    [Fact]
    public void ESPHome_reads_what_the_name_of_an_object_says() => Holds(
        from number in Gen.Elements(EspHomeNames) from value in WrittenValues.Possible(number.Quantity) from flag in Gen.Elements(EspHomeYesOrNo) from yes in YesOrNo select (number, value, flag, yes), t =>
        {
            var family = new EspHomeFamily(Site(DeviceClass.AirMonitor, new EspHomeSource("b3/301")));
            Reads(family, $"b3/301/sensor/{t.number.Word}/state", Written(t.number.Quantity, t.number.Unit, t.value), t.number.Quantity, t.value);
            Reads(family, $"b3/301/binary_sensor/{t.flag.Word}/state", t.yes ? "ON" : "OFF", t.flag.Quantity, Number(t.yes != (t.flag.Quantity == Contact)));
        });

    [Fact]
    public void Any_topic_reads_numbers_as_the_site_file_says() => Holds(
        from quantity in Gen.Elements(WrittenValues.Numbers.ToArray())
        from unit in Gen.Elements(Units.Of(quantity).Append(quantity.Unit()).ToArray())
        from scale in Gen.Elements(1.0, 0.1, -2, 1_000)
        from offset in Gen.Elements(0.0, -40, 0.5)
        from value in WrittenValues.Possible(quantity)
        from path in Gen.Elements("", ".x", ".a.b", "['it s']", ".list[1]")
        from quoted in YesOrNo
        select (quantity, unit, scale, offset, value, path, quoted), t =>
        {
            var point = new MqttPoint(t.quantity, JsonPath.TryParse("$" + t.path)!, t.unit.Length == 0 ? null : t.unit, t.scale, t.offset);
            string raw = WrittenValues.Text((WrittenValues.In(t.quantity, t.unit, t.value) - t.offset) / t.scale);
            Reads(new MqttTopicFamily(Site(DeviceClass.AirMonitor, new MqttSource("t", [point]))), "t", At(t.path, raw, t.quoted), t.quantity, t.value);
        });

    [Fact]
    public void Any_topic_reads_yes_and_no_in_the_words_of_the_site_file_or_in_the_usual_ones() => Holds(
        from words in Gen.Elements<(string[] On, string[] Off)?>(null, (["ALARM"], ["OK"]), (["2", "3"], ["0"]), (["no"], ["yes"]), (["有"], ["无"]))
        from usual in Words
        from yes in YesOrNo
        from path in Gen.Elements("", ".x", ".a.b", "['it s']", ".list[1]")
        select (words, usual, yes, path), t =>
        {
            var point = new MqttPoint(Smoke, JsonPath.TryParse("$" + t.path)!, On: t.words?.On, Off: t.words?.Off);
            string value = t.words is { } own ? (t.yes ? own.On[^1] : own.Off[0]) : (t.yes ? t.usual.Yes : t.usual.No);
            Reads(new MqttTopicFamily(Site(DeviceClass.SmokeDetector, new MqttSource("t", [point]))), "t", At(t.path, value, quoted: t.words is not null), Smoke, Number(t.yes));
        });

    private static void Holds<T>(Gen<T> truths, Action<T> check) => Prop.ForAll(Arb.From(truths), check).Check(Properties);

    private static Courtyard Site(DeviceClass deviceClass, Source source) => new("s", "S", null, [], [new Device("d", null, deviceClass, new Place(), source)]);

    private static HomeAssistantFamily Announced(string component, string words, string path)
    {
        var family = new HomeAssistantFamily(Site(DeviceClass.SmokeDetector, new HomeAssistantSource("u")), new AnnouncedMemory(null), TimeProvider.System);
        Decode(family, $"homeassistant/{component}/x/config", $"{{\"uniq_id\":\"u\",\"stat_t\":\"t\",{words}{(path.Length == 0 ? "" : $",\"val_tpl\":\"{{{{ value_json{path} }}}}\"")}}}");
        return family;
    }

    // The value where the path leads, beside others that mean nothing.
    private static string At(string path, string value, bool quoted)
    {
        string json = quoted ? $"\"{value}\"" : value;
        return path switch
        {
            "" => value,
            ".x" => $"{{\"y\":1,\"x\":{json}}}",
            ".a.b" => $"{{\"a\":{{\"b\":{json}}},\"b\":\"?\"}}",
            "['it s']" => $"{{\"it s\":{json}}}",
            _ => $"{{\"list\":[\"?\",{json}]}}",
        };
    }

    private static string Written(Quantity quantity, string unit, double value) => WrittenValues.Text(WrittenValues.In(quantity, unit, value));

    private static double Number(bool on) => on ? 1 : 0;

    private static List<Reading> Decode(IMqttFamily family, string topic, string payload)
    {
        var readings = new List<Reading>();
        DecodeResult result = family.Decode(topic, Encoding.UTF8.GetBytes(payload), false, Now, readings);
        Assert.True(result.Problem is null, string.Create(CultureInfo.InvariantCulture, $"{topic} {payload}: {result.Problem}"));
        return readings;
    }

    private static void Reads(IMqttFamily family, string topic, string payload, Quantity quantity, double value)
    {
        Reading reading = Assert.Single(Decode(family, topic, payload));
        Assert.Equal(quantity, reading.Quantity);
        WrittenValues.Same(value, reading.Value);
    }
}
