using System.Diagnostics;

namespace SmartCourtyard.Hardware.Guest;

/// <summary>A simulated GPIO chip (gpio-sim): the other end of its lines.</summary>
internal sealed class Sim(string name)
{
    public static Sim Panel { get; } = new("panel");

    public static Sim Yard { get; } = new("yard");

    public string Label => "courtyard-" + name;

    private string Config => $"/sys/kernel/config/gpio-sim/{name}";

    public void Pull(int line, bool up) => File.WriteAllText(Path.Combine(Line(line), "pull"), up ? "pull-up" : "pull-down");

    public bool IsHigh(int line) => File.ReadAllText(Path.Combine(Line(line), "value")).Trim() == "1";

    public void PullOut() => File.WriteAllText(Path.Combine(Config, "live"), "0");

    public void PutBack() => File.WriteAllText(Path.Combine(Config, "live"), "1");

    private string Line(int line) =>
        $"/sys/devices/platform/{Text("dev_name")}/{Text("bank0/chip_name")}/sim_gpio{line}";

    private string Text(string file) => File.ReadAllText(Path.Combine(Config, file)).Trim();
}

/// <summary>Chips on the stub of an I2C bus: flat registers behind the kernel's own drivers.</summary>
internal static class Stub
{
    private static string Bus { get; } = File.ReadAllText("/dev/hil-bus").Trim();

    /// <summary>Writes a register as the chip holds it (high byte first; the bus swaps words).</summary>
    public static void Write(int address, int register, int word)
    {
        var swapped = ((word & 0xff) << 8) | ((word >> 8) & 0xff);
        using var i2cset = Process.Start("busybox", ["i2cset", "-f", "-y", Bus, $"0x{address:x2}", $"0x{register:x2}", $"0x{swapped:x4}", "w"]);
        i2cset.WaitForExit();
        Check.That(i2cset.ExitCode == 0, $"i2cset ended with {i2cset.ExitCode}");
    }

    public static void Remove(int address) => File.WriteAllText($"/sys/bus/i2c/devices/i2c-{Bus}/delete_device", $"0x{address:x2}");

    public static void Add(string driver, int address) => File.WriteAllText($"/sys/bus/i2c/devices/i2c-{Bus}/new_device", $"{driver} 0x{address:x2}");
}

/// <summary>What the kernel shows of its IIO devices, and a trigger that is pulled by hand.</summary>
internal static class Iio
{
    public const string ByHand = "sysfstrig7";

    private const string Devices = "/sys/bus/iio/devices";

    public static string Folder(string name) => Directory.EnumerateDirectories(Devices).First(
        f => File.Exists(Path.Combine(f, "name")) && File.ReadAllText(Path.Combine(f, "name")).Trim() == name);

    public static string Read(string device, string file) => File.ReadAllText(Path.Combine(Folder(device), file)).Trim();

    public static void Write(string device, string file, string text) => File.WriteAllText(Path.Combine(Folder(device), file), text + "\n");

    public static bool IsThere(string name) => Directory.EnumerateDirectories(Devices).Any(
        f => File.Exists(Path.Combine(f, "name")) && File.ReadAllText(Path.Combine(f, "name")).Trim() == name);

    public static void AddTrigger()
    {
        if (!IsThere(ByHand))
        {
            File.WriteAllText($"{Devices}/iio_sysfs_trigger/add_trigger", "7");
        }
    }

    public static void RemoveTrigger() => File.WriteAllText($"{Devices}/iio_sysfs_trigger/remove_trigger", "7");

    /// <summary>Asks the sensor for one sample after the other; it needs a moment for each.</summary>
    public static async Task PullAsync(int samples)
    {
        var now = Path.Combine(Folder(ByHand), "trigger_now");
        for (var i = 0; i < samples; i++)
        {
            File.WriteAllText(now, "1");
            await Task.Delay(TimeSpan.FromMilliseconds(30), TimeProvider.System).ConfigureAwait(false);
        }
    }
}

internal static class Check
{
    // Emulation on a busy machine: bounds say "it happens", never how fast.
    private static readonly TimeSpan Soon = TimeSpan.FromSeconds(20);

    public static void That(bool holds, string otherwise)
    {
        if (!holds)
        {
            throw new InvalidOperationException(otherwise);
        }
    }

    public static async Task EventuallyAsync(Func<bool> holds, Func<string> otherwise)
    {
        var began = TimeProvider.System.GetTimestamp();
        while (!holds())
        {
            That(TimeProvider.System.GetElapsedTime(began) < Soon, otherwise());
            await Pause().ConfigureAwait(false);
        }
    }

    public static Task Pause() => Task.Delay(TimeSpan.FromMilliseconds(2), TimeProvider.System);
}
