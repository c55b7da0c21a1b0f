namespace SmartCourtyard.Custody;

/// <summary>
/// The events that the next holder has not confirmed yet: a bounded part in memory, the rest where the journal has it. There is one
/// for each holder, however many paths lead there: each path has a reader of its own, and what one of them has handed on is handed
/// on. Safe for one writer and the tasks of all readers on different threads.
/// </summary>
/// <param name="readWaiting">
/// Reads from the journal the first waiting events, the highest rank first, then by sequence; at most as many as asked for. Null
/// where the journal cannot be read now; it is asked again after the next <see cref="Marked"/>.
/// </param>
/// <param name="time">Measures how long events have waited.</param>
/// <param name="capacity">How many events are kept in memory; 1 or more.</param>
public sealed class Outbox(Func<int, IReadOnlyList<StoredEvent>?> readWaiting, TimeProvider time, int capacity = 10_000)
{
    private readonly Lock _gate = new();
    private readonly SortedSet<Held> _waiting = new(HighestFirst);
    private readonly HashSet<long> _handed = [];

    // Handed on and marked so, while another path has them under way still: its receipt for them is none for whatever else.
    private readonly HashSet<long> _settled = [];
    private volatile OutboxReader[] _readers = [];

    private static readonly Comparer<Held> HighestFirst = Comparer<Held>.Create(
        (a, b) => a.Event.Rank == b.Event.Rank ? a.Event.Sequence.CompareTo(b.Event.Sequence) : b.Event.Rank.CompareTo(a.Event.Rank));

    private bool _moreInJournal;
    private bool _renumbering;
    private EventRank _highestInJournal;
    private long _inJournalSince;
    private long _waitingCount;
    private int _generation;

    /// <summary>Measures how long events have waited.</summary>
    internal TimeProvider Time { get; } = time;

    /// <summary>How many events wait, in memory and in the journal.</summary>
    public long Waiting => Interlocked.Read(ref _waitingCount);

    /// <summary>When the oldest event that waits in memory happened; null when none waits.</summary>
    public DateTimeOffset? Oldest
    {
        get
        {
            lock (_gate)
            {
                return _waiting.Count == 0 ? null : _waiting.Min(h => h.Event.At);
            }
        }
    }

    /// <summary>Gives a path its reader, for as long as the gateway runs.</summary>
    /// <param name="headStart">How long other paths have with an event before this one is given it; none if null. Asked each time.</param>
    public OutboxReader Read(Func<TimeSpan>? headStart = null)
    {
        var reader = new OutboxReader(this, headStart ?? (() => TimeSpan.Zero));
        lock (_gate)
        {
            _readers = [.. _readers, reader];
        }

        return reader;
    }

    /// <summary>Tells how many events waited in the journal when the gateway started.</summary>
    public void Begin(long waitingInJournal)
    {
        lock (_gate)
        {
            Interlocked.Exchange(ref _waitingCount, waitingInJournal);
            if (waitingInJournal > 0)
            {
                LeaveToJournal(EventRank.Life);
            }
        }

        Wake();
    }

    /// <summary>Adds an event that the journal has taken, or, unstored, one that it could not take yet.</summary>
    public void Add(StoredEvent e)
    {
        ArgumentNullException.ThrowIfNull(e);
        lock (_gate)
        {
            // It may have been read from the journal, and even handed on, between its commit and now. An event behind others that
            // only the journal holds comes back from there in its turn.
            if (!_handed.Contains(e.Sequence) && (!_moreInJournal || !e.IsStored || e.Rank > _highestInJournal || e.Rank == EventRank.Life))
            {
                Put(e, Time.GetTimestamp());
                EvictWhenFull();
            }

            Interlocked.Increment(ref _waitingCount);
        }

        Wake();
    }

    /// <summary>The journal has taken events that were added unstored: memory need not hold them at any price any more.</summary>
    public void Stored(IReadOnlyList<StoredEvent> events)
    {
        ArgumentNullException.ThrowIfNull(events);
        lock (_gate)
        {
            foreach (var e in events)
            {
                if (_waiting.TryGetValue(new Held(e, 0), out var held) && !held.Event.IsStored)
                {
                    Put(e with { IsStored = true }, held.Since);
                }
            }

            EvictWhenFull();
        }
    }

    /// <summary>Forgets events that the next holder has, or that it will never take.</summary>
    /// <returns>Those that had not been forgotten before.</returns>
    public IReadOnlyList<StoredEvent> Remove(IReadOnlyList<StoredEvent> events)
    {
        ArgumentNullException.ThrowIfNull(events);
        lock (_gate)
        {
            return RemoveNow(events);
        }
    }

    /// <summary>What has waited for so long already, the highest rank first, of what memory holds; nothing is taken.</summary>
    /// <param name="after">For how long.</param>
    /// <param name="most">How many at the most.</param>
    /// <param name="wanted">Which of them.</param>
    public IReadOnlyList<StoredEvent> Overdue(TimeSpan after, int most, Func<StoredEvent, bool> wanted)
    {
        ArgumentNullException.ThrowIfNull(wanted);
        lock (_gate)
        {
            return [.. _waiting.Where(h => Time.GetElapsedTime(h.Since) >= after && wanted(h.Event)).Take(most).Select(h => h.Event)];
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
        ArgumentNullException.ThrowIfNull(sequences);
        lock (_gate)
        {
            _handed.ExceptWith(sequences);
            _settled.UnionWith(sequences.Where(IsUnderWay));
            if (_waiting.Count > 0 || !_moreInJournal)
            {
                return;
            }
        }

        Wake();
    }

    /// <summary>
    /// The journal is about to give waiting events other places: nothing is given until <see cref="Reload"/>, and no receipt counts
    /// for what was given before. What was handed on and is not marked so waits again; the next holder knows it by its id.
    /// </summary>
    public void Renumbering()
    {
        lock (_gate)
        {
            _generation++;
            _renumbering = true;
            Interlocked.Add(ref _waitingCount, _handed.Count);
            _handed.Clear();
            _settled.Clear();
        }
    }

    /// <summary>Forgets what memory holds: the journal has changed its rows and they are read anew.</summary>
    public void Reload()
    {
        lock (_gate)
        {
            _renumbering = false;
            _waiting.RemoveWhere(h => h.Event.IsStored);
            LeaveToJournal(EventRank.Life);
        }

        Wake();
    }

    /// <summary>So many events that were done with wait again in the journal.</summary>
    public void Returned(long count)
    {
        lock (_gate)
        {
            Interlocked.Add(ref _waitingCount, count);
            LeaveToJournal(EventRank.Life);
        }

        Wake();
    }

    internal bool IsCurrent(OutboxReader reader)
    {
        lock (_gate)
        {
            return reader.Generation == _generation;
        }
    }

    internal IReadOnlyList<StoredEvent> RemoveFor(OutboxReader reader, IReadOnlyList<StoredEvent> events)
    {
        lock (_gate)
        {
            var removed = reader.Generation == _generation ? RemoveNow(events) : [];
            Release(reader);
            return removed;
        }
    }

    /// <summary>The first events that are due for a reader; where there are none, how long until there may be, null if nobody knows.</summary>
    internal (IReadOnlyList<StoredEvent> Batch, TimeSpan? Due) Peek(OutboxReader reader, int most, int mostBytes, TimeSpan headStart)
    {
        lock (_gate)
        {
            Release(reader);
            if (_renumbering)
            {
                return ([], null);
            }

            if (_moreInJournal && (_waiting.Min is not { Event: { } first } || _highestInJournal > first.Rank))
            {
                Refill();
            }

            var (batch, due) = Choose(most, mostBytes, headStart);
            reader.Hold(batch, _generation);
            return (batch, due);
        }
    }

    private (List<StoredEvent> Batch, TimeSpan? Due) Choose(int most, int mostBytes, TimeSpan headStart)
    {
        var batch = new List<StoredEvent>();
        var bytes = 0;
        TimeSpan? due = null;
        foreach (var (e, since) in _waiting)
        {
            if (headStart > TimeSpan.Zero && headStart - Time.GetElapsedTime(since) is var left && left > TimeSpan.Zero)
            {
                due = due < left ? due : left;
                continue;
            }

            bytes += e.Bytes.Length + 1;
            if (batch.Count == most || (batch.Count > 0 && bytes > mostBytes))
            {
                break;
            }

            batch.Add(e);
        }

        return (batch, due);
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
                Put(e, _inJournalSince);
            }
        }

        _moreInJournal = read.Count == most;
        _highestInJournal = _moreInJournal ? read[^1].Rank : EventRank.Other;
    }

    private List<StoredEvent> RemoveNow(IReadOnlyList<StoredEvent> events)
    {
        var removed = new List<StoredEvent>(events.Count);
        foreach (var e in events)
        {
            if (_settled.Contains(e.Sequence))
            {
                continue;
            }

            _waiting.Remove(new Held(e, 0));
            if (_handed.Add(e.Sequence))
            {
                Interlocked.Decrement(ref _waitingCount);
                removed.Add(e);
            }
        }

        return removed;
    }

    private bool IsUnderWay(long sequence)
    {
        foreach (var reader in _readers)
        {
            if (reader.Generation == _generation && reader.Holds(sequence))
            {
                return true;
            }
        }

        return false;
    }

    private void Release(OutboxReader reader)
    {
        reader.Hold([], _generation);
        if (_settled.Count > 0)
        {
            _settled.RemoveWhere(s => !IsUnderWay(s));
        }
    }

    private void Put(StoredEvent e, long since)
    {
        var held = new Held(e, since);
        if (_waiting.TryGetValue(held, out var before))
        {
            _waiting.Remove(before);
            held = new Held(e, Math.Min(before.Since, since));
        }

        _waiting.Add(held);
    }

    private void EvictWhenFull()
    {
        // Only what the journal holds may leave; what it does not hold is bounded by its writer.
        while (_waiting.Count > capacity && _waiting.Reverse().FirstOrDefault(h => h.Event.IsStored) is { Event: { } last } held)
        {
            _waiting.Remove(held);
            LeaveToJournal(last.Rank);
        }
    }

    private void LeaveToJournal(EventRank rank)
    {
        _inJournalSince = _moreInJournal ? _inJournalSince : Time.GetTimestamp();
        _highestInJournal = _moreInJournal && _highestInJournal > rank ? _highestInJournal : rank;
        _moreInJournal = true;
    }

    private void Wake()
    {
        foreach (var reader in _readers)
        {
            reader.Wake();
        }
    }

    private sealed record Held(StoredEvent Event, long Since);
}
