using System.Collections.Concurrent;
using System.Collections.Frozen;
using Microsoft.Extensions.Logging.Abstractions;
using SmartCourtyard.Alarms;
using SmartCourtyard.Courtyards;
using SmartCourtyard.Custody;
using SmartCourtyard.Gateway.Watch;
using SmartCourtyard.Readings;
using SmartCourtyard.Service;
using SmartCourtyard.Troubles;

namespace SmartCourtyard.Gateway.Tests.Watch;

/// <summary>What people say of parts of the estate, as the loop carries it.</summary>
public sealed class ServiceTests : IAsyncLifetime
{
    private static readonly Device Leak = Estate.Device(DeviceClass.WaterLeak, "b03-u1-301-leak");
    private static readonly Courtyard Garden = Estate.Garden with { Devices = [Estate.Smoke, Leak] };

    private readonly TestClock _clock = new();
    private readonly ConcurrentQueue<JournalEntry> _entries = [];
    private WatchLoop _watch = null!;

    public Task InitializeAsync() => StartAsync([]);

    public async Task DisposeAsync()
    {
        await _watch.StopAsync(CancellationToken.None);
        _watch.Dispose();
    }

    [Fact]
    public async Task An_order_is_stored_with_its_event_and_ends_by_itself()
    {
        var order = await BeginAsync(new("out-of-service", Leak.Id, For: "1h", Reason: "new battery", By: "Wang"));
        Assert.Equal(order, Assert.Single(_watch.Orders));
        var entry = _entries.Last();
        var said = Assert.Single(entry.Troubles);
        Assert.Equal((true, order), (said.Raised, said.Trouble.Order));
        var data = Assert.Single(entry.Events).Data;
        Assert.Equal(
            ("out-of-service", order.Id, Leak.Id, "new battery · Wang · 2026-11-22T05:30:00Z", "Wang"),
            (data.GetProperty("reason").GetString(), data.GetProperty("troubleId").GetString(), data.GetProperty("device").GetString(),
                data.GetProperty("detail").GetString(), data.GetProperty("service").GetProperty("by").GetString()));
        Assert.Equal([(HealthState.Unknown, "OutOfService")], await HealthAsync(Leak));

        _clock.Advance(3599);
        Assert.Single(_watch.Orders);
        _clock.Advance(1.1);
        await Eventually.Holds(() => _watch.Orders.IsEmpty, "it ended");
        await Eventually.Holds(() => _entries.Last().Troubles.Any(t => !t.Raised && t.Trouble.Id == order.Id), "the end is told");
        Assert.Equal([(HealthState.Unknown, "")], await HealthAsync(Leak));
    }

    [Fact]
    public async Task Out_of_service_hides_a_leak_that_is_raised_when_it_ends_and_never_hides_a_life()
    {
        var order = await BeginAsync(new("out-of-service", Leak.Id, For: "1h", Reason: "mopping", By: "Wang"));
        await BeginAsync(new("out-of-service", Estate.Smoke.Id, For: "1h", Reason: "painting", By: "Wang"));
        await HearAsync(Leak.Says(Quantity.WaterLeak, 1));
        await HearAsync(Leak.Says(Quantity.Fault, 1));
        Assert.Empty(_watch.Alarms);
        Assert.DoesNotContain(_entries.SelectMany(e => e.Troubles), t => t.Trouble.Reason == TroubleReason.Fault);
        await HearAsync(Estate.Smoke.Says(Quantity.Smoke, 1));
        Assert.Equal(AlarmKind.Smoke, Assert.Single(_watch.Alarms).Kind);

        Assert.Equal(order, (await _watch.EndAsync(order.Id, CancellationToken.None)).Order);
        Assert.Equal([AlarmKind.Smoke, AlarmKind.WaterLeak], _watch.Alarms.Select(a => a.Kind).Order());
        Assert.Equal([TroubleReason.Fault], _entries.Last().Troubles.Where(t => t.Raised).Select(t => t.Trouble.Reason));
        Assert.Equal([TroubleReason.OutOfService], _entries.Last().Troubles.Where(t => !t.Raised).Select(t => t.Trouble.Reason));
        Assert.Equal(default, await _watch.EndAsync(order.Id, CancellationToken.None));
    }

    [Fact]
    public async Task A_unit_under_test_marks_its_alarms_and_what_still_stands_afterwards_sounds_as_real()
    {
        await BeginAsync(new("test", Building: "b03", Unit: 1, For: "10m", Reason: "walk test", By: "Wang"));
        var told = Assert.Single(_entries.Last().Events).Data;
        Assert.Equal(("under-test", "b03", 1), (told.GetProperty("reason").GetString(), told.GetProperty("at").GetProperty("building").GetString(), told.GetProperty("at").GetProperty("unit").GetInt32()));
        await HearAsync(Estate.Smoke.Says(Quantity.Smoke, 1));
        Assert.True(Assert.Single(_watch.Alarms).Test);
        _clock.Advance(600.1);
        await Eventually.Holds(() => _watch.Alarms is [{ Test: false, Occurrences: 2 }], "the smoke is real");
    }

    [Fact]
    public async Task A_drill_marks_every_alarm()
    {
        await BeginAsync(new("drill", For: "1h", Reason: "yearly drill", By: "Li"));
        Assert.Equal("drill", Assert.Single(_entries.Last().Events).Data.GetProperty("reason").GetString());
        await HearAsync(Estate.Smoke.Says(Quantity.Smoke, 1));
        Assert.True(Assert.Single(_watch.Alarms).Drill);
        Assert.True(_entries.Last().Events.Single().Data.GetProperty("drill").GetBoolean());
    }

    [Theory]
    [InlineData("sabbatical", "1h", "r", "kind: one of out-of-service shelved test drill is needed")]
    [InlineData("out-of-service", "1", "r", "for: a whole number with s, m, h or d is needed, such as 30m")]
    [InlineData("out-of-service", "99999999d", "r", "for: a whole number with s, m, h or d is needed, such as 30m")]
    [InlineData("out-of-service", "9h", "r", "it may last 8 hours at most")]
    [InlineData("out-of-service", "1h", " ", "a reason and a name are needed")]
    [InlineData("out-of-service", "1h", "two\nlines", "reason and by: one line of at most 300 and 100 characters is allowed")]
    public async Task What_cannot_be_is_refused_with_a_sentence_and_stores_nothing(string kind, string lasts, string reason, string sentence)
    {
        var answer = await _watch.BeginAsync("o1", new ServiceRequest(kind, Estate.Smoke.Id, For: lasts, Reason: reason, By: "Wang"), CancellationToken.None);
        Assert.Equal(new ServiceAnswer(null, sentence), answer);
        Assert.Empty(_watch.Orders);
        Assert.Equal([EventTypes.GatewayStarted], _entries.SelectMany(e => e.Events).Select(e => e.Type));
    }

    [Fact]
    public async Task The_same_order_asked_twice_is_one_and_lasts_no_longer()
    {
        var request = new ServiceRequest("drill", For: "1h", Reason: "r", By: "Li");
        var first = await _watch.BeginAsync("o1", request, CancellationToken.None);
        _clock.Advance(60);
        Assert.Equal(first, await _watch.BeginAsync("o1", request, CancellationToken.None));
        Assert.Single(_entries.SelectMany(e => e.Troubles));
    }

    [Fact]
    public async Task After_a_restart_orders_go_on_and_those_that_ended_meanwhile_are_told_to_be_over()
    {
        await DisposeAsync();
        var stands = new ServiceOrder("o1", ServiceKind.OutOfService, new(Leak.Id), "r", "Wang", TestClock.Night.AddHours(-1), TestClock.Night.AddHours(1));
        var over = stands with { Id = "o2", Until = TestClock.Night.AddMinutes(-1) };
        var gone = stands with { Id = "o3", Scope = new("removed") };
        await StartAsync([stands, over, gone]);
        await Eventually.Holds(() => _entries.Count == 2, "restored");
        Assert.Equal([(false, "o2"), (false, "o3")], _entries.Last().Troubles.Select(t => (t.Raised, t.Trouble.Id)));
        Assert.Equal(stands, Assert.Single(_watch.Orders));
        await HearAsync(Leak.Says(Quantity.WaterLeak, 1));
        Assert.Empty(_watch.Alarms);
        Assert.Equal([(HealthState.Trouble, "OutOfService")], await HealthAsync(Leak));
    }

    [Fact]
    public async Task A_reload_ends_what_was_said_of_devices_that_are_gone_and_keeps_the_rest()
    {
        var gone = await BeginAsync(new("out-of-service", Estate.Smoke.Id, For: "1h", Reason: "r", By: "Wang"));
        var kept = await BeginAsync(new("out-of-service", Leak.Id, For: "1h", Reason: "r", By: "Wang"));
        var after = Estate.Device(DeviceClass.WaterLeak, Leak.Id);
        await _watch.ReloadAsync(Garden with { Devices = [after] }, Rulebook.Usual, [], FrozenSet<string>.Empty, CancellationToken.None);
        Assert.Equal(kept, Assert.Single(_watch.Orders));
        await Eventually.Holds(() => _entries.Last().Troubles.Any(t => !t.Raised && t.Trouble.Id == gone.Id), "the end is told");
        await HearAsync(after.Says(Quantity.WaterLeak, 1));
        Assert.Empty(_watch.Alarms);
        Assert.Equal([(HealthState.Trouble, "OutOfService")], await HealthAsync(after));
    }

    private async Task<ServiceOrder> BeginAsync(ServiceRequest request)
    {
        var answer = await _watch.BeginAsync(Guid.CreateVersion7(_clock.GetUtcNow()).ToString(), request, CancellationToken.None);
        Assert.Null(answer.Refusal);
        return answer.Order!;
    }

    private async Task<IEnumerable<(HealthState, string)>> HealthAsync(Device device)
        => (await _watch.DescribeAsync(CancellationToken.None)).Devices.Where(d => d.Device == device).Select(d => (d.State, string.Join(' ', d.Reasons)));

    private async Task HearAsync(Reading reading) => await _watch.HearAsync(Estate.Heard(reading), CancellationToken.None);

    private async Task StartAsync(IReadOnlyList<ServiceOrder> orders)
    {
        _entries.Clear();
        var outputs = new WatchOutputs(
            entry =>
            {
                _entries.Enqueue(entry);
                return ValueTask.FromResult(true);
            },
            () => false, _ => { });
        _watch = new WatchLoop(
            Garden, Rulebook.Usual, WatchMemory.Empty with { Orders = orders }, outputs, new WatchClock(_clock, "0.1.0"), NullLogger<WatchLoop>.Instance);
        await _watch.StartAsync(CancellationToken.None);
        await Eventually.Holds(() => !_entries.IsEmpty, "started");
    }
}
