using Microsoft.EntityFrameworkCore;
using Npgsql;
using SmartCourtyard.Acceptance.Estates;
using SmartCourtyard.DutyRoom.Storage;
using SmartCourtyard.DutyRoom.Tests.Running;

namespace SmartCourtyard.DutyRoom.Tests;

/// <summary>What only the server has: a connection that can be lost, and other duty rooms.</summary>
public sealed class PostgresTests
{
    public PostgresTests() => TestStore.UsePostgres();

    [Fact]
    public void The_migrations_make_the_model()
    {
        using var db = Database.At("Host=nowhere;Database=none").Open();
        Assert.False(db.Database.HasPendingModelChanges());
    }

    [Fact]
    public async Task Migrations_make_an_empty_database_and_leave_a_finished_one_alone()
    {
        var database = Database.At(await TestStore.EmptyDatabaseAsync("nothing_yet"));
        database.BringUpToDate();
        database.BringUpToDate();
        await using var db = database.Read();
        Assert.Empty(await db.Alarms.ToListAsync());
        Assert.Empty(await db.Database.GetPendingMigrationsAsync());
    }

    [Fact]
    public async Task Commits_are_on_disk_when_they_return_also_where_the_server_would_not_wait()
    {
        var text = await TestStore.EmptyDatabaseAsync("careless");
        await ExecuteAsync(text, "ALTER DATABASE careless SET synchronous_commit = off");
        using var writer = Database.At(text).OpenWriter();
        await using var command = writer.CreateCommand();
        command.CommandText = "SHOW synchronous_commit";
        Assert.Equal("on", command.ExecuteScalar());
    }

    [Fact]
    public async Task Names_are_sorted_as_in_the_file_whatever_the_language_of_the_server()
    {
        await using var room = await RunningDutyRoom.StartAsync();
        string[] names = ["阿", "B", "a", "b-1", "b01", "中", "A"];
        await room.Ledger.WriteAsync(writing =>
        {
            writing.Db.Settings.AddRange(names.Select(n => new SettingRow { Name = n, Value = "" }));
            return writing.Db.SaveChanges();
        });
        await using var db = room.Database.Read();
        Assert.Equal(
            names.OrderBy(n => n, StringComparer.Ordinal), await db.Settings.Where(s => names.Contains(s.Name)).OrderBy(s => s.Name).Select(s => s.Name).ToListAsync());
    }

    [Fact]
    public async Task A_text_that_the_server_cannot_keep_is_refused_and_nothing_else_with_it()
    {
        await using var room = await RunningDutyRoom.StartAsync();
        await room.PostEventsAsync(Events.Alarm(1, "a"));
        Assert.Equal(400, (int)(await room.ActAsync("a", "note", """{"note":"a\u0000b"}""")).Status);
        Assert.Equal(400, (int)(await room.GetAsync("api/v1/alarms?courtyard=%00")).Status);
        Assert.Equal(200, (int)(await room.ActAsync("a", "note", """{"note":"ab"}""")).Status);
    }

    [Fact]
    public async Task What_is_asked_while_the_server_is_away_is_answered_with_try_again()
    {
        var folder = RunningDutyRoom.NewFolder();
        await using var room = await RunningDutyRoom.StartAsync(folder);
        TestStore.Forget(folder);
        var (status, problem) = await room.GetAsync("api/v1/alarms");
        Assert.Equal((503, "Try again"), ((int)status, (string?)problem["title"]));
        Assert.Equal(503, (int)(await room.GetAsync("readyz")).Status);
        Assert.Equal(503, (int)(await room.PostEventsAsync(Events.Alarm(1, "a"))).Status);
        Assert.Equal(503, (int)(await room.BeatAsync()).Status);
        Directory.Delete(folder, recursive: true);
    }

    [Fact]
    public async Task A_connection_that_died_while_nobody_wrote_is_opened_again_without_anybody_noticing()
    {
        await using var room = await RunningDutyRoom.StartAsync();
        await room.PostEventsAsync(Events.Alarm(1, "a"));
        await EndWriterAsync(room);
        Assert.Equal(200, (int)(await room.PostEventsAsync(Events.Alarm(2, "b"))).Status);
        Assert.Equal(200, (int)(await room.GetAsync("readyz")).Status);
        Assert.Equal(2, (await room.AlarmsAsync()).Count);
    }

    [Fact]
    public async Task A_connection_lost_in_the_middle_of_work_keeps_nothing_of_it_and_is_answered_with_try_again()
    {
        await using var room = await RunningDutyRoom.StartAsync();
        var lost = await Assert.ThrowsAsync<StoreUnavailableException>(() => room.Ledger.WriteAsync(writing =>
        {
            writing.Audit("test", "lost");
            EndWriterAsync(room).GetAwaiter().GetResult();
            writing.Audit("test", "never");
            return 0;
        }));
        Assert.Equal(lost.Message, "the store does not take anything: " + room.Ledger.Failure);
        Assert.Equal(503, (int)(await room.GetAsync("readyz")).Status);
        await room.Ledger.WriteAsync(writing =>
        {
            writing.Audit("test", "again");
            return 0;
        });
        await using var db = room.Database.Read();
        Assert.Equal(["again"], await db.Audit.Where(a => a.Who == "test").Select(a => a.What).ToListAsync());
        Assert.Equal(200, (int)(await room.GetAsync("readyz")).Status);
    }

    [Fact]
    public async Task A_session_of_its_own_that_hangs_with_the_lock_is_ended_and_taken_for_nobody_else()
    {
        var folder = RunningDutyRoom.NewFolder();
        TestStore.Add(folder, ";Command Timeout=1");
        await using (var room = await RunningDutyRoom.StartAsync(folder))
        {
            var session = await room.Ledger.WriteAsync(writing => writing.Db.Database.SqlQuery<int>($"SELECT pg_backend_pid() AS \"Value\"").Single());
            await SignalAsync("-STOP", session);
            await Assert.ThrowsAsync<StoreUnavailableException>(() => room.Ledger.WriteAsync(_ => 0));
            Assert.False(room.Ledger.IsReplaced);
            await SignalAsync("-CONT", session);
            room.Clock.Advance(TimeSpan.FromSeconds(4));
            Assert.Equal(200, (int)(await room.PostEventsAsync(Events.Alarm(1, "a"))).Status);
        }

        TestStore.Forget(folder);
        Directory.Delete(folder, recursive: true);
    }

    [Fact]
    public async Task What_was_stored_although_the_answer_was_lost_is_told_to_those_who_follow_before_anything_new()
    {
        await using var room = await RunningDutyRoom.StartAsync();
        await using var stream = await SseClient.FollowAsync(room.Program, "api/v1/stream");
        await stream.NextAsync("ready");
        await Assert.ThrowsAsync<StoreUnavailableException>(() => room.Ledger.WriteAsync(writing =>
        {
            writing.Tell("site", new("first"), StorageJson.Wire.SiteChanged);
            // As if the commit had reached the server and its answer had not come back.
            writing.Commit();
            EndWriterAsync(room).GetAwaiter().GetResult();
            writing.Audit("test", "never");
            return 0;
        }));
        await room.Ledger.WriteAsync(writing =>
        {
            writing.Tell("site", new("second"), StorageJson.Wire.SiteChanged);
            return 0;
        });
        var (one, two) = (await stream.NextAsync("site"), await stream.NextAsync("site"));
        Assert.Equal(("first", "second"), ((string?)one.Data["gateway"], (string?)two.Data["gateway"]));
        Assert.True(long.Parse(one.Id!, System.Globalization.CultureInfo.InvariantCulture) < long.Parse(two.Id!, System.Globalization.CultureInfo.InvariantCulture));
    }

    [Fact]
    public async Task A_gateway_is_not_called_silent_for_the_time_in_which_nothing_could_be_stored()
    {
        await using var room = await RunningDutyRoom.StartAsync();
        await room.BeatAsync();
        room.Clock.Advance(Courtyards.Supervision.SilenceLimit);
        await EndWriterAsync(room);
        Assert.Equal(TimeSpan.Zero, await room.Ledger.WriteAsync(writing => writing.Gateways.SilentFor(RunningDutyRoom.Gateway)));
    }

    [Fact]
    public async Task A_second_duty_room_stands_by_until_the_first_is_gone()
    {
        var folder = RunningDutyRoom.NewFolder();
        var url = $"http://127.0.0.1:{Ports.Free()}";
        var first = await RunningDutyRoom.StartAsync(folder);
        await first.PostEventsAsync(Events.Alarm(1, "a"));
        // A clock of its own: it must go on asking while the first one's stands.
        var starting = Task.Run(() => DutyRoomProgram.BuildAsync([.. RunningDutyRoom.Arguments(folder), "--urls", url], TimeProvider.System));
        using var client = new HttpClient { BaseAddress = new Uri(url) };
        var told = await Until.Async(() => ReasonAsync(client), reason => reason is not null);
        Assert.Contains("stands by", told, StringComparison.Ordinal);
        Assert.Equal(200, (int)(await first.PostEventsAsync(Events.Alarm(2, "b"))).Status);

        await first.StopAsync();
        await using (var second = await starting)
        {
            await second.StartAsync();
            client.DefaultRequestHeaders.Authorization = new("Bearer", RunningDutyRoom.ApiToken);
            Assert.Equal(200, (int)(await RunningDutyRoom.SendAsync(client, HttpMethod.Get, "readyz", null)).Status);
            var (_, alarms) = await RunningDutyRoom.SendAsync(client, HttpMethod.Get, "api/v1/alarms", null);
            Assert.Equal(2, alarms["items"]!.AsArray().Count);
        }

        TestStore.Forget(folder);
        Directory.Delete(folder, recursive: true);
    }

    [Fact]
    public async Task A_duty_room_that_is_started_before_its_server_waits_for_it()
    {
        var folder = RunningDutyRoom.NewFolder();
        var url = $"http://127.0.0.1:{Ports.Free()}";
        var socket = Directory.CreateTempSubdirectory("socket-").FullName;
        string[] arguments = [.. RunningDutyRoom.Arguments(folder), "--urls", url, "--ConnectionStrings:DutyRoom", $"Host={socket};Username=postgres;Database={Path.GetFileName(folder).ToLowerInvariant()}"];
        var starting = Task.Run(() => DutyRoomProgram.BuildAsync(arguments, TimeProvider.System));
        using var client = new HttpClient { BaseAddress = new Uri(url) };
        Assert.Contains("until the database server is up", await Until.Async(() => ReasonAsync(client), reason => reason is not null), StringComparison.Ordinal);
        Assert.Equal(200, (int)(await RunningDutyRoom.SendAsync(client, HttpMethod.Get, "healthz", null)).Status);
        Assert.False(starting.IsCompleted);

        // Where the server will listen is where it now does.
        Directory.Delete(socket);
        File.CreateSymbolicLink(socket, new NpgsqlConnectionStringBuilder(TestStore.ConnectionString(folder)).Host!);
        await using (await starting)
        {
        }

        File.Delete(socket);
        TestStore.Forget(folder);
        Directory.Delete(folder, recursive: true);
    }

    [Fact]
    public async Task A_writer_whose_place_was_taken_says_so_and_ends_the_program()
    {
        await using var room = await RunningDutyRoom.StartAsync();
        var other = Database.At(TestStore.ConnectionString(room.Folder));
        Assert.False(other.TryTakeTurn());
        await EndWriterAsync(room);
        Assert.True(other.TryTakeTurn());
        Assert.Equal(503, (int)(await room.PostEventsAsync(Events.Alarm(1, "a"))).Status);
        Assert.True(room.Ledger.IsReplaced);
        Assert.Contains("another duty room", (string?)(await room.GetAsync("readyz")).Body["detail"], StringComparison.Ordinal);
        var stopping = room.App.Lifetime.ApplicationStopping;
        await Until.Async(
            () =>
            {
                room.Clock.Advance(TimeSpan.FromSeconds(5));
                return Task.FromResult(stopping.IsCancellationRequested);
            },
            isStopping => isStopping);
        other.OpenWriter().Dispose();
    }

    private static async Task<string?> ReasonAsync(HttpClient client)
    {
        try
        {
            var (status, body) = await RunningDutyRoom.SendAsync(client, HttpMethod.Get, "readyz", null);
            return (int)status == 503 ? (string?)body["detail"] : null;
        }
        catch (HttpRequestException)
        {
            return null;
        }
    }

    private static async Task SignalAsync(string signal, int process)
    {
        using var kill = System.Diagnostics.Process.Start("kill", [signal, process.ToString(System.Globalization.CultureInfo.InvariantCulture)]);
        await kill.WaitForExitAsync();
    }

    private static Task EndWriterAsync(RunningDutyRoom room) => ExecuteAsync(
        TestStore.ConnectionString(room.Folder),
        "SELECT pg_terminate_backend(pid, 5000) FROM pg_stat_activity WHERE application_name = 'SmartCourtyard writer' AND datname = current_database()");

    private static async Task ExecuteAsync(string connectionString, string sql)
    {
        await using var connection = new NpgsqlConnection(connectionString + ";Pooling=false");
        await connection.OpenAsync();
        await using var command = new NpgsqlCommand(sql, connection);
        await command.ExecuteNonQueryAsync();
    }
}
