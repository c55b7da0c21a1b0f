using System.Threading.Channels;

namespace SmartCourtyard.Custody;

/// <summary>An event that waits for the next holder.</summary>
/// <param name="Sequence">Its place in the gateway's sequence.</param>
/// <param name="Id">Its id.</param>
/// <param name="IsAlarm">True for alarms, which go before anything else.</param>
/// <param name="IsStored">False while the disk has not taken it; it is handed on all the same.</param>
/// <param name="At">When it happened.</param>
/// <param name="Bytes">The event in JSON, as stored and as sent.</param>
public sealed record StoredEvent(long Sequence, string Id, bool IsAlarm, bool IsStored, DateTimeOffset At, ReadOnlyMemory<byte> Bytes);

/// <summary>
/// The events that the next holder has not confirmed yet: a bounded part in memory, the rest where the journal has it. Safe for one
/// writer and one reader at a time on different threads.
/// </summary>
/// <param name="readWaiting">
/// Reads from the journal the first waiting events, alarms first, then by sequence; at most as many as asked for. Null where the
/// journal cannot be read now; it is asked again after the next <see cref="Marked"/>.
/// </param>
/// <param name="capacity">How many events are kept in memory; 1 or more.</param>
public sealed class Outbox(Func<int, IReadOnlyList<StoredEvent>?> readWaiting, int capacity = 10_000)
{
    private readonly Lock _gate = new();
    private readonly SortedSet<StoredEvent> _waiting = new(AlarmsFirst);
    private readonly HashSet<long> _handed = [];

    // One wake-up stands for any number of additions. The thread that adds may begin the sending: one wake-up less on the way.
    private readonly Channel<bool> _news = Channel.CreateBounded<bool>(
        new BoundedChannelOptions(1) { FullMode = BoundedChannelFullMode.DropWrite, AllowSynchronousContinuations = true });

    private static readonly Comparer<StoredEvent> AlarmsFirst = Comparer<StoredEvent>.Create(
        (a, b) => a.IsAlarm == b.IsAlarm ? a.Sequence.CompareTo(b.Sequence) : b.IsAlarm.CompareTo(a.IsAlarm));

    private bool _moreInJournal;
    private bool _alarmsInJournal;
    private long _waitingCount;

    /// <summary>How many events wait, in memory and in the journal.</summary>
    public long Waiting => Interlocked.Read(ref _waitingCount);

    /// <summary>When the oldest event that waits in memory happened; null when none waits.</summary>
    public DateTimeOffset? Oldest
    {
        get
        {
            lock (_gate)
            {
                return _waiting.Count == 0 ? null : _waiting.Min(e => e.At);
            }
        }
    }

    /// <summary>Tells how many events waited in the journal when the gateway started.</summary>
    public void Begin(long waitingInJournal)
    {
        lock (_gate)
        {
            Interlocked.Exchange(ref _waitingCount, waitingInJournal);
            _moreInJournal = _alarmsInJournal = waitingInJournal > 0;
        }

        Wake();
    }

    /// <summary>Adds an event that the journal has taken, or, unstored, one that it could not take yet.</summary>
    public void Add(StoredEvent e)
    {
        lock (_gate)
        {
            // It may have been read from the journal, and even handed on, between its commit and now. An ordinary event behind
            // others that only the journal holds comes back from there in its turn.
            if (!_handed.Contains(e.Sequence) && (!_moreInJournal || !e.IsStored || e.IsAlarm))
            {
                Put(e);
                EvictWhenFull();
            }

            Interlocked.Increment(ref _waitingCount);
        }

        Wake();
    }

    /// <summary>The journal has taken events that were added unstored: memory need not hold them at any price any more.</summary>
    public void Stored(IReadOnlyList<StoredEvent> events)
    {
        lock (_gate)
        {
            foreach (var e in events)
            {
                if (_waiting.TryGetValue(e, out var held) && !held.IsStored)
                {
                    Put(e with { IsStored = true });
                }
            }

            EvictWhenFull();
        }
    }

    /// <summary>Waits until events wait, then gives the first of them, alarms first; they stay until confirmed.</summary>
    /// <param name="most">How many at the most.</param>
    /// <param name="mostBytes">How many bytes at the most; one event is always given.</param>
    /// <param name="stop">Ends the waiting.</param>
    public async ValueTask<IReadOnlyList<StoredEvent>> TakeAsync(int most, int mostBytes, CancellationToken stop)
    {
        while (true)
        {
            var batch = Peek(most, mostBytes);
            if (batch.Count > 0)
            {
                return batch;
            }

            await _news.Reader.ReadAsync(stop).ConfigureAwait(false);
        }
    }

    /// <summary>Forgets events that the next holder has, or that it will never take.</summary>
    public void Remove(IReadOnlyList<StoredEvent> events)
    {
        lock (_gate)
        {
            foreach (var e in events)
            {
                _waiting.Remove(e);
                if (_handed.Add(e.Sequence))
                {
                    Interlocked.Decrement(ref _waitingCount);
                }
            }
        }
    }

    /// <summary>The sequences that have been handed on and are not marked so in the journal yet.</summary>
    public IReadOnlyList<long> Handed()
    {
        lock (_gate)
        {
            return [.. _handed];
        }
    }

    /// <summary>The journal has marked these as handed on.</summary>
    public void Marked(IReadOnlyList<long> sequences)
    {
        lock (_gate)
        {
            _handed.ExceptWith(sequences);
            if (_waiting.Count > 0 || !_moreInJournal)
            {
                return;
            }
        }

        Wake();
    }

    /// <summary>Forgets what memory holds: the journal has changed its rows and they are read anew.</summary>
    public void Reload()
    {
        lock (_gate)
        {
            _waiting.RemoveWhere(e => e.IsStored);
            _moreInJournal = true;
            _alarmsInJournal = true;
        }

        Wake();
    }

    private List<StoredEvent> Peek(int most, int mostBytes)
    {
        lock (_gate)
        {
            if (_moreInJournal && (_waiting.Min is not { } first || (_alarmsInJournal && !first.IsAlarm)))
            {
                Refill();
            }

            var batch = new List<StoredEvent>();
            var bytes = 0;
            foreach (var e in _waiting)
            {
                bytes += e.Bytes.Length + 1;
                if (batch.Count == most || (batch.Count > 0 && bytes > mostBytes))
                {
                    break;
                }

                batch.Add(e);
            }

            return batch;
        }
    }

    private void Refill()
    {
        var most = Math.Max(1, capacity / 2) + _handed.Count;
        if (readWaiting(most) is not { } read)
        {
            return;
        }

        foreach (var e in read)
        {
            if (!_handed.Contains(e.Sequence))
            {
                Put(e);
            }
        }

        _moreInJournal = read.Count == most;
        _alarmsInJournal = _moreInJournal && read[^1].IsAlarm;
    }

    private void Put(StoredEvent e)
    {
        _waiting.Remove(e);
        _waiting.Add(e);
    }

    private void EvictWhenFull()
    {
        // Only what the journal holds may leave; what it does not hold is bounded by its writer.
        while (_waiting.Count > capacity && _waiting.Reverse().FirstOrDefault(e => e.IsStored) is { } last)
        {
            _waiting.Remove(last);
            _moreInJournal = true;
            _alarmsInJournal |= last.IsAlarm;
        }
    }

    private void Wake() => _news.Writer.TryWrite(true);
}
