using System.Net;
using System.Text.Json.Nodes;
using SmartCourtyard.DutyRoom.Tests.Running;

namespace SmartCourtyard.DutyRoom.Tests;

/// <summary>Devices that people work on: asked for here, carried out by the gateway, shown while it lasts.</summary>
public sealed class ServiceTests
{
    private const string Commands = "api/v1/gateways/" + RunningDutyRoom.Gateway + "/commands";
    private const string OutOfService = """{"command":"service.begin","service":{"kind":"out-of-service","device":"yard-siren","for":"1h","reason":"new battery"}}""";
    private const string Shelve = """{"command":"service.begin","service":{"kind":"shelved","device":"yard-siren","for":"1h","reason":"road works","shelves":"noise"}}""";
    private const string Test = """{"command":"device.test","device":"yard-siren"}""";

    [Fact]
    public async Task What_begins_reaches_the_gateway_with_who_asked_and_its_sentence_comes_back()
    {
        await using var room = await StartAsync();
        await using var gateway = await SseClient.FollowAsync(room.AsGateway, Commands);
        var person = await room.PersonAsync("王芳", "technician");
        var (status, asked) = await RunningDutyRoom.SendAsync(person, HttpMethod.Post, Commands, OutOfService);
        Assert.Equal((HttpStatusCode.Accepted, "out-of-service"), (status, (string?)asked["service"]!["kind"]));
        var heard = await gateway.NextAsync();
        Assert.Equal(
            ("service.begin", "王芳", "yard-siren", "1h", "new battery"),
            (heard.Name, (string?)heard.Data["by"], (string?)heard.Data["service"]!["device"], (string?)heard.Data["service"]!["for"], (string?)heard.Data["service"]!["reason"]));

        await room.PostEventsAsync(Events.Event(1, "smartcourtyard.command.failed.v1", new JsonObject
        {
            ["commandId"] = (string)asked["id"]!, ["command"] = "service.begin", ["reason"] = "refused: it may last 8 hours at most",
        }));
        var command = (await room.GetAsync($"{Commands}/{asked["id"]}")).Body;
        Assert.Equal(("failed", "refused", "it may last 8 hours at most"), ((string?)command["state"], (string?)command["reason"], (string?)command["detail"]));
    }

    [Fact]
    public async Task What_is_in_force_is_listed_with_who_why_and_until_when_and_is_no_fault()
    {
        await using var room = await StartAsync();
        await using var stream = await SseClient.FollowAsync(room.Program, "api/v1/stream");
        await room.PostEventsAsync(Events.Service(1, "o1", "under-test", unit: 2));
        Assert.Equal("under-test", (string?)(await stream.NextAsync("trouble")).Data["reason"]);
        var trouble = (await room.GetAsync("api/v1/troubles")).Body["items"]!.AsArray().Single()!;
        Assert.Equal(
            ("b03", 2, "why", "王芳", Events.Text(TestClock.Start.AddHours(1))),
            ((string?)trouble["building"], (int)trouble["unit"]!, (string?)trouble["service"]!["reason"], (string?)trouble["service"]!["by"],
                (string?)trouble["service"]!["until"]));
        Assert.Equal(0, (int)(await room.GatewayAsync())["troubles"]!);

        await using var gateway = await SseClient.FollowAsync(room.AsGateway, Commands);
        Assert.Equal(HttpStatusCode.Accepted, (await AskAsync(room.Program, """{"command":"service.end","ends":"o1"}""")).Status);
        Assert.Equal("o1", (string?)(await gateway.NextAsync()).Data["ends"]);
        await room.PostEventsAsync(Events.Service(2, "o1", "under-test", raised: false, unit: 2));
        Assert.Empty((await room.GetAsync("api/v1/troubles")).Body["items"]!.AsArray());
        Assert.Equal("ends", (string?)(await AskAsync(room.Program, """{"command":"service.end","ends":"o1"}""")).Body["field"]);
    }

    [Theory]
    [InlineData("viewer", 403, 403, 403, 403)]
    [InlineData("operator", 403, 202, 403, 202)]
    [InlineData("technician", 202, 202, 202, 202)]
    [InlineData("admin", 202, 202, 202, 202)]
    public async Task Technicians_work_on_devices_and_operators_put_alarms_aside(string role, int outOfService, int shelve, int test, int endShelved)
    {
        await using var room = await StartAsync();
        await room.PostEventsAsync(Events.Service(1, "o1", "shelved", device: "yard-siren"), Events.Service(2, "o2", "drill"));
        var person = await room.PersonAsync("王芳", role);
        Assert.Equal(outOfService, (int)(await AskAsync(person, OutOfService)).Status);
        Assert.Equal(shelve, (int)(await AskAsync(person, Shelve)).Status);
        Assert.Equal(test, (int)(await AskAsync(person, Test)).Status);
        Assert.Equal(endShelved, (int)(await AskAsync(person, """{"command":"service.end","ends":"o1"}""")).Status);
        Assert.Equal(test, (int)(await AskAsync(person, """{"command":"service.end","ends":"o2"}""")).Status);
    }

    [Fact]
    public async Task What_was_meant_for_this_morning_does_not_begin_in_the_evening_but_what_ends_ends()
    {
        await using var room = await StartAsync();
        await room.PostEventsAsync(Events.Service(1, "o1", "drill"));
        foreach (var body in new[] { OutOfService, Test, """{"command":"service.end","ends":"o1"}""" })
        {
            Assert.Equal(HttpStatusCode.Accepted, (await AskAsync(room.Program, body)).Status);
        }

        room.Clock.Advance(TimeSpan.FromSeconds(61));
        await using var gateway = await SseClient.FollowAsync(room.AsGateway, Commands);
        Assert.Equal("service.end", (await gateway.NextAsync()).Name);
    }

    [Theory]
    [InlineData("""{"command":"service.begin"}""", "service")]
    [InlineData("""{"command":"service.begin","service":{"kind":"holiday","for":"1h","reason":"r"}}""", "service")]
    [InlineData("""{"command":"service.begin","service":{"kind":"drill","for":"soon","reason":"r"}}""", "service")]
    [InlineData("""{"command":"service.begin","service":{"kind":"drill","for":"1h","reason":" "}}""", "service")]
    [InlineData("""{"command":"service.begin","service":{"kind":"test","device":"nowhere","for":"1h","reason":"r"}}""", "service")]
    [InlineData("""{"command":"service.begin","device":"yard-siren","service":{"kind":"drill","for":"1h","reason":"r"}}""", "device")]
    [InlineData("""{"command":"device.test"}""", "device")]
    [InlineData("""{"command":"device.test","device":"yard-siren","service":{"for":"x"}}""", "service")]
    [InlineData("""{"command":"site.reload","service":{"for":"1h"}}""", "service")]
    [InlineData("""{"command":"service.end"}""", "ends")]
    [InlineData("""{"command":"service.end","ends":"nothing"}""", "ends")]
    [InlineData("""{"command":"device.test","device":"yard-siren","ends":"o1"}""", "ends")]
    public async Task A_mistake_names_its_field(string body, string field)
    {
        await using var room = await StartAsync();
        var (status, problem) = await AskAsync(room.Program, body);
        Assert.Equal((HttpStatusCode.BadRequest, field), (status, (string?)problem["field"]));
    }

    private static async Task<RunningDutyRoom> StartAsync()
    {
        var room = await RunningDutyRoom.StartAsync();
        await RunningDutyRoom.SendAsync(
            room.AsGateway, HttpMethod.Put, $"api/v1/gateways/{RunningDutyRoom.Gateway}/site", """{"name":"富康花园小区","devices":[{"id":"yard-siren","class":"siren"}]}""");
        return room;
    }

    private static Task<(HttpStatusCode Status, JsonNode Body)> AskAsync(HttpClient client, string body)
        => RunningDutyRoom.SendAsync(client, HttpMethod.Post, Commands, body);
}
