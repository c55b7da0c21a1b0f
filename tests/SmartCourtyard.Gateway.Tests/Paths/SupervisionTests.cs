using System.Collections.Concurrent;
using System.Text.Json;
using SmartCourtyard.Custody;
using SmartCourtyard.Gateway.Paths;
using SmartCourtyard.Gateway.Tests.Watch;
using SmartCourtyard.Troubles;

namespace SmartCourtyard.Gateway.Tests.Paths;

public sealed class SupervisionTests : IAsyncLifetime
{
    private readonly TestClock _clock = new();
    private readonly FarEnd _farEnd = new();
    private readonly PathStatus _status = new();
    private readonly ConcurrentQueue<(IReadOnlyList<SequenceRange> Told, long Next)> _expected = [];
    private IReadOnlyList<SequenceRange> _skipped = [];
    private volatile IReadOnlyList<DeviceHealth> _health = [Of(HealthState.Ok, TestClock.Night)];
    private DutyRoomClient _client = null!;
    private Supervision _supervision = null!;

    public async Task InitializeAsync()
    {
        await _farEnd.StartAsync();
        // Its own deadline is not the subject here, and the test clock may run faster than an answer travels.
        _client = new DutyRoomClient(_farEnd.Address, FarEnd.Token, "fukang-garden", TimeProvider.System);
        _supervision = new Supervision(
            Estate.Garden, _client, _status,
            new SequenceBook(() => 42, () => _skipped, (told, expected, _) =>
            {
                _expected.Enqueue((told, expected));
                return ValueTask.CompletedTask;
            }),
            new Outbox(_ => [], TimeProvider.System), _ => ValueTask.FromResult(_health), _clock, "0.1.0");
    }

    public async Task DisposeAsync()
    {
        await _supervision.StopAsync(CancellationToken.None);
        _supervision.Dispose();
        _client.Dispose();
        await _farEnd.DisposeAsync();
        Assert.Empty(_farEnd.Violations);
    }

    [Fact]
    public async Task At_the_start_it_tells_the_site_then_that_it_lives_then_the_health_of_all()
    {
        await StartAsync(3);
        Assert.Equal(["PUT site", "POST heartbeat", "PUT health?complete=true"], Calls());
        var (site, beat, health) = (Body(0), Body(1), Body(2));
        Assert.Equal("fukang-garden", site.GetProperty("id").GetString());
        Assert.Equal("双河口街道", site.GetProperty("address").GetProperty("street").GetString());
        Assert.Equal(3, site.GetProperty("devices").GetArrayLength());
        Assert.Equal("smoke-detector", site.GetProperty("devices")[0].GetProperty("class").GetString());
        Assert.Equal(
            """{"sequence":"42","queued":0,"uptime":0,"version":"0.1.0","devices":{"ok":1,"trouble":0}}""", beat.GetRawText());
        Assert.Equal(
            """[{"device":"b03-u1-301-smoke","state":"ok","reasons":[],"lastHeard":"2026-11-22T04:30:00.000Z"}]""", health.GetRawText());
        Assert.True(_status.Now.IsUp);
    }

    [Fact]
    public async Task Every_twenty_seconds_it_says_that_it_lives_and_of_the_health_only_what_changed()
    {
        await StartAsync(3);
        await UntilToldAsync(5);
        Assert.Equal(["POST heartbeat", "POST heartbeat"], Calls().Skip(3));
        Assert.InRange(Body(4).GetProperty("uptime").GetDouble() - Body(3).GetProperty("uptime").GetDouble(), 20, 22);

        _health = [Of(HealthState.Trouble, TestClock.Night, TroubleReason.BatteryLow)];
        await UntilToldAsync(7);
        Assert.Equal(["POST heartbeat", "PUT health"], Calls().Skip(5).Take(2));
        Assert.Equal("battery-low", Body(6)[0].GetProperty("reasons")[0].GetString());

        // Heard again a minute later is no news worth a message.
        _health = [Of(HealthState.Trouble, TestClock.Night.AddMinutes(1), TroubleReason.BatteryLow)];
        await UntilToldAsync(9);
        Assert.Equal(["POST heartbeat", "POST heartbeat"], Calls().Skip(7).Take(2));
        _health = [Of(HealthState.Trouble, TestClock.Night.AddMinutes(6), TroubleReason.BatteryLow)];
        await UntilToldAsync(11);
        Assert.Contains("PUT health", Calls().Skip(9));
    }

    [Fact]
    public async Task A_duty_room_that_was_away_is_told_everything_again()
    {
        await StartAsync(3);
        _farEnd.OnCall = async (http, _) =>
        {
            await FarEnd.ProblemAsync(http, 503, "\"detail\":\"starting\"");
            return true;
        };
        await Eventually.Holds(_clock, 1, () => !_status.Now.IsUp, "down");
        Assert.Contains("503", _status.Now.Detail, StringComparison.Ordinal);
        var before = _farEnd.Told.Count;
        _farEnd.OnCall = (_, _) => Task.FromResult(false);
        await Eventually.Holds(_clock, 0.5, () => Calls().Count(c => c == "PUT health?complete=true") == 2, "told again");
        Assert.Equal(["PUT site", "POST heartbeat", "PUT health?complete=true"], Calls().Skip(before).TakeLast(3));
        Assert.True(_status.Now.IsUp);
    }

    [Fact]
    public async Task What_the_duty_room_expects_next_is_passed_on_with_the_skipped_numbers_that_it_was_told_of()
    {
        _skipped = [new(7, 7), new(12, 30)];
        await StartAsync(3);
        Assert.Equal("""[{"first":"7","last":"7"},{"first":"12","last":"30"}]""", Body(1).GetProperty("skipped").GetRawText());
        var told = _skipped;
        _skipped = [];
        _farEnd.Hold(99, "another gateway's memory");
        await Eventually.Holds(_clock, 1, () => _expected.Any(e => e.Next == 100), "told");
        Assert.Equal((told, 1), _expected.First());
        Assert.Empty(_expected.Last().Told);
        Assert.False(Body(_farEnd.Told.Count - 1).TryGetProperty("skipped", out _));
    }

    [Fact]
    public async Task A_heartbeat_that_something_else_answers_is_not_answered()
    {
        _farEnd.OnCall = async (http, call) =>
        {
            await FarEnd.SayAsync(http, 200, "text/html", "<html>sign in</html>");
            return true;
        };
        await _supervision.StartAsync(CancellationToken.None);
        await UntilToldAsync(5);
        Assert.False(_status.Now.IsUp);
        Assert.DoesNotContain("PUT health?complete=true", Calls());
    }

    [Fact]
    public async Task Another_site_file_is_told_at_once_and_the_health_of_all_its_devices()
    {
        await StartAsync(4);
        var before = _farEnd.Told.Count;
        _health = [Of(HealthState.Ok, TestClock.Night), Of(HealthState.Unknown, TestClock.Night) with { Device = Estate.Gas }];
        _supervision.Replace(Estate.Garden with { Name = "another" });
        // The clock stands still: nothing is waited for.
        await Eventually.Holds(() => _farEnd.Told.Count >= before + 3, "told");
        Assert.Equal(["PUT site", "POST heartbeat", "PUT health?complete=true"], Calls().Skip(before).Take(3));
        Assert.Equal("another", Body(before).GetProperty("name").GetString());
        Assert.Equal(2, Body(before + 2).GetArrayLength());

        await UntilToldAsync(before + 5);
        Assert.Equal(["POST heartbeat", "POST heartbeat"], Calls().Skip(before + 3).Take(2));
    }

    private static DeviceHealth Of(HealthState state, DateTimeOffset heard, params TroubleReason[] reasons)
        => new(Estate.Smoke, state, reasons, heard, null, null, null);

    private async Task StartAsync(int told)
    {
        await _supervision.StartAsync(CancellationToken.None);
        // The first three calls need no clock.
        await Eventually.Holds(() => _farEnd.Told.Count >= Math.Min(told, 3), "the first calls");
        await UntilToldAsync(told);
    }

    private Task UntilToldAsync(int count) => Eventually.Holds(_clock, 0.5, () => _farEnd.Told.Count >= count, $"{count} calls: {string.Join(", ", Calls())}");

    private string[] Calls() => [.. _farEnd.Told.Select(t => t.Call)];

    private JsonElement Body(int index) => _farEnd.Told.ElementAt(index).Body;
}
