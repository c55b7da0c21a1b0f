using SmartCourtyard.Courtyards;
using SmartCourtyard.Gateway.Devices.Gpio;
using SmartCourtyard.Readings;
using SmartCourtyard.Sources;

namespace SmartCourtyard.Hardware.Guest;

/// <summary>What goes on at the lines while the site file is read again.</summary>
internal static class Reloads
{
    public static async Task Presses_throughout_twenty_reloads_are_all_heard_once()
    {
        var button = Rig.Button(Sim.Panel, "2");
        await using var rig = await Rig.StartAsync(button);
        await rig.HearsAsync(button);
        using var enough = new CancellationTokenSource();
        var pressing = PressAsync(enough.Token);
        for (var i = 1; i <= 20; i++)
        {
            // Other objects each time, as a site file that is read again makes them; some neighbours come and go.
            var neighbour = Rig.Device(DeviceClass.Motion, new GpioSource(Sim.Panel.Label, $"{3 + (i % 3)}"), $"neighbour-{i % 3}");
            await rig.ReplaceAsync(TimeSpan.FromMilliseconds(i * 37 % 400), Rig.Button(Sim.Panel, "2"), neighbour);
        }

        await enough.CancelAsync();
        var pressed = await pressing;
        await Check.EventuallyAsync(() => rig.Presses >= pressed, () => $"of {pressed} presses {rig.Presses} are heard: {rig}");
        // One more: what was heard too often stands before it.
        Sim.Panel.Pull(2, up: false);
        await Check.EventuallyAsync(() => rig.Presses > pressed, () => $"the last press is not heard: {rig}");
        Sim.Panel.Pull(2, up: true);
        await Check.EventuallyAsync(() => rig.Last(Quantity.Emergency) == 0, () => $"no release: {rig}");
        Check.That(rig.Presses == pressed + 1, $"{pressed + 1} presses, {rig.Presses} are heard: {rig}");
        Check.That(rig.Kernel.Contacts.Dropped == 0, $"{rig.Kernel.Contacts.Dropped} edges were dropped");
        Console.WriteLine($"HIL-NOTE 20 reloads, {pressed} presses, all heard once");
    }

    public static async Task A_press_that_begins_and_ends_during_a_reload_is_heard_with_its_own_time()
    {
        var button = Rig.Button(Sim.Panel, "2", TimeSpan.FromMilliseconds(10));
        await using var rig = await Rig.StartAsync(button);
        await rig.HearsAsync(button);
        var replacing = rig.ReplaceAsync(TimeSpan.FromSeconds(2), Rig.Button(Sim.Panel, "2", TimeSpan.FromMilliseconds(10)));
        await Task.Delay(TimeSpan.FromMilliseconds(500), TimeProvider.System);
        var before = TimeProvider.System.GetUtcNow();
        Sim.Panel.Pull(2, up: false);
        await Task.Delay(TimeSpan.FromMilliseconds(50), TimeProvider.System);
        Sim.Panel.Pull(2, up: true);
        var after = TimeProvider.System.GetUtcNow();
        Check.That(!replacing.IsCompleted, "the reload was over too soon to show anything");
        await replacing;
        await Check.EventuallyAsync(() => rig.Presses == 1 && rig.Last(Quantity.Emergency) == 0, () => $"not heard: {rig}");
        var press = rig.Heard.First(r => r is { Quantity: Quantity.Emergency, IsOn: true });
        Check.That(press.ObservedAt >= before && press.ObservedAt <= after + TimeSpan.FromMilliseconds(500), $"pressed at {press.ObservedAt:O}, between {before:O} and {after:O}");
    }

    public static async Task A_siren_that_sounds_does_not_stop_for_an_instant()
    {
        // Against its resistor: the value of a line that is let go for a moment falls, and the kernel tells who let it go.
        static Device Siren() => Rig.Device(DeviceClass.Siren, new GpioSource(Sim.Panel.Label, "10"));
        Sim.Panel.Pull(10, up: false);
        await using var rig = await Rig.StartAsync(Siren());
        await Check.EventuallyAsync(() => rig.Last(Quantity.Fault) == 0, () => $"not heard: {rig}");
        Check.That(rig.Kernel.Outputs.Set("siren", on: true) == OutputResult.Done, "the siren does not sound");
        using var news = new LineNews(Sim.Panel, 10);
        using var enough = new CancellationTokenSource();
        var watching = Task.Factory.StartNew(() => WatchHigh(enough.Token), CancellationToken.None, TaskCreationOptions.LongRunning, TaskScheduler.Default);
        for (var i = 1; i <= 20; i++)
        {
            var lamp = Rig.Device(DeviceClass.ReassuranceLamp, new GpioSource(Sim.Panel.Label, $"{11 + (i % 2)}"));
            await rig.ReplaceAsync(TimeSpan.FromMilliseconds(i * 13 % 100), Siren(), lamp);
        }

        Check.That(rig.Kernel.Outputs.Set("siren", on: true) == OutputResult.Done, "the siren is out of reach after the reloads");
        await enough.CancelAsync();
        var (looks, low) = await watching;
        Console.WriteLine($"HIL-NOTE 20 reloads, the siren's line read {looks} times, low {low} times");
        Check.That(low == 0 && looks > 200, $"read {looks} times, low {low} times");
        Check.That(news.Count() == 0, "the line was let go, taken or set up anew");
        Check.That(rig.Kernel.Outputs.Set("siren", on: false) == OutputResult.Done && !Sim.Panel.IsHigh(10), "the siren does not stop");
        await rig.StopAsync();
        Check.That(news.Count() > 0, "the kernel tells nothing of a line that is let go");
    }

    public static async Task What_changed_begins_anew_and_what_left_is_given_back_at_rest()
    {
        static Device Lamp(bool low) => Rig.Device(DeviceClass.ReassuranceLamp, new GpioSource(Sim.Panel.Label, "12", ActiveLow: low));
        var siren = Rig.Device(DeviceClass.Siren, new GpioSource(Sim.Panel.Label, "10"));
        Sim.Panel.Pull(10, up: false);
        await using var rig = await Rig.StartAsync(Rig.Button(Sim.Panel, "2"), Lamp(low: false), siren);
        await rig.HearsAsync(siren);
        rig.Kernel.Outputs.Set(siren.Id, on: true);
        rig.Kernel.Outputs.Set("reassurance-lamp", on: true);
        var button = Rig.Button(Sim.Panel, "2", TimeSpan.FromMilliseconds(40));
        await rig.ReplaceAsync(TimeSpan.Zero, button, Lamp(low: true));
        await rig.HearsAsync(button);
        await Check.EventuallyAsync(() => Sim.Panel.IsHigh(12), () => "a lamp of another source does not begin with rest");
        Check.That(!Sim.Panel.IsHigh(10), "the siren that left the file still sounds");
        using var chip = GpioChip.Find("/dev", Sim.Panel.Label).Chip!;
        using (var free = chip.Request(10, c => GpioUapi.RequestInput(c, 10, 0, TimeSpan.Zero, 16, "test")).Line)
        {
            Check.That(free is not null, "the siren's line is still held");
        }

        Sim.Panel.Pull(2, up: false);
        await Check.EventuallyAsync(() => rig.Presses == 1, () => $"the changed button is not heard: {rig}");
        Sim.Panel.Pull(2, up: true);
        await Check.EventuallyAsync(() => rig.Last(Quantity.Emergency) == 0, () => $"no release: {rig}");
    }

    public static async Task A_chip_that_is_back_when_the_reload_is_over_is_no_trouble_any_more()
    {
        static Device Smoke() => Rig.Device(DeviceClass.SmokeDetector, new GpioSource(Sim.Yard.Label, "3"));
        var part = ((GpioSource)Smoke().Source).ChipPart;
        await using var rig = await Rig.StartAsync(Smoke());
        await Check.EventuallyAsync(() => rig.Last(Quantity.Smoke) == 0, () => $"not heard: {rig}");
        Sim.Yard.PullOut();
        await Check.EventuallyAsync(() => rig.WhyLost(part) is not null, () => $"nobody notices: {rig}");
        var replacing = rig.ReplaceAsync(TimeSpan.FromSeconds(1), Smoke());
        await Task.Delay(TimeSpan.FromMilliseconds(500), TimeProvider.System);
        Sim.Yard.PutBack();
        Check.That(!replacing.IsCompleted, "the reload was over too soon to show anything");
        await replacing;
        await Check.EventuallyAsync(() => rig.WhyLost(part) is null, () => $"still lost: {rig}");
    }

    private static async Task<int> PressAsync(CancellationToken enough)
    {
        var pressed = 0;
        while (!enough.IsCancellationRequested)
        {
            Sim.Panel.Pull(2, up: false);
            await Task.Delay(TimeSpan.FromMilliseconds(25), TimeProvider.System, CancellationToken.None);
            Sim.Panel.Pull(2, up: true);
            await Task.Delay(TimeSpan.FromMilliseconds(25), TimeProvider.System, CancellationToken.None);
            pressed++;
        }

        return pressed;
    }

    private static (int Looks, int Low) WatchHigh(CancellationToken enough)
    {
        int looks = 0, low = 0;
        for (; !enough.IsCancellationRequested; looks++)
        {
            low += Sim.Panel.IsHigh(10) ? 0 : 1;
        }

        return (looks, low);
    }
}
