using System.Text.Json;
using SmartCourtyard.Courtyards;
using SmartCourtyard.Custody;
using SmartCourtyard.Effects;
using SmartCourtyard.Gateway.Devices;
using SmartCourtyard.Gateway.Devices.Mqtt;
using SmartCourtyard.Gateway.Devices.Mqtt.Pairing;
using SmartCourtyard.Gateway.Health;
using SmartCourtyard.Gateway.Journal;
using SmartCourtyard.Gateway.LocalPage;
using SmartCourtyard.Gateway.Measurements;
using SmartCourtyard.Gateway.Paths;
using SmartCourtyard.Gateway.Reassurance;
using SmartCourtyard.Gateway.Site;
using SmartCourtyard.Gateway.Watch;
using SmartCourtyard.Proofs;
using SmartCourtyard.Readings;
using SmartCourtyard.Service;
using SmartCourtyard.Troubles;

namespace SmartCourtyard.Gateway;

/// <summary>
/// The parts of a running gateway and the one place that knows how they are joined. Workers start in this order and stop in the
/// reverse: what hears stops first, what stores stops last.
/// </summary>
internal sealed partial class GatewayParts
{
    private readonly LocalSources _sources;
    private readonly string? _token;
    private readonly TimeProvider _time;

    private readonly DeviceHost _devices;

    private GatewayParts(IReadOnlyList<BackgroundService> workers, DeviceHost devices, LocalSources sources, string? token, TimeProvider time)
        => (Workers, _devices, _sources, _token, _time) = (workers, devices, sources, token, time);

    public IReadOnlyList<BackgroundService> Workers { get; }

    public static GatewayParts Wire(WebApplicationBuilder builder, GatewayOptions options, SiteResult site, Action alive, TimeProvider time, string version)
    {
        var courtyard = site.Courtyard!;
        // The parts are made by hand, so they need their loggers before the host is built.
        var loggers = builder.Services.BuildServiceProvider().GetRequiredService<ILoggerFactory>();
        var workers = new List<BackgroundService>();

        var store = JournalStore.Open(Path.Combine(options.DataDirectory, "journal.db"));
        var journal = new EventJournal(store, time, loggers.CreateLogger<EventJournal>());
        workers.Add(journal);

        var historyFeed = new ReadingFeed();
        var history = History.Open(
            Path.Combine(options.DataDirectory, "history.db"), historyFeed, TimeSpan.FromDays(30), time, loggers.CreateLogger<History>());
        workers.Add(history);
        var influxFeed = options.Influx is null ? null : new ReadingFeed();
        var influx = Influx(options, courtyard, influxFeed, loggers, time);
        workers.AddRange(influx is null ? [] : [influx]);
        Func<ActuatorOrder, CancellationToken, ValueTask<Carried>> carry = (_, _) => ValueTask.FromResult(Carried.Failed("the gateway is just starting"));
        Func<string, bool, string?, CancellationToken, ValueTask> fault = (_, _, _, _) => ValueTask.CompletedTask;
        var actuators = new Actuators(new ActuatorOutputs((order, stop) => carry(order, stop), (device, stands, why, stop) => fault(device, stands, why, stop)), time);
        actuators.Expect(site.Confirm);
        var outputs = Outputs(journal, historyFeed, influxFeed, actuators);
        var watch = new WatchLoop(
            courtyard, site.Rules, Memory(options, store, loggers), outputs, new WatchClock(time, version), loggers.CreateLogger<WatchLoop>(), site.Effects)
        {
            Proof = options.DutyRoom?.Url is null ? null : new ProofBook(courtyard.Id, store.ReadProof()),
        };
        fault = watch.FaultAsync;
        workers.Add(watch);
        workers.AddRange(Caretakers(options, journal, watch, loggers, time));

        var elsewhere = new HeardElsewhere();
        var outlets = new DeviceOutlets(Broker(options.Mqtt), elsewhere, watch.HearAsync, watch.PartAsync, time, loggers, options.DataDirectory)
        {
            ActuatorSaid = actuators.Hear, ActuatorReturned = actuators.Sooner, Reconnected = actuators.Again,
        };
        Supervision? supervision = null;
        var devices = Devices(options, site, outlets, watch, now =>
        {
            actuators.Expect(now.Confirm);
            actuators.Again();
            elsewhere.Forget(now.SourceNames);
            supervision?.Replace(now.Courtyard!);
            SiteInForce.Keep(options.DataDirectory, now, loggers.CreateLogger<GatewayParts>());
        }, loggers);
        var paths = new UplinkPaths(journal, watch, options.Uplink, loggers, time);
        var loops = Loops(watch, journal);
        carry = (order, stop) => devices.Current.CarryAsync(order, stop);
        workers.Add(actuators);
        var asked = Orders(devices, watch, actuators);
        supervision = options.DutyRoom is { Url: { } url, Token: var token }
            ? AddHttps(workers, loops, paths, url, token, courtyard, store, journal, watch, asked, loggers, time, version)
            : null;
        paths.AddOthers(options, courtyard.Id, version, workers, loops);
        var webhooks = Webhooks(options, journal.Outbox, () => devices.Current.Courtyard, loggers, time);
        workers.AddRange(webhooks);
        var liveness = new Liveness(loops, alive, time, loggers.CreateLogger<Liveness>());
        var pairing = new PairingDesk(Broker(options.Mqtt), time);
        workers.AddRange([liveness, devices, pairing]);

        Host(builder.Services, workers);
        var metrics = GatewayMetrics.Of(journal, watch, paths.All, elsewhere, devices, history, historyFeed, influx, influxFeed);
        var sources = Sources(options, journal, watch, history, paths, elsewhere, devices, pairing, metrics, liveness, time);
        return new GatewayParts(
            workers, devices, sources with { Paths = () => [.. sources.Paths(), .. webhooks.Select(View)] }, options.DutyRoom?.Token, time);
    }

    /// <summary>Those who look after the gateway itself, and say what is wrong with it.</summary>
    private static List<BackgroundService> Caretakers(GatewayOptions options, EventJournal journal, WatchLoop watch, ILoggerFactory loggers, TimeProvider time)
    {
        journal.StorageFailing = async (stands, detail) =>
            await watch.TroubleAsync(TroubleReason.StorageFailing, stands, detail, CancellationToken.None).ConfigureAwait(false);
        journal.Damaged = async detail => await watch.PartAsync(TroubleReason.StorageFailing, "journal", true, detail, CancellationToken.None).ConfigureAwait(false);
        _ = TellOfDiskAsync(options, watch);
        return
        [
            new MachineWatch(
                new MachineHealth(new MachineFiles("/"), () => MachineFiles.RoomOf(options.DataDirectory), WatchClock.IsUnset, time), watch.PartAsync, time),
            // Receipts come by the duty room's own address only.
            .. options.DutyRoom?.Url is null ? Array.Empty<BackgroundService>() : [new ReceiptWatch(() => watch.Alarms, watch.PartAsync, time)],
            new HealthKeeper(HealthFile(options), watch.RememberAsync, time, loggers.CreateLogger<HealthKeeper>()),
        ];
    }

    /// <summary>The loops that every alarm goes through; the path to the duty room joins them where there is one.</summary>
    private static List<TurningLoop> Loops(WatchLoop watch, EventJournal journal) =>
    [
        new("the watch", () => watch.Turns, TimeSpan.FromSeconds(30), () => false),
        new("the journal's writer", () => journal.Turns, TimeSpan.FromSeconds(60), () => false),
    ];

    private static InfluxWriter? Influx(GatewayOptions options, Courtyard courtyard, ReadingFeed? feed, ILoggerFactory loggers, TimeProvider time)
        => options.Influx is { } i
            ? new InfluxWriter(new InfluxOptions(i.Url, i.Org, i.Bucket, i.Token), courtyard.Id, feed!, time, loggers.CreateLogger<InfluxWriter>())
            : null;

    private static WatchOutputs Outputs(EventJournal journal, ReadingFeed history, ReadingFeed? influx, Actuators actuators) => new(
        entry => journal.AppendAsync(entry, CancellationToken.None),
        () => journal.IsBehind,
        batch =>
        {
            history.Add(batch);
            influx?.Add(batch);
        }) { Act = actuators.Carry, Rest = actuators.Rest };

    private static void Host(IServiceCollection services, IReadOnlyList<BackgroundService> workers)
    {
        foreach (var worker in workers)
        {
            services.AddSingleton<IHostedService>(worker);
        }

        services.ConfigureHttpJsonOptions(json =>
        {
            json.SerializerOptions.TypeInfoResolverChain.Insert(0, LocalJson.Default);
            json.SerializerOptions.Converters.Add(new UtcMillisecondsConverter());
        });
        services.AddProblemDetails();
    }

    /// <summary>Reads the site file again, soon.</summary>
    public void Reload() => _devices.Reload();

    public void Map(WebApplication app) => LocalApi.Map(app, _sources, _token, _time);

    private static BrokerAccess Broker(MqttAccess mqtt) => new(mqtt.Host, mqtt.Port, mqtt.Tls, mqtt.CaFile, mqtt.User, mqtt.Password);

    private static async Task TellOfDiskAsync(GatewayOptions options, WatchLoop watch)
    {
        if (options.DiskProblem is { } problem)
        {
            await watch.PartAsync(TroubleReason.StorageFailing, "data-folder", true, problem, CancellationToken.None).ConfigureAwait(false);
        }
    }

    private static string HealthFile(GatewayOptions options) => Path.Combine(options.DataDirectory, "health.json");

    private static WatchMemory Memory(GatewayOptions options, JournalStore store, ILoggerFactory loggers)
    {
        var devices = HealthStore.Read(HealthFile(options), out var unreadable);
        if (unreadable is not null)
        {
            LogHealthUnreadable(loggers.CreateLogger<GatewayParts>(), HealthFile(options), unreadable);
        }

        return new WatchMemory(store.ReadAlarms(), store.ReadDeliveries(), devices, store.ReadTroubles()) { Latched = store.ReadLatched(), Orders = store.ReadOrders() };
    }

    [LoggerMessage(LogLevel.Warning, "what was known of the devices cannot be read from {Path}, they begin anew: {Reason}")]
    private static partial void LogHealthUnreadable(ILogger logger, string path, string reason);

    private static DeviceHost Devices(
        GatewayOptions options, SiteResult site, DeviceOutlets outlets, WatchLoop watch, Action<SiteResult> replaced, ILoggerFactory loggers)
    {
        var outputs = new ReloadOutputs(
            (now, unchanged, stop) => watch.ReloadAsync(now.Courtyard!, now.Rules, now.Effects, unchanged, stop), (reason, stop) => watch.TroubleAsync(TroubleReason.SiteRefused, reason is not null, reason, stop), replaced);
        return new DeviceHost(
            options.SiteFile, site, (now, before) => new DeviceWorkers(now, outlets, before), outputs, loggers.CreateLogger<DeviceHost>());
    }

    private static Supervision AddHttps(
        List<BackgroundService> workers, List<TurningLoop> loops, UplinkPaths paths, Uri url, string token, Courtyard courtyard, JournalStore store, EventJournal journal,
        WatchLoop watch, Dictionary<string, Func<CommandBody, CancellationToken, ValueTask<string?>>> orders, ILoggerFactory loggers, TimeProvider time, string version)
    {
        var dutyRoom = new DutyRoomClient(url, token, courtyard.Id, time);
        paths.Add(dutyRoom, paths.Https, workers, loops);
        var supervision = new Supervision(
            courtyard, dutyRoom, paths.Https, new SequenceBook(() => journal.LastSequence, () => journal.Skipped, journal.ExpectAsync), journal.Outbox,
            async stop => (await watch.DescribeAsync(stop).ConfigureAwait(false)).Devices,
            time, version);
        workers.Add(supervision);
        workers.Add(new CommandStream(dutyRoom, store.ReadCommandBookmark(), watch.ReceiveAsync, orders, time, loggers.CreateLogger<CommandStream>()));
        return supervision;
    }

    /// <summary>The commands of the duty room that this gateway carries out, besides receipts.</summary>
    private static Dictionary<string, Func<CommandBody, CancellationToken, ValueTask<string?>>> Orders(DeviceHost devices, WatchLoop watch, Actuators actuators)
    {
        var remote = new RemoteOrders(() => devices.Current.Courtyard, watch, actuators);
        return new(StringComparer.Ordinal)
        {
            ["site.reload"] = async (_, stop) => await devices.ReloadAsync(stop).ConfigureAwait(false) is { } refused ? $"site-refused: {refused}" : null,
            ["actuator.set"] = remote.SetAsync,
            ["siren.silence"] = remote.SilenceAsync,
            ["reassure"] = remote.ReassureAsync,
            ["service.begin"] = (body, stop) => body is { Service: { } request, By: { } by } ? BeginAsync(watch, body.Id, request with { By = by }, stop) : Unreadable,
            ["device.test"] = (body, stop) => body is { Device: { } device, By: { } by }
                ? BeginAsync(watch, body.Id, ServiceRequest.TestOf(device, body.Service?.For, body.Service?.Reason, by), stop) : Unreadable,
            ["service.end"] = async (body, stop) => body.Ends is not { } order ? "unreadable"
                : (await watch.EndAsync(order, stop).ConfigureAwait(false)).Order is null ? "not-in-force: it has ended before" : null,
        };
    }

    private static ValueTask<string?> Unreadable => ValueTask.FromResult<string?>("unreadable");

    private static async ValueTask<string?> BeginAsync(WatchLoop watch, string id, ServiceRequest request, CancellationToken stop)
        => (await watch.BeginAsync(id, request, stop).ConfigureAwait(false)).Refusal is { } refusal ? "refused: " + refusal : null;

    private static LocalSources Sources(
        GatewayOptions options, EventJournal journal, WatchLoop watch, History history, UplinkPaths paths,
        HeardElsewhere elsewhere, DeviceHost devices, PairingDesk pairing, Metrics metrics, Liveness liveness, TimeProvider time) => new()
    {
        Alarms = () => watch.Alarms,
        Health = watch.DescribeAsync,
        Orders = () => watch.Orders,
        Begin = async (request, stop) => await watch.BeginAsync(Guid.CreateVersion7(time.GetUtcNow()).ToString(), request, stop).ConfigureAwait(false) is var answer
            ? (answer.Order, answer.Refusal) : default,
        End = async (id, stop) => (await watch.EndAsync(id, stop).ConfigureAwait(false)).Order,
        Readings = (device, quantity, from, to, step, most)
            => [.. history.Read(device, quantity, from, to, step, most).Select(s => (s.At, s.Value))],
        Paths = paths.Views,
        Refused = journal.ReadRefused,
        SettleRefused = paths.SettleAsync,
        Unassigned = () => View(elsewhere.Unassigned(), devices.Current.Courtyard),
        Pair = pairing.AskAsync,
        Pairing = () => View(pairing.State),
        Release = (by, device, stop) => watch.DoAsync(
            acting => acting.Release(device), new CommandData(Guid.CreateVersion7(time.GetUtcNow()).ToString(), $"actuator.release {device} by {by}"), stop),
        Proofs = () => watch.Proofs,
        Prove = watch.ProveAsync,
        Undecodable = elsewhere.Messages,
        UndecodableOf = elsewhere.Of,
        Stuck = () => liveness.Stuck,
        // The gateway is ready when it hears; without an uplink it does its work all the same.
        NotReady = () => devices.Current.NotReady(),
        Metrics = metrics.Text,
    };

    private static List<UnassignedView> View(IReadOnlyList<UnassignedDevice> unassigned, Courtyard courtyard)
    {
        // What a reload has named since is not unassigned any more.
        var named = courtyard.Devices.Select(d => SourceNames.Of(d.Source)).OfType<(string, string)>().ToHashSet();
        var lines = new SiteLines(courtyard.Devices.Select(d => d.Id));
        return
        [
            .. unassigned.Where(u => !named.Contains((u.Family, u.Name))).Select(u => (Device: u, Class: SeemsToBe.Of(u.Points))).Select(u => new UnassignedView(
                u.Device.Family, u.Device.Name, u.Device.LastHeard, u.Device.Messages, u.Device.Raw,
                [.. u.Device.Points.Quantities().Select(q => q.Name())], u.Class?.Name(), u.Device.Vendor, u.Device.Model, lines.For(u.Device, u.Class))),
        ];
    }

    private static PairView View(PairingState state) => new(
        state.Open, state.Until,
        [.. state.Devices.Select(d => new PairedView(JsonNamingPolicy.KebabCaseLower.ConvertName($"{d.Step}"), d.Name, d.Address, d.Vendor, d.Model))],
        state.Problem);
}
