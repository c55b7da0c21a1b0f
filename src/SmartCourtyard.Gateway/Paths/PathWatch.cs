using SmartCourtyard.Custody;

namespace SmartCourtyard.Gateway.Paths;

/// <summary>
/// Makes a trouble of a path that stays down, with who must act. What only a technician can mend is told soon; what may pass by
/// itself, such as a duty room that is started again, gets a minute.
/// </summary>
/// <param name="paths">The paths by their names.</param>
/// <param name="trouble">Begins (with its sentence) or ends (with null) the trouble of a path; saying so again changes nothing.</param>
internal sealed partial class PathWatch(
    IReadOnlyList<(string Name, PathStatus Status)> paths, Func<string, string?, CancellationToken, ValueTask> trouble, Outbox outbox, TimeProvider time,
    ILogger<PathWatch> logger) : BackgroundService
{
    public static readonly TimeSpan LookEvery = TimeSpan.FromSeconds(1);
    public static readonly TimeSpan SoonAfter = TimeSpan.FromSeconds(5);
    public static readonly TimeSpan After = TimeSpan.FromSeconds(60);

    // A site file that is read again forgets troubles of parts that it does not know.
    private static readonly TimeSpan AgainEvery = TimeSpan.FromSeconds(30);

    private readonly Dictionary<string, Seen> _seen = new(StringComparer.Ordinal);

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        using var timer = new PeriodicTimer(LookEvery, time);
        while (await timer.WaitForNextTickAsync(stoppingToken).ConfigureAwait(false))
        {
            foreach (var (name, status) in paths)
            {
                await LookAsync(name, status.Now, stoppingToken).ConfigureAwait(false);
            }
        }
    }

    private async ValueTask LookAsync(string name, PathStatus.Snapshot now, CancellationToken stop)
    {
        var seen = _seen.GetValueOrDefault(name);
        if (!now.IsDown)
        {
            if (now.IsUp && seen is not null)
            {
                _seen.Remove(name);
                if (seen.ToldAt is not null)
                {
                    LogUp(name);
                    await trouble(name, null, stop).ConfigureAwait(false);
                }
            }

            return;
        }

        if (seen is null || seen.Actor != now.Actor)
        {
            seen = new Seen(now.Actor, seen?.Since ?? time.GetTimestamp(), null);
        }

        if (time.GetElapsedTime(seen.Since) >= (now.Actor == Actor.Technician ? SoonAfter : After)
            && (seen.ToldAt is not { } told || time.GetElapsedTime(told) >= AgainEvery))
        {
            if (seen.ToldAt is null)
            {
                LogDown(name, now.Detail, outbox.Waiting);
            }

            seen = seen with { ToldAt = time.GetTimestamp() };
            await trouble(name, now.Detail, stop).ConfigureAwait(false);
        }

        _seen[name] = seen;
    }

    [LoggerMessage(LogLevel.Warning, "the path {Path} stays down: {Detail}; {Waiting} events wait")]
    private partial void LogDown(string path, string? detail, long waiting);

    [LoggerMessage(LogLevel.Information, "the path {Path} is up")]
    private partial void LogUp(string path);

    private sealed record Seen(Actor? Actor, long Since, long? ToldAt);
}
