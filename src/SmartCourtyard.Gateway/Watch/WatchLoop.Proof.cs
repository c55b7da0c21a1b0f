using SmartCourtyard.Custody;
using SmartCourtyard.Proofs;
using SmartCourtyard.Troubles;

namespace SmartCourtyard.Gateway.Watch;

internal sealed partial class WatchLoop
{
    private const string NobodyAnswers = "no officer has answered a test alarm for 17 days: nobody knows whether a person would see a real one";

    private ProofState? _proofs;
    private ProofResult? _newestProof;

    /// <summary>Proves the way to the duty room once a day; null where there is none.</summary>
    public ProofBook? Proof { get; init; }

    /// <summary>How the proofs stand, as of the last change; null where there is no duty room.</summary>
    public ProofState? Proofs => Volatile.Read(ref _proofs);

    /// <summary>What is known of the way to the duty room; null where there is none.</summary>
    public ProofMemory? Proven => Proofs?.Memory;

    /// <summary>Begins a proof now; comes back when its alarm is on disk. Null where one is under way, or there is no duty room.</summary>
    public async ValueTask<ProofStep?> ProveAsync(CancellationToken stop)
    {
        var wanted = new ProofInput();
        await _inputs.Writer.WriteAsync(wanted, stop).ConfigureAwait(false);
        return await wanted.Begun.Task.WaitAsync(stop).ConfigureAwait(false);
    }

    private void RestoreProof()
    {
        TellProofs(_clock.Now());
        if (Proof?.Memory.Failed is not null)
        {
            _health.SetOwn(TroubleReason.SelfTestFailed, true, "the newest daily test alarm before the start had failed", _clock.Now(), _troubleChanges);
        }
    }

    private void TickProof()
    {
        if (Proof is not null)
        {
            Prove(Proof.Tick(_clock.Now(), IsClockSet()));
            LookForAnAnswer();
        }
    }

    private void ReceiveProof(DutyCommand command)
    {
        var receipt = new ProofReceipt(command.Kind, command.AlarmId, command.Consoles, command.By);
        Prove(Proof?.Receive(receipt, _clock.Now(), IsClockSet()));
    }

    private void BeginProof(ProofInput wanted)
    {
        var step = Proof?.TryBegin(_clock.Now(), IsClockSet());
        var kept = Prove(step);
        _ = kept.ContinueWith(_ => wanted.Begun.TrySetResult(step), CancellationToken.None, TaskContinuationOptions.None, TaskScheduler.Default);
    }

    /// <summary>A step of a proof goes the way of every event; what it came to is the gateway's own health.</summary>
    private Task Prove(ProofStep? step)
    {
        var now = _clock.Now();
        if (step is null)
        {
            return Task.CompletedTask;
        }

        var kept = KeepAsync(new JournalEntry { Events = _writer.Proof(step, now.Time, _clock.State()), Proof = Proof!.Memory }, null);
        if (step is { Turn: ProofTurn.Waits or ProofTurn.Ends, Result: { } result })
        {
            _newestProof = result;
            _health.SetOwn(TroubleReason.SelfTestFailed, result.Failed is not null, result.Detail, now, _troubleChanges);
            LookForAnAnswer();
            LogProof(result.AnsweredBy is { } by ? "answered by " + by : result.Failed ?? "passed", (int)result.Took.TotalMilliseconds);
        }

        TellProofs(now);
        return kept;
    }

    private void LookForAnAnswer()
    {
        var now = _clock.Now();
        _health.SetOwn(TroubleReason.TestOverdue, Proof!.IsOverdue(now, IsClockSet()), NobodyAnswers, now, _troubleChanges);
        Keep(null, []);
    }

    private void TellProofs(Moment now)
    {
        if (Proof is { } book)
        {
            Volatile.Write(ref _proofs, new ProofState(book.Memory, book.UnderWay, _newestProof, book.Next is { } next ? now.Time + (next - now.Uptime) : null));
        }
    }

    private bool IsClockSet() => _clock.State() == ClockState.Synchronised;

    [LoggerMessage(LogLevel.Information, "daily test of the way to the duty room: {Outcome}, {TookMilliseconds} ms")]
    private partial void LogProof(string outcome, int tookMilliseconds);
}
