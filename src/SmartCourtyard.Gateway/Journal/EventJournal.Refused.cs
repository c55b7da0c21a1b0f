using SmartCourtyard.Custody;

namespace SmartCourtyard.Gateway.Journal;

/// <summary>What the next holder refused for good: kept, shown, and handed on once more when somebody wants that.</summary>
internal sealed partial class EventJournal
{
    private long _refusedUnseen;

    /// <summary>Those among <see cref="Refused"/> that nobody has said to have seen.</summary>
    public long RefusedUnseen => Interlocked.Read(ref _refusedUnseen);

    /// <summary>The events that are refused, oldest first, and whether somebody has seen them; at most so many.</summary>
    public IReadOnlyList<(StoredEvent Event, bool Seen)> ReadRefused(int most) => _store.ReadRefused(most);

    /// <summary>Somebody has seen what is refused; it is kept all the same.</summary>
    public ValueTask<bool> SeenAsync(CancellationToken stop) => SendAsync(new Settle(Again: false), stop);

    /// <summary>What is refused waits again, for example because the next holder knows more now.</summary>
    public ValueTask<bool> TryAgainAsync(CancellationToken stop) => SendAsync(new Settle(Again: true), stop);

    private void Carry(Settle settle)
    {
        if (settle.Again)
        {
            var waiting = _store.TryRefusedAgain();
            Interlocked.Exchange(ref _refused, 0);
            Outbox.Returned(waiting);
        }
        else
        {
            _store.SeeRefused();
        }

        Interlocked.Exchange(ref _refusedUnseen, 0);
    }

    private sealed record Settle(bool Again) : Request;
}
