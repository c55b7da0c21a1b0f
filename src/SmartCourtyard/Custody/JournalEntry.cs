using SmartCourtyard.Alarms;
using SmartCourtyard.Proofs;
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

    /// <summary>Devices that only a person on site may set back, from now on or no more; kept for the next start.</summary>
    public IReadOnlyList<Latch> Latches { get; init; } = [];

    /// <summary>How far a stream from the duty room has been read; null where it is not about that.</summary>
    public string? CommandBookmark { get; init; }

    /// <summary>What is kept of the proofs of the way to the duty room; null where it is not about that.</summary>
    public ProofMemory? Proof { get; init; }

    /// <summary>True where there is nothing to keep.</summary>
    public bool IsEmpty => Events.Count == 0 && Alarms.Count == 0 && Troubles.Count == 0 && Latches.Count == 0 && CommandBookmark is null;
}

/// <summary>A device that is held as an alarm left it, or is held no more.</summary>
/// <param name="Device">Its id.</param>
/// <param name="Holds">True from now on, false no more.</param>
public sealed record Latch(string Device, bool Holds);
