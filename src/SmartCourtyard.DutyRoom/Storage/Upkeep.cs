using Microsoft.EntityFrameworkCore;

namespace SmartCourtyard.DutyRoom.Storage;

/// <summary>
/// Keeps the database small and the commits quick: checkpoints beside the writer, and forgets what nobody can ask for any more. Has
/// a lost connection opened again also while nobody writes, and ends the program when another one has become the writer.
/// </summary>
internal sealed partial class Upkeep(Ledger ledger, Database database, TimeProvider time, ILogger<Upkeep> logger) : BackgroundService
{
    public const int StreamKept = 100_000;
    private static readonly TimeSpan Tick = TimeSpan.FromSeconds(5);
    private static readonly TimeSpan Between = TimeSpan.FromHours(1);
    private static readonly TimeSpan CommandsKept = TimeSpan.FromDays(30);
    private static readonly TimeSpan AnswersKept = TimeSpan.FromDays(2);
    private static readonly TimeSpan ProofsKept = TimeSpan.FromDays(400);

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        var (commits, lastForget) = (0L, time.GetTimestamp());
        using var timer = new PeriodicTimer(Tick, time);
        while (await timer.WaitForNextTickAsync(stoppingToken))
        {
            try
            {
                if (ledger.IsCutOff)
                {
                    await ledger.WriteAsync(_ => 0);
                }

                if (ledger.Commits != commits)
                {
                    commits = ledger.Commits;
                    Checkpoint();
                }

                if (time.GetElapsedTime(lastForget) >= Between)
                {
                    lastForget = time.GetTimestamp();
                    await ledger.WriteAsync(Forget);
                }
            }
            catch (Exception e) when (!ledger.IsReplaced && (e is StoreUnavailableException || database.IsUnavailable(e)))
            {
                LogPutOff(e.Message);
            }
        }
    }

    private void Checkpoint()
    {
        var kept = database.KeepsLog;
        try
        {
            database.Checkpoint();
        }
        finally
        {
            if (database.KeepsLog && !kept)
            {
                LogKept();
            }
        }
    }

    internal static bool Forget(Writing writing)
    {
        var now = writing.Now;
        var oldest = writing.LastStreamPosition() - StreamKept;
        var (commands, answers, proofs) = (now - CommandsKept, now - AnswersKept, now - ProofsKept);
        writing.Db.Stream.Where(s => s.Position <= oldest).ExecuteDelete();
        writing.Db.Commands.Where(c => c.At < commands).ExecuteDelete();
        writing.Db.Answers.Where(a => a.At < answers).ExecuteDelete();
        writing.Db.Presence.Where(p => p.AskedAt < proofs).ExecuteDelete();
        writing.Db.Sessions.Where(s => s.ExpiresAt < now).ExecuteDelete();
        // The newest that passed and the newest that was answered stay, however old: "when last" must have an answer.
        writing.Db.Proofs.Where(p => p.At < proofs && writing.Db.Proofs.Any(o => o.Gateway == p.Gateway && o.Passed && o.At > p.At)
            && (p.AnsweredAt == null || writing.Db.Proofs.Any(o => o.Gateway == p.Gateway && o.AnsweredAt != null && o.At > p.At))).ExecuteDelete();
        return true;
    }

    [LoggerMessage(Level = LogLevel.Critical, Message = "The disk refused to make sure what was written: the database's log is kept and grows until the next start. Look at the disk, then start the duty room again")]
    private partial void LogKept();

    [LoggerMessage(Level = LogLevel.Warning, Message = "Upkeep of the database is put off: {Reason}")]
    private partial void LogPutOff(string reason);
}
