using Microsoft.EntityFrameworkCore;
using SmartCourtyard.DutyRoom.Storage;
using SmartCourtyard.DutyRoom.Tests.Running;

namespace SmartCourtyard.DutyRoom.Tests;

public class StorageTests
{
    [Fact]
    public async Task An_existing_database_is_opened_as_it_is()
    {
        var folder = RunningDutyRoom.NewFolder();
        var first = await RunningDutyRoom.StartAsync(folder);
        await first.PostEventsAsync(Events.Alarm(1, "a"));
        await first.StopAsync();
        await using (var second = await RunningDutyRoom.StartAsync(folder))
        {
            Assert.Equal("a", (string?)(await second.AlarmsAsync()).Single()!["id"]);
            Assert.Equal("2", (string?)(await second.PostEventsAsync(Events.Alarm(2, "b"))).Body["lastSequence"]);
        }

        Directory.Delete(folder, recursive: true);
    }

    [Fact]
    public async Task Work_that_fails_takes_nothing_else_with_it()
    {
        await using var room = await RunningDutyRoom.StartAsync();
        using var block = new ManualResetEventSlim();
        var first = Task.Run(() => room.Ledger.WriteAsync(_ =>
        {
            block.Wait(Until.Patience);
            return 0;
        }));
        var rest = Enumerable.Range(0, 9).Select(i => Task.Run(() => room.Ledger.WriteAsync(writing =>
        {
            writing.Audit("test", "work " + i);
            return i % 3 == 0 ? throw new InvalidOperationException("a bug") : i;
        }))).ToList();
        block.Set();
        await first;
        foreach (var (i, work) in rest.Index())
        {
            if (i % 3 == 0)
            {
                await Assert.ThrowsAsync<InvalidOperationException>(() => work);
            }
            else
            {
                Assert.Equal(i, await work);
            }
        }

        await using var db = room.Database.Read();
        Assert.Equal(6, db.Audit.Count(a => a.Who == "test"));
    }

    [Fact]
    public async Task The_log_is_cut_at_its_limit_and_a_client_from_before_is_told()
    {
        await using var room = await RunningDutyRoom.StartAsync();
        await room.PostEventsAsync(Events.Alarm(1, "a"));
        await room.Ledger.WriteAsync(writing => writing.Db.Database.ExecuteSqlRaw(TestStore.IsPostgres
            ? $"SELECT setval(pg_get_serial_sequence('stream', 'position'), {Upkeep.StreamKept + 10})"
            : $"UPDATE sqlite_sequence SET seq = {Upkeep.StreamKept + 10} WHERE name = 'stream'"));
        await room.Ledger.WriteAsync(Upkeep.Forget);
        await room.PostEventsAsync(Events.Alarm(2, "b"));

        await using var stream = await SseClient.FollowAsync(room.Program, "api/v1/stream", "1");
        Assert.Equal("reset", (await stream.NextAsync()).Name);
        Assert.Equal((Upkeep.StreamKept + 11).ToString(System.Globalization.CultureInfo.InvariantCulture), (await stream.NextAsync("ready")).Id);
    }
}
