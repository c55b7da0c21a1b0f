using Microsoft.Extensions.Logging.Abstractions;
using SmartCourtyard.Alarms;
using SmartCourtyard.Custody;
using SmartCourtyard.Gateway.Journal;
using SmartCourtyard.Gateway.Paths;
using SmartCourtyard.Gateway.Tests.Journal;
using SmartCourtyard.Gateway.Tests.Watch;

namespace SmartCourtyard.Gateway.Tests.Paths;

/// <summary>A real journal and two paths on a clock that runs through an hour in which nobody answers.</summary>
public sealed class HourWithoutUplinkTests : IAsyncLifetime
{
    private static readonly AlarmKind[] Kinds = [AlarmKind.Noise, AlarmKind.WaterLeak, AlarmKind.Smoke];

    private readonly TemporaryFolder _folder = new();
    private readonly TestClock _clock = new();
    private readonly Line _https = new("https");
    private readonly Line _mqtt = new("mqtt");
    private readonly List<PathLoop> _loops = [];
    private JournalStore _store = null!;
    private EventJournal _journal = null!;

    public async Task InitializeAsync()
    {
        _store = JournalStore.Open(_folder.File("journal.db"));
        _journal = new EventJournal(_store, TimeProvider.System, NullLogger<EventJournal>.Instance);
        await _journal.StartAsync(CancellationToken.None);
        foreach (var path in new[] { _https, _mqtt })
        {
            var outputs = new PathOutputs(
                async (events, stop) => await _journal.RefuseAsync(events, stop), (_, _) => ValueTask.CompletedTask, (_, _, _, _) => ValueTask.CompletedTask);
            _loops.Add(new PathLoop(_journal.Outbox.Read(), path, path.Status, outputs, _clock, NullLogger<PathLoop>.Instance));
            await _loops[^1].StartAsync(CancellationToken.None);
        }
    }

    public async Task DisposeAsync()
    {
        foreach (var loop in _loops)
        {
            await loop.StopAsync(CancellationToken.None);
            loop.Dispose();
        }

        await _journal.StopAsync(CancellationToken.None);
        _journal.Dispose();
        _store.Dispose();
        _folder.Dispose();
    }

    [Fact]
    public async Task After_an_hour_without_uplink_everything_arrives_life_first_and_nothing_waits_for_a_pause_to_end()
    {
        var ids = new Dictionary<string, EventRank>(StringComparer.Ordinal);
        for (var minute = 0; minute < 60; minute++)
        {
            CourtyardEvent[] events = [Estate.OtherEvent(), .. Kinds.Select(k => Estate.AlarmEvent(kind: k))];
            Assert.True(await _journal.AppendAsync(Estate.Entry(events), CancellationToken.None));
            foreach (var e in events)
            {
                ids[e.Id] = EventRanks.Of(e);
            }

            for (var second = 0; second < 60; second += 5)
            {
                _clock.Advance(5);
                await Task.Yield();
            }
        }

        Assert.Equal(240, _journal.Outbox.Waiting);
        // It tried on all the time, and never in a hurry: at most one try for each half of the longest pause.
        await Eventually.Holds(() => _https.Tries > 20 && _mqtt.Tries > 20, "tried on");
        Assert.InRange(_https.Tries, 20, 1_500);

        _mqtt.IsUp = true;
        // As the sign of life that is answered: nobody waits for the rest of a pause.
        _mqtt.Status.Up(null, _clock.GetUtcNow());
        await Eventually.Holds(() => _journal.Outbox.Waiting == 0, "everything is delivered though the clock stands");
        var taken = _mqtt.Taken.ToArray();
        Assert.Equal(ids.Keys.Order(StringComparer.Ordinal), taken.Order(StringComparer.Ordinal));
        Assert.Equal(taken.Select(id => ids[id]).OrderDescending(), taken.Select(id => ids[id]));
        await Eventually.Holds(() => _store.CountWaiting() == 0, "the journal knows");
        Assert.Empty(_https.Taken);
    }

    [Fact]
    public async Task A_path_that_hangs_holds_nothing_up()
    {
        var hangs = new TaskCompletionSource();
        _https.Hangs = hangs.Task;
        _mqtt.IsUp = true;
        for (var i = 1; i <= 5; i++)
        {
            Assert.True(await _journal.AppendAsync(Estate.Entry(Estate.AlarmEvent()), CancellationToken.None));
            await Eventually.Holds(() => _mqtt.Taken.Count == i && _journal.Outbox.Waiting == 0, "delivered");
        }

        _https.IsUp = true;
        hangs.SetResult();
        await Eventually.Holds(() => !_https.Taken.IsEmpty, "the late receipt of the other");
        Assert.Equal(0, _journal.Outbox.Waiting);
        await Eventually.Holds(() => _store.CountWaiting() == 0, "the journal knows");
    }

    [Fact]
    public async Task What_one_path_has_delivered_another_cannot_have_refused()
    {
        var (first, hangs) = (new TaskCompletionSource(), new TaskCompletionSource());
        (_mqtt.Hangs, _mqtt.Answer) = (hangs.Task, _ => new Handover(HandoverReason.Refused, "no", Index: 0));
        (_https.Hangs, _https.IsUp) = (first.Task, true);
        Assert.True(await _journal.AppendAsync(Estate.Entry(Estate.AlarmEvent()), CancellationToken.None));
        await Eventually.Holds(() => _https.Tries == 1 && _mqtt.Tries == 1, "under way by both");
        first.SetResult();
        await Eventually.Holds(() => _journal.Outbox.Waiting == 0, "delivered by one");
        hangs.SetResult();
        await Eventually.Holds(() => _loops[1].Turns > 0, "the other has its answer");
        Assert.DoesNotContain(1L, Refused());
    }

    private List<long> Refused()
    {
        using var connection = new Microsoft.Data.Sqlite.SqliteConnection($"Data Source={_folder.File("journal.db")};Pooling=False");
        connection.Open();
        using var command = connection.CreateCommand();
        command.CommandText = "SELECT sequence FROM event WHERE handed IN (2, 4)";
        using var reader = command.ExecuteReader();
        var refused = new List<long>();
        while (reader.Read())
        {
            refused.Add(reader.GetInt64(0));
        }

        return refused;
    }

    /// <summary>A path that answers as it is told to.</summary>
    private sealed class Line(string name) : IPath
    {
        private int _tries;

        public string Name => name;

        public PathStatus Status { get; } = new();

        public volatile bool IsUp;

        public int Tries => Volatile.Read(ref _tries);

        public System.Collections.Concurrent.ConcurrentQueue<string> Taken { get; } = [];

        public Task? Hangs { get; set; }

        public Func<IReadOnlyList<StoredEvent>, Handover>? Answer { get; set; }

        public async Task<Handover> SendAsync(IReadOnlyList<StoredEvent> events, CancellationToken stop)
        {
            Interlocked.Increment(ref _tries);
            await (Hangs ?? Task.CompletedTask).WaitAsync(stop);
            if (Answer is not null)
            {
                return Answer(events);
            }

            if (!IsUp)
            {
                return new Handover(HandoverReason.Unreachable, "nobody there", Actor: Actor.Network);
            }

            foreach (var e in events)
            {
                Taken.Enqueue(e.Id);
            }

            return new Handover(HandoverReason.Stored);
        }

        public Task<Handover> BeatAsync(Heartbeat beat, CancellationToken stop) => Task.FromResult(new Handover(HandoverReason.Stored));
    }
}
