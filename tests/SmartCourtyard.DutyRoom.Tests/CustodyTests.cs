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

    private static JsonObject Test(long sequence) => Events.Event(sequence, "smartcourtyard.test.passed.v1", []);

    private static JsonObject Copy(JsonObject e) => e.DeepClone().AsObject();

    private static async Task<List<string>> GapsAsync(RunningDutyRoom room)
        => [.. (await room.GatewayAsync())["custody"]!["gaps"]!.AsArray().Select(g => $"{g!["first"]}-{g["last"]}")];
}
