using SmartCourtyard.DutyRoom.Tests.Running;

namespace SmartCourtyard.DutyRoom.Tests;

public class AlarmLifeTests
{
    [Theory]
    [InlineData(10_000, false)]
    [InlineData(10_001, true)]
    public async Task An_alarm_is_late_when_it_took_more_than_ten_seconds(int milliseconds, bool isLate)
    {
        await using var room = await RunningDutyRoom.StartAsync();
        await room.PostEventsAsync(Events.Alarm(1, "a", time: TestClock.Start.AddMilliseconds(-milliseconds)));
        Assert.Equal(isLate, (bool?)(await room.AlarmAsync("a"))["late"]);
    }

    [Fact]
    public async Task What_counts_is_when_it_began_not_when_the_gateway_wrote_of_it()
    {
        await using var room = await RunningDutyRoom.StartAsync();
        await room.PostEventsAsync(Events.Alarm(1, "a", time: TestClock.Start, raisedAt: TestClock.Start.AddMinutes(-5)));
        Assert.True((bool?)(await room.AlarmAsync("a"))["late"]);
    }

    [Fact]
    public async Task A_new_occurrence_sounds_again_and_leaves_the_state_to_people()
    {
        await using var room = await RunningDutyRoom.StartAsync();
        await using var stream = await SseClient.FollowAsync(room.Program, "api/v1/stream");
        await stream.NextAsync("ready");
        await room.PostEventsAsync(Events.Alarm(1, "a"));
        await room.ActAsync("a", "acknowledge");
        await room.PostEventsAsync(Events.Alarm(2, "a", "cleared"));
        await room.PostEventsAsync(Events.Alarm(3, "a", "updated", occurrences: 2));

        var told = new List<Heard>();
        for (var i = 0; i < 4; i++)
        {
            told.Add(await stream.NextAsync("alarm"));
        }

        Assert.Equal([true, false, false, true], told.Select(t => (bool?)t.Data["sound"]));
        Assert.Equal(["active", "active", "cleared", "active"], told.Select(t => (string?)t.Data["condition"]));
        Assert.Equal(("acknowledged", 2), ((string?)told[3].Data["state"], (int?)told[3].Data["occurrences"]));
    }

    [Fact]
    public async Task A_second_detector_and_a_second_floor_sound_again_and_stay_though_older_news_comes_after()
    {
        await using var room = await RunningDutyRoom.StartAsync();
        await using var stream = await SseClient.FollowAsync(room.Program, "api/v1/stream");
        await stream.NextAsync("ready");
        await room.PostEventsAsync(Events.Alarm(1, "a"));
        await room.ActAsync("a", "acknowledge");
        await room.PostEventsAsync(Events.Alarm(3, "a", "updated", confirmed: true, time: TestClock.Start.AddSeconds(3)));
        await room.PostEventsAsync(Events.Alarm(2, "a", "updated"));
        await room.PostEventsAsync(Events.Alarm(4, "a", "updated", confirmed: true, spread: true, time: TestClock.Start.AddSeconds(4)));
        await room.PostEventsAsync(Events.Alarm(5, "a", "updated", confirmed: true, spread: true));

        var told = new List<Heard>();
        for (var i = 0; i < 6; i++)
        {
            told.Add(await stream.NextAsync("alarm"));
        }

        Assert.Equal([true, false, true, false, true, false], told.Select(t => (bool)t.Data["sound"]!));
        Assert.Equal([false, false, true, true, true, true], told.Select(t => (bool)t.Data["confirmed"]!));
        Assert.Equal([false, false, false, false, true, true], told.Select(t => (bool)t.Data["spread"]!));
        Assert.Equal("acknowledged", (string?)told[^1].Data["state"]);
        Assert.Equal(
            ["raised", "stored", "acknowledged", "confirmed", "spread"],
            (await room.AlarmAsync("a"))["timeline"]!.AsArray().Select(t => (string?)t!["what"]));
    }

    [Fact]
    public async Task The_alarm_that_comes_last_goes_on_whatever_its_number_and_its_clock_say()
    {
        await using var room = await RunningDutyRoom.StartAsync();
        await room.PostEventsAsync(Events.Alarm(9, "a"));
        await room.PostEventsAsync(Events.Alarm(5, "b", time: DateTimeOffset.UnixEpoch, clock: "unsynchronised", device: Events.Device));
        Assert.Equal(["b"], (await room.AlarmsAsync("?state=open")).Select(a => (string?)a!["id"]));
    }

    [Fact]
    public async Task What_people_are_done_with_does_not_sound_for_being_surer()
    {
        await using var room = await RunningDutyRoom.StartAsync();
        await room.PostEventsAsync(Events.Alarm(1, "a", confirmed: true));
        await room.ActAsync("a", "acknowledge");
        await room.ActAsync("a", "resolve", """{"cause":"true-alarm"}""");
        await using var stream = await SseClient.FollowAsync(room.Program, "api/v1/stream");
        await stream.NextAsync("ready");
        await room.PostEventsAsync(Events.Alarm(2, "a", "updated", confirmed: true, spread: true));
        var told = (await stream.NextAsync("alarm")).Data;
        Assert.Equal((false, true, "resolved"), ((bool)told["sound"]!, (bool)told["spread"]!, (string?)told["state"]));
        Assert.Equal(["raised", "stored", "confirmed"], (await room.AlarmAsync("a"))["timeline"]!.AsArray().Select(t => (string?)t!["what"]).Take(3));
    }

    [Fact]
    public async Task What_goes_on_after_the_drill_and_the_test_is_real_and_the_timeline_says_so()
    {
        await using var room = await RunningDutyRoom.StartAsync();
        await room.PostEventsAsync(Events.Alarm(1, "a", drill: true, test: true));
        var alarm = await room.AlarmAsync("a");
        Assert.Equal((true, true), ((bool)alarm["drill"]!, (bool)alarm["test"]!));
        await room.PostEventsAsync(Events.Alarm(2, "a", "updated", occurrences: 2));
        alarm = await room.AlarmAsync("a");
        Assert.Equal((false, false, 2), ((bool)alarm["drill"]!, (bool)alarm["test"]!, (int)alarm["occurrences"]!));
        Assert.Equal(["raised", "stored", "drill-over", "test-over", "occurrence"], alarm["timeline"]!.AsArray().Select(t => (string?)t!["what"]));
    }

    [Fact]
    public async Task A_new_occurrence_of_a_closed_alarm_opens_it_again_for_somebody_to_acknowledge()
    {
        await using var room = await RunningDutyRoom.StartAsync();
        await room.PostEventsAsync(Events.Alarm(1, "a"));
        await room.ActAsync("a", "acknowledge");
        await room.ActAsync("a", "resolve", """{"cause":"false-alarm"}""");
        await room.ActAsync("a", "close");
        Assert.Empty(await room.AlarmsAsync("?state=open"));
        room.Clock.Advance(TimeSpan.FromMinutes(1));

        await room.PostEventsAsync(Events.Alarm(2, "a", "updated", occurrences: 2, time: room.Clock.GetUtcNow()));

        var alarm = (await room.AlarmsAsync("?state=open&kind=smoke")).Single()!;
        Assert.Equal(("raised", 2), ((string?)alarm["state"], (int?)alarm["occurrences"]));
        Assert.Null(alarm["acknowledgedBy"]);
        Assert.Null(alarm["resolution"]);
        Assert.Equal(Events.Text(TestClock.Start.AddMinutes(2)), (string?)alarm["deadline"]);
        Assert.Equal("reopened", (string?)alarm["timeline"]!.AsArray()[^1]!["what"]);
    }

    [Fact]
    public async Task An_alarm_that_its_gateway_has_forgotten_and_raises_again_is_one_alarm_on_the_board()
    {
        await using var room = await RunningDutyRoom.StartAsync();
        await room.PostEventsAsync(Events.Alarm(1, "a", confirmed: true));
        room.Clock.Advance(TimeSpan.FromSeconds(20));
        await room.PostEventsAsync(Events.Alarm(2, "b", time: room.Clock.GetUtcNow(), device: Events.Device));

        var open = (await room.AlarmsAsync("?state=open")).Single()!;
        Assert.Equal(("b", "raised", true), ((string?)open["id"], (string?)open["state"], (bool)open["confirmed"]!));
        // Nobody gets more time by it.
        Assert.Equal(Events.Text(TestClock.Start.AddMinutes(1)), (string?)open["deadline"]);
        var before = await room.AlarmAsync("a");
        Assert.Equal(("closed", "superseded", "b"), ((string?)before["state"], (string?)before["timeline"]!.AsArray()[^1]!["what"], (string?)before["timeline"]!.AsArray()[^1]!["note"]));
        Assert.Contains("continues", (await room.AlarmAsync("b"))["timeline"]!.AsArray().Select(t => (string?)t!["what"]));
    }

    [Fact]
    public async Task A_message_from_before_the_gateways_end_that_comes_late_leaves_one_alarm_once_the_gateway_speaks_again()
    {
        await using var room = await RunningDutyRoom.StartAsync();
        await room.PostEventsAsync(Events.Alarm(5, "now", device: Events.Device));
        await room.PostEventsAsync(Events.Alarm(3, "forgotten", device: Events.Device));
        Assert.Equal("forgotten", (string?)(await room.AlarmsAsync("?state=open")).Single()!["id"]);
        await room.PostEventsAsync(Events.Alarm(6, "now", "updated", occurrences: 2, device: Events.Device));
        Assert.Equal(("now", "raised"), ((string?)(await room.AlarmsAsync("?state=open")).Single()!["id"], (string?)(await room.AlarmAsync("now"))["state"]));
    }

    [Fact]
    public async Task Whoever_had_the_forgotten_alarm_in_hand_is_named_and_somebody_is_asked_anew()
    {
        await using var room = await RunningDutyRoom.StartAsync();
        await room.PostEventsAsync(Events.Alarm(1, "a"));
        await room.ActAsync("a", "acknowledge");
        await using var stream = await SseClient.FollowAsync(room.Program, "api/v1/stream");
        await stream.NextAsync("ready");
        await room.PostEventsAsync(Events.Alarm(2, "b", time: room.Clock.GetUtcNow(), device: Events.Device));
        Assert.Equal(("a", "closed", false), Told((await stream.NextAsync("alarm")).Data));
        Assert.Equal(("b", "raised", true), Told((await stream.NextAsync("alarm")).Data));
        var acknowledgedBy = (string?)(await room.AlarmAsync("a"))["acknowledgedBy"];
        Assert.NotNull(acknowledgedBy);
        Assert.Contains((await room.AlarmAsync("b"))["timeline"]!.AsArray(), t => (string?)t!["what"] == "continues" && (string?)t["note"] == acknowledgedBy);

        static (string?, string?, bool) Told(System.Text.Json.Nodes.JsonNode alarm) => ((string?)alarm["id"], (string?)alarm["state"], (bool)alarm["sound"]!);
    }

    [Fact]
    public async Task What_people_are_done_with_and_what_another_device_says_stays_as_it_is()
    {
        await using var room = await RunningDutyRoom.StartAsync();
        await room.PostEventsAsync(Events.Alarm(1, "a"));
        await room.ActAsync("a", "acknowledge");
        await room.ActAsync("a", "resolve", """{"cause":"true-alarm"}""");
        await room.PostEventsAsync(Events.Alarm(2, "b", time: room.Clock.GetUtcNow(), device: Events.Device));
        await room.PostEventsAsync(Events.Alarm(3, "c", kind: "gas", time: room.Clock.GetUtcNow(), device: Events.Device));
        await room.PostEventsAsync(Events.Alarm(4, "d", time: room.Clock.GetUtcNow()));
        Assert.Equal(["a", "b", "c", "d"], (await room.AlarmsAsync("?state=open")).Select(a => (string?)a!["id"]).Order(StringComparer.Ordinal));
    }

    [Theory]
    [InlineData("updated", "active")]
    [InlineData("cleared", "cleared")]
    public async Task An_alarm_whose_beginning_was_lost_is_an_alarm_all_the_same(string what, string condition)
    {
        await using var room = await RunningDutyRoom.StartAsync();
        await room.PostEventsAsync(Events.Alarm(7, "a", what, occurrences: 3));
        var alarm = await room.AlarmAsync("a");
        Assert.Equal(("raised", condition, 3), ((string?)alarm["state"], (string?)alarm["condition"], (int?)alarm["occurrences"]));
    }

    [Fact]
    public async Task An_event_that_was_overtaken_does_not_turn_the_condition_back()
    {
        await using var room = await RunningDutyRoom.StartAsync();
        await room.PostEventsAsync(Events.Alarm(5, "a", "cleared", occurrences: 2));
        await room.PostEventsAsync(Events.Alarm(3, "a"), Events.Alarm(4, "a", "updated", occurrences: 2));
        var alarm = await room.AlarmAsync("a");
        Assert.Equal(("cleared", 2), ((string?)alarm["condition"], (int?)alarm["occurrences"]));
    }

    [Fact]
    public async Task A_time_that_was_a_guess_is_corrected_later()
    {
        await using var room = await RunningDutyRoom.StartAsync();
        var guess = DateTimeOffset.UnixEpoch;
        await room.PostEventsAsync(Events.Alarm(1, "a", time: guess, clock: "unsynchronised"));
        var first = await room.AlarmAsync("a");
        Assert.Equal((false, "unsynchronised"), ((bool?)first["late"], (string?)first["clock"]));
        Assert.Equal(Events.Text(TestClock.Start.AddSeconds(60)), (string?)first["deadline"]);

        var really = TestClock.Start.AddSeconds(-30);
        await room.PostEventsAsync(Events.Alarm(2, "a", "updated", raisedAt: really));
        var corrected = await room.AlarmAsync("a");
        Assert.Equal((true, "synchronised", Events.Text(really)), ((bool?)corrected["late"], (string?)corrected["clock"], (string?)corrected["raisedAt"]));
    }

    [Fact]
    public async Task A_cleared_condition_closes_nothing_by_itself()
    {
        await using var room = await RunningDutyRoom.StartAsync();
        await room.PostEventsAsync(Events.Alarm(1, "a", kind: "water-leak", severity: "property"), Events.Alarm(2, "a", "cleared", kind: "water-leak", severity: "property"));
        var alarm = (await room.AlarmsAsync("?state=open")).Single()!;
        Assert.Equal(("raised", "cleared"), ((string?)alarm["state"], (string?)alarm["condition"]));
        Assert.Equal(Events.Text(TestClock.Start.AddMinutes(10)), (string?)alarm["deadline"]);
    }
}
