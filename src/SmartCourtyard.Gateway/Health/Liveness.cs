using System.Globalization;

namespace SmartCourtyard.Gateway.Health;

/// <summary>A loop that must go on, or alarms stand still behind it.</summary>
/// <param name="Name">What people call it.</param>
/// <param name="Turns">How often it has turned.</param>
/// <param name="Within">It turns at least once in this time.</param>
/// <param name="Rests">Whether it rightly waits, because there is nothing to do.</param>
internal sealed record TurningLoop(string Name, Func<long> Turns, TimeSpan Within, Func<bool> Rests);

/// <summary>
/// Looks whether the loops that alarms go through still turn. A timer that ticks beside a loop that hangs says nothing; so whoever
/// restarts the gateway is told that it lives only while every one of them moves.
/// </summary>
/// <param name="loops">The loops.</param>
/// <param name="alive">Told at each look at which all of them move.</param>
internal sealed partial class Liveness(IReadOnlyList<TurningLoop> loops, Action alive, TimeProvider time, ILogger<Liveness> logger) : BackgroundService
{
    public static readonly TimeSpan LookEvery = TimeSpan.FromSeconds(5);

    // Looks are counted, not time: while the whole program stood still (a debugger, a stopped machine), none of its loops hung.
    private readonly (long Turns, int Looks)[] _still = [.. loops.Select(l => (l.Turns(), 0))];
    private volatile string? _stuck;

    /// <summary>Which loop hangs and for how long, in one sentence; null while all of them move.</summary>
    public string? Stuck => _stuck;

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        using var timer = new PeriodicTimer(LookEvery, time);
        while (await timer.WaitForNextTickAsync(stoppingToken).ConfigureAwait(false))
        {
            Look();
        }
    }

    public void Look()
    {
        string? stuck = null;
        for (var i = 0; i < loops.Count; i++)
        {
            var turns = loops[i].Turns();
            _still[i] = turns != _still[i].Turns || loops[i].Rests() ? (turns, 0) : (turns, _still[i].Looks + 1);
            var still = _still[i].Looks * LookEvery;
            if (still >= loops[i].Within)
            {
                stuck ??= string.Create(CultureInfo.InvariantCulture, $"{loops[i].Name} has not moved for {still.TotalSeconds:F0} s");
            }
        }

        if (stuck is null)
        {
            alive();
            if (_stuck is not null)
            {
                LogMoves();
            }
        }
        else if (_stuck is null)
        {
            LogStuck(stuck);
        }

        _stuck = stuck;
    }

    [LoggerMessage(LogLevel.Critical, "{What}; the service's watchdog is no longer fed")]
    private partial void LogStuck(string what);

    [LoggerMessage(LogLevel.Warning, "every loop moves again")]
    private partial void LogMoves();
}
