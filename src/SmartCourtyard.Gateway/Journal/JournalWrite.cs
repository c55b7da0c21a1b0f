using System.Text.Json;
using System.Text.Json.Serialization;
using SmartCourtyard.Alarms;
using SmartCourtyard.Custody;
using SmartCourtyard.Proofs;
using SmartCourtyard.Service;
using SmartCourtyard.Troubles;

namespace SmartCourtyard.Gateway.Journal;

/// <summary>What the next transaction writes: everything that came while the last one was under way.</summary>
internal sealed class JournalWrite
{
    public List<StoredEvent> Events { get; } = [];

    public Dictionary<string, Alarm> Alarms { get; } = new(StringComparer.Ordinal);

    /// <summary>The last that was said of each trouble, by its id.</summary>
    public Dictionary<string, TroubleChange> Troubles { get; } = new(StringComparer.Ordinal);

    public List<long> Deliveries { get; } = [];

    /// <summary>The last that was said of each device that is held.</summary>
    public Dictionary<string, bool> Latches { get; } = new(StringComparer.Ordinal);

    public IReadOnlyList<long> Handed { get; set; } = [];

    public List<long> Refused { get; } = [];

    /// <summary>What is not as it was written, and is never handed on.</summary>
    public List<long> Damaged { get; } = [];

    /// <summary>Numbers that no event has or ever will have, for the next holder to note.</summary>
    public List<SequenceRange> Skipped { get; } = [];

    /// <summary>Those of them that it has noted.</summary>
    public List<SequenceRange> Noted { get; } = [];

    public string? CommandBookmark { get; set; }

    public ProofMemory? Proof { get; set; }

    public bool IsEmpty => Events.Count == 0 && Alarms.Count == 0 && Troubles.Count == 0 && Deliveries.Count == 0 && Handed.Count == 0 && Refused.Count == 0
        && Damaged.Count == 0 && Skipped.Count == 0 && Noted.Count == 0 && Latches.Count == 0 && CommandBookmark is null && Proof is null;

    public void Clear()
    {
        Events.Clear();
        Alarms.Clear();
        Troubles.Clear();
        Deliveries.Clear();
        Latches.Clear();
        Refused.Clear();
        Damaged.Clear();
        Skipped.Clear();
        Noted.Clear();
        Handed = [];
        CommandBookmark = null;
        Proof = null;
    }
}

/// <summary>JSON of the alarms and troubles that the journal keeps for the next start.</summary>
[JsonSourceGenerationOptions(DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull)]
[JsonSerializable(typeof(Alarm))]
[JsonSerializable(typeof(KeptTrouble))]
[JsonSerializable(typeof(ServiceOrder))]
[JsonSerializable(typeof(HealthMemory))]
[JsonSerializable(typeof(ProofMemory))]
internal sealed partial class JournalJson : JsonSerializerContext;
