using SmartCourtyard.Custody;
using SmartCourtyard.Gateway.Journal;

namespace SmartCourtyard.Gateway.Tests.Journal;

/// <summary>The journal in a process that is killed, and on a disk that refuses.</summary>
public sealed class JournalSurvivalTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    [Fact]
    public async Task Every_event_confirmed_before_a_kill_9_is_there_after_it_and_the_sequence_has_no_gap()
    {
        var confirmed = new List<string>();
        for (var round = 1; round <= 4; round++)
        {
            using var appending = new AppendingProcess(_folder.File("journal.db"));
            var enough = Random.Shared.Next(2, 300);
            await appending.UntilAsync(() => appending.Stored.Count >= enough, $"{enough} events stored");
            await appending.KillAsync();
            confirmed.AddRange(appending.Stored);
            AssertAllThere(confirmed);
        }
    }

    // A kill leaves what the kernel holds; a power cut does not. So it is counted how often the log was asked onto the disk.
    [Fact]
    public async Task Nothing_is_confirmed_before_the_log_was_synced_to_the_disk()
    {
        var syncs = _folder.File("syncs");
        using var appending = new AppendingProcess(_folder.File("journal.db"), syncs);
        await appending.UntilAsync(() => appending.Stored.Count >= 100, "events stored");
        await appending.KillAsync();
        var synced = (await File.ReadAllLinesAsync(syncs)).Count(l => l.Contains("journal.db-wal>", StringComparison.Ordinal));

        // Each giver waits for one entry of two events at a time, so that a commit carries at most one entry of each.
        var commits = (appending.Stored.Count + 7) / 8;
        Assert.True(synced >= commits, $"{synced} syncs for at least {commits} commits");
    }

    [Fact]
    public async Task What_a_full_disk_refuses_is_kept_in_memory_and_stored_when_there_is_room_again()
    {
        using var appending = new AppendingProcess(_folder.File("journal.db"));
        await appending.UntilAsync(() => appending.Stored.Count >= 20, "stored events");
        await appending.LimitFilesAsync("400000");
        await appending.UntilAsync(() => appending.Refused.Count >= 20, "refused events");
        var before = appending.Stored.Count;
        await appending.LimitFilesAsync("unlimited");
        await appending.UntilAsync(() => appending.Stored.Count >= before + 20, "stored events again");
        await appending.KillAsync();

        Assert.Equal(["True", "False"], appending.Failing);
        AssertAllThere([.. appending.Stored, .. appending.Refused]);
    }

    private void AssertAllThere(IReadOnlyList<string> ids)
    {
        using var store = JournalStore.Open(_folder.File("journal.db"));
        var waiting = store.ReadWaiting(int.MaxValue);
        Assert.Empty(ids.Except(waiting.Select(e => e.Id)));
        Assert.Equal(Enumerable.Range(1, waiting.Count).Select(i => (long)i), waiting.Select(e => e.Sequence).Order());

        // Entries are whole: each alarm's event has its companion.
        Assert.Equal(waiting.Count(e => e.Rank == EventRank.Life), waiting.Count(e => e.Rank == EventRank.Other));
        Assert.Equal(waiting.Count, waiting.Select(e => e.Id).Distinct(StringComparer.Ordinal).Count());
    }

    public void Dispose() => _folder.Dispose();
}
