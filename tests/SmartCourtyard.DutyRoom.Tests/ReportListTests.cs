using System.Net;
using System.Text;
using System.Text.Json.Nodes;
using SmartCourtyard.DutyRoom.Reports;
using SmartCourtyard.DutyRoom.Tests.Running;

namespace SmartCourtyard.DutyRoom.Tests;

/// <summary>What alarms came from, and the lines for a spreadsheet.</summary>
public class ReportListTests
{
    private static readonly DateTimeOffset Start = TestClock.Start;

    private const string Site = """
        {"id":"fukang-garden","name":"富康花园小区","address":{},"buildings":[{"id":"b03","name":"3栋","units":2,"floors":7}],
         "devices":[{"id":"d1","name":"=HYPERLINK(\"http://example.org\",\"厨房, 烟感\")","class":"smoke-detector","at":{"building":"b03","unit":1,"floor":-1,"flat":"301","place":"厨房"}}]}
        """;

    [Fact]
    public async Task Devices_and_buildings_with_the_most_false_alarms_come_first()
    {
        await using var room = await RunningDutyRoom.StartAsync();
        await PutSiteAsync(room);
        await ResolvedAsync(room, ("d1", "b03", "false-alarm"), ("d1", "b03", "true-alarm"), ("d2", "b04", "false-alarm"), ("d3", "b04", "fault"), ("d3", "b04", "test"), ("d4", "b03", "false-alarm"), ("d4", "b03", "false-alarm"));
        await room.PostEventsAsync(Events.Alarm(100, "open", device: "d9"), Events.Alarm(101, "drill", device: "d1", drill: true));
        await ActAsync(room, "drill", "false-alarm");

        var report = await CausesAsync(room);
        Assert.Equal(
            [("d4", 2, 2, 1d), ("d2", 1, 1, 1d), ("d1", 1, 2, 0.5), ("d3", 0, 2, 0d)],
            report["devices"]!.AsArray().Select(d => ((string)d!["device"]!, (int)d["causes"]!["falseAlarm"]!, (int)d["causes"]!["resolved"]!, (double)d["causes"]!["falseRate"]!)));
        Assert.Equal(
            [("b03", "3栋", 3, 4), ("b04", null, 1, 3)],
            report["buildings"]!.AsArray().Select(b => ((string)b!["building"]!, (string?)b["buildingName"], (int)b["causes"]!["falseAlarm"]!, (int)b["causes"]!["resolved"]!)));
        Assert.Equal(
            (7, 1, 4, 1, 1, 1), ((int)report["all"]!["resolved"]!, (int)report["all"]!["trueAlarm"]!, (int)report["all"]!["falseAlarm"]!, (int)report["all"]!["test"]!, (int)report["all"]!["fault"]!, (int)report["unresolved"]!));
        var named = report["devices"]![2]!;
        Assert.Equal(("富康花园小区", "3栋", "301", "smoke-detector"), ((string?)named["courtyardName"], (string?)named["buildingName"], (string?)named["at"]!["flat"], (string?)named["class"]));
    }

    [Fact]
    public async Task A_short_list_says_how_many_there_are_and_nothing_resolved_has_no_rate()
    {
        await using var room = await RunningDutyRoom.StartAsync();
        Assert.Null((await CausesAsync(room))["all"]!["falseRate"]);
        await ResolvedAsync(room, ("d1", "b03", "false-alarm"), ("d2", "b04", "false-alarm"));
        var report = await CausesAsync(room, "&limit=1");
        Assert.Equal((2, 1, 2, 1), ((int)report["deviceTotal"]!, report["devices"]!.AsArray().Count, (int)report["buildingTotal"]!, report["buildings"]!.AsArray().Count));
        Assert.Equal(0, (int)(await CausesAsync(room, "&severity=property"))["all"]!["resolved"]!);
    }

    [Theory]
    [InlineData("causes?limit=0", "limit")]
    [InlineData("causes?limit=501", "limit")]
    [InlineData("causes?limit=x", "limit")]
    [InlineData("alarms.csv?lang=fr", "lang")]
    public async Task A_parameter_that_is_not_understood_is_named(string query, string field)
    {
        await using var room = await RunningDutyRoom.StartAsync();
        var (status, problem) = await room.GetAsync("api/v1/reports/" + query);
        Assert.Equal((HttpStatusCode.BadRequest, field), (status, (string?)problem["field"]));
    }

    [Fact]
    public async Task A_spreadsheet_gets_every_time_of_an_alarm_where_people_live()
    {
        await using var room = await RunningDutyRoom.StartAsync();
        await PutSiteAsync(room);
        await room.PostEventsAsync(Events.Alarm(1, "a", device: "d1", raisedAt: Start.AddMilliseconds(-1500)));
        room.Clock.Advance(TimeSpan.FromSeconds(2));
        await room.ActAsync("a", "shown");
        room.Clock.Advance(TimeSpan.FromSeconds(10));
        await room.ActAsync("a", "acknowledge");
        await room.ActAsync("a", "arrive");
        room.Clock.Advance(TimeSpan.FromSeconds(30));
        await ActAsync(room, "a", "true-alarm");

        using var response = await room.Program.GetAsync("api/v1/reports/alarms.csv?zone=Asia/Shanghai&lang=en");
        Assert.Equal("text/csv; charset=utf-8", response.Content.Headers.ContentType?.ToString());
        Assert.Equal("attachment; filename=\"alarms-2026-11-15-2026-11-22.csv\"", response.Content.Headers.ContentDisposition?.ToString());
        var bytes = await response.Content.ReadAsByteArrayAsync();
        Assert.Equal(Encoding.UTF8.GetPreamble(), bytes[..3]);
        var lines = Encoding.UTF8.GetString(bytes[3..]).Split("\r\n");
        Assert.Equal((3, ""), (lines.Length, lines[2]));
        Assert.StartsWith("id,sort,courtyard,", lines[0], StringComparison.Ordinal);
        Assert.StartsWith("a,alarm,fukang-garden,富康花园小区,b03,3栋,1,3,301,厨房,d1,\"'=HYPERLINK(\"\"http://example.org\"\",\"\"厨房, 烟感\"\")\",smoke,life,closed,true-alarm,1,synchronised,0,", lines[1], StringComparison.Ordinal);
        Assert.EndsWith(
            ",2026-11-22 12:29:58,2026-11-22 12:30:00,2026-11-22 12:30:02,2026-11-22 12:30:12,2026-11-22 12:30:12,2026-11-22 12:30:42,2026-11-22 12:30:42,,1.500,2.000,12.000,13.500,43.500",
            lines[1], StringComparison.Ordinal);
    }

    [Fact]
    public async Task What_is_no_alarm_says_what_it_is_and_an_unknown_time_stays_empty()
    {
        await using var room = await RunningDutyRoom.StartAsync();
        await room.PostEventsAsync(Events.Alarm(1, "t", test: true), Events.Alarm(2, "u", clock: "unsynchronised", raisedAt: DateTimeOffset.UnixEpoch));
        var lines = (await room.Program.GetStringAsync("api/v1/reports/alarms.csv?to=2026-11-22T04:30:01Z")).TrimStart('\uFEFF').Split("\r\n");
        Assert.StartsWith("编号,类别,院坝编号", lines[0], StringComparison.Ordinal);
        Assert.StartsWith("t,test,", lines[1], StringComparison.Ordinal);
        Assert.StartsWith("u,alarm,", lines[2], StringComparison.Ordinal);
        Assert.EndsWith(",,,,,", lines[2], StringComparison.Ordinal);
        Assert.All(lines[1..3], line => Assert.Equal(lines[0].Count(c => c == ','), line.Count(c => c == ',')));
    }

    [Theory]
    [InlineData("=1+1", "'=1+1")]
    [InlineData("+86", "'+86")]
    [InlineData("-1", "'-1")]
    [InlineData("@SUM(A1)", "'@SUM(A1)")]
    [InlineData("\t=1", "'\t=1")]
    [InlineData("\r=1", "\"'\r=1\"")]
    [InlineData("＝1", "'＝1")]
    [InlineData("=\"a,b\"", "\"'=\"\"a,b\"\"\"")]
    [InlineData("厨房 = 烟感", "厨房 = 烟感")]
    [InlineData("a\nb", "\"a\nb\"")]
    [InlineData("", "")]
    [InlineData(null, "")]
    public void A_text_stays_a_text_in_a_spreadsheet(string? text, string expected) => Assert.Equal(expected, AlarmsCsv.Text(text));

    private static async Task<JsonNode> CausesAsync(RunningDutyRoom room, string more = "")
    {
        var (status, body) = await room.GetAsync("api/v1/reports/causes?to=2026-11-23T00:00:00Z" + more);
        Assert.Equal(HttpStatusCode.OK, status);
        return body;
    }

    private static async Task PutSiteAsync(RunningDutyRoom room) => Assert.Equal(
        HttpStatusCode.NoContent, (await RunningDutyRoom.SendAsync(room.AsGateway, HttpMethod.Put, $"api/v1/gateways/{RunningDutyRoom.Gateway}/site", Site)).Status);

    private static async Task ResolvedAsync(RunningDutyRoom room, params (string Device, string Building, string Cause)[] alarms)
    {
        foreach (var (i, (device, building, cause)) in alarms.Index())
        {
            var alarm = Events.Alarm(i + 1, "r" + i, device: device);
            alarm["data"]!["at"]!["building"] = building;
            await room.PostEventsAsync(alarm);
            await ActAsync(room, "r" + i, cause);
        }
    }

    private static async Task ActAsync(RunningDutyRoom room, string alarm, string cause)
    {
        await room.ActAsync(alarm, "acknowledge");
        await room.ActAsync(alarm, "resolve", $$"""{"cause":"{{cause}}"}""");
        Assert.Equal(HttpStatusCode.OK, (await room.ActAsync(alarm, "close")).Status);
    }
}
