using Microsoft.Data.Sqlite;
using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Infrastructure;
using Microsoft.EntityFrameworkCore.Migrations;
using SmartCourtyard.DutyRoom.Storage;
using SmartCourtyard.DutyRoom.Tests.Running;

namespace SmartCourtyard.DutyRoom.Tests;

public sealed class StorageTests
{
    [Fact]
    public void The_migrations_make_the_model()
    {
        using var db = new DutyRoomDb(new DbContextOptionsBuilder<DutyRoomDb>().UseSqlite("Data Source=:memory:").Options);
        Assert.False(db.Database.HasPendingModelChanges());
    }

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
    public async Task A_database_of_the_first_version_is_brought_up_to_date_with_what_it_holds()
    {
        var folder = RunningDutyRoom.NewFolder();
        var first = await RunningDutyRoom.StartAsync(folder);
        await first.PostEventsAsync(Events.Alarm(1, "a"));
        var options = first.Database.Options;
        await first.StopAsync();
        await using (var db = new DutyRoomDb(options))
        {
            await db.GetService<IMigrator>().MigrateAsync("Initial");
        }

        await using (var second = await RunningDutyRoom.StartAsync(folder))
        {
            await second.PostEventsAsync(Events.Alarm(2, "a", "updated", confirmed: true));
            var alarm = await second.AlarmAsync("a");
            Assert.Equal((true, false, false), ((bool)alarm["confirmed"]!, (bool)alarm["spread"]!, (bool)alarm["drill"]!));
        }

        Directory.Delete(folder, recursive: true);
    }

    [Fact]
    public async Task Commits_are_on_disk_when_they_return()
    {
        await using var room = await RunningDutyRoom.StartAsync();
        using var writer = room.Database.OpenWriter();
        using var command = writer.CreateCommand();
        command.CommandText = "PRAGMA synchronous";
        Assert.Equal(2L, command.ExecuteScalar());
        command.CommandText = "PRAGMA journal_mode";
        Assert.Equal("wal", command.ExecuteScalar());
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
    public async Task A_store_that_takes_nothing_is_answered_with_try_again_and_recovers()
    {
        await using var room = await RunningDutyRoom.StartAsync();
        await room.PostEventsAsync(Events.Alarm(1, "a"));
        await using (var other = new SqliteConnection($"Data Source={Path.Combine(room.Folder, "duty-room.db")};Pooling=false"))
        {
            await other.OpenAsync();
            await using var hold = other.CreateCommand();
            hold.CommandText = "BEGIN IMMEDIATE";
            await hold.ExecuteNonQueryAsync();
            using var content = new StringContent($"[{Events.Alarm(2, "b").ToJsonString()}]", new System.Net.Http.Headers.MediaTypeHeaderValue("application/json"));
            using var response = await room.AsGateway.PostAsync($"api/v1/gateways/{RunningDutyRoom.Gateway}/events", content);
            Assert.Equal(503, (int)response.StatusCode);
            Assert.NotNull(response.Headers.RetryAfter);
            var ready = await room.GetAsync("readyz");
            Assert.Equal(503, (int)ready.Status);
            Assert.Contains("locked", (string?)ready.Body["detail"], StringComparison.Ordinal);
        }

        Assert.Equal(200, (int)(await room.PostEventsAsync(Events.Alarm(2, "b"))).Status);
        Assert.Equal(200, (int)(await room.GetAsync("readyz")).Status);
    }

    [Fact]
    public async Task The_log_is_cut_at_its_limit_and_a_client_from_before_is_told()
    {
        await using var room = await RunningDutyRoom.StartAsync();
        await room.PostEventsAsync(Events.Alarm(1, "a"));
        await room.Ledger.WriteAsync(writing => writing.Db.Database.ExecuteSqlRaw(
            $"UPDATE sqlite_sequence SET seq = {Upkeep.StreamKept + 10} WHERE name = 'stream'"));
        await room.Ledger.WriteAsync(Upkeep.Forget);
        await room.PostEventsAsync(Events.Alarm(2, "b"));

        await using var stream = await SseClient.FollowAsync(room.Program, "api/v1/stream", "1");
        Assert.Equal("reset", (await stream.NextAsync()).Name);
        Assert.Equal((Upkeep.StreamKept + 11).ToString(System.Globalization.CultureInfo.InvariantCulture), (await stream.NextAsync("ready")).Id);
    }

}
