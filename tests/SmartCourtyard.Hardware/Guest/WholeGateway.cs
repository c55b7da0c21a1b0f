using System.Diagnostics;
using SmartCourtyard.Gateway.Site;

namespace SmartCourtyard.Hardware.Guest;

/// <summary>The gateway program itself, with nothing but the kernel around it.</summary>
internal static class WholeGateway
{
    public static async Task A_press_at_a_wired_button_is_an_alarm_of_the_running_gateway()
    {
        var folder = Directory.CreateDirectory("/dev/shm/gateway").FullName;
        var site = Path.Combine(folder, "site.yaml");
        await File.WriteAllTextAsync(site, $$"""
            courtyard: guest
            name: 真内核
            devices:
              - id: lobby-sos
                class: emergency-button
                source: { gpio: { chip: {{Sim.Panel.Label}}, line: 13, bias: pull-up, active: low, debounce: 20ms } }
            """);
        var start = new ProcessStartInfo(Environment.ProcessPath!, [Program(), "run"]) { RedirectStandardOutput = true };
        (string Key, string Value)[] keys =
        [
            ("Gateway__Site", site), ("Gateway__DataDirectory", folder), ("Mqtt__Host", "127.0.0.1"), ("Mqtt__Port", "1"), ("Urls", "http://127.0.0.1:18081"),
        ];
        foreach (var (key, value) in keys)
        {
            start.Environment[key] = value;
        }

        using var gateway = Process.Start(start)!;
        var output = gateway.StandardOutput.ReadToEndAsync();
        try
        {
            using var http = new HttpClient { BaseAddress = new Uri("http://127.0.0.1:18081") };
            await ShowsAsync(http, "/api/v1/devices", "\"lastHeard\":\"2", gateway);
            Sim.Panel.Pull(13, up: false);
            await ShowsAsync(http, "/api/v1/alarms", "emergency-call", gateway);
        }
        finally
        {
            gateway.Kill();
            await gateway.WaitForExitAsync();
            Console.WriteLine(await output);
        }

        var log = await output;
        Check.That(log.Contains("alarm", StringComparison.OrdinalIgnoreCase), $"the log says nothing of it: {log}");
    }

    private static string Program() => Environment.GetEnvironmentVariable("SMARTCOURTYARD_PROGRAMS") is { Length: > 0 } programs
        ? Path.Combine(programs, "Gateway", "SmartCourtyard.Gateway.dll")
        : typeof(SiteFile).Assembly.Location;

    private static async Task ShowsAsync(HttpClient http, string path, string wanted, Process gateway)
    {
        var seen = "";
        for (var i = 0; i < 600 && !seen.Contains(wanted, StringComparison.Ordinal); i++)
        {
            Check.That(!gateway.HasExited, "the gateway ended");
            try
            {
                seen = await http.GetStringAsync(path);
            }
            catch (HttpRequestException e)
            {
                seen = e.Message;
            }

            await Task.Delay(TimeSpan.FromMilliseconds(100), TimeProvider.System);
        }

        Check.That(seen.Contains(wanted, StringComparison.Ordinal), $"{path} shows {seen}");
    }
}
