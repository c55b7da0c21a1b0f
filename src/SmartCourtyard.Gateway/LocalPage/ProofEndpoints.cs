using Microsoft.AspNetCore.Http.HttpResults;
using SmartCourtyard.Proofs;

namespace SmartCourtyard.Gateway.LocalPage;

/// <summary>Where a technician sees whether an alarm would reach the duty room, and tries it now.</summary>
internal static class ProofEndpoints
{
    public static void MapProof(this RouteGroupBuilder api, LocalSources sources)
    {
        api.MapGet("/proof", Results<Ok<ProofView>, ProblemHttpResult> () => sources.Proofs() is { } proofs ? TypedResults.Ok(ProofView.From(proofs)) : NoDutyRoom());
        api.MapPost("/proof", (CancellationToken stop) => ProveAsync(sources, stop));
    }

    private static async Task<Results<Accepted<ProofView>, ProblemHttpResult>> ProveAsync(LocalSources sources, CancellationToken stop)
    {
        if (sources.Proofs() is null)
        {
            return NoDutyRoom();
        }

        return await sources.Prove(stop).ConfigureAwait(false) is null
            ? TypedResults.Problem("a test is under way: it ends within a minute", statusCode: StatusCodes.Status409Conflict, title: "under way")
            : TypedResults.Accepted("/api/v1/proof", ProofView.From(sources.Proofs()!));
    }

    private static ProblemHttpResult NoDutyRoom() => TypedResults.Problem(
        "this gateway has no duty room (DutyRoom:Url is not set)", statusCode: StatusCodes.Status404NotFound, title: "no duty room");
}

/// <summary>How the tests of the way to the duty room stand.</summary>
/// <param name="LastPassed">When one last passed; null if never.</param>
/// <param name="Failed">The step at which the newest one failed: <c>stored</c> or <c>shown</c>; null where it passed.</param>
/// <param name="LastAnswered">When an officer last answered one; null if never.</param>
/// <param name="AnsweredBy">Who that was.</param>
/// <param name="UnderWay">The one that waits for the duty room now.</param>
/// <param name="WaitsForAnswer">The alarm of one that the duty room has, and that an officer may still answer; null where none is.</param>
/// <param name="Newest">The newest result since the gateway started.</param>
/// <param name="Next">When the next one is due.</param>
internal sealed record ProofView(
    DateTimeOffset? LastPassed, string? Failed, DateTimeOffset? LastAnswered, string? AnsweredBy, ProofBegunView? UnderWay, string? WaitsForAnswer,
    ProofResultView? Newest, DateTimeOffset? Next)
{
    public static ProofView From(ProofState proofs) => new(
        proofs.Memory.LastPassed, proofs.Memory.Failed, proofs.Memory.LastAnswered, proofs.Memory.AnsweredBy,
        proofs.UnderWay is { } begun ? new ProofBegunView(begun.AlarmId, begun.RaisedAt, begun.Asked) : null, proofs.Memory.Waiting?.AlarmId,
        proofs.Newest is { } r ? new ProofResultView(r.AlarmId, r.RaisedAt, r.Stored, r.Shown, (int)r.Took.TotalMilliseconds, r.Failed, r.Detail, r.Asked, r.AnsweredBy) : null,
        proofs.Next);
}

internal sealed record ProofBegunView(string AlarmId, DateTimeOffset RaisedAt, bool Asked);

/// <param name="Detail">What failed, in one sentence; null where it passed.</param>
internal sealed record ProofResultView(
    string AlarmId, DateTimeOffset RaisedAt, bool Stored, bool Shown, int TookMilliseconds, string? Failed, string? Detail, bool Asked, string? AnsweredBy);
