using SmartCourtyard.Custody;
using SmartCourtyard.Proofs;
using SmartCourtyard.Troubles;

namespace SmartCourtyard.Gateway.Watch;

internal sealed partial class WatchLoop
{
    private ProofMemory? _proven;

    /// <summary>Proves the way to the duty room once a day; null where there is none.</summary>
    public ProofBook? Proof { get; init; }

    /// <summary>What is known of the way to the duty room; null where there is none.</summary>
    public ProofMemory? Proven => Volatile.Read(ref _proven);

    private void RestoreProof()
    {
        Volatile.Write(ref _proven, Proof?.Memory);
        if (Proof?.Memory.Failed is not null)
        {
            _health.SetOwn(TroubleReason.SelfTestFailed, true, "the newest daily test alarm before the start had failed", _clock.Now(), _troubleChanges);
        }
    }

    /// <summary>A step of a proof goes the way of every event; what it came to is the gateway's own health.</summary>
    private void Prove(ProofStep? step)
    {
        if (step is null)
        {
            return;
        }

        var now = _clock.Now();
        _ = KeepAsync(new JournalEntry { Events = _writer.Proof(step, now.Time, _clock.State()), Proof = step.Result is null ? null : Proof!.Memory }, null);
        if (step.Result is { } result)
        {
            Volatile.Write(ref _proven, Proof!.Memory);
            _health.SetOwn(TroubleReason.SelfTestFailed, result.Failed is not null, result.Detail, now, _troubleChanges);
            Keep(null, []);
            LogProof(result.Failed ?? "passed", (int)result.Took.TotalMilliseconds);
        }
    }

    [LoggerMessage(LogLevel.Information, "daily test of the way to the duty room: {Outcome}, {TookMilliseconds} ms")]
    private partial void LogProof(string outcome, int tookMilliseconds);
}
