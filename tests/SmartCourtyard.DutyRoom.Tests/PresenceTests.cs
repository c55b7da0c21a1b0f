using System.Net;
using System.Text.Json.Nodes;
using SmartCourtyard.DutyRoom.Duty;
using SmartCourtyard.DutyRoom.Tests.Running;

namespace SmartCourtyard.DutyRoom.Tests;

/// <summary>The street asks whether somebody is there.</summary>
public class PresenceTests
{
    [Fact]
    public async Task Another_person_in_the_room_answers_and_it_is_written_down()
    {
        await using var room = await RunningDutyRoom.StartAsync();
        await using var console = await SseClient.FollowAsync(room.Program, "api/v1/stream");
        var (street, officer) = (await room.PersonAsync("街道", "admin"), await room.PersonAsync("王芳", "operator"));
        var (status, asked) = await AskAsync(street);
        Assert.Equal(HttpStatusCode.Created, status);
        Assert.Equal(Events.Text(TestClock.Start.AddMinutes(10)), (string?)asked["answerBy"]);
        Assert.Equal("街道", (string?)(await console.NextAsync("presence")).Data["askedBy"]);
        Assert.Equal(HttpStatusCode.Conflict, (await AskAsync(street)).Status);

        room.Clock.Advance(TimeSpan.FromMinutes(9));
        Assert.Equal(HttpStatusCode.OK, (await AnswerAsync(officer, asked)).Status);
        Assert.Equal("王芳", (string?)(await console.NextAsync("presence")).Data["answeredBy"]);
        Assert.Equal(HttpStatusCode.Conflict, (await AnswerAsync(officer, asked)).Status);
        room.Clock.Advance(TimeSpan.FromMinutes(11));
        Assert.Empty(await room.AlarmsAsync());
        var state = (await room.GetAsync("api/v1/presence")).Body;
        Assert.Null(state["open"]);
        Assert.Equal("王芳", (string?)state["items"]!.AsArray().Single()!["answeredBy"]);
        await using var db = room.Database.Read();
        Assert.Equal([("街道", "presence-asked"), ("王芳", "presence-answered")], db.Audit.Where(a => a.What.StartsWith("presence")).AsEnumerable().Select(a => ValueTuple.Create(a.Who, a.What)));
    }

    [Fact]
    public async Task Unanswered_for_ten_minutes_it_is_an_alarm_that_a_late_answer_ends_and_people_close()
    {
        await using var room = await RunningDutyRoom.StartAsync();
        var officer = await room.PersonAsync("王芳", "operator");
        var (_, asked) = await AskAsync(room.Program);
        room.Clock.Advance(TimeSpan.FromMinutes(10) - TimeSpan.FromSeconds(5));
        Assert.Empty(await room.AlarmsAsync());
        var alarm = await AlarmAsync(room, TimeSpan.FromSeconds(5));
        Assert.Equal(("supervision", "property", "duty-room", "presence"), ((string?)alarm["kind"], (string?)alarm["severity"], (string?)alarm["courtyard"], (string?)alarm["cause"]!["quantity"]));
        Assert.Contains("smartcourtyard_presence_unanswered 1\n", await room.Client().GetStringAsync("metrics"), StringComparison.Ordinal);

        await AnswerAsync(officer, asked);
        alarm = await room.AlarmAsync((string)alarm["id"]!);
        Assert.Equal(("raised", "cleared"), ((string?)alarm["state"], (string?)alarm["condition"]));
        Assert.Equal(HttpStatusCode.Created, (await AskAsync(room.Program)).Status);
    }

    [Fact]
    public async Task Neither_a_program_nor_who_asked_nor_a_technician_can_answer_and_an_officer_cannot_ask()
    {
        await using var room = await RunningDutyRoom.StartAsync();
        var (admin, officer) = (await room.PersonAsync("街道", "admin"), await room.PersonAsync("王芳", "operator"));
        var technician = await room.PersonAsync("赵工", "technician");
        Assert.Equal(HttpStatusCode.Forbidden, (await AskAsync(officer)).Status);
        var (_, asked) = await AskAsync(admin);
        foreach (var who in new[] { room.Program, admin, technician })
        {
            Assert.Equal(HttpStatusCode.Forbidden, (await AnswerAsync(who, asked)).Status);
        }

        Assert.Equal(HttpStatusCode.NotFound, (await RunningDutyRoom.SendAsync(officer, HttpMethod.Post, "api/v1/presence/none/answer", "{}")).Status);
        Assert.Equal(HttpStatusCode.OK, (await AnswerAsync(officer, asked)).Status);
    }

    [Fact]
    public async Task The_schedule_asks_by_itself_also_after_a_restart_and_never_where_it_is_off()
    {
        var folder = RunningDutyRoom.NewFolder();
        var clock = new TestClock(TestClock.Start);
        var first = await RunningDutyRoom.StartAsync(folder, clock);
        Assert.Equal(HttpStatusCode.BadRequest, (await ScheduleAsync(first, 5)).Status);
        Assert.Equal(HttpStatusCode.NoContent, (await ScheduleAsync(first, 60)).Status);
        clock.Advance(TimeSpan.FromMinutes(40));
        Assert.Null((await first.GetAsync("api/v1/presence")).Body["open"]);
        await first.StopAsync();

        await using (var second = await RunningDutyRoom.StartAsync(folder, clock))
        {
            var open = (JsonNode?)null;
            for (var minute = 41; open is null && minute <= 76; minute++)
            {
                await RoundAsync(second, TimeSpan.FromMinutes(1));
                open = (await second.GetAsync("api/v1/presence")).Body["open"];
            }

            Assert.Null((string?)open!["askedBy"]);
            await AnswerAsync(await second.PersonAsync("王芳", "operator"), open);
            await ScheduleAsync(second, 0);
            await RoundAsync(second, TimeSpan.FromMinutes(80));
            Assert.Null((await second.GetAsync("api/v1/presence")).Body["open"]);
            Assert.Empty(await second.AlarmsAsync());
        }

        Directory.Delete(folder, recursive: true);
    }

    /// <summary>Lets the time pass, and waits until the watch has looked since.</summary>
    private static async Task RoundAsync(RunningDutyRoom room, TimeSpan span)
    {
        var rounds = (PresenceRounds)room.App.Services.GetService(typeof(PresenceRounds))!;
        var turns = rounds.Turns;
        room.Clock.Advance(span);
        await Until.Async(() => Task.FromResult(rounds.Turns), now => now > turns);
    }

    private static Task<(HttpStatusCode Status, JsonNode Body)> AskAsync(HttpClient who) => RunningDutyRoom.SendAsync(who, HttpMethod.Post, "api/v1/presence", "{}");

    private static Task<(HttpStatusCode Status, JsonNode Body)> AnswerAsync(HttpClient who, JsonNode asked)
        => RunningDutyRoom.SendAsync(who, HttpMethod.Post, $"api/v1/presence/{asked["id"]}/answer", "{}");

    private static Task<(HttpStatusCode Status, JsonNode Body)> ScheduleAsync(RunningDutyRoom room, int minutes)
        => RunningDutyRoom.SendAsync(room.Program, HttpMethod.Put, "api/v1/presence/schedule", $$"""{"everyMinutes":{{minutes}}}""");

    private static async Task<JsonNode> AlarmAsync(RunningDutyRoom room, TimeSpan span)
    {
        room.Clock.Advance(span);
        var alarms = await Until.Async(
            () =>
            {
                room.Clock.Advance(TimeSpan.Zero);
                return room.AlarmsAsync();
            },
            a => a.Count > 0);
        return alarms.Single()!;
    }
}
