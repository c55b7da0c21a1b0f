using System.Collections.Concurrent;

namespace SmartCourtyard.DutyRoom.Storage;

/// <summary>The store does not take anything at the moment; whoever asked tries again later.</summary>
internal sealed class StoreUnavailableException(string reason, Exception? inner = null) : Exception(reason, inner);

/// <summary>
/// The one writer. Work that arrives while a commit is running is committed together in the next one; what was committed is
/// told to the followers before the caller hears of it. The caller's own thread does the work when nobody else is at it, so
/// that a lone alarm waits for nothing but the disk.
/// </summary>
internal sealed partial class Ledger : IDisposable
{
    public const int QueueLimit = 512;
    private const int GroupLimit = 64;

    private readonly ConcurrentQueue<Job> queue = new();
    private readonly List<Job> group = new(GroupLimit);
    private readonly List<FeedItem> consoles = [];
    private readonly List<FeedItem> gateways = [];
    private readonly Writer writer;
    private readonly Feeds feeds;
    private readonly ILogger<Ledger> logger;
    private readonly TimeProvider time;
    private int queued;
    private int leading;
    private long turns;
    private long lastCommit;

    public Ledger(Database database, Feeds feeds, TimeProvider time, ILogger<Ledger> logger)
    {
        (this.feeds, this.time, this.logger, lastCommit) = (feeds, time, logger, time.GetTimestamp());
        writer = new Writer(database, feeds, time, logger);
    }

    /// <summary>Why the last commit failed; null when it went well.</summary>
    public string? Failure { get; private set; }

    /// <summary>Another duty room has become the writer. This one cannot go on: it does not know what the other one did.</summary>
    public bool IsReplaced => writer.IsReplaced;

    /// <summary>The connection to the database is lost; the next work tries to have it back.</summary>
    public bool IsCutOff => writer.IsCutOff;

    public long Commits { get; private set; }

    /// <summary>How often a commit has come to its end, well or not.</summary>
    public long Turns => Interlocked.Read(ref turns);

    /// <summary>Nothing waits and nothing is under way.</summary>
    public bool IsIdle => Volatile.Read(ref leading) == 0 && queue.IsEmpty;

    /// <summary>How long ago something was last known to be on disk.</summary>
    public TimeSpan SinceCommit => time.GetElapsedTime(Interlocked.Read(ref lastCommit));

    /// <summary>Runs <paramref name="work"/> in a transaction and comes back when it is on disk.</summary>
    public Task<T> WriteAsync<T>(Func<Writing, T> work)
    {
        if (Interlocked.Increment(ref queued) > QueueLimit)
        {
            Interlocked.Decrement(ref queued);
            throw new StoreUnavailableException($"{QueueLimit} writes are waiting already");
        }

        var job = new Job<T>(work);
        queue.Enqueue(job);
        if (Interlocked.CompareExchange(ref leading, 1, 0) == 0)
        {
            Lead(job);
        }

        return job.Task;
    }

    public void Dispose() => writer.Dispose();

    private void Lead(Job? own)
    {
        do
        {
            while (!queue.IsEmpty)
            {
                if (own is { IsDone: true })
                {
                    // The caller has its answer; somebody else's request must not be paid by this one.
                    ThreadPool.UnsafeQueueUserWorkItem(static ledger => ledger.Lead(null), this, preferLocal: false);
                    return;
                }

                CommitGroup();
                Interlocked.Increment(ref turns);
            }

            Volatile.Write(ref leading, 0);
        }
        while (!queue.IsEmpty && Interlocked.CompareExchange(ref leading, 1, 0) == 0);
    }

    private void CommitGroup()
    {
        group.Clear();
        consoles.Clear();
        gateways.Clear();
        while (group.Count < GroupLimit && queue.TryDequeue(out var job))
        {
            Interlocked.Decrement(ref queued);
            group.Add(job);
        }

        try
        {
            var writing = writer.Begin();
            foreach (var job in group)
            {
                Run(writing, job, isAlone: group.Count == 1);
            }

            writing.Commit();
            Commits++;
            Failure = null;
            Interlocked.Exchange(ref lastCommit, time.GetTimestamp());
        }
        catch (Exception e)
        {
            // What a piece of work did wrong is kept with it, so this is the store's, whatever it is.
            Refuse(e);
            return;
        }

        consoles.ForEach(feeds.Consoles.Publish);
        gateways.ForEach(feeds.Gateways.Publish);
        group.ForEach(job => job.Complete());
    }

    private void Run(Writing writing, Job job, bool isAlone)
    {
        writing.Start(isAlone);
        try
        {
            job.Run(writing);
        }
        catch (Exception e) when (!writer.IsUnavailable(e))
        {
            // A fault in one piece of work is its caller's; the others in the group go on.
            job.Fault = e;
        }

        if (job.Fault is not null || writing.IsRefused)
        {
            writing.Undo();
            return;
        }

        writing.Finish();
        consoles.AddRange(writing.ForConsoles);
        gateways.AddRange(writing.ForGateways);
    }

    private void Refuse(Exception e)
    {
        var reason = e.GetBaseException().Message;
        if (reason != Failure)
        {
            LogFailed(e);
        }

        Failure = reason;
        writer.Undo();
        foreach (var job in group)
        {
            job.Fault = new StoreUnavailableException("the store does not take anything: " + reason, e);
            job.Complete();
        }
    }

    [LoggerMessage(Level = LogLevel.Critical, Message = "Nothing was stored: the commit failed")]
    private partial void LogFailed(Exception e);

    private abstract class Job
    {
        public Exception? Fault { get; set; }
        public abstract bool IsDone { get; }
        public abstract void Run(Writing writing);
        public abstract void Complete();
    }

    private sealed class Job<T>(Func<Writing, T> work) : Job
    {
        private readonly TaskCompletionSource<T> done = new(TaskCreationOptions.RunContinuationsAsynchronously);
        private T? outcome;

        public Task<T> Task => done.Task;
        public override bool IsDone => done.Task.IsCompleted;
        public override void Run(Writing writing) => outcome = work(writing);

        public override void Complete()
        {
            if (Fault is { } fault)
            {
                done.SetException(fault);
            }
            else
            {
                done.SetResult(outcome!);
            }
        }
    }
}

/// <summary>The two logs that others follow: what consoles see and what gateways are told.</summary>
internal sealed class Feeds
{
    public Feed Consoles { get; } = new();
    public Feed Gateways { get; } = new();
}
