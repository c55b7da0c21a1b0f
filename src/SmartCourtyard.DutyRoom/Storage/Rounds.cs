namespace SmartCourtyard.DutyRoom.Storage;

/// <summary>
/// Looks at what is stored, again and again, and writes what is due by then. Where the store can be neither read nor written, the next
/// round tries again: the ledger and /readyz say what is wrong.
/// </summary>
internal abstract partial class Rounds(Database database, TimeProvider time, TimeSpan tick, ILogger logger) : BackgroundService
{
    private static readonly TimeSpan BetweenLines = TimeSpan.FromMinutes(1);
    private long turns;

    protected Database Database { get; } = database;

    protected TimeProvider Time { get; } = time;

    /// <summary>How often the loop has turned.</summary>
    public long Turns => Interlocked.Read(ref turns);

    /// <summary>One round.</summary>
    protected abstract Task LookAsync(CancellationToken cancel);

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        using var timer = new PeriodicTimer(tick, Time);
        long? said = null;
        do
        {
            try
            {
                await LookAsync(stoppingToken);
                said = null;
            }
            catch (Exception e) when (e is StoreUnavailableException || Database.IsUnavailable(e))
            {
                // A line a second would fill what is left of the disk.
                if (said is not { } last || Time.GetElapsedTime(last) >= BetweenLines)
                {
                    said = Time.GetTimestamp();
                    LogWaits(e.Message);
                }
            }

            Interlocked.Increment(ref turns);
        }
        while (await timer.WaitForNextTickAsync(stoppingToken));
    }

    [LoggerMessage(Level = LogLevel.Error, Message = "What is due here cannot be seen or stored, and waits: {Reason}")]
    private partial void LogWaits(string reason);
}
