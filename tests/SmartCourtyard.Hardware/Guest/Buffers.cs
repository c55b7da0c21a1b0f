using SmartCourtyard.Alarms;
using SmartCourtyard.Courtyards;
using SmartCourtyard.Gateway.Devices;
using SmartCourtyard.Gateway.Devices.Sysfs;
using SmartCourtyard.Readings;
using SmartCourtyard.Sources;

namespace SmartCourtyard.Hardware.Guest;

/// <summary>Loops that the kernel samples: the ADS1115 on the stub bus and the IIO dummy, by a timer and by a trigger that is pulled by hand.</summary>
internal static class Buffers
{
    private const int Ads1115 = 0x49;
    private const string Adc = "ads1015";
    private const string Dummy = "courtyard-dummy";
    private const int AtRest = 16_000, InAlarm = 24_000; // 1.0 V and 1.5 V

    private static readonly LoopBands Bands = new(new Band(0.9, 1.1), new Band(1.4, 1.6));

    public static async Task An_alarm_of_fifty_milliseconds_between_two_polls_is_heard()
    {
        Stub.Write(Ads1115, 0, AtRest);
        var loop = Loop(new SampleBuffering(Rate: 100));
        await using var rig = await Rig.StartAsync(loop);
        await Check.EventuallyAsync(() => rig.Last(Quantity.Smoke) == 0, () => $"not at rest: {rig}");
        for (var i = 1; i <= 5; i++)
        {
            Stub.Write(Ads1115, 0, InAlarm);
            await Task.Delay(TimeSpan.FromMilliseconds(50), TimeProvider.System);
            Stub.Write(Ads1115, 0, AtRest);
            var want = i;
            await Check.EventuallyAsync(() => Raised(rig) == want && rig.Last(Quantity.Smoke) == 0, () => $"alarm {want} is not heard: {rig}");
        }

        Check.That(Iio.IsThere("courtyard-" + Path.GetFileName(Iio.Folder(Adc)).Replace(':', '-')), "no timer was made");
    }

    public static async Task Exactly_two_samples_of_an_alarm_are_an_alarm_and_one_is_none()
    {
        Iio.AddTrigger();
        Stub.Write(Ads1115, 0, AtRest);
        await using (var rig = await Rig.StartAsync(Loop(new SampleBuffering(Trigger: Iio.ByHand))))
        {
            await RunningAsync(Adc);
            await Iio.PullAsync(3);
            await Check.EventuallyAsync(() => rig.Last(Quantity.Smoke) == 0, () => $"not at rest: {rig}");
            Stub.Write(Ads1115, 0, InAlarm);
            await Iio.PullAsync(1);
            Stub.Write(Ads1115, 0, AtRest);
            await Iio.PullAsync(3);
            Stub.Write(Ads1115, 0, InAlarm);
            await Iio.PullAsync(2);
            Stub.Write(Ads1115, 0, AtRest);
            await Iio.PullAsync(3);
            await Check.EventuallyAsync(() => Raised(rig) >= 1 && rig.Last(Quantity.Smoke) == 0, () => $"no alarm: {rig}");
            Check.That(Raised(rig) == 1, $"{Raised(rig)} alarms: {rig}");
        }

        Iio.RemoveTrigger();
    }

    public static async Task What_was_found_is_given_back()
    {
        string[] files = ["scan_elements/in_voltage0_en", "scan_elements/in_voltage1_en", "scan_elements/in_timestamp_en", "buffer/length", "buffer/watermark", "buffer/enable", "trigger/current_trigger"];
        Iio.Write(Adc, "scan_elements/in_voltage1_en", "1");
        Iio.Write(Adc, "buffer/length", "8");
        var found = files.Select(f => Iio.Read(Adc, f)).ToArray();
        await using (var rig = await Rig.StartAsync(Loop(new SampleBuffering(50))))
        {
            await Check.EventuallyAsync(() => rig.Last(Quantity.Fault) is not null, () => $"not heard: {rig}");
            Check.That(Iio.Read(Adc, "scan_elements/in_voltage1_en") == "0" && Iio.Read(Adc, "buffer/enable") == "1", "the settings are not ours");
        }

        var back = files.Select(f => Iio.Read(Adc, f)).ToArray();
        Check.That(found.SequenceEqual(back), $"found {string.Join(' ', found)}, given back {string.Join(' ', back)}");
        Check.That(!Iio.IsThere("courtyard-" + Path.GetFileName(Iio.Folder(Adc)).Replace(':', '-')), "the timer is still there");
        Iio.Write(Adc, "scan_elements/in_voltage1_en", "0");
    }

    public static async Task A_buffer_that_another_program_reads_is_a_trouble_until_it_is_free()
    {
        var loop = Loop(new SampleBuffering(100));
        var part = loop.Source.DependsOn[1];
        var other = File.OpenHandle("/dev/" + Path.GetFileName(Iio.Folder(Adc)));
        await using var rig = await Rig.StartAsync(loop);
        await Check.EventuallyAsync(() => rig.WhyLost(part) is not null, () => $"no trouble: {rig}");
        Check.That(rig.WhyLost(part)!.StartsWith("another program reads /dev/iio:device", StringComparison.Ordinal), rig.WhyLost(part)!);
        other.Dispose();
        await rig.HearsAsync(loop);
        await Check.EventuallyAsync(() => rig.WhyLost(part) is null, () => $"still lost: {rig}");
    }

    public static async Task A_buffer_that_a_dead_program_left_running_is_taken()
    {
        // Whoever had it switched it on and died: it runs and nobody has it open.
        Iio.AddTrigger();
        Iio.Write(Adc, "scan_elements/in_voltage2_en", "1");
        Iio.Write(Adc, "trigger/current_trigger", Iio.ByHand);
        Iio.Write(Adc, "buffer/enable", "1");
        var loop = Loop(new SampleBuffering(100));
        await using (var rig = await Rig.StartAsync(loop))
        {
            await rig.HearsAsync(loop);
        }

        Check.That(Iio.Read(Adc, "buffer/enable") == "0", "it still runs");
        Iio.Write(Adc, "scan_elements/in_voltage2_en", "0");
        Iio.Write(Adc, "trigger/current_trigger", "");
        Iio.RemoveTrigger();
    }

    public static async Task A_sensor_that_vanishes_while_its_buffer_runs_is_one_trouble_and_is_heard_again()
    {
        var loop = Loop(new SampleBuffering(100));
        var part = loop.Source.DependsOn[0];
        await using var rig = await Rig.StartAsync(loop);
        await rig.HearsAsync(loop);
        Stub.Remove(Ads1115);
        await Check.EventuallyAsync(() => rig.WhyLost(part) is not null, () => $"nobody notices: {rig}");
        var before = rig.Heard.Count;
        Stub.Add("ads1115", Ads1115);
        Stub.Write(Ads1115, 0, AtRest);
        await Check.EventuallyAsync(() => rig.WhyLost(part) is null && rig.Heard.Count > before, () => $"not back: {rig}");
        Stub.Write(Ads1115, 0, InAlarm);
        await Check.EventuallyAsync(() => rig.Last(Quantity.Smoke) == 1, () => $"no alarm: {rig}");
        Stub.Write(Ads1115, 0, AtRest);
    }

    public static async Task A_trigger_that_stands_still_is_a_trouble_and_one_that_is_not_there_is_named()
    {
        Iio.AddTrigger();
        var still = Loop(new SampleBuffering(Trigger: Iio.ByHand));
        var part = still.Source.DependsOn[1];
        await using (var rig = await Rig.StartAsync(still))
        {
            await RunningAsync(Adc);
            await Check.EventuallyAsync(() => rig.WhyLost(part) is not null, () => $"nobody notices: {rig}");
            Check.That(rig.WhyLost(part)!.Contains($"'{Iio.ByHand}' stands still", StringComparison.Ordinal), rig.WhyLost(part)!);
        }

        await using (var rig = await Rig.StartAsync(Loop(new SampleBuffering(Trigger: "nobody"))))
        {
            await Check.EventuallyAsync(() => rig.WhyLost(part) is not null, () => $"nobody notices: {rig}");
            Check.That(rig.WhyLost(part) == $"no trigger is called 'nobody'; there are {Iio.ByHand}", rig.WhyLost(part)!);
        }

        await using (var rig = await Rig.StartAsync(Loop(new SampleBuffering(100, Iio.ByHand))))
        {
            await Check.EventuallyAsync(() => rig.WhyLost(part) is not null, () => $"nobody notices: {rig}");
            Check.That(rig.WhyLost(part)!.Contains("no rate that can be set", StringComparison.Ordinal), rig.WhyLost(part)!);
        }

        Iio.RemoveTrigger();
    }

    public static async Task A_sensor_that_buffers_one_channel_at_a_time_says_so_when_two_are_asked_for()
    {
        var first = Loop(new SampleBuffering(100));
        var second = Rig.Device(DeviceClass.SmokeDetector, (IioSource)first.Source with { Channel = "voltage1" }, "second");
        await using var rig = await Rig.StartAsync(first, second);
        var part = second.Source.DependsOn[1];
        await Check.EventuallyAsync(() => rig.WhyLost(part) is not null, () => $"nobody notices: {rig}");
        Check.That(rig.WhyLost(part)!.Contains("one channel at a time", StringComparison.Ordinal), rig.WhyLost(part)!);
    }

    public static async Task Two_loops_at_one_sensor_are_taken_apart_by_the_layout_of_its_scans()
    {
        // What the dummy's buffer holds of each channel in every scan: 7, -33, -2 (and its accelerometer), with the scales that its files say.
        var single = Dummied("voltage0", "one");
        var difference = Dummied("voltage1-voltage2", "two");
        await using var rig = await Rig.StartAsync(single, difference);
        await Check.EventuallyAsync(() => rig.Last(Quantity.Smoke, "one") is not null && rig.Last(Quantity.Smoke, "two") is not null, () => $"not heard: {rig}");
        Check.That(rig.Last(Quantity.Smoke, "one") == 0 && rig.Last(Quantity.Smoke, "two") == 1, $"{rig}");
    }

    public static async Task What_the_kernel_had_no_room_for_is_counted_and_the_loop_is_right_afterwards()
    {
        Stub.Write(Ads1115, 0, AtRest);
        await using var rig = await Rig.StartAsync(Loop(new SampleBuffering(500)));
        await Check.EventuallyAsync(() => rig.Last(Quantity.Smoke) == 0, () => $"not at rest: {rig}");
        rig.Takes.Reset();
        // The thread hands over a change and then waits; meanwhile the buffer of four seconds fills.
        Stub.Write(Ads1115, 0, InAlarm);
        await Task.Delay(TimeSpan.FromSeconds(9), TimeProvider.System);
        Stub.Write(Ads1115, 0, AtRest);
        rig.Takes.Set();
        await Check.EventuallyAsync(() => rig.Kernel.Sensors.Overruns > 0, () => $"nobody notices: {rig}");
        await Check.EventuallyAsync(() => Raised(rig) == 1 && rig.Last(Quantity.Smoke) == 0, () => $"not right: {rig}");
    }

    public static async Task No_alarm_of_a_sampled_loop_is_lost_while_the_site_file_is_read_again()
    {
        Stub.Write(Ads1115, 0, AtRest);
        await using var rig = await Rig.StartAsync(Loop(new SampleBuffering(100)));
        await Check.EventuallyAsync(() => rig.Last(Quantity.Smoke) == 0, () => $"not at rest: {rig}");
        var replacing = rig.ReplaceAsync(TimeSpan.FromSeconds(1), Loop(new SampleBuffering(100)));
        await Task.Delay(TimeSpan.FromMilliseconds(500), TimeProvider.System);
        Stub.Write(Ads1115, 0, InAlarm);
        await Task.Delay(TimeSpan.FromMilliseconds(50), TimeProvider.System);
        Stub.Write(Ads1115, 0, AtRest);
        Check.That(!replacing.IsCompleted, "the reload was over too soon to show anything");
        await replacing;
        await Check.EventuallyAsync(() => Raised(rig) == 1 && rig.Last(Quantity.Smoke) == 0, () => $"not heard: {rig}");
    }

    public static async Task An_account_without_rights_is_told_which_file_and_what_the_udev_rule_gives_is_enough()
    {
        Iio.AddTrigger();
        var folder = Iio.Folder(Adc);
        var device = "/dev/" + Path.GetFileName(folder);
        string Problem() => Accounts.AsNobody(() =>
        {
            var (buffer, problem) = SampleBuffer.Open(new KernelRoots(), folder, Adc, new SampleBuffering(Trigger: Iio.ByHand), ["voltage0"]);
            buffer?.Dispose();
            return problem ?? "opened";
        });

        File.SetUnixFileMode(device, UnixFileMode.UserRead | UnixFileMode.UserWrite);
        Check.That(Problem() == $"{device} cannot be opened: Permission denied", Problem());
        File.SetUnixFileMode(device, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.GroupRead | UnixFileMode.GroupWrite);
        Check.That(Problem().StartsWith($"{folder}/scan_elements/in_", StringComparison.Ordinal) && Problem().Contains("_en may not be written by the gateway's account", StringComparison.Ordinal), Problem());

        // The files that firmware-config's rule names, for their group: nobody is still in it.
        var rule = await File.ReadAllTextAsync(Path.Combine(Machine.Checkout(), "firmware-config/raspberry-pi/60-courtyard-iio.rules"));
        var named = rule[rule.IndexOf("for f in ", StringComparison.Ordinal)..].Split("; do")[0]["for f in ".Length..].Split(' ');
        var files = named.SelectMany(n => n.Contains('*', StringComparison.Ordinal)
            ? Directory.EnumerateFiles(Path.Combine(folder, Path.GetDirectoryName(n)!), Path.GetFileName(n)) : [Path.Combine(folder, n)]).Where(File.Exists).ToList();
        files.ForEach(f => File.SetUnixFileMode(f, File.GetUnixFileMode(f) | UnixFileMode.GroupWrite));
        Check.That(Problem() == "opened", Problem());
        files.ForEach(f => File.SetUnixFileMode(f, File.GetUnixFileMode(f) & ~UnixFileMode.GroupWrite));
        Iio.RemoveTrigger();
    }

    private static int Raised(Rig rig) => rig.Alarms.Count(a => a.Step == AlarmStep.Raised) + rig.Alarms.Count(a => a.Step == AlarmStep.Updated);

    private static Device Loop(SampleBuffering buffer) => Rig.Device(
        DeviceClass.SmokeDetector, new IioSource(Adc, null, TimeSpan.FromMilliseconds(250), null, "voltage0", Bands, Buffer: buffer));

    private static Device Dummied(string channel, string id) => Rig.Device(
        DeviceClass.SmokeDetector, new IioSource(Dummy, null, TimeSpan.FromMilliseconds(250), null, channel, DummyBands, Buffer: new SampleBuffering(100)), id);

    // (7 + 7) · 0.001333 mV, and -33 · 0.000001344 mV.
    private static LoopBands DummyBands { get; } = new(new Band(18e-6, 19e-6), new Band(-1e-6, 1e-6));

    private static Task RunningAsync(string device) =>
        Check.EventuallyAsync(() => Iio.Read(device, "buffer/enable") == "1", () => $"the buffer of {device} does not run");
}
