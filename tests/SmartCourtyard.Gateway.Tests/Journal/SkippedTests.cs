using Microsoft.Data.Sqlite;
using Microsoft.Extensions.Logging.Abstractions;
using SmartCourtyard.Custody;
using SmartCourtyard.Gateway.Journal;
using SmartCourtyard.Gateway.Tests.Watch;

namespace SmartCourtyard.Gateway.Tests.Journal;

/// <summary>Which numbers of its sequence a gateway says it has nothing for.</summary>
public sealed class SkippedTests : IAsyncLifetime
{
    private readonly TemporaryFolder _folder = new();
    private JournalStore _store = null!;
    private EventJournal _journal = null!;

    public async Task InitializeAsync()
    {
        await OpenAsync();
        await AppendAsync(2);
        await RestartAsync();
    }

    public async Task DisposeAsync()
    {
        await CloseAsync();
        _folder.Dispose();
    }

    [Fact]
    public async Task Numbers_that_the_duty_room_has_beyond_the_journal_are_skipped_until_it_has_noted_them()
    {
        await _journal.ExpectAsync([], 10, CancellationToken.None);
        Assert.Equal([new(3, 9)], _journal.Skipped);
        await AppendAsync(1);
        await RestartAsync();
        Assert.Equal(10, _journal.LastSequence);
        Assert.Equal([new(3, 9)], _journal.Skipped);

        await _journal.ExpectAsync(_journal.Skipped, 11, CancellationToken.None);
        Assert.Empty(_journal.Skipped);
        await RestartAsync();
        Assert.Empty(_journal.Skipped);
    }

    [Fact]
    public async Task What_the_duty_room_has_not_come_to_yet_is_told_again()
    {
        await _journal.ExpectAsync([], 10, CancellationToken.None);
        await _journal.ExpectAsync([], 20, CancellationToken.None);
        Assert.Equal([new(3, 9), new(10, 19)], _journal.Skipped);
        await _journal.ExpectAsync(_journal.Skipped, 10, CancellationToken.None);
        Assert.Equal([new(10, 19)], _journal.Skipped);
    }

    [Fact]
    public async Task The_old_places_of_events_that_were_moved_are_skipped_and_those_of_others_are_not()
    {
        await AppendAsync(4);
        var reader = _journal.Outbox.Read();
        var waiting = await reader.TakeAsync(10, 1_000_000, CancellationToken.None);
        _journal.Outbox.Remove([.. waiting.Where(e => e.Sequence is 3)]);
        await _journal.RefuseAsync([.. waiting.Where(e => e.Sequence is 5)], CancellationToken.None);
        Assert.True(await _journal.RenumberAsync(9, CancellationToken.None));
        Assert.Equal([9, 10, 11, 12], _store.ReadWaiting(10).Select(e => e.Sequence));
        Assert.Equal([new(1, 2), new(4, 4), new(6, 6), new(7, 8)], _journal.Skipped);
        await RestartAsync();
        Assert.Equal([new(1, 2), new(4, 4), new(6, 6), new(7, 8)], _journal.Skipped);
    }

    [Fact]
    public async Task A_damaged_event_is_lost_and_not_skipped()
    {
        Execute("UPDATE event SET body = x'00' WHERE sequence = 1");
        Assert.True(await _journal.RenumberAsync(9, CancellationToken.None));
        Assert.Equal([new(2, 2), new(3, 8)], _journal.Skipped);
    }

    [Fact]
    public async Task A_new_journal_says_nothing_of_the_numbers_that_the_one_before_it_gave()
    {
        await CloseAsync();
        File.Delete(_folder.File("journal.db"));
        await OpenAsync();
        await AppendAsync(1);
        Assert.True(await _journal.RenumberAsync(50, CancellationToken.None));
        await _journal.ExpectAsync([], 60, CancellationToken.None);
        Assert.Empty(_journal.Skipped);
        Assert.Equal(59, _journal.LastSequence);
    }

    [Fact]
    public async Task Many_of_them_are_told_in_turns()
    {
        for (var expected = 10; expected <= 610; expected++)
        {
            await _journal.ExpectAsync([], expected, CancellationToken.None);
        }

        Assert.Equal(500, _journal.Skipped.Count);
        await _journal.ExpectAsync(_journal.Skipped, 610, CancellationToken.None);
        Assert.Equal(101, _journal.Skipped.Count);
        Assert.Equal(609, _journal.Skipped[^1].Last);
    }

    private async Task RestartAsync()
    {
        await CloseAsync();
        await OpenAsync();
    }

    private async Task OpenAsync()
    {
        _store = JournalStore.Open(_folder.File("journal.db"));
        _journal = new EventJournal(_store, TimeProvider.System, NullLogger<EventJournal>.Instance);
        await _journal.StartAsync(CancellationToken.None);
    }

    private async Task CloseAsync()
    {
        await _journal.StopAsync(CancellationToken.None);
        _journal.Dispose();
        _store.Dispose();
    }

    private async Task AppendAsync(int count)
    {
        CourtyardEvent[] events = [.. Enumerable.Range(0, count).Select(_ => Estate.OtherEvent())];
        Assert.True(await _journal.AppendAsync(Estate.Entry(events), CancellationToken.None));
    }

    private void Execute(string sql)
    {
        using var connection = new SqliteConnection($"Data Source={_folder.File("journal.db")};Pooling=False");
        connection.Open();
        using var command = connection.CreateCommand();
#pragma warning disable CA2100 // this test's own words
        command.CommandText = "PRAGMA busy_timeout = 5000; " + sql;
#pragma warning restore CA2100
        command.ExecuteNonQuery();
    }
}
