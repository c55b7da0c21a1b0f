using Microsoft.AspNetCore.Http.HttpResults;
using SmartCourtyard.Service;

namespace SmartCourtyard.Gateway.LocalPage;

/// <summary>Where a technician on site takes devices out of service, tests them, and ends it again; needs no uplink.</summary>
internal static class ServiceEndpoints
{
    private const string OnSite = "technician on site";

    public static void MapService(this RouteGroupBuilder api, LocalSources sources)
    {
        api.MapGet("/service", () => new ListView<ServiceOrder>(sources.Orders()));
        api.MapPost("/service", (ServiceRequest request, CancellationToken stop) => BeginAsync(sources, request, stop));
        api.MapDelete("/service/{id}", async Task<Results<NoContent, ProblemHttpResult>> (string id, CancellationToken stop) =>
            await sources.End(id, stop).ConfigureAwait(false) is null
                ? TypedResults.Problem($"no order '{id}' is in force", statusCode: StatusCodes.Status404NotFound, title: "not found")
                : TypedResults.NoContent());
        // A test needs no words: without a body it is the usual one.
        api.MapPost("/devices/{id}/test", (string id, ServiceRequest? said, CancellationToken stop)
            => BeginAsync(sources, ServiceRequest.TestOf(id, said?.For, said?.Reason, said?.By ?? OnSite), stop));
    }

    private static async Task<Results<Created<ServiceOrder>, ProblemHttpResult>> BeginAsync(
        LocalSources sources, ServiceRequest request, CancellationToken stop)
    {
        var (order, refusal) = await sources.Begin(request, stop).ConfigureAwait(false);
        return order is not null
            ? TypedResults.Created("/api/v1/service/" + order.Id, order)
            : TypedResults.Problem(refusal, statusCode: StatusCodes.Status400BadRequest, title: "refused");
    }
}
