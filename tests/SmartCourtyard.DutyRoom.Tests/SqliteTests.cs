using Microsoft.Data.Sqlite;
using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Infrastructure;
using Microsoft.EntityFrameworkCore.Migrations;
using SmartCourtyard.DutyRoom.Storage;
using SmartCourtyard.DutyRoom.Tests.Running;

namespace SmartCourtyard.DutyRoom.Tests;

/// <summary>What only the file has.</summary>
public sealed class SqliteTests
{
    [Fact]
    public void The_migrations_make_the_model()
    {
        using var db = Database.At("Data Source=:memory:").Open();
        Assert.False(db.Database.HasPendingModelChanges());
    }

    [Fact]
    public async Task A_database_of_the_first_version_is_brought_up_to_date_with_what_it_holds()
    {
        var folder = RunningDutyRoom.NewFolder();
        var first = await RunningDutyRoom.StartAsync(folder);
        await first.PostEventsAsync(Events.Alarm(1, "a"));
        var database = first.Database;
        await first.StopAsync();
        await using (var db = database.Open())
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
    public async Task What_was_missing_in_a_database_of_an_older_version_is_found()
    {
        var folder = RunningDutyRoom.NewFolder();
        var first = await RunningDutyRoom.StartAsync(folder);
        await first.PostEventsAsync([.. new[] { 1, 4, 5, 9 }.Select(n => Events.Event(n, "smartcourtyard.test.passed.v1", []))]);
        var database = first.Database;
        await first.StopAsync();
        await using (var db = database.Open())
        {
            await db.GetService<IMigrator>().MigrateAsync("AskedProofs");
        }

        await using (var second = await RunningDutyRoom.StartAsync(folder))
        {
            var gaps = (await second.GatewayAsync())["custody"]!["gaps"]!.AsArray();
            Assert.Equal([("2", "3"), ("6", "8")], gaps.Select(g => ((string?)g!["first"], (string?)g["last"])));
        }

        Directory.Delete(folder, recursive: true);
    }
}
