using System.Globalization;
using Microsoft.EntityFrameworkCore;
using SmartCourtyard.Alarms;
using SmartCourtyard.DutyRoom.Storage;

namespace SmartCourtyard.DutyRoom.Board;

/// <summary>What of the alarms somebody wants to see; every part may be left out.</summary>
internal sealed record AlarmFilter(
    string State, AlarmKind? Kind, Severity? Severity, string? Courtyard, string? Building, DateTimeOffset? From, DateTimeOffset? To,
    long? After, int Limit);

internal sealed record AlarmPage(IReadOnlyList<AlarmView> Items, string? Next);

internal static class AlarmQueries
{
    public static async Task<AlarmPage> ListAsync(DutyRoomDb db, AlarmFilter filter, CancellationToken cancel)
    {
        var rows = await Matching(db.Alarms, filter).OrderByDescending(a => a.Number).Take(filter.Limit + 1).ToListAsync(cancel);
        var more = rows.Count > filter.Limit;
        rows = more ? rows[..filter.Limit] : rows;
        return new(await ViewAsync(db, rows, cancel), more ? rows[^1].Number.ToString(CultureInfo.InvariantCulture) : null);
    }

    /// <summary>One alarm with all of its timeline, or null.</summary>
    public static async Task<AlarmView?> FindAsync(DutyRoomDb db, string id, CancellationToken cancel)
    {
        if (await db.Alarms.SingleOrDefaultAsync(a => a.Id == id, cancel) is not { } row)
        {
            return null;
        }

        var view = (await ViewAsync(db, [row], cancel))[0];
        var timeline = await db.Timeline.Where(t => t.AlarmId == id).OrderBy(t => t.Id)
            .Select(t => new TimelineEntry(t.At, t.What, t.By, t.Note)).ToListAsync(cancel);
        return view with { Timeline = timeline };
    }

    private static IQueryable<AlarmRow> Matching(IQueryable<AlarmRow> alarms, AlarmFilter f)
    {
        alarms = f.State switch
        {
            "open" => alarms.Where(a => a.State != AlarmState.Closed),
            "closed" => alarms.Where(a => a.State == AlarmState.Closed),
            _ => alarms,
        };
        alarms = f.Kind is { } kind ? alarms.Where(a => a.Kind == kind) : alarms;
        alarms = f.Severity is { } severity ? alarms.Where(a => a.Severity == severity) : alarms;
        alarms = f.Courtyard is { } courtyard ? alarms.Where(a => a.Courtyard == courtyard) : alarms;
        alarms = f.Building is { } building ? alarms.Where(a => a.Building == building) : alarms;
        alarms = f.From is { } from ? alarms.Where(a => a.RaisedAt >= from) : alarms;
        alarms = f.To is { } to ? alarms.Where(a => a.RaisedAt < to) : alarms;
        return f.After is { } after ? alarms.Where(a => a.Number < after) : alarms;
    }

    private static async Task<IReadOnlyList<AlarmView>> ViewAsync(DutyRoomDb db, List<AlarmRow> rows, CancellationToken cancel)
    {
        var ids = rows.Select(a => a.Id).ToList();
        var courtyards = rows.Select(a => a.Courtyard).Distinct().ToList();
        var deviceIds = rows.Where(a => a.Device != null).Select(a => a.Device!).Distinct().ToList();
        var gateways = await db.Gateways.Where(g => courtyards.Contains(g.Id)).ToDictionaryAsync(g => g.Id, g => g.Name, cancel);
        var buildings = await db.Buildings.Where(b => courtyards.Contains(b.Gateway))
            .ToDictionaryAsync(b => (b.Gateway, b.Id), b => b.Name, cancel);
        var devices = await db.Devices.Where(d => courtyards.Contains(d.Gateway) && deviceIds.Contains(d.Id))
            .ToDictionaryAsync(d => (d.Gateway, d.Id), d => d.Name, cancel);
        var timelines = (await NewestEntries(db, ids).ToListAsync(cancel)).ToLookup(t => t.AlarmId);
        return [.. rows.Select(a => AlarmView.From(
            a,
            new(
                gateways.GetValueOrDefault(a.Courtyard), buildings.GetValueOrDefault((a.Courtyard, a.Building ?? "")),
                devices.GetValueOrDefault((a.Courtyard, a.Device ?? ""))),
            [.. timelines[a.Id].OrderBy(t => t.Id).Select(t => new TimelineEntry(t.At, t.What, t.By, t.Note))]))];
    }

    private static IQueryable<TimelineRow> NewestEntries(DutyRoomDb db, List<string> alarms)
        => db.Timeline.Where(t => alarms.Contains(t.AlarmId)
            && db.Timeline.Count(newer => newer.AlarmId == t.AlarmId && newer.Id > t.Id) < AlarmView.TimelineLimit);
}
