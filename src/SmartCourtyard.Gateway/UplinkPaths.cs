using System.Globalization;
using SmartCourtyard.Courtyards;
using SmartCourtyard.Custody;
using SmartCourtyard.Gateway.Health;
using SmartCourtyard.Gateway.Journal;
using SmartCourtyard.Gateway.LocalPage;
using SmartCourtyard.Gateway.Paths;
using SmartCourtyard.Gateway.Site;
using SmartCourtyard.Gateway.Watch;
using SmartCourtyard.Troubles;

namespace SmartCourtyard.Gateway;

/// <summary>The paths to the duty room as configured, the first one first, and how they share the work.</summary>
internal sealed class UplinkPaths
{
    private readonly EventJournal _journal;
    private readonly WatchLoop _watch;
    private readonly UplinkAccess _access;
    private readonly PathOutputs _outputs;
    private readonly ILoggerFactory _loggers;
    private readonly TimeProvider _time;
    private readonly long _start;
    private readonly List<(string Name, PathStatus Status)> _paths = [];

    public UplinkPaths(EventJournal journal, WatchLoop watch, UplinkAccess access, ILoggerFactory loggers, TimeProvider time)
    {
        (_journal, _watch, _access, _loggers, _time) = (journal, watch, access, loggers, time);
        _start = time.GetTimestamp();
        _outputs = new PathOutputs(
            async (events, stop) => await journal.RefuseAsync(events, stop).ConfigureAwait(false),
            async (expected, stop) => await journal.RenumberAsync(expected, stop).ConfigureAwait(false),
            watch.TroubleAsync);
    }

    /// <summary>The paths by their names, with where they stand.</summary>
    public IReadOnlyList<(string Name, PathStatus Status)> All => _paths;

    /// <summary>The status of the path over HTTPS, whether or not there is one.</summary>
    public PathStatus Https { get; } = new();

    /// <summary>Adds a path; what it is in this order is what the policy calls first.</summary>
    public void Add(IPath path, PathStatus status, List<BackgroundService> workers, List<TurningLoop> loops)
    {
        var reader = _journal.Outbox.Read(HeadStart());
        foreach (var (_, before) in _paths)
        {
            before.WentDown = reader.Wake;
        }

        _paths.Add((path.Name, status));
        var loop = new PathLoop(reader, path, status, _outputs, _time, _loggers.CreateLogger<PathLoop>());
        workers.Add(loop);
        // A request lasts 10 s at most, and nobody may ask for a longer pause than a minute.
        loops.Add(new($"the path {path.Name} to the duty room", () => loop.Turns, TimeSpan.FromSeconds(90), () => reader.Rests));
    }

    /// <summary>Adds what comes after the path over HTTPS, and who tells of paths that stay down.</summary>
    public void AddOthers(GatewayOptions options, string courtyard, string version, List<BackgroundService> workers, List<TurningLoop> loops)
    {
        if (options.Uplink.Broker is { } broker)
        {
            AddMqtt(broker, courtyard, options.DutyRoom!.Token, version, workers, loops);
        }

        workers.Add(new PathWatch(
            [.. _paths.Where(p => !Rests(p.Status))],
            (name, detail, stop) => _watch.PartAsync(TroubleReason.PathDown, "path " + name, detail is not null, detail, stop),
            _journal.Outbox, _time, _loggers.CreateLogger<PathWatch>()));
        _ = TellOfRefusedAsync();
    }

    private void AddMqtt(MqttAccess broker, string courtyard, string token, string version, List<BackgroundService> workers, List<TurningLoop> loops)
    {
        var status = new PathStatus();
        if (_access.Policy == UplinkPolicy.First && _paths.Count > 0)
        {
            status.Down(new Handover(HandoverReason.Unreachable, "rests: Uplink:Policy is first"));
            _paths.Add(("mqtt", status));
            return;
        }

        var path = new MqttPath(
            new MqttPathBroker(broker.Host, broker.Port, broker.Tls, broker.CaFile, broker.User, broker.Password), courtyard, UplinkSeal.OfToken(token), _time)
        {
            Returned = status.Ring,
        };
        workers.Add(path);
        Add(path, status, workers, loops);
        workers.Add(new Heartbeats(path, status, stop => BeatAsync(version, stop), _journal.ExpectAsync, _time));
    }

    /// <summary>What was refused before the start stands as a trouble until somebody has seen it.</summary>
    private async Task TellOfRefusedAsync()
    {
        if (_journal.RefusedUnseen is var refused and > 0)
        {
            await _watch.TroubleAsync(
                TroubleReason.EventRefused, true, $"the duty room refuses {refused} events, which are kept: the gateway's page shows them", CancellationToken.None).ConfigureAwait(false);
        }
    }

    /// <summary>Somebody has seen what is refused, or wants it sent once more: the trouble ends, and comes again with the next refusal.</summary>
    public async ValueTask<bool> SettleAsync(bool again, CancellationToken stop)
    {
        if (!(again ? await _journal.TryAgainAsync(stop).ConfigureAwait(false) : await _journal.SeenAsync(stop).ConfigureAwait(false)))
        {
            return false;
        }

        await _watch.TroubleAsync(TroubleReason.EventRefused, false, null, stop).ConfigureAwait(false);
        return true;
    }

    /// <summary>What the local page shows of them.</summary>
    public IReadOnlyList<PathView> Views() => [.. _paths.Select(p => View(p.Name, p.Status.Now))];

    private static bool Rests(PathStatus status) => status.Now is { IsDown: true, Actor: null };

    private PathView View(string name, PathStatus.Snapshot now) => new(
        name, now.IsUp, _journal.Outbox.Waiting, _journal.Outbox.Oldest, now.LastReceipt,
        now.LastSequence?.ToString(CultureInfo.InvariantCulture), _journal.Refused, now.Detail,
        now.Actor is { } actor ? System.Text.Json.JsonNamingPolicy.KebabCaseLower.ConvertName($"{actor}") : null);

    private Func<TimeSpan>? HeadStart()
    {
        if (_access.Policy != UplinkPolicy.Next || _paths.Count == 0)
        {
            return null;
        }

        var first = _paths[0].Status;
        // Nothing is gained by waiting for a path that is known to be down.
        return () => first.Now.IsDown ? TimeSpan.Zero : _access.NextAfter;
    }

    private async ValueTask<Heartbeat> BeatAsync(string version, CancellationToken stop)
    {
        var (devices, _, _) = await _watch.DescribeAsync(stop).ConfigureAwait(false);
        return Heartbeat.Of(
            _journal.LastSequence, _journal.Skipped, _journal.Outbox.Waiting, _time.GetElapsedTime(_start), version, devices.Select(d => d.State));
    }
}
