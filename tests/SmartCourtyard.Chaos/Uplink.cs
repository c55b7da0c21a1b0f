using System.Collections.Concurrent;
using System.Diagnostics;
using System.Net;
using System.Net.Sockets;

namespace SmartCourtyard.Chaos;

/// <summary>
/// The line between gateway and duty room, which can be cut, slowed and broken. Where this program has a network of its own the line
/// leads over an address that a cut takes away, as a pulled plug does: nobody is told, and what is under way is sent again afterwards.
/// </summary>
internal sealed class Uplink : IAsyncDisposable
{
    private const string OwnAddress = "10.77.1.1";

    private readonly int _dutyRoom;
    private readonly TcpListener _listener;
    private readonly CancellationTokenSource _stop = new();
    private readonly ConcurrentDictionary<Socket, bool> _open = new();
    private readonly Task _accepting;
    private long _delayTicks;
    private volatile bool _swallows;

    private Uplink(IPAddress address, int dutyRoom)
    {
        _dutyRoom = dutyRoom;
        _listener = new TcpListener(address, 0);
        _listener.Start();
        _accepting = AcceptAsync();
    }

    /// <summary>Whether this program was started in a network and with mounts of its own.</summary>
    public static bool IsConfined { get; } = Environment.GetEnvironmentVariable("SMARTCOURTYARD_CONFINED") == "1";

    public Uri Url => new($"http://{_listener.LocalEndpoint}/");

    public static async Task<Uplink> OpenAsync(int dutyRoom)
    {
        if (IsConfined)
        {
            await AddressAsync("replace");
        }

        return new Uplink(IsConfined ? IPAddress.Parse(OwnAddress) : IPAddress.Loopback, dutyRoom);
    }

    /// <summary>Nothing comes through any more, and nobody is told.</summary>
    public Task CutAsync()
    {
        _swallows = !IsConfined;
        return IsConfined ? AddressAsync("del") : Task.CompletedTask;
    }

    public Task MendAsync()
    {
        _swallows = false;
        return IsConfined ? AddressAsync("replace") : Task.CompletedTask;
    }

    /// <summary>Each piece takes so much longer, in both directions.</summary>
    public void Slow(TimeSpan delay) => Interlocked.Exchange(ref _delayTicks, delay.Ticks);

    /// <summary>Every connection is reset at this moment.</summary>
    public void Break()
    {
        foreach (var socket in _open.Keys)
        {
            try
            {
                socket.LingerState = new LingerOption(true, 0);
                socket.Dispose();
            }
            catch (Exception e) when (e is SocketException or ObjectDisposedException)
            {
                // It has ended by itself at this very moment.
            }
        }
    }

    public async ValueTask DisposeAsync()
    {
        await _stop.CancelAsync();
        _listener.Dispose();
        Break();
        await _accepting.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        _stop.Dispose();
    }

    private static async Task AddressAsync(string change)
    {
        using var ip = Process.Start("ip", ["address", change, OwnAddress + "/32", "dev", "lo"]);
        await ip.WaitForExitAsync();
        if (ip.ExitCode != 0)
        {
            throw new InvalidOperationException($"ip address {change}: exit code {ip.ExitCode}");
        }
    }

    private async Task AcceptAsync()
    {
        while (!_stop.IsCancellationRequested)
        {
            var gateway = await _listener.AcceptSocketAsync(_stop.Token);
            _ = CarryAsync(gateway);
        }
    }

    private async Task CarryAsync(Socket gateway)
    {
        var dutyRoom = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        (_open[gateway], _open[dutyRoom]) = (true, true);
        try
        {
            (gateway.NoDelay, dutyRoom.NoDelay) = (true, true);
            await dutyRoom.ConnectAsync(IPAddress.Loopback, _dutyRoom, _stop.Token);
            // Whoever ends first ends the other: a duty room that was killed is seen by the gateway at once, as without this line.
            await Task.WhenAny(PumpAsync(gateway, dutyRoom), PumpAsync(dutyRoom, gateway));
        }
        catch (Exception e) when (e is SocketException or ObjectDisposedException or OperationCanceledException)
        {
            // The duty room is down: the gateway is hung up on.
        }
        finally
        {
            foreach (var socket in new[] { gateway, dutyRoom })
            {
                _open.TryRemove(socket, out _);
                socket.Dispose();
            }
        }
    }

    private async Task PumpAsync(Socket from, Socket to)
    {
        var buffer = new byte[16 * 1024];
        try
        {
            while (await from.ReceiveAsync(buffer, _stop.Token) is var read and > 0)
            {
                await PassAsync();
                for (var sent = 0; sent < read; sent += await to.SendAsync(buffer.AsMemory(sent, read - sent), _stop.Token))
                {
                }
            }
        }
        catch (Exception e) when (e is SocketException or ObjectDisposedException or OperationCanceledException)
        {
            // The other end is gone.
        }
    }

    private async Task PassAsync()
    {
        if (Interlocked.Read(ref _delayTicks) is var ticks and > 0)
        {
            await Task.Delay(TimeSpan.FromTicks(ticks), TimeProvider.System, _stop.Token);
        }

        while (_swallows)
        {
            await Task.Delay(TimeSpan.FromMilliseconds(20), TimeProvider.System, _stop.Token);
        }
    }
}
