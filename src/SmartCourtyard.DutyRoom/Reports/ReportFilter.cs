using System.Globalization;
using Microsoft.AspNetCore.Mvc;
using SmartCourtyard.Alarms;
using SmartCourtyard.Custody;
using SmartCourtyard.DutyRoom.Storage;

namespace SmartCourtyard.DutyRoom.Reports;

/// <summary>What a report is asked for, as it stands in the address.</summary>
internal sealed record ReportQuery(
    [FromQuery(Name = "from")] string? From, [FromQuery(Name = "to")] string? To, [FromQuery(Name = "courtyard")] string? Courtyard,
    [FromQuery(Name = "building")] string? Building, [FromQuery(Name = "kind")] string? Kind, [FromQuery(Name = "severity")] string? Severity,
    [FromQuery(Name = "zone")] string? Zone);

/// <summary>The alarms that a report is about.</summary>
/// <param name="From">The first moment of the span.</param>
/// <param name="To">The moment after it.</param>
/// <param name="Zone">Where a day begins.</param>
internal sealed record ReportFilter(
    DateTimeOffset From, DateTimeOffset To, TimeZoneInfo Zone, string? Courtyard, string? Building, AlarmKind? Kind, Severity? Severity)
{
    public const int DaysLimit = 366;
    private static readonly TimeSpan Usual = TimeSpan.FromDays(7);
    // Far enough from the ends of what a time can be: days and zones are reckoned around it.
    private static readonly (int First, int Last) Years = (1970, 9000);

    /// <summary>Null, and the filter, where all of it was understood.</summary>
    public static Problem? Read(ReportQuery query, TimeProvider time, out ReportFilter filter)
    {
        var now = time.GetUtcNow();
        filter = new(now - Usual, now, time.LocalTimeZone, query.Courtyard, query.Building, null, null);
        var (kind, severity, from, to, zone) = (default(AlarmKind), default(Severity), filter.From, filter.To, filter.Zone);
        if (query.Kind is not null && !Names<AlarmKind>.TryParse(query.Kind, out kind))
        {
            return Problem.BadField("kind", $"one of {Names<AlarmKind>.All} is allowed");
        }

        if (query.Severity is not null && !Names<Severity>.TryParse(query.Severity, out severity))
        {
            return Problem.BadField("severity", $"one of {Names<Severity>.All} is allowed");
        }

        if (query.Zone is not null && !TimeZoneInfo.TryFindSystemTimeZoneById(query.Zone, out zone))
        {
            return Problem.BadField("zone", "the name of a time zone such as Asia/Shanghai is allowed");
        }

        if (query.To is not null && !Time(query.To, out to))
        {
            return NoTime("to");
        }

        from = to - Usual;
        if (query.From is not null && !Time(query.From, out from))
        {
            return NoTime("from");
        }

        if (from >= to)
        {
            return Problem.BadField("from", $"a time before the end of the span, {to.UtcDateTime:O}, is allowed");
        }

        if (to - from > TimeSpan.FromDays(DaysLimit))
        {
            return Problem.BadField("from", $"a span of at most {DaysLimit} days is allowed");
        }

        filter = filter with
        {
            From = from, To = to, Zone = zone!, Kind = query.Kind is null ? null : kind, Severity = query.Severity is null ? null : severity,
        };
        return null;
    }

    /// <summary>
    /// The alarms that happened in the span: when they were raised, as far as that is known. A gateway without the right time does not know
    /// when it was, and nothing is received before it happens; then it is when the duty room heard of it.
    /// </summary>
    public IQueryable<AlarmRow> Of(IQueryable<AlarmRow> alarms)
    {
        var (from, to) = (From, To);
        // What was received before the span has happened before it.
        alarms = alarms.Where(a => a.ReceivedAt >= from
            && (a.Clock == ClockState.Synchronised && a.RaisedAt < a.ReceivedAt ? a.RaisedAt : a.ReceivedAt) >= from
            && (a.Clock == ClockState.Synchronised && a.RaisedAt < a.ReceivedAt ? a.RaisedAt : a.ReceivedAt) < to);
        alarms = Kind is { } kind ? alarms.Where(a => a.Kind == kind) : alarms;
        alarms = Severity is { } severity ? alarms.Where(a => a.Severity == severity) : alarms;
        alarms = Courtyard is { } courtyard ? alarms.Where(a => a.Courtyard == courtyard) : alarms;
        return Building is { } building ? alarms.Where(a => a.Building == building) : alarms;
    }

    /// <summary>When an alarm happened, by the same rule.</summary>
    public static DateTimeOffset HappenedAt(AlarmRow alarm)
        => alarm.Clock == ClockState.Synchronised && alarm.RaisedAt < alarm.ReceivedAt ? alarm.RaisedAt : alarm.ReceivedAt;

    private static Problem NoTime(string field) => Problem.BadField(field, "a time such as 2026-11-22T04:30:00Z is allowed");

    private static bool Time(string text, out DateTimeOffset time)
        => DateTimeOffset.TryParse(text, CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal | DateTimeStyles.AdjustToUniversal, out time)
            && time.Year >= Years.First && time.Year < Years.Last;
}
