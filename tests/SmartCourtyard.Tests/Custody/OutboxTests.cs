using FsCheck;
using FsCheck.Fluent;
using SmartCourtyard.Custody;

namespace SmartCourtyard.Tests.CustodyTests;

public sealed class OutboxTests
{
    private readonly JournalFake _journal = new();
    private OutboxReader _reader = null!;
    private long _sequence;

    [Fact]
    public async Task Alarms_go_before_anything_else_and_each_kind_in_its_order()
    {
        var outbox = Begin();
        await DrainAsync(outbox);
        foreach (var alarm in new[] { false, true, false, true })
        {
            Add(outbox, alarm);
        }

        Assert.Equal([2, 4, 1, 3], await TakeAsync(outbox));
        Assert.Equal([2, 4, 1, 3], await TakeAsync(outbox));
        Assert.Equal(4, outbox.Waiting);
        Assert.Equal(Estate.Night.AddSeconds(1), outbox.Oldest);
    }

    [Fact]
    public async Task A_batch_keeps_to_the_number_and_the_bytes_it_was_asked_for_but_gives_at_least_one()
    {
        var outbox = Begin();
        for (var i = 0; i < 5; i++)
        {
            Add(outbox, alarm: false);
        }

        Assert.Equal([1, 2], await TakeAsync(outbox, most: 2));
        Assert.Equal([1, 2, 3], await TakeAsync(outbox, mostBytes: 33));
        Assert.Equal([1, 2], await TakeAsync(outbox, mostBytes: 32));
        Assert.Equal([1], await TakeAsync(outbox, mostBytes: 1));
    }

    [Fact]
    public async Task What_waited_before_the_start_is_read_from_the_journal()
    {
        for (var i = 1; i <= 30; i++)
        {
            _journal.Commit(JournalFake.Event(i, alarm: i % 10 == 0));
        }

        _sequence = 30;
        var outbox = Begin(capacity: 8);
        Assert.Equal(30, outbox.Waiting);
        Add(outbox, alarm: true);
        Assert.Equal([31], await TakeAsync(outbox));
        Assert.Equal([31, 10, 20, 30], (await DrainAsync(outbox)).Take(4));
        Assert.Equal((0, 0), (outbox.Waiting, _journal.Waiting));
    }

    [Fact]
    public async Task Beyond_its_capacity_the_rest_waits_in_the_journal_and_comes_in_order()
    {
        var outbox = Begin(capacity: 4);
        Assert.Empty(await DrainAsync(outbox));
        for (var i = 0; i < 50; i++)
        {
            Add(outbox, alarm: i % 5 == 0);
        }

        var all = await DrainAsync(outbox);
        Assert.Equal(Enumerable.Range(1, 50).Select(i => (long)i).OrderBy(i => (i - 1) % 5 != 0).ThenBy(i => i), all);
    }

    [Fact]
    public async Task An_event_that_the_disk_did_not_take_is_never_put_out_of_memory()
    {
        var outbox = Begin(capacity: 3);
        await DrainAsync(outbox);
        for (var i = 1; i <= 10; i++)
        {
            outbox.Add(JournalFake.Event(++_sequence, alarm: false, stored: false));
        }

        var batch = await _reader.TakeAsync(100, int.MaxValue, CancellationToken.None);
        Assert.Equal(10, batch.Count);
        Assert.All(batch, e => Assert.False(e.IsStored));
    }

    [Fact]
    public async Task Once_the_disk_has_them_they_may_go_and_come_back()
    {
        var outbox = Begin(capacity: 3);
        await DrainAsync(outbox);
        var unstored = Enumerable.Range(1, 10).Select(_ => JournalFake.Event(++_sequence, alarm: false, stored: false)).ToList();
        unstored.ForEach(outbox.Add);
        unstored.ForEach(_journal.Commit);
        outbox.Stored(unstored);

        var batch = await _reader.TakeAsync(100, int.MaxValue, CancellationToken.None);
        Assert.Equal([1, 2, 3], batch.Select(e => e.Sequence));
        Assert.All(batch, e => Assert.True(e.IsStored));
        Assert.Equal(10, (await DrainAsync(outbox)).Count);
    }

    [Fact]
    public async Task An_event_read_back_and_handed_on_before_it_was_added_is_neither_given_nor_counted_again()
    {
        _journal.Commit(JournalFake.Event(1, alarm: false));
        var outbox = Begin();
        var e = JournalFake.Event(2, alarm: true);
        _journal.Commit(e);
        Assert.Equal([2, 1], await TakeAsync(outbox));
        outbox.Remove(await _reader.TakeAsync(2, 100, CancellationToken.None));
        outbox.Add(e);
        Assert.Equal(0, outbox.Waiting);
        await Assert.ThrowsAnyAsync<OperationCanceledException>(async () => await TakeAsync(outbox, patience: 0.05));
        MarkHanded(outbox);
        Assert.Equal((0, 0), (outbox.Waiting, _journal.Waiting));
    }

    [Fact]
    public void What_is_handed_on_is_named_until_the_journal_has_marked_it()
    {
        var outbox = Begin();
        var (first, second) = (Add(outbox, alarm: false), Add(outbox, alarm: false));
        outbox.Remove([first]);
        outbox.Remove([first]);
        Assert.Equal([1L], outbox.Handed());
        Assert.Equal(1, outbox.Waiting);
        outbox.Remove([second]);
        outbox.Marked([1]);
        Assert.Equal([2L], outbox.Handed());
    }

    [Fact]
    public async Task A_journal_that_cannot_be_read_is_asked_again_when_it_has_marked_something()
    {
        _journal.Commit(JournalFake.Event(1, alarm: true));
        _journal.Unreadable = true;
        var outbox = Begin();
        var taking = _reader.TakeAsync(10, 100, CancellationToken.None).AsTask();
        await Until(() => _journal.Reads > 0);
        Assert.False(taking.IsCompleted);
        _journal.Unreadable = false;
        outbox.Marked([]);
        Assert.Equal([1], (await taking.WaitAsync(TimeSpan.FromSeconds(10), TimeProvider.System)).Select(e => e.Sequence));
    }

    [Fact]
    public async Task After_a_renumbering_everything_stored_is_read_anew()
    {
        var outbox = Begin();
        Add(outbox, alarm: false);
        _journal.Mark([1]);
        _journal.Commit(JournalFake.Event(7, alarm: false));
        outbox.Reload();
        Assert.Equal([7], await TakeAsync(outbox));
    }

    [Fact]
    public async Task Waiting_ends_when_an_event_comes_or_the_waiter_is_told_to_stop()
    {
        var outbox = Begin();
        using var stop = new CancellationTokenSource();
        var taking = _reader.TakeAsync(10, 100, stop.Token).AsTask();
        Add(outbox, alarm: false);
        outbox.Remove(await taking.WaitAsync(TimeSpan.FromSeconds(10), TimeProvider.System));
        taking = _reader.TakeAsync(10, 100, stop.Token).AsTask();
        await stop.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => taking);
    }

    [Fact]
    public void Whatever_happens_nothing_is_lost_given_again_or_counted_twice()
        => Prop.ForAll<byte[]>(script => new Model().Run(script)).Check(Config.QuickThrowOnFailure.WithMaxTest(2_000).WithEndSize(200));

    [Fact]
    public async Task One_writer_and_one_reader_at_full_speed_hand_each_event_on_exactly_once()
    {
        const int Count = 30_000;
        using var deadline = new CancellationTokenSource(TimeSpan.FromSeconds(40), TimeProvider.System);
        var outbox = Begin(capacity: 64);
        var writing = Task.Run(() =>
        {
            for (var i = 0; i < Count && !deadline.IsCancellationRequested;)
            {
                var handed = outbox.Handed();
                var together = Enumerable.Range(0, 1 + (i % 7)).Select(_ => JournalFake.Event(++i, alarm: i % 11 == 0)).ToList();
                together.ForEach(_journal.Commit);
                _journal.Mark(handed);
                together.ForEach(outbox.Add);
                outbox.Marked(handed);
                _sequence = i;
            }
        }, deadline.Token);

        // How many the writer will have written: asking it would race with its last addition.
        var total = 0;
        while (total < Count)
        {
            total += 1 + (total % 7);
        }

        var given = new HashSet<long>();
        while (given.Count < total)
        {
            var batch = await _reader.TakeAsync(50, 10_000, deadline.Token);
            Assert.All(batch, e => Assert.True(given.Add(e.Sequence), $"{e.Sequence} is given twice"));
            outbox.Remove(batch);
        }

        await writing;
        Assert.Equal(_sequence, given.Count);
        Assert.Equal(0, outbox.Waiting);
    }

    private static bool IsAlarm(StoredEvent e) => e.Rank == EventRank.Life;

    private static async Task Until(Func<bool> condition)
    {
        var start = TimeProvider.System.GetTimestamp();
        while (!condition())
        {
            Assert.True(TimeProvider.System.GetElapsedTime(start).TotalSeconds < 10, "it does not come");
            await Task.Delay(TimeSpan.FromMilliseconds(2), TimeProvider.System);
        }
    }

    private Outbox Begin(int capacity = 100)
    {
        var outbox = new Outbox(_journal.ReadWaiting, TimeProvider.System, capacity);
        _reader = outbox.Read();
        outbox.Begin(_journal.Waiting);
        return outbox;
    }

    private StoredEvent Add(Outbox outbox, bool alarm)
    {
        var e = JournalFake.Event(++_sequence, alarm);
        _journal.Commit(e);
        outbox.Add(e);
        return e;
    }

    private async Task<IEnumerable<long>> TakeAsync(Outbox outbox, int most = 100, int mostBytes = 10_000, double patience = 10)
    {
        using var enough = new CancellationTokenSource(TimeSpan.FromSeconds(patience), TimeProvider.System);
        return (await _reader.TakeAsync(most, mostBytes, enough.Token)).Select(e => e.Sequence);
    }

    private async Task<List<long>> DrainAsync(Outbox outbox)
    {
        var given = new List<long>();
        while (outbox.Waiting > 0 || given.Count == 0)
        {
            using var enough = new CancellationTokenSource(outbox.Waiting > 0 ? TimeSpan.FromSeconds(10) : TimeSpan.FromMilliseconds(50), TimeProvider.System);
            try
            {
                var batch = await _reader.TakeAsync(3, 10_000, enough.Token);
                given.AddRange(batch.Select(e => e.Sequence));
                outbox.Remove(batch);
            }
            catch (OperationCanceledException) when (outbox.Waiting == 0)
            {
                break;
            }
        }

        MarkHanded(outbox);
        return given;
    }

    private void MarkHanded(Outbox outbox)
    {
        var handed = outbox.Handed();
        _journal.Mark(handed);
        outbox.Marked(handed);
    }

    /// <summary>An outbox, its journal, and a plain list of what must still be handed on.</summary>
    private sealed class Model
    {
        private readonly JournalFake _journal = new();
        private readonly Outbox _outbox;
        private readonly OutboxReader _reader;
        private readonly SortedDictionary<long, bool> _waiting = [];
        private readonly List<StoredEvent> _unstored = [];
        private readonly List<StoredEvent> _committed = [];
        private long _sequence;

        public Model()
        {
            _outbox = new Outbox(_journal.ReadWaiting, TimeProvider.System, capacity: 5);
            _reader = _outbox.Read();
            for (_sequence = 1; _sequence <= 12; _sequence++)
            {
                _journal.Commit(JournalFake.Event(_sequence, alarm: _sequence == 7));
                _waiting[_sequence] = _sequence == 7;
            }

            _outbox.Begin(12);
        }

        public void Run(byte[] script)
        {
            foreach (var b in script)
            {
                Step(b);
            }

            AddCommitted();
            while (_waiting.Count > 0)
            {
                Take(4);
            }

            Assert.Equal(0, _outbox.Waiting);
        }

        private void Step(byte b)
        {
            switch (b % 8)
            {
                case 0 or 1 or 2:
                    // Committed; added only later, as by a writer that is slower than the reader.
                    _committed.Add(JournalFake.Event(++_sequence, alarm: b > 200));
                    _journal.Commit(_committed[^1]);
                    break;
                case 3:
                    AddCommitted();
                    break;
                case 4:
                    AddCommitted();
                    _unstored.Add(JournalFake.Event(++_sequence, alarm: b > 200, stored: false));
                    _waiting[_sequence] = IsAlarm(_unstored[^1]);
                    _outbox.Add(_unstored[^1]);
                    break;
                case 5:
                    _unstored.ForEach(_journal.Commit);
                    _outbox.Stored(_unstored);
                    _unstored.Clear();
                    break;
                case 6:
                    Take(1 + (b >> 5));
                    break;
                case 7:
                    AddCommitted();
                    var handed = _outbox.Handed().Except(_unstored.Select(e => e.Sequence)).ToList();
                    _journal.Mark(handed);
                    _outbox.Marked(handed);
                    break;
            }
        }

        private void AddCommitted()
        {
            foreach (var e in _committed)
            {
                if (!_given.Contains(e.Sequence))
                {
                    _waiting[e.Sequence] = IsAlarm(e);
                }

                _outbox.Add(e);
            }

            _committed.Clear();
            Assert.Equal(_waiting.Count, _outbox.Waiting);
        }

        private readonly HashSet<long> _given = [];

        private void Take(int most)
        {
            var taking = _reader.TakeAsync(most, 10_000, new CancellationToken(canceled: _waiting.Count == 0)).AsTask();
            Assert.True(taking.IsCompleted, "something waits and nothing is given");
            if (taking.IsCanceled || taking.IsFaulted)
            {
                Assert.Empty(_waiting);
                return;
            }

            var batch = taking.GetAwaiter().GetResult();
            Assert.Equal(batch.OrderByDescending(e => IsAlarm(e)).ThenBy(e => e.Sequence), batch);
            Assert.True(IsAlarm(batch[0]) || !_waiting.ContainsValue(true), "an alarm waits behind something else");
            foreach (var e in batch)
            {
                Assert.True(_given.Add(e.Sequence), $"{e.Sequence} is given again");
                Assert.True(_waiting.Remove(e.Sequence) || _committed.Any(c => c.Sequence == e.Sequence));
            }

            _outbox.Remove(batch);
        }
    }
}
