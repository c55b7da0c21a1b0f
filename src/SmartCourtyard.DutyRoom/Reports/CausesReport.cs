using System.Linq.Expressions;
using Microsoft.EntityFrameworkCore;
using SmartCourtyard.DutyRoom.Storage;

namespace SmartCourtyard.DutyRoom.Reports;

/// <summary>What alarms turned out to be.</summary>
/// <param name="Resolved">How many have a resolution: the four that follow together.</param>
/// <param name="FalseRate">False alarms of those resolved, 0 to 1; null where none is.</param>
internal sealed record CauseCounts(int Resolved, int TrueAlarm, int FalseAlarm, int Test, int Fault, double? FalseRate)
{
    public static CauseCounts Of(int trueAlarm, int falseAlarm, int test, int fault)
    {
        var resolved = trueAlarm + falseAlarm + test + fault;
        return new(resolved, trueAlarm, falseAlarm, test, fault, resolved == 0 ? null : (double)falseAlarm / resolved);
    }
}

internal sealed record DeviceCauses(
    string Courtyard, string? CourtyardName, string Device, string? DeviceName, string? Class, PlaceView At, string? BuildingName, CauseCounts Causes);

internal sealed record BuildingCauses(string Courtyard, string? CourtyardName, string Building, string? BuildingName, CauseCounts Causes);

/// <summary>What alarms came from, worst first: the most false alarms, then the larger part of false ones.</summary>
/// <param name="All">All of the span, also those without a device or a building.</param>
/// <param name="Unresolved">How many nobody has resolved yet.</param>
/// <param name="DeviceTotal">How many devices have a resolved alarm; the list holds the worst of them.</param>
/// <param name="BuildingTotal">How many buildings have one.</param>
internal sealed record CausesReport(
    DateTimeOffset From, DateTimeOffset To, CauseCounts All, int Unresolved, int DeviceTotal, IReadOnlyList<DeviceCauses> Devices,
    int BuildingTotal, IReadOnlyList<BuildingCauses> Buildings)
{
    public static async Task<CausesReport> MakeAsync(Database database, ReportFilter filter, int limit, CancellationToken cancel)
    {
        await using var db = AlarmPages.Open(database);
        var alarms = filter.Of(db.Alarms).Where(a => !a.Proof && !a.Test && !a.Drill);
        var resolved = alarms.Where(a => a.Resolution != null);
        var ofDevices = Grouped(resolved.Where(a => a.Device != null), a => new Owner { Courtyard = a.Courtyard, Id = a.Device! });
        var ofBuildings = Grouped(resolved.Where(a => a.Building != null), a => new Owner { Courtyard = a.Courtyard, Id = a.Building! });
        var all = await resolved.GroupBy(a => a.Resolution).Select(g => new { g.Key, Count = g.Count() }).ToDictionaryAsync(g => g.Key!.Value, g => g.Count, cancel);
        return new(
            filter.From, filter.To,
            CauseCounts.Of(
                all.GetValueOrDefault(Resolution.TrueAlarm), all.GetValueOrDefault(Resolution.FalseAlarm),
                all.GetValueOrDefault(Resolution.Test), all.GetValueOrDefault(Resolution.Fault)),
            await alarms.CountAsync(a => a.Resolution == null && a.State != AlarmState.Closed, cancel),
            await ofDevices.CountAsync(cancel), await DevicesAsync(db, await WorstAsync(ofDevices, limit, cancel), cancel),
            await ofBuildings.CountAsync(cancel), await BuildingsAsync(db, await WorstAsync(ofBuildings, limit, cancel), cancel));
    }

    private static IQueryable<Counted> Grouped(IQueryable<AlarmRow> resolved, Expression<Func<AlarmRow, Owner>> owner)
        => resolved.GroupBy(owner).Select(g => new Counted
        {
            Courtyard = g.Key.Courtyard, Id = g.Key.Id, Resolved = g.Count(), True = g.Count(a => a.Resolution == Resolution.TrueAlarm),
            False = g.Count(a => a.Resolution == Resolution.FalseAlarm), Test = g.Count(a => a.Resolution == Resolution.Test),
            Fault = g.Count(a => a.Resolution == Resolution.Fault),
        });

    private static Task<List<Counted>> WorstAsync(IQueryable<Counted> counted, int limit, CancellationToken cancel)
        => counted.OrderByDescending(c => c.False).ThenByDescending(c => (double)c.False / c.Resolved).ThenBy(c => c.Courtyard).ThenBy(c => c.Id)
            .Take(limit).ToListAsync(cancel);

    private static async Task<IReadOnlyList<DeviceCauses>> DevicesAsync(DutyRoomDb db, List<Counted> worst, CancellationToken cancel)
    {
        var ids = worst.Select(c => c.Id).ToList();
        var devices = await db.Devices.Where(d => ids.Contains(d.Id)).ToDictionaryAsync(d => (d.Gateway, d.Id), cancel);
        var names = await SiteIndex.ReadAsync(db, cancel);
        return [.. worst.Select(c =>
        {
            var d = devices.GetValueOrDefault((c.Courtyard, c.Id));
            return new DeviceCauses(
                c.Courtyard, names.Courtyard(c.Courtyard), c.Id, d?.Name, d?.Class, new(d?.Building, d?.Unit, d?.Floor, d?.Flat, d?.Place),
                names.Building(c.Courtyard, d?.Building), c.Counts);
        })];
    }

    private static async Task<IReadOnlyList<BuildingCauses>> BuildingsAsync(DutyRoomDb db, List<Counted> worst, CancellationToken cancel)
    {
        var names = await SiteIndex.ReadAsync(db, cancel);
        return [.. worst.Select(c => new BuildingCauses(c.Courtyard, names.Courtyard(c.Courtyard), c.Id, names.Building(c.Courtyard, c.Id), c.Counts))];
    }

    private sealed record Owner
    {
        public required string Courtyard { get; init; }
        public required string Id { get; init; }
    }

    private sealed record Counted
    {
        public required string Courtyard { get; init; }
        public required string Id { get; init; }
        public int Resolved { get; init; }
        public int True { get; init; }
        public int False { get; init; }
        public int Test { get; init; }
        public int Fault { get; init; }

        public CauseCounts Counts => CauseCounts.Of(True, False, Test, Fault);
    }
}

/// <summary>What people call courtyards and buildings; there are few of them.</summary>
internal sealed class SiteIndex
{
    private readonly Dictionary<string, string?> courtyards;
    private readonly Dictionary<(string, string), string> buildings;

    private SiteIndex(Dictionary<string, string?> courtyards, Dictionary<(string, string), string> buildings)
        => (this.courtyards, this.buildings) = (courtyards, buildings);

    public static async Task<SiteIndex> ReadAsync(DutyRoomDb db, CancellationToken cancel) => new(
        await db.Gateways.ToDictionaryAsync(g => g.Id, g => g.Name, cancel),
        await db.Buildings.ToDictionaryAsync(b => (b.Gateway, b.Id), b => b.Name, cancel));

    public string? Courtyard(string id) => courtyards.GetValueOrDefault(id);

    public string? Building(string courtyard, string? id) => id is null ? null : buildings.GetValueOrDefault((courtyard, id));
}
