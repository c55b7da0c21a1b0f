using System.Net;
using SmartCourtyard.DutyRoom.Duty;
using SmartCourtyard.DutyRoom.Storage;
using SmartCourtyard.DutyRoom.Tests.Running;

namespace SmartCourtyard.DutyRoom.Tests;

public class DutyTests
{
    /// <summary>Rows: the state. Columns: acknowledge, dispatch, arrive, resolve, close, note; a dash where it is not allowed.</summary>
    [Theory]
    [InlineData("raised", "acknowledged - - - - raised")]
    [InlineData("acknowledged", "- dispatched on-scene resolved - acknowledged")]
    [InlineData("dispatched", "- dispatched on-scene resolved - dispatched")]
    [InlineData("on-scene", "- dispatched - resolved - on-scene")]
    [InlineData("resolved", "- - - - closed resolved")]
    [InlineData("closed", "- - - - - closed")]
    public void Each_state_allows_these_actions_and_no_others(string state, string row)
    {
        var from = Names<AlarmState>.Parse(state);
        var next = Enum.GetValues<DutyAction>().Select(a => DutyTable.Next(from, a) is { } to ? Names<AlarmState>.Of(to) : "-");
        Assert.Equal(row, string.Join(' ', next));
    }

    [Fact]
    public async Task A_matter_goes_from_raised_to_closed_and_every_step_is_written_down()
    {
        await using var room = await RunningDutyRoom.StartAsync();
        await room.PostEventsAsync(Events.Alarm(1, "a"));
        var deadline = Events.Text(TestClock.Start.AddMinutes(15));
        Assert.Equal("acknowledged", await StateAfter(room, "acknowledge", """{"note":"电话确认"}"""));
        Assert.Equal("dispatched", await StateAfter(room, "dispatch", $$"""{"to":"网格员 李四","deadline":"{{deadline}}","tier":"grid"}"""));
        var sent = await room.AlarmAsync("a");
        Assert.Equal(("网格员 李四", deadline, "grid"), ((string?)sent["dispatchedTo"], (string?)sent["deadline"], (string?)sent["tier"]));
        Assert.Equal("on-scene", await StateAfter(room, "arrive", "{}"));
        Assert.Equal("resolved", await StateAfter(room, "resolve", """{"cause":"false-alarm","note":"油烟"}"""));
        Assert.Equal("closed", await StateAfter(room, "close", "{}"));

        var alarm = await room.AlarmAsync("a");
        Assert.Equal(("api", "false-alarm", null), ((string?)alarm["acknowledgedBy"], (string?)alarm["resolution"], (string?)alarm["deadline"]));
        Assert.Equal(
            ["raised//", "stored//", "acknowledged/api/电话确认", "dispatched/api/网格员 李四", "arrived/api/", "resolved/api/false-alarm: 油烟", "closed/api/"],
            alarm["timeline"]!.AsArray().Select(t => $"{t!["what"]}/{t["by"]}/{t["note"]}"));
        await using var db = room.Database.Read();
        Assert.Equal(["acknowledge", "dispatch", "arrive", "resolve", "close"], db.Audit.OrderBy(a => a.Id).Select(a => a.What).ToList());
    }

    [Fact]
    public async Task What_the_state_does_not_allow_is_answered_with_the_state_and_what_it_allows()
    {
        await using var room = await RunningDutyRoom.StartAsync();
        await room.PostEventsAsync(Events.Alarm(1, "a"));

        var (status, problem) = await room.ActAsync("a", "close");

        Assert.Equal((HttpStatusCode.Conflict, "raised"), (status, (string?)problem["state"]));
        Assert.Equal(["acknowledge", "note"], problem["allowed"]!.AsArray().Select(a => (string?)a));
        Assert.Contains("raised", (string?)problem["detail"], StringComparison.Ordinal);
    }

    [Fact]
    public async Task Of_two_officers_only_one_acknowledges()
    {
        await using var room = await RunningDutyRoom.StartAsync();
        await room.PostEventsAsync(Events.Alarm(1, "a"));
        var officers = await Task.WhenAll(Enumerable.Range(0, 10).Select(i => room.PersonAsync("officer " + i, Roles.Operator)));

        var answers = await Task.WhenAll(officers.Select(o => RunningDutyRoom.SendAsync(o, HttpMethod.Post, "api/v1/alarms/a/acknowledge", "{}")));

        Assert.Equal(1, answers.Count(a => a.Status == HttpStatusCode.OK));
        Assert.Equal(9, answers.Count(a => a.Status == HttpStatusCode.Conflict));
    }

    [Fact]
    public async Task A_request_that_is_repeated_with_its_key_gets_the_same_answer_and_does_nothing_again()
    {
        await using var room = await RunningDutyRoom.StartAsync();
        await room.PostEventsAsync(Events.Alarm(1, "a"), Events.Alarm(2, "b"));
        Task<(HttpStatusCode, System.Text.Json.Nodes.JsonNode)> Send(string alarm, string action, string key) => RunningDutyRoom.SendAsync(
            room.Program, HttpMethod.Post, $"api/v1/alarms/{alarm}/{action}", """{"note":"一次"}""", headers: ("Idempotency-Key", key));

        var (first, answer) = await Send("a", "acknowledge", "k1");
        var (again, sameAnswer) = await Send("a", "acknowledge", "k1");
        Assert.Equal((HttpStatusCode.OK, HttpStatusCode.OK), (first, again));
        Assert.Equal(answer.ToJsonString(), sameAnswer.ToJsonString());
        Assert.Equal(1, (await room.AlarmAsync("a"))["timeline"]!.AsArray().Count(t => (string?)t!["what"] == "acknowledged"));
        Assert.Equal(HttpStatusCode.Conflict, (await Send("a", "acknowledge", "k2")).Item1);
        Assert.Equal(HttpStatusCode.OK, (await Send("b", "acknowledge", "k1")).Item1);
        await Send("a", "note", "k3");
        await Send("a", "note", "k3");
        Assert.Equal(1, (await room.AlarmAsync("a"))["timeline"]!.AsArray().Count(t => (string?)t!["what"] == "note"));
    }

    [Theory]
    [InlineData("dispatch", "{}", "to")]
    [InlineData("dispatch", """{"to":"x","tier":"district"}""", "tier")]
    [InlineData("resolve", "{}", "cause")]
    [InlineData("resolve", """{"cause":"boredom"}""", "cause")]
    [InlineData("note", """{"note":" "}""", "note")]
    public async Task A_body_that_is_not_as_agreed_names_the_field(string action, string body, string field)
    {
        await using var room = await RunningDutyRoom.StartAsync();
        await room.PostEventsAsync(Events.Alarm(1, "a"));
        var (status, problem) = await room.ActAsync("a", action, body);
        Assert.Equal((HttpStatusCode.BadRequest, field), (status, (string?)problem["field"]));
        Assert.Equal("raised", (string?)(await room.AlarmAsync("a"))["state"]);
    }

    [Theory]
    [InlineData("{\"note\":")]
    [InlineData("{\"note\":5}")]
    [InlineData("[]")]
    public async Task Json_that_is_broken_is_the_callers_mistake(string body)
    {
        await using var room = await RunningDutyRoom.StartAsync();
        await room.PostEventsAsync(Events.Alarm(1, "a"));
        var (status, problem) = await room.ActAsync("a", "acknowledge", body);
        Assert.Equal((HttpStatusCode.BadRequest, 400), (status, (int?)problem["status"]));
    }

    [Fact]
    public async Task An_acknowledgement_needs_no_words()
    {
        await using var room = await RunningDutyRoom.StartAsync();
        await room.PostEventsAsync(Events.Alarm(1, "a"));
        using var response = await room.Program.PostAsync("api/v1/alarms/a/acknowledge", null);
        Assert.Equal(HttpStatusCode.OK, response.StatusCode);
    }

    private static async Task<string?> StateAfter(RunningDutyRoom room, string action, string body)
    {
        var (status, alarm) = await room.ActAsync("a", action, body);
        Assert.Equal(HttpStatusCode.OK, status);
        return (string?)alarm["state"];
    }
}
