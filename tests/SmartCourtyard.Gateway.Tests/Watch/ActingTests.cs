using System.Collections.Concurrent;
using Microsoft.Extensions.Logging.Abstractions;
using SmartCourtyard.Alarms;
using SmartCourtyard.Courtyards;
using SmartCourtyard.Custody;
using SmartCourtyard.Effects;
using SmartCourtyard.Gateway.Watch;
using SmartCourtyard.Readings;
using SmartCourtyard.Troubles;

namespace SmartCourtyard.Gateway.Tests.Watch;

/// <summary>What the watch makes the actuators do, and what it does not let stand in the way.</summary>
public sealed class ActingTests : IAsyncLifetime
{
    private static readonly Device Siren = Estate.Device(DeviceClass.Siren, "siren");
    private static readonly Device Valve = Estate.Device(DeviceClass.GasValve, "valve");
    private static readonly Device Lamp = Estate.Device(DeviceClass.ReassuranceLamp, "lamp");
    private static readonly Device Button = Estate.Device(DeviceClass.EmergencyButton, "sos");
    private static readonly Courtyard Garden = Estate.Garden with { Devices = [Estate.Smoke, Estate.Gas, Button, Siren, Valve, Lamp] };

    private readonly TestClock _clock = new();
    private readonly ConcurrentQueue<JournalEntry> _entries = [];
    private readonly ConcurrentQueue<ActuatorOrder> _orders = [];
    private readonly ConcurrentQueue<string> _rested = [];
    private Func<JournalEntry, ValueTask<bool>> _store = _ => ValueTask.FromResult(true);
    private WatchLoop _watch = null!;

    private IEnumerable<string> Said => _orders.Select(o => $"{o.Actuator.Id} {(o.On ? "on" : "off")}{(o.Sign == LampSign.Off ? "" : " " + o.Sign)}");

    public Task InitializeAsync() => StartAsync(WatchMemory.Empty);

    public async Task DisposeAsync()
    {
        await _watch.StopAsync(CancellationToken.None);
        _watch.Dispose();
    }

    [Fact]
    public async Task A_siren_sounds_while_the_disk_hangs()
    {
        _store = _ => new ValueTask<bool>(new TaskCompletionSource<bool>().Task);
        _ = HearAsync(Estate.Smoke.Says(Quantity.Smoke, 1));
        await Eventually.Holds(() => _orders.Count == 1, "the siren is told");
        Assert.Equal(["siren on"], Said);
    }

    [Fact]
    public async Task A_gateway_whose_disk_hangs_from_the_start_lets_sirens_sound()
    {
        await DisposeAsync();
        _store = _ => new ValueTask<bool>(new TaskCompletionSource<bool>().Task);
        await StartAsync(new WatchMemory([Estate.Alarm()], [], [], []));
        await Eventually.Holds(() => _orders.Count == 1, "the siren is told");
        _ = HearAsync(Estate.Gas.Says(Quantity.Gas, 1));
        await Eventually.Holds(() => _orders.Count == 2, "the valve is told");
        Assert.Equal(["siren on", "valve on"], Said);
    }

    [Fact]
    public async Task At_the_start_whatever_no_open_alarm_asks_for_is_told_to_rest_and_a_valve_never_is()
    {
        await Eventually.Holds(() => _rested.Count == 2, "told to rest");
        Assert.Equal(["siren", "lamp"], _rested);
        await DisposeAsync();
        _rested.Clear();
        await StartAsync(new WatchMemory([Estate.Alarm()], [], [], []));
        await Eventually.Holds(() => !_rested.IsEmpty, "told to rest");
        Assert.Equal(["siren on"], Said);
        Assert.Equal(["lamp"], _rested);
    }

    [Fact]
    public async Task A_lamp_says_heard_only_when_the_call_is_on_disk()
    {
        var disk = new TaskCompletionSource<bool>(TaskCreationOptions.RunContinuationsAsynchronously);
        _store = _ => new ValueTask<bool>(disk.Task);
        _ = HearAsync(Button.Says(Quantity.Emergency, 1));
        await Eventually.Holds(() => _entries.Count == 2, "the call is given to the store");
        await _watch.DescribeAsync(CancellationToken.None);
        Assert.Empty(_orders);
        disk.SetResult(true);
        await Eventually.Holds(() => _orders.Count == 1, "the lamp is told");
        Assert.Equal(["lamp on Heard"], Said);
    }

    [Fact]
    public async Task A_lamp_waits_until_a_disk_that_refuses_takes_the_call_after_all()
    {
        var takes = false;
        _store = _ => ValueTask.FromResult(Volatile.Read(ref takes));
        Assert.False(await HearAsync(Button.Says(Quantity.Emergency, 1)));
        _clock.Advance(1.1);
        await Eventually.Holds(() => _entries.Count > 2, "asked again");
        Assert.Empty(_orders);
        Volatile.Write(ref takes, true);
        await Eventually.Holds(_clock, 0.5, () => _orders.Count == 1, "the lamp is told");
        Assert.Equal(["lamp on Heard"], Said);
    }

    [Fact]
    public async Task A_lamp_shows_the_three_steps_and_goes_out()
    {
        Assert.True(await HearAsync(Button.Says(Quantity.Emergency, 1)));
        await Eventually.Holds(() => _orders.Count == 1, "heard");
        var alarm = _watch.Alarms.Single().Id;
        await CommandAsync("1", ReceiptKind.Stored, alarm);
        await CommandAsync("2", ReceiptKind.Acknowledged, alarm);
        await CommandAsync("3", ReceiptKind.Resolved, alarm);
        Assert.Equal(["lamp on Heard", "lamp on Stored", "lamp on Coming", "lamp off"], Said);
    }

    [Fact]
    public async Task What_the_duty_room_has_is_shown_though_the_disk_hangs_and_heard_is_not_said_after_it()
    {
        var disk = new TaskCompletionSource<bool>(TaskCreationOptions.RunContinuationsAsynchronously);
        _store = _ => new ValueTask<bool>(disk.Task);
        var hearing = HearAsync(Button.Says(Quantity.Emergency, 1));
        await Eventually.Holds(() => _watch.Alarms.Length == 1, "the alarm");
        await CommandAsync("1", ReceiptKind.Stored, _watch.Alarms.Single().Id);
        disk.SetResult(true);
        await hearing;
        // Told after it, over the same disk: what was said too much stands before it.
        await HearAsync(Estate.Smoke.Says(Quantity.Smoke, 1));
        await Eventually.Holds(() => Said.Contains("siren on"), "the siren");
        Assert.Equal(["lamp on Stored", "siren on"], Said);
    }

    [Fact]
    public async Task A_siren_ends_by_time_though_nothing_is_heard()
    {
        Assert.True(await HearAsync(Estate.Smoke.Says(Quantity.Smoke, 1)));
        await Eventually.Holds(_clock, 60, () => _orders.Count == 2, "the siren ends");
        Assert.Equal(["siren on", "siren off"], Said);
    }

    [Fact]
    public async Task A_silenced_siren_sounds_again_when_the_detector_does()
    {
        Assert.True(await HearAsync(Estate.Smoke.Says(Quantity.Smoke, 1)));
        var alarm = _watch.Alarms.Single().Id;
        Assert.Null(await _watch.DoAsync(a => a.Silence(alarm), null, CancellationToken.None));
        Assert.Equal("no-siren-sounds", await _watch.DoAsync(a => a.Silence("other"), null, CancellationToken.None));
        Assert.True(await HearAsync(Estate.Smoke.Says(Quantity.Smoke, 0), 2));
        Assert.True(await HearAsync(Estate.Smoke.Says(Quantity.Smoke, 1), 3));
        Assert.Equal(["siren on", "siren off", "siren on"], Said);
    }

    [Fact]
    public async Task A_closed_valve_is_kept_with_its_alarm_and_only_a_person_lets_it_go()
    {
        Assert.True(await HearAsync(Estate.Gas.Says(Quantity.Gas, 1)));
        var entry = _entries.Last(e => e.Alarms.Count > 0);
        Assert.Equal([new Latch("valve", true)], entry.Latches);
        var alarm = _watch.Alarms.Single().Id;
        var by = new CommandData("release-1", "actuator.release");
        Assert.Equal("alarm-stands", await _watch.DoAsync(a => a.Release("valve"), by, CancellationToken.None));
        Assert.True(await HearAsync(Estate.Gas.Says(Quantity.Gas, 0), 2));
        await CommandAsync("1", ReceiptKind.Resolved, alarm);
        Assert.DoesNotContain("valve off", Said);

        Assert.Null(await _watch.DoAsync(a => a.Release("valve"), by, CancellationToken.None));
        Assert.Contains("valve off", Said);
        Assert.Equal([new Latch("valve", false)], _entries.Last().Latches);
        Assert.Equal([EventTypes.CommandDone], _entries.Last().Events.Select(e => e.Type));
        Assert.Equal("not-held", await _watch.DoAsync(a => a.Release("valve"), by, CancellationToken.None));
    }

    [Fact]
    public async Task A_valve_that_was_held_is_held_after_a_restart()
    {
        await DisposeAsync();
        await StartAsync(new WatchMemory([], [], [], []) { Latched = ["valve"] });
        await Eventually.Holds(() => _orders.Count == 1, "the valve is told");
        Assert.Equal(["valve on"], Said);
        Assert.All(_entries, e => Assert.Empty(e.Latches));
    }

    [Fact]
    public async Task Somebody_is_coming_is_said_by_command_as_well()
    {
        Assert.True(await HearAsync(Button.Says(Quantity.Emergency, 1)));
        var alarm = _watch.Alarms.Single().Id;
        await Eventually.Holds(() => _orders.Count == 1, "heard");
        Assert.Null(await _watch.DoAsync(a => a.Reassure([alarm], null), null, CancellationToken.None));
        await CommandAsync("1", ReceiptKind.Stored, alarm);
        Assert.Equal(["lamp on Heard", "lamp on Coming"], Said);
        Assert.Equal("no-lamp-is-lit", await _watch.DoAsync(a => a.Reassure([], "siren"), null, CancellationToken.None));
    }

    [Fact]
    public async Task An_actuator_that_does_not_obey_is_a_fault_with_its_sentence()
    {
        await _watch.FaultAsync("siren", true, "it does not go on", CancellationToken.None);
        await _watch.FaultAsync("siren", true, "it does not go on", CancellationToken.None);
        var (_, troubles, _) = await _watch.DescribeAsync(CancellationToken.None);
        Assert.Equal((TroubleReason.Fault, "siren", "it does not go on"), troubles.Select(t => (t.Reason, t.Device!.Id, t.Detail!)).Single());
        await _watch.FaultAsync("siren", false, null, CancellationToken.None);
        Assert.Empty((await _watch.DescribeAsync(CancellationToken.None)).Troubles);
    }

    private async Task StartAsync(WatchMemory memory)
    {
        _entries.Clear();
        _orders.Clear();
        var outputs = new WatchOutputs(
            entry =>
            {
                _entries.Enqueue(entry);
                return _store(entry);
            },
            () => false, _ => { }) { Act = orders => orders.ToList().ForEach(_orders.Enqueue), Rest = devices => devices.ToList().ForEach(d => _rested.Enqueue(d.Id)) };
        _watch = new WatchLoop(Garden, Rulebook.Usual, memory, outputs, new WatchClock(_clock, "0.1.0"), NullLogger<WatchLoop>.Instance);
        await _watch.StartAsync(CancellationToken.None);
        await Eventually.Holds(() => !_entries.IsEmpty, "started");
    }

    private Task<bool> HearAsync(Reading reading, long delivery = 1)
        => _watch.HearAsync(Estate.Heard(custody: true, (reading, delivery, false)), CancellationToken.None).AsTask();

    private async Task CommandAsync(string bookmark, ReceiptKind kind, string alarmId)
    {
        await _watch.ReceiveAsync(new DutyCommand(bookmark, "c" + bookmark, "alarm", kind, alarmId, TestClock.Night), CancellationToken.None);
        await Eventually.Holds(() => _entries.Last().CommandBookmark == bookmark, "the command is answered");
    }
}
