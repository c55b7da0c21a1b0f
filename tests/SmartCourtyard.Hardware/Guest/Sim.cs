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
