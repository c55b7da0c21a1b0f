using System.Text.Json.Nodes;
using SmartCourtyard.DutyRoom.Tests.Running;

namespace SmartCourtyard.DutyRoom.Tests;

public class SupervisionTests
{
    [Fact]
    public async Task A_silent_courtyard_is_one_alarm_and_its_return_clears_the_condition()
    {
        await using var room = await RunningDutyRoom.StartAsync();
        await room.BeatAsync();
        await RunningDutyRoom.SendAsync(
            room.AsGateway, HttpMethod.Put, $"api/v1/gateways/{RunningDutyRoom.Gateway}/health?complete=true",
            """[{"device":"yard-air","state":"ok","reasons":[],"lastHeard":"2026-11-22T04:30:00Z"},{"device":"lobby-sos","state":"trouble","reasons":["battery-low"]}]""");
        room.Clock.Advance(TimeSpan.FromSeconds(59));
        Assert.Empty(await room.AlarmsAsync());

        var alarm = await SilenceAsync(room, TimeSpan.FromSeconds(1));
        room.Clock.Advance(TimeSpan.FromMinutes(5));

        Assert.Equal(("supervision", "property", "raised", "active"), ((string?)alarm["kind"], (string?)alarm["severity"], (string?)alarm["state"], (string?)alarm["condition"]));
        Assert.Null(alarm["device"]);
        Assert.Equal("silent", (string?)(await room.GatewayAsync())["state"]);
        Assert.Equal(["unobserved", "unobserved"], (await DevicesAsync(room)).Select(d => (string?)d!["state"]));
        Assert.Equal(2, (await room.GetAsync("api/v1/devices?health=unobserved")).Body["items"]!.AsArray().Count);

        await room.BeatAsync();

        alarm = (await room.AlarmsAsync()).Single()!;
        Assert.Equal(("raised", "cleared"), ((string?)alarm["state"], (string?)alarm["condition"]));
        Assert.Equal("online", (string?)(await room.GatewayAsync())["state"]);
        Assert.Equal(["trouble", "ok"], (await DevicesAsync(room)).Select(d => (string?)d!["state"]));
        Assert.Empty((await CommandsOf(room)).ToList());
    }

    [Fact]
    public async Task Silence_again_while_the_alarm_is_open_is_an_occurrence_and_afterwards_a_new_alarm()
    {
        await using var room = await RunningDutyRoom.StartAsync();
        await room.BeatAsync();
        await SilenceAsync(room, TimeSpan.FromSeconds(61));
        await room.BeatAsync();
        var again = await SilenceAsync(room, TimeSpan.FromSeconds(61));
        Assert.Equal(2, (int?)again["occurrences"]);

        await room.BeatAsync();
        var id = (string)again["id"]!;
        await room.ActAsync(id, "acknowledge");
        await room.ActAsync(id, "resolve", """{"cause":"fault"}""");
        await room.ActAsync(id, "close");
        var next = await SilenceAsync(room, TimeSpan.FromSeconds(61));
        Assert.NotEqual(id, (string?)next["id"]);
        Assert.Equal(2, (await room.AlarmsAsync()).Count);
    }

    [Fact]
    public async Task An_event_is_a_sign_of_life_too()
    {
        await using var room = await RunningDutyRoom.StartAsync();
        await room.BeatAsync();
        for (var i = 1; i <= 4; i++)
        {
            room.Clock.Advance(TimeSpan.FromSeconds(40));
            await room.PostEventsAsync(Events.Event(i, "smartcourtyard.test.passed.v1", []));
        }

        Assert.Empty(await room.AlarmsAsync());
    }

    [Fact]
    public async Task Setting_the_wall_clock_makes_nobody_silent()
    {
        await using var room = await RunningDutyRoom.StartAsync();
        room.Clock.Advance(TimeSpan.FromSeconds(30));
        await room.BeatAsync();
        room.Clock.SetWallClock(TimeSpan.FromHours(8));
        room.Clock.Advance(TimeSpan.FromSeconds(50));
        await room.BeatAsync();
        Assert.Empty(await room.AlarmsAsync());
    }

    [Fact]
    public async Task A_courtyard_that_was_never_heard_is_unknown_and_no_alarm()
    {
        await using var room = await RunningDutyRoom.StartAsync();
        room.Clock.Advance(TimeSpan.FromMinutes(10));
        Assert.Empty(await room.AlarmsAsync());
        Assert.Equal("unknown", (string?)(await room.GatewayAsync())["state"]);
    }

    [Fact]
    public async Task The_deadline_survives_a_restart()
    {
        var folder = RunningDutyRoom.NewFolder();
        var clock = new TestClock(TestClock.Start);
        var first = await RunningDutyRoom.StartAsync(folder, clock);
        await first.BeatAsync();
        await first.StopAsync();
        clock.Advance(TimeSpan.FromSeconds(30));

        await using (var second = await RunningDutyRoom.StartAsync(folder, clock))
        {
            clock.Advance(TimeSpan.FromSeconds(29));
            Assert.Empty(await second.AlarmsAsync());
            var alarm = await SilenceAsync(second, TimeSpan.FromSeconds(1));
            Assert.Equal(Events.Text(TestClock.Start.AddSeconds(60)), (string?)alarm["raisedAt"]);
        }

        Directory.Delete(folder, recursive: true);
    }

    [Fact]
    public async Task After_a_long_stop_gateways_get_time_to_be_heard()
    {
        var folder = RunningDutyRoom.NewFolder();
        var clock = new TestClock(TestClock.Start);
        var first = await RunningDutyRoom.StartAsync(folder, clock);
        await first.BeatAsync();
        await first.StopAsync();
        clock.Advance(TimeSpan.FromHours(1));

        await using (var second = await RunningDutyRoom.StartAsync(folder, clock))
        {
            clock.Advance(TimeSpan.FromSeconds(20));
            await second.BeatAsync();
            clock.Advance(TimeSpan.FromSeconds(20));
            Assert.Empty(await second.AlarmsAsync());
        }

        Directory.Delete(folder, recursive: true);
    }

    /// <summary>Lets the time pass; the watchman looks on his own thread, so the alarm may take a moment of real time.</summary>
    private static async Task<JsonNode> SilenceAsync(RunningDutyRoom room, TimeSpan span)
    {
        room.Clock.Advance(span);
        var alarms = await Until.Async(
            async () =>
            {
                var open = await room.AlarmsAsync("?state=open&kind=supervision");
                if (!open.Any(IsActive))
                {
                    room.Clock.Advance(TimeSpan.Zero);
                }

                return open;
            },
            open => open.Any(IsActive));
        return alarms.Single(IsActive)!;
    }

    private static bool IsActive(JsonNode? alarm) => (string?)alarm!["condition"] == "active";

    private static async Task<JsonArray> DevicesAsync(RunningDutyRoom room) => (await room.GetAsync("api/v1/devices")).Body["items"]!.AsArray();

    private static async Task<List<string>> CommandsOf(RunningDutyRoom room)
    {
        await using var db = room.Database.Read();
        return [.. db.Commands.Select(c => c.Type)];
    }
}
