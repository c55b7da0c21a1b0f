using System.Collections.Concurrent;
using Microsoft.Extensions.Logging.Abstractions;
using SmartCourtyard.Courtyards;
using SmartCourtyard.Gateway.Devices;
using SmartCourtyard.Gateway.Devices.Mqtt;
using SmartCourtyard.Gateway.Tests.Broker;
using SmartCourtyard.Gateway.Tests.Journal;

namespace SmartCourtyard.Gateway.Tests.Devices.Mqtt;

/// <summary>What the broker keeps for the gateway while no gateway runs: everything of the site's devices, nothing of others. Real Mosquitto.</summary>
public sealed class SubscribedFiltersTests : IDisposable
{
    private const string Session = "smartcourtyard-fukang-garden-alarms";

    private static readonly TimeSpan Soon = TimeSpan.FromSeconds(20);

    private readonly TemporaryFolder _data = new();

    public void Dispose() => _data.Dispose();

    [Fact]
    public async Task A_device_that_left_the_site_file_while_no_gateway_ran_leaves_the_session_and_an_alarm_queued_for_another_still_comes()
    {
        Courtyard both = Site(Smoke("kept", new Zigbee2MqttSource("kept")), Smoke("gone", new Zigbee2MqttSource("gone"))), one = Site(both.Devices[0]);
        using var broker = new RealBroker(estate: both);
        await broker.StartAsync();
        await using (Hearing before = await HearingAsync(broker, both))
        {
            await before.UntilHeardAsync(broker, "zigbee2mqtt/gone", "gone");
        }
        await SayAsync(broker, "zigbee2mqtt/gone", "{\"smoke\":true}");
        await SayAsync(broker, "zigbee2mqtt/kept", "{\"smoke\":true}");

        await using (Hearing after = await HearingAsync(broker, one))
        {
            await after.UntilAsync(() => after.Heard.Contains("kept smoke 1"), "the queued alarm");
            await after.UntilAsync(() => !File.ReadAllText(_data.File("subscribed.json")).Contains("gone", StringComparison.Ordinal), "the filter is taken back");
        }

        await SayAsync(broker, "zigbee2mqtt/gone", "nobody wants this");
        await SayAsync(broker, "zigbee2mqtt/kept", "wanted");
        Assert.Equal(["zigbee2mqtt/kept wanted"], await broker.FetchAsync(broker.AsGateway, Session, "zigbee2mqtt/bridge/state", 1));
    }

    [Fact]
    public async Task What_is_no_longer_announced_is_taken_back_at_once_and_what_is_announced_again_is_heard_again()
    {
        Courtyard site = Site(Smoke("node", new HomeAssistantSource("node"))) with { DeviceTopics = ["house/#"] };
        using var broker = new RealBroker(estate: site);
        await broker.StartAsync();
        const string Config = "homeassistant/binary_sensor/node/config";
        await using (Hearing hearing = await HearingAsync(broker, site))
        {
            await AnnounceAsync(broker, Config, "house/old");
            await hearing.UntilHeardAsync(broker, "house/old", "node", "ON");
            await AnnounceAsync(broker, Config, "house/new");
            await hearing.UntilHeardAsync(broker, "house/new", "node", "ON");
            await broker.PublishAsync(RealBroker.AsDevices, "-q", "1", "-r", "-t", Config, "-n");
            await hearing.UntilAsync(() => File.ReadAllText(_data.File("subscribed.json")) == "[]", "nothing is subscribed");
            await AnnounceAsync(broker, Config, "house/old");
            await hearing.UntilHeardAsync(broker, "house/old", "node", "ON");
            await hearing.UntilAsync(() => File.ReadAllText(_data.File("subscribed.json")) == "[\"house/old\"]", "the one is subscribed");
        }

        await SayAsync(broker, "house/new", "nobody wants this");
        await SayAsync(broker, "house/old", "wanted");
        Assert.Equal(["house/old wanted"], await broker.FetchAsync(broker.AsGateway, Session, "zigbee2mqtt/bridge/state", 1));
    }

    [Theory]
    [InlineData("not json")]
    [InlineData("[null,\"\",\"a/#/b\",\"zigbee2mqtt/gone/#\"]")]
    [InlineData("{}")]
    public async Task A_file_that_was_spoilt_does_no_harm(string content)
    {
        Courtyard site = Site(Smoke("kept", new Zigbee2MqttSource("kept")));
        using var broker = new RealBroker(estate: site);
        await broker.StartAsync();
        await File.WriteAllTextAsync(_data.File("subscribed.json"), content);

        await using Hearing hearing = await HearingAsync(broker, site);

        await hearing.UntilHeardAsync(broker, "zigbee2mqtt/kept", "kept");
        await hearing.UntilAsync(() => File.ReadAllText(_data.File("subscribed.json")) == "[\"zigbee2mqtt/kept/#\"]", "the file is good again");
    }

    private static Courtyard Site(params Device[] devices) => new("fukang-garden", "Site", null, [], devices);

    private static Device Smoke(string id, Source source) => new(id, null, DeviceClass.SmokeDetector, new Place(), source);

    private static Task<(int Exit, string[] Lines)> SayAsync(RealBroker broker, string topic, string payload) => broker.PublishAsync(RealBroker.AsDevices, "-q", "1", "-t", topic, "-m", payload);

    private static Task<(int Exit, string[] Lines)> AnnounceAsync(RealBroker broker, string config, string topic) =>
        broker.PublishAsync(RealBroker.AsDevices, "-q", "1", "-r", "-t", config, "-m", $"{{\"dev_cla\":\"smoke\",\"stat_t\":\"{topic}\",\"uniq_id\":\"node\"}}");

    private async Task<Hearing> HearingAsync(RealBroker broker, Courtyard site)
    {
        var hearing = new Hearing(site, new BrokerAccess("127.0.0.1", broker.Port, false, null, "gateway", broker.GatewayPassword), _data.Path);
        await hearing.StartAsync();
        return hearing;
    }

    private sealed class Hearing : IAsyncDisposable
    {
        private readonly MqttFamilies _families;

        public Hearing(Courtyard site, BrokerAccess access, string data) => _families = new MqttFamilies(
            site, access, new HeardElsewhere(),
            (batch, _) =>
            {
                foreach (Readings.Reading reading in batch.Readings)
                {
                    Heard.Enqueue($"{reading.Device.Id} {Readings.Quantities.Name(reading.Quantity)} {reading.Value}");
                }
                return ValueTask.FromResult(true);
            },
            (_, _, _, _, _) => ValueTask.CompletedTask, TimeProvider.System, NullLoggerFactory.Instance, data);

        public ConcurrentQueue<string> Heard { get; } = [];

        public async Task StartAsync()
        {
            foreach (var worker in _families.Workers)
            {
                await worker.StartAsync(CancellationToken.None);
            }
            await UntilAsync(() => _families.NotReady() is null, "connected");
        }

        /// <summary>The topic may be subscribed some time after it was announced.</summary>
        public async Task UntilHeardAsync(RealBroker broker, string topic, string device, string payload = "{\"smoke\":true}")
        {
            Heard.Clear();
            long began = TimeProvider.System.GetTimestamp();
            while (!Heard.Contains($"{device} smoke 1"))
            {
                Assert.True(TimeProvider.System.GetElapsedTime(began) < Soon, $"never heard: {topic}");
                await SayAsync(broker, topic, payload);
            }
        }

        public async Task UntilAsync(Func<bool> condition, string what)
        {
            long began = TimeProvider.System.GetTimestamp();
            while (!condition())
            {
                Assert.True(TimeProvider.System.GetElapsedTime(began) < Soon, $"never: {what}; heard {string.Join(", ", Heard)}");
                await Task.Delay(TimeSpan.FromMilliseconds(20), TimeProvider.System);
            }
        }

        public async ValueTask DisposeAsync()
        {
            foreach (var worker in _families.Workers.Reverse())
            {
                await worker.StopAsync(CancellationToken.None);
            }
        }
    }
}
