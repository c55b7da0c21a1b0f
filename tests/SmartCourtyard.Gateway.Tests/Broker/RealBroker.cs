using System.Collections.Concurrent;
using System.Diagnostics;
using System.Net;
using System.Net.Sockets;
using SmartCourtyard.Acceptance.Estates;
using SmartCourtyard.Courtyards;
using SmartCourtyard.Gateway.Broker;
using SmartCourtyard.Mqtt;

namespace SmartCourtyard.Gateway.Tests.Broker;

/// <summary>Mosquitto with a generated configuration in a folder of its own, and its command-line clients.</summary>
internal sealed class RealBroker : IDisposable
{
    public const string DevicesPassword = "devices-secret";

    public static readonly Courtyard Estate = new(
        "fukang-garden",
        "富康花园小区",
        Address: null,
        [],
        [
            new Device("b03-u1-301-smoke", null, DeviceClass.SmokeDetector, new Place(), new Zigbee2MqttSource("b03/u1/301/kitchen_smoke")),
            new Device("hall-siren", null, DeviceClass.Siren, new Place(), new Zigbee2MqttSource("3栋 大厅 siren")),
        ]);

    private readonly ConcurrentQueue<string> _log = [];
    private readonly List<int> _started = [];
    private Process? _mosquitto;

    /// <param name="keepsWhatItConfirms">With the plugin it is shipped with; without it a test shows what that is for.</param>
    /// <param name="estate">Whose devices may speak; <see cref="Estate"/> where null.</param>
    /// <param name="announced">Where its devices have announced to speak.</param>
    public RealBroker(bool keepsWhatItConfirms = true, Courtyard? estate = null, IEnumerable<string>? announced = null)
    {
        Folder = Directory.CreateTempSubdirectory("broker-").FullName;
        var credentials = Path.Combine(Folder, "credentials.json");
        File.WriteAllText(credentials, $$$"""{"mqtt":{"user":"zigbee2mqtt","password":"{{{DevicesPassword}}}"}}""");
        Port = Ports.Free();
        Options = new BrokerOptions(Path.Combine(Folder, "broker"), credentials, Port, "127.0.0.1", Path.Combine(Folder, "store"), Environment.UserName,
            keepsWhatItConfirms ? Path.Combine(AppContext.BaseDirectory, "custody.so") : null);
        Assert.Equal(0, BrokerCommand.Run(estate ?? Estate, Options, TextWriter.Null, announced));
        GatewayPassword = File.ReadAllLines(Path.Combine(Options.Directory, "gateway.env"))[1]["Mqtt__Password=".Length..];
    }

    public string Folder { get; }

    public int Port { get; }

    public BrokerOptions Options { get; }

    public string GatewayPassword { get; }

    public string[] AsGateway => ["-u", "gateway", "-P", GatewayPassword];

    public static string[] AsDevices => ["-u", "zigbee2mqtt", "-P", DevicesPassword];

    /// <summary>How the devices, or whoever speaks for them, connect.</summary>
    public MqttOptions Devices(string id, params string[] topics) => new()
    {
        Host = "127.0.0.1", Port = Port, ClientId = id, User = "zigbee2mqtt", Password = DevicesPassword,
        Subscriptions = [.. topics.Select(t => new MqttSubscription(t, MqttQos.AtLeastOnce))],
    };

    public long ResidentBytes
    {
        get
        {
            _mosquitto!.Refresh();
            return _mosquitto.WorkingSet64;
        }
    }

    public async Task StartAsync()
    {
        StartWithoutWaiting();
        await UntilItListensAsync();
    }

    /// <summary>The kernel kills it as it begins to save its store: what it confirmed in that turn of its loop is not in it.</summary>
    public async Task StartKilledAtSaveAsync()
    {
        StartKilledAt("unlink");
        await UntilItListensAsync();
    }

    /// <summary>The kernel kills it at its first call of this name.</summary>
    public void StartKilledAt(string call) => _mosquitto = Start(
        "strace", ["-D", "-qq", "-o", "/dev/null", "-e", $"trace={call}", "-e", $"inject={call}:signal=SIGKILL", "mosquitto", .. Configuration]);

    public void StartWithoutWaiting() => _mosquitto = Start("mosquitto", Configuration);

    private string[] Configuration => ["-c", Path.Combine(Options.Directory, "mosquitto.conf")];

    private async Task UntilItListensAsync()
    {
        var began = TimeProvider.System.GetTimestamp();
        while (!await AcceptsAsync())
        {
            Assert.False(_mosquitto!.HasExited, "mosquitto ended: its configuration was refused");
            Assert.True(TimeProvider.System.GetElapsedTime(began) < TimeSpan.FromSeconds(20), "mosquitto does not listen");
            await Task.Delay(TimeSpan.FromMilliseconds(20), TimeProvider.System);
        }
    }

    public async Task KillAsync()
    {
        _mosquitto!.Kill();
        await UntilDeadAsync();
    }

    public async Task UntilDeadAsync()
    {
        await _mosquitto!.WaitForExitAsync();
        _mosquitto.Dispose();
        _mosquitto = null;
    }

    public Task<(int Exit, string[] Lines)> PublishAsync(string[] user, params string[] arguments) =>
        RunAsync("mosquitto_pub", [.. Address(), .. user, .. arguments], input: null);

    public Task<(int Exit, string[] Lines)> PublishLinesAsync(string[] user, string topic, IEnumerable<string> payloads) =>
        RunAsync("mosquitto_pub", [.. Address(), .. user, "-q", "1", "-t", topic, "-l"], string.Join('\n', payloads) + "\n");

    /// <summary>Opens (or keeps) a persistent session with this subscription, goes offline at once and waits until it is saved.</summary>
    public async Task SubscribeAndLeaveAsync(string[] user, string client, string topic)
    {
        Assert.Equal(0, (await RunAsync("mosquitto_sub", [.. Address(), .. user, "-c", "-i", client, "-q", "1", "-t", topic, "-E"], null)).Exit);
        await PassATurnAsync();
    }

    /// <summary>That somebody was heard afterwards proves that the broker's turn before is over, with the saving at its end.</summary>
    public async Task PassATurnAsync() => await PublishAsync(AsDevices, "-t", "zigbee2mqtt/nobody", "-m", "x");

    /// <summary>Fetches what the session holds, at most <paramref name="count"/> messages, and waits for them for 10 seconds without news.</summary>
    public async Task<string[]> FetchAsync(string[] user, string client, string topic, int count) =>
        (await RunAsync(
            "mosquitto_sub",
            [.. Address(), .. user, "-c", "-i", client, "-q", "1", "-t", topic, "-C", $"{count}", "-W", "10", "-F", "%t %p"],
            null)).Lines;

    /// <summary>Waits until the broker has logged these words since the last call of <see cref="ForgetLog"/>.</summary>
    public async Task UntilLoggedAsync(string words)
    {
        var began = TimeProvider.System.GetTimestamp();
        while (!_log.Any(line => line.Contains(words, StringComparison.Ordinal)))
        {
            Assert.True(TimeProvider.System.GetElapsedTime(began) < TimeSpan.FromSeconds(20), $"the broker never logged: {words}");
            await Task.Delay(TimeSpan.FromMilliseconds(10), TimeProvider.System);
        }
    }

    public void ForgetLog() => _log.Clear();

    /// <summary>What the broker has logged and what the clients started here have written.</summary>
    public string Log => string.Join('\n', _log);

    /// <summary>Asks the running broker to read its files again, soon.</summary>
    public async Task ReloadAsync()
    {
        using var hang = Process.Start("kill", ["-HUP", $"{_mosquitto!.Id}"]);
        await hang.WaitForExitAsync();
    }

    /// <summary>Writes a line to a client again and again until these words were logged.</summary>
    public async Task SayUntilAsync(Process client, string line, string words)
    {
        var began = TimeProvider.System.GetTimestamp();
        while (!Log.Contains(words, StringComparison.Ordinal))
        {
            Assert.True(TimeProvider.System.GetElapsedTime(began) < TimeSpan.FromSeconds(20), $"never logged: {words}\n{Log}");
            await client.StandardInput.WriteLineAsync(line);
            await Task.Delay(TimeSpan.FromMilliseconds(20), TimeProvider.System);
        }
    }

    public Process Start(string program, string[] arguments)
    {
        var start = new ProcessStartInfo(program, arguments)
        {
            RedirectStandardOutput = true,
            RedirectStandardError = true,
            RedirectStandardInput = true,
        };
        var process = Process.Start(start)!;
        process.OutputDataReceived += (_, line) => _log.Enqueue(line.Data ?? "");
        process.ErrorDataReceived += (_, line) => _log.Enqueue(line.Data ?? "");
        process.BeginOutputReadLine();
        process.BeginErrorReadLine();
        _started.Add(process.Id);
        return process;
    }

    public string[] Address() => ["-h", "127.0.0.1", "-p", $"{Port}"];

    public void Dispose()
    {
        _mosquitto?.Kill();
        _mosquitto?.WaitForExit();
        _mosquitto?.Dispose();
        EndWhatATestLeft();
        Directory.Delete(Folder, recursive: true);
    }

    private void EndWhatATestLeft()
    {
        foreach (var left in Process.GetProcessesByName("mosquitto_sub").Concat(Process.GetProcessesByName("mosquitto_pub")).Where(p => _started.Contains(p.Id)))
        {
            left.Kill();
            left.Dispose();
        }
    }

    private static async Task<(int Exit, string[] Lines)> RunAsync(string program, string[] arguments, string? input)
    {
        var start = new ProcessStartInfo(program, arguments)
        {
            RedirectStandardOutput = true,
            RedirectStandardInput = true,
            StandardOutputEncoding = System.Text.Encoding.UTF8,
        };
        using var process = Process.Start(start)!;
        await process.StandardInput.WriteAsync(input ?? "");
        process.StandardInput.Close();
        var output = await process.StandardOutput.ReadToEndAsync();
        await process.WaitForExitAsync();
        return (process.ExitCode, output.Split('\n', StringSplitOptions.RemoveEmptyEntries));
    }

    private async Task<bool> AcceptsAsync()
    {
        try
        {
            using var client = new TcpClient();
            await client.ConnectAsync(IPAddress.Loopback, Port);
            return true;
        }
        catch (SocketException)
        {
            return false;
        }
    }
}
