using System.Text.Json;
using Microsoft.AspNetCore.Http.HttpResults;
using SmartCourtyard.Custody;

namespace SmartCourtyard.Gateway.LocalPage;

/// <summary>Where a technician sees which events the duty room refuses, says so, or sends them once more.</summary>
internal static class RefusedEndpoints
{
    private const int ShownAtMost = 200;

    public static void MapRefused(this RouteGroupBuilder api, LocalSources sources)
    {
        api.MapGet("/refused", () => new ListView<RefusedView>([.. sources.Refused(ShownAtMost).Select(r => RefusedView.From(r.Event, r.Seen))]));
        api.MapPost("/refused/seen", (CancellationToken stop) => SettleAsync(sources, again: false, stop));
        api.MapPost("/refused/again", (CancellationToken stop) => SettleAsync(sources, again: true, stop));
    }

    private static async Task<Results<NoContent, ProblemHttpResult>> SettleAsync(LocalSources sources, bool again, CancellationToken stop)
        => await sources.SettleRefused(again, stop).ConfigureAwait(false)
            ? TypedResults.NoContent()
            : TypedResults.Problem("the journal takes nothing now", statusCode: StatusCodes.Status503ServiceUnavailable, title: "not stored");
}

/// <summary>An event that the duty room refuses for good; it is kept.</summary>
internal sealed record RefusedView(string Sequence, string Id, DateTimeOffset At, bool Seen, JsonElement Event)
{
    public static RefusedView From(StoredEvent e, bool seen) => new(
        e.Sequence.ToString(System.Globalization.CultureInfo.InvariantCulture), e.Id, e.At, seen, JsonElement.Parse(e.Bytes.Span));
}
