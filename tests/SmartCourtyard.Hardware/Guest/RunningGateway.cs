using System.Diagnostics;
using System.Net;
using System.Net.Sockets;
using System.Text.Json;
using SmartCourtyard.Gateway.Site;

namespace SmartCourtyard.Hardware.Guest;

/// <summary>The gateway program, running, whose site file a scenario rewrites and whose local API it reads.</summary>
internal sealed class RunningGateway : IAsyncDisposable
{
    private readonly string _folder;
    private readonly Process _process;
    private readonly Task<string> _output;
    private readonly HttpClient _http;

    private RunningGateway(string folder, string[] devices)
    {
        _folder = folder;
        Write(devices);
        var url = $"http://127.0.0.1:{Ports.Free()}";
        _http = new HttpClient { BaseAddress = new Uri(url) };
        var start = new ProcessStartInfo(Environment.ProcessPath!, [Program(), "run"]) { RedirectStandardOutput = true };
        (string Key, string Value)[] keys =
            [("Gateway__Site", Site), ("Gateway__DataDirectory", _folder), ("Mqtt__Host", "127.0.0.1"), ("Mqtt__Port", "1"), ("Urls", url)];
        foreach (var (key, value) in keys)
        {
            start.Environment[key] = value;
        }

        _process = Process.Start(start)!;
        _output = _process.StandardOutput.ReadToEndAsync();
    }

    private string Site => Path.Combine(_folder, "site.yaml");

    /// <param name="name">Of its data folder.</param>
    /// <param name="devices">Each an entry of the site file, on one line.</param>
    public static async Task<RunningGateway> StartAsync(string name, params string[] devices)
    {
        var gateway = new RunningGateway(Directory.CreateDirectory("/dev/shm/gateway-" + name).FullName, devices);
        await gateway.ShowsAsync("/healthz", "ok").ConfigureAwait(false);
        return gateway;
    }

    /// <summary>Starts it once more with the data that it left behind.</summary>
    public Task<RunningGateway> AgainAsync(params string[] devices) => StartAsync(Path.GetFileName(_folder)["gateway-".Length..], devices);

    /// <summary>Rewrites the site file and tells the gateway by a signal; returns when the file is in force.</summary>
    public async Task ReadsAgainAsync(params string[] devices)
    {
        var before = await ReloadsAsync().ConfigureAwait(false);
        Write(devices);
        Signal("HUP");
        for (var i = 0; i < 200 && await ReloadsAsync().ConfigureAwait(false) == before; i++)
        {
            await Task.Delay(TimeSpan.FromMilliseconds(100), TimeProvider.System).ConfigureAwait(false);
        }

        Check.That(await ReloadsAsync().ConfigureAwait(false) != before, "the site file is not read again");
    }

    /// <summary>Presses a button again and again while the site file is read again and again; each press must be counted.</summary>
    public async Task PressesDuringReloadsAsync(int line, int reloads, params string[] devices)
    {
        var before = Occurrences("lobby-sos");
        using var enough = new CancellationTokenSource();
        var pressing = PressAsync(line, enough.Token);
        for (var i = 1; i <= reloads; i++)
        {
            await ReadsAgainAsync([.. devices, $"{{ id: neighbour-{i}, class: smoke-detector, source: {{ zigbee2mqtt: n{i} }} }}"]).ConfigureAwait(false);
        }

        await enough.CancelAsync().ConfigureAwait(false);
        var pressed = await pressing.ConfigureAwait(false);
        await Check.EventuallyAsync(() => Occurrences("lobby-sos") >= before + pressed, () => $"of {pressed} presses {Occurrences("lobby-sos") - before} are heard")
            .ConfigureAwait(false);
        Check.That(Occurrences("lobby-sos") == before + pressed, $"{pressed} presses, {Occurrences("lobby-sos") - before} are heard");
        Console.WriteLine($"HIL-NOTE {reloads} reloads of the whole gateway, {pressed} presses, all heard once");
    }

    public async Task<string> ReadAsync(string path)
    {
        try
        {
            return await _http.GetStringAsync(path).ConfigureAwait(false);
        }
        catch (HttpRequestException e)
        {
            Check.That(!_process.HasExited, "the gateway ended");
            return e.Message;
        }
    }

    public Task ShowsAsync(string path, string wanted) => CountsAsync(path, wanted, null);

    /// <summary>Waits until what is shown holds a text so many times; null: at least once.</summary>
    public async Task CountsAsync(string path, string wanted, int? times)
    {
        var seen = "";
        for (var i = 0; i < 600; i++)
        {
            seen = await ReadAsync(path).ConfigureAwait(false);
            var count = seen.Split(wanted).Length - 1;
            if (times is null ? count > 0 : count == times)
            {
                return;
            }

            await Task.Delay(TimeSpan.FromMilliseconds(100), TimeProvider.System).ConfigureAwait(false);
        }

        Check.That(false, $"{path} shows {seen}, wanted {wanted} {times}");
    }

    public bool Shows(string path, string text) => Get(path).Contains(text, StringComparison.Ordinal);

    /// <summary>How many alarms of a device there are.</summary>
    public int Alarms(string device) => Items().Count(a => a.GetProperty("device").GetString() == device);

    /// <summary>Id, time and receipts of a device's one alarm.</summary>
    public async Task<string> AlarmAsync(string device)
    {
        await ShowsAsync("/api/v1/alarms", $"\"{device}\"").ConfigureAwait(false);
        var alarm = Items().Single(a => a.GetProperty("device").GetString() == device);
        return $"{alarm.GetProperty("id")} {alarm.GetProperty("raisedAt")} {alarm.GetProperty("condition")} {alarm.GetProperty("occurrences")}";
    }

    public async Task<string> StopAsync()
    {
        if (!_process.HasExited)
        {
            Signal("TERM");
            await _process.WaitForExitAsync().ConfigureAwait(false);
        }

        return await _output.ConfigureAwait(false);
    }

    public async Task KillAsync()
    {
        _process.Kill();
        await _process.WaitForExitAsync().ConfigureAwait(false);
    }

    public async ValueTask DisposeAsync()
    {
        Console.WriteLine(await StopAsync().ConfigureAwait(false));
        _process.Dispose();
        _http.Dispose();
    }

    private int Occurrences(string device) => Items().Where(a => a.GetProperty("device").GetString() == device).Sum(a => a.GetProperty("occurrences").GetInt32());

    private List<JsonElement> Items()
    {
        using var json = JsonDocument.Parse(Get("/api/v1/alarms"));
        return [.. json.RootElement.GetProperty("items").EnumerateArray().Select(a => a.Clone())];
    }

    private string Get(string path)
    {
        using var request = new HttpRequestMessage(HttpMethod.Get, path);
        using var response = _http.Send(request);
        using var text = new StreamReader(response.Content.ReadAsStream());
        return text.ReadToEnd();
    }

    private async Task<string> ReloadsAsync() => (await ReadAsync("/metrics").ConfigureAwait(false)).Split('\n')
        .FirstOrDefault(l => l.StartsWith("gateway_site_reloads_total", StringComparison.Ordinal)) ?? "";

    private void Signal(string signal)
    {
        using var kill = Process.Start("/bin/sh", ["-c", $"kill -{signal} {_process.Id}"]);
        kill.WaitForExit();
    }

    private void Write(string[] devices)
    {
        var text = "courtyard: guest\nname: 真内核\ndevices:\n" + string.Concat(devices.Select(d => $"  - {d}\n"));
        if (File.Exists(Site) && File.ReadAllText(Site) == text)
        {
            return;
        }

        var temporary = Site + ".new";
        File.WriteAllText(temporary, text);
        File.Move(temporary, Site, overwrite: true);
    }

    private static async Task<int> PressAsync(int line, CancellationToken enough)
    {
        var pressed = 0;
        while (!enough.IsCancellationRequested)
        {
            // Twice the debounce each way, and time for a machine that is busy.
            Sim.Panel.Pull(line, up: false);
            await Task.Delay(TimeSpan.FromMilliseconds(250), TimeProvider.System, CancellationToken.None).ConfigureAwait(false);
            Sim.Panel.Pull(line, up: true);
            await Task.Delay(TimeSpan.FromMilliseconds(250), TimeProvider.System, CancellationToken.None).ConfigureAwait(false);
            pressed++;
        }

        return pressed;
    }

    private static string Program() => Environment.GetEnvironmentVariable("SMARTCOURTYARD_PROGRAMS") is { Length: > 0 } programs
        ? Path.Combine(programs, "Gateway", "SmartCourtyard.Gateway.dll")
        : typeof(SiteFile).Assembly.Location;
}
