using System.Collections.Concurrent;
using System.Text;
using SmartCourtyard.Gateway.LocalPage;
using SmartCourtyard.Gateway.Site;
using SmartCourtyard.Gateway.Tests.Broker;
using SmartCourtyard.Gateway.Tests.Site;
using SmartCourtyard.Gateway.Tests.Watch;
using SmartCourtyard.Mqtt;
using SmartCourtyard.Troubles;

namespace SmartCourtyard.Gateway.Tests.Reassurance;

/// <summary>
/// Actuators on topics of their own, over a real Mosquitto with the rights that the gateway writes for the site file: a siren that
/// says what it does, one that never does, and two relays of one board that share the topic on which they speak.
/// </summary>
public sealed class AnyTopicActuatorTests : IAsyncLifetime
{
    private const string Yaml = """
        courtyard: fukang-garden
        name: 富康花园小区
        devices:
          - { id: smoke, class: smoke-detector, source: { zigbee2mqtt: smoke } }
          - { id: gas, class: gas-detector, source: { zigbee2mqtt: gas } }
          - { id: heat, class: heat-detector, source: { zigbee2mqtt: heat } }
          - { id: yard, class: siren, source: { mqtt: { topic: yard/siren, command: { topic: yard/siren/set, on: ON, off: OFF }, state: $ } } }
          - { id: mute, class: siren, source: { mqtt: { command: { topic: mute siren, on: '{"relay":1}', off: '{"relay":0}', qos: 0 }, confirmation: none } } }
          - { id: valve, class: gas-valve, source: { mqtt: { topic: board, command: { topic: board/1, on: CLOSE, off: FREE }, state: { path: $.valve, on: [closed], off: [open] } } } }
          - { id: bell, class: siren, source: { mqtt: { topic: board, command: { topic: board/2, on: "1", off: "0", retain: true }, state: $.bell, points: { battery: $.battery } } } }
        effects:
          - { when: smoke, turn: yard, confirm: 1s }
          - { when: heat, turn: mute, confirm: 1s }
          - { when: gas, turn: valve, confirm: 1s }
          - { when: gas, turn: bell, confirm: 1s }
        """;

    private readonly RealBroker _broker = new(estate: SiteFile.Parse(Yaml, "site.yaml").Courtyard);
    private readonly ConcurrentQueue<(string Topic, string Payload)> _told = [];
    private readonly ConcurrentDictionary<string, string> _rested = new(StringComparer.Ordinal);
    private ReloadingGateway _gateway = null!;
    private MqttClient _far = null!;

    public async Task InitializeAsync()
    {
        await _broker.StartAsync();
        _far = Client("far-side", "yard/siren/set", "mute siren", "board/1", "board/2");
        _ = _far.RunAsync(CancellationToken.None);
        await Eventually.Holds(() => _far.State == MqttConnectionState.Connected, "the far side is connected");
        _gateway = new ReloadingGateway(_broker, Yaml);
        await _gateway.StartAsync();
        // What an earlier run may have left on rests first, and the valve is left alone.
        await Eventually.Holds(() => _rested.Count == 3, "the sirens are told to rest");
    }

    public async Task DisposeAsync()
    {
        await _far.DisposeAsync();
        await _gateway.DisposeAsync();
        _broker.Dispose();
    }

    [Fact]
    public async Task A_siren_that_says_what_it_does_is_a_trouble_until_it_says_that_it_sounds_and_told_again_when_it_stops()
    {
        await _gateway.SayAsync("smoke", """{"smoke":true}""");
        await HasFaultAsync("yard", true);
        Assert.Equal([("yard/siren/set", "ON"), ("yard/siren/set", "ON"), ("yard/siren/set", "ON")], _told);
        Assert.Equal("yard was told to go on 3 times and does not confirm it: it does not say that it does; it is told again every minute", await FaultAsync("yard"));

        await SayAsync("yard/siren", "ON");
        await HasFaultAsync("yard", false);
        await SayAsync("yard/siren", "OFF");
        await Eventually.Holds(() => _told.Count == 4, "a siren that was pulled out and plugged in again is told again");
        Assert.Equal(("yard/siren/set", "ON"), _told.Last());
    }

    [Fact]
    public async Task A_siren_that_never_says_anything_is_told_once_and_nobody_claims_that_it_confirms()
    {
        await _gateway.SayAsync("heat", """{"temperature":80}""");
        await Eventually.Holds(() => !_told.IsEmpty, "told");
        // Told and done with: what is due after its time would stand before what another siren is told.
        await _gateway.SayAsync("smoke", """{"smoke":true}""");
        await HasFaultAsync("yard", true);
        Assert.Equal(("mute siren", """{"relay":1}"""), Assert.Single(_told, t => t.Topic == "mute siren"));
        Assert.Null(await FaultAsync("mute"));
        var devices = (await _gateway.Watch.DescribeAsync(CancellationToken.None)).Devices;
        var mute = devices.Single(d => d.Device.Id == "mute");
        Assert.Equal((HealthState.Unknown, null), (mute.State, mute.LastHeard));
        Assert.Equal("not confirmed by the device", DeviceView.From(mute, null, default).Confirmation);
        Assert.All(devices.Where(d => d != mute), d => Assert.Null(DeviceView.From(d, null, default).Confirmation));
    }

    [Fact]
    public async Task Two_relays_that_speak_on_one_topic_each_hear_their_own_word()
    {
        await _gateway.SayAsync("gas", """{"gas":true}""");
        await Eventually.Holds(() => _told.Count >= 2, "both are told");
        Assert.Contains(("board/1", "CLOSE"), _told);
        Assert.Contains(("board/2", "1"), _told);
        await SayAsync("board", """{"valve":"open","bell":1,"battery":80}""");
        await HasFaultAsync("valve", true);
        Assert.Null(await FaultAsync("bell"));
        Assert.Single(_told, ("board/2", "1"));

        await SayAsync("board", """{"valve":"closed","bell":1,"battery":80}""");
        await HasFaultAsync("valve", false);
        var devices = (await _gateway.Watch.DescribeAsync(CancellationToken.None)).Devices;
        Assert.Equal(80, devices.Single(d => d.Device.Id == "bell").Battery);
        Assert.NotNull(devices.Single(d => d.Device.Id == "valve").LastHeard);

        await SayAsync("board", """{"valve":"ajar"}""");
        await Eventually.Holds(() => _gateway.Elsewhere.Messages().Any(m => m.DeviceId == "valve"), "a word that the site file does not know is said to the technician");
        Assert.Contains("state", _gateway.Elsewhere.Messages().Single(m => m.DeviceId == "valve").Reason, StringComparison.Ordinal);
    }

    [Fact]
    public async Task The_broker_keeps_an_order_only_where_the_site_file_says_so()
    {
        await _gateway.SayAsync("gas", """{"gas":true}""");
        await _gateway.SayAsync("smoke", """{"smoke":true}""");
        await Eventually.Holds(() => _told.Any(t => t.Topic == "board/2") && _told.Any(t => t.Topic == "yard/siren/set"), "both are told");

        // Marked on the far side as kept are only those that come with the subscription.
        var kept = new ConcurrentQueue<string>();
        await using var late = new MqttClient(
            _broker.Devices("late", "board/2", "yard/siren/set"),
            (messages, _) =>
            {
                messages.ToArray().Where(m => m.Retain).ToList().ForEach(m => kept.Enqueue(m.Topic));
                return ValueTask.FromResult(true);
            },
            TimeProvider.System);
        _ = late.RunAsync(CancellationToken.None);
        await Eventually.Holds(() => !kept.IsEmpty, "what is kept comes with the subscription");
        await SayAsync("board", """{"valve":"closed","bell":1}""");
        Assert.Equal(["board/2"], kept);
    }

    private async Task<string?> FaultAsync(string device) =>
        (await _gateway.TroublesAsync()).SingleOrDefault(t => t.Device?.Id == device && t.Reason == TroubleReason.Fault)?.Detail;

    private Task HasFaultAsync(string device, bool stands) => Eventually.Holds(
        async () => await FaultAsync(device) is not null == stands, $"{device} has {(stands ? "no" : "still a")} trouble");

    private async Task SayAsync(string topic, string payload) => Assert.Equal(
        MqttPublishResult.Confirmed, await _far.PublishAsync(topic, Encoding.UTF8.GetBytes(payload), MqttQos.AtLeastOnce, retain: false, CancellationToken.None));

    private MqttClient Client(string id, params string[] topics) => new(
        _broker.Devices(id, topics),
        (messages, _) =>
        {
            foreach (var message in messages.Span)
            {
                var payload = Encoding.UTF8.GetString(message.Payload.Span);
                if (payload is "OFF" or "0" or """{"relay":0}""")
                {
                    _rested[message.Topic] = payload;
                }
                else
                {
                    _told.Enqueue((message.Topic, payload));
                }
            }

            return ValueTask.FromResult(true);
        },
        TimeProvider.System);
}
