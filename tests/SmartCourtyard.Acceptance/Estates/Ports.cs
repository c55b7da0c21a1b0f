using System.Collections.Concurrent;
using System.Globalization;
using System.Net;
using System.Net.Sockets;

namespace SmartCourtyard.Acceptance.Estates;

/// <summary>
/// Free ports of the loopback for programs that are stopped and started again. Below the range from which the kernel serves outgoing
/// connections: one of those would sooner or later hold the port at the moment when a killed program comes back to it.
/// </summary>
internal static class Ports
{
    private const string OutgoingRange = "/proc/sys/net/ipv4/ip_local_port_range";

    // Above the ports that browsers refuse, the last of which is 10080.
    private const int First = 11_000;

    private static readonly ConcurrentDictionary<int, bool> Given = new();

    /// <summary>A port that nobody holds and that was not given before.</summary>
    public static int Free()
    {
        var end = int.Parse(File.ReadAllText(OutgoingRange).Split('\t', ' ')[0], CultureInfo.InvariantCulture);
        var (from, to) = end - First > 1_000 ? (First, end) : (First, 65_535);
        while (true)
        {
#pragma warning disable CA5394 // No secret: test runs beside each other shall not try the same ports.
            var port = Random.Shared.Next(from, to);
#pragma warning restore CA5394
            if (IsFree(port) && Given.TryAdd(port, true))
            {
                return port;
            }
        }
    }

    private static bool IsFree(int port)
    {
        using var socket = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        try
        {
            socket.Bind(new IPEndPoint(IPAddress.Loopback, port));
            socket.Listen();
            return true;
        }
        catch (SocketException)
        {
            return false;
        }
    }
}
