using System.Net;
using System.Text.Json.Nodes;
using SmartCourtyard.DutyRoom.Tests.Running;

namespace SmartCourtyard.DutyRoom.Tests;

/// <summary>How many and how fast. The clock is the test's; what a test does not filter away by kind is all there is.</summary>
public class ReportTests
{
    private static readonly DateTimeOffset Start = TestClock.Start;

    [Fact]
    public async Task Percentiles_are_those_of_the_alarms_and_the_line_of_10_seconds_is_within()
    {
        await using var room = await RunningDutyRoom.StartAsync();
        await room.PostEventsAsync([.. Enumerable.Range(1, 20).Select(i => Events.Alarm(i, "a" + i, raisedAt: Start.AddSeconds(-i)))]);

        var report = await ReportAsync(room);
        Assert.Equal((20, 10, 0), (Number(report, "alarms"), Number(report, "late"), Number(report, "unsynchronised")));
        AssertStep(report["steps"]![0]!, "received", reached: 20, notReached: 0, p50: 10, p95: 19, max: 20, within: 10, judged: 20);
        Assert.Equal(((double?)10, (double?)10), ((double?)report["steps"]![0]!["lifeLineSeconds"], (double?)report["steps"]![0]!["otherLineSeconds"]));
    }

    [Fact]
    public async Task One_millisecond_over_10_seconds_is_late_and_a_single_alarm_is_all_its_percentiles()
    {
        await using var room = await RunningDutyRoom.StartAsync();
        await room.PostEventsAsync(Events.Alarm(1, "a", raisedAt: Start.AddMilliseconds(-10_001)));
        var report = await ReportAsync(room);
        AssertStep(report["steps"]![0]!, "received", reached: 1, notReached: 0, p50: 10.001, p95: 10.001, max: 10.001, within: 0, judged: 1);
        Assert.Equal(1, Number(report, "late"));
    }

    [Theory]
    [InlineData("shown", "shown", "life", 15_000, 15)]
    [InlineData("acknowledge", "answered", "life", 60_000, 60)]
    [InlineData("acknowledge", "answered", "property", 600_000, 600)]
    [InlineData("arrive", "on-site", "life", 900_000, 900)]
    public async Task Each_line_is_within_to_the_millisecond(string act, string step, string severity, int lineMilliseconds, double lineSeconds)
    {
        await using var room = await RunningDutyRoom.StartAsync();
        await room.PostEventsAsync(Events.Alarm(1, "at", severity: severity), Events.Alarm(2, "over", severity: severity));
        if (act == "arrive")
        {
            await room.ActAsync("at", "acknowledge");
            await room.ActAsync("over", "acknowledge");
        }

        room.Clock.Advance(TimeSpan.FromMilliseconds(lineMilliseconds));
        await room.ActAsync("at", act);
        room.Clock.Advance(TimeSpan.FromMilliseconds(1));
        await room.ActAsync("over", act);

        var of = Step(await ReportAsync(room), step);
        AssertStep(of, step, reached: 2, notReached: 0, p50: lineSeconds, p95: lineSeconds + 0.001, max: lineSeconds + 0.001, within: 1, judged: 2);
        Assert.Equal(lineSeconds, (double?)of[severity == "life" ? "lifeLineSeconds" : "otherLineSeconds"]);
    }

    [Fact]
    public async Task What_never_came_counts_against_the_line_once_its_time_is_over_and_not_before()
    {
        await using var room = await RunningDutyRoom.StartAsync();
        await room.PostEventsAsync(Events.Alarm(1, "a"));
        room.Clock.Advance(TimeSpan.FromSeconds(15));
        AssertStep(Step(await ReportAsync(room), "shown"), "shown", reached: 0, notReached: 1, null, null, null, within: 0, judged: 0);
        room.Clock.Advance(TimeSpan.FromMilliseconds(1));
        AssertStep(Step(await ReportAsync(room), "shown"), "shown", reached: 0, notReached: 1, null, null, null, within: 0, judged: 1);
        AssertStep(Step(await ReportAsync(room), "answered"), "answered", reached: 0, notReached: 1, null, null, null, within: 0, judged: 0);

        room.Clock.Advance(TimeSpan.FromMinutes(20));
        var report = await ReportAsync(room);
        Assert.All(new[] { "answered", "on-site" }, step => AssertStep(Step(report, step), step, reached: 0, notReached: 1, null, null, null, within: 0, judged: 1));
        AssertStep(Step(report, "closed"), "closed", reached: 0, notReached: 1, null, null, null, within: 0, judged: 0);
    }

    [Fact]
    public async Task A_matter_settled_without_sending_anybody_is_not_held_against_who_was_not_sent()
    {
        await using var room = await RunningDutyRoom.StartAsync();
        await room.PostEventsAsync(Events.Alarm(1, "a"));
        await CloseAsync(room, "a", "false-alarm");
        room.Clock.Advance(TimeSpan.FromHours(1));
        var report = await ReportAsync(room);
        AssertStep(Step(report, "on-site"), "on-site", reached: 0, notReached: 1, null, null, null, within: 0, judged: 0);
        AssertStep(Step(report, "closed"), "closed", reached: 1, notReached: 0, p50: 0, p95: 0, max: 0, within: 0, judged: 0);
    }

    [Fact]
    public async Task A_gateway_without_the_right_time_leaves_the_alarm_in_the_numbers_and_its_times_out_of_them()
    {
        await using var room = await RunningDutyRoom.StartAsync();
        await room.PostEventsAsync(Events.Alarm(1, "a", raisedAt: DateTimeOffset.UnixEpoch.AddDays(1), clock: "unsynchronised"));
        room.Clock.Advance(TimeSpan.FromSeconds(5));
        await room.ActAsync("a", "acknowledge");
        await room.ActAsync("a", "arrive");

        var report = await ReportAsync(room);
        Assert.Equal((1, 1, 0), (Number(report, "alarms"), Number(report, "unsynchronised"), Number(report, "late")));
        AssertStep(Step(report, "answered"), "answered", reached: 1, notReached: 0, p50: 5, p95: 5, max: 5, within: 1, judged: 1);
        Assert.All(new[] { "received", "on-site" }, step => AssertStep(Step(report, step), step, reached: 0, notReached: 0, null, null, null, within: 0, judged: 0, untimed: 1));

        // It has the time now, and says when it really was.
        await room.PostEventsAsync(Events.Alarm(2, "a", "updated", raisedAt: Start.AddSeconds(-30)));
        report = await ReportAsync(room);
        AssertStep(Step(report, "received"), "received", reached: 1, notReached: 0, p50: 30, p95: 30, max: 30, within: 0, judged: 1);
        Assert.Equal((1, 0), (Number(report, "late"), Number(report, "unsynchronised")));
    }

    [Fact]
    public async Task A_gateway_whose_clock_is_ahead_makes_no_alarm_fast_and_loses_none()
    {
        await using var room = await RunningDutyRoom.StartAsync();
        await room.PostEventsAsync(Events.Alarm(1, "a", raisedAt: Start.AddSeconds(2)), Events.Alarm(2, "b", raisedAt: Start.AddYears(2)));
        var report = await ReportAsync(room, to: Start.AddSeconds(1));
        AssertStep(Step(report, "received"), "received", reached: 1, notReached: 0, p50: 0, p95: 0, max: 0, within: 1, judged: 1, untimed: 1);
    }

    [Fact]
    public async Task Tests_drills_proofs_and_what_went_on_under_another_number_are_counted_by_themselves()
    {
        await using var room = await RunningDutyRoom.StartAsync();
        var proof = Events.Alarm(4, "proof", kind: "equipment", severity: "technical", test: true, device: "gateway");
        proof["data"]!["proof"] = true;
        var (status, _) = await room.PostEventsAsync(
            Events.Alarm(1, "a", device: "d"), Events.Alarm(2, "test", test: true), Events.Alarm(3, "drill", drill: true), proof,
            Events.Alarm(5, "again", device: "d"));
        Assert.Equal(HttpStatusCode.OK, status);
        var report = await ReportAsync(room, "");
        Assert.Equal(
            (1, 2, 1, 1), (Number(report, "alarms"), Number(report, "tests"), Number(report, "proofs"), Number(report, "superseded")));
        Assert.Equal(1, Number(Step(report, "received"), "reached"));
    }

    [Fact]
    public async Task The_first_answer_counts_also_where_an_alarm_was_opened_anew()
    {
        await using var room = await RunningDutyRoom.StartAsync();
        await room.PostEventsAsync(Events.Alarm(1, "a"));
        room.Clock.Advance(TimeSpan.FromSeconds(7));
        await room.ActAsync("a", "shown");
        await CloseAsync(room, "a", "false-alarm");
        room.Clock.Advance(TimeSpan.FromHours(2));
        await room.PostEventsAsync(Events.Alarm(2, "a", "updated", occurrences: 2));
        var open = await ReportAsync(room);
        Assert.Equal((1, 0), (Number(Step(open, "closed"), "notReached"), Number(Step(open, "closed"), "reached")));
        await room.ActAsync("a", "shown");
        await CloseAsync(room, "a", "true-alarm");

        var report = await ReportAsync(room);
        Assert.All(new[] { "shown", "answered" }, step => Assert.Equal(7, (double?)Step(report, step)["maxSeconds"]));
        Assert.Equal(7207, (double?)Step(report, "closed")["maxSeconds"]);
    }

    [Fact]
    public async Task The_duty_rooms_own_alarm_of_a_silent_courtyard_did_not_come_fast()
    {
        await using var room = await RunningDutyRoom.StartAsync();
        await room.BeatAsync();
        room.Clock.Advance(TimeSpan.FromMinutes(2));
        var report = await Until.Async(() => ReportAsync(room, "kind=supervision"), r => Number(r, "alarms") == 1);
        AssertStep(Step(report, "received"), "received", reached: 0, notReached: 0, null, null, null, within: 0, judged: 0, untimed: 1);
    }

    [Fact]
    public async Task Kinds_and_severities_have_numbers_of_their_own_and_a_filter_leaves_the_others_out()
    {
        await using var room = await RunningDutyRoom.StartAsync();
        await room.PostEventsAsync(
            Events.Alarm(1, "a", raisedAt: Start.AddSeconds(-1)), Events.Alarm(2, "b", raisedAt: Start.AddSeconds(-2)),
            Events.Alarm(3, "leak", kind: "water-leak", severity: "property", raisedAt: Start.AddSeconds(-60)));
        var report = await ReportAsync(room, "");
        Assert.Equal([("life", 2), ("property", 1)], report["severities"]!.AsArray().Select(s => ((string)s!["severity"]!, Number(s, "alarms"))));
        Assert.Equal([("smoke", 2), ("water-leak", 1)], report["kinds"]!.AsArray().Select(k => ((string)k!["kind"]!, Number(k, "alarms"))));
        Assert.Equal(60, (double?)report["kinds"]![1]!["steps"]![0]!["p50Seconds"]);
        foreach (var (query, alarms) in new[] { ("severity=property", 1), ("kind=smoke", 2), ("courtyard=fukang-garden&building=b03", 3), ("building=b04", 0), ("courtyard=other", 0) })
        {
            Assert.Equal(alarms, Number(await ReportAsync(room, query), "alarms"));
        }
    }

    [Fact]
    public async Task Days_begin_where_people_live_and_empty_ones_are_there_too()
    {
        await using var room = await RunningDutyRoom.StartAsync();
        var midnight = new DateTimeOffset(2026, 11, 22, 0, 0, 0, TimeSpan.FromHours(8));
        await room.PostEventsAsync(
            Events.Alarm(1, "before", raisedAt: midnight.AddMilliseconds(-1)), Events.Alarm(2, "after", raisedAt: midnight),
            Events.Alarm(3, "leak", raisedAt: midnight.AddHours(9.5), kind: "water-leak", severity: "property"));
        var report = await ReportAsync(room, "zone=Asia/Shanghai", midnight.AddDays(-2), midnight.AddDays(1));
        Assert.Equal(
            [("2026-11-20", 0, 0), ("2026-11-21", 1, 1), ("2026-11-22", 2, 1)],
            report["days"]!.AsArray().Select(d => ((string)d!["date"]!, Number(d, "alarms"), Number(d, "life"))));
        var hours = report["hours"]!.AsArray().Select(h => (int)h!).ToList();
        Assert.Equal((24, 3, 1, 1, 1), (hours.Count, hours.Sum(), hours[0], hours[9], hours[23]));
        Assert.Equal("Asia/Shanghai", (string?)report["zone"]);
    }

    [Fact]
    public async Task A_span_begins_with_its_first_moment_and_ends_before_its_last()
    {
        await using var room = await RunningDutyRoom.StartAsync();
        await room.PostEventsAsync(Events.Alarm(1, "a"));
        Assert.Equal(1, Number(await ReportAsync(room, from: Start, to: Start.AddMilliseconds(1)), "alarms"));
        Assert.Equal(0, Number(await ReportAsync(room, from: Start.AddMilliseconds(-1), to: Start), "alarms"));
    }

    [Fact]
    public async Task Without_a_span_it_is_the_last_seven_days()
    {
        await using var room = await RunningDutyRoom.StartAsync();
        await room.PostEventsAsync(Events.Alarm(1, "a", raisedAt: Start.AddDays(-7)), Events.Alarm(2, "b", raisedAt: Start.AddDays(-7).AddMilliseconds(-1)));
        room.Clock.Advance(TimeSpan.Zero);
        var report = (await room.GetAsync("api/v1/reports/response?kind=smoke")).Body;
        Assert.Equal((Events.Text(Start.AddDays(-7)), Events.Text(Start), 1), ((string?)report["from"], (string?)report["to"], Number(report, "alarms")));
    }

    [Fact]
    public async Task More_alarms_than_are_read_at_a_time_are_all_counted_once()
    {
        await using var room = await RunningDutyRoom.StartAsync();
        foreach (var batch in Enumerable.Range(1, 2100).Chunk(500))
        {
            Assert.Equal(HttpStatusCode.OK, (await room.PostEventsAsync([.. batch.Select(i => Events.Alarm(i, "a" + i, raisedAt: Start.AddMilliseconds(-i)))])).Status);
        }

        AssertStep(Step(await ReportAsync(room), "received"), "received", reached: 2100, notReached: 0, p50: 1.05, p95: 1.995, max: 2.1, within: 2100, judged: 2100);
        var csv = await room.Program.GetStringAsync("api/v1/reports/alarms.csv?to=2026-11-22T04:30:01Z");
        Assert.Equal(2100, csv.Split("\r\n").Skip(1).Select(line => line.Split(',')[0]).Where(id => id.Length > 0).Distinct().Count());
    }

    [Theory]
    [InlineData("kind", "kind=fire")]
    [InlineData("severity", "severity=high")]
    [InlineData("from", "from=monday")]
    [InlineData("from", "from=")]
    [InlineData("to", "to=0001-01-01T00:00:00Z")]
    [InlineData("to", "to=9999-12-31T23:59:59Z")]
    [InlineData("from", "from=2026-11-22T04:30:00Z&to=2026-11-22T04:30:00Z")]
    [InlineData("from", "from=2026-11-22T04:30:01Z")]
    [InlineData("from", "from=2025-11-21T04:29:59.999Z")]
    [InlineData("zone", "zone=Chongqing")]
    public async Task A_parameter_that_is_not_understood_is_named(string field, string query)
    {
        await using var room = await RunningDutyRoom.StartAsync();
        foreach (var report in new[] { "response", "causes", "alarms.csv" })
        {
            using var response = await room.Program.GetAsync($"api/v1/reports/{report}?{query}");
            var problem = JsonNode.Parse(await response.Content.ReadAsStringAsync())!;
            Assert.Equal((HttpStatusCode.BadRequest, "application/problem+json", field), (response.StatusCode, response.Content.Headers.ContentType?.MediaType, (string?)problem["field"]));
        }
    }

    [Fact]
    public async Task Exactly_366_days_are_allowed()
    {
        await using var room = await RunningDutyRoom.StartAsync();
        Assert.Equal(HttpStatusCode.OK, (await room.GetAsync("api/v1/reports/response?from=2025-11-21T04:30:00Z")).Status);
    }

    [Fact]
    public async Task Whoever_is_signed_in_may_read_and_nobody_else()
    {
        await using var room = await RunningDutyRoom.StartAsync();
        using var viewer = await room.PersonAsync("访客", "viewer");
        using var nobody = room.Client();
        foreach (var report in new[] { "response", "causes", "alarms.csv" })
        {
            Assert.Equal(HttpStatusCode.OK, (await RunningDutyRoom.SendAsync(viewer, HttpMethod.Get, "api/v1/reports/" + report, null)).Status);
            Assert.Equal(HttpStatusCode.Unauthorized, (await RunningDutyRoom.SendAsync(nobody, HttpMethod.Get, "api/v1/reports/" + report, null)).Status);
            Assert.Equal(HttpStatusCode.Forbidden, (await RunningDutyRoom.SendAsync(room.AsGateway, HttpMethod.Get, "api/v1/reports/" + report, null)).Status);
        }
    }

    private static async Task<JsonNode> ReportAsync(RunningDutyRoom room, string query = "kind=smoke", DateTimeOffset? from = null, DateTimeOffset? to = null)
    {
        var span = $"from={Events.Text(from ?? Start.AddDays(-1))}&to={Events.Text(to ?? Start.AddDays(1))}";
        var (status, body) = await room.GetAsync($"api/v1/reports/response?{span}&{query}");
        Assert.Equal(HttpStatusCode.OK, status);
        return body;
    }

    private static async Task CloseAsync(RunningDutyRoom room, string alarm, string cause)
    {
        await room.ActAsync(alarm, "acknowledge");
        await room.ActAsync(alarm, "resolve", $$"""{"cause":"{{cause}}"}""");
        Assert.Equal(HttpStatusCode.OK, (await room.ActAsync(alarm, "close")).Status);
    }

    private static JsonNode Step(JsonNode report, string step) => report["steps"]!.AsArray().Single(s => (string?)s!["step"] == step)!;

    private static int Number(JsonNode node, string name) => (int)node[name]!;

    private static void AssertStep(
        JsonNode of, string step, int reached, int notReached, double? p50, double? p95, double? max, int within, int judged, int untimed = 0)
    {
        Assert.Equal(
            (step, reached, notReached, untimed, within, judged),
            ((string?)of["step"], Number(of, "reached"), Number(of, "notReached"), Number(of, "untimed"), Number(of, "within"), Number(of, "judged")));
        Assert.Equal((p50, p95, max), ((double?)of["p50Seconds"], (double?)of["p95Seconds"], (double?)of["maxSeconds"]));
    }
}
