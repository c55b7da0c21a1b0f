using SmartCourtyard.Alarms;
using SmartCourtyard.Courtyards;
using SmartCourtyard.Gateway.Devices.Gpio;
using SmartCourtyard.Readings;
using SmartCourtyard.Sources;

namespace SmartCourtyard.Hardware.Guest;

/// <summary>Contacts at simulated lines.</summary>
internal static class Contacts
{
    public static async Task A_press_is_heard_with_the_kernels_time_and_raises_a_call()
    {
        var button = Rig.Button(Sim.Panel, "BUTTON-SOS");
        await using var rig = await Rig.StartAsync(button);
        await rig.HearsAsync(button);
        var before = TimeProvider.System.GetUtcNow();
        Sim.Panel.Pull(2, up: false);
        await Check.EventuallyAsync(() => rig.Presses == 1, () => $"no press: {rig}");
        var press = rig.Heard.First(r => r is { Quantity: Quantity.Emergency, IsOn: true });
        Check.That(press.ObservedAt >= before && press.ObservedAt <= TimeProvider.System.GetUtcNow(), $"pressed at {press.ObservedAt:O}, between {before:O} and now");
        Check.That(rig.Alarms is [{ Step: AlarmStep.Raised, Alarm.Kind: AlarmKind.EmergencyCall }], $"{rig.Alarms.Count} alarm steps");
    }

    public static async Task Each_press_is_heard_and_each_release_is_none()
    {
        var button = Rig.Button(Sim.Panel, "2");
        await using var rig = await Rig.StartAsync(button);
        await rig.HearsAsync(button);
        for (var i = 1; i <= 50; i++)
        {
            Sim.Panel.Pull(2, up: false);
            var want = i;
            await Check.EventuallyAsync(() => rig.Presses == want, () => $"press {want} is not heard: {rig}");
            Sim.Panel.Pull(2, up: true);
            await Check.EventuallyAsync(() => rig.Last(Quantity.Emergency) == 0, () => $"release {want} is not heard: {rig}");
        }

        Check.That(rig.Kernel.Contacts.Dropped == 0, $"{rig.Kernel.Contacts.Dropped} edges were dropped");
    }

    public static async Task Nine_bounces_are_one_press()
    {
        var button = Rig.Button(Sim.Panel, "2", TimeSpan.FromMilliseconds(50));
        await using var rig = await Rig.StartAsync(button);
        await rig.HearsAsync(button);
        for (var i = 0; i < 9; i++)
        {
            Sim.Panel.Pull(2, up: i % 2 == 1);
        }

        await Check.EventuallyAsync(() => rig.Presses == 1, () => $"no press: {rig}");
        // Whatever else the bounces made would come before the next press.
        Sim.Panel.Pull(2, up: true);
        await Check.EventuallyAsync(() => rig.Last(Quantity.Emergency) == 0, () => $"no release: {rig}");
        Sim.Panel.Pull(2, up: false);
        await Check.EventuallyAsync(() => rig.Presses >= 2, () => $"no second press: {rig}");
        Check.That(rig.Presses == 2, $"{rig.Presses} presses: {rig}");
    }

    public static async Task A_glitch_is_nothing()
    {
        // The window is long, so that a machine that stops for a moment does not make a press of it.
        var button = Rig.Button(Sim.Panel, "2", TimeSpan.FromMilliseconds(500));
        await using var rig = await Rig.StartAsync(button);
        await rig.HearsAsync(button);
        Sim.Panel.Pull(2, up: false);
        Sim.Panel.Pull(2, up: true);
        await Task.Delay(TimeSpan.FromMilliseconds(700), TimeProvider.System);
        Sim.Panel.Pull(2, up: false);
        await Check.EventuallyAsync(() => rig.Presses >= 1, () => $"no press: {rig}");
        Check.That(rig.Presses == 1, $"{rig.Presses} presses: {rig}");
    }

    public static async Task Smoke_that_is_there_at_the_start_raises_and_a_button_that_is_pressed_does_not()
    {
        var smoke = Rig.Device(DeviceClass.SmokeDetector, new GpioSource(Sim.Panel.Label, "3"));
        var button = Rig.Device(DeviceClass.EmergencyButton, new GpioSource(Sim.Panel.Label, "4"));
        Sim.Panel.Pull(3, up: true);
        Sim.Panel.Pull(4, up: true);
        await using var rig = await Rig.StartAsync(button, smoke);
        await rig.HearsAsync(smoke);
        await Check.EventuallyAsync(() => rig.Heard.Any(r => r.Device == button), () => $"the button's state is not told: {rig}");
        Check.That(rig.Alarms is [{ Step: AlarmStep.Raised, Alarm.Kind: AlarmKind.Smoke }], $"{rig.Alarms.Count} alarm steps: {rig}");
        Sim.Panel.Pull(3, up: false);
        Sim.Panel.Pull(4, up: false);
        await Check.EventuallyAsync(() => rig.Alarms.Any(a => a.Step == AlarmStep.Cleared), () => $"the smoke does not clear: {rig}");
        Sim.Panel.Pull(4, up: true);
        await Check.EventuallyAsync(() => rig.Presses == 1, () => $"the next press is not heard: {rig}");
        Sim.Panel.Pull(4, up: false);
    }

    public static async Task Two_chips_are_told_apart_by_their_labels()
    {
        var here = Rig.Device(DeviceClass.WaterLeak, new GpioSource(Sim.Panel.Label, "5"), "here");
        var there = Rig.Device(DeviceClass.WaterLeak, new GpioSource(Sim.Yard.Label, "5"), "there");
        await using var rig = await Rig.StartAsync(here, there);
        await rig.HearsAsync(here);
        await rig.HearsAsync(there);
        Sim.Yard.Pull(5, up: true);
        await Check.EventuallyAsync(() => rig.Last(Quantity.WaterLeak, "there") == 1, () => $"not heard: {rig}");
        Check.That(rig.Last(Quantity.WaterLeak, "here") == 0, $"the other chip's line changed: {rig}");
        Sim.Yard.Pull(5, up: false);
    }

    public static async Task A_line_that_somebody_holds_is_a_trouble_that_names_him_until_it_is_free()
    {
        var hogged = Rig.Device(DeviceClass.Motion, new GpioSource(Sim.Panel.Label, "7"), "hogged");
        var taken = Rig.Device(DeviceClass.Motion, new GpioSource(Sim.Panel.Label, "8"), "taken");
        var free = Rig.Device(DeviceClass.Motion, new GpioSource(Sim.Panel.Label, "9"), "free");
        using var chip = GpioChip.Find("/dev", Sim.Panel.Label).Chip!;
        var holder = chip.Request(8, c => GpioUapi.RequestInput(c, 8, 0, TimeSpan.Zero, 16, "somebody")).Line!;
        await using var rig = await Rig.StartAsync(hogged, taken, free);
        string hoggedPart = ((GpioSource)hogged.Source).LinePart, takenPart = ((GpioSource)taken.Source).LinePart;
        await Check.EventuallyAsync(() => rig.WhyLost(takenPart) is not null, () => $"no trouble: {rig}");
        Check.That(rig.WhyLost(takenPart)!.Contains("'somebody'", StringComparison.Ordinal), rig.WhyLost(takenPart)!);
        Check.That(rig.WhyLost(hoggedPart)!.Contains("'board-power'", StringComparison.Ordinal), rig.WhyLost(hoggedPart)!);
        await rig.HearsAsync(free);
        holder.Dispose();
        await rig.HearsAsync(taken);
        await Check.EventuallyAsync(() => rig.WhyLost(takenPart) is null, () => $"{rig}");
        Check.That(rig.WhyLost(hoggedPart) is not null, $"{rig}");
    }

    public static async Task A_chip_that_goes_is_one_trouble_and_back_its_levels_are_read()
    {
        var one = Rig.Device(DeviceClass.SmokeDetector, new GpioSource(Sim.Yard.Label, "3"), "one");
        var two = Rig.Device(DeviceClass.EmergencyButton, new GpioSource(Sim.Yard.Label, "4"), "two");
        var part = ((GpioSource)one.Source).ChipPart;
        await using var rig = await Rig.StartAsync(one, two);
        await rig.HearsAsync(one);
        Sim.Yard.Pull(3, up: true);
        await Check.EventuallyAsync(() => rig.Last(Quantity.Smoke) == 1, () => $"no smoke: {rig}");
        Sim.Yard.PullOut();
        await Check.EventuallyAsync(() => rig.WhyLost(part) is not null, () => $"nobody notices: {rig}");
        Check.That(!rig.Told(((GpioSource)two.Source).LinePart), "a line of a chip that is gone is no trouble of its own");
        Sim.Yard.PutBack();
        await Check.EventuallyAsync(() => rig.Last(Quantity.Smoke) == 0, () => $"the level is not read again: {rig}");
        await Check.EventuallyAsync(() => rig.WhyLost(part) is null, () => $"still lost: {rig}");
        Sim.Yard.Pull(4, up: true);
        await Check.EventuallyAsync(() => rig.Presses == 1, () => $"edges are not heard again: {rig}");
        Sim.Yard.Pull(4, up: false);
    }

    public static async Task A_button_that_is_pressed_while_its_chip_is_away_and_held_is_a_press()
    {
        var button = Rig.Device(DeviceClass.EmergencyButton, new GpioSource(Sim.Yard.Label, "4", ActiveLow: true));
        Sim.Yard.Pull(4, up: true);
        await using var rig = await Rig.StartAsync(button);
        await rig.HearsAsync(button);
        // The simulated chip comes back with all its lines low: pressed.
        Sim.Yard.PullOut();
        await Check.EventuallyAsync(() => rig.WhyLost(((GpioSource)button.Source).ChipPart) is not null, () => $"nobody notices: {rig}");
        Sim.Yard.PutBack();
        await Check.EventuallyAsync(() => rig.Presses == 1, () => $"not heard: {rig}");
    }

    public static async Task Edges_that_the_kernel_dropped_are_counted_and_the_level_is_right()
    {
        var smoke = Rig.Device(DeviceClass.SmokeDetector, new GpioSource(Sim.Panel.Label, "6"));
        await using var rig = await Rig.StartAsync(smoke);
        await rig.HearsAsync(smoke);
        rig.Takes.Reset();
        for (var i = 1; i <= 2 * GpioChipWatch.EdgesKept + 1; i++)
        {
            // Each toggle needs time to become an edge; two at once would be none.
            Sim.Panel.Pull(6, up: i % 2 == 1);
            await Task.Delay(TimeSpan.FromMilliseconds(1), TimeProvider.System);
        }

        rig.Takes.Set();
        await Check.EventuallyAsync(() => rig.Kernel.Contacts.Dropped > 0, () => $"no gap is seen: {rig}");
        await Check.EventuallyAsync(() => rig.Last(Quantity.Smoke) == 1, () => $"the level is wrong: {rig}");
        Sim.Panel.Pull(6, up: false);
        await Check.EventuallyAsync(() => rig.Last(Quantity.Smoke) == 0, () => $"the next edge is not heard: {rig}");
    }
}
