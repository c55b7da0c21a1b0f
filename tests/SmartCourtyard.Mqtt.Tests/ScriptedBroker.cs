using System.Buffers.Binary;
using System.Net;
using System.Net.Sockets;

namespace SmartCourtyard.Mqtt.Tests;

/// <summary>A broker that says exactly what a test wants, right or wrong. The script runs once for each connection.</summary>
internal sealed class ScriptedBroker : IAsyncDisposable
{
    private readonly TcpListener _listener = new(IPAddress.Loopback, 0);
    private readonly CancellationTokenSource _stop = new();
    private readonly Task _accepting;
    private readonly List<Task> _scripts = [];

    internal ScriptedBroker(Func<Peer, int, Task> script)
    {
        _listener.Start();
        _accepting = AcceptAsync(script);
    }

    internal int Port => ((IPEndPoint)_listener.LocalEndpoint).Port;

    public async ValueTask DisposeAsync()
    {
        await _stop.CancelAsync();
        _listener.Stop();
        await _accepting;
        await Task.WhenAll(_scripts);
        _stop.Dispose();
    }

    private async Task AcceptAsync(Func<Peer, int, Task> script)
    {
        try
        {
            for (int number = 1; ; number++)
            {
                Socket socket = await _listener.AcceptSocketAsync(_stop.Token);
                _scripts.Add(RunAsync(script, new Peer(socket, _stop.Token), number));
            }
        }
        catch (Exception e) when (e is OperationCanceledException or SocketException)
        {
            // The test is over.
        }
    }

    private static async Task RunAsync(Func<Peer, int, Task> script, Peer peer, int number)
    {
        try
        {
            await script(peer, number);
        }
        catch (Exception e) when (e is OperationCanceledException or SocketException or ObjectDisposedException or EndOfStreamException)
        {
            // The client left; what it should have said is asserted by the test.
        }
        finally
        {
            peer.Close();
        }
    }
}

/// <summary>The scripted broker's end of one connection.</summary>
internal sealed class Peer(Socket socket, CancellationToken stop)
{
    internal static readonly string Accept5 = "20 03 00 00 00";
    internal static readonly string Resume5 = "20 03 01 00 00";
    internal static readonly string Accept3 = "20 02 00 00";

    /// <summary>One packet, as hexadecimal digits.</summary>
    internal async Task<string> ReadAsync()
    {
        byte[] first = await TakeAsync(1);
        List<byte> header = [first[0]];
        int length = 0, shift = 0;
        byte next;
        do
        {
            next = (await TakeAsync(1))[0];
            header.Add(next);
            length |= (next & 0x7F) << shift;
            shift += 7;
        }
        while (next >= 0x80);

        return Convert.ToHexString([.. header, .. await TakeAsync(length)]);
    }

    /// <summary>All packets until the client closes.</summary>
    internal async Task<List<string>> ReadToEndAsync()
    {
        List<string> packets = [];
        try
        {
            while (true)
            {
                packets.Add(await ReadAsync());
            }
        }
        catch (Exception e) when (e is EndOfStreamException or SocketException)
        {
            return packets;
        }
    }

    internal Task SendAsync(params string[] hex) => SendAsync(Bytes(string.Concat(hex)));

    internal async Task SendAsync(byte[] bytes) => await socket.SendAsync(bytes, stop);

    /// <summary>Reads CONNECT and answers it, and SUBSCRIBE too if one is expected.</summary>
    internal async Task WelcomeAsync(string connAck, bool subscribed = false)
    {
        await ReadAsync();
        await SendAsync(connAck);
        if (subscribed)
        {
            await ReadAsync();
            await SendAsync(connAck.Length > 12 ? "90 04 0001 00 01" : "90 03 0001 01");
        }
    }

    internal async Task HoldAsync() => await Task.Delay(Timeout.InfiniteTimeSpan, TimeProvider.System, stop);

    internal void Close() => socket.Dispose();

    internal void Reset()
    {
        socket.LingerState = new LingerOption(true, 0);
        socket.Dispose();
    }

    internal static byte[] Bytes(string hex) => Convert.FromHexString(hex.Replace(" ", "", StringComparison.Ordinal));

    /// <summary>A PUBLISH without properties.</summary>
    internal static string Publish5(int qos, int packetId, string payloadHex, bool duplicate = false)
    {
        Span<byte> id = stackalloc byte[2];
        BinaryPrimitives.WriteUInt16BigEndian(id, (ushort)packetId);
        byte[] payload = Bytes(payloadHex);
        byte first = (byte)(0x30 | (duplicate ? 8 : 0) | (qos << 1));
        byte[] body = [0, 1, (byte)'t', .. qos > 0 ? id.ToArray() : [], 0, .. payload];
        return Convert.ToHexString([first, (byte)body.Length, .. body]);
    }

    private async Task<byte[]> TakeAsync(int count)
    {
        byte[] bytes = new byte[count];
        for (int have = 0; have < count;)
        {
            int read = await socket.ReceiveAsync(bytes.AsMemory(have), stop);
            have += read > 0 ? read : throw new EndOfStreamException();
        }

        return bytes;
    }
}
