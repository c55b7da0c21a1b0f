using System.Text.Json.Nodes;
using SmartCourtyard.DutyRoom.Duty;
using SmartCourtyard.DutyRoom.Tests.Running;

namespace SmartCourtyard.DutyRoom.Tests;

/// <summary>Three receipts, each with its deadline: stored, shown, answered.</summary>
public sealed class EscalationTests
{
    [Fact]
    public async Task With_no_console_live_an_alarm_is_escalated_for_want_of_a_board_and_sounds_again()
    {
        await using var room = await RunningDutyRoom.StartAsync();
        await using var program = await SseClient.FollowAsync(room.Program, "api/v1/stream");
        await room.PostEventsAsync(Events.Alarm(1, "a"));
        Assert.Equal("raised", (string?)(await program.NextAsync("alarm")).Data["state"]);
        room.Clock.Advance(Escalations.NoConsoleFor);

        var alarm = await EscalatedAsync(room, "a", "no-board");
        Assert.Equal(["raised", "stored", "escalated"], What(alarm));
        Assert.Equal("no-board", (string?)alarm["timeline"]![2]!["note"]);
        Assert.True((bool?)(await program.NextAsync("alarm")).Data["sound"]);
        Assert.Contains("smartcourtyard_alarms_escalated{why=\"no-board\"} 1\n", await room.Client().GetStringAsync("metrics"), StringComparison.Ordinal);
    }

    [Fact]
    public async Task An_alarm_that_a_live_console_shows_is_not_escalated_for_want_of_a_board()
    {
        await using var room = await RunningDutyRoom.StartAsync();
        var officer = await room.PersonAsync("王芳", "operator");
        await using var console = await SseClient.FollowAsync(officer, "api/v1/stream");
        await room.PostEventsAsync(Events.Alarm(1, "a"));
        await RunningDutyRoom.SendAsync(officer, HttpMethod.Post, "api/v1/alarms/a/shown", "{}");
        await LookAsync(room, TimeSpan.FromSeconds(50));

        var alarm = await room.AlarmAsync("a");
        Assert.Equal(["raised", "stored", "shown"], What(alarm));
        Assert.Null((string?)alarm["escalated"]);
    }

    [Fact]
    public async Task A_console_that_is_live_and_shows_nothing_is_no_board()
    {
        await using var room = await RunningDutyRoom.StartAsync();
        await using var dark = await SseClient.FollowAsync(await room.PersonAsync("王芳", "operator"), "api/v1/stream");
        await room.PostEventsAsync(Events.Alarm(1, "a"));
        await LookAsync(room, Escalations.ShownWithin - TimeSpan.FromSeconds(1));
        Assert.Null((string?)(await room.AlarmAsync("a"))["escalated"]);
        room.Clock.Advance(TimeSpan.FromSeconds(1));
        await EscalatedAsync(room, "a", "no-board");
    }

    [Fact]
    public async Task When_the_last_console_is_unplugged_the_next_alarm_goes_up_at_once()
    {
        await using var room = await RunningDutyRoom.StartAsync();
        var console = await SseClient.FollowAsync(await room.PersonAsync("王芳", "operator"), "api/v1/stream");
        await console.DisposeAsync();
        await Until.Async(async () => await room.Client().GetStringAsync("metrics"), m => m.Contains("smartcourtyard_consoles 0\n", StringComparison.Ordinal));
        await room.PostEventsAsync(Events.Alarm(1, "a"));
        room.Clock.Advance(Escalations.NoConsoleFor);
        await EscalatedAsync(room, "a", "no-board");
    }

    [Fact]
    public async Task What_nobody_answers_in_time_is_escalated_once_and_what_is_answered_is_not()
    {
        await using var room = await RunningDutyRoom.StartAsync();
        await room.PostEventsAsync(Events.Alarm(1, "a"), Events.Alarm(2, "answered"));
        await room.ActAsync("answered", "acknowledge");
        room.Clock.Advance(TimeSpan.FromSeconds(59));
        Assert.Equal("no-board", (string?)(await EscalatedAsync(room, "a", "no-board"))["escalated"]);
        room.Clock.Advance(TimeSpan.FromSeconds(1));
        await EscalatedAsync(room, "a", "unanswered");
        await LookAsync(room, TimeSpan.FromMinutes(10));

        Assert.Equal(["raised", "stored", "escalated", "escalated"], What(await room.AlarmAsync("a")));
        Assert.Equal(["raised", "stored", "acknowledged"], What(await room.AlarmAsync("answered")));
    }

    [Fact]
    public async Task Setting_the_wall_clock_back_puts_nothing_off()
    {
        await using var room = await RunningDutyRoom.StartAsync();
        await room.PostEventsAsync(Events.Alarm(1, "a"));
        await LookAsync(room, TimeSpan.FromSeconds(1));
        await LookAsync(room, TimeSpan.FromSeconds(1));
        room.Clock.SetWallClock(TimeSpan.FromHours(-8));
        room.Clock.Advance(TimeSpan.FromSeconds(4));
        await EscalatedAsync(room, "a", "no-board");
    }

    [Fact]
    public async Task A_test_is_nobodys_to_answer()
    {
        await using var room = await RunningDutyRoom.StartAsync();
        await room.PostEventsAsync(Events.Alarm(1, "tested", test: true), Events.Alarm(2, "drilled", drill: true));
        room.Clock.Advance(TimeSpan.FromMinutes(2));
        await EscalatedAsync(room, "drilled", "unanswered");
        Assert.Equal(["raised", "stored"], What(await room.AlarmAsync("tested")));
    }

    [Fact]
    public async Task An_alarm_that_is_opened_anew_must_be_shown_and_answered_anew()
    {
        await using var room = await RunningDutyRoom.StartAsync();
        await room.PostEventsAsync(Events.Alarm(1, "a"));
        await room.ActAsync("a", "acknowledge");
        await room.ActAsync("a", "resolve", """{"cause":"false-alarm"}""");
        await LookAsync(room, TimeSpan.FromMinutes(5));
        await room.PostEventsAsync(Events.Alarm(2, "a", "updated", occurrences: 2));
        await LookAsync(room, TimeSpan.FromSeconds(1));
        Assert.Null((string?)(await room.AlarmAsync("a"))["escalated"]);
        room.Clock.Advance(TimeSpan.FromSeconds(3));
        await EscalatedAsync(room, "a", "no-board");
    }

    private static IEnumerable<string?> What(JsonNode alarm) => alarm["timeline"]!.AsArray().Select(t => (string?)t!["what"]);

    private static Task<JsonNode> EscalatedAsync(RunningDutyRoom room, string id, string why) => Until.Async(
        async () =>
        {
            room.Clock.Advance(TimeSpan.Zero);
            return await room.AlarmAsync(id);
        },
        alarm => (string?)alarm["escalated"] == why);

    /// <summary>Lets the time pass, and waits until the watch has looked since.</summary>
    private static async Task LookAsync(RunningDutyRoom room, TimeSpan span)
    {
        var watch = (Escalations)room.App.Services.GetService(typeof(Escalations))!;
        var turns = watch.Turns;
        room.Clock.Advance(span);
        await Until.Async(() => Task.FromResult(watch.Turns), now => now > turns);
    }
}
