using System.Net;
using System.Text.Json.Nodes;
using Microsoft.EntityFrameworkCore;
using SmartCourtyard.DutyRoom.Storage;
using SmartCourtyard.DutyRoom.Tests.Running;

namespace SmartCourtyard.DutyRoom.Tests;

/// <summary>A gateway's daily test: taken like an alarm, marked apart, closed by program, and remembered.</summary>
public class ProofTests
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
    public async Task A_gateway_that_was_stopped_in_the_middle_of_a_test_asks_nobody_for_it_when_it_has_started_again()
    {
        await using var room = await RunningDutyRoom.StartAsync();
        var (before, later) = (TestClock.Start.AddMinutes(-20), TestClock.Start.AddMinutes(30));
        await room.PostEventsAsync(Asked(Raised(1, "waits", before)), Asked(Ended(2, "waits", "passed", before)), Asked(Raised(3, "stopped", before)));
        // Alarms go ahead: the new run's own test is here before word of its start.
        await room.PostEventsAsync(Asked(Raised(5, "new", later)), Events.Event(4, "smartcourtyard.gateway.started.v1", new() { ["version"] = "1" }));
        Assert.Equal("closed", (string?)(await room.AlarmAsync("stopped"))["state"]);
        await using var db = room.Database.Read();
        var open = await db.Alarms.Where(a => a.State == AlarmState.Raised).Select(a => a.Id).ToListAsync();
        Assert.All((string[])["waits", "new"], id => Assert.Contains(id, open));
    }

    [Fact]
    public async Task A_test_that_asks_a_person_stands_until_one_has_answered_and_says_who()
    {
        await using var room = await RunningDutyRoom.StartAsync();
        var officer = await room.PersonAsync("王芳", Roles.Operator);
        await room.PostEventsAsync(Asked(Raised(1, "p1")), Asked(Ended(2, "p1", "passed")));
        var alarm = await room.AlarmAsync("p1");
        Assert.Equal(("raised", true), ((string?)alarm["state"], (bool?)alarm["asked"]));
        Assert.NotNull((await room.GatewayAsync())["lastProof"]);
        Assert.Null((await room.GatewayAsync())["proofAnswered"]);

        // A program sees nothing.
        Assert.Equal(HttpStatusCode.Forbidden, (await RunningDutyRoom.SendAsync(room.Client(RunningDutyRoom.ApiToken), HttpMethod.Post, "api/v1/alarms/p1/acknowledge", "{}")).Status);
        var (foreign, own) = (("Sec-Fetch-Site", "cross-site"), ("Sec-Fetch-Site", "same-origin"));
        Assert.Equal(HttpStatusCode.Forbidden, (await RunningDutyRoom.SendAsync(officer, HttpMethod.Post, "api/v1/alarms/p1/acknowledge", "{}", headers: foreign)).Status);
        Assert.Equal(HttpStatusCode.OK, (await RunningDutyRoom.SendAsync(officer, HttpMethod.Post, "api/v1/alarms/p1/acknowledge", "{}", headers: own)).Status);
        Assert.Equal("王芳", (string?)(await room.AlarmAsync("p1"))["acknowledgedBy"]);
        await using (var db = room.Database.Read())
        {
            var receipt = JsonNode.Parse(db.Commands.Single(c => c.Type == "alarm.acknowledged").Data)!;
            Assert.Equal(("p1", "王芳"), ((string?)receipt["alarmId"], (string?)receipt["by"]));
            Assert.Contains(db.Audit, a => a.Who == "王芳" && a.Target == "p1");
        }

        var answered = Asked(Ended(3, "p1", "passed"));
        answered["data"]!["answeredBy"] = "王芳";
        await room.PostEventsAsync(answered, Asked(Cleared(4, "p1")));
        alarm = await room.AlarmAsync("p1");
        Assert.Equal(("closed", "answered"), ((string?)alarm["state"], (string?)alarm["timeline"]!.AsArray().Single(t => (string?)t!["what"] == "resolved")!["note"]));
        var answer = (await room.GatewayAsync())["proofAnswered"]!;
        Assert.Equal(("王芳", "2026-11-22T04:30:00.000Z"), ((string?)answer["by"], (string?)answer["at"]));
        await using var proofs = room.Database.Read();
        Assert.Equal("王芳", (await proofs.Proofs.SingleAsync()).AnsweredBy);
    }

    [Fact]
    public async Task A_test_that_nobody_answered_is_closed_when_the_gateway_ends_it_and_has_passed_all_the_same()
    {
        await using var room = await RunningDutyRoom.StartAsync();
        await room.PostEventsAsync(Asked(Raised(1, "p1")), Asked(Ended(2, "p1", "passed")), Asked(Cleared(3, "p1")));
        var alarm = await room.AlarmAsync("p1");
        Assert.Equal(("closed", "unanswered"), ((string?)alarm["state"], (string?)alarm["timeline"]!.AsArray().Single(t => (string?)t!["what"] == "resolved")!["note"]));
        Assert.Null((await room.GatewayAsync())["proofFailed"]);

        var raised = Events.Alarm(4, "a");
        raised["data"]!["asked"] = true;
        Assert.Equal("data.asked", (string?)(await room.PostEventsAsync(raised)).Body["field"]);
    }

    [Fact]
    public async Task Seventeen_days_without_an_answer_stand_beside_the_last_proof_until_the_gateway_says_that_they_are_over()
    {
        await using var room = await RunningDutyRoom.StartAsync();
        var overdue = new JsonObject { ["troubleId"] = "t1", ["reason"] = "test-overdue", ["raisedAt"] = "2026-11-22T04:30:00.000Z", ["clock"] = "synchronised" };
        await room.PostEventsAsync(Events.Event(1, "smartcourtyard.trouble.raised.v1", (JsonObject)overdue.DeepClone()));
        Assert.True((bool?)(await room.GatewayAsync())["proofOverdue"]);
        await room.PostEventsAsync(Events.Event(2, "smartcourtyard.trouble.cleared.v1", overdue));
        Assert.False((bool?)(await room.GatewayAsync())["proofOverdue"]);
    }

    [Fact]
    public async Task Results_are_kept_for_400_days_and_the_newest_good_one_for_ever()
    {
        await using var room = await RunningDutyRoom.StartAsync();
        var (old, older) = (TestClock.Start.AddDays(-401), TestClock.Start.AddDays(-402));
        await room.PostEventsAsync(Ended(1, "p1", "passed", older), Ended(2, "p2", "passed", old), Ended(3, "p3", "failed", TestClock.Start.AddDays(-1), "stored"));
        await room.Ledger.WriteAsync(Upkeep.Forget);
        await using (var db = room.Database.Read())
        {
            Assert.Equal(["p2", "p3"], db.Proofs.Select(p => p.AlarmId).Order().ToList());
        }

        await room.PostEventsAsync(Ended(4, "p4", "passed"));
        await room.Ledger.WriteAsync(Upkeep.Forget);
        await using var later = room.Database.Read();
        Assert.Equal(["p3", "p4"], later.Proofs.Select(p => p.AlarmId).Order().ToList());
    }

    [Fact]
    public async Task A_test_that_never_ended_is_closed_by_the_next_and_nothing_else_is_closed_by_a_program()
    {
        await using var room = await RunningDutyRoom.StartAsync();
        await room.PostEventsAsync(Raised(1, "stopped"), Events.Alarm(2, "fire", test: true), Raised(3, "p1"), Cleared(4, "p1"), Ended(5, "p1", "passed"));
        Assert.Equal("closed", (string?)(await room.AlarmAsync("stopped"))["state"]);
        await using var db = room.Database.Read();
        var open = await db.Alarms.Where(a => a.State == AlarmState.Raised).Select(a => a.Id).ToListAsync();
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

    private static JsonObject Asked(JsonObject e)
    {
        e["data"]!["asked"] = true;
        return e;
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
