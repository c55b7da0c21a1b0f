using System.Text;
using SmartCourtyard.Courtyards;
using SmartCourtyard.Effects;
using SmartCourtyard.Gateway.Devices.Mqtt.Told;
using SmartCourtyard.Gateway.Tests.Watch;
using SmartCourtyard.Mqtt;

namespace SmartCourtyard.Gateway.Tests.Reassurance;

/// <summary>How each family on MQTT is told, and what counts as its word.</summary>
public sealed class ToldTests
{
    private const string Inventory = """
        [{"friendly_name":"big","definition":{"exposes":[{"type":"composite","property":"warning","features":[{"property":"mode"}]},{"property":"alarm","value_on":true,"value_off":false}]}},
         {"friendly_name":"tuya","definition":{"exposes":[{"type":"binary","property":"alarm","value_on":true,"value_off":false},{"property":"volume"}]}},
         {"friendly_name":"plug","definition":{"exposes":[{"type":"switch","features":[{"property":"state","value_on":"ON","value_off":"OFF"}]}]}},
         {"friendly_name":"gas","definition":{"exposes":[{"type":"switch","features":[{"property":"state","value_on":"OPEN","value_off":"CLOSE"}]}]}}]
        """;

    private readonly List<(string Device, bool On, LampSign? Sign)> _said = [];
    private ToldOnMqtt _told = null!;

    [Theory]
    [InlineData("big", true, "{\"warning\":{\"mode\":\"burglar\"", CarriedOutcome.Confirmed)]
    [InlineData("big", false, "{\"warning\":{\"mode\":\"stop\"", CarriedOutcome.Confirmed)]
    [InlineData("tuya", true, "{\"alarm\":true}", CarriedOutcome.Sent)]
    [InlineData("tuya", false, "{\"alarm\":false}", CarriedOutcome.Sent)]
    [InlineData("plug", true, "{\"state\":\"ON\"}", CarriedOutcome.Sent)]
    [InlineData("gas", true, "{\"state\":\"CLOSE\"}", CarriedOutcome.Sent)]
    [InlineData("gas", false, "{\"state\":\"OPEN\"}", CarriedOutcome.Sent)]
    [InlineData("unlisted", true, "{\"alarm\":\"ON\"}", CarriedOutcome.Sent)]
    internal async Task A_Zigbee_actuator_is_told_in_the_words_of_its_inventory(string name, bool on, string payload, CarriedOutcome outcome)
    {
        var device = Device(name == "gas" ? DeviceClass.GasValve : DeviceClass.Siren, new Zigbee2MqttSource(name));
        Serve(device);
        Hear("zigbee2mqtt/bridge/devices", Inventory, retained: true);
        var (topic, told, carried) = await TellAsync(device, on);
        Assert.Equal($"zigbee2mqtt/{name}/set", topic);
        Assert.StartsWith(payload, told, StringComparison.Ordinal);
        Assert.Equal(outcome, carried.Outcome);
    }

    [Theory]
    [InlineData("{\"state\":\"OFF\"}", true)]
    [InlineData("{\"state\":\"ON\",\"linkquality\":80}", false)]
    public void A_Zigbee_valve_that_is_off_is_closed(string payload, bool closed)
    {
        Serve(Device(DeviceClass.GasValve, new Zigbee2MqttSource("gas")));
        Hear("zigbee2mqtt/gas", payload);
        Assert.Equal([("it", closed, null)], _said);
    }

    [Fact]
    public void What_the_broker_kept_is_no_word_and_neither_is_a_set_message()
    {
        Serve(Device(DeviceClass.GasValve, new Zigbee2MqttSource("gas")));
        Hear("zigbee2mqtt/gas", "{\"state\":\"OFF\"}", retained: true);
        Hear("zigbee2mqtt/gas/set", "{\"state\":\"OFF\"}");
        Hear("zigbee2mqtt/gas", "{\"linkquality\":80}");
        Hear("zigbee2mqtt/gas", "nonsense");
        Assert.Empty(_said);
    }

    [Theory]
    [InlineData("stat/roof/POWER", "ON", true)]
    [InlineData("stat/roof/RESULT", "{\"POWER\":\"OFF\"}", false)]
    [InlineData("tele/roof/STATE", "{\"POWER1\":\"ON\"}", true)]
    public async Task A_Tasmota_relay_is_told_and_answers(string topic, string payload, bool on)
    {
        var device = Device(DeviceClass.Siren, new TasmotaSource("roof"));
        Serve(device);
        Assert.Equal(("cmnd/roof/POWER", "ON", Carried.Sent), await TellAsync(device, true));
        Hear(topic, payload);
        Assert.Equal([("it", on, null)], _said);
    }

    [Fact]
    public async Task An_ESPHome_siren_is_the_switch_that_its_node_has()
    {
        var device = Device(DeviceClass.Siren, new EspHomeSource("b03/roof"));
        Serve(device);
        Assert.Equal(CarriedOutcome.Failed, (await TellAsync(device, true)).Carried.Outcome);
        Hear("b03/roof/switch/siren/state", "OFF", retained: true);
        Assert.Equal(("b03/roof/switch/siren/command", "ON", Carried.Sent), await TellAsync(device, true));
        Hear("b03/roof/switch/siren/state", "ON");
        Assert.Equal([("it", true, null)], _said);
    }

    [Theory]
    [InlineData(LampSign.Heard, "heard")]
    [InlineData(LampSign.Stored, "stored")]
    [InlineData(LampSign.Coming, "coming")]
    [InlineData(LampSign.Off, "off")]
    internal async Task An_ESPHome_lamp_is_told_its_sign_and_repeats_it(LampSign sign, string word)
    {
        var lamp = Device(DeviceClass.ReassuranceLamp, new EspHomeSource("sos"));
        Serve(lamp);
        Assert.Equal(("sos/reassure", word, Carried.Sent), await TellAsync(lamp, sign != LampSign.Off, sign));
        Hear("sos/text_sensor/reassure/state", word);
        Assert.Equal([("it", sign != LampSign.Off, (LampSign?)sign)], _said);
    }

    [Theory]
    [InlineData("siren", "{\"uniq_id\":\"it-1\",\"~\":\"x/y\",\"cmd_t\":\"~/set\",\"stat_t\":\"~/state\",\"pl_on\":\"1\",\"pl_off\":\"0\"}", "1", "1", "0")]
    [InlineData("valve", "{\"uniq_id\":\"it-1\",\"command_topic\":\"x/y/set\",\"state_topic\":\"x/y/state\"}", "CLOSE", "closed", "open")]
    public async Task What_announces_itself_is_told_in_its_own_words(string component, string announcement, string payload, string saysOn, string saysOff)
    {
        var device = Device(component == "valve" ? DeviceClass.GasValve : DeviceClass.Siren, new HomeAssistantSource("it-1"));
        Serve(device);
        Assert.Equal(CarriedOutcome.Failed, (await TellAsync(device, true)).Carried.Outcome);
        Hear($"homeassistant/{component}/it/config", announcement, retained: true);
        Assert.Equal(("x/y/set", payload, Carried.Sent), await TellAsync(device, true));
        Hear("x/y/state", saysOn);
        Hear("x/y/state", saysOff);
        Assert.Equal([("it", true, null), ("it", false, null)], _said);
    }

    [Theory]
    [InlineData(MqttPublishResult.NotConnected, "the broker cannot be reached")]
    [InlineData(MqttPublishResult.Refused, "the broker does not let the gateway write on cmnd/roof/POWER")]
    public async Task Why_an_order_did_not_get_there_is_said(MqttPublishResult result, string problem)
    {
        var device = Device(DeviceClass.Siren, new TasmotaSource("roof"));
        Serve(device);
        var carried = await _told.CarryAsync(new ActuatorOrder(device, true), (_, _) => ValueTask.FromResult(result), CancellationToken.None);
        Assert.Equal(Carried.Failed(problem), carried);
    }

    private static Device Device(DeviceClass deviceClass, Source source) => Estate.Device(deviceClass, "it") with { Source = source };

    private void Serve(Device device) => _told = new ToldOnMqtt(Estate.Garden with { Devices = [device] }, (id, on, sign) => _said.Add((id, on, sign)));

    private void Hear(string topic, string payload, bool retained = false)
    {
        var message = new MqttMessage { Topic = topic, Payload = Encoding.UTF8.GetBytes(payload), Retain = retained };
        _told.Hear(in message);
    }

    private async Task<(string? Topic, string? Payload, Carried Carried)> TellAsync(Device device, bool on, LampSign sign = LampSign.Off)
    {
        (string?, string?) sent = default;
        var carried = await _told.CarryAsync(
            new ActuatorOrder(device, on, sign),
            (message, _) =>
            {
                sent = (message.Topic, message.Payload);
                return ValueTask.FromResult(MqttPublishResult.Confirmed);
            },
            CancellationToken.None);
        return (sent.Item1, sent.Item2, carried);
    }
}
