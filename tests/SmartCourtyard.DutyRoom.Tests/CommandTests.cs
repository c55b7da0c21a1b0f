using System.Text.Json.Nodes;
using SmartCourtyard.DutyRoom.Storage;
using SmartCourtyard.DutyRoom.Tests.Running;

namespace SmartCourtyard.DutyRoom.Tests;

public class CommandTests
{
    private const string Commands = "api/v1/gateways/" + RunningDutyRoom.Gateway + "/commands";

    [Fact]
    public async Task A_gateway_hears_that_its_alarm_is_stored_shown_acknowledged_and_resolved()
    {
        await using var room = await RunningDutyRoom.StartAsync();
        await using var stream = await SseClient.FollowAsync(room.AsGateway, Commands);
        await room.PostEventsAsync(Events.Alarm(1, "a"));
        await room.ActAsync("a", "shown");
        await room.ActAsync("a", "acknowledge");
        await room.ActAsync("a", "resolve", """{"cause":"true-alarm"}""");

        var heard = new List<Heard> { await stream.NextAsync(), await stream.NextAsync(), await stream.NextAsync(), await stream.NextAsync() };

        Assert.Equal(["alarm.stored", "alarm.shown", "alarm.acknowledged", "alarm.resolved"], heard.Select(h => h.Name));
        var first = int.Parse(heard[0].Id!, System.Globalization.CultureInfo.InvariantCulture);
        Assert.Equal(Enumerable.Range(first, 4), heard.Select(h => int.Parse(h.Id!, System.Globalization.CultureInfo.InvariantCulture)));
        Assert.All(heard, h => Assert.Equal("a", (string?)h.Data["alarmId"]));
        Assert.Equal(4, heard.Select(h => (string?)h.Data["id"]).Distinct().Count());
        Assert.Equal("api", (string?)heard[2].Data["by"]);
        Assert.Equal(Events.Text(TestClock.Start), (string?)heard[2].Data["at"]);
    }

    [Fact]
    public async Task A_gateway_without_a_bookmark_hears_what_it_has_not_answered()
    {
        await using var room = await RunningDutyRoom.StartAsync();
        await room.PostEventsAsync(Events.Alarm(1, "a"), Events.Alarm(2, "b"), Events.Alarm(3, "c"));
        var ids = new List<string>();
        await using (var all = await SseClient.FollowAsync(room.AsGateway, Commands))
        {
            for (var i = 0; i < 3; i++)
            {
                ids.Add((string)(await all.NextAsync()).Data["id"]!);
            }
        }

        await room.PostEventsAsync(Answer(4, "done", ids[0]), Answer(5, "failed", ids[2]));

        await using var stream = await SseClient.FollowAsync(room.AsGateway, Commands);
        Assert.Equal("b", (string?)(await stream.NextAsync()).Data["alarmId"]);
        await room.PostEventsAsync(Events.Alarm(6, "d"));
        Assert.Equal("d", (string?)(await stream.NextAsync()).Data["alarmId"]);
        await using var ahead = await SseClient.FollowAsync(room.AsGateway, Commands, "999");
        Assert.Equal("b", (string?)(await ahead.NextAsync()).Data["alarmId"]);
    }

    [Fact]
    public async Task A_gateway_that_comes_back_again_and_again_misses_nothing_while_commands_pour_in()
    {
        await using var room = await RunningDutyRoom.StartAsync();
        const int alarms = 200;
        var posting = Task.Run(async () =>
        {
            for (var i = 1; i <= alarms; i++)
            {
                await room.PostEventsAsync(Events.Alarm(i, "a" + i));
            }
        });
        var (seen, last) = (new List<string>(), "0");
        while (seen.Count < alarms)
        {
            await using var stream = await SseClient.FollowAsync(room.AsGateway, Commands, last);
            for (var i = 0; i < 9 && seen.Count < alarms; i++)
            {
                var heard = await stream.NextAsync();
                (last, _) = (heard.Id!, 0);
                seen.Add((string)heard.Data["alarmId"]!);
            }
        }

        await posting;
        Assert.Equal(Enumerable.Range(1, alarms).Select(i => "a" + i), seen);
    }

    [Fact]
    public async Task A_gateway_that_had_the_last_command_from_the_log_before_it_was_announced_is_not_told_the_older_ones_again()
    {
        await using var room = await RunningDutyRoom.StartAsync();
        await room.PostEventsAsync(Events.Alarm(1, "a"));
        var committed = new CommandRow { Id = "x", Gateway = RunningDutyRoom.Gateway, Type = "alarm.shown", Data = "{}", At = TestClock.Start };
        await using (var db = room.Database.Open())
        {
            db.Commands.Add(committed);
            await db.SaveChangesAsync();
        }

        await using var stream = await SseClient.FollowAsync(
            room.AsGateway, Commands, committed.Position.ToString(System.Globalization.CultureInfo.InvariantCulture));
        await room.PostEventsAsync(Events.Alarm(2, "b"));
        Assert.Equal("b", (string?)(await stream.NextAsync()).Data["alarmId"]);
    }

    [Fact]
    public async Task A_reopened_alarm_is_stored_and_shown_anew()
    {
        await using var room = await RunningDutyRoom.StartAsync();
        await using var stream = await SseClient.FollowAsync(room.AsGateway, Commands);
        await room.PostEventsAsync(Events.Alarm(1, "a"));
        await room.ActAsync("a", "shown");
        await room.ActAsync("a", "acknowledge");
        await room.ActAsync("a", "resolve", """{"cause":"false-alarm"}""");
        await room.PostEventsAsync(Events.Alarm(2, "a", "updated", occurrences: 2));
        await room.ActAsync("a", "shown");

        var names = new List<string>();
        for (var i = 0; i < 6; i++)
        {
            names.Add((await stream.NextAsync()).Name);
        }

        Assert.Equal(["alarm.stored", "alarm.shown", "alarm.acknowledged", "alarm.resolved", "alarm.stored", "alarm.shown"], names);
    }

    private static JsonObject Answer(long sequence, string how, string command)
        => Events.Event(sequence, $"smartcourtyard.command.{how}.v1", new() { ["commandId"] = command, ["command"] = "alarm.stored", ["reason"] = "broken" });
}
