using System.Net;
using SmartCourtyard.DutyRoom.Tests.Running;

namespace SmartCourtyard.DutyRoom.Tests;

public class SiteTests
{
    private const string Gateway = "api/v1/gateways/" + RunningDutyRoom.Gateway;

    private const string Site = """
        {"id":"fukang-garden","name":"富康花园小区","address":{"street":"双河口街道","community":"螺蛳包社区","grid":"第3网格"},
         "buildings":[{"id":"b03","name":"3栋","units":2,"floors":7}],
         "devices":[{"id":"b03-u1-301-smoke","name":"厨房烟感","class":"smoke-detector","at":{"building":"b03","unit":1,"floor":3,"flat":"301","place":"厨房"},"call":"sip:301@192.0.2.10"},
                    {"id":"yard-air","class":"air-monitor"}]}
        """;

    [Fact]
    public async Task Alarms_name_the_courtyard_the_building_and_the_device()
    {
        await using var room = await RunningDutyRoom.StartAsync();
        await room.PostEventsAsync(Events.Alarm(1, "before", device: Events.Device, kind: "gas"));
        Assert.Null((await room.AlarmAsync("before"))["buildingName"]);
        Assert.Equal(HttpStatusCode.NoContent, (await PutAsync(room, "site", Site)).Status);
        await using var stream = await SseClient.FollowAsync(room.Program, "api/v1/stream");
        await room.PostEventsAsync(Events.Alarm(2, "after", device: Events.Device));

        foreach (var alarm in new[] { await room.AlarmAsync("before"), await room.AlarmAsync("after"), (await stream.NextAsync("alarm")).Data })
        {
            Assert.Equal(("富康花园小区", "3栋", "厨房烟感"), ((string?)alarm["courtyardName"], (string?)alarm["buildingName"], (string?)alarm["deviceName"]));
        }

        var gateway = await room.GatewayAsync();
        Assert.Equal(("富康花园小区", "第3网格", "3栋"), ((string?)gateway["name"], (string?)gateway["address"]!["grid"], (string?)gateway["buildings"]![0]!["name"]));
    }

    [Fact]
    public async Task Consoles_are_told_once_that_a_site_is_another()
    {
        await using var room = await RunningDutyRoom.StartAsync();
        await using var stream = await SseClient.FollowAsync(room.Program, "api/v1/stream");
        await PutAsync(room, "site", "{\"devices\":[" + Devices(0, 120) + "]}");
        Assert.Equal(RunningDutyRoom.Gateway, (string?)(await stream.NextAsync("site")).Data["gateway"]);
        await room.PostEventsAsync(Events.Alarm(1, "a"));
        Assert.Equal("alarm", (await stream.NextAsync()).Name);
    }

    [Fact]
    public async Task Health_belongs_to_the_device_and_outlives_a_new_site()
    {
        await using var room = await RunningDutyRoom.StartAsync();
        await PutAsync(room, "site", Site);
        await PutAsync(room, "health?complete=true", """
            [{"device":"b03-u1-301-smoke","state":"trouble","reasons":["battery-low","weak-signal"],"lastHeard":"2026-11-22T04:29:00Z","battery":9,"linkQuality":20,"lastTest":"2026-11-01T00:00:00Z"}]
            """);
        await PutAsync(room, "site", Site);

        var devices = (await room.GetAsync("api/v1/devices")).Body["items"]!.AsArray();
        var smoke = devices[0]!;
        Assert.Equal(("厨房烟感", "3栋", "trouble", 9d, 3), ((string?)smoke["name"], (string?)smoke["buildingName"], (string?)smoke["state"], (double?)smoke["battery"], (int?)smoke["at"]!["floor"]));
        Assert.Equal(["battery-low", "weak-signal"], smoke["reasons"]!.AsArray().Select(r => (string?)r));
        Assert.Equal(("yard-air", "unknown"), ((string?)devices[1]!["id"], (string?)devices[1]!["state"]));
        foreach (var (query, count) in new[] { ("health=trouble", 1), ("health=ok", 0), ("class=air-monitor", 1), ("building=b03", 1), ("courtyard=x", 0), ("courtyard=fukang-garden", 2) })
        {
            Assert.Equal((query, count), (query, (await room.GetAsync("api/v1/devices?" + query)).Body["items"]!.AsArray().Count));
        }
    }

    [Fact]
    public async Task A_complete_report_makes_what_it_does_not_name_unknown_and_a_change_does_not()
    {
        await using var room = await RunningDutyRoom.StartAsync();
        await PutAsync(room, "health?complete=true", """[{"device":"a","state":"ok"},{"device":"b","state":"ok"}]""");
        await PutAsync(room, "health", """[{"device":"a","state":"trouble","reasons":["stuck"]}]""");
        Assert.Equal(["trouble", "ok"], await StatesAsync(room));
        await PutAsync(room, "health?complete=true", """[{"device":"a","state":"ok"}]""");
        Assert.Equal(["ok", "unknown"], await StatesAsync(room));
    }

    [Fact]
    public async Task A_large_courtyard_is_taken_whole_and_what_left_the_file_is_gone()
    {
        await using var room = await RunningDutyRoom.StartAsync();
        await PutAsync(room, "site", "{\"devices\":[" + Devices(0, 320) + "]}");
        Assert.Equal(320, (await room.GetAsync("api/v1/devices")).Body["items"]!.AsArray().Count);
        await PutAsync(room, "site", "{\"devices\":[" + Devices(200, 330) + "]}");
        Assert.Equal(130, (await room.GetAsync("api/v1/devices")).Body["items"]!.AsArray().Count);
        Assert.Equal(130, (int?)(await room.GatewayAsync())["devices"]!["unknown"]);
    }

    [Fact]
    public async Task Consoles_hear_of_devices_that_changed_and_of_no_others()
    {
        await using var room = await RunningDutyRoom.StartAsync();
        await PutAsync(room, "health", """[{"device":"a","state":"ok"},{"device":"b","state":"ok"}]""");
        await using var stream = await SseClient.FollowAsync(room.Program, "api/v1/stream");
        await stream.NextAsync("ready");
        await PutAsync(room, "health", """[{"device":"a","state":"ok","lastHeard":"2026-11-22T04:30:00Z"},{"device":"b","state":"trouble","reasons":["silent"]}]""");
        Assert.Equal("b", (string?)(await stream.NextAsync()).Data["id"]);
        var gateway = await stream.NextAsync();
        Assert.Equal(("gateway", 1, 1), (gateway.Name, (int?)gateway.Data["devices"]!["ok"], (int?)gateway.Data["devices"]!["trouble"]));
    }

    [Fact]
    public async Task A_heartbeat_is_seen_by_those_present_and_kept_for_nobody()
    {
        await using var room = await RunningDutyRoom.StartAsync();
        await using var stream = await SseClient.FollowAsync(room.Program, "api/v1/stream");
        var ready = await stream.NextAsync("ready");
        await room.BeatAsync(sequence: 0, queued: 3);
        var gateway = await stream.NextAsync("gateway");
        Assert.Equal((3, "1.0", 12.5, "online"), ((int?)gateway.Data["queued"], (string?)gateway.Data["version"], (double?)gateway.Data["uptimeSeconds"], (string?)gateway.Data["state"]));
        await using var later = await SseClient.FollowAsync(room.Program, "api/v1/stream?after=0");
        Assert.Equal(ready.Id, (await later.NextAsync("ready")).Id);
    }

    [Theory]
    [InlineData("site", """{"id":"another"}""", "id")]
    [InlineData("site", """{"buildings":[{"id":"b1","name":"1"},{"id":"b1","name":"2"}]}""", "buildings[1].id")]
    [InlineData("site", """{"buildings":[{"id":"b1"}]}""", "buildings[0].name")]
    [InlineData("site", """{"devices":[{"name":"x"}]}""", "devices[0].id")]
    [InlineData("health", """[{"state":"ok"}]""", "device")]
    [InlineData("health", """[{"device":"a","state":"fine"}]""", "state")]
    [InlineData("health", """[{"device":"a","state":"trouble","reasons":["tired"]}]""", "reasons")]
    [InlineData("heartbeat", """{"sequence":"x"}""", "sequence")]
    [InlineData("heartbeat", """{"queued":-1}""", "queued")]
    public async Task A_report_that_is_not_as_agreed_names_the_field(string what, string body, string field)
    {
        await using var room = await RunningDutyRoom.StartAsync();
        var method = what == "heartbeat" ? HttpMethod.Post : HttpMethod.Put;
        var (status, problem) = await RunningDutyRoom.SendAsync(room.AsGateway, method, $"{Gateway}/{what}", body);
        Assert.Equal((HttpStatusCode.BadRequest, field), (status, (string?)problem["field"]));
    }

    private static Task<(HttpStatusCode Status, System.Text.Json.Nodes.JsonNode Body)> PutAsync(RunningDutyRoom room, string what, string body)
        => RunningDutyRoom.SendAsync(room.AsGateway, HttpMethod.Put, $"{Gateway}/{what}", body);

    private static string Devices(int from, int to)
        => string.Join(',', Enumerable.Range(from, to - from).Select(i => $$"""{"id":"d{{i}}","name":"烟感 {{i}}","class":"smoke-detector"}"""));

    private static async Task<IEnumerable<string?>> StatesAsync(RunningDutyRoom room)
        => (await room.GetAsync("api/v1/devices")).Body["items"]!.AsArray().Select(d => (string?)d!["state"]);
}
