using System.Net;
using System.Text.Json.Nodes;
using SmartCourtyard.DutyRoom.Tests.Running;

namespace SmartCourtyard.DutyRoom.Tests;

/// <summary>What people and programs tell a gateway to do.</summary>
public sealed class OrderTests
{
    private const string Commands = "api/v1/gateways/" + RunningDutyRoom.Gateway + "/commands";
    private const string Reload = """{"command":"site.reload"}""";
    private const string SirenOn = """{"command":"actuator.set","device":"yard-siren","on":true}""";

    [Fact]
    public async Task A_reload_reaches_the_gateway_and_its_answer_reaches_the_board()
    {
        await using var room = await StartAsync();
        await using var gateway = await SseClient.FollowAsync(room.AsGateway, Commands);
        var (status, asked) = await AskAsync(room, Reload);
        Assert.Equal(HttpStatusCode.Accepted, status);
        var heard = await gateway.NextAsync();
        Assert.Equal(("site.reload", (string?)asked["id"]), (heard.Name, (string?)heard.Data["id"]));
        Assert.Equal("api", (string?)heard.Data["by"]);
        Assert.Equal("open", (string?)asked["state"]);

        await using var console = await SseClient.FollowAsync(room.Program, "api/v1/stream");
        await room.PostEventsAsync(Answer(1, "done", (string)asked["id"]!, null));
        Assert.Equal("done", (string?)(await console.NextAsync("command")).Data["state"]);
        var now = (await room.GetAsync($"{Commands}/{asked["id"]}")).Body;
        Assert.Equal(("done", Events.Text(TestClock.Start)), ((string?)now["state"], (string?)now["answeredAt"]));
        Assert.Equal(["done"], await StatesAsync(room, ""));
        Assert.Empty(await StatesAsync(room, "?state=open"));
        Assert.Single(await StatesAsync(room, "?state=done&gateway=" + RunningDutyRoom.Gateway));
        Assert.Empty(await StatesAsync(room, "?gateway=elsewhere"));
    }

    [Fact]
    public async Task A_refusal_is_shown_with_its_word_and_its_sentence()
    {
        await using var room = await StartAsync();
        var id = (string)(await AskAsync(room, Reload)).Body["id"]!;
        await room.PostEventsAsync(Answer(1, "failed", id, "site-refused: site.yaml:4:5: 'class' is 'smoke': smoke-detector"));

        var command = (await room.GetAsync("api/v1/commands?state=failed")).Body["items"]!.AsArray().Single()!;
        Assert.Equal("site-refused", (string?)command["reason"]);
        Assert.Equal("site.yaml:4:5: 'class' is 'smoke': smoke-detector", (string?)command["detail"]);
    }

    [Fact]
    public async Task An_order_without_an_answer_is_unanswered_after_a_minute_and_a_late_answer_still_counts()
    {
        await using var room = await StartAsync();
        var id = (string)(await AskAsync(room, Reload)).Body["id"]!;
        room.Clock.Advance(TimeSpan.FromSeconds(60));
        Assert.Single(await StatesAsync(room, "?state=open"));
        room.Clock.Advance(TimeSpan.FromSeconds(1));
        Assert.Equal(["unanswered"], await StatesAsync(room, "?state=unanswered"));
        await room.PostEventsAsync(Answer(1, "done", id, null));
        Assert.Equal(["done"], await StatesAsync(room, ""));
    }

    [Fact]
    public async Task A_gateway_that_comes_back_late_reads_its_file_but_moves_no_siren()
    {
        await using var room = await StartAsync();
        await AskAsync(room, SirenOn);
        await AskAsync(room, Reload);
        room.Clock.Advance(TimeSpan.FromSeconds(61));
        await using var gateway = await SseClient.FollowAsync(room.AsGateway, Commands);
        Assert.Equal("site.reload", (await gateway.NextAsync()).Name);
        await AskAsync(room, SirenOn);
        var heard = await gateway.NextAsync();
        Assert.Equal(("actuator.set", "yard-siren", true), (heard.Name, (string?)heard.Data["device"], (bool)heard.Data["on"]!));
        Assert.Equal(["open", "unanswered", "unanswered"], await StatesAsync(room, ""));
    }

    [Theory]
    [InlineData("siren.silence")]
    [InlineData("reassure")]
    public async Task The_sirens_and_the_lamp_of_an_alarm_are_told_by_its_id(string command)
    {
        await using var room = await StartAsync();
        await room.PostEventsAsync(Events.Alarm(1, "a"));
        var alarm = (string)(await room.GetAsync("api/v1/alarms")).Body["items"]![0]!["id"]!;
        var officer = await room.PersonAsync("王芳", "operator");
        var (status, body) = await RunningDutyRoom.SendAsync(officer, HttpMethod.Post, Commands, $$"""{"command":"{{command}}","alarmId":"{{alarm}}"}""");
        Assert.Equal((HttpStatusCode.Accepted, alarm), (status, (string?)body["alarmId"]));
        await using var db = room.Database.Read();
        Assert.Contains(db.Audit, a => a.Who == "王芳" && a.What == command && a.Target == $"fukang-garden/{alarm}");
        Assert.Contains(db.Commands, c => c.Type == command && c.Data.Contains(alarm));
    }

    [Fact]
    public async Task What_was_asked_outlives_a_restart()
    {
        var folder = RunningDutyRoom.NewFolder();
        var room = await RunningDutyRoom.StartAsync(folder);
        await PutSiteAsync(room);
        var id = (string)(await AskAsync(room, Reload)).Body["id"]!;
        await room.StopAsync();
        await using (room = await RunningDutyRoom.StartAsync(folder))
        {
            await using var gateway = await SseClient.FollowAsync(room.AsGateway, Commands);
            Assert.Equal(id, (string?)(await gateway.NextAsync()).Data["id"]);
        }

        Directory.Delete(folder, recursive: true);
    }

    [Fact]
    public async Task The_same_key_asks_once()
    {
        await using var room = await StartAsync();
        var first = await AskAsync(room, Reload, ("Idempotency-Key", "k1"));
        var again = await AskAsync(room, Reload, ("Idempotency-Key", "k1"));
        var other = await AskAsync(room, Reload, ("Idempotency-Key", "k2"));
        Assert.Equal((HttpStatusCode.Accepted, first.Body.ToJsonString()), (again.Status, again.Body.ToJsonString()));
        Assert.NotEqual((string?)first.Body["id"], (string?)other.Body["id"]);
        Assert.Equal(2, (await StatesAsync(room, "")).Count);
        Assert.Equal(HttpStatusCode.BadRequest, (await AskAsync(room, Reload, ("Idempotency-Key", new string('k', 201)))).Status);
    }

    [Theory]
    [InlineData("{}", "command")]
    [InlineData("""{"command":"device.explode"}""", "command")]
    [InlineData("""{"command":"alarm.stored"}""", "command")]
    [InlineData("""{"command":"actuator.set","on":true}""", "device")]
    [InlineData("""{"command":"actuator.set","device":"nowhere","on":true}""", "device")]
    [InlineData("""{"command":"actuator.set","device":"yard-siren"}""", "on")]
    [InlineData("""{"command":"site.reload","device":"yard-siren"}""", "device")]
    [InlineData("""{"command":"site.reload","on":false}""", "on")]
    [InlineData("""{"command":"siren.silence"}""", "alarmId")]
    [InlineData("""{"command":"siren.silence","alarmId":"no-such-alarm"}""", "alarmId")]
    [InlineData("""{"command":"site.reload","alarmId":"a"}""", "alarmId")]
    [InlineData("""{"command":"reassure"}""", "alarmId")]
    [InlineData("""{"command":"reassure","alarmId":"a","device":"yard-siren"}""", "alarmId")]
    public async Task A_mistake_names_its_field_and_nothing_is_sent(string body, string field)
    {
        await using var room = await StartAsync();
        var (status, problem) = await AskAsync(room, body);
        Assert.Equal((HttpStatusCode.BadRequest, field), (status, (string?)problem["field"]));
        Assert.Empty(await StatesAsync(room, ""));
    }

    [Theory]
    [InlineData("viewer", HttpStatusCode.Forbidden, HttpStatusCode.Forbidden)]
    [InlineData("operator", HttpStatusCode.Forbidden, HttpStatusCode.Accepted)]
    [InlineData("technician", HttpStatusCode.Accepted, HttpStatusCode.Accepted)]
    [InlineData("admin", HttpStatusCode.Accepted, HttpStatusCode.Accepted)]
    public async Task Technicians_reload_and_operators_move_sirens(string role, HttpStatusCode reload, HttpStatusCode siren)
    {
        await using var room = await StartAsync();
        var person = await room.PersonAsync("王芳", role);
        Assert.Equal(reload, (await RunningDutyRoom.SendAsync(person, HttpMethod.Post, Commands, Reload)).Status);
        var (status, body) = await RunningDutyRoom.SendAsync(person, HttpMethod.Post, Commands, SirenOn);
        Assert.Equal(siren, status);
        if (status == HttpStatusCode.Accepted)
        {
            Assert.Equal("王芳", (string?)body["by"]);
            await using var db = room.Database.Read();
            Assert.Contains(db.Audit, a => a.Who == "王芳" && a.What == "actuator.set on" && a.Target == "fukang-garden/yard-siren");
        }
    }

    [Fact]
    public async Task Nobody_but_its_own_gateway_follows_the_commands_and_a_gateway_asks_for_nothing()
    {
        await using var room = await StartAsync();
        Assert.Equal(HttpStatusCode.Forbidden, (await room.GetAsync(Commands)).Status);
        Assert.Equal(HttpStatusCode.Forbidden, (await RunningDutyRoom.SendAsync(room.AsGateway, HttpMethod.Post, Commands, Reload)).Status);
        Assert.Equal(HttpStatusCode.Unauthorized, (await RunningDutyRoom.SendAsync(room.Client(), HttpMethod.Post, Commands, Reload)).Status);
        Assert.Equal(HttpStatusCode.NotFound, (await RunningDutyRoom.SendAsync(room.Program, HttpMethod.Post, "api/v1/gateways/elsewhere/commands", Reload)).Status);
        Assert.Equal(HttpStatusCode.NotFound, (await room.GetAsync(Commands + "/none")).Status);
        Assert.Equal("state", (string?)(await room.GetAsync("api/v1/commands?state=lost")).Body["field"]);
    }

    [Fact]
    public async Task A_receipt_is_no_order_and_a_hundred_orders_are_enough()
    {
        await using var room = await StartAsync();
        await room.PostEventsAsync(Events.Alarm(1, "a"));
        Assert.Empty(await StatesAsync(room, ""));
        for (var i = 0; i < 100; i++)
        {
            Assert.Equal(HttpStatusCode.Accepted, (await AskAsync(room, Reload)).Status);
        }

        Assert.Equal(HttpStatusCode.TooManyRequests, (await AskAsync(room, Reload)).Status);
    }

    private static async Task<RunningDutyRoom> StartAsync()
    {
        var room = await RunningDutyRoom.StartAsync();
        await PutSiteAsync(room);
        return room;
    }

    private static Task<(HttpStatusCode Status, JsonNode Body)> PutSiteAsync(RunningDutyRoom room) => RunningDutyRoom.SendAsync(
        room.AsGateway, HttpMethod.Put, $"api/v1/gateways/{RunningDutyRoom.Gateway}/site", """{"name":"富康花园小区","devices":[{"id":"yard-siren","class":"siren"}]}""");

    private static Task<(HttpStatusCode Status, JsonNode Body)> AskAsync(RunningDutyRoom room, string body, params (string, string)[] headers)
        => RunningDutyRoom.SendAsync(room.Program, HttpMethod.Post, Commands, body, headers: headers);

    private static async Task<IReadOnlyList<string>> StatesAsync(RunningDutyRoom room, string query)
        => [.. (await room.GetAsync("api/v1/commands" + query)).Body["items"]!.AsArray().Select(c => (string)c!["state"]!)];

    private static JsonObject Answer(long sequence, string how, string command, string? reason)
    {
        var data = new JsonObject { ["commandId"] = command, ["command"] = "site.reload" };
        if (reason is not null)
        {
            data["reason"] = reason;
        }

        return Events.Event(sequence, $"smartcourtyard.command.{how}.v1", data);
    }
}
