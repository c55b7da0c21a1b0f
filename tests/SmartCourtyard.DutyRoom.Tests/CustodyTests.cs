using System.Text.Json.Nodes;
using Microsoft.EntityFrameworkCore;
using SmartCourtyard.DutyRoom.Storage;
using SmartCourtyard.DutyRoom.Tests.Running;

namespace SmartCourtyard.DutyRoom.Tests;

/// <summary>What came late, what came twice and what never came, as people see it.</summary>
public class CustodyTests
{
    [Fact]
    public async Task What_is_missing_between_events_is_named_until_it_comes()
    {
        await using var room = await RunningDutyRoom.StartAsync();
        await room.PostEventsAsync(Test(5), Test(6), Test(9));
        await room.PostEventsAsync(Test(20));
        Assert.Equal(["7-8", "10-19"], await GapsAsync(room));

        await room.PostEventsAsync(Test(12), Test(15), Test(13));
        Assert.Equal(["7-8", "10-11", "14-14", "16-19"], await GapsAsync(room));

        await room.PostEventsAsync([.. new[] { 7, 8, 10, 11, 14, 16, 17, 18, 19 }.Select(s => Test(s))]);
        Assert.Empty(await GapsAsync(room));
        var custody = (await room.GatewayAsync())["custody"]!;
        Assert.Equal(("21", 16L), ((string?)custody["expected"], (long)custody["seen"]!));
        Assert.Equal(0L, (long)(await room.GatewayAsync())["missing"]!);
    }

    [Fact]
    public async Task An_alarm_that_overtook_older_events_leaves_no_gap_once_they_are_here()
    {
        await using var room = await RunningDutyRoom.StartAsync();
        await room.PostEventsAsync(Events.Alarm(50, "a"));
        await room.PostEventsAsync(Test(48), Test(52));
        Assert.Equal(["49-49", "51-51"], await GapsAsync(room));
        await room.PostEventsAsync(Test(49), Test(51));
        Assert.Empty(await GapsAsync(room));
    }

    [Fact]
    public async Task Gaps_follow_from_the_events_whatever_the_order_in_which_they_come()
    {
        await using var room = await RunningDutyRoom.StartAsync();
        var random = new Random(5);
        var order = Enumerable.Range(1, 200).Where(s => s % 7 != 3).OrderBy(_ => random.Next()).ToList();
        foreach (var batch in order.Chunk(11))
        {
            await room.PostEventsAsync([.. batch.Select(s => Test(s))]);
        }

        await using var db = room.Database.Read();
        var gaps = await db.Gaps.OrderBy(g => g.First).Select(g => new { g.First, g.Last }).ToListAsync();
        Assert.Equal(Enumerable.Range(1, 200).Where(s => s % 7 == 3 && s > order.Min() && s < order.Max()).Select(s => (long)s), gaps.Select(g => g.First));
        Assert.All(gaps, g => Assert.Equal(g.First, g.Last));
    }

    [Fact]
    public async Task What_came_late_and_what_came_twice_is_counted_and_survives_a_restart()
    {
        var folder = RunningDutyRoom.NewFolder();
        var clock = new TestClock(TestClock.Start);
        var first = await RunningDutyRoom.StartAsync(folder, clock);
        var (late, inTime) = (Events.Alarm(1, "a", time: TestClock.Start.AddSeconds(-11)), Events.Alarm(2, "b", time: TestClock.Start.AddSeconds(-10)));
        await first.PostEventsAsync(late, inTime);
        await first.PostEventsAsync(Copy(late), Copy(inTime), Events.Alarm(3, "c", time: TestClock.Start.AddHours(-1), clock: "unsynchronised"));
        await first.StopAsync();

        await using (var second = await RunningDutyRoom.StartAsync(folder, clock))
        {
            await second.PostEventsAsync(Copy(late));
            var custody = (await second.GatewayAsync())["custody"]!;
            Assert.Equal((1L, 3L, 3L), ((long)custody["late"]!, (long)custody["double"]!, (long)custody["seen"]!));
            Assert.Equal(Events.Text(TestClock.Start), (string?)custody["lastLate"]);
            var metrics = await second.Client().GetStringAsync("metrics");
            Assert.Contains("smartcourtyard_events_late_total{gateway=\"fukang-garden\"} 1\n", metrics, StringComparison.Ordinal);
            Assert.Contains("smartcourtyard_events_double_total{gateway=\"fukang-garden\"} 3\n", metrics, StringComparison.Ordinal);
            Assert.Contains("smartcourtyard_events_missing{gateway=\"fukang-garden\"} 0\n", metrics, StringComparison.Ordinal);
        }

        Directory.Delete(folder, recursive: true);
    }

    [Fact]
    public async Task A_batch_that_is_refused_counts_for_nothing()
    {
        await using var room = await RunningDutyRoom.StartAsync();
        var known = Events.Alarm(1, "a", time: TestClock.Start.AddMinutes(-1));
        await room.PostEventsAsync(known);
        await room.PostEventsAsync(Copy(known), Events.Alarm(9, "b", time: TestClock.Start.AddMinutes(-1)), Events.Alarm(1, "c"));
        var custody = (await room.GatewayAsync())["custody"]!;
        Assert.Equal((1L, 0L, "2"), ((long)custody["late"]!, (long)custody["double"]!, (string?)custody["expected"]));
        Assert.Empty(custody["gaps"]!.AsArray());
    }

    [Fact]
    public async Task Numbers_that_the_gateway_says_it_skipped_are_not_missing_and_fill_like_others_where_they_come_after_all()
    {
        await using var room = await RunningDutyRoom.StartAsync();
        await room.PostEventsAsync(Test(1), Test(12));
        Assert.Equal("13", (string?)(await SkipAsync(room, ("3", "4"), ("8", "20"), ("40", "41"))).Body["expected"]);
        Assert.Equal(["2-2", "5-7"], await GapsAsync(room));
        var gateway = await room.GatewayAsync();
        Assert.Equal((4L, 6L), ((long)gateway["missing"]!, (long)gateway["custody"]!["skipped"]!));
        Assert.Contains(
            "smartcourtyard_sequence_skipped{gateway=\"fukang-garden\"} 6\n", await room.Client().GetStringAsync("metrics"), StringComparison.Ordinal);

        // Said again, and of what was not missing: nothing new.
        await SkipAsync(room, ("3", "4"), ("8", "12"));
        await room.PostEventsAsync(Test(9), Test(2), Test(14));
        Assert.Equal(["5-7", "13-13"], await GapsAsync(room));
        Assert.Equal(5L, (long)(await room.GatewayAsync())["custody"]!["skipped"]!);
    }

    [Fact]
    public async Task Ranges_that_overlap_or_reach_as_far_as_numbers_do_are_taken_as_they_are_meant()
    {
        await using var room = await RunningDutyRoom.StartAsync();
        await room.PostEventsAsync(Test(1), Test(5), Test(long.MaxValue - 1));
        await SkipAsync(room, ("3", "7"), ("6", "9"), ("20", long.MaxValue.ToString(System.Globalization.CultureInfo.InvariantCulture)));
        Assert.Equal(["2-2", "10-19"], await GapsAsync(room));
    }

    [Fact]
    public async Task An_event_that_is_here_and_comes_with_another_number_leaves_none_of_the_two_missing()
    {
        await using var room = await RunningDutyRoom.StartAsync();
        var known = Test(2);
        await room.PostEventsAsync(Test(1), known, Test(4));
        var moved = Copy(known);
        moved["sequence"] = "7";
        await room.PostEventsAsync(moved, Test(8));
        await room.PostEventsAsync(Copy(moved));
        Assert.Equal(["3-3", "5-6"], await GapsAsync(room));
        var custody = (await room.GatewayAsync())["custody"]!;
        Assert.Equal((4L, 2L, "9"), ((long)custody["seen"]!, (long)custody["double"]!, (string?)custody["expected"]));
    }

    [Theory]
    [InlineData("""[{"first":"4","last":"3"}]""")]
    [InlineData("""[{"first":"0","last":"3"}]""")]
    [InlineData("""[{"first":"1"}]""")]
    [InlineData("""[null]""")]
    public async Task Skipped_numbers_that_are_none_are_refused_by_name(string skipped)
    {
        await using var room = await RunningDutyRoom.StartAsync();
        var (status, body) = await BeatAsync(room, skipped);
        Assert.Equal((400, "skipped"), ((int)status, (string?)body["field"]));
    }

    [Fact]
    public async Task What_a_gateway_that_starts_knows_of_its_troubles_is_what_stands()
    {
        await using var room = await RunningDutyRoom.StartAsync();
        await room.PostEventsAsync(Trouble(1, "kept"), Trouble(2, "forgotten"), Trouble(3, "ended"), Trouble(4, "ended", raised: false), Trouble(9, "later"));
        await room.PostEventsAsync(Started(5, ["kept", "ended", "unheard"]));
        Assert.Equal(["ended", "kept", "later"], await TroublesAsync(room));
        await room.PostEventsAsync(Trouble(6, "ended", raised: false), Events.Event(10, "smartcourtyard.gateway.started.v1", []));
        Assert.Equal(["kept", "later"], await TroublesAsync(room));
        await room.PostEventsAsync(Started(13, ["late"]), Started(11, ["kept"]));
        Assert.Empty(await TroublesAsync(room));

        // What comes after that and is from before it.
        await room.PostEventsAsync(Trouble(12, "late"), Trouble(8, "over"), Trouble(14, "new"));
        Assert.Equal(["late", "new"], await TroublesAsync(room));
    }

    private static Task<(System.Net.HttpStatusCode Status, JsonNode Body)> SkipAsync(RunningDutyRoom room, params (string First, string Last)[] skipped)
        => BeatAsync(room, "[" + string.Join(",", skipped.Select(s => $$"""{"first":"{{s.First}}","last":"{{s.Last}}"}""")) + "]");

    private static Task<(System.Net.HttpStatusCode Status, JsonNode Body)> BeatAsync(RunningDutyRoom room, string skipped) => RunningDutyRoom.SendAsync(
        room.AsGateway, HttpMethod.Post, "api/v1/gateways/fukang-garden/heartbeat", $$"""{"sequence":"9","skipped":{{skipped}}}""");

    private static JsonObject Started(long sequence, string[] troubles)
        => Events.Event(sequence, "smartcourtyard.gateway.started.v1", new() { ["troubles"] = new JsonArray([.. troubles.Select(t => JsonValue.Create(t))]) });

    private static JsonObject Trouble(long sequence, string id, bool raised = true) => Events.Event(
        sequence, $"smartcourtyard.trouble.{(raised ? "raised" : "cleared")}.v1",
        new() { ["troubleId"] = id, ["reason"] = "battery-low", ["device"] = "b03-u1-301-smoke", ["raisedAt"] = Events.Text(TestClock.Start) });

    private static async Task<string[]> TroublesAsync(RunningDutyRoom room)
    {
        await using var db = room.Database.Read();
        return await db.Troubles.Where(t => t.ClearedAt == null).Select(t => t.Id).OrderBy(id => id).ToArrayAsync();
    }

    private static JsonObject Test(long sequence) => Events.Event(sequence, "smartcourtyard.test.passed.v1", []);

    private static JsonObject Copy(JsonObject e) => e.DeepClone().AsObject();

    private static async Task<List<string>> GapsAsync(RunningDutyRoom room)
        => [.. (await room.GatewayAsync())["custody"]!["gaps"]!.AsArray().Select(g => $"{g!["first"]}-{g["last"]}")];
}
