using SmartCourtyard.DutyRoom.Storage;
using SmartCourtyard.Troubles;

namespace SmartCourtyard.DutyRoom.Courtyards;

internal sealed record SiteBody(
    string? Id = null, string? Name = null, AddressView? Address = null, IReadOnlyList<SiteBuilding>? Buildings = null,
    IReadOnlyList<SiteDevice>? Devices = null);

internal sealed record SiteBuilding(string? Id = null, string? Name = null, int Units = 1, int Floors = 1);

internal sealed record SiteDevice(
    string? Id = null, string? Name = null, string? Class = null, PlaceView? At = null, string? Call = null);

internal sealed record DeviceHealthBody(
    string? Device = null, string? State = null, IReadOnlyList<string>? Reasons = null, DateTimeOffset? LastHeard = null,
    double? Battery = null, double? LinkQuality = null, DateTimeOffset? LastTest = null);

/// <summary>Where gateways say what their courtyard is made of and how its devices are.</summary>
internal static class SiteEndpoints
{
    private const int BuildingLimit = 1000;
    private const int DeviceLimit = 20_000;
    private const int TextLimit = 200;

    public static void MapSite(this IEndpointRouteBuilder routes)
    {
        var gateway = routes.MapGroup("/api/v1/gateways/{gateway}").WithTags("gateways").RequireAuthorization(Policies.Gateway);
        gateway.MapPut("site", PutSiteAsync).WithName("putSite").WithSummary("What the courtyard is made of, so that the board can name places")
            .Produces(204).Problems(400, 401, 403, 413, 415, 503);
        gateway.MapPut("health", PutHealthAsync).WithName("putHealth")
            .WithSummary("Health of the devices: those that changed or, with complete=true, all there are")
            .Produces(204).Problems(400, 401, 403, 413, 415, 503);
    }

    private static async Task<IResult> PutSiteAsync(string gateway, SiteBody site, Ledger ledger)
    {
        if (Mistake(gateway, site) is { } problem)
        {
            return problem.AsResult();
        }

        await SiteStore.ReplaceAsync(ledger, gateway, site);
        return TypedResults.NoContent();
    }

    private static async Task<IResult> PutHealthAsync(string gateway, bool? complete, DeviceHealthBody[] devices, Ledger ledger)
    {
        for (var i = 0; i < devices.Length; i++)
        {
            if (Mistake(devices[i]) is { } problem)
            {
                return (problem with { Index = i, Detail = $"Device {i}, {problem.Detail}" }).AsResult();
            }
        }

        if (devices.Length > DeviceLimit)
        {
            return Problem.BadField("devices", $"at most {DeviceLimit} are allowed").AsResult();
        }

        await SiteStore.UpdateAsync(ledger, gateway, devices, complete ?? false);
        return TypedResults.NoContent();
    }

    private static Problem? Mistake(string gateway, SiteBody site)
    {
        if (site.Id is not null && site.Id != gateway)
        {
            return Problem.BadField("id", $"{gateway} is allowed, as in the address");
        }

        var (buildings, devices) = (site.Buildings ?? [], site.Devices ?? []);
        if (buildings.Count > BuildingLimit || devices.Count > DeviceLimit)
        {
            return Problem.BadField(
                buildings.Count > BuildingLimit ? "buildings" : "devices", $"at most {BuildingLimit} buildings and {DeviceLimit} devices are allowed");
        }

        return FirstMistake("buildings", buildings.Select(b => b.Id), buildings.Select(b => b.Name))
            ?? FirstMistake("devices", devices.Select(d => d.Id), devices.Select(d => d.Name ?? d.Id));
    }

    private static Problem? FirstMistake(string list, IEnumerable<string?> ids, IEnumerable<string?> names)
    {
        var seen = new HashSet<string>(StringComparer.Ordinal);
        foreach (var (index, (id, name)) in ids.Zip(names).Index())
        {
            if (!IsText(id) || !seen.Add(id!))
            {
                return Problem.BadField($"{list}[{index}].id", $"an id of at most {TextLimit} characters, once, is allowed");
            }

            if (!IsText(name))
            {
                return Problem.BadField($"{list}[{index}].name", $"a name of at most {TextLimit} characters is allowed");
            }
        }

        return null;
    }

    private static Problem? Mistake(DeviceHealthBody device)
    {
        if (!IsText(device.Device))
        {
            return Problem.BadField("device", "the id of a device is needed");
        }

        if (!Names<HealthState>.TryParse(device.State, out _))
        {
            return Problem.BadField("state", $"one of {Names<HealthState>.All} is allowed");
        }

        return (device.Reasons ?? []).All(reason => Names<TroubleReason>.TryParse(reason, out _))
            ? null
            : Problem.BadField("reasons", $"of {Names<TroubleReason>.All} are allowed");
    }

    private static bool IsText(string? text) => text is { Length: > 0 and <= TextLimit };
}
