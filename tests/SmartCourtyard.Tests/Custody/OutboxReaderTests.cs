using System.Text.Json;
using FsCheck;
using FsCheck.Fluent;
using SmartCourtyard.Alarms;
using SmartCourtyard.Custody;

namespace SmartCourtyard.Tests.CustodyTests;

/// <summary>Several paths to one holder: one bookmark, whatever each of them is doing.</summary>
public sealed class OutboxReaderTests
{
    private readonly JournalFake _journal = new();

    [Theory]
    [InlineData(EventTypes.AlarmRaised, "life", EventRank.Life)]
    [InlineData(EventTypes.AlarmCleared, "property", EventRank.Property)]
    [InlineData(EventTypes.AlarmUpdated, "advisory", EventRank.Alarm)]
    [InlineData(EventTypes.AlarmRaised, "technical", EventRank.Alarm)]
    [InlineData(EventTypes.TroubleRaised, "life", EventRank.Other)]
    public void An_alarm_ranks_by_what_is_at_stake(string type, string severity, EventRank rank)
        => Assert.Equal(rank, EventRanks.Of(new CourtyardEvent(
            "1", "/gateways/a", type, Estate.Night, "1", JsonSerializer.SerializeToElement(new Dictionary<string, string> { ["severity"] = severity }))));

    [Fact]
    public async Task Life_goes_before_property_and_property_before_other_alarms_and_these_before_the_rest_also_from_the_journal()
    {
        EventRank[] ranks = [EventRank.Other, EventRank.Alarm, EventRank.Property, EventRank.Life];
        for (var i = 1; i <= 40; i++)
        {
            _journal.Commit(JournalFake.Event(i, ranks[i % 4]));
        }

        var outbox = new Outbox(_journal.ReadWaiting, TimeProvider.System, capacity: 6);
        outbox.Begin(40);
        var reader = outbox.Read();
        var given = new List<StoredEvent>();
        while (outbox.Waiting > 0)
        {
            if (given.Count == 12)
            {
                // News while a backlog stands: life at once, the rest in its turn.
                foreach (var e in new[] { JournalFake.Event(41, EventRank.Property), JournalFake.Event(42, EventRank.Life), JournalFake.Event(43, EventRank.Alarm) })
                {
                    _journal.Commit(e);
                    outbox.Add(e);
                }
            }

            var batch = await TakeAsync(reader, 3);
            given.AddRange(batch);
            reader.Remove(batch);
        }

        Assert.Equal(43, given.Count);
        Assert.Equal(42, given[12].Sequence);
        var withoutLate = given.Where(e => e.Sequence != 42).ToList();
        Assert.Equal(withoutLate.OrderByDescending(e => e.Rank).Select(e => e.Rank), withoutLate.Select(e => e.Rank));
        Assert.Equal(given.Count, given.Select(e => e.Sequence).Distinct().Count());
    }

    [Fact]
    public async Task Two_paths_are_given_the_same_and_what_one_has_handed_on_the_other_does_not_see_again()
    {
        var outbox = Begin();
        var (first, second) = (outbox.Read(), outbox.Read());
        var (a, b) = (await TakeAsync(first, 10), await TakeAsync(second, 3));
        Assert.Equal([1, 2, 3, 4, 5, 6, 7, 8, 9, 10], a.Select(e => e.Sequence));
        Assert.Equal([1, 2, 3], b.Select(e => e.Sequence));
        Assert.Equal(3, second.Remove(b).Count);
        Assert.Equal(7, outbox.Waiting);
        Mark(outbox);
        // The journal has marked them meanwhile: the other's receipt for the same events counts for the rest only.
        Assert.Equal(7, first.Remove(a).Count);
        Assert.Equal(0, outbox.Waiting);
        Mark(outbox);
        Assert.Equal(0, _journal.Waiting);
    }

    [Fact]
    public async Task News_wakes_every_path()
    {
        var outbox = Begin(0);
        var (a, b) = (outbox.Read().TakeAsync(1, 100, CancellationToken.None).AsTask(), outbox.Read().TakeAsync(1, 100, CancellationToken.None).AsTask());
        outbox.Add(JournalFake.Event(1, EventRank.Life));
        var both = await Task.WhenAll(a, b).WaitAsync(TimeSpan.FromSeconds(10), TimeProvider.System);
        Assert.All(both, batch => Assert.Equal(1, Assert.Single(batch).Sequence));
    }

    [Fact]
    public async Task A_path_that_gives_others_a_head_start_gets_what_they_did_not_hand_on_in_time()
    {
        var clock = new StandingClock();
        var head = TimeSpan.FromSeconds(5);
        var outbox = new Outbox(_journal.ReadWaiting, clock, 100);
        var (first, second) = (outbox.Read(), outbox.Read(() => head));
        var taking = second.TakeAsync(10, 1_000, CancellationToken.None).AsTask();
        Assert.True(second.Rests);
        outbox.Add(JournalFake.Event(1, EventRank.Other));
        Assert.Single(await TakeAsync(first, 10));
        clock.Advance(4);
        outbox.Add(JournalFake.Event(2, EventRank.Life));
        Assert.False(taking.IsCompleted);
        clock.Advance(1.5);
        var late = await taking.WaitAsync(TimeSpan.FromSeconds(10), TimeProvider.System);
        Assert.Equal([1L], late.Select(e => e.Sequence));
        second.Remove(late);

        // Once the first is known to be down, nothing is gained by waiting for it.
        taking = second.TakeAsync(10, 1_000, CancellationToken.None).AsTask();
        Assert.False(taking.IsCompleted);
        head = TimeSpan.Zero;
        second.Wake();
        Assert.Equal([2L], (await taking.WaitAsync(TimeSpan.FromSeconds(10), TimeProvider.System)).Select(e => e.Sequence));
    }

    [Fact]
    public async Task A_receipt_from_before_a_renumbering_counts_for_nothing_and_loses_nothing()
    {
        var outbox = Begin(3);
        var (first, second) = (outbox.Read(), outbox.Read());
        var (old, handed) = (await TakeAsync(first, 3), await TakeAsync(second, 1));
        second.Remove(handed);
        outbox.Renumbering();
        Assert.False(first.IsCurrent);
        Assert.Empty(first.Remove(old));
        Assert.Empty(outbox.Handed());
        Assert.Equal(3, outbox.Waiting);
        outbox.Reload();
        Assert.Equal([1L, 2, 3], (await TakeAsync(first, 10)).Select(e => e.Sequence));
    }

    [Fact]
    public void However_two_paths_and_the_journal_interleave_everything_is_handed_on_and_counted_once()
        => Prop.ForAll<byte[]>(Interleave).Check(Config.QuickThrowOnFailure.WithMaxTest(2_000).WithEndSize(200));

    private static void Interleave(byte[] script)
    {
        var journal = new JournalFake();
        var outbox = new Outbox(journal.ReadWaiting, TimeProvider.System, capacity: 5);
        OutboxReader[] readers = [outbox.Read(), outbox.Read()];
        IReadOnlyList<StoredEvent>[] underWay = [[], []];
        var handed = new HashSet<long>();
        var sequence = 0L;
        foreach (var b in script)
        {
            var path = b >> 7;
            switch (b % 5)
            {
                case 0 or 1:
                    var e = JournalFake.Event(++sequence, (EventRank)((b >> 3) % 4));
                    journal.Commit(e);
                    outbox.Add(e);
                    break;
                case 2:
                    underWay[path] = outbox.Waiting == 0 ? [] : Completed(readers[path], 1 + ((b >> 3) % 4));
                    break;
                case 3:
                    Assert.All(readers[path].Remove(underWay[path]), r => Assert.True(handed.Add(r.Sequence), "handed on twice"));
                    underWay[path] = [];
                    break;
                default:
                    var marks = outbox.Handed();
                    journal.Mark(marks);
                    outbox.Marked(marks);
                    break;
            }

            Assert.Equal(sequence - handed.Count, outbox.Waiting);
        }

        while (outbox.Waiting > 0)
        {
            Assert.All(readers[0].Remove(Completed(readers[0], 4)), r => Assert.True(handed.Add(r.Sequence)));
        }

        Assert.Equal(sequence, handed.Count);
    }

    private static IReadOnlyList<StoredEvent> Completed(OutboxReader reader, int most)
    {
        var taking = reader.TakeAsync(most, 10_000, CancellationToken.None).AsTask();
        Assert.True(taking.IsCompleted, "something waits and nothing is given");
        return taking.GetAwaiter().GetResult();
    }

    private Outbox Begin(int waiting = 10)
    {
        for (var i = 1; i <= waiting; i++)
        {
            _journal.Commit(JournalFake.Event(i, EventRank.Other));
        }

        var outbox = new Outbox(_journal.ReadWaiting, TimeProvider.System);
        outbox.Begin(waiting);
        return outbox;
    }

    private void Mark(Outbox outbox)
    {
        var handed = outbox.Handed();
        _journal.Mark(handed);
        outbox.Marked(handed);
    }

    private static async Task<IReadOnlyList<StoredEvent>> TakeAsync(OutboxReader reader, int most)
    {
        using var enough = new CancellationTokenSource(TimeSpan.FromSeconds(10), TimeProvider.System);
        return await reader.TakeAsync(most, 10_000, enough.Token);
    }

    /// <summary>A monotonic clock that moves when told to, and the timers on it.</summary>
    private sealed class StandingClock : TimeProvider
    {
        private readonly Lock _gate = new();
        private readonly List<Timer> _timers = [];
        private long _now;

        public override long TimestampFrequency => TimeSpan.TicksPerSecond;

        public override long GetTimestamp() => Interlocked.Read(ref _now);

        public void Advance(double seconds)
        {
            Interlocked.Add(ref _now, TimeSpan.FromSeconds(seconds).Ticks);
            List<Timer> due;
            lock (_gate)
            {
                due = [.. _timers.Where(t => t.Due <= _now)];
                due.ForEach(t => _timers.Remove(t));
            }

            due.ForEach(t => t.Ring());
        }

        public override ITimer CreateTimer(TimerCallback callback, object? state, TimeSpan dueTime, TimeSpan period)
        {
            var timer = new Timer(() => callback(state), this);
            timer.Change(dueTime, period);
            return timer;
        }

        private sealed class Timer(Action ring, StandingClock clock) : ITimer
        {
            public long Due { get; private set; }

            public Action Ring { get; } = ring;

            public bool Change(TimeSpan dueTime, TimeSpan period)
            {
                lock (clock._gate)
                {
                    clock._timers.Remove(this);
                    if (dueTime >= TimeSpan.Zero)
                    {
                        Due = clock._now + dueTime.Ticks;
                        clock._timers.Add(this);
                    }
                }

                return true;
            }

            public void Dispose() => Change(Timeout.InfiniteTimeSpan, Timeout.InfiniteTimeSpan);

            public ValueTask DisposeAsync()
            {
                Dispose();
                return ValueTask.CompletedTask;
            }
        }
    }
}
