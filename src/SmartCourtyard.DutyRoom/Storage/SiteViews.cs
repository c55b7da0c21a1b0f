using System.Globalization;
using System.Text.Json.Serialization;
using Microsoft.EntityFrameworkCore;
using SmartCourtyard.Alarms;
using SmartCourtyard.Troubles;

namespace SmartCourtyard.DutyRoom.Storage;

[JsonConverter(typeof(JsonStringEnumConverter<GatewayState>))]
internal enum GatewayState
{
    /// <summary>Never heard yet.</summary>
    [JsonStringEnumMemberName("unknown")] Unknown,
    [JsonStringEnumMemberName("online")] Online,
    [JsonStringEnumMemberName("silent")] Silent,
}

internal sealed record AddressView(string? Street = null, string? Community = null, string? Grid = null);

internal sealed record BuildingView(string Id, string Name, int Units, int Floors);

internal sealed record DeviceCounts(int Ok, int Trouble, int Unobserved, int Unknown);

/// <summary>A test of the way from a gateway to here that passed.</summary>
/// <param name="At">When.</param>
/// <param name="Shown">Whether a console showed it; false where nobody's console was live.</param>
/// <param name="TookMilliseconds">From the alarm to the last receipt.</param>
internal sealed record ProofView(DateTimeOffset At, bool Shown, int TookMilliseconds);

/// <summary>A person's answer to such a test.</summary>
internal sealed record ProofAnswerView(DateTimeOffset At, string By);

/// <summary>Numbers of a gateway's sequence, in a row, that no event here has.</summary>
/// <param name="First">The first of their sequence numbers.</param>
/// <param name="Last">The last of them; the same where it is one event.</param>
internal sealed record GapView(string First, string Last);

/// <summary>How the events of a gateway have come, since it was first heard.</summary>
/// <param name="Expected">The sequence number that comes next; null before the first event.</param>
/// <param name="Seen">How many events are here.</param>
/// <param name="Late">How many of them came later than they should have; they keep their time.</param>
/// <param name="LastLate">When the last of those came.</param>
/// <param name="Double">How often an event came once more; it was not taken a second time.</param>
/// <param name="Gaps">What is missing between those that came, oldest first, at most 20.</param>
/// <param name="Skipped">How many numbers the gateway says it has no event for: it was stopped while its disk took nothing.</param>
internal sealed record CustodyView(string? Expected, long Seen, long Late, DateTimeOffset? LastLate, long Double, IReadOnlyList<GapView> Gaps, long Skipped)
{
    private const int GapLimit = 20;

    public static CustodyView Of(GatewayRow g, IEnumerable<GapRow> gaps) => new(
        g.LastSequence is { } last ? Number(last + 1) : null, g.EventCount, g.LateCount, g.LastLate, g.DuplicateCount,
        [.. gaps.Where(gap => !gap.Skipped).Take(GapLimit).Select(gap => new GapView(Number(gap.First), Number(gap.Last)))], Count(gaps, skipped: true));

    /// <summary>How many numbers the gaps are that the gateway says it skipped, or those that it does not.</summary>
    public static long Count(IEnumerable<GapRow> gaps, bool skipped) => gaps.Where(gap => gap.Skipped == skipped).Sum(gap => gap.Last - gap.First + 1);

    private static string Number(long sequence) => sequence.ToString(CultureInfo.InvariantCulture);
}

/// <summary>A courtyard's gateway as consoles see it.</summary>
/// <param name="Missing">Events that the gateway has given a number and the duty room has never got, apart from those still queued there.</param>
/// <param name="LastProof">When the way from it to here was last proven; null if never.</param>
/// <param name="ProofFailed">The step at which the newest daily test failed; null where it passed.</param>
/// <param name="ProofAnswered">When a person last answered such a test, and who; null if never.</param>
/// <param name="ProofOverdue">No person has answered one for 17 days.</param>
internal sealed record GatewayView(
    string Id, string? Name, AddressView Address, GatewayState State, DateTimeOffset? LastHeard, string? LastSequence, long Missing,
    long Queued, double? UptimeSeconds, string? Version, DeviceCounts Devices, int Troubles, IReadOnlyList<BuildingView> Buildings,
    ProofView? LastProof, string? ProofFailed, ProofAnswerView? ProofAnswered, bool ProofOverdue, CustodyView Custody)
{
    /// <summary>One gateway or, without an id, all of them.</summary>
    public static List<GatewayView> Read(DutyRoomDb db, string? id = null)
    {
        var rows = db.Gateways.AsNoTracking().Where(g => id == null || g.Id == id).OrderBy(g => g.Id).ToList();
        var counts = db.Devices.Where(d => id == null || d.Gateway == id)
            .GroupBy(d => new { d.Gateway, d.Health }).Select(g => new { g.Key.Gateway, g.Key.Health, Count = g.Count() }).ToList();
        var troubles = db.Troubles.Where(t => t.ClearedAt == null && t.Until == null && (id == null || t.Courtyard == id))
            .GroupBy(t => t.Courtyard).Select(g => new { g.Key, Count = g.Count() }).ToList();
        var buildings = db.Buildings.AsNoTracking().Where(b => id == null || b.Gateway == id)
            .OrderBy(b => b.Order).ToList().ToLookup(b => b.Gateway);
        var gaps = db.Gaps.AsNoTracking().Where(x => id == null || x.Gateway == id).OrderBy(x => x.First).ToList().ToLookup(x => x.Gateway);
        var passed = NewestProofs(db, id, db.Proofs.Where(p => p.Passed));
        var newest = NewestProofs(db, id, db.Proofs);
        var answered = NewestProofs(db, id, db.Proofs.Where(p => p.AnsweredAt != null));
        var overdue = db.Troubles.Where(t => t.ClearedAt == null && t.Device == null && t.Reason == TroubleReason.TestOverdue).Select(t => t.Courtyard).ToHashSet();
        return [.. rows.Select(g =>
        {
            int Count(HealthState health) => counts.Find(c => c.Gateway == g.Id && c.Health == health)?.Count ?? 0;
            var devices = new DeviceCounts(
                Count(HealthState.Ok), Count(HealthState.Trouble), Count(HealthState.Unobserved), Count(HealthState.Unknown));
            return Of(g, devices, troubles.Find(t => t.Key == g.Id)?.Count ?? 0, buildings[g.Id], gaps[g.Id].ToList()) with
            {
                LastProof = passed.GetValueOrDefault(g.Id) is { } p ? new(p.At, p.Shown, p.TookMilliseconds) : null,
                ProofFailed = newest.GetValueOrDefault(g.Id)?.Failed,
                ProofAnswered = answered.GetValueOrDefault(g.Id) is { AnsweredAt: { } at, AnsweredBy: { } by } ? new(at, by) : null,
                ProofOverdue = overdue.Contains(g.Id),
            };
        })];
    }

    private static Dictionary<string, ProofRow> NewestProofs(DutyRoomDb db, string? id, IQueryable<ProofRow> among)
        => among.AsNoTracking().Where(p => (id == null || p.Gateway == id) && p.At == among.Where(o => o.Gateway == p.Gateway).Max(o => o.At))
            .ToList().GroupBy(p => p.Gateway).ToDictionary(g => g.Key, g => g.MaxBy(p => p.Id, StringComparer.Ordinal)!, StringComparer.Ordinal);

    private static GatewayView Of(GatewayRow g, DeviceCounts devices, int troubles, IEnumerable<BuildingRow> buildings, IReadOnlyList<GapRow> gaps)
    {
        var state = g.SilenceAlarm is not null ? GatewayState.Silent : g.LastHeard is null ? GatewayState.Unknown : GatewayState.Online;
        // Of a silent courtyard nothing is known, whatever was said last.
        var seen = state == GatewayState.Silent
            ? new DeviceCounts(0, 0, devices.Ok + devices.Trouble + devices.Unobserved + devices.Unknown, 0)
            : devices;
        return new(
            g.Id, g.Name, new(g.Street, g.Community, g.Grid), state, g.LastHeard, g.LastSequence?.ToString(CultureInfo.InvariantCulture), MissingOf(g, gaps), g.Queued,
            g.UptimeSeconds, g.Version, seen, troubles, [.. buildings.Select(b => new BuildingView(b.Id, b.Name, b.Units, b.Floors))], null, null, null, false, CustodyView.Of(g, gaps));
    }

    private static long MissingOf(GatewayRow g, IReadOnlyList<GapRow> gaps)
    {
        var unsent = g.GivenSequence is { } given && g.LastSequence is { } newest ? given - newest - g.Queued : 0;
        return CustodyView.Count(gaps, skipped: false) + Math.Max(0, unsent);
    }
}

/// <summary>A courtyard's buildings and devices are others than before.</summary>
internal sealed record SiteChanged(string Gateway);

/// <summary>A device as consoles see it: what the site file says of it, and its health.</summary>
internal sealed record DeviceView(
    string Id, string Courtyard, string? CourtyardName, string? Name, string? Class, PlaceView At, string? BuildingName, string? Call,
    HealthState State, IReadOnlyList<string> Reasons, DateTimeOffset? LastHeard, double? Battery, double? LinkQuality,
    DateTimeOffset? LastTest)
{
    public static DeviceView Of(DeviceRow d, GatewayRow? gateway, BuildingRow? building) => new(
        d.Id, d.Gateway, gateway?.Name, d.Name, d.Class, new(d.Building, d.Unit, d.Floor, d.Flat, d.Place), building?.Name, d.Call,
        gateway?.SilenceAlarm is null ? d.Health : HealthState.Unobserved,
        d.Reasons.Split(' ', StringSplitOptions.RemoveEmptyEntries), d.LastHeard, d.Battery, d.LinkQuality, d.LastTest);
}

/// <summary>A technical fault as consoles see it.</summary>
internal sealed record TroubleView(
    string Id, string Courtyard, TroubleReason Reason, string? Device, DateTimeOffset RaisedAt, DateTimeOffset? ClearedAt, string? Detail,
    string? Building, int? Unit, ServiceView? Service)
{
    public static TroubleView Of(TroubleRow t) => new(
        t.Id, t.Courtyard, t.Reason, t.Device, t.RaisedAt, t.ClearedAt, t.Detail, t.Building, t.Unit,
        t is { Why: { } why, By: { } by, Until: { } until } ? new(why, by, until, t.Shelves) : null);
}

/// <summary>What people said of a part of the estate; null where it is a fault.</summary>
/// <param name="Reason">Why, in their words.</param>
/// <param name="Until">When it ends by itself.</param>
/// <param name="Shelves">The alarm that is put aside.</param>
internal sealed record ServiceView(string Reason, string By, DateTimeOffset Until, AlarmKind? Shelves);
