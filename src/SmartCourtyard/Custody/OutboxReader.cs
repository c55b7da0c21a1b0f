using System.Threading.Channels;

namespace SmartCourtyard.Custody;

/// <summary>What one path sees of an <see cref="Outbox"/>. Used by one task at a time.</summary>
public sealed class OutboxReader
{
    private readonly Outbox _outbox;
    private readonly Func<TimeSpan> _headStart;
    private readonly HashSet<long> _held = [];
    private volatile bool _waits;

    // One wake-up stands for any number of additions. The thread that adds may begin the sending: one wake-up less on the way.
    private readonly Channel<bool> _news = Channel.CreateBounded<bool>(
        new BoundedChannelOptions(1) { FullMode = BoundedChannelFullMode.DropWrite, AllowSynchronousContinuations = true });

    internal OutboxReader(Outbox outbox, Func<TimeSpan> headStart) => (_outbox, _headStart) = (outbox, headStart);

    /// <summary>True while it waits although others have nothing to wait for: because nothing waits, or nothing is due for it yet.</summary>
    public bool Rests => _waits && (_outbox.Waiting == 0 || _headStart() > TimeSpan.Zero);

    /// <summary>How many events wait, for whichever path.</summary>
    public long Waiting => _outbox.Waiting;

    /// <summary>False where the journal has given waiting events other places since the last were taken.</summary>
    public bool IsCurrent => _outbox.IsCurrent(this);

    internal int Generation { get; private set; }

    /// <summary>Waits until events are due, then gives the first of them, the highest rank first; they stay until confirmed.</summary>
    /// <param name="most">How many at the most.</param>
    /// <param name="mostBytes">How many bytes at the most; one event is always given.</param>
    /// <param name="stop">Ends the waiting.</param>
    public async ValueTask<IReadOnlyList<StoredEvent>> TakeAsync(int most, int mostBytes, CancellationToken stop)
    {
        while (true)
        {
            var (batch, due) = _outbox.Peek(this, most, mostBytes, _headStart());
            if (batch.Count > 0)
            {
                return batch;
            }

            _waits = true;
            await WaitAsync(due, stop).ConfigureAwait(false);
            _waits = false;
        }
    }

    /// <summary>Forgets events that the next holder has; not where the journal has given them other places meanwhile.</summary>
    /// <returns>Those that no other path had handed on before.</returns>
    public IReadOnlyList<StoredEvent> Remove(IReadOnlyList<StoredEvent> events)
    {
        ArgumentNullException.ThrowIfNull(events);
        return _outbox.RemoveFor(this, events);
    }

    /// <summary>Looks again, at once: something has changed, perhaps the head start of others.</summary>
    public void Wake() => _news.Writer.TryWrite(true);

    internal bool Holds(long sequence) => _held.Contains(sequence);

    internal void Hold(IReadOnlyList<StoredEvent> batch, int generation)
    {
        Generation = generation;
        _held.Clear();
        foreach (var e in batch)
        {
            _held.Add(e.Sequence);
        }
    }

    private async ValueTask WaitAsync(TimeSpan? due, CancellationToken stop)
    {
        if (due is not { } wait)
        {
            await _news.Reader.ReadAsync(stop).ConfigureAwait(false);
            return;
        }

        using var enough = new CancellationTokenSource(wait, _outbox.Time);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(stop, enough.Token);
        try
        {
            await _news.Reader.ReadAsync(either.Token).ConfigureAwait(false);
        }
        catch (OperationCanceledException) when (!stop.IsCancellationRequested)
        {
            // The head start of the others is over.
        }
    }
}
