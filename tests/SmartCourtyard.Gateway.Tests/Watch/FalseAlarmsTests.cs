using System.Collections.Concurrent;
using Microsoft.Extensions.Logging.Abstractions;
using SmartCourtyard.Alarms;
using SmartCourtyard.Courtyards;
using SmartCourtyard.Custody;
using SmartCourtyard.Gateway.Journal;
using SmartCourtyard.Gateway.Tests.Journal;
using SmartCourtyard.Gateway.Watch;
using SmartCourtyard.Readings;
using SmartCourtyard.Service;
using SmartCourtyard.Troubles;

namespace SmartCourtyard.Gateway.Tests.Watch;

/// <summary>What the watch knows of alarms beside the alarms themselves, through the file that keeps it over a restart.</summary>
public sealed class FalseAlarmsTests : IAsyncLifetime
{
    private static readonly Device Co = Estate.Device(DeviceClass.CoDetector, "b03-u1-301-co");
    private static readonly Courtyard Garden = Estate.Garden with { Devices = [Estate.Smoke, Co, Estate.Air] };

    private readonly TemporaryFolder _folder = new();
    private readonly ConcurrentQueue<JournalEntry> _entries = [];
    private readonly TestClock _clock = new();
    private WatchLoop? _watch;
    private HealthKeeper? _keeper;

    private string HealthFile => _folder.File("health.json");

    public Task InitializeAsync() => StartAsync();

    public async Task DisposeAsync()
    {
        await StopAsync();
        _folder.Dispose();
    }

    [Fact]
    public async Task Carbon_monoxide_goes_on_where_it_was_when_the_gateway_stopped()
    {
        await HearAsync(Co.Says(Quantity.Co, 100));
        await AfterAsync(20 * 60);
        await StopAsync();
        await StartAsync();
        await HearAsync(Co.Says(Quantity.Co, 100));
        await AfterAsync(4.9 * 60);
        Assert.Empty(_watch!.Alarms);
        _clock.Advance(12);
        await Eventually.Holds(() => _watch.Alarms.Any(a => a.Kind == AlarmKind.CarbonMonoxide), "the alarm after 25 min in all");
    }

    [Fact]
    public async Task A_detector_that_cries_wolf_becomes_a_trouble_also_across_a_restart_and_ends_a_day_later()
    {
        await CryAsync();
        await CryAsync();
        await StopAsync();
        await StartAsync();
        Assert.Empty(Troubles());
        await CryAsync();
        var raised = Assert.Single(Troubles()).Trouble;
        Assert.Equal((TroubleReason.Noisy, Estate.Smoke.Id), (raised.Reason, raised.Device!.Id));
        Assert.Equal("activated briefly 3 times in a day: clean or replace it, or move it", raised.Detail);

        await StopAsync();
        await StartAsync([KeptTrouble.Of(raised)]);
        var described = await _watch!.DescribeAsync(default);
        Assert.Equal([TroubleReason.Noisy], described.Devices[0].Reasons);
        Assert.Equal((Estate.Smoke.Id, new ActivationCount(3, 3, 3, 3)), (described.Activations.Single().Key, described.Activations.Single().Value));
        await StopAsync();
        // A whole day without the gateway: the old trouble ends under its own id.
        _clock.Advance(25 * 3600);
        _entries.Clear();
        await StartAsync([KeptTrouble.Of(raised)]);
        Assert.Equal((false, raised.Id), (Assert.Single(Troubles()).Raised, Troubles()[0].Trouble.Id));
    }

    [Fact]
    public async Task An_alarm_in_a_humid_flat_says_so_in_its_event()
    {
        await HearAsync(new Reading(Estate.Air, Quantity.Humidity, 45, TestClock.Night));
        _clock.Advance(300);
        await HearAsync(new Reading(Estate.Air, Quantity.Humidity, 75, TestClock.Night));
        await HearAsync(Estate.Smoke.Says(Quantity.Smoke, 1));
        var data = _entries.SelectMany(e => e.Events).Single(e => e.Type == EventTypes.AlarmRaised).Data;
        Assert.Equal(("shower", "life"), (data.GetProperty("hint").GetString(), data.GetProperty("severity").GetString()));
    }

    [Fact]
    public async Task An_alarm_during_a_test_is_the_devices_test()
    {
        Assert.Null((await _watch!.DescribeAsync(default)).Devices[0].LastTest);
        await HearAsync(Estate.Smoke.Says(Quantity.Smoke, 1), Estate.Smoke.Says(Quantity.Test, 1));
        Assert.Equal(TestClock.Night, (await _watch.DescribeAsync(default)).Devices[0].LastTest);
    }

    [Fact]
    public async Task A_test_that_somebody_asked_for_ends_an_overdue_one_even_while_a_real_alarm_stands()
    {
        await StopAsync();
        var memory = new DeviceMemory(
            Estate.Smoke.Id, DeviceMemory.KindOf(Estate.Smoke), TestClock.Night.AddYears(-2), TestClock.Night, null, null, null, TestClock.Night.AddYears(-2), null);
        await StartAsync([], [memory]);
        await Eventually.Holds(_clock, 10, () => Troubles().Any(t => t is { Raised: true, Trouble.Reason: TroubleReason.TestOverdue }), "the overdue test");

        // A real alarm that nobody has resolved yet is not the device's test.
        await HearAsync(Estate.Smoke.Says(Quantity.Smoke, 1));
        await HearAsync(Estate.Smoke.Says(Quantity.Smoke, 0));
        Assert.Equal(TestClock.Night.AddYears(-2), (await _watch!.DescribeAsync(default)).Devices[0].LastTest);
        Assert.Null((await _watch.BeginAsync("t1", ServiceRequest.TestOf(Estate.Smoke.Id, null, null, "王芳"), default)).Refusal);
        // Another detector is not tested by it.
        await HearAsync(Co.Says(Quantity.CoAlarm, 1));
        Assert.Null((await _watch.DescribeAsync(default)).Devices[1].LastTest);
        await HearAsync(Estate.Smoke.Says(Quantity.Smoke, 1));
        Assert.Equal(_clock.GetUtcNow(), (await _watch.DescribeAsync(default)).Devices[0].LastTest);
        await Eventually.Holds(_clock, 10, () => Troubles().Any(t => t is { Raised: false, Trouble.Reason: TroubleReason.TestOverdue }), "its end");
    }

    private List<TroubleChange> Troubles() => [.. _entries.SelectMany(e => e.Troubles)];

    private async Task CryAsync()
    {
        await HearAsync(Estate.Smoke.Says(Quantity.Smoke, 1));
        _clock.Advance(20);
        await HearAsync(Estate.Smoke.Says(Quantity.Smoke, 0));
        _clock.Advance(60);
    }

    private async Task AfterAsync(double seconds)
    {
        _clock.Advance(seconds);
        await _watch!.DescribeAsync(default);
    }

    private async Task HearAsync(params Reading[] readings)
    {
        var batch = new HeardBatch { Custody = true };
        foreach (var reading in readings)
        {
            batch.Open.Add(reading);
        }

        batch.EndMessage(1, false);
        Assert.True(await _watch!.HearAsync(batch, CancellationToken.None));
    }

    private async Task StartAsync(IReadOnlyList<KeptTrouble>? troubles = null, IReadOnlyList<DeviceMemory>? memories = null)
    {
        var devices = memories ?? HealthStore.Read(HealthFile, out _);
        _watch = new WatchLoop(
            Garden, Rulebook.Usual, new WatchMemory([], [], devices, troubles ?? []),
            new WatchOutputs(Store, () => false, _ => { }), new WatchClock(_clock, "1.0"), NullLogger<WatchLoop>.Instance);
        _keeper = new HealthKeeper(HealthFile, _watch.RememberAsync, _clock, NullLogger<HealthKeeper>.Instance);
        await _watch.StartAsync(CancellationToken.None);
        await _keeper.StartAsync(CancellationToken.None);
        await _watch.DescribeAsync(default);
    }

    private async Task StopAsync()
    {
        if (_keeper is not null)
        {
            await _keeper.StopAsync(CancellationToken.None);
            _keeper.Dispose();
            await _watch!.StopAsync(CancellationToken.None);
            _watch.Dispose();
            (_keeper, _watch) = (null, null);
        }
    }

    private ValueTask<bool> Store(JournalEntry entry)
    {
        _entries.Enqueue(entry);
        return ValueTask.FromResult(true);
    }
}
