using Microsoft.EntityFrameworkCore;

namespace SmartCourtyard.DutyRoom.Storage;

/// <summary>Keeps the file small and the commits quick: checkpoints beside the writer, and forgets what nobody can ask for any more.</summary>
internal sealed partial class Upkeep(Ledger ledger, Database database, TimeProvider time, ILogger<Upkeep> logger) : BackgroundService
{
    public const int StreamKept = 100_000;
    private static readonly TimeSpan Tick = TimeSpan.FromSeconds(5);
    private static readonly TimeSpan Between = TimeSpan.FromHours(1);
    private static readonly TimeSpan CommandsKept = TimeSpan.FromDays(30);
    private static readonly TimeSpan AnswersKept = TimeSpan.FromDays(2);

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        var (commits, lastForget) = (0L, time.GetTimestamp());
        using var timer = new PeriodicTimer(Tick, time);
        while (await timer.WaitForNextTickAsync(stoppingToken))
        {
            try
            {
                if (ledger.Commits != commits)
                {
                    commits = ledger.Commits;
                    database.Checkpoint();
                }

                if (time.GetElapsedTime(lastForget) >= Between)
                {
                    lastForget = time.GetTimestamp();
                    await ledger.WriteAsync(Forget);
                }
            }
            catch (Exception e) when (e is StoreUnavailableException or Microsoft.Data.Sqlite.SqliteException)
            {
                LogPutOff(e.Message);
            }
        }
    }

    internal static bool Forget(Writing writing)
    {
        var now = writing.Now;
        var oldest = writing.LastStreamPosition() - StreamKept;
        var (commands, answers) = (now - CommandsKept, now - AnswersKept);
        writing.Db.Stream.Where(s => s.Position <= oldest).ExecuteDelete();
        writing.Db.Commands.Where(c => c.At < commands).ExecuteDelete();
        writing.Db.Answers.Where(a => a.At < answers).ExecuteDelete();
        writing.Db.Sessions.Where(s => s.ExpiresAt < now).ExecuteDelete();
        return true;
    }

    [LoggerMessage(Level = LogLevel.Warning, Message = "Upkeep of the database is put off: {Reason}")]
    private partial void LogPutOff(string reason);
}
