using System.Collections.Concurrent;
using System.Net;
using System.Net.Sockets;

namespace SmartCourtyard.Acceptance.Estates;

/// <summary>A cable to a port on this machine that can be cut (nothing passes, nobody is told) and mended.</summary>
internal sealed class Cable : IAsyncDisposable
{
    private readonly TcpListener _listener = new(IPAddress.Loopback, 0);
    private readonly CancellationTokenSource _stop = new();
    private readonly ConcurrentBag<Task> _lines = [];
    private readonly Task _accepting;
    private volatile TaskCompletionSource _whole = Done();

    public Cable(int to)
    {
        _listener.Start();
        _accepting = AcceptAsync(to);
    }

    public int Port => ((IPEndPoint)_listener.LocalEndpoint).Port;

    public void Cut() => _whole = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);

    public void Mend() => _whole.TrySetResult();

    public async ValueTask DisposeAsync()
    {
        await _stop.CancelAsync();
        _listener.Stop();
        await _accepting;
        await Task.WhenAll(_lines);
        _stop.Dispose();
    }

    private static TaskCompletionSource Done()
    {
        var done = new TaskCompletionSource();
        done.SetResult();
        return done;
    }

    private async Task AcceptAsync(int to)
    {
        try
        {
            while (true)
            {
                _lines.Add(CarryAsync(await _listener.AcceptTcpClientAsync(_stop.Token), to));
            }
        }
        catch (Exception e) when (e is OperationCanceledException or SocketException)
        {
            // It was taken away.
        }
    }

    private async Task CarryAsync(TcpClient near, int to)
    {
        using var one = near;
        using var far = new TcpClient();
        try
        {
            await far.ConnectAsync(IPAddress.Loopback, to, _stop.Token);
            await Task.WhenAny(PumpAsync(one.GetStream(), far.GetStream()), PumpAsync(far.GetStream(), one.GetStream()));
        }
        catch (Exception e) when (e is IOException or SocketException or OperationCanceledException)
        {
            // An end let go.
        }
    }

    private async Task PumpAsync(NetworkStream from, NetworkStream to)
    {
        var buffer = new byte[65_536];
        try
        {
            while (await from.ReadAsync(buffer, _stop.Token) is var read and > 0)
            {
                await _whole.Task.WaitAsync(_stop.Token);
                await to.WriteAsync(buffer.AsMemory(0, read), _stop.Token);
            }
        }
        catch (Exception e) when (e is IOException or SocketException or OperationCanceledException)
        {
            // The other end let go.
        }
    }
}
