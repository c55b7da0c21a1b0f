using System.Net;
using System.Net.Sockets;

namespace SmartCourtyard.Mqtt.Tests;

/// <summary>A cable between client and broker that can be cut: the connections stay open and nothing passes. It can also refuse MQTT 5 as old brokers do.</summary>
internal sealed class Relay : IAsyncDisposable
{
    private readonly TcpListener _listener = new(IPAddress.Loopback, 0);
    private readonly CancellationTokenSource _stop = new();
    private readonly List<Socket> _sockets = [];
    private readonly List<Task> _tasks = [];
    private readonly int _to;
    private readonly byte[]? _refusalOf5;
    private volatile bool _cut;

    /// <param name="to">The broker's port.</param>
    /// <param name="refusalOf5">What a CONNECT of MQTT 5 is answered with before the connection is closed; null lets it pass.</param>
    internal Relay(int to, byte[]? refusalOf5 = null)
    {
        (_to, _refusalOf5) = (to, refusalOf5);
        _listener.Start();
        _tasks.Add(AcceptAsync());
    }

    internal int Port => ((IPEndPoint)_listener.LocalEndpoint).Port;

    internal int Connections { get; private set; }

    internal void Cut() => _cut = true;

    internal void Mend() => _cut = false;

    /// <summary>Ends all connections with a reset, as a rebooting router does.</summary>
    internal void Reset()
    {
        lock (_sockets)
        {
            foreach (Socket socket in _sockets)
            {
                try
                {
                    socket.LingerState = new LingerOption(true, 0);
                    socket.Dispose();
                }
                catch (ObjectDisposedException)
                {
                    // It has ended by itself.
                }
            }

            _sockets.Clear();
        }
    }

    public async ValueTask DisposeAsync()
    {
        await _stop.CancelAsync();
        _listener.Stop();
        Reset();
        Task[] tasks;
        lock (_sockets)
        {
            tasks = [.. _tasks];
        }

        await Task.WhenAll(tasks);
        _stop.Dispose();
    }

    private async Task AcceptAsync()
    {
        try
        {
            while (true)
            {
                Socket client = await _listener.AcceptSocketAsync(_stop.Token);
                Connections++;
                lock (_sockets)
                {
                    _tasks.Add(ServeAsync(client));
                }
            }
        }
        catch (Exception e) when (e is OperationCanceledException or SocketException)
        {
            // The test is over.
        }
    }

    private async Task ServeAsync(Socket client)
    {
        Socket broker = new(SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
        client.NoDelay = true;
        lock (_sockets)
        {
            _sockets.AddRange([client, broker]);
        }

        try
        {
            await broker.ConnectAsync(IPAddress.Loopback, _to, _stop.Token);
            await Task.WhenAll(PumpAsync(client, broker, true), PumpAsync(broker, client, false));
        }
        catch (Exception e) when (e is SocketException or ObjectDisposedException or OperationCanceledException)
        {
            // One end closed; so does the other.
        }

        client.Dispose();
        broker.Dispose();
    }

    private async Task PumpAsync(Socket from, Socket to, bool fromClient)
    {
        byte[] buffer = new byte[64 * 1024];
        bool first = fromClient;
        try
        {
            while (await from.ReceiveAsync(buffer, _stop.Token) is > 0 and int count)
            {
                if (first && _refusalOf5 is not null && buffer[8] == 5)
                {
                    await from.SendAsync(_refusalOf5, _stop.Token);
                    return;
                }

                first = false;
                if (!_cut)
                {
                    await to.SendAsync(buffer.AsMemory(0, count), _stop.Token);
                }
            }
        }
        finally
        {
            if (!_cut)
            {
                from.Dispose();
                to.Dispose();
            }
        }
    }
}
