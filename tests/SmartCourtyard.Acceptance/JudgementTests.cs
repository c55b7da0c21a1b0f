using System.Text.Json;
using SmartCourtyard.Acceptance.Estates;

namespace SmartCourtyard.Acceptance;

/// <summary>What several detectors say together, and what tests and drills do and do not hide, from the message to the duty room.</summary>
public sealed class JudgementTests : IAsyncLifetime
{
    private static readonly TimeSpan Soon = TimeSpan.FromSeconds(60);

    private Estate _estate = null!;
    private FarSide _far = null!;

    public async Task InitializeAsync()
    {
        _estate = await Estate.StartAsync(new TestSite([
            Of("smoke-101", "smoke-detector", 1, 1, "101"), Of("smoke-102", "smoke-detector", 1, 1, "102"), Of("heat-501", "heat-detector", 1, 5, "501"),
            Of("smoke-u2", "smoke-detector", 2, 1, "101"), Of("gas-u2", "gas-detector", 2, 1, "101"), Of("co-u2", "co-detector", 2, 1, "102"),
            Of("siren-101", "siren", 1, 1, "101", "{ tasmota: siren-101 }"), Of("siren-102", "siren", 1, 1, "102", "{ tasmota: siren-102 }")]));
        _far = await FarSide.ConnectAsync(_estate);
        await _estate.KnownAsync();
    }

    public async Task DisposeAsync()
    {
        await _far.DisposeAsync();
        await _estate.DisposeAsync();
    }

    [Fact]
    public async Task One_detector_is_an_alarm_at_once_and_a_second_one_in_the_unit_makes_both_certain()
    {
        await SayAsync("smoke-101", """{"smoke":true}""");
        var alone = await AlarmAsync("smoke-101", _ => true);
        Assert.Equal(("life", false, false), (alone.GetProperty("severity").GetString(), Is(alone, "confirmed"), Is(alone, "spread")));

        // Another unit is another matter.
        await SayAsync("smoke-u2", """{"smoke":true}""");
        Assert.False(Is(await AlarmAsync("smoke-u2", _ => true), "confirmed"));
        Assert.False(Is(await AlarmAsync("smoke-101", _ => true), "confirmed"));

        await SayAsync("smoke-102", """{"smoke":true}""");
        Assert.True(Is(await AlarmAsync("smoke-102", _ => true), "confirmed"));
        var certain = await AlarmAsync("smoke-101", a => Is(a, "confirmed"));
        Assert.False(Is(certain, "spread"));
        Assert.Contains("confirmed", Story(await _estate.Board.AlarmAsync(certain.GetProperty("id").GetString()!)));

        await SayAsync("heat-501", """{"smoke":true}""");
        Assert.Equal("heat", (await AlarmAsync("heat-501", a => Is(a, "confirmed") && Is(a, "spread"))).GetProperty("kind").GetString());
        await AlarmAsync("smoke-101", a => Is(a, "spread"));

        // Certainty only ever grows, although the second one falls silent.
        await SayAsync("smoke-102", """{"smoke":false}""");
        await AlarmAsync("smoke-102", a => a.GetProperty("condition").GetString() == "cleared");
        Assert.True(Is(await AlarmAsync("smoke-101", _ => true), "confirmed"));

        await SayAsync("gas-u2", """{"gas":true}""");
        await SayAsync("co-u2", """{"carbon_monoxide":true}""");
        await AlarmAsync("gas-u2", a => Is(a, "confirmed"));
        await AlarmAsync("co-u2", a => Is(a, "confirmed"));
        Assert.False(Is(await AlarmAsync("smoke-u2", _ => true), "test"));
    }

    [Fact]
    public async Task A_drill_marks_every_message_and_a_test_of_one_detector_hides_no_fire_at_another()
    {
        using var stop = new CancellationTokenSource();
        var heard = new List<JsonElement>();
        var following = FollowAsync(heard, stop.Token);
        await CommandAsync(new { command = "service.begin", service = new { kind = "drill", @for = "1h", reason = "年度消防演练" } });
        Assert.Contains(await _estate.Board.TroublesAsync(), t => t.GetProperty("reason").GetString() == "drill");
        await SayAsync("smoke-u2", """{"smoke":true}""");
        await SayAsync("smoke-u2", """{"smoke":false}""");
        await AlarmAsync("smoke-u2", a => a.GetProperty("condition").GetString() == "cleared");
        var drill = await AlarmAsync("smoke-u2", a => Is(a, "drill"));
        await Eventually.TrueAsync(() => Of(heard, drill).Any(a => a.GetProperty("condition").GetString() == "cleared"), Soon, () => "the stream tells of the drill");
        Assert.All(Of(heard, drill), a => Assert.True(Is(a, "drill"), a.ToString()));
        var order = (await _estate.Board.TroublesAsync()).Single(t => t.GetProperty("reason").GetString() == "drill").GetProperty("id").GetString();
        await CommandAsync(new { command = "service.end", ends = order });
        await Eventually.TrueAsync(
            async () => (await _estate.Board.TroublesAsync()).All(t => t.GetProperty("reason").GetString() != "drill"), Soon, () => "the drill is over");

        await CommandAsync(new { command = "device.test", device = "smoke-101" });
        await SayAsync("smoke-101", """{"smoke":true}""");
        Assert.True(Is(await AlarmAsync("smoke-101", _ => true), "test"));
        await SayAsync("smoke-102", """{"smoke":true}""");
        var real = await AlarmAsync("smoke-102", _ => true);
        Assert.Equal((false, false, false), (Is(real, "test"), Is(real, "drill"), Is(real, "confirmed")));
        await _far.IsToldAsync("siren-102", "ON");
        Assert.DoesNotContain("ON", _far.Told("siren-101"));
        await stop.CancelAsync();
        await following;
    }

    private static TestDevice Of(string id, string deviceClass, int unit, int floor, string flat, string? speaks = null) => new(id, deviceClass, id, "b01", unit, floor, flat, speaks);

    private static IEnumerable<JsonElement> Of(List<JsonElement> heard, JsonElement alarm)
    {
        lock (heard)
        {
            return [.. heard.Where(a => a.GetProperty("id").GetString() == alarm.GetProperty("id").GetString())];
        }
    }

    private static bool Is(JsonElement alarm, string mark) => alarm.GetProperty(mark).GetBoolean();

    private static IEnumerable<string?> Story(JsonElement alarm) => alarm.GetProperty("timeline").EnumerateArray().Select(t => t.GetProperty("what").GetString());

    private Task SayAsync(string device, string payload) => _far.SayAsync("zigbee2mqtt/" + device, payload);

    private async Task CommandAsync(object command)
    {
        var answer = await _estate.Board.CommandAsync(TestSite.Courtyard, command, Soon);
        Assert.True(answer.GetProperty("state").GetString() == "done", answer.ToString());
    }

    private async Task<JsonElement> AlarmAsync(string device, Func<JsonElement, bool> wanted)
    {
        JsonElement? seen = null;
        var found = await Eventually.GetAsync(
            async () =>
            {
                seen = (await _estate.Board.AlarmsAsync("state=open")).Where(a => a.GetProperty("device").GetString() == device).Select(a => (JsonElement?)a).FirstOrDefault();
                return seen is { } alarm && wanted(alarm) ? new Found(alarm) : null;
            },
            Soon, () => $"the alarm of {device} as it should be; it is {seen}");
        return found.Alarm;
    }

    private async Task FollowAsync(List<JsonElement> heard, CancellationToken stop)
    {
        try
        {
            await foreach (var (_, type, data) in _estate.Board.StreamAsync(null, stop))
            {
                lock (heard)
                {
                    heard.AddRange(type == "alarm" ? [data] : []);
                }
            }
        }
        catch (OperationCanceledException)
        {
            // The test has seen enough.
        }
    }

    private sealed record Found(JsonElement Alarm);
}
