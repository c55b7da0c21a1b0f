using System.Collections.Concurrent;
using System.Threading.Channels;
using Microsoft.Data.Sqlite;
using SmartCourtyard.Custody;

namespace SmartCourtyard.Gateway.Journal;

/// <summary>
/// Appends events and says when they are on disk. What comes while a commit is under way shares the next one (group commit). While
/// the disk does not take them, events stay here in memory, go out all the same, and are written as soon as it does.
/// </summary>
internal sealed partial class EventJournal : BackgroundService
{
    /// <summary>How many events are held in memory while the disk takes none; then the givers wait.</summary>
    public const int UnstoredAtMost = 10_000;

    private static readonly TimeSpan RetryEvery = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan KeepHandedOn = TimeSpan.FromDays(180);
    private static readonly TimeSpan PruneEvery = TimeSpan.FromHours(24);

    private readonly JournalStore _store;
    private readonly TimeProvider _time;
    private readonly ILogger<EventJournal> _logger;
    private readonly JournalWrite _write = new();
    private readonly Channel<Request> _requests = Channel.CreateBounded<Request>(new BoundedChannelOptions(10_000) { SingleReader = true });
    private long _last;
    private long _refused;
    private long _turns;
    private int _underWay;
    private volatile bool _failing;
    private bool _logIsKept;
    private bool _unreadable;
    private readonly ConcurrentQueue<StoredEvent> _damaged = new();
    private long _damagedCount;

    public EventJournal(JournalStore store, TimeProvider time, ILogger<EventJournal> logger)
    {
        _store = store;
        _time = time;
        _logger = logger;
        _last = store.LastSequence();
        (_refused, _refusedUnseen) = store.CountRefused();
        _damagedCount = store.CountDamaged();
        _skipped = [.. store.ReadSkipped()];
        Outbox = new Outbox(TryReadWaiting, time);
        Outbox.Begin(store.CountWaiting());
    }

    /// <summary>Called when the disk begins (true) or ceases (false) to refuse events.</summary>
    public Action<bool, string?> StorageFailing { get; set; } = (_, _) => { };

    /// <summary>
    /// Called at the start and whenever more of them are found, with one sentence, where events in the journal are not as they were written.
    /// </summary>
    public Action<string> Damaged { get; set; } = _ => { };

    /// <summary>What waits for the next holder.</summary>
    public Outbox Outbox { get; }

    /// <summary>How often the writer has turned: once a second at least, also while the disk takes nothing.</summary>
    public long Turns => Interlocked.Read(ref _turns);

    /// <summary>The last sequence given.</summary>
    public long LastSequence => Interlocked.Read(ref _last);

    /// <summary>Events that the next holder refused for good; they are kept.</summary>
    public long Refused => Interlocked.Read(ref _refused);

    /// <summary>True while something that was appended is not on disk yet.</summary>
    public bool IsBehind => Volatile.Read(ref _underWay) > 0 || _failing;

    /// <summary>Appends an entry; an empty one is a barrier. True when it, and all before it, are on disk.</summary>
    public ValueTask<bool> AppendAsync(JournalEntry entry, CancellationToken stop) => SendAsync(new Append(entry), stop);

    /// <summary>Marks events as refused for good by the next holder, and keeps them.</summary>
    public ValueTask<bool> RefuseAsync(IReadOnlyList<StoredEvent> events, CancellationToken stop) => SendAsync(new Refuse(events), stop);

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        var pruneAt = _time.GetTimestamp();
        TellOfDamage();
        while (!stoppingToken.IsCancellationRequested)
        {
            await WaitForWorkAsync(stoppingToken).ConfigureAwait(false);
            Turn();
            Interlocked.Increment(ref _turns);
            if (_time.GetElapsedTime(pruneAt) > PruneEvery && !_failing)
            {
                pruneAt = _time.GetTimestamp();
                Try(() => _store.Prune(_time.GetUtcNow() - KeepHandedOn));
            }
        }
    }

    public override async Task StopAsync(CancellationToken cancellationToken)
    {
        _requests.Writer.TryComplete();
        await base.StopAsync(cancellationToken).ConfigureAwait(false);
        Turn();
    }

    private async ValueTask<bool> SendAsync(Request request, CancellationToken stop)
    {
        Interlocked.Increment(ref _underWay);
        try
        {
            await _requests.Writer.WriteAsync(request, stop).ConfigureAwait(false);
            return await request.Done.Task.WaitAsync(stop).ConfigureAwait(false);
        }
        catch (ChannelClosedException)
        {
            return false;
        }
        finally
        {
            Interlocked.Decrement(ref _underWay);
        }
    }

    private async Task WaitForWorkAsync(CancellationToken stop)
    {
        var full = _write.Events.Count >= UnstoredAtMost;
        using var idle = new CancellationTokenSource(RetryEvery, _time);
        try
        {
            using var either = CancellationTokenSource.CreateLinkedTokenSource(stop, idle.Token);
            if (full)
            {
                await Task.Delay(RetryEvery, _time, stop).ConfigureAwait(false);
            }
            else
            {
                await _requests.Reader.WaitToReadAsync(either.Token).ConfigureAwait(false);
            }
        }
        catch (OperationCanceledException)
        {
            // A second has passed, or the gateway stops: either way it is time for a turn.
        }
    }

    private void Turn()
    {
        var requests = new List<Request>();
        var afterwards = new List<Request>();
        var fresh = new List<StoredEvent>();
        while (_write.Events.Count < UnstoredAtMost && _requests.Reader.TryRead(out var request))
        {
            requests.Add(request);
            Take(request, fresh, afterwards);
        }

        SetDamagedAside();
        var handed = Outbox.Handed();
        _write.Handed = handed;
        var stored = _write.IsEmpty || TryCommit();
        foreach (var e in fresh)
        {
            Outbox.Add(stored ? e : e with { IsStored = false });
        }

        if (stored)
        {
            if (_write.Events.Count > fresh.Count)
            {
                Outbox.Stored(_write.Events);
            }

            Outbox.Marked(handed);
            _write.Clear();
            stored = afterwards.All(request => Try(() => Carry(request)));
        }

        Finish(requests, stored);
    }

    private void Take(Request request, List<StoredEvent> fresh, List<Request> afterwards)
    {
        switch (request)
        {
            case Append append:
                foreach (var e in append.Entry.Events)
                {
                    var sequence = Interlocked.Increment(ref _last);
                    fresh.Add(new StoredEvent(
                        sequence, e.Id, EventRanks.Of(e), IsStored: true, e.Time, EventWriter.Bytes(e, sequence)));
                    _write.Events.Add(fresh[^1]);
                }

                foreach (var alarm in append.Entry.Alarms)
                {
                    _write.Alarms[alarm.Id] = alarm;
                }

                foreach (var change in append.Entry.Troubles)
                {
                    _write.Troubles[change.Trouble.Id] = change;
                }

                foreach (var latch in append.Entry.Latches)
                {
                    _write.Latches[latch.Device] = latch.Holds;
                }

                _write.Deliveries.AddRange(append.Entry.Deliveries);
                _write.CommandBookmark = append.Entry.CommandBookmark ?? _write.CommandBookmark;
                _write.Proof = append.Entry.Proof ?? _write.Proof;
                break;
            case Refuse refuse:
                // What another path has handed on meanwhile is not refused.
                var refused = Outbox.Remove(refuse.Events);
                _write.Refused.AddRange(refused.Select(e => e.Sequence));
                Interlocked.Add(ref _refused, refused.Count);
                Interlocked.Add(ref _refusedUnseen, refused.Count);
                break;
            default:
                // These need what is waited for on disk.
                afterwards.Add(request);
                break;
        }
    }

    private void Carry(Request request)
    {
        switch (request)
        {
            case Renumber renumber:
                Carry(renumber);
                break;
            case Expect expect:
                Carry(expect);
                break;
            case Settle settle:
                Carry(settle);
                break;
        }
    }

    private bool TryCommit()
    {
        var stored = Try(() => _store.Commit(_write));
        if (_store.KeepsLog && !_logIsKept)
        {
            _logIsKept = true;
            LogKept();
        }

        if (stored && _failing)
        {
            _failing = false;
            LogStorageBack();
            StorageFailing(false, null);
        }

        return stored;
    }

    private bool Try(Action write)
    {
        try
        {
            write();
            return true;
        }
        catch (SqliteException e)
        {
            if (!_failing)
            {
                _failing = true;
                LogStorageFailing(e);
                StorageFailing(true, e.Message);
            }

            return false;
        }
    }

    private IReadOnlyList<StoredEvent>? TryReadWaiting(int most)
    {
        try
        {
            var damaged = new List<StoredEvent>();
            var waiting = _store.ReadWaiting(most, damaged);
            _unreadable = false;
            // Not from here: the outbox asks, and holds its lock.
            damaged.ForEach(_damaged.Enqueue);
            return waiting;
        }
        catch (SqliteException e)
        {
            if (!_unreadable)
            {
                _unreadable = true;
                LogUnreadable(e);
            }

            return null;
        }
    }

    /// <summary>A damaged event stays where it is; nothing waits behind it.</summary>
    private void SetDamagedAside()
    {
        var found = 0;
        while (_damaged.TryDequeue(out var e))
        {
            // Until it is marked, every look into the journal finds it again.
            if (Outbox.Remove([e]).Count > 0)
            {
                _write.Damaged.Add(e.Sequence);
                LogDamaged(e.Sequence, e.Id);
                found++;
            }
        }

        if (found > 0)
        {
            _damagedCount += found;
            TellOfDamage();
        }
    }

    private void TellOfDamage()
    {
        if (_damagedCount > 0)
        {
            Damaged($"{_damagedCount} events in the journal are not as they were written and are not handed on: the disk or card is worn out, replace it");
        }
    }

    private static void Finish(List<Request> requests, bool stored)
    {
        foreach (var request in requests)
        {
            request.Done.TrySetResult(stored);
        }
    }

    [LoggerMessage(LogLevel.Error, "The journal does not take events; they are kept in memory and handed on from there")]
    private partial void LogStorageFailing(Exception exception);

    [LoggerMessage(LogLevel.Critical, "The disk refused to make sure what was written: the journal's log is kept and grows until the next start. Look at the disk, then start the gateway again")]
    private partial void LogKept();

    [LoggerMessage(LogLevel.Error, "The journal cannot be read; what waits in it is tried again")]
    private partial void LogUnreadable(Exception exception);

    [LoggerMessage(LogLevel.Error, "event {Sequence} in the journal ({Id}) is not as it was written; it is set aside and not handed on")]
    private partial void LogDamaged(long sequence, string id);

    [LoggerMessage(LogLevel.Warning, "The journal takes events again; what was kept in memory is on disk")]
    private partial void LogStorageBack();

    private abstract record Request
    {
        public TaskCompletionSource<bool> Done { get; } = new(TaskCreationOptions.RunContinuationsAsynchronously);
    }

    private sealed record Append(JournalEntry Entry) : Request;

    private sealed record Refuse(IReadOnlyList<StoredEvent> Events) : Request;
}
