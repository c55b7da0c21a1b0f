using System.Diagnostics;
using System.Globalization;

namespace SmartCourtyard.Hardware.Guest;

/// <summary>The gateway program itself, from a wired contact to a wired siren and a wired lamp, with nothing to help it.</summary>
internal static class Acting
{
    private const string Disk = "/dev/shm/gateway-acting";
    private const int Smoke = 3;
    private const int Siren = 10;
    private const int Lamp = 11;
    private const int Sos = 13;

    // The first alarm of a program that has just started is the slowest, and emulation makes it many times slower.
    private static readonly TimeSpan Longest = TimeSpan.FromMinutes(1);

    private static readonly string[] Devices =
    [
        Device("smoke", "smoke-detector", Smoke, ""), Device("sos", "emergency-button", Sos, ", bias: pull-up, active: low, debounce: 20ms"),
        Device("siren", "siren", Siren, ""), Device("lamp", "reassurance-lamp", Lamp, ""),
    ];

    public static async Task A_contact_sounds_the_siren_and_a_press_lights_the_lamp_without_network_clock_or_disk()
    {
        var (today, began) = (TimeProvider.System.GetUtcNow(), TimeProvider.System.GetTimestamp());
        Directory.CreateDirectory(Disk);
        await BusyboxAsync("mount", "-t", "tmpfs", "-o", "size=4m", "disk", Disk);
        // The kernel takes no time that is before its own boot.
        await BusyboxAsync("date", "-s", "@100000");
        try
        {
            await PressAndBurnAsync();
        }
        finally
        {
            var now = today + TimeProvider.System.GetElapsedTime(began);
            await BusyboxAsync("date", "-s", "@" + now.ToUnixTimeSeconds().ToString(CultureInfo.InvariantCulture));
        }
    }

    public static async Task A_gateway_whose_disk_became_read_only_is_started_again_and_knows_what_burns()
    {
        const string Folder = "/dev/shm/gateway-readonly";
        Rest();
        Directory.CreateDirectory(Folder);
        await BusyboxAsync("mount", "-t", "tmpfs", "-o", "size=4m", "disk", Folder);
        await using var gateway = await RunningGateway.StartAsync("readonly", Devices);
        await gateway.CountsAsync("/api/v1/devices", "\"state\":\"ok\"", Devices.Length);
        Sim.Panel.Pull(Sos, up: false);
        await UntilHighAsync(Lamp);
        Sim.Panel.Pull(Sos, up: true);
        var call = await gateway.AlarmAsync("sos");
        await gateway.KillAsync();
        await BusyboxAsync("mount", "-o", "remount,ro", Folder);
        Check.That(!Sim.Panel.IsHigh(Lamp), "the lamp is lit although nobody drives it");

        await using var again = await gateway.AgainAsync(Devices);
        Check.That(await again.AlarmAsync("sos") == call, $"the call was {call}, it is {await again.AlarmAsync("sos")}");
        await UntilHighAsync(Lamp);
        Sim.Panel.Pull(Smoke, up: true);
        await UntilHighAsync(Siren);
        await again.ShowsAsync("/api/v1/troubles", "goes on from memory");
        Sim.Panel.Pull(Smoke, up: false);
    }

    private static void Rest()
    {
        Sim.Panel.Pull(Sos, up: true);
        foreach (var line in (int[])[Smoke, Siren, Lamp])
        {
            Sim.Panel.Pull(line, up: false);
        }
    }

    private static async Task PressAndBurnAsync()
    {
        Rest();
        await using var gateway = await RunningGateway.StartAsync("acting", Devices);
        await gateway.CountsAsync("/api/v1/devices", "\"state\":\"ok\"", Devices.Length);
        Check.That(!Sim.Panel.IsHigh(Siren) && !Sim.Panel.IsHigh(Lamp), "siren and lamp do not rest at the start");

        // "Heard" is said once the call is on disk.
        var lit = UntilHighAsync(Lamp);
        Sim.Panel.Pull(Sos, up: false);
        await Task.Delay(TimeSpan.FromMilliseconds(50), TimeProvider.System);
        Sim.Panel.Pull(Sos, up: true);
        Console.WriteLine($"HIL-NOTE press → lamp, over the disk and 20 ms of debounce: {await lit:F0} ms");
        await gateway.ShowsAsync("/api/v1/alarms", "\"raisedAt\":\"1970-01-02");
        Check.That(gateway.Alarms("sos") == 1, "the press is not an alarm");

        Fill();
        var sounds = UntilHighAsync(Siren);
        Sim.Panel.Pull(Smoke, up: true);
        Console.WriteLine($"HIL-NOTE contact → siren, the disk full: {await sounds:F0} ms");
        await PressUntilRefusedAsync(gateway);
        await gateway.ShowsAsync("/api/v1/alarms", "\"kind\":\"smoke\"");
        Check.That(Sim.Panel.IsHigh(Siren), "the siren sounds no more");

        // With room again, what was kept in memory is stored.
        File.Delete(Path.Combine(Disk, "filler"));
        await Check.EventuallyAsync(() => !gateway.Shows("/api/v1/troubles", "storage-failing"), () => "the disk has room and takes nothing");
    }

    /// <summary>What a file that is replaced gives back may hold the first thing that is written to a full disk, but not the tenth.</summary>
    private static async Task PressUntilRefusedAsync(RunningGateway gateway)
    {
        var began = TimeProvider.System.GetTimestamp();
        while (!gateway.Shows("/api/v1/troubles", "storage-failing"))
        {
            Check.That(TimeProvider.System.GetElapsedTime(began) < Longest, "a full disk refuses nothing");
            Sim.Panel.Pull(Sos, up: false);
            await Task.Delay(TimeSpan.FromMilliseconds(250), TimeProvider.System);
            Sim.Panel.Pull(Sos, up: true);
            await Task.Delay(TimeSpan.FromMilliseconds(250), TimeProvider.System);
        }
    }

    /// <summary>Milliseconds until a line is high.</summary>
    private static async Task<double> UntilHighAsync(int line)
    {
        var began = TimeProvider.System.GetTimestamp();
        while (!Sim.Panel.IsHigh(line))
        {
            Check.That(TimeProvider.System.GetElapsedTime(began) < Longest, $"line {line} stays low");
            await Check.Pause().ConfigureAwait(false);
        }

        return TimeProvider.System.GetElapsedTime(began).TotalMilliseconds;
    }

    private static void Fill()
    {
        using var filler = new FileStream(Path.Combine(Disk, "filler"), FileMode.Create);
        try
        {
            while (true)
            {
                filler.Write(new byte[4096]);
                filler.Flush();
            }
        }
        catch (IOException)
        {
            // No room is left.
        }
    }

    private static string Device(string id, string deviceClass, int line, string more)
        => $"{{ id: {id}, class: {deviceClass}, source: {{ gpio: {{ chip: {Sim.Panel.Label}, line: {line}{more} }} }} }}";

    private static async Task BusyboxAsync(params string[] arguments)
    {
        using var busybox = Process.Start("busybox", arguments);
        await busybox.WaitForExitAsync().ConfigureAwait(false);
        Check.That(busybox.ExitCode == 0, $"busybox {string.Join(' ', arguments)} ended with {busybox.ExitCode}");
    }
}
