using System.Collections.Concurrent;
using Microsoft.Extensions.Logging.Abstractions;
using SmartCourtyard.Alarms;
using SmartCourtyard.Custody;
using SmartCourtyard.Gateway.Journal;
using SmartCourtyard.Gateway.Tests.Journal;
using SmartCourtyard.Gateway.Watch;
using SmartCourtyard.Proofs;
using SmartCourtyard.Troubles;

namespace SmartCourtyard.Gateway.Tests.Watch;

/// <summary>The daily test alarm in the watch: its events, its receipts, the trouble where it fails.</summary>
public sealed class ProofTests : IAsyncLifetime
{
    private readonly TestClock _clock = new();
    private readonly ConcurrentQueue<JournalEntry> _entries = [];
    private WatchLoop _watch = null!;

    private List<CourtyardEvent> Events => [.. _entries.SelectMany(e => e.Events)];

    // Answered a moment ago: no person is asked.
    private static readonly ProofMemory Answered = new(null, LastAnswered: TestClock.Night, AnsweredBy: "王芳");

    public Task InitializeAsync() => StartAsync(Answered);

    public async Task DisposeAsync()
    {
        await _watch.StopAsync(CancellationToken.None);
        _watch.Dispose();
    }

    [Fact]
    public async Task A_test_alarm_goes_out_ten_minutes_after_the_start_and_its_receipt_proves_the_way()
    {
        var data = await BegunAsync();
        Assert.Equal(
            ("equipment", "technical", "gateway", true, true),
            (data.GetProperty("kind").GetString(), data.GetProperty("severity").GetString(), data.GetProperty("device").GetString(),
                data.GetProperty("test").GetBoolean(), data.GetProperty("proof").GetBoolean()));
        // It is no alarm of the estate: no board of the gateway, no siren knows of it.
        Assert.Empty(_watch.Alarms);

        await ReceiveAsync("1", "alarm.stored", ReceiptKind.Stored, data.GetProperty("alarmId").GetString()!, consoles: 1);
        Assert.DoesNotContain(Events, e => e.Type == EventTypes.TestPassed);
        _clock.Advance(2);
        await ReceiveAsync("2", "alarm.shown", ReceiptKind.Shown, data.GetProperty("alarmId").GetString()!);
        var passed = Events.Single(e => e.Type == EventTypes.TestPassed).Data;
        Assert.Equal(
            (data.GetProperty("alarmId").GetString(), true, true),
            (passed.GetProperty("alarmId").GetString(), passed.GetProperty("stored").GetBoolean(), passed.GetProperty("shown").GetBoolean()));
        Assert.Equal(2_000, passed.GetProperty("tookMilliseconds").GetInt32());
        Assert.Equal([EventTypes.AlarmRaised, EventTypes.AlarmCleared], Events.Where(e => e.Type.Contains(".alarm.", StringComparison.Ordinal)).Select(e => e.Type));
        Assert.NotNull(_entries.Last(e => e.Proof is not null).Proof!.LastPassed);
        Assert.NotNull(_watch.Proven!.LastPassed);
    }

    [Fact]
    public async Task Without_a_receipt_it_fails_and_is_a_trouble_until_the_next_one_passes()
    {
        await BegunAsync();
        await Eventually.Holds(_clock, 10, () => Events.Any(e => e.Type == EventTypes.TroubleRaised), "the trouble");
        var failed = Events.Single(e => e.Type == EventTypes.TestFailed).Data;
        Assert.Equal(("stored", false), (failed.GetProperty("failed").GetString(), failed.GetProperty("stored").GetBoolean()));
        var trouble = Events.Single(e => e.Type == EventTypes.TroubleRaised).Data;
        Assert.Equal("self-test-failed", trouble.GetProperty("reason").GetString());

        // The next start knows it still.
        var kept = _entries.Last(e => e.Proof is not null).Proof;
        await DisposeAsync();
        _entries.Clear();
        await StartAsync(kept);
        await Eventually.Holds(() => Events.Any(e => e.Type == EventTypes.TroubleRaised), "the trouble again");
        var data = await BegunAsync();
        await ReceiveAsync("1", "alarm.stored", ReceiptKind.Stored, data.GetProperty("alarmId").GetString()!);
        await Eventually.Holds(() => Events.Any(e => e.Type == EventTypes.TroubleCleared), "its end");
    }

    [Fact]
    public async Task An_officers_answer_goes_on_as_the_result_of_the_test_that_asked_for_it()
    {
        await DisposeAsync();
        _entries.Clear();
        await StartAsync(null);
        var data = await BegunAsync();
        var alarm = data.GetProperty("alarmId").GetString()!;
        Assert.True(data.GetProperty("asked").GetBoolean());
        await ReceiveAsync("1", "alarm.stored", ReceiptKind.Stored, alarm);
        await Eventually.Holds(() => Events.Any(e => e.Type == EventTypes.TestPassed), "the program's part");
        Assert.DoesNotContain(Events, e => e.Type == EventTypes.AlarmCleared);
        await _watch.ReceiveAsync(
            new DutyCommand("2", "c2", "alarm.acknowledged", ReceiptKind.Acknowledged, alarm, TestClock.Night, By: "王芳"), CancellationToken.None);
        await Eventually.Holds(() => Events.Any(e => e.Type == EventTypes.AlarmCleared), "the end");
        Assert.Equal([null, "王芳"], Events.Where(e => e.Type == EventTypes.TestPassed).Select(e => e.Data.TryGetProperty("answeredBy", out var by) ? by.GetString() : null));
        Assert.Equal(("王芳", (string?)null), (_watch.Proven!.AnsweredBy, _watch.Proven.Waiting?.AlarmId));
        Assert.Equal("王芳", _entries.Last(e => e.Proof is not null).Proof!.AnsweredBy);
    }

    [Fact]
    public async Task Nobodys_answer_for_seventeen_days_is_a_trouble_that_ends_with_an_answer()
    {
        await DisposeAsync();
        _entries.Clear();
        await StartAsync(new ProofMemory(TestClock.Night.AddHours(-2), LastAnswered: TestClock.Night.AddDays(-17)));
        await Eventually.Holds(_clock, 10, () => Events.Any(e => e.Type == EventTypes.TroubleRaised), "the trouble");
        Assert.Equal("test-overdue", Events.Single(e => e.Type == EventTypes.TroubleRaised).Data.GetProperty("reason").GetString());
        // Somebody tries the way now; one at a time.
        var step = await _watch.ProveAsync(CancellationToken.None);
        Assert.True(step!.Asked);
        Assert.Null(await _watch.ProveAsync(CancellationToken.None));
        Assert.Equal(step.AlarmId, _watch.Proofs!.UnderWay!.AlarmId);
        await ReceiveAsync("1", "alarm.acknowledged", ReceiptKind.Acknowledged, step.AlarmId);
        await Eventually.Holds(() => Events.Any(e => e.Type == EventTypes.TroubleCleared), "its end");
    }

    [Fact]
    public void What_is_known_of_it_is_in_the_journal_beside_the_place_in_the_commands()
    {
        using var folder = new TemporaryFolder();
        using (var store = JournalStore.Open(folder.File("journal.db")))
        {
            Assert.Null(store.ReadProof());
            store.Commit(new JournalWrite { Proof = new ProofMemory(TestClock.Night), CommandBookmark = "7" });
            store.Commit(new JournalWrite { Proof = new ProofMemory(TestClock.Night, "shown") });
        }

        using var again = JournalStore.Open(folder.File("journal.db"));
        Assert.Equal((new ProofMemory(TestClock.Night, "shown"), "7"), (again.ReadProof(), again.ReadCommandBookmark()));
    }

    private async Task<System.Text.Json.JsonElement> BegunAsync()
    {
        await Eventually.Holds(_clock, 10, () => Events.Any(e => e.Type == EventTypes.AlarmRaised), "the test alarm");
        return Events.Single(e => e.Type == EventTypes.AlarmRaised).Data;
    }

    private async Task ReceiveAsync(string bookmark, string type, ReceiptKind kind, string alarmId, int? consoles = null)
    {
        await _watch.ReceiveAsync(new DutyCommand(bookmark, "c" + bookmark, type, kind, alarmId, TestClock.Night, Consoles: consoles), CancellationToken.None);
        await Eventually.Holds(() => _entries.Any(e => e.CommandBookmark == bookmark), "the command is answered");
    }

    private async Task StartAsync(ProofMemory? memory)
    {
        var outputs = new WatchOutputs(
            entry =>
            {
                _entries.Enqueue(entry);
                return ValueTask.FromResult(true);
            },
            () => false, _ => { });
        _watch = new WatchLoop(Estate.Garden, Rulebook.Usual, WatchMemory.Empty, outputs, new WatchClock(_clock, "1.0"), NullLogger<WatchLoop>.Instance)
        {
            Proof = new ProofBook("fukang-garden", memory),
        };
        await _watch.StartAsync(CancellationToken.None);
        await _watch.DescribeAsync(CancellationToken.None);
    }
}
