using System.Net;
using System.Text;
using System.Text.Json.Nodes;
using Microsoft.EntityFrameworkCore;
using SmartCourtyard.DutyRoom.Tests.Running;

namespace SmartCourtyard.DutyRoom.Tests;

public class IntakeTests
{
    [Fact]
    public async Task An_alarm_that_was_taken_is_on_the_board()
    {
        await using var room = await RunningDutyRoom.StartAsync();
        var (alarm, raised) = (Events.NewId(), TestClock.Start.AddMilliseconds(-120));
        var e = Events.Alarm(42, alarm, time: raised);

        var (status, receipt) = await room.PostEventsAsync(e);

        Assert.Equal(HttpStatusCode.OK, status);
        Assert.Equal((string?)e["id"], (string?)receipt["accepted"]!.AsArray().Single());
        Assert.Empty(receipt["duplicates"]!.AsArray());
        Assert.Equal("42", (string?)receipt["lastSequence"]);
        var shown = (await room.AlarmsAsync("?state=open")).Single()!;
        Assert.Equal(alarm, (string?)shown["id"]);
        Assert.Equal("smoke", (string?)shown["kind"]);
        Assert.Equal("life", (string?)shown["severity"]);
        Assert.Equal("raised", (string?)shown["state"]);
        Assert.Equal("active", (string?)shown["condition"]);
        Assert.Equal("厨房", (string?)shown["at"]!["place"]);
        Assert.Equal(3, (int?)shown["at"]!["floor"]);
        Assert.True((bool)shown["cause"]!["value"]!);
        Assert.Equal(Events.Text(raised), (string?)shown["raisedAt"]);
        Assert.Equal(Events.Text(TestClock.Start), (string?)shown["receivedAt"]);
        Assert.Equal(Events.Text(raised.AddSeconds(60)), (string?)shown["deadline"]);
        Assert.False((bool)shown["late"]!);
        Assert.Equal(["raised", "stored"], shown["timeline"]!.AsArray().Select(t => (string?)t!["what"]));
    }

    [Fact]
    public async Task Every_kind_of_event_is_accepted_and_kept()
    {
        await using var room = await RunningDutyRoom.StartAsync();
        var trouble = Events.NewId();
        JsonObject Trouble() => new()
        {
            ["troubleId"] = trouble, ["reason"] = "silent", ["device"] = "yard-air", ["raisedAt"] = Events.Text(TestClock.Start), ["clock"] = "synchronised",
        };

        var (status, receipt) = await room.PostEventsAsync(
            Events.Alarm(1, "a"), Events.Alarm(2, "a", "updated"), Events.Alarm(3, "a", "cleared"),
            Events.Event(4, "smartcourtyard.trouble.raised.v1", Trouble()), Events.Event(5, "smartcourtyard.trouble.cleared.v1", Trouble()),
            Events.Event(6, "smartcourtyard.test.passed.v1", []), Events.Event(7, "smartcourtyard.test.failed.v1", []),
            Events.Event(8, "smartcourtyard.command.done.v1", new() { ["commandId"] = "x", ["command"] = "alarm.stored" }),
            Events.Event(9, "smartcourtyard.command.failed.v1", new() { ["commandId"] = "y", ["command"] = "alarm.stored", ["reason"] = "no" }),
            Events.Event(10, "smartcourtyard.gateway.started.v1", new() { ["version"] = "1" }),
            Events.Event(11, "smartcourtyard.access.passed.v1", []));

        Assert.Equal(HttpStatusCode.OK, status);
        Assert.Equal(11, receipt["accepted"]!.AsArray().Count);
        await using var db = room.Database.Read();
        Assert.Equal(11, await db.Events.CountAsync());
        Assert.NotNull((await db.Troubles.SingleAsync()).ClearedAt);
    }

    [Fact]
    public async Task A_trouble_stands_until_it_is_cleared()
    {
        await using var room = await RunningDutyRoom.StartAsync();
        var data = new JsonObject
        {
            ["troubleId"] = "t1", ["reason"] = "battery-low", ["device"] = "yard-air", ["raisedAt"] = Events.Text(TestClock.Start), ["detail"] = "9 %",
        };
        await room.PostEventsAsync(Events.Event(1, "smartcourtyard.trouble.raised.v1", data));

        var standing = (await room.GetAsync("api/v1/troubles")).Body["items"]!.AsArray().Single()!;
        Assert.Equal("battery-low", (string?)standing["reason"]);
        Assert.Equal("9 %", (string?)standing["detail"]);

        await room.PostEventsAsync(Events.Event(2, "smartcourtyard.trouble.cleared.v1", (JsonObject)data.DeepClone()));
        Assert.Empty((await room.GetAsync("api/v1/troubles")).Body["items"]!.AsArray());
    }

    [Fact]
    public async Task The_same_event_again_is_a_duplicate_and_never_a_second_alarm()
    {
        await using var room = await RunningDutyRoom.StartAsync();
        var (first, second) = (Events.Alarm(1, "a"), Events.Alarm(2, "b"));
        await room.PostEventsAsync(first);

        var (status, receipt) = await room.PostEventsAsync((JsonObject)first.DeepClone(), second, (JsonObject)second.DeepClone());

        Assert.Equal(HttpStatusCode.OK, status);
        Assert.Equal([(string?)second["id"]], receipt["accepted"]!.AsArray().Select(i => (string?)i));
        Assert.Equal([(string?)first["id"], (string?)second["id"]], receipt["duplicates"]!.AsArray().Select(i => (string?)i));
        Assert.Equal("2", (string?)receipt["lastSequence"]);
        Assert.Equal(2, (await room.AlarmsAsync()).Count);
    }

    [Fact]
    public async Task A_sequence_number_that_another_event_has_is_refused_with_the_next_free_one()
    {
        await using var room = await RunningDutyRoom.StartAsync();
        await room.PostEventsAsync(Events.Alarm(1, "a"), Events.Alarm(2, "b"));

        var (status, problem) = await room.PostEventsAsync(Events.Alarm(3, "c"), Events.Alarm(2, "d"));

        Assert.Equal(HttpStatusCode.Conflict, status);
        Assert.Equal(1, (int?)problem["index"]);
        Assert.Equal("3", (string?)problem["expected"]);
        Assert.Equal(["b", "a"], (await room.AlarmsAsync()).Select(a => (string?)a!["id"]));
    }

    [Fact]
    public async Task A_gap_in_the_sequence_shows_as_missing_until_the_events_arrive()
    {
        await using var room = await RunningDutyRoom.StartAsync();
        await room.PostEventsAsync(Events.Alarm(1, "a"), Events.Alarm(5, "e"));
        Assert.Equal(3, (int?)(await room.GatewayAsync())["missing"]);

        await room.PostEventsAsync(Events.Alarm(2, "b"), Events.Alarm(3, "c"), Events.Alarm(4, "d"));
        Assert.Equal(0, (int?)(await room.GatewayAsync())["missing"]);
    }

    [Fact]
    public async Task What_the_gateway_numbered_and_neither_sent_nor_keeps_queued_shows_as_missing()
    {
        await using var room = await RunningDutyRoom.StartAsync();
        await room.PostEventsAsync(Events.Alarm(1, "a"));

        Assert.Equal("2", (string?)(await room.BeatAsync(sequence: 4, queued: 1)).Body["expected"]);
        Assert.Equal(2, (int?)(await room.GatewayAsync())["missing"]);

        await room.PostEventsAsync(Events.Alarm(2, "b"), Events.Alarm(3, "c"), Events.Alarm(4, "d"));
        Assert.Equal(0, (int?)(await room.GatewayAsync())["missing"]);
    }

    [Fact]
    public async Task An_alarm_of_another_courtyard_cannot_be_changed()
    {
        await using var room = await RunningDutyRoom.StartAsync();
        await room.Ledger.WriteAsync(writing =>
        {
            writing.Alarms.Save(new() { Id = "theirs", Courtyard = "elsewhere" });
            return true;
        });

        var (status, problem) = await room.PostEventsAsync(Events.Alarm(1, "mine"), Events.Alarm(2, "theirs", "cleared"));

        Assert.Equal(HttpStatusCode.BadRequest, status);
        Assert.Equal((1, "data.alarmId"), ((int?)problem["index"], (string?)problem["field"]));
        Assert.Equal(["theirs"], (await room.AlarmsAsync()).Select(a => (string?)a!["id"]));
    }

    [Fact]
    public async Task More_than_a_mebibyte_is_too_large_with_and_without_a_length()
    {
        await using var room = await RunningDutyRoom.StartAsync();
        var body = Encoding.UTF8.GetBytes("[" + new string(' ', 1024 * 1024) + "]");
        foreach (var chunked in new[] { false, true })
        {
            using var request = new HttpRequestMessage(HttpMethod.Post, $"api/v1/gateways/{RunningDutyRoom.Gateway}/events");
            request.Content = new ByteArrayContent(body);
            request.Content.Headers.ContentType = new("application/json");
            request.Headers.TransferEncodingChunked = chunked;
            using var response = await room.AsGateway.SendAsync(request);
            Assert.Equal(HttpStatusCode.RequestEntityTooLarge, response.StatusCode);
        }
    }

    [Fact]
    public async Task Five_hundred_events_are_taken_and_five_hundred_and_one_are_not()
    {
        await using var room = await RunningDutyRoom.StartAsync();
        JsonObject[] events = [.. Enumerable.Range(1, 501).Select(i => Events.Alarm(i, "a" + i))];

        Assert.Equal(HttpStatusCode.BadRequest, (await room.PostTextAsync(new JsonArray([.. events.Select(e => e.DeepClone())]).ToJsonString())).Status);
        Assert.Empty(await room.AlarmsAsync());
        Assert.Equal(500, (await room.PostEventsAsync(events[..500])).Body["accepted"]!.AsArray().Count);
    }

    [Fact]
    public async Task Requests_that_come_at_once_are_all_stored_once()
    {
        await using var room = await RunningDutyRoom.StartAsync();
        var answers = await Task.WhenAll(Enumerable.Range(1, 100).Select(i => room.PostEventsAsync(Events.Alarm(i, "a" + i))));

        Assert.All(answers, a => Assert.Equal(HttpStatusCode.OK, a.Status));
        Assert.Equal(100, (await room.AlarmsAsync("?limit=500")).Count);
        Assert.True(room.Ledger.Commits < 110);
    }
}
