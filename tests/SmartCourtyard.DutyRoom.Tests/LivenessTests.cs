using System.Net;
using System.Net.Sockets;
using System.Text;
using SmartCourtyard.DutyRoom.Health;
using SmartCourtyard.DutyRoom.Storage;
using SmartCourtyard.DutyRoom.Tests.Running;

namespace SmartCourtyard.DutyRoom.Tests;

/// <summary>A duty room that answers on its port and does nothing behind it is not alive.</summary>
public sealed class LivenessTests
{
    [Fact]
    public async Task When_the_writer_hangs_the_duty_room_is_not_alive_and_not_ready_although_its_port_answers()
    {
        await using var room = await RunningDutyRoom.StartAsync();
        using var client = room.Client();
        using var disk = new ManualResetEventSlim();
        var liveness = (Liveness)room.App.Services.GetService(typeof(Liveness))!;
        var hangs = Task.Run(() => room.Ledger.WriteAsync(_ => disk.Wait(Until.Patience)));
        await Until.Async(() => Task.FromResult(room.Ledger.IsIdle), idle => !idle);
        for (var look = 0; look < 13; look++)
        {
            liveness.Look();
        }

        Assert.Equal(HttpStatusCode.ServiceUnavailable, (await client.GetAsync("healthz")).StatusCode);
        Assert.Contains("ledger's writer has not moved", await (await client.GetAsync("healthz")).Content.ReadAsStringAsync(), StringComparison.Ordinal);
        disk.Set();
        await hangs;
        await Until.Async(
            async () =>
            {
                // The watches turn with the clock.
                room.Clock.Advance(TimeSpan.FromSeconds(1));
                liveness.Look();
                return (await client.GetAsync("healthz")).StatusCode;
            },
            status => status == HttpStatusCode.OK);
    }

    [Fact]
    public async Task Where_nothing_was_stored_for_a_while_readiness_is_tried_and_not_remembered()
    {
        await using var room = await RunningDutyRoom.StartAsync();
        using var client = room.Client();
        room.Clock.Advance(TimeSpan.FromSeconds(20));
        var commits = room.Ledger.Commits;
        Assert.Equal("ready\n", await client.GetStringAsync("readyz"));
        Assert.Equal(commits + 1, room.Ledger.Commits);
        Assert.Equal("ready\n", await client.GetStringAsync("readyz"));
        Assert.Equal(commits + 1, room.Ledger.Commits);

        using var other = room.Database.OpenWriter();
        using var command = other.CreateCommand();
        command.CommandText = "BEGIN IMMEDIATE";
        command.ExecuteNonQuery();
        room.Clock.Advance(TimeSpan.FromSeconds(20));
        var answer = await client.GetAsync("readyz");
        Assert.Equal(HttpStatusCode.ServiceUnavailable, answer.StatusCode);
        Assert.Contains("Nothing can be stored", await answer.Content.ReadAsStringAsync(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_worker_that_fails_ends_the_duty_room_with_exit_code_1()
    {
        var folder = RunningDutyRoom.NewFolder();
        var clock = new BreakingClock();
        await using (var app = await DutyRoomProgram.BuildAsync(RunningDutyRoom.Arguments(folder), clock))
        {
            var ends = DutyRoomProgram.RunAsync(app);
            var ledger = (Ledger)app.Services.GetService(typeof(Ledger))!;
            await Until.Async(() => Task.FromResult((app.Lifetime.ApplicationStarted.IsCancellationRequested, ledger.Turns)), s => s is (true, > 0));
            clock.IsBroken = true;
            Assert.Equal(1, await ends.WaitAsync(Until.Patience, TimeProvider.System));
        }

        Directory.Delete(folder, recursive: true);
    }

    [Fact]
    public async Task It_tells_whoever_restarts_it_that_it_is_ready_and_that_it_lives()
    {
        var folder = RunningDutyRoom.NewFolder();
        var path = Path.Combine(folder, "notify.sock");
        using (var systemd = new Socket(AddressFamily.Unix, SocketType.Dgram, ProtocolType.Unspecified))
        {
            systemd.Bind(new UnixDomainSocketEndPoint(path));
            using var room = await DutyRoomProcess.StartAsync(folder, ("NOTIFY_SOCKET", path));
            Assert.Equal("READY=1", await HearAsync(systemd));
            Assert.Equal("WATCHDOG=1", await HearAsync(systemd));
        }

        Directory.Delete(folder, recursive: true);
    }

    private static async Task<string> HearAsync(Socket socket)
    {
        var bytes = new byte[512];
        using var enough = new CancellationTokenSource(Until.Patience, TimeProvider.System);
        return Encoding.UTF8.GetString(bytes, 0, await socket.ReceiveAsync(bytes, enough.Token));
    }

    private sealed class BreakingClock : TimeProvider
    {
        public volatile bool IsBroken;

        public override long GetTimestamp() => IsBroken ? throw new InvalidOperationException("the clock is broken") : System.GetTimestamp();
    }
}
