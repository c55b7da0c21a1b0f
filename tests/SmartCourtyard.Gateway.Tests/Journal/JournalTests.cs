using System.Buffers.Binary;
using System.Collections.Concurrent;
using System.Text.Json;
using Microsoft.Data.Sqlite;
using Microsoft.Extensions.Logging.Abstractions;
using SmartCourtyard.Alarms;
using SmartCourtyard.Custody;
using SmartCourtyard.Gateway.Journal;
using SmartCourtyard.Gateway.Tests.Watch;
using SmartCourtyard.Service;
using SmartCourtyard.Troubles;

namespace SmartCourtyard.Gateway.Tests.Journal;

public sealed class JournalTests : IAsyncLifetime
{
    private readonly TemporaryFolder _folder = new();
    private readonly List<(bool, string?)> _failing = [];
    private readonly ConcurrentQueue<string> _damaged = [];
    private JournalStore _store = null!;
    private EventJournal _journal = null!;

    public Task InitializeAsync() => OpenAsync();

    public async Task DisposeAsync()
    {
        await CloseAsync();
        _folder.Dispose();
    }

    [Fact]
    public async Task The_sequence_goes_on_without_a_gap_when_the_journal_is_opened_again()
    {
        for (var round = 0; round < 3; round++)
        {
            Assert.True(await AppendAsync(Estate.AlarmEvent(), Estate.OtherEvent()));
            Assert.True(await AppendAsync(Estate.OtherEvent()));
            await CloseAsync();
            await OpenAsync();
            Assert.Equal((round + 1) * 3, _journal.LastSequence);
            Assert.Equal((round + 1) * 3, _journal.Outbox.Waiting);
        }

        Assert.Equal(Enumerable.Range(1, 9).Select(i => (long)i), _store.ReadWaiting(100).Select(e => e.Sequence).Order());
    }

    [Fact]
    public async Task What_people_said_is_kept_until_it_ends_also_in_a_journal_from_before()
    {
        await CloseAsync();
        using (var older = new SqliteConnection($"Data Source={_folder.File("journal.db")};Pooling=False"))
        {
            older.Open();
            using var drop = older.CreateCommand();
            drop.CommandText = "DROP TABLE service";
            drop.ExecuteNonQuery();
        }

        await OpenAsync();
        var order = new ServiceOrder(
            "o1", ServiceKind.Shelved, new ServiceScope("siren"), "漏水", "王", TestClock.Night, TestClock.Night.AddHours(1), AlarmKind.WaterLeak);
        await SayAsync(true, order);
        await SayAsync(true, order with { Id = "o2" });
        await CloseAsync();
        await OpenAsync();
        Assert.Equal([order, order with { Id = "o2" }], _store.ReadOrders());
        Assert.Empty(_store.ReadTroubles());
        await SayAsync(false, order);
        Assert.Equal(["o2"], _store.ReadOrders().Select(o => o.Id));

        async Task SayAsync(bool begins, ServiceOrder said) => Assert.True(await _journal.AppendAsync(
            new JournalEntry { Troubles = [new TroubleChange(begins, Trouble.Of(said, null))] }, CancellationToken.None));
    }

    [Fact]
    public async Task The_stored_bytes_carry_the_place_that_the_journal_gave()
    {
        await AppendAsync(Estate.OtherEvent(), Estate.AlarmEvent());
        Assert.Equal([(2L, EventRank.Life), (1L, EventRank.Other)], _store.ReadWaiting(10).Select(e => (e.Sequence, e.Rank)));
        AssertBytesAgree();
    }

    [Fact]
    public async Task What_comes_while_a_commit_is_under_way_shares_the_next_one()
    {
        // The first append after the start begins the log anew.
        await AppendAsync(Estate.OtherEvent());
        var before = Commits();
        Task<bool>[] appending;
        using (var other = new SqliteConnection($"Data Source={_folder.File("journal.db")};Pooling=False"))
        {
            // While somebody else writes to the file, the first commit cannot end.
            other.Open();
            using var writing = other.BeginTransaction(deferred: false);
            appending = [.. Enumerable.Range(0, 600).Select(_ => AppendAsync(Estate.OtherEvent()))];
            Assert.DoesNotContain(appending, a => a.IsCompleted);
        }

        Assert.All(await Task.WhenAll(appending), Assert.True);
        Assert.InRange(Commits() - before, 1, 2);
        Assert.Equal(601, _journal.LastSequence);
    }

    [Fact]
    public async Task Refused_events_stand_until_somebody_has_seen_them_and_are_handed_on_once_more_when_wanted()
    {
        await AppendAsync(Estate.AlarmEvent(), Estate.OtherEvent());
        await _journal.RefuseAsync(await _journal.Outbox.Read().TakeAsync(2, 100_000, CancellationToken.None), CancellationToken.None);
        Assert.Equal([(1L, false), (2L, false)], _journal.ReadRefused(10).Select(r => (r.Event.Sequence, r.Seen)));
        Assert.True(await _journal.SeenAsync(CancellationToken.None));
        Assert.Equal((2, 0), (_journal.Refused, _journal.RefusedUnseen));
        await CloseAsync();
        await OpenAsync();
        Assert.Equal((2, 0), (_journal.Refused, _journal.RefusedUnseen));
        Assert.Equal([true, true], _journal.ReadRefused(10).Select(r => r.Seen));

        Assert.True(await _journal.TryAgainAsync(CancellationToken.None));
        Assert.Equal((0, 0, 2), (_journal.Refused, _journal.RefusedUnseen, _journal.Outbox.Waiting));
        Assert.Equal([1L, 2], (await _journal.Outbox.Read().TakeAsync(10, 100_000, CancellationToken.None)).Select(e => e.Sequence));
        Assert.Empty(_journal.ReadRefused(10));
    }

    [Fact]
    public async Task Alarms_that_wait_in_a_journal_of_an_earlier_version_are_ranked_when_it_is_opened()
    {
        await AppendAsync(Estate.OtherEvent(), Estate.AlarmEvent(), Estate.AlarmEvent(kind: AlarmKind.Noise), Estate.AlarmEvent(kind: AlarmKind.WaterLeak));
        Execute("UPDATE event SET alarm = (alarm <> 0)");
        await CloseAsync();
        await OpenAsync();
        Assert.Equal(
            [(2L, EventRank.Life), (4L, EventRank.Property), (3L, EventRank.Alarm), (1L, EventRank.Other)],
            _store.ReadWaiting(10).Select(e => (e.Sequence, e.Rank)));
    }

    [Fact]
    public async Task Marks_of_what_was_handed_on_outlive_the_program()
    {
        await AppendAsync([.. Enumerable.Range(0, 10).Select(_ => Estate.OtherEvent())]);
        var batch = await _journal.Outbox.Read().TakeAsync(4, 100_000, CancellationToken.None);
        _journal.Outbox.Remove(batch);
        Assert.Equal(6, _journal.Outbox.Waiting);
        await Eventually.Holds(() => _store.CountWaiting() == 6, "the marks are on disk though nothing else is appended");
        await CloseAsync();
        await OpenAsync();
        Assert.Equal(6, _journal.Outbox.Waiting);
        Assert.Equal([5, 6, 7, 8, 9, 10], _store.ReadWaiting(10).Select(e => e.Sequence));
    }

    [Fact]
    public async Task What_is_handed_on_in_the_last_moment_is_marked_when_the_gateway_stops()
    {
        await AppendAsync(Estate.AlarmEvent());
        _journal.Outbox.Remove(await _journal.Outbox.Read().TakeAsync(1, 100_000, CancellationToken.None));
        await CloseAsync();
        await OpenAsync();
        Assert.Equal((0, 1), (_journal.Outbox.Waiting, _journal.LastSequence));
    }

    [Fact]
    public async Task Refused_events_are_kept_and_counted_and_never_sent_again()
    {
        await AppendAsync(Estate.AlarmEvent(), Estate.OtherEvent());
        Assert.True(await _journal.RefuseAsync(await _journal.Outbox.Read().TakeAsync(1, 100_000, CancellationToken.None), CancellationToken.None));
        Assert.Equal((1, 1), (_journal.Refused, _journal.Outbox.Waiting));
        await CloseAsync();
        await OpenAsync();
        Assert.Equal((1, 1, 2), (_journal.Refused, _journal.Outbox.Waiting, _journal.LastSequence));
        Assert.Equal([2], _store.ReadWaiting(10).Select(e => e.Sequence));

        // Not even long afterwards are they thrown away.
        _store.Prune(TestClock.Night.AddYears(10));
        Assert.Equal(1, _store.CountRefused().All);
    }

    [Fact]
    public async Task Alarms_are_kept_while_open_or_active_and_forgotten_when_both_are_over()
    {
        var alarm = Estate.Alarm();
        var resolved = alarm with { Receipts = new Receipts(Resolved: TestClock.Night) };
        await KeepAsync(alarm with { Receipts = new Receipts(Stored: TestClock.Night) });
        Assert.Equal(alarm with { Receipts = new Receipts(Stored: TestClock.Night) }, Assert.Single(_store.ReadAlarms()));
        await KeepAsync(resolved);
        Assert.Equal(resolved, Assert.Single(_store.ReadAlarms()));
        await KeepAsync(alarm with { Condition = AlarmCondition.Cleared });
        Assert.Single(_store.ReadAlarms());
        await KeepAsync(resolved with { Condition = AlarmCondition.Cleared });
        Assert.Empty(_store.ReadAlarms());

        async Task KeepAsync(Alarm a) => Assert.True(await _journal.AppendAsync(new JournalEntry { Alarms = [a] }, CancellationToken.None));
    }

    [Fact]
    public async Task Deliveries_and_the_bookmark_outlive_the_program_and_the_oldest_deliveries_are_pruned()
    {
        var entry = new JournalEntry { Events = [Estate.OtherEvent()], Deliveries = [.. Enumerable.Range(1, 2_500).Select(i => (long)i)], CommandBookmark = "77" };
        Assert.True(await _journal.AppendAsync(entry, CancellationToken.None));
        await CloseAsync();
        await OpenAsync();
        Assert.Equal(2_500, _store.ReadDeliveries().Count);
        Assert.Equal("77", _store.ReadCommandBookmark());
        _store.Prune(TestClock.Night);
        Assert.Equal(Enumerable.Range(501, 2_000).Select(i => (long)i), _store.ReadDeliveries());
    }

    [Fact]
    public async Task Pruning_takes_only_what_was_handed_on_long_ago_and_never_the_last_sequence()
    {
        await AppendAsync(Estate.OtherEvent(TestClock.Night.AddDays(-300)), Estate.OtherEvent(TestClock.Night.AddDays(-300)), Estate.OtherEvent());
        _journal.Outbox.Remove((await _journal.Outbox.Read().TakeAsync(10, 100_000, CancellationToken.None)).Where(e => e.Sequence != 2).ToList());
        await Eventually.Holds(() => _store.CountWaiting() == 1, "marked");
        _store.Prune(TestClock.Night.AddDays(1));
        Assert.Equal((3, 1), (_store.LastSequence(), _store.CountWaiting()));
        Assert.Equal(2L, Query("SELECT count(*) FROM event"));
    }

    [Fact]
    public async Task Events_that_the_disk_refuses_go_out_all_the_same_and_are_stored_later()
    {
        Assert.True(await AppendAsync(Estate.OtherEvent()));
        Execute("ALTER TABLE event RENAME TO away");
        Assert.False(await AppendAsync(Estate.AlarmEvent()));
        Assert.False(await AppendAsync(Estate.OtherEvent()));
        Assert.False(await _journal.AppendAsync(new JournalEntry(), CancellationToken.None));
        Assert.True(_journal.IsBehind);
        Assert.Single(_failing);

        var batch = await _journal.Outbox.Read().TakeAsync(10, 100_000, CancellationToken.None);
        Assert.Equal([(2L, false), (3L, false)], batch.Where(e => !e.IsStored).Select(e => (e.Sequence, e.IsStored)));
        _journal.Outbox.Remove([batch[0]]);

        Execute("ALTER TABLE away RENAME TO event");
        await Eventually.Holds(() => !_journal.IsBehind, "the journal caught up by itself");
        Assert.Equal([true, false], _failing.Select(f => f.Item1));
        Assert.Contains("no such table", _failing[0].Item2, StringComparison.Ordinal);
        Assert.True(await AppendAsync(Estate.OtherEvent()));
        Assert.Equal([1, 3, 4], _store.ReadWaiting(10).Select(e => e.Sequence));
        Assert.Equal(3, _journal.Outbox.Waiting);
    }

    [Fact]
    public async Task An_entry_is_stored_whole_or_not_at_all()
    {
        Execute("ALTER TABLE delivery RENAME TO away");
        var entry = new JournalEntry { Events = [Estate.AlarmEvent()], Alarms = [Estate.Alarm()], Deliveries = [1] };
        Assert.False(await _journal.AppendAsync(entry, CancellationToken.None));
        Assert.Equal((0L, 0), (_store.CountWaiting(), _store.ReadAlarms().Count));
        Execute("ALTER TABLE away RENAME TO delivery");
        Assert.True(await _journal.AppendAsync(new JournalEntry(), CancellationToken.None));
        Assert.Equal((1L, 1, 1), (_store.CountWaiting(), _store.ReadAlarms().Count, _store.ReadDeliveries().Count));
    }

    [Fact]
    public async Task Memory_takes_ten_thousand_refused_events_and_then_the_givers_wait()
    {
        Execute("ALTER TABLE event RENAME TO away");
        for (var i = 0; i < EventJournal.UnstoredAtMost / 500; i++)
        {
            Assert.False(await AppendAsync([.. Enumerable.Range(0, 500).Select(_ => Estate.OtherEvent())]));
        }

        var waiting = AppendAsync(Estate.AlarmEvent());
        await Task.Delay(TimeSpan.FromMilliseconds(300), TimeProvider.System);
        Assert.False(waiting.IsCompleted);
        Assert.Equal(EventJournal.UnstoredAtMost, _journal.LastSequence);

        Execute("ALTER TABLE away RENAME TO event");
        Assert.True(await waiting);
        Assert.Equal(EventJournal.UnstoredAtMost + 1, _store.CountWaiting());

        // A second time: what was stored meanwhile may leave memory, so there is room and nothing breaks.
        Execute("ALTER TABLE event RENAME TO away");
        Assert.False(await AppendAsync([.. Enumerable.Range(0, 500).Select(_ => Estate.OtherEvent())]));
        Execute("ALTER TABLE away RENAME TO event");
        await Eventually.Holds(() => !_journal.IsBehind, "the journal caught up");
        Assert.Equal(EventJournal.UnstoredAtMost + 501, _journal.Outbox.Waiting);
        Assert.Equal(TaskStatus.WaitingForActivation, _journal.ExecuteTask!.Status);
    }

    [Fact]
    public async Task A_duty_room_that_is_ahead_moves_what_waits_and_leaves_no_gap()
    {
        await AppendAsync(Estate.OtherEvent(), Estate.AlarmEvent(), Estate.OtherEvent());
        var ids = _store.ReadWaiting(10).OrderBy(e => e.Sequence).Select(e => e.Id).ToArray();
        Assert.True(await _journal.RenumberAsync(5_000, CancellationToken.None));
        Assert.Equal(5_002, _journal.LastSequence);
        var moved = await _journal.Outbox.Read().TakeAsync(10, 100_000, CancellationToken.None);
        Assert.Equal([5_001, 5_000, 5_002], moved.Select(e => e.Sequence));
        Assert.Equal(ids, moved.OrderBy(e => e.Sequence).Select(e => e.Id));
        Assert.Equal(3, _journal.Outbox.Waiting);
        AssertBytesAgree();
        await AppendAsync(Estate.OtherEvent());
        Assert.Equal(5_003, _journal.LastSequence);
    }

    [Fact]
    public async Task What_was_handed_on_keeps_its_place_when_the_rest_moves()
    {
        await AppendAsync([.. Enumerable.Range(0, 4).Select(_ => Estate.OtherEvent())]);
        _journal.Outbox.Remove((await _journal.Outbox.Read().TakeAsync(2, 100_000, CancellationToken.None)).ToList());
        Assert.True(await _journal.RenumberAsync(2, CancellationToken.None));
        Assert.Equal([3, 4], _store.ReadWaiting(10).Select(e => e.Sequence));
        Assert.Equal(4, _journal.LastSequence);
    }

    [Fact]
    public async Task Told_by_a_heartbeat_the_next_event_goes_where_the_duty_room_waits_for_it()
    {
        await _journal.ExpectAsync([], 100, CancellationToken.None);
        await AppendAsync(Estate.OtherEvent());
        Assert.Equal([100], _store.ReadWaiting(10).Select(e => e.Sequence));
        await _journal.ExpectAsync([], 50, CancellationToken.None);
        Assert.Equal(100, _journal.LastSequence);
    }

    [Fact]
    public async Task A_renumbering_that_the_disk_refuses_ends_nothing_and_is_told()
    {
        await AppendAsync(Estate.OtherEvent());
        Execute("ALTER TABLE event RENAME TO away");
        Assert.False(await _journal.RenumberAsync(9, CancellationToken.None));
        Execute("ALTER TABLE away RENAME TO event");
        Assert.True(await _journal.RenumberAsync(9, CancellationToken.None));
        Assert.Equal([9], _store.ReadWaiting(10).Select(e => e.Sequence));
    }

    [Fact]
    public async Task An_event_that_is_not_as_it_was_written_is_set_aside_and_told_and_nothing_waits_behind_it()
    {
        await AppendAsync(Estate.OtherEvent(), Estate.AlarmEvent(), Estate.OtherEvent());
        await CloseAsync();
        Execute("UPDATE event SET body = CAST(replace(CAST(body AS TEXT), 'smoke', 'smokf') AS BLOB) WHERE sequence = 2");
        await OpenAsync();
        var batch = await _journal.Outbox.Read().TakeAsync(10, 100_000, CancellationToken.None);
        Assert.Equal([1, 3], batch.Select(e => e.Sequence));
        await Eventually.Holds(() => _store.CountDamaged() == 1, "the damaged event is marked");
        Assert.Equal(2, _journal.Outbox.Waiting);
        Assert.StartsWith("1 events", Assert.Single(_damaged), StringComparison.Ordinal);
        _journal.Outbox.Remove(batch.ToList());
        await Eventually.Holds(() => _store.CountWaiting() == 0, "the others are handed on");
        await CloseAsync();
        await OpenAsync();
        await Eventually.Holds(() => _damaged.Count == 2, "it is told again after a restart");
        Assert.Equal((0, 3), (_journal.Outbox.Waiting, _journal.LastSequence));
        Assert.Equal("{", ((string)Query("SELECT substr(CAST(body AS TEXT), 1, 1) FROM event WHERE sequence = 2")!));
    }

    [Fact]
    public async Task A_damaged_event_stays_in_its_place_when_the_rest_moves()
    {
        await AppendAsync(Estate.OtherEvent(), Estate.OtherEvent(), Estate.OtherEvent());
        Execute("UPDATE event SET body = x'00' WHERE sequence = 3");
        Assert.True(await _journal.RenumberAsync(2, CancellationToken.None));
        Assert.Equal([4, 5], _store.ReadWaiting(10).Select(e => e.Sequence));
        await Eventually.Holds(() => _journal.Outbox.Waiting == 2, "it waits no more");
        Assert.Equal(1, _store.CountDamaged());
        AssertBytesAgree();
    }

    [Fact]
    public async Task Damage_in_what_is_only_remembered_does_not_keep_the_gateway_from_starting()
    {
        await AppendAsync(Estate.AlarmEvent());
        Execute("INSERT INTO alarm(id, body) VALUES('a', x'7b'); INSERT INTO trouble(id, body) VALUES('t', x'ff'); INSERT INTO service(id, body) VALUES('s', x'5b')");
        await CloseAsync();
        await OpenAsync();
        Assert.Equal((0, 0, 0), (_store.ReadAlarms().Count, _store.ReadTroubles().Count, _store.ReadOrders().Count));
        Assert.Equal(1, _journal.Outbox.Waiting);
    }

    [Fact]
    public async Task A_journal_of_a_version_without_checksums_goes_on()
    {
        await AppendAsync(Estate.AlarmEvent());
        await CloseAsync();
        Execute("ALTER TABLE event DROP COLUMN checksum");
        await OpenAsync();
        await AppendAsync(Estate.OtherEvent());
        Assert.Equal([1, 2], _store.ReadWaiting(10).Select(e => e.Sequence));
        Assert.Equal((DBNull.Value, true), (Query("SELECT checksum FROM event WHERE sequence = 1"), Query("SELECT checksum FROM event WHERE sequence = 2") is long));
    }

    [Theory]
    [InlineData("this is no database, but it is long enough to look like a file of one")]
    public async Task A_file_that_is_no_database_is_refused_at_the_start(string content)
    {
        await File.WriteAllTextAsync(_folder.File("broken.db"), content);
        Assert.Throws<SqliteException>(() => JournalStore.Open(_folder.File("broken.db")));
        Assert.Throws<SqliteException>(() => JournalStore.Open(_folder.File("no/such/folder.db")));
    }

    private async Task OpenAsync()
    {
        _store = JournalStore.Open(_folder.File("journal.db"));
        _journal = new EventJournal(_store, TimeProvider.System, NullLogger<EventJournal>.Instance)
        {
            StorageFailing = (failing, detail) => _failing.Add((failing, detail)), Damaged = _damaged.Enqueue,
        };
        await _journal.StartAsync(CancellationToken.None);
    }

    private async Task CloseAsync()
    {
        await _journal.StopAsync(CancellationToken.None);
        _journal.Dispose();
        _store.Dispose();
    }

    private Task<bool> AppendAsync(params CourtyardEvent[] events) => _journal.AppendAsync(Estate.Entry(events), CancellationToken.None).AsTask();

    private void AssertBytesAgree() => Assert.All(_store.ReadWaiting(int.MaxValue), e =>
    {
        var read = JsonSerializer.Deserialize(e.Bytes.Span, CustodyJson.Default.CourtyardEvent)!;
        Assert.Equal(($"{e.Sequence}", e.Id, e.Rank != EventRank.Other, e.At), (read.Sequence, read.Id, read.Type.Contains(".alarm.", StringComparison.Ordinal), read.Time));
    });

    /// <summary>Commits in the write-ahead log: frames that name the size of the database after them, and none of before the log began anew.</summary>
    private int Commits()
    {
        using var wal = new FileStream(_folder.File("journal.db-wal"), FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete);
        var bytes = new byte[wal.Length];
        wal.ReadExactly(bytes);
        var page = bytes.Length < 32 ? 0 : BinaryPrimitives.ReadInt32BigEndian(bytes.AsSpan(8));
        var commits = 0;
        for (var frame = 32; page > 0 && frame + 24 + page <= bytes.Length; frame += 24 + page)
        {
            var isOfThisLog = bytes.AsSpan(frame + 8, 8).SequenceEqual(bytes.AsSpan(16, 8));
            commits += isOfThisLog && BinaryPrimitives.ReadInt32BigEndian(bytes.AsSpan(frame + 4)) != 0 ? 1 : 0;
        }

        return commits;
    }

    private void Execute(string sql) => _ = Query(sql);

    private object? Query(string sql)
    {
        using var connection = new SqliteConnection($"Data Source={_folder.File("journal.db")};Pooling=False");
        connection.Open();
        using var command = connection.CreateCommand();
#pragma warning disable CA2100 // the texts are this test's own
        command.CommandText = "PRAGMA busy_timeout = 5000; " + sql;
#pragma warning restore CA2100
        using var rows = command.ExecuteReader();
        object? last = null;
        do
        {
            while (rows.Read())
            {
                last = rows.GetValue(0);
            }
        }
        while (rows.NextResult());
        return last;
    }
}
