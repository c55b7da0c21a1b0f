using System.Diagnostics;
using System.Net;
using System.Net.Sockets;

namespace SmartCourtyard.Mqtt.Tests;

/// <summary>A real Mosquitto on a free loopback port with a folder of its own; it can be killed, stopped and brought back.</summary>
internal sealed class Broker : IAsyncDisposable
{
    private readonly string _configuration;
    private Process? _process;

    private Broker(string folder, int port, IEnumerable<string> settings)
    {
        (Folder, Port) = (folder, port);
        _configuration = Path.Combine(folder, "mosquitto.conf");
        File.WriteAllLines(_configuration, [$"listener {port} 127.0.0.1", "user root", $"log_dest file {folder}/broker.log", $"persistence_location {folder}/", .. settings]);
    }

    internal string Folder { get; }

    internal int Port { get; }

    internal static string[] Plain => ["allow_anonymous true", "set_tcp_nodelay true", "max_queued_messages 0", "persistence false"];

    internal static string[] Durable => ["allow_anonymous true", "set_tcp_nodelay true", "max_queued_messages 0", "persistence true", "autosave_on_changes true", "autosave_interval 1"];

    internal static Task<Broker> StartAsync(params string[] settings) => StartAsync(NewFolder(), settings);

    internal static async Task<Broker> StartAsync(string folder, string[] settings)
    {
        Broker broker = new(folder, Ports.Free(), settings.Length == 0 ? Plain : settings);
        await broker.StartAgainAsync();
        return broker;
    }

    internal static string NewFolder() => Directory.CreateTempSubdirectory("broker").FullName;

    internal async Task StartAgainAsync()
    {
        string program = File.Exists("/usr/sbin/mosquitto") ? "/usr/sbin/mosquitto" : "mosquitto";
        _process = Process.Start(new ProcessStartInfo(program, ["-c", _configuration]) { RedirectStandardError = true })!;
        await Wait.Until(() => Answers(Port) || _process.HasExited, "the broker listens");
        Assert.False(_process.HasExited, $"mosquitto did not start, see {Folder}/broker.log");
    }

    internal async Task KillAsync()
    {
        _process!.Kill();
        await _process.WaitForExitAsync();
        _process.Dispose();
        _process = null;
    }

    internal void Freeze() => Signal("STOP");

    internal void Thaw() => Signal("CONT");

    internal static bool Answers(int port)
    {
        using Socket socket = new(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        try
        {
            socket.Connect(IPAddress.Loopback, port);
            return true;
        }
        catch (SocketException)
        {
            return false;
        }
    }

    public async ValueTask DisposeAsync()
    {
        if (_process is not null)
        {
            await KillAsync();
        }

        Directory.Delete(Folder, recursive: true);
    }

    private void Signal(string name)
    {
        using Process kill = Process.Start("kill", [$"-{name}", $"{_process!.Id}"]);
        kill.WaitForExit();
    }
}
