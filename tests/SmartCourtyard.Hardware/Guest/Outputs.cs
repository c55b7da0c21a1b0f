using System.Diagnostics;
using SmartCourtyard.Courtyards;
using SmartCourtyard.Gateway.Devices.Gpio;
using SmartCourtyard.Readings;
using SmartCourtyard.Sources;

namespace SmartCourtyard.Hardware.Guest;

/// <summary>Relays at simulated lines.</summary>
internal static class Outputs
{
    public static async Task A_siren_rests_at_the_start_sounds_when_told_and_rests_at_the_stop()
    {
        // Active low, so that each state differs from what a line has that nobody drives.
        var siren = Rig.Device(DeviceClass.Siren, new GpioSource(Sim.Panel.Label, "10", ActiveLow: true));
        Sim.Panel.Pull(10, up: false);
        await using var rig = await Rig.StartAsync(siren);
        await rig.HearsAsync(siren);
        Check.That(Sim.Panel.IsHigh(10), "the line does not rest at the start");
        Check.That(rig.Kernel.Outputs.Set(siren.Id, on: true) == OutputResult.Done && !Sim.Panel.IsHigh(10), "the siren does not sound");
        Check.That(rig.Kernel.Outputs.Set(siren.Id, on: false) == OutputResult.Done && Sim.Panel.IsHigh(10), "the siren does not stop");
        Check.That(rig.Kernel.Outputs.Set("nobody", on: true) == OutputResult.NoSuchOutput, "an output that is not there");
        Check.That(rig.Last(Quantity.Fault) == 0, $"{rig}");
        rig.Kernel.Outputs.Set(siren.Id, on: true);
        await rig.StopAsync();
        // Given back: gpio-sim lets go, and the resistor decides. The state before that was rest.
        Check.That(!Sim.Panel.IsHigh(10), "a line that is given back follows its resistor");
    }

    public static async Task When_the_program_is_killed_the_kernel_lets_the_line_go_and_the_resistor_decides()
    {
        Sim.Panel.Pull(11, up: false);
        Sim.Panel.Pull(14, up: true);
        using var holder = Process.Start(new ProcessStartInfo(Environment.ProcessPath!, [typeof(Outputs).Assembly.Location, "hold", Sim.Panel.Label, "11", "14"])
        {
            RedirectStandardOutput = true,
        })!;
        Check.That(await holder.StandardOutput.ReadLineAsync() == "driven", "the other program does not hold the lines");
        Check.That(Sim.Panel.IsHigh(11) && !Sim.Panel.IsHigh(14), "the lines are not driven against their resistors");
        holder.Kill();
        await holder.WaitForExitAsync();
        await Check.EventuallyAsync(() => !Sim.Panel.IsHigh(11) && Sim.Panel.IsHigh(14), () => "after the death the lines are not what the resistors say");
        var siren = Rig.Device(DeviceClass.Siren, new GpioSource(Sim.Panel.Label, "11"));
        await using var rig = await Rig.StartAsync(siren);
        await rig.HearsAsync(siren);
        Check.That(!Sim.Panel.IsHigh(11), "the next program does not begin with rest");
        Sim.Panel.Pull(11, up: false);
    }

    public static async Task A_state_that_cannot_be_given_is_given_when_the_chip_is_back()
    {
        var lamp = Rig.Device(DeviceClass.ReassuranceLamp, new GpioSource(Sim.Yard.Label, "12"));
        await using var rig = await Rig.StartAsync(lamp);
        await rig.HearsAsync(lamp);
        Sim.Yard.PullOut();
        await Check.EventuallyAsync(() => rig.Told(((GpioSource)lamp.Source).LinePart), () => $"nobody notices: {rig}");
        Check.That(rig.Kernel.Outputs.Set(lamp.Id, on: true) == OutputResult.OutOfReach, "a lamp that is not there lit");
        Sim.Yard.PutBack();
        await Check.EventuallyAsync(() => Sim.Yard.IsHigh(12), () => $"the lamp does not light: {rig}");
    }

    /// <summary>Drives one line high and one low until somebody ends the program.</summary>
    internal static async Task HoldUntilKilledAsync(string chip, string high, string low)
    {
        var siren = Rig.Device(DeviceClass.Siren, new GpioSource(chip, high));
        var lamp = Rig.Device(DeviceClass.ReassuranceLamp, new GpioSource(chip, low, ActiveLow: true));
        await using var rig = await Rig.StartAsync(siren, lamp);
        await rig.HearsAsync(siren);
        await rig.HearsAsync(lamp);
        Check.That(rig.Kernel.Outputs.Set(siren.Id, on: true) == OutputResult.Done, "not driven");
        Check.That(rig.Kernel.Outputs.Set(lamp.Id, on: true) == OutputResult.Done, "not driven");
        Console.WriteLine("driven");
        await Task.Delay(Timeout.InfiniteTimeSpan, TimeProvider.System);
    }
}
