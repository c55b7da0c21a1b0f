using Microsoft.EntityFrameworkCore;
using SmartCourtyard.DutyRoom.Storage;
using SmartCourtyard.Troubles;

namespace SmartCourtyard.DutyRoom.Courtyards;

internal sealed record GatewayList(IReadOnlyList<GatewayView> Items);

internal sealed record DeviceList(IReadOnlyList<DeviceView> Items);

internal sealed record TroubleList(IReadOnlyList<TroubleView> Items);

/// <summary>Where consoles see gateways, devices and troubles.</summary>
internal static class OverviewEndpoints
{
    private const int TroubleLimit = 1000;

    public static void MapOverview(this IEndpointRouteBuilder routes)
    {
        var overview = routes.MapGroup("/api/v1").WithTags("courtyards").RequireAuthorization(Policies.Read);
        overview.MapGet("/gateways", Gateways).WithName("listGateways").WithSummary("Courtyards: heard or silent, what is missing, their buildings")
            .Produces<GatewayList>().Problems(401, 403);
        overview.MapGet("/devices", DevicesAsync).WithName("listDevices").WithSummary("Devices and their health; those of a silent courtyard are unobserved")
            .Produces<DeviceList>().Problems(400, 401, 403);
        overview.MapGet("/troubles", TroublesAsync).WithName("listTroubles").WithSummary("Technical faults that still stand, newest first")
            .Produces<TroubleList>().Problems(401, 403);
    }

    private static GatewayList Gateways(Database database)
    {
        using var db = database.Read();
        return new(GatewayView.Read(db));
    }

    private static async Task<IResult> DevicesAsync(
        Database database, string? health, string? courtyard, string? building, string? @class, CancellationToken cancel)
    {
        var state = default(HealthState);
        if (health is not null && !Names<HealthState>.TryParse(health, out state))
        {
            return Problem.BadField("health", $"one of {Names<HealthState>.All} is allowed").AsResult();
        }

        await using var db = database.Read();
        var gateways = await db.Gateways.ToDictionaryAsync(g => g.Id, cancel);
        var buildings = await db.Buildings.ToDictionaryAsync(b => (b.Gateway, b.Id), cancel);
        var rows = await db.Devices
            .Where(d => (courtyard == null || d.Gateway == courtyard) && (building == null || d.Building == building)
                && (@class == null || d.Class == @class))
            .OrderBy(d => d.Gateway).ThenBy(d => d.Id).ToListAsync(cancel);
        var views = rows.Select(d => DeviceView.Of(
            d, gateways.GetValueOrDefault(d.Gateway), buildings.GetValueOrDefault((d.Gateway, d.Building ?? ""))));
        return TypedResults.Ok(new DeviceList([.. views.Where(v => health is null || v.State == state)]));
    }

    private static async Task<IResult> TroublesAsync(Database database, string? courtyard, CancellationToken cancel)
    {
        await using var db = database.Read();
        var rows = await db.Troubles.Where(t => t.ClearedAt == null && (courtyard == null || t.Courtyard == courtyard))
            .OrderByDescending(t => t.RaisedAt).Take(TroubleLimit).ToListAsync(cancel);
        return TypedResults.Ok(new TroubleList([.. rows.Select(TroubleView.Of)]));
    }
}
