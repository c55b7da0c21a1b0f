using System.Text;
using SmartCourtyard.Courtyards;
using SmartCourtyard.Gateway.Devices;
using SmartCourtyard.Gateway.Devices.Mqtt.EspHome;
using SmartCourtyard.Readings;

namespace SmartCourtyard.Gateway.Tests.Devices.Mqtt.EspHome;

public sealed class EspHomeFamilyTests
{
    private static readonly DateTimeOffset Now = new(2026, 11, 22, 4, 30, 0, TimeSpan.Zero);

    private readonly List<Reading> _readings = [];

    [Theory]
    [InlineData("binary_sensor/smoke", "ON", Quantity.Smoke, 1)]
    [InlineData("binary_sensor/kitchen_smoke", "OFF", Quantity.Smoke, 0)]
    [InlineData("binary_sensor/rauchmelder", "ON", Quantity.Smoke, 1)]
    [InlineData("binary_sensor/mq2_gas", "ON", Quantity.Gas, 1)]
    [InlineData("binary_sensor/co_alarm", "ON", Quantity.CoAlarm, 1)]
    [InlineData("binary_sensor/sos", "ON", Quantity.Emergency, 1)]
    [InlineData("binary_sensor/emergency_button", "OFF", Quantity.Emergency, 0)]
    [InlineData("binary_sensor/water_leak", "ON", Quantity.WaterLeak, 1)]
    [InlineData("binary_sensor/front_door", "ON", Quantity.Contact, 0)]
    [InlineData("binary_sensor/front_door", "OFF", Quantity.Contact, 1)]
    [InlineData("binary_sensor/fall", "ON", Quantity.Fall, 1)]
    [InlineData("binary_sensor/low_battery", "ON", Quantity.BatteryLow, 1)]
    [InlineData("sensor/living_room_temperature", "22.4", Quantity.Temperature, 22.4)]
    [InlineData("sensor/air-humidity", "41", Quantity.Humidity, 41)]
    [InlineData("sensor/co2", "612", Quantity.Co2, 612)]
    [InlineData("sensor/co", "3", Quantity.Co, 3)]
    [InlineData("sensor/pm_2_5", "12", Quantity.Pm25, 12)]
    [InlineData("sensor/particulate_matter_10_m_concentration_pm10", "12", Quantity.Pm10, 12)]
    [InlineData("sensor/methane_lel", "12", Quantity.Methane, 12)]
    [InlineData("sensor/mq4_methane_ppm", "5000", Quantity.Methane, 10)]
    [InlineData("sensor/formaldehyde", "20", Quantity.Hcho, 0.02)]
    [InlineData("sensor/wifi_signal", "-61", Quantity.Rssi, -61)]
    public void An_object_is_read_by_the_words_of_its_name(string path, string payload, Quantity quantity, double value)
    {
        DecodeResult result = Decode(DeviceClass.SmokeDetector, $"b3/301/{path}/state", payload);

        Assert.Equal(DecodeOutcome.Decoded, result.Outcome);
        Assert.Equal((quantity, value), Only());
    }

    [Theory]
    [InlineData("b3/301/sensor/temperature/state", "nan")]
    [InlineData("b3/301/sensor/temperature/state", "None")]
    [InlineData("b3/301/sensor/co2/state", "")]
    [InlineData("b3/301/sensor/voc_index/state", "98")]
    [InlineData("b3/301/sensor/mq2_gas_voltage_raw/state", "1.2")]
    [InlineData("b3/301/sensor/gas_meter/state", "1.2")]
    [InlineData("b3/301/binary_sensor/smoke_alarm_enabled/state", "ON")]
    [InlineData("b3/301/binary_sensor/supply/state", "ON")]
    [InlineData("b3/301/switch/siren/state", "ON")]
    [InlineData("b3/301/text_sensor/smoke/state", "warn")]
    [InlineData("b3/301/light/gas/state", "{}")]
    [InlineData("b3/301/status", "")]
    public void What_says_nothing_of_ours_gives_no_reading(string topic, string payload)
    {
        Assert.Equal(DecodeOutcome.Decoded, Decode(DeviceClass.SmokeDetector, topic, payload).Outcome);
        Assert.Empty(_readings);
    }

    [Theory]
    [InlineData("b3/301/binary_sensor/smoke/state", "maybe", "true or false")]
    [InlineData("b3/301/binary_sensor/alarm/state", "ON", "a name that says of what")]
    [InlineData("b3/301/sensor/temperature/state", "warm", "-60 to 300 °C")]
    [InlineData("b3/301/sensor/temperature/state", "-327.68", "-60 to 300 °C")]
    [InlineData("b3/301/sensor/mq4_gas/state", "3.1", "methane_lel")]
    [InlineData("b3/301/status", "dead", "online or offline")]
    public void What_is_not_understood_is_named(string topic, string payload, string allowed)
    {
        DecodeResult result = Decode(DeviceClass.GasDetector, topic, payload);

        Assert.Equal(DecodeOutcome.Undecodable, result.Outcome);
        Assert.Contains(allowed, result.Problem, StringComparison.Ordinal);
        Assert.Empty(_readings);
    }

    [Theory]
    [InlineData("online", 1)]
    [InlineData("offline", 0)]
    public void The_status_says_whether_the_node_is_there(string payload, double online)
    {
        Decode(DeviceClass.SmokeDetector, "b3/301/status", payload, retained: true);

        Assert.Equal((Quantity.Online, online), Only());
        Assert.Equal(Origin.Retained, _readings[0].Origin);
    }

    [Fact]
    public void A_button_of_an_emergency_button_calls_and_that_of_another_device_does_not()
    {
        Decode(DeviceClass.EmergencyButton, "b3/301/binary_sensor/button/state", "ON");
        Assert.Equal((Quantity.Emergency, 1), Only());
        Assert.False(_readings[0].Momentary);

        _readings.Clear();
        Decode(DeviceClass.SmokeDetector, "b3/301/binary_sensor/button/state", "ON");
        Assert.Empty(_readings);
    }

    [Fact]
    public void A_press_is_an_event_without_an_end()
    {
        Decode(DeviceClass.EmergencyButton, "b3/301/event/button/state", "{\"event_type\":\"press\"}");

        Assert.Equal((Quantity.Emergency, 1), Only());
        Assert.True(_readings[0].Momentary);
    }

    [Theory]
    [InlineData("b3/301/debug")]
    [InlineData("b3/301/sensor/temperature/command")]
    [InlineData("b3/302/sensor/temperature/state")]
    [InlineData("b3/302/status")]
    [InlineData("b3/301")]
    [InlineData("")]
    public void What_others_say_is_not_ours(string topic) =>
        Assert.Equal(DecodeOutcome.NotMine, Decode(DeviceClass.SmokeDetector, topic, "smoke ON").Outcome);

    [Fact]
    public void A_node_that_the_site_does_not_name_is_told_by_its_own_announcement()
    {
        DecodeResult result = Decode(DeviceClass.SmokeDetector, "esphome/discover/esp32-test", "{\"ip\":\"192.0.2.3\"}");
        Assert.Equal((DecodeOutcome.UnassignedDevice, "esp32-test"), (result.Outcome, result.UnassignedName));
    }

    [Fact]
    public void Alarm_capable_nodes_are_heard_with_custody_and_the_others_without()
    {
        var family = new EspHomeFamily(new Courtyard("s", "S", null, [],
        [
            new Device("a", null, DeviceClass.SmokeDetector, new Place(), new EspHomeSource("smoke")),
            new Device("b", null, DeviceClass.AirMonitor, new Place(), new EspHomeSource("air/1")),
        ]));

        Assert.Equal(["smoke/+/+/state", "smoke/status"], family.AlarmFilters);
        Assert.Equal(["air/1/+/+/state", "air/1/status", "esphome/discover/#"], family.Filters);
    }

    [Fact]
    public void Names_without_end_do_not_fill_the_memory()
    {
        EspHomeFamily family = Family(DeviceClass.SmokeDetector);
        for (int i = 0; i < 1_000; i++)
        {
            Assert.Equal(DecodeOutcome.Decoded, family.Decode($"b3/301/binary_sensor/smoke_{i}/state", "ON"u8, false, Now, _readings).Outcome);
        }
        Assert.Equal(1_000, _readings.Count);
    }

    private static EspHomeFamily Family(DeviceClass deviceClass) =>
        new(new Courtyard("s", "S", null, [], [new Device("d", null, deviceClass, new Place(), new EspHomeSource("b3/301"))]));

    private DecodeResult Decode(DeviceClass deviceClass, string topic, string payload, bool retained = false) =>
        Family(deviceClass).Decode(topic, Encoding.UTF8.GetBytes(payload), retained, Now, _readings);

    private (Quantity, double) Only() => (_readings.Single().Quantity, _readings[0].Value);
}
