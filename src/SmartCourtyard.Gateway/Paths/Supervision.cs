using SmartCourtyard.Courtyards;
using SmartCourtyard.Custody;
using SmartCourtyard.Troubles;

namespace SmartCourtyard.Gateway.Paths;

/// <summary>
/// Shows the duty room every 20 s that the gateway lives, and what it knows of its devices: everything once the duty room can be
/// reached, afterwards what changed.
/// </summary>
internal sealed class Supervision(
    Courtyard courtyard, DutyRoomClient dutyRoom, PathStatus status, SequenceBook sequence, Outbox outbox,
    Func<CancellationToken, ValueTask<IReadOnlyList<DeviceHealth>>> health, TimeProvider time, string version) : BackgroundService
{
    private static readonly TimeSpan BeatEvery = TimeSpan.FromSeconds(20);
    private static readonly TimeSpan TryAgainAfter = TimeSpan.FromSeconds(2);

    private readonly long _start = time.GetTimestamp();
    private readonly Dictionary<string, HealthReport> _told = new(StringComparer.Ordinal);
    private volatile Courtyard _courtyard = courtyard;
    private volatile TaskCompletionSource _replaced = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private Courtyard? _siteTold;

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        while (true)
        {
            var alive = await TurnAsync(stoppingToken).ConfigureAwait(false);
            await PauseAsync(alive ? BeatEvery : TryAgainAfter, stoppingToken).ConfigureAwait(false);
        }
    }

    /// <summary>Goes on with another courtyard: the duty room is told at once, of the site and of the health of all its devices.</summary>
    public void Replace(Courtyard courtyard)
    {
        _courtyard = courtyard;
        _replaced.TrySetResult();
    }

    private async Task PauseAsync(TimeSpan pause, CancellationToken stop)
    {
        using var either = CancellationTokenSource.CreateLinkedTokenSource(stop);
        await Task.WhenAny(_replaced.Task, Task.Delay(pause, time, either.Token)).ConfigureAwait(false);
        await either.CancelAsync().ConfigureAwait(false);
        stop.ThrowIfCancellationRequested();
        if (_replaced.Task.IsCompleted)
        {
            _replaced = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        }
    }

    private async Task<bool> TurnAsync(CancellationToken stop)
    {
        var site = _courtyard;
        if (_siteTold is not null && _siteTold != site)
        {
            _siteTold = null;
            _told.Clear();
        }

        var devices = await health(stop).ConfigureAwait(false);
        var reports = devices.Select(HealthReport.From).ToList();
        if (_siteTold is null
            && (await dutyRoom.DescribeAsync(SiteReport.From(site), stop).ConfigureAwait(false)).Reason == HandoverReason.Stored)
        {
            _siteTold = site;
        }

        var skipped = sequence.Skipped();
        var beat = Heartbeat.Of(
            sequence.Last(), skipped, outbox.Waiting, time.GetElapsedTime(_start), version, reports.Select(r => r.State));
        var answer = await dutyRoom.BeatAsync(beat, stop).ConfigureAwait(false);
        if (answer.Reason != HandoverReason.Stored)
        {
            status.Down(answer);
            // A duty room that comes back may be another one, or an older one: it is told everything again.
            _siteTold = null;
            _told.Clear();
            return false;
        }

        status.Up(null, time.GetUtcNow());
        if (answer.Expected is { } expected)
        {
            await sequence.Expect(skipped, expected, stop).ConfigureAwait(false);
        }

        return _siteTold is not null && await TellHealthAsync(reports, stop).ConfigureAwait(false);
    }

    private async Task<bool> TellHealthAsync(List<HealthReport> reports, CancellationToken stop)
    {
        var complete = _told.Count == 0;
        var changed = reports.Where(r => !_told.TryGetValue(r.Device, out var told) || !Same(told, r)).ToList();
        if (changed.Count == 0)
        {
            return true;
        }

        var answer = await dutyRoom.ReportHealthAsync(changed, complete, stop).ConfigureAwait(false);
        if (answer.Reason != HandoverReason.Stored)
        {
            return false;
        }

        foreach (var report in changed)
        {
            _told[report.Device] = report;
        }

        return true;
    }

    private static bool Same(HealthReport told, HealthReport now)
        => told.State == now.State && told.Battery == now.Battery && told.LastTest == now.LastTest
            && told.Reasons.SequenceEqual(now.Reasons)
            // A minute's grain is enough for "last heard": finer would send every device on every beat.
            && (now.LastHeard - told.LastHeard)?.Duration() is null or { TotalMinutes: < 5 } && told.LastHeard.HasValue == now.LastHeard.HasValue;
}
