using SmartCourtyard.Custody;

namespace SmartCourtyard.Gateway.Journal;

/// <content>
/// What the next holder has beyond the journal. Events that went out while the disk took nothing are forgotten by a gateway that is
/// killed then, their numbers are not: it goes on above them, and says which of them it has nothing for.
/// </content>
internal sealed partial class EventJournal
{
    private const int SkippedAtATime = 500;

    private volatile SequenceRange[] _skipped;

    /// <summary>Numbers that no event here has or ever will have, and that the next holder has not confirmed so; oldest first, at most 500 ranges.</summary>
    public IReadOnlyList<SequenceRange> Skipped => _skipped is { Length: > SkippedAtATime } many ? many[..SkippedAtATime] : _skipped;

    /// <summary>
    /// Events that wait collide with others at the next holder, which has events of this gateway up to <paramref name="expected"/> − 1:
    /// they are moved above all of those.
    /// </summary>
    public ValueTask<bool> RenumberAsync(long expected, CancellationToken stop) => SendAsync(new Renumber(expected), stop);

    /// <summary>
    /// The next holder expects this sequence number next, and was told of <paramref name="told"/>: what comes does not stand below it.
    /// </summary>
    public async ValueTask ExpectAsync(IReadOnlyList<SequenceRange> told, long expected, CancellationToken stop)
    {
        // What it has not come to yet it could not note.
        var noted = told.Where(range => range.Last < expected).ToList();
        if (noted.Count > 0 || expected > LastSequence + 1)
        {
            await SendAsync(new Expect(expected, noted), stop).ConfigureAwait(false);
        }
    }

    private void Carry(Renumber renumber)
    {
        var from = Math.Max(renumber.Expected, _store.LastHandedOn() + 1);
        Outbox.Renumbering();
        var (damaged, skipped) = (new List<StoredEvent>(), new List<SequenceRange>());
        try
        {
            Interlocked.Exchange(ref _last, _store.Renumber(from, LastSequence, damaged, skipped) - 1);
            _skipped = [.. _skipped, .. skipped];
        }
        finally
        {
            Outbox.Reload();
            damaged.ForEach(_damaged.Enqueue);
        }

        LogRenumbered(from);
    }

    private void Carry(Expect expect)
    {
        if (expect.Noted.Count > 0)
        {
            _write.Noted.AddRange(expect.Noted);
            _skipped = [.. _skipped.Except(expect.Noted)];
        }

        if (expect.Expected - 1 > LastSequence)
        {
            LogSkipped(LastSequence, expect.Expected);
            if (!_store.IsNew)
            {
                var skipped = new SequenceRange(LastSequence + 1, expect.Expected - 1);
                _write.Skipped.Add(skipped);
                _skipped = [.. _skipped, skipped];
            }

            Interlocked.Exchange(ref _last, expect.Expected - 1);
        }
    }

    [LoggerMessage(LogLevel.Warning, "The duty room has events of this gateway beyond sequence {Last}; going on from {Expected}")]
    private partial void LogSkipped(long last, long expected);

    [LoggerMessage(LogLevel.Warning, "Waiting events collided with others at the duty room; renumbered from {From}")]
    private partial void LogRenumbered(long from);

    private sealed record Renumber(long Expected) : Request;

    private sealed record Expect(long Expected, IReadOnlyList<SequenceRange> Noted) : Request;
}
