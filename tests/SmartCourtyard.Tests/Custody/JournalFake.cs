using SmartCourtyard.Custody;

namespace SmartCourtyard.Tests.CustodyTests;

/// <summary>A journal that gives back no more than it was asked for, and fails the test where it is asked for nonsense.</summary>
internal sealed class JournalFake
{
    private readonly Lock _gate = new();
    private readonly SortedDictionary<long, StoredEvent> _waiting = [];
    private readonly HashSet<long> _marked = [];

    public bool Unreadable { get; set; }

    public int Reads { get; private set; }

    public int Waiting
    {
        get
        {
            lock (_gate)
            {
                return _waiting.Count;
            }
        }
    }

    public static StoredEvent Event(long sequence, bool alarm, bool stored = true)
        => Event(sequence, alarm ? EventRank.Life : EventRank.Other, stored);

    public static StoredEvent Event(long sequence, EventRank rank, bool stored = true)
        => new(sequence, $"e{sequence}", rank, stored, Estate.Night.AddSeconds(sequence), new byte[10]);

    public void Commit(StoredEvent e)
    {
        lock (_gate)
        {
            Assert.True(_waiting.TryAdd(e.Sequence, e with { IsStored = true }), $"{e.Sequence} is written twice");
        }
    }

    public void Mark(IReadOnlyList<long> sequences)
    {
        lock (_gate)
        {
            foreach (var sequence in sequences)
            {
                Assert.True(_marked.Add(sequence), $"{sequence} is marked twice");
                Assert.True(_waiting.Remove(sequence), $"{sequence} was never written");
            }
        }
    }

    public IReadOnlyList<StoredEvent>? ReadWaiting(int most)
    {
        Assert.True(most > 0, "asked for nothing");
        lock (_gate)
        {
            Reads++;
            return Unreadable ? null : [.. _waiting.Values.OrderByDescending(e => e.Rank).ThenBy(e => e.Sequence).Take(most)];
        }
    }
}
