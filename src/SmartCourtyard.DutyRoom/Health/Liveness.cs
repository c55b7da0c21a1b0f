namespace SmartCourtyard.DutyRoom.Health;

/// <summary>
/// Looks whether the loops that alarms go through still turn: whoever restarts the duty room is told that it lives only while every one
/// of them moves.
/// </summary>
/// <param name="loops">The loops.</param>
/// <param name="alive">Told at each look at which all of them move.</param>
internal sealed partial class Liveness(IReadOnlyList<TurningLoop> loops, Action alive, TimeProvider time, ILogger<Liveness> logger) : BackgroundService
{
    public static readonly TimeSpan LookEvery = TimeSpan.FromSeconds(5);

    private readonly LoopWatch watch = new(loops, LookEvery);

    /// <summary>Which loop hangs and for how long, in one sentence; null while all of them move.</summary>
    public string? Stuck => watch.Stuck;

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        using var timer = new PeriodicTimer(LookEvery, time);
        while (await timer.WaitForNextTickAsync(stoppingToken))
        {
            Look();
        }
    }

    public void Look()
    {
        switch (watch.Look())
        {
            case (null, var before):
                alive();
                if (before is not null)
                {
                    LogMoves();
                }

                break;
            case ({ } stuck, null):
                LogStuck(stuck);
                break;
        }
    }

    [LoggerMessage(LogLevel.Critical, "{What}; the service's watchdog is no longer fed")]
    private partial void LogStuck(string what);

    [LoggerMessage(LogLevel.Warning, "every loop moves again")]
    private partial void LogMoves();
}
