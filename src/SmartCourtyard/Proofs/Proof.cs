namespace SmartCourtyard.Proofs;

/// <summary>What is kept of the proofs over a restart.</summary>
/// <param name="LastPassed">When the way to the duty room was last proven, by the clock on the wall; null if never.</param>
/// <param name="Failed">The step at which the newest one failed; null where it passed.</param>
public sealed record ProofMemory(DateTimeOffset? LastPassed, string? Failed = null);

/// <summary>What a proof came to.</summary>
/// <param name="AlarmId">The alarm that was raised for it.</param>
/// <param name="RaisedAt">When.</param>
/// <param name="Stored">The duty room has stored it: receipt 1.</param>
/// <param name="Shown">A console has shown it: receipt 2. False without a fault where no console was live.</param>
/// <param name="Took">From the alarm to the last receipt that came; where none came, until nobody waited any more.</param>
/// <param name="Failed">The step that failed: <c>stored</c> or <c>shown</c>; null where it passed.</param>
public sealed record ProofResult(string AlarmId, DateTimeOffset RaisedAt, bool Stored, bool Shown, TimeSpan Took, string? Failed)
{
    /// <summary>What failed, in one plain sentence for the technician; null where it passed.</summary>
    public string? Detail => Failed switch
    {
        null => null,
        "shown" => "the daily test alarm was stored by the duty room, but none of its live consoles showed it within 60 s",
        _ => "the duty room did not confirm the daily test alarm within 60 s",
    };
}

/// <summary>One step in a proof.</summary>
/// <param name="AlarmId">The alarm that is raised for it.</param>
/// <param name="RaisedAt">When it was raised.</param>
/// <param name="Result">What it came to; null where it begins now.</param>
public sealed record ProofStep(string AlarmId, DateTimeOffset RaisedAt, ProofResult? Result = null);
