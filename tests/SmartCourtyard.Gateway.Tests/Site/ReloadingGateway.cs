using System.Collections.Concurrent;
using System.Globalization;
using System.Text;
using Microsoft.Extensions.Logging.Abstractions;
using SmartCourtyard.Custody;
using SmartCourtyard.Gateway.Devices;
using SmartCourtyard.Gateway.Devices.Mqtt;
using SmartCourtyard.Gateway.Journal;
using SmartCourtyard.Gateway.Reassurance;
using SmartCourtyard.Gateway.Site;
using SmartCourtyard.Gateway.Tests.Broker;
using SmartCourtyard.Gateway.Tests.Journal;
using SmartCourtyard.Gateway.Tests.Watch;
using SmartCourtyard.Gateway.Watch;
using SmartCourtyard.Mqtt;
using SmartCourtyard.Troubles;

namespace SmartCourtyard.Gateway.Tests.Site;

/// <summary>The hearing half of a gateway, real from Mosquitto to the journal on the disk, whose site file a test rewrites.</summary>
internal sealed class ReloadingGateway : IAsyncDisposable
{
    private readonly TemporaryFolder _folder = new();
    private readonly EventJournal _journal;
    private MqttClient? _devices;

    public ReloadingGateway(RealBroker broker, string yaml)
    {
        Write(yaml);
        var time = TimeProvider.System;
        var site = SiteFile.Read(Path);
        Assert.Empty(site.Mistakes);
        var store = JournalStore.Open(_folder.File("journal.db"));
        _journal = new EventJournal(store, time, NullLogger<EventJournal>.Instance);
        var outputs = new WatchOutputs(
            entry =>
            {
                entry.Events.ToList().ForEach(Events.Enqueue);
                return _journal.AppendAsync(entry, CancellationToken.None);
            },
            () => _journal.IsBehind, _ => { }) { Act = orders => Actuators!.Carry(orders), Rest = devices => Actuators!.Rest(devices) };
        Watch = new WatchLoop(
            site.Courtyard!, site.Rules, new WatchMemory(store.ReadAlarms(), store.ReadDeliveries(), [], store.ReadTroubles()) { Orders = store.ReadOrders() }, outputs, new WatchClock(time, "0.1.0"),
            NullLogger<WatchLoop>.Instance, site.Effects);
        Actuators = new Actuators(new ActuatorOutputs((order, stop) => Devices!.Current.CarryAsync(order, stop), Watch.FaultAsync), time);
        Actuators.Expect(site.Confirm);
        var access = new BrokerAccess("127.0.0.1", broker.Port, false, null, "gateway", broker.GatewayPassword);
        var outlets = new DeviceOutlets(access, Elsewhere, Watch.HearAsync, Watch.PartAsync, time, NullLoggerFactory.Instance)
        {
            ActuatorSaid = Actuators.Hear, ActuatorReturned = Actuators.Sooner, Reconnected = Actuators.Again,
        };
        Devices = new DeviceHost(
            Path, site, (now, before) => new DeviceWorkers(now, outlets, before),
            new ReloadOutputs(
                (now, unchanged, stop) => Watch.ReloadAsync(now.Courtyard!, now.Rules, now.Effects, unchanged, stop),
                (reason, stop) => Watch.TroubleAsync(TroubleReason.SiteRefused, reason is not null, reason, stop),
                replaced =>
                {
                    Actuators.Expect(replaced.Confirm);
                    Actuators.Again();
                    Elsewhere.Forget(replaced.SourceNames);
                    Replaced.Enqueue(replaced);
                }),
            NullLogger<DeviceHost>.Instance);
        Broker = broker;
    }

    public RealBroker Broker { get; }

    public HeardElsewhere Elsewhere { get; } = new();

    public string Path => _folder.File("site.yaml");

    public ConcurrentQueue<CourtyardEvent> Events { get; } = [];

    public ConcurrentQueue<SiteResult> Replaced { get; } = [];

    public WatchLoop Watch { get; }

    public DeviceHost Devices { get; }

    public Actuators Actuators { get; }

    public async Task StartAsync()
    {
        await _journal.StartAsync(CancellationToken.None);
        await Watch.StartAsync(CancellationToken.None);
        await Actuators.StartAsync(CancellationToken.None);
        await Devices.StartAsync(CancellationToken.None);
        await HearsAsync();
        _devices = new MqttClient(
            Broker.Devices("zigbee2mqtt") with { MaximumInFlight = 20 }, (_, _) => ValueTask.FromResult(true), TimeProvider.System);
        _ = _devices.RunAsync(CancellationToken.None);
        await Eventually.Holds(() => _devices.State == MqttConnectionState.Connected, "the devices are connected");
    }

    public Task HearsAsync() => Eventually.Holds(() => Devices.Current.NotReady() is null, "the broker is heard");

    public async Task SayAsync(string name, string payload) => Assert.Equal(
        MqttPublishResult.Confirmed,
        await _devices!.PublishAsync("zigbee2mqtt/" + name, Encoding.UTF8.GetBytes(payload), MqttQos.AtLeastOnce, retain: false, CancellationToken.None));

    public void Write(string yaml) => File.WriteAllText(Path, yaml);

    public async Task<string?> ReloadAsync(string yaml)
    {
        Write(yaml);
        return await Devices.ReloadAsync(CancellationToken.None);
    }

    public int Count(string type) => Events.Count(e => e.Type == type);

    public async Task<IReadOnlyList<Trouble>> TroublesAsync() => (await Watch.DescribeAsync(CancellationToken.None)).Troubles;

    /// <summary>A site file with buttons and smoke detectors, each named as in Zigbee2MQTT.</summary>
    public static string Yaml(params IEnumerable<string> names)
    {
        var yaml = new StringBuilder("courtyard: fukang-garden\nname: 富康花园小区\ndevices:\n");
        foreach (var name in names)
        {
            var deviceClass = name.StartsWith("sos", StringComparison.Ordinal) ? "emergency-button" : "smoke-detector";
            yaml.Append(CultureInfo.InvariantCulture, $"  - {{ id: {name}, class: {deviceClass}, source: {{ zigbee2mqtt: {name} }} }}\n");
        }

        return yaml.ToString();
    }

    public async ValueTask DisposeAsync()
    {
        await Devices.StopAsync(CancellationToken.None);
        await Actuators.StopAsync(CancellationToken.None);
        await Watch.StopAsync(CancellationToken.None);
        await _journal.StopAsync(CancellationToken.None);
        if (_devices is not null)
        {
            await _devices.DisposeAsync();
        }

        Devices.Dispose();
        Actuators.Dispose();
        Watch.Dispose();
        _journal.Dispose();
        _folder.Dispose();
    }
}
