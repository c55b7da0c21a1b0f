using System.Collections.Concurrent;
using Microsoft.Extensions.Logging.Abstractions;
using SmartCourtyard.Alarms;
using SmartCourtyard.Custody;
using SmartCourtyard.Gateway.Watch;
using SmartCourtyard.Readings;
using SmartCourtyard.Troubles;

namespace SmartCourtyard.Gateway.Tests.Watch;

public sealed class WatchLoopTests : IAsyncLifetime
{
    private readonly TestClock _clock = new();
    private readonly ConcurrentQueue<JournalEntry> _entries = [];
    private readonly ConcurrentQueue<HeardBatch> _measured = [];
    private Func<JournalEntry, ValueTask<bool>> _store = _ => ValueTask.FromResult(true);
    private Action<HeardBatch> _measure = _ => { };
    private volatile bool _behind;
    private WatchLoop _watch = null!;

    public Task InitializeAsync() => StartAsync([], []);

    public async Task DisposeAsync()
    {
        await _watch.StopAsync(CancellationToken.None);
        _watch.Dispose();
    }

    [Fact]
    public void The_first_event_says_that_the_gateway_has_started()
        => Assert.Equal([EventTypes.GatewayStarted], _entries.Single().Events.Select(e => e.Type));

    [Fact]
    public async Task A_message_is_answered_only_after_what_follows_from_it_is_on_disk()
    {
        var disk = new TaskCompletionSource<bool>(TaskCreationOptions.RunContinuationsAsynchronously);
        _store = _ => new ValueTask<bool>(disk.Task);
        var hearing = HearAsync(Estate.Smoke.Says(Quantity.Smoke, 1));
        await Eventually.Holds(() => _entries.Count == 2, "the alarm is given to the store");

        // The disk holds up its answer, not the loop: others are judged, and what leaves no trace is answered, meanwhile.
        var other = HearAsync(Estate.Gas.Says(Quantity.Gas, 1));
        await Eventually.Holds(() => _watch.Alarms.Length == 2, "the second alarm is known");
        Assert.True(await HearAsync(Estate.Smoke.Says(Quantity.Battery, 90)));
        Assert.False(hearing.IsCompleted || other.IsCompleted);
        disk.SetResult(true);
        Assert.True(await hearing);
        Assert.True(await other);
    }

    [Fact]
    public async Task What_had_to_last_alarms_when_it_has_lasted_though_nothing_is_heard()
    {
        await HearAsync(Estate.Gas.Says(Quantity.Methane, 12));
        Assert.Empty(_watch.Alarms);
        _clock.Advance(15.1);
        await Eventually.Holds(() => _watch.Alarms.Length == 1, "the gas alarm");
        Assert.InRange(_watch.Alarms[0].RaisedAt - TestClock.Night, TimeSpan.FromSeconds(15), TimeSpan.FromSeconds(15.1));
        Assert.Equal([EventTypes.AlarmRaised], _entries.Last(e => e.Alarms.Count > 0).Events.Select(e => e.Type));
    }

    [Fact]
    public async Task An_alarms_entry_holds_the_event_the_alarm_and_the_delivery()
    {
        Assert.True(await HearAsync(Estate.Smoke.Says(Quantity.Smoke, 1), delivery: 77));
        var entry = _entries.Last();
        Assert.Equal([EventTypes.AlarmRaised], entry.Events.Select(e => e.Type));
        Assert.Equal((Estate.Smoke.Id, AlarmKind.Smoke), (entry.Alarms.Single().DeviceId, entry.Alarms[0].Kind));
        Assert.Equal([77L], entry.Deliveries);
        Assert.Equal(entry.Alarms[0], Assert.Single(_watch.Alarms));
    }

    [Fact]
    public async Task A_store_that_refuses_leaves_the_message_with_its_giver_and_the_alarm_in_force()
    {
        _store = _ => ValueTask.FromResult(false);
        Assert.False(await HearAsync(Estate.Smoke.Says(Quantity.Smoke, 1)));
        Assert.Single(_watch.Alarms);
    }

    [Fact]
    public async Task A_redelivered_press_is_not_a_second_press_and_the_giver_may_forget_it()
    {
        var press = Estate.Smoke.Says(Quantity.Emergency, 1) with { Momentary = true };
        Assert.True(await HearAsync(press, delivery: 5));
        Assert.True(await HearAsync(press, delivery: 5, redelivered: true));
        Assert.Equal(1, _watch.Alarms.Single().Occurrences);
        // The same bytes without the mark are somebody pressing again; so is another delivery.
        Assert.True(await HearAsync(press, delivery: 5));
        Assert.True(await HearAsync(press, delivery: 6, redelivered: true));
        Assert.Equal(3, _watch.Alarms.Single().Occurrences);
    }

    [Fact]
    public async Task A_redelivery_is_known_even_after_a_restart()
    {
        await DisposeAsync();
        await StartAsync([Estate.Alarm(kind: AlarmKind.EmergencyCall)], [5]);
        Assert.True(await HearAsync(Estate.Smoke.Says(Quantity.Emergency, 1) with { Momentary = true }, delivery: 5, redelivered: true));
        Assert.Equal(1, _watch.Alarms.Single().Occurrences);
    }

    [Fact]
    public async Task A_trouble_is_kept_with_its_event_and_after_a_restart_it_ends_under_its_own_id()
    {
        await HearAsync(Estate.Gas.Says(Quantity.Fault, 1));
        var change = _entries.Last().Troubles.Single();
        Assert.Equal((true, TroubleReason.Fault), (change.Raised, change.Trouble.Reason));

        await DisposeAsync();
        _entries.Clear();
        var lost = new KeptTrouble("t0", TroubleReason.BrokerLost, null, TestClock.Night);
        await StartAsync([], [], [KeptTrouble.Of(change.Trouble), lost]);

        // The gateway's own troubles begin anew with it.
        await Eventually.Holds(() => _entries.Count == 2, "the old trouble of the gateway ends");
        Assert.Equal((false, "t0"), (_entries.Last().Troubles.Single().Raised, _entries.Last().Troubles[0].Trouble.Id));
        await HearAsync(Estate.Gas.Says(Quantity.Fault, 1));
        Assert.Equal(2, _entries.Count);
        await HearAsync(Estate.Gas.Says(Quantity.Fault, 0));
        Assert.Equal((false, change.Trouble.Id), (_entries.Last().Troubles.Single().Raised, _entries.Last().Troubles[0].Trouble.Id));
        Assert.Equal([EventTypes.TroubleCleared], _entries.Last().Events.Select(e => e.Type));
    }

    [Fact]
    public async Task What_is_repeated_while_the_store_is_behind_waits_for_what_stands_before_it()
    {
        var press = Estate.Smoke.Says(Quantity.Emergency, 1) with { Momentary = true };
        var disk = new TaskCompletionSource<bool>(TaskCreationOptions.RunContinuationsAsynchronously);
        _store = _ => new ValueTask<bool>(disk.Task);
        _behind = true;
        var first = HearAsync(press, delivery: 5);
        var again = HearAsync(press, delivery: 5, redelivered: true);
        await Eventually.Holds(() => _entries.Count == 3, "a barrier is set");
        Assert.True(_entries.Last().IsEmpty);
        await _watch.DescribeAsync(CancellationToken.None);
        Assert.False(first.IsCompleted || again.IsCompleted);
        disk.SetResult(false);
        Assert.All(await Task.WhenAll(first, again), Assert.False);
    }

    [Fact]
    public async Task Without_consequences_and_with_nothing_behind_a_message_needs_no_disk()
    {
        _store = _ => throw new InvalidOperationException("the store is not asked");
        Assert.True(await HearAsync(Estate.Smoke.Says(Quantity.Smoke, 0)));
        Assert.True(await _watch.HearAsync(new HeardBatch { Custody = true }, CancellationToken.None));
    }

    [Fact]
    public async Task Without_custody_nobody_waits_and_the_readings_are_measured_all_the_same()
    {
        _store = _ => new ValueTask<bool>(new TaskCompletionSource<bool>().Task);
        Assert.True(await _watch.HearAsync(
            Estate.Heard(custody: false, (Estate.Smoke.Says(Quantity.Smoke, 1), 1, false)), CancellationToken.None));
        await Eventually.Holds(() => _measured.Count == 1, "measured");
        Assert.Empty(_entries.Last().Deliveries);
    }

    [Fact]
    public async Task Receipts_are_written_into_the_alarm_and_answered_with_their_bookmark_in_one_entry()
    {
        await HearAsync(Estate.Smoke.Says(Quantity.Smoke, 1));
        var alarm = _watch.Alarms.Single();
        await CommandAsync("8", "alarm.stored", ReceiptKind.Stored, alarm.Id);
        var entry = _entries.Last();
        Assert.Equal("8", entry.CommandBookmark);
        Assert.Equal(TestClock.Night, entry.Alarms.Single().Receipts.Stored);
        Assert.Equal([EventTypes.CommandDone], entry.Events.Select(e => e.Type));
        Assert.Equal("""{"commandId":"c8","command":"alarm.stored"}""", entry.Events[0].Data.GetRawText());
        Assert.Equal(TestClock.Night, _watch.Alarms.Single().Receipts.Stored);

        await CommandAsync("9", "alarm.resolved", ReceiptKind.Resolved, alarm.Id);
        await HearAsync(Estate.Smoke.Says(Quantity.Smoke, 0));
        Assert.Empty(_watch.Alarms);
        Assert.Equal(AlarmCondition.Cleared, _entries.Last().Alarms.Single().Condition);
    }

    [Fact]
    public async Task A_command_that_cannot_be_carried_out_is_answered_as_failed_and_passed_over()
    {
        await CommandAsync("9", "siren.silence", ReceiptKind.Stored, null, failure: "not-supported");
        var entry = _entries.Last();
        Assert.Equal(("9", 0), (entry.CommandBookmark, entry.Alarms.Count));
        Assert.Equal(EventTypes.CommandFailed, entry.Events.Single().Type);
        Assert.Equal("""{"commandId":"c9","command":"siren.silence","reason":"not-supported"}""", entry.Events[0].Data.GetRawText());
    }

    [Fact]
    public async Task A_receipt_for_an_alarm_that_is_gone_is_answered_and_changes_nothing()
    {
        await CommandAsync("9", "alarm.shown", ReceiptKind.Shown, "gone");
        Assert.Equal([EventTypes.CommandDone], _entries.Last().Events.Select(e => e.Type));
        Assert.Empty(_watch.Alarms);
    }

    [Fact]
    public async Task Silence_enters_as_a_tick_and_leaves_as_an_event()
    {
        await Eventually.Holds(_clock, 60, () => _entries.Last().Events[0].Type == EventTypes.TroubleRaised, "a silent device is told");
        Assert.True((_clock.GetUtcNow() - TestClock.Night).TotalMinutes > 30);
        Assert.Contains("\"silent\"", _entries.Last().Events[0].Data.GetRawText(), StringComparison.Ordinal);
        var (devices, troubles, _) = await _watch.DescribeAsync(CancellationToken.None);
        Assert.Equal(3, devices.Count);
        Assert.Equal([Estate.Gas, Estate.Air], troubles.Select(t => t.Device));
    }

    [Fact]
    public async Task A_message_that_waited_over_a_second_is_a_trouble_until_the_next_one_does_not()
    {
        using var queued = new SemaphoreSlim(0);
        _measure = _ => queued.Wait(TimeSpan.FromSeconds(20), CancellationToken.None);
        // The thread that brings a message may judge it: this one is to wait inside.
        var first = Task.Run(() => HearAsync(Estate.Air.Says(Quantity.Co2, 400)));
        await Eventually.Holds(() => _measured.Count == 1, "the loop is busy with the first");
        var second = HearAsync(Estate.Air.Says(Quantity.Co2, 401));
        _clock.Advance(2);
        _measure = _ => { };
        queued.Release();
        Assert.All(await Task.WhenAll(first, second), Assert.True);
        await Eventually.Holds(() => _entries.Last().Events[0].Type == EventTypes.TroubleRaised, "overloaded");
        Assert.Contains("\"overloaded\"", _entries.Last().Events[0].Data.GetRawText(), StringComparison.Ordinal);
        Assert.True(await HearAsync(Estate.Air.Says(Quantity.Co2, 402)));
        await Eventually.Holds(() => _entries.Last().Events[0].Type == EventTypes.TroubleCleared, "no longer overloaded");
    }

    [Fact]
    public async Task A_trouble_of_the_gateway_becomes_an_event_once()
    {
        await _watch.TroubleAsync(TroubleReason.BrokerLost, true, "no answer", CancellationToken.None);
        await _watch.TroubleAsync(TroubleReason.BrokerLost, true, "no answer", CancellationToken.None);
        await _watch.DescribeAsync(CancellationToken.None);
        Assert.Equal([EventTypes.GatewayStarted, EventTypes.TroubleRaised], _entries.Select(e => e.Events.Single().Type));
    }

    [Fact]
    public async Task A_torn_off_device_is_an_alarm_and_not_a_trouble_as_well()
    {
        Assert.True(await HearAsync(Estate.Smoke.Says(Quantity.Tamper, 1)));
        Assert.Equal([EventTypes.AlarmRaised], _entries.Last().Events.Select(e => e.Type));
        Assert.Equal([TroubleReason.Tampered], (await _watch.DescribeAsync(CancellationToken.None)).Devices[0].Reasons);
    }

    [Fact]
    public async Task Alarms_from_before_the_restart_are_there_at_once()
    {
        await DisposeAsync();
        await StartAsync([Estate.Alarm()], []);
        Assert.Equal(Estate.Alarm(), Assert.Single(_watch.Alarms));
        Assert.True(await HearAsync(Estate.Smoke.Says(Quantity.Smoke, 1)));
        Assert.Equal(Estate.Alarm(), Assert.Single(_watch.Alarms));
    }

    [Fact]
    public async Task After_a_reload_the_alarm_of_a_removed_device_is_open_and_kept_for_the_restart()
    {
        Assert.True(await HearAsync(Estate.Smoke.Says(Quantity.Smoke, 1)));
        Assert.True(await HearAsync(Estate.Gas.Says(Quantity.Fault, 1)));
        var without = Estate.Garden with { Devices = [Estate.Air] };
        await _watch.ReloadAsync(without, Rulebook.Usual, [], new HashSet<string> { Estate.Air.Id }, CancellationToken.None);
        var alarm = Assert.Single(_watch.Alarms);
        Assert.Equal([EventTypes.TroubleCleared], _entries.Last().Events.Select(e => e.Type));
        Assert.Equal([Estate.Air], (await _watch.DescribeAsync(CancellationToken.None)).Devices.Select(d => d.Device));

        await CommandAsync("1", "alarm.resolved", ReceiptKind.Resolved, alarm.Id);
        Assert.Empty(_watch.Alarms);
        Assert.Equal(AlarmCondition.Cleared, _entries.Last().Alarms.Single().Condition);
    }

    [Fact]
    public async Task An_alarm_that_people_are_done_with_ends_at_the_start_where_its_device_is_no_more()
    {
        await DisposeAsync();
        var done = Estate.Alarm() with { DeviceId = "removed", Receipts = new Receipts(Resolved: TestClock.Night) };
        await StartAsync([done, Estate.Alarm("0193bbbb") with { DeviceId = "removed-too" }], []);
        await Eventually.Holds(() => _entries.Count == 2, "judged");
        Assert.Equal([EventTypes.AlarmCleared], _entries.Last().Events.Select(e => e.Type));
        Assert.Equal("0193bbbb", Assert.Single(_watch.Alarms).Id);
    }

    private async Task StartAsync(
        IReadOnlyList<Alarm> restored, IReadOnlyList<long> deliveries, IReadOnlyList<KeptTrouble>? troubles = null)
    {
        _entries.Clear();
        var outputs = new WatchOutputs(
            entry =>
            {
                _entries.Enqueue(entry);
                return _store(entry);
            },
            () => _behind,
            batch =>
            {
                _measured.Enqueue(batch);
                _measure(batch);
            });
        _watch = new WatchLoop(
            Estate.Garden, Rulebook.Usual, new WatchMemory(restored, deliveries, [], troubles ?? []), outputs, new WatchClock(_clock, "0.1.0"), NullLogger<WatchLoop>.Instance);
        await _watch.StartAsync(CancellationToken.None);
        await Eventually.Holds(() => !_entries.IsEmpty, "started");
    }

    private Task<bool> HearAsync(Reading reading, long delivery = 1, bool redelivered = false)
        => _watch.HearAsync(Estate.Heard(custody: true, (reading, delivery, redelivered)), CancellationToken.None).AsTask();

    private async Task CommandAsync(string bookmark, string type, ReceiptKind kind, string? alarmId, string? failure = null)
    {
        await _watch.ReceiveAsync(new DutyCommand(bookmark, "c" + bookmark, type, kind, alarmId, TestClock.Night, failure), CancellationToken.None);
        await Eventually.Holds(() => _entries.Last().CommandBookmark == bookmark, "the command is answered");
    }
}
