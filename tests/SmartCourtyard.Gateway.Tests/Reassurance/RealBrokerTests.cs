using System.Collections.Concurrent;
using System.Text;
using System.Text.Json;
using SmartCourtyard.Alarms;
using SmartCourtyard.Courtyards;
using SmartCourtyard.Custody;
using SmartCourtyard.Gateway.Site;
using SmartCourtyard.Gateway.Tests.Broker;
using SmartCourtyard.Gateway.Tests.Site;
using SmartCourtyard.Gateway.Tests.Watch;
using SmartCourtyard.Mqtt;
using SmartCourtyard.Troubles;

namespace SmartCourtyard.Gateway.Tests.Reassurance;

/// <summary>
/// From the detector's message to the actuator's word, over a real Mosquitto with the rights that the gateway writes for it. The far
/// side is stricter than Zigbee2MQTT: it refuses whatever is not exactly a payload of its inventory, and answers late or not at all.
/// </summary>
public sealed class RealBrokerTests : IAsyncLifetime
{
    private const string Yaml = """
        courtyard: fukang-garden
        name: 富康花园小区
        devices:
          - { id: gas, class: gas-detector, source: { zigbee2mqtt: gas } }
          - { id: smoke, class: smoke-detector, source: { zigbee2mqtt: smoke } }
          - { id: sos, class: emergency-button, source: { esphome: sos } }
          - { id: sos-lamp, class: reassurance-lamp, source: { esphome: sos } }
          - { id: valve, class: gas-valve, source: { zigbee2mqtt: valve } }
          - { id: siren, class: siren, source: { tasmota: siren } }
        effects:
          - { when: gas, turn: valve, confirm: 1s }
          - { when: [smoke, heat], turn: siren, confirm: 1s }
        """;

    private const string Inventory = """
        [{"friendly_name":"gas","definition":{"exposes":[{"property":"gas"}]}},{"friendly_name":"smoke","definition":{"exposes":[{"property":"smoke"}]}},
         {"friendly_name":"valve","definition":{"exposes":[{"type":"switch","features":[{"type":"binary","property":"state","value_on":"ON","value_off":"OFF"}]}]}}]
        """;

    private readonly RealBroker _broker = new(estate: SiteFile.Parse(Yaml, "site.yaml").Courtyard);
    private readonly ConcurrentQueue<(string Topic, string Payload)> _told = [];
    private readonly ConcurrentQueue<string> _refused = [];
    private ReloadingGateway _gateway = null!;
    private MqttClient _far = null!;
    private int _silent;
    private int _answered;

    public async Task InitializeAsync()
    {
        await _broker.StartAsync();
        _far = new MqttClient(_broker.Devices("far-side", "zigbee2mqtt/+/set", "cmnd/+/POWER", "sos/reassure"), TakeAsync, TimeProvider.System);
        _ = _far.RunAsync(CancellationToken.None);
        await Eventually.Holds(() => _far.State == MqttConnectionState.Connected, "the far side is connected");
        await SayAsync("zigbee2mqtt/bridge/devices", Inventory, retain: true);
        _gateway = new ReloadingGateway(_broker, Yaml);
        await _gateway.StartAsync();
        // What an earlier run may have left on rests first, and the valve is left alone.
        // They may be told twice, where they answer before the gateway's subscription stands: at rest are those that were heard.
        await Eventually.Holds(
            async () => (await _gateway.Watch.DescribeAsync(CancellationToken.None)).Devices.Count(d => d.Device.Id is "siren" or "sos-lamp" && d.LastHeard is not null) == 2,
            "siren and lamp are told to rest, and say that they do");
        Assert.Equal([("cmnd/siren/POWER", "OFF"), ("sos/reassure", "off")], _told.Distinct().Order());
        _told.Clear();
        Volatile.Write(ref _answered, 0);
    }

    public async Task DisposeAsync()
    {
        await _far.DisposeAsync();
        await _gateway.DisposeAsync();
        _broker.Dispose();
    }

    [Fact]
    public async Task Gas_closes_the_valve_and_its_silence_is_a_trouble_until_it_confirms()
    {
        Volatile.Write(ref _silent, 3);
        await SayAsync("zigbee2mqtt/gas", """{"gas":true}""");
        await Eventually.Holds(() => !_told.IsEmpty, "the valve is told");
        Assert.Equal(("zigbee2mqtt/valve/set", """{"state":"OFF"}"""), _told.First());
        await HasTroubleAsync("valve", true);
        Assert.Equal(3, _told.Count);
        var trouble = (await _gateway.TroublesAsync()).Single(t => t.Device?.Id == "valve");
        Assert.Equal((TroubleReason.Fault, "valve was told to close 3 times and does not confirm it: it does not say that it does; it is told again every minute"), (trouble.Reason, trouble.Detail));

        await SayAsync("zigbee2mqtt/valve", """{"state":"OFF"}""");
        await HasTroubleAsync("valve", false);
        await SayAsync("zigbee2mqtt/valve", """{"state":"ON"}""");
        await Eventually.Holds(() => _told.Count == 4, "told to close again");
        await Eventually.Holds(() => Troubles(EventTypes.TroubleCleared) == 2, "the valve's word that it is open was a trouble, and over when it closed again");
        Assert.Equal(2, Troubles(EventTypes.TroubleRaised));
        Assert.Empty(_refused);

        int Troubles(string type) => _gateway.Events.Count(e => e.Type == type && e.Data.TryGetProperty("device", out var device) && device.GetString() == "valve");
    }

    [Fact]
    public async Task Smoke_lets_the_siren_sound_and_a_late_word_needs_a_second_try_and_no_trouble()
    {
        Volatile.Write(ref _silent, 1);
        await SayAsync("zigbee2mqtt/smoke", """{"smoke":true}""");
        await Eventually.Holds(() => _told.Count == 2, "told twice");
        Assert.All(_told, t => Assert.Equal(("cmnd/siren/POWER", "ON"), t));
        await Eventually.Holds(() => Volatile.Read(ref _answered) == 1, "the siren says that it sounds");
        // Judged after the siren's word, which came first on the same connection: from there on nothing is left to send.
        var judged = _gateway.Watch.Judged;
        await SayAsync("zigbee2mqtt/gas", """{"gas":false}""");
        await Eventually.Holds(() => _gateway.Watch.Judged > judged, "the siren's word is heard");
        Assert.Equal(2, _told.Count);
        Assert.DoesNotContain(await _gateway.TroublesAsync(), t => t.Device?.Id == "siren");
        Assert.Empty(_refused);
    }

    [Fact]
    public async Task A_lamp_beside_its_button_shows_the_three_steps()
    {
        await SayAsync("sos/binary_sensor/sos/state", "ON");
        await Eventually.Holds(() => _told.Contains(("sos/reassure", "heard")), "heard");
        var alarm = _gateway.Watch.Alarms.Single().Id;
        foreach (var (kind, word) in new[] { (ReceiptKind.Stored, "stored"), (ReceiptKind.Acknowledged, "coming"), (ReceiptKind.Resolved, "off") })
        {
            await _gateway.Watch.ReceiveAsync(new DutyCommand(word, word, "alarm", kind, alarm, TestClock.Night), CancellationToken.None);
            await Eventually.Holds(() => _told.Contains(("sos/reassure", word)), word);
        }

        Assert.Equal(["heard", "stored", "coming", "off"], _told.Select(t => t.Payload));
        Assert.Empty(_refused);
    }

    private Task HasTroubleAsync(string device, bool stands) => Eventually.Holds(
        async () => (await _gateway.TroublesAsync()).Any(t => t.Device?.Id == device) == stands, $"{device} has {(stands ? "a" : "no")} trouble");

    private async Task SayAsync(string topic, string payload, bool retain = false) => Assert.Equal(
        MqttPublishResult.Confirmed, await _far.PublishAsync(topic, Encoding.UTF8.GetBytes(payload), MqttQos.AtLeastOnce, retain, CancellationToken.None));

    private async Task AnswerAsync(string topic, string payload)
    {
        await SayAsync(topic, payload);
        Interlocked.Increment(ref _answered);
    }

    private ValueTask<bool> TakeAsync(ReadOnlyMemory<MqttMessage> messages, CancellationToken stop)
    {
        foreach (var message in messages.Span)
        {
            var payload = Encoding.UTF8.GetString(message.Payload.Span);
            _told.Enqueue((message.Topic, payload));
            if (Answer(message.Topic, payload) is not { } answer)
            {
                _refused.Enqueue($"{message.Topic} {payload}");
            }
            else if (Interlocked.Decrement(ref _silent) < 0)
            {
                _ = AnswerAsync(answer.Topic, answer.Payload);
            }
        }

        return ValueTask.FromResult(true);
    }

    private static (string Topic, string Payload)? Answer(string topic, string payload) => (topic, payload) switch
    {
        ("zigbee2mqtt/valve/set", _) when IsState(payload) => ("zigbee2mqtt/valve", payload),
        ("cmnd/siren/POWER", "ON" or "OFF") => ("stat/siren/POWER", payload),
        ("sos/reassure", "heard" or "stored" or "coming" or "off") => ("sos/text_sensor/reassure/state", payload),
        _ => null,
    };

    private static bool IsState(string payload)
    {
        using var message = JsonDocument.Parse(payload);
        return message.RootElement.EnumerateObject().Select(p => (p.Name, p.Value.ToString())).SequenceEqual([("state", message.RootElement.GetProperty("state").GetString() is "OFF" ? "OFF" : "ON")]);
    }
}
