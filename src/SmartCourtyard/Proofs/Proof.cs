using System.Text.Json.Serialization;

namespace SmartCourtyard.Proofs;

/// <summary>What is kept of the proofs over a restart.</summary>
/// <param name="LastPassed">When the way to the duty room was last proven, by the clock on the wall; null if never.</param>
/// <param name="Failed">The step at which the newest one failed; null where it passed.</param>
/// <param name="LastAnswered">When a person answered last, by the clock on the wall; null if never.</param>
/// <param name="AnsweredBy">Who that was; null if never.</param>
/// <param name="AskedSince">When a person was first asked after the last answer, by the clock on the wall; null where nobody was.</param>
/// <param name="Waiting">The proof that a person may still answer; null where none waits.</param>
public sealed record ProofMemory(
    DateTimeOffset? LastPassed, string? Failed = null, DateTimeOffset? LastAnswered = null, string? AnsweredBy = null,
    DateTimeOffset? AskedSince = null, ProofResult? Waiting = null);

/// <summary>What a proof came to.</summary>
/// <param name="AlarmId">The alarm that was raised for it.</param>
/// <param name="RaisedAt">When.</param>
/// <param name="Stored">The duty room has stored it: receipt 1.</param>
/// <param name="Shown">A console has shown it: receipt 2. False without a fault where no console was live.</param>
/// <param name="Took">From the alarm to the last receipt that came; where none came, until nobody waited any more.</param>
/// <param name="Failed">The step that failed: <c>stored</c> or <c>shown</c>; null where it passed.</param>
/// <param name="Asked">A person was asked to answer it.</param>
/// <param name="AnsweredBy">The person who did; null where nobody has yet, or nobody was asked.</param>
public sealed record ProofResult(
    string AlarmId, DateTimeOffset RaisedAt, bool Stored, bool Shown, TimeSpan Took, string? Failed, bool Asked = false,
    string? AnsweredBy = null)
{
    /// <summary>What failed, in one plain sentence for the technician; null where it passed.</summary>
    [JsonIgnore]
    public string? Detail => Failed switch
    {
        null => null,
        "shown" => "the daily test alarm was stored by the duty room, but none of its live consoles showed it within 60 s",
        _ => "the duty room did not confirm the daily test alarm within 60 s",
    };
}

/// <summary>What a step in a proof is.</summary>
public enum ProofTurn
{
    /// <summary>Its alarm is raised.</summary>
    Begins,
    /// <summary>The program's part is over and well; its alarm stands, because a person may still answer it.</summary>
    Waits,
    /// <summary>It is over: its alarm ends, and its result says what it came to.</summary>
    Ends,
    /// <summary>Nobody answered in time: its alarm ends; its result was told when it began to wait.</summary>
    Unanswered,
}

/// <summary>One step in a proof.</summary>
/// <param name="Turn">What it is.</param>
/// <param name="AlarmId">The alarm that is raised for it.</param>
/// <param name="RaisedAt">When it was raised.</param>
/// <param name="Asked">Whether a person is asked to answer it.</param>
/// <param name="Result">What it came to; null where it begins now.</param>
public sealed record ProofStep(ProofTurn Turn, string AlarmId, DateTimeOffset RaisedAt, bool Asked, ProofResult? Result = null);

/// <summary>How the proofs stand.</summary>
/// <param name="Memory">What is known of those that were.</param>
/// <param name="UnderWay">The one that waits for the duty room now; null where none does.</param>
/// <param name="Newest">The newest result of this run of the gateway; null before the first.</param>
/// <param name="Next">When the next one is due, by the clock on the wall; null while one is under way.</param>
public sealed record ProofState(ProofMemory Memory, ProofStep? UnderWay = null, ProofResult? Newest = null, DateTimeOffset? Next = null);
