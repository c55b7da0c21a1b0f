using SmartCourtyard.Alarms;
using SmartCourtyard.Custody;
using SmartCourtyard.DutyRoom.Storage;

namespace SmartCourtyard.DutyRoom.Reports;

/// <summary>How long alarms took to one step. Reached, not reached and untimed together are all alarms.</summary>
/// <param name="Reached">How many came so far, and how long that took is known.</param>
/// <param name="NotReached">How many never came so far.</param>
/// <param name="Untimed">How many came so far in a time that nobody knows: the gateway's clock was not right, or the duty room raised it itself.</param>
/// <param name="P50Seconds">Half of those reached took no longer (nearest rank); null where there is none.</param>
/// <param name="P95Seconds">95 of 100 took no longer.</param>
/// <param name="MaxSeconds">The longest.</param>
/// <param name="LifeLineSeconds">What an alarm about a life may take; null where nothing is said.</param>
/// <param name="OtherLineSeconds">What any other may take.</param>
/// <param name="Judged">Of how many it is known whether they came in time: those reached, and those that never came though their time is over.</param>
/// <param name="Within">How many of these came in time.</param>
internal sealed record StepNumbers(
    Step Step, int Reached, int NotReached, int Untimed, double? P50Seconds, double? P95Seconds, double? MaxSeconds,
    double? LifeLineSeconds, double? OtherLineSeconds, int Judged, int Within)
{
    public static IReadOnlyList<StepNumbers> Of(IReadOnlyList<Course> courses, Func<Course, bool> which)
        => [.. Steps.All.Select(step => Of(step, courses.Where(which)))];

    private static StepNumbers Of(Step step, IEnumerable<Course> courses)
    {
        var (spans, notReached, untimed, judged, within) = (new List<long>(), 0, 0, 0, 0);
        foreach (var course in courses)
        {
            var span = course.Spans[(int)step];
            notReached += span is Spans.NotReached or Spans.Overdue ? 1 : 0;
            untimed += span == Spans.Untimed ? 1 : 0;
            if (span >= 0)
            {
                spans.Add(span);
            }

            if (Steps.Line(step, course.Severity) is { } line && (span >= 0 || span == Spans.Overdue))
            {
                judged++;
                within += span >= 0 && span <= line.TotalMilliseconds ? 1 : 0;
            }
        }

        spans.Sort();
        return new(
            step, spans.Count, notReached, untimed, Percentile(spans, 50), Percentile(spans, 95), Percentile(spans, 100),
            Steps.Line(step, Severity.Life)?.TotalSeconds, Steps.Line(step, Severity.Property)?.TotalSeconds, judged, within);
    }

    private static double? Percentile(List<long> sorted, int percent)
        => sorted.Count == 0 ? null : sorted[(int)((((long)sorted.Count * percent) + 99) / 100) - 1] / 1000d;
}

/// <summary>The alarms of one severity.</summary>
internal sealed record SeverityNumbers(Severity Severity, int Alarms, IReadOnlyList<StepNumbers> Steps);

/// <summary>The alarms of one kind.</summary>
internal sealed record KindNumbers(AlarmKind Kind, int Alarms, IReadOnlyList<StepNumbers> Steps);

/// <summary>The alarms of one day.</summary>
/// <param name="Life">How many of them were about a life.</param>
internal sealed record DayCount(DateOnly Date, int Alarms, int Life);

/// <summary>How many alarms there were and how fast they were dealt with.</summary>
/// <param name="Zone">The time zone of the days and the hours.</param>
/// <param name="Alarms">How many; tests, drills, proofs and superseded ones apart.</param>
/// <param name="Tests">Tests of devices and drills.</param>
/// <param name="Proofs">Tests of the way from a gateway to here.</param>
/// <param name="Superseded">Those that went on under another number, and are counted there.</param>
/// <param name="Late">Alarms that were received later than 10 s after they were raised.</param>
/// <param name="Unsynchronised">Alarms whose gateway did not have the right time: nobody knows how long they took to come.</param>
/// <param name="Days">Each day of the span, also those without an alarm.</param>
/// <param name="Hours">How many alarms there were in each hour of the day, 24 numbers.</param>
internal sealed record ResponseReport(
    DateTimeOffset From, DateTimeOffset To, string Zone, int Alarms, int Tests, int Proofs, int Superseded, int Late, int Unsynchronised,
    IReadOnlyList<StepNumbers> Steps, IReadOnlyList<SeverityNumbers> Severities, IReadOnlyList<KindNumbers> Kinds,
    IReadOnlyList<DayCount> Days, IReadOnlyList<int> Hours)
{
    /// <summary>Reads the alarms once, and keeps 48 bytes of each for the percentiles.</summary>
    public static async Task<ResponseReport> MakeAsync(Database database, ReportFilter filter, DateTimeOffset now, CancellationToken cancel)
    {
        var (courses, tests, proofs, superseded, late, unsynchronised) = (new List<Course>(), 0, 0, 0, 0, 0);
        var days = DaysOf(filter);
        var hours = new int[24];
        await foreach (var page in AlarmPages.ReadAsync(database, filter, isWhole: false, cancel))
        {
            foreach (var (alarm, deeds) in page)
            {
                switch (Sort.Of(alarm))
                {
                    case Sort.Proof: proofs++; continue;
                    case Sort.Test or Sort.Drill: tests++; continue;
                    case Sort.Superseded: superseded++; continue;
                }

                courses.Add(Reports.Steps.Of(alarm, deeds, now));
                late += alarm.Late ? 1 : 0;
                unsynchronised += alarm.Clock == ClockState.Unsynchronised ? 1 : 0;
                var at = TimeZoneInfo.ConvertTime(ReportFilter.HappenedAt(alarm), filter.Zone);
                hours[at.Hour]++;
                var day = days[DateOnly.FromDateTime(at.DateTime)];
                days[day.Date] = day with { Alarms = day.Alarms + 1, Life = day.Life + (alarm.Severity == Severity.Life ? 1 : 0) };
            }
        }

        return new(
            filter.From, filter.To, filter.Zone.Id, courses.Count, tests, proofs, superseded, late, unsynchronised, StepNumbers.Of(courses, _ => true),
            [.. courses.CountBy(c => c.Severity).OrderBy(g => g.Key).Select(g => new SeverityNumbers(g.Key, g.Value, StepNumbers.Of(courses, c => c.Severity == g.Key)))],
            [.. courses.CountBy(c => c.Kind).OrderByDescending(g => g.Value).ThenBy(g => g.Key).Select(g => new KindNumbers(g.Key, g.Value, StepNumbers.Of(courses, c => c.Kind == g.Key)))],
            [.. days.Values], hours);
    }

    private static OrderedDictionary<DateOnly, DayCount> DaysOf(ReportFilter filter)
    {
        var days = new OrderedDictionary<DateOnly, DayCount>();
        var last = DayOf(filter.To.AddTicks(-1), filter.Zone);
        for (var day = DayOf(filter.From, filter.Zone); day <= last; day = day.AddDays(1))
        {
            days.Add(day, new(day, 0, 0));
        }

        return days;
    }

    private static DateOnly DayOf(DateTimeOffset at, TimeZoneInfo zone) => DateOnly.FromDateTime(TimeZoneInfo.ConvertTime(at, zone).DateTime);
}
