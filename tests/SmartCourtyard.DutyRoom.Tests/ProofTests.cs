using System.Net;
using System.Text.Json.Nodes;
using Microsoft.EntityFrameworkCore;
using SmartCourtyard.DutyRoom.Tests.Running;

namespace SmartCourtyard.DutyRoom.Tests;

/// <summary>A gateway's daily test: taken like an alarm, marked apart, closed by program, and remembered.</summary>
public sealed class ProofTests
{
    [Fact]
    public async Task A_daily_test_is_stored_without_a_sound_closed_by_program_and_shown_as_the_last_proof()
    {
        await using var room = await RunningDutyRoom.StartAsync();
        await using var console = await SseClient.FollowAsync(room.Client(RunningDutyRoom.ApiToken), "api/v1/stream");
        Assert.Equal(HttpStatusCode.OK, (await room.PostEventsAsync(Raised(1, "p1"))).Status);
        var told = (await console.NextAsync("alarm")).Data;
        Assert.Equal((true, true, false), ((bool?)told["proof"], (bool?)told["test"], (bool?)told["sound"]));
        // The program that follows is nobody's screen.
        Assert.Equal([0], await ConsolesAsync(room));

        await room.PostEventsAsync(Cleared(2, "p1"), Ended(3, "p1", "passed"));
        var alarm = await room.AlarmAsync("p1");
        Assert.Equal(("closed", "test", "cleared"), ((string?)alarm["state"], (string?)alarm["resolution"], (string?)alarm["condition"]));
        Assert.Equal(["raised", "stored", "cleared", "resolved", "closed"], alarm["timeline"]!.AsArray().Select(t => (string?)t!["what"]));
        Assert.Equal("self-test", (string?)alarm["timeline"]![4]!["by"]);
        var gateway = await room.GatewayAsync();
        Assert.Equal(("2026-11-22T04:30:00.000Z", false, 140), ((string?)gateway["lastProof"]!["at"], (bool?)gateway["lastProof"]!["shown"], (int?)gateway["lastProof"]!["tookMilliseconds"]));
        Assert.Null((string?)gateway["proofFailed"]);
        var metrics = (string)(await room.GetAsync("metrics")).Body!;
        Assert.Contains("smartcourtyard_proof_last_passed_seconds{gateway=\"fukang-garden\"} 1795321800\n", metrics, StringComparison.Ordinal);
        Assert.Contains("smartcourtyard_proofs_failing 0\n", metrics, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_persons_console_counts_and_its_word_goes_back_as_the_second_receipt()
    {
        await using var room = await RunningDutyRoom.StartAsync();
        var officer = await room.PersonAsync("duty1", Roles.Operator);
        await using var console = await SseClient.FollowAsync(officer, "api/v1/stream");
        await room.PostEventsAsync(Raised(1, "p1"));
        Assert.Equal([1], await ConsolesAsync(room));
        await RunningDutyRoom.SendAsync(officer, HttpMethod.Post, "api/v1/alarms/p1/shown", "{}", headers: ("Origin", room.Address.GetLeftPart(UriPartial.Authority)));
        await using var db = room.Database.Read();
        Assert.Equal(["alarm.stored", "alarm.shown"], db.Commands.OrderBy(c => c.Position).Select(c => c.Type).ToList());
    }

    [Fact]
    public async Task A_failed_test_leaves_the_last_proof_and_says_at_which_step()
    {
        await using var room = await RunningDutyRoom.StartAsync();
        await room.PostEventsAsync(Raised(1, "p1"), Cleared(2, "p1"), Ended(3, "p1", "passed"));
        var later = TestClock.Start.AddDays(1);
        await room.PostEventsAsync(Raised(4, "p2", later), Cleared(5, "p2", later), Ended(6, "p2", "failed", later, "shown"));
        var gateway = await room.GatewayAsync();
        Assert.Equal(("2026-11-22T04:30:00.000Z", "shown"), ((string?)gateway["lastProof"]!["at"], (string?)gateway["proofFailed"]));
        await room.PostEventsAsync(Raised(7, "p3", later.AddHours(1)), Cleared(8, "p3", later.AddHours(1)), Ended(9, "p3", "passed", later.AddHours(1)));
        Assert.Null((string?)(await room.GatewayAsync())["proofFailed"]);
    }

    [Fact]
    public async Task A_test_that_never_ended_is_closed_by_the_next_and_nothing_else_is_closed_by_a_program()
    {
        await using var room = await RunningDutyRoom.StartAsync();
        await room.PostEventsAsync(Raised(1, "stopped"), Events.Alarm(2, "fire", test: true), Raised(3, "p1"), Cleared(4, "p1"), Ended(5, "p1", "passed"));
        Assert.Equal("closed", (string?)(await room.AlarmAsync("stopped"))["state"]);
        await room.PostEventsAsync(Ended(6, "fire", "passed"));
        Assert.Equal("raised", (string?)(await room.AlarmAsync("fire"))["state"]);
    }

    [Theory]
    [InlineData("smoke", "technical", true)]
    [InlineData("equipment", "property", true)]
    [InlineData("equipment", "technical", false)]
    public async Task What_is_at_stake_cannot_call_itself_a_proof(string kind, string severity, bool test)
    {
        await using var room = await RunningDutyRoom.StartAsync();
        var raised = Raised(1, "p1");
        (raised["data"]!["kind"], raised["data"]!["severity"], raised["data"]!["test"]) = (kind, severity, test);
        var (status, body) = await room.PostEventsAsync(raised);
        Assert.Equal((HttpStatusCode.BadRequest, "data.proof"), (status, (string?)body["field"]));
    }

    [Fact]
    public async Task What_an_alarm_may_come_from_is_shown_and_changes_nothing()
    {
        await using var room = await RunningDutyRoom.StartAsync();
        var hinted = Events.Alarm(1, "a");
        hinted["data"]!["hint"] = "shower";
        await room.PostEventsAsync(hinted, Events.Alarm(2, "b"));
        var (a, b) = (await room.AlarmAsync("a"), await room.AlarmAsync("b"));
        Assert.Equal(("shower", null), ((string?)a["hint"], (string?)b["hint"]));
        foreach (var name in new[] { "severity", "state", "deadline", "late", "tier", "condition", "test", "proof" })
        {
            Assert.Equal(b[name]?.ToJsonString(), a[name]?.ToJsonString());
        }

        hinted = Events.Alarm(3, "c");
        hinted["data"]!["hint"] = "rain";
        Assert.Equal("data.hint", (string?)(await room.PostEventsAsync(hinted)).Body["field"]);
    }

    private static JsonObject Raised(long sequence, string alarm, DateTimeOffset? time = null) => Alarm(sequence, alarm, "raised", time);

    private static JsonObject Cleared(long sequence, string alarm, DateTimeOffset? time = null) => Alarm(sequence, alarm, "cleared", time);

    private static JsonObject Alarm(long sequence, string alarm, string what, DateTimeOffset? time)
    {
        var e = Events.Alarm(sequence, alarm, what, time, kind: "equipment", severity: "technical", test: true);
        (e["data"]!["device"], e["data"]!["at"], e["data"]!["proof"]) = ("gateway", new JsonObject(), true);
        e["data"]!.AsObject().Remove("cause");
        return e;
    }

    private static JsonObject Ended(long sequence, string alarm, string how, DateTimeOffset? time = null, string? failed = null)
    {
        var data = new JsonObject { ["alarmId"] = alarm, ["stored"] = true, ["shown"] = false, ["tookMilliseconds"] = 140 };
        if (failed is not null)
        {
            data["failed"] = failed;
        }

        return Events.Event(sequence, $"smartcourtyard.test.{how}.v1", data, time);
    }

    private static async Task<List<int?>> ConsolesAsync(RunningDutyRoom room)
    {
        await using var db = room.Database.Read();
        return [.. (await db.Commands.Where(c => c.Type == "alarm.stored").Select(c => c.Data).ToListAsync()).Select(d => (int?)JsonNode.Parse(d)!["consoles"])];
    }
}
