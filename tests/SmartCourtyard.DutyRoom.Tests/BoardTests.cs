using System.Net;
using SmartCourtyard.DutyRoom.Storage;
using SmartCourtyard.DutyRoom.Tests.Running;

namespace SmartCourtyard.DutyRoom.Tests;

public class BoardTests
{
    [Fact]
    public async Task Pages_follow_each_other_without_gap_or_repetition_while_alarms_arrive()
    {
        await using var room = await RunningDutyRoom.StartAsync();
        await room.PostEventsAsync([.. Enumerable.Range(1, 25).Select(i => Events.Alarm(i, "a" + i))]);
        var (seen, next) = (new List<string>(), "");
        for (var page = 0; next is not null; page++)
        {
            var body = (await room.GetAsync($"api/v1/alarms?limit=10{(next.Length > 0 ? "&after=" + next : "")}")).Body;
            seen.AddRange(body["items"]!.AsArray().Select(a => (string)a!["id"]!));
            next = (string?)body["next"];
            await room.PostEventsAsync(Events.Alarm(100 + page, "new" + page));
        }

        Assert.Equal(Enumerable.Range(1, 25).Reverse().Select(i => "a" + i), seen);
    }

    [Theory]
    [InlineData("?state=open", "gas smoke")]
    [InlineData("?state=closed", "leak")]
    [InlineData("?state=all", "gas leak smoke")]
    [InlineData("", "gas leak smoke")]
    [InlineData("?kind=gas", "gas")]
    [InlineData("?severity=property", "leak")]
    [InlineData("?courtyard=fukang-garden&building=b03", "gas leak smoke")]
    [InlineData("?courtyard=another", "")]
    [InlineData("?building=b04", "")]
    [InlineData("?from=2026-11-22T04:29:30Z", "gas")]
    [InlineData("?to=2026-11-22T04:29:30Z", "leak smoke")]
    [InlineData("?limit=1", "gas")]
    public async Task Filters_choose(string query, string expected)
    {
        await using var room = await RunningDutyRoom.StartAsync();
        var earlier = TestClock.Start.AddMinutes(-1);
        await room.PostEventsAsync(
            Events.Alarm(1, "smoke", time: earlier), Events.Alarm(2, "leak", time: earlier, kind: "water-leak", severity: "property"),
            Events.Alarm(3, "gas", kind: "gas"));
        await room.ActAsync("leak", "acknowledge");
        await room.ActAsync("leak", "resolve", """{"cause":"true-alarm"}""");
        await room.ActAsync("leak", "close");

        Assert.Equal(expected, string.Join(' ', (await room.AlarmsAsync(query)).Select(a => (string?)a!["id"])));
    }

    [Theory]
    [InlineData("state", "burning")]
    [InlineData("kind", "fire")]
    [InlineData("severity", "high")]
    [InlineData("from", "monday")]
    [InlineData("to", "x")]
    [InlineData("after", "x")]
    [InlineData("limit", "0")]
    [InlineData("limit", "501")]
    public async Task A_filter_that_is_not_understood_is_named(string field, string value)
    {
        await using var room = await RunningDutyRoom.StartAsync();
        var (status, problem) = await room.GetAsync($"api/v1/alarms?{field}={value}");
        Assert.Equal((HttpStatusCode.BadRequest, field), (status, (string?)problem["field"]));
    }

    [Fact]
    public async Task Unknown_alarms_and_unknown_calls_are_not_found()
    {
        await using var room = await RunningDutyRoom.StartAsync();
        Assert.Equal(HttpStatusCode.NotFound, (await room.GetAsync("api/v1/alarms/none")).Status);
        Assert.Equal(HttpStatusCode.NotFound, (await room.ActAsync("none", "acknowledge")).Status);
        Assert.Equal(HttpStatusCode.NotFound, (await room.ActAsync("none", "shown")).Status);
        var (status, problem) = await room.GetAsync("api/v1/nothing");
        Assert.Equal((HttpStatusCode.NotFound, 404), (status, (int?)problem["status"]));
    }

    [Fact]
    public async Task A_long_story_travels_with_its_newest_part_and_is_whole_by_itself()
    {
        await using var room = await RunningDutyRoom.StartAsync();
        await room.PostEventsAsync([.. Enumerable.Range(1, 100).Select(i => Events.Alarm(i, "a", i == 1 ? "raised" : "updated", occurrences: i))]);
        Assert.Equal(AlarmView.TimelineLimit, (await room.AlarmsAsync()).Single()!["timeline"]!.AsArray().Count);
        Assert.Equal(101, (await room.AlarmAsync("a"))["timeline"]!.AsArray().Count);
    }

    [Fact]
    public async Task The_list_says_from_where_to_follow_so_that_nothing_falls_between()
    {
        await using var room = await RunningDutyRoom.StartAsync();
        await room.PostEventsAsync(Events.Alarm(1, "a"));
        using var list = await room.Program.GetAsync("api/v1/alarms");
        var position = list.Headers.GetValues("X-Stream-Position").Single();
        await room.PostEventsAsync(Events.Alarm(2, "b"));

        await using var stream = await SseClient.FollowAsync(room.Program, "api/v1/stream?after=" + position);
        Assert.Equal("b", (string?)(await stream.NextAsync("alarm")).Data["id"]);
        Assert.Equal((string?)(await stream.NextAsync("ready")).Data["position"], stream.LastId);
    }

    [Fact]
    public async Task A_console_that_comes_back_again_and_again_misses_nothing_while_alarms_pour_in()
    {
        await using var room = await RunningDutyRoom.StartAsync();
        const int alarms = 200;
        await using (var first = await SseClient.FollowAsync(room.Program, "api/v1/stream"))
        {
            await first.NextAsync("ready");
            var posting = Task.Run(async () =>
            {
                for (var i = 1; i <= alarms; i++)
                {
                    await room.PostEventsAsync(Events.Alarm(i, "a" + i));
                }
            });
            var (seen, last) = (new List<string>(), first.LastId);
            while (seen.Count < alarms)
            {
                await using var stream = await SseClient.FollowAsync(room.Program, "api/v1/stream", last);
                for (var i = 0; i < 7 && seen.Count < alarms;)
                {
                    var heard = await stream.NextAsync();
                    last = heard.Id ?? last;
                    if (heard.Name == "alarm")
                    {
                        seen.Add((string)heard.Data["id"]!);
                        i++;
                    }
                }
            }

            await posting;
            Assert.Equal(Enumerable.Range(1, alarms).Select(i => "a" + i), seen);
        }
    }

    [Fact]
    public async Task A_position_from_another_time_is_answered_with_reset()
    {
        await using var room = await RunningDutyRoom.StartAsync();
        await room.PostEventsAsync(Events.Alarm(1, "a"), Events.Alarm(2, "b"));
        await using (var ahead = await SseClient.FollowAsync(room.Program, "api/v1/stream", "999"))
        {
            Assert.Equal("reset", (await ahead.NextAsync()).Name);
            using var list = await room.Program.GetAsync("api/v1/alarms");
            Assert.Equal(list.Headers.GetValues("X-Stream-Position").Single(), (await ahead.NextAsync("ready")).Id);
        }
    }

    [Fact]
    public async Task A_console_that_had_the_newest_from_the_log_before_it_was_announced_goes_on_from_there()
    {
        await using var room = await RunningDutyRoom.StartAsync();
        await room.PostEventsAsync(Events.Alarm(1, "a"));
        var committed = new StreamRow { Event = "device", Data = "{}" };
        await using (var db = room.Database.Open())
        {
            db.Stream.Add(committed);
            await db.SaveChangesAsync();
        }

        var position = committed.Position.ToString(System.Globalization.CultureInfo.InvariantCulture);
        await using var stream = await SseClient.FollowAsync(room.Program, "api/v1/stream", position);
        var ready = await stream.NextAsync();
        Assert.Equal(("ready", position), (ready.Name, ready.Id));
        await room.PostEventsAsync(Events.Alarm(2, "b"));
        Assert.Equal("b", (string?)(await stream.NextAsync("alarm")).Data["id"]);
    }

    [Fact]
    public async Task A_console_that_does_not_read_is_let_go_and_can_come_back()
    {
        var feed = new Feed();
        using var follower = feed.Follow(null);
        for (var i = 1; i <= Feed.QueueLimit; i++)
        {
            feed.Publish(FeedItem.Of(i, null, "alarm", "{}"));
        }

        Assert.False(follower.FellBehind.IsCancellationRequested);
        feed.Publish(FeedItem.Of(Feed.QueueLimit + 1, null, "alarm", "{}"));
        await Until.Async(() => Task.FromResult(follower.FellBehind.IsCancellationRequested), isGone => isGone);
        Assert.Equal(Feed.QueueLimit + 1, feed.LastPosition);
    }

    [Fact]
    public async Task A_quiet_stream_says_that_it_lives()
    {
        await using var room = await RunningDutyRoom.StartAsync();
        using var response = await room.Program.GetAsync("api/v1/stream", HttpCompletionOption.ResponseHeadersRead);
        using var reader = new StreamReader(await response.Content.ReadAsStreamAsync());
        while (await reader.ReadLineAsync() is { } line && line != "event: ready")
        {
        }

        var alive = Task.Run(async () =>
        {
            while (await reader.ReadLineAsync() is { } line)
            {
                if (line == ": alive")
                {
                    return true;
                }
            }

            return false;
        });
        await Until.Async(
            () =>
            {
                room.Clock.Advance(TimeSpan.FromSeconds(15));
                return Task.FromResult(alive.IsCompleted);
            },
            isHeard => isHeard);
        Assert.True(await alive);
    }

    [Fact]
    public async Task The_first_console_that_shows_an_alarm_gives_the_second_receipt()
    {
        await using var room = await RunningDutyRoom.StartAsync();
        await room.PostEventsAsync(Events.Alarm(1, "a"));
        Assert.Equal(HttpStatusCode.NoContent, (await room.ActAsync("a", "shown")).Status);
        room.Clock.Advance(TimeSpan.FromSeconds(5));
        Assert.Equal(HttpStatusCode.NoContent, (await room.ActAsync("a", "shown")).Status);

        var alarm = await room.AlarmAsync("a");
        Assert.Equal(Events.Text(TestClock.Start), (string?)alarm["shownAt"]);
        Assert.Equal(["raised", "stored", "shown"], alarm["timeline"]!.AsArray().Select(t => (string?)t!["what"]));
        Assert.Equal("raised", (string?)alarm["state"]);
    }
}
