using SmartCourtyard.Alarms;
using SmartCourtyard.Troubles;

namespace SmartCourtyard.Custody;

/// <summary>What one judgement wants kept: stored whole or not at all.</summary>
public sealed record JournalEntry
{
    /// <summary>Events to append, in order; the journal gives them their place in the sequence.</summary>
    public IReadOnlyList<CourtyardEvent> Events { get; init; } = [];

    /// <summary>Alarms as they stand now; one that is done with is forgotten.</summary>
    public IReadOnlyList<Alarm> Alarms { get; init; } = [];

    /// <summary>Troubles that began or ended; those that stand are kept for the next start.</summary>
    public IReadOnlyList<TroubleChange> Troubles { get; init; } = [];

    /// <summary>Fingerprints of the deliveries behind the events, remembered so that a redelivery is recognised.</summary>
    public IReadOnlyList<long> Deliveries { get; init; } = [];

    /// <summary>How far a stream from the duty room has been read; null where it is not about that.</summary>
    public string? CommandBookmark { get; init; }

    /// <summary>True where there is nothing to keep.</summary>
    public bool IsEmpty => Events.Count == 0 && Alarms.Count == 0 && Troubles.Count == 0 && CommandBookmark is null;
}
