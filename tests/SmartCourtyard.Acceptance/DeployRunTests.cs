using System.Net.Sockets;
using System.Text.Json;
using SmartCourtyard.Acceptance.Estates;
using SmartCourtyard.Mqtt;

namespace SmartCourtyard.Acceptance;

/// <summary>The one command that starts everything, as somebody types it.</summary>
public sealed class DeployRunTests : IDisposable
{
    // A first start on a fresh machine may take four minutes; here everything is built already, unless this is that machine.
    private static readonly TimeSpan ReadyWithin = TimeSpan.FromMinutes(6);
    private static readonly TimeSpan GoneWithin = TimeSpan.FromSeconds(20);

    private readonly string _folder = Directory.CreateTempSubdirectory("deploy-run-").FullName;
    private readonly int _dutyRoom = Ports.Free();
    private readonly int _gateway = Ports.Free();
    private readonly int _broker = Ports.Free();

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Fact]
    public async Task It_says_ready_with_the_addresses_brings_a_dead_program_back_and_leaves_nothing_behind_on_Ctrl_C()
    {
        await using var run = Start("--no-simulator");
        await ReadyAsync(run);
        var ready = run.Output.Split('\n').Single(l => l.StartsWith("ready", StringComparison.Ordinal));
        Assert.Contains($":{_dutyRoom}", ready, StringComparison.Ordinal);
        Assert.Contains($":{_gateway}", ready, StringComparison.Ordinal);
        Assert.Equal(
            UnixFileMode.UserRead | UnixFileMode.UserWrite, File.GetUnixFileMode(Path.Combine(Data, "credentials.json")));
        using var credentials = JsonDocument.Parse(await File.ReadAllTextAsync(Path.Combine(Data, "credentials.json")));
        var password = credentials.RootElement.GetProperty("admin").GetProperty("password").GetString()!;
        Assert.True(password.Length >= 12);

        using var board = new DutyRoomApi(new Uri($"http://127.0.0.1:{_dutyRoom}/"), credentials.RootElement.GetProperty("apiToken").GetString()!);
        await Eventually.TrueAsync(
            async () => (await board.GatewayAsync()).GetProperty("state").GetString() == "online", TimeSpan.FromSeconds(30), () => "the gateway at the duty room");

        foreach (var program in new[] { "SmartCourtyard.Gateway", "SmartCourtyard.DutyRoom", "mosquitto" })
        {
            var before = Processes(program);
            Assert.NotEmpty(before);
            await using (var kill = RunningProgram.Start("kill", ["-9", .. before.Select(p => p.ToString(System.Globalization.CultureInfo.InvariantCulture))]))
            {
                await kill.ExitAsync(GoneWithin);
            }

            await Eventually.TrueAsync(
                () => Processes(program) is { Count: > 0 } after && !after.Intersect(before).Any(), TimeSpan.FromSeconds(40), () => $"{program} again\n{run.Output}");
            Assert.Contains("starting it again", run.Output, StringComparison.Ordinal);
        }

        await using (var interrupt = RunningProgram.Start("kill", ["-INT", run.Id.ToString(System.Globalization.CultureInfo.InvariantCulture)]))
        {
            await interrupt.ExitAsync(GoneWithin);
        }

        Assert.Equal(0, await run.ExitAsync(GoneWithin));
        await Eventually.TrueAsync(() => Processes("").Count == 0, GoneWithin, () => "left behind: " + string.Join(' ', Processes("")));
    }

    [Fact]
    public async Task A_second_start_keeps_the_credentials()
    {
        string first;
        await using (var run = Start("--no-simulator"))
        {
            await ReadyAsync(run);
            first = await File.ReadAllTextAsync(Path.Combine(Data, "credentials.json"));
            run.Terminate();
            Assert.Equal(0, await run.ExitAsync(GoneWithin));
        }

        await using var again = Start("--no-simulator");
        await ReadyAsync(again);
        Assert.Equal(first, await File.ReadAllTextAsync(Path.Combine(Data, "credentials.json")));
        again.Terminate();
        Assert.Equal(0, await again.ExitAsync(GoneWithin));
    }

    [Fact]
    public async Task The_simulated_estate_is_heard_and_its_scene_stands_on_the_board()
    {
        await using var run = Start();
        await ReadyAsync(run);
        using var credentials = JsonDocument.Parse(await File.ReadAllTextAsync(Path.Combine(Data, "credentials.json")));
        using var board = new DutyRoomApi(new Uri($"http://127.0.0.1:{_dutyRoom}/"), credentials.RootElement.GetProperty("apiToken").GetString()!);
        await Eventually.TrueAsync(
            async () => (await board.GatewayAsync()).GetProperty("devices").GetProperty("ok").GetInt32() > 400, TimeSpan.FromSeconds(90),
            () => "more than 400 devices heard\n" + run.Output);
        await Eventually.TrueAsync(
            async () => (await board.AlarmsAsync()).Count > 0, TimeSpan.FromSeconds(150), () => "an alarm of a scene\n" + run.Output);
        run.Terminate();
        Assert.Equal(0, await run.ExitAsync(GoneWithin));
    }

    [Fact]
    public async Task A_changed_site_file_is_heard_after_a_hang_up_and_after_the_duty_rooms_command_and_nobody_is_disconnected()
    {
        var site = Path.Combine(_folder, "site.yaml");
        await File.WriteAllTextAsync(site, Site("zigbee2mqtt: first"));
        await using var run = Start("--no-simulator", "--site", site);
        await ReadyAsync(run);
        using var credentials = JsonDocument.Parse(await File.ReadAllTextAsync(Path.Combine(Data, "credentials.json")));
        using var board = new DutyRoomApi(new Uri($"http://127.0.0.1:{_dutyRoom}/"), credentials.RootElement.GetProperty("apiToken").GetString()!);
        var mqtt = credentials.RootElement.GetProperty("mqtt");
        var disconnections = 0;
        using var stop = new CancellationTokenSource();
        await using var device = new MqttClient(
            new MqttOptions { Host = "127.0.0.1", Port = _broker, ClientId = "device", User = mqtt.GetProperty("user").GetString(), Password = mqtt.GetProperty("password").GetString() },
            (_, _) => ValueTask.FromResult(true), TimeProvider.System);
        var connected = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        device.StateChanged += change =>
        {
            if (change.State == MqttConnectionState.Connected)
            {
                connected.TrySetResult();
            }
            else if (connected.Task.IsCompleted && !stop.IsCancellationRequested)
            {
                disconnections++;
            }
        };
        var running = device.RunAsync(stop.Token);
        await connected.Task.WaitAsync(GoneWithin, TimeProvider.System);
        await AlarmsAsync("zigbee2mqtt/first", 1);

        await File.WriteAllTextAsync(site, Site("zigbee2mqtt: first", "mqtt: { topic: yard/second, points: { smoke: $.smoke } }"));
        run.HangUp();
        await AlarmsAsync("yard/second", 2);

        await File.WriteAllTextAsync(
            site, Site("zigbee2mqtt: first", "mqtt: { topic: yard/second, points: { smoke: $.smoke } }", "mqtt: { topic: yard/third, points: { smoke: $.smoke } }"));
        Assert.Equal("done", (await board.CommandAsync("fukang-garden", new { command = "site.reload" }, GoneWithin)).GetProperty("state").GetString());
        await AlarmsAsync("yard/third", 3);
        Assert.Equal(0, disconnections);
        await stop.CancelAsync();
        await running;
        run.Terminate();
        Assert.Equal(0, await run.ExitAsync(GoneWithin));

        // Said again and again: the broker refuses it until the device has its rights.
        Task AlarmsAsync(string topic, int count) => Eventually.TrueAsync(
            async () =>
            {
                await device.PublishAsync(topic, """{"smoke":true}"""u8.ToArray(), MqttQos.AtLeastOnce, retain: false, CancellationToken.None);
                return (await board.AlarmsAsync("state=open")).Count == count;
            },
            TimeSpan.FromSeconds(30), () => $"the alarm of {topic}\n{run.Output}");

        static string Site(params string[] sources) => "courtyard: fukang-garden\nname: 富康花园小区\nbuildings: []\ndevices:\n"
            + string.Concat(sources.Select((s, i) => $"  - {{ id: d{i}, class: smoke-detector, source: {{ {s} }} }}\n"));
    }

    [Fact]
    public async Task A_port_in_use_is_one_plain_sentence_and_exit_code_1()
    {
        using var taken = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        taken.Bind(new System.Net.IPEndPoint(System.Net.IPAddress.Loopback, _gateway));
        taken.Listen();
        await using var run = Start("--no-simulator");
        await RefusedAsync(run, _gateway.ToString(System.Globalization.CultureInfo.InvariantCulture), "--gateway-port");
    }

    [Fact]
    public async Task A_data_folder_that_cannot_be_written_is_one_plain_sentence_and_exit_code_1()
    {
        // A file where the folder should be: not even root can write into that.
        await File.WriteAllTextAsync(Data, "");
        await using var run = Start("--no-simulator");
        await RefusedAsync(run, Data);
        File.Delete(Data);
    }

    [Fact]
    public async Task A_bad_site_file_is_refused_with_line_and_column()
    {
        var site = Path.Combine(_folder, "bad.yaml");
        await File.WriteAllTextAsync(site, "courtyard: fukang-garden\nname: 富康花园小区\nbuildings: []\ndevices:\n  - { id: a, class: smoke-alarm, source: { zigbee2mqtt: a } }\n");
        await using var run = Start("--no-simulator", "--site", site);
        await RefusedAsync(run, "bad.yaml:5:", "smoke-detector");
    }

    [Fact]
    public async Task An_unknown_option_is_refused_and_help_lists_all_options()
    {
        await using var wrong = Start("--no-such-option");
        await RefusedAsync(wrong, "--no-such-option");
        await using var help = Start("--help");
        Assert.Equal(0, await help.ExitAsync(GoneWithin));
        foreach (var option in new[] { "--data", "--duty-room-port", "--gateway-port", "--mqtt-port", "--site", "--no-simulator", "--voice", "--bind", "--help" })
        {
            Assert.Contains(option, help.Output, StringComparison.Ordinal);
        }
    }

    private string Data => Path.Combine(_folder, "data");

    private RunningProgram Start(params string[] options) => RunningProgram.Start("bash", [
        Path.Combine(Checkout.Root, "deploy", "run"), "--data", Data, "--duty-room-port", Text(_dutyRoom), "--gateway-port", Text(_gateway),
        "--mqtt-port", Text(_broker), .. options]);

    private static Task ReadyAsync(RunningProgram run) => Eventually.TrueAsync(
        () => run.Output.Split('\n').Any(l => l.StartsWith("ready", StringComparison.Ordinal))
            || (run.HasExited ? throw new InvalidOperationException(run.Output) : false),
        ReadyWithin, () => run.Output);

    private static async Task RefusedAsync(RunningProgram run, params string[] says)
    {
        Assert.Equal(1, await run.ExitAsync(ReadyWithin));
        foreach (var word in says)
        {
            Assert.Contains(word, run.Output, StringComparison.Ordinal);
        }

        Assert.DoesNotContain("Unhandled", run.Output, StringComparison.OrdinalIgnoreCase);
        Assert.DoesNotContain("   at ", run.Output, StringComparison.Ordinal);
    }

    /// <summary>The processes of this start, known by its data folder or ports in their environment or arguments.</summary>
    private List<int> Processes(string name)
    {
        var found = new List<int>();
        foreach (var folder in Directory.EnumerateDirectories("/proc").Where(f => int.TryParse(Path.GetFileName(f), out _)))
        {
            try
            {
                var command = File.ReadAllText(Path.Combine(folder, "cmdline"));
                var ours = command.Contains(_folder, StringComparison.Ordinal)
                    || File.ReadAllText(Path.Combine(folder, "environ")).Contains(_folder, StringComparison.Ordinal);
                if (ours && command.Split('\0').Take(2).Any(a => a.Contains(name, StringComparison.Ordinal)) && !command.StartsWith("kill", StringComparison.Ordinal))
                {
                    found.Add(int.Parse(Path.GetFileName(folder), System.Globalization.CultureInfo.InvariantCulture));
                }
            }
            catch (Exception e) when (e is IOException or UnauthorizedAccessException)
            {
                // It ended while we looked.
            }
        }

        return found;
    }

    private static string Text(int port) => port.ToString(System.Globalization.CultureInfo.InvariantCulture);
}
