using Microsoft.Extensions.Logging.Abstractions;
using SmartCourtyard.Courtyards;
using SmartCourtyard.Gateway.Devices;
using SmartCourtyard.Gateway.Devices.Sysfs;
using SmartCourtyard.Gateway.Tests.Watch;
using SmartCourtyard.Readings;
using SmartCourtyard.Sources;

namespace SmartCourtyard.Gateway.Tests.Devices.Sysfs;

/// <summary>Setting up, reading and giving back a buffer, with files in the place of the kernel's; the kernel itself is in SmartCourtyard.Hardware.</summary>
public sealed class SampleBufferTests : IDisposable
{
    private const string Own = "courtyard-iio-device0";

    private readonly SysfsFolder _sys = new();
    private readonly string _dev = Directory.CreateTempSubdirectory("dev").FullName;
    private readonly string _folder;

    public SampleBufferTests()
    {
        _folder = _sys.Iio(0, "1-0048", "ads1015", ("in_voltage0_scale", "0.125"));
        foreach (var (file, text) in Files)
        {
            Put(file, text);
        }

        Directory.CreateDirectory(Path.Combine(_sys.Root, "kernel/config/iio/triggers/hrtimer"));
        Trigger(0, Own, "100.000");
        Put(2, 2);
    }

    private static (string File, string Text)[] Files =>
    [
        ("buffer/enable", "0"), ("buffer/length", "2"), ("buffer/watermark", "1"), ("trigger/current_trigger", ""),
        ("scan_elements/in_voltage0_en", "0"), ("scan_elements/in_voltage0_index", "0"), ("scan_elements/in_voltage0_type", "le:s16/16>>0"),
        ("scan_elements/in_voltage1_en", "1"), ("scan_elements/in_voltage1_index", "1"), ("scan_elements/in_voltage1_type", "le:s16/16>>0"),
        ("scan_elements/in_timestamp_en", "0"), ("scan_elements/in_timestamp_index", "8"), ("scan_elements/in_timestamp_type", "le:s64/64>>0"),
    ];

    private KernelRoots Roots => new(_dev, _sys.Root);

    public void Dispose()
    {
        _sys.Dispose();
        Directory.Delete(_dev, recursive: true);
    }

    [Fact]
    public void The_settings_are_what_the_site_file_asks_for_while_it_runs_and_what_was_found_afterwards()
    {
        var before = All();
        var (buffer, problem) = Open(new SampleBuffering(500));
        Assert.Null(problem);
        Assert.Equal(
            ["1", "2048", "25", Own, "1", "0", "1"],
            [Text("buffer/enable"), Text("buffer/length"), Text("buffer/watermark"), Text("trigger/current_trigger"),
             Text("scan_elements/in_voltage0_en"), Text("scan_elements/in_voltage1_en"), Text("scan_elements/in_timestamp_en")]);
        Assert.Equal("500", File.ReadAllText(Path.Combine(_sys.Root, "bus/iio/devices/trigger0/sampling_frequency")).Trim());
        Assert.True(Directory.Exists(Path.Combine(_sys.Root, "kernel/config/iio/triggers/hrtimer", Own)));
        buffer!.Dispose();
        Assert.Equal(before, All());
        Assert.False(Directory.Exists(Path.Combine(_sys.Root, "kernel/config/iio/triggers/hrtimer", Own)));
    }

    [Fact]
    public void A_buffer_that_needs_no_trigger_runs_at_the_sensors_own_pace()
    {
        Directory.Delete(Path.Combine(_folder, "trigger"), recursive: true);
        Put("sampling_frequency", "860");
        using (var buffer = Open(new SampleBuffering(200)).Buffer!)
        {
            Assert.Equal(("200", 1_024), (Text("sampling_frequency"), buffer.Length));
        }

        Assert.Equal("860", Text("sampling_frequency"));
        Assert.Equal("ads1015 needs no trigger and takes none: leave 'trigger' out", Open(new SampleBuffering(Trigger: "t")).Problem);
    }

    [Fact]
    public void A_named_trigger_keeps_its_pace_unless_the_site_file_says_one()
    {
        Trigger(1, "gate", "50.000");
        using (Open(new SampleBuffering(Trigger: "gate")).Buffer!)
        {
            Assert.Equal(("gate", "50.000"), (Text("trigger/current_trigger"), Pace(1)));
        }

        using (Open(new SampleBuffering(20, "gate")).Buffer!)
        {
            Assert.Equal("20", Pace(1));
        }

        Assert.Equal("50.000", Pace(1));
    }

    [Fact]
    public void What_stands_in_the_way_is_named_and_nothing_is_left_changed()
    {
        var before = All();
        Assert.Equal("no trigger is called 'gate'; there are " + Own, Open(new SampleBuffering(Trigger: "gate")).Problem);
        Assert.Equal("ads1015 has no channel 'voltage9' in its buffer; there are timestamp, voltage0, voltage1", Open(new SampleBuffering(), "voltage9").Problem);
        Assert.Equal(before, All());

        Put("scan_elements/in_voltage0_type", "le:f32/32>>0");
        before = All();
        Assert.EndsWith("scan_elements/in_voltage0_type holds 'le:f32/32>>0', a type that the gateway does not know", Open(new SampleBuffering()).Problem, StringComparison.Ordinal);
        Assert.Equal(before, All());

        File.Delete(Path.Combine(_dev, "iio:device0"));
        Assert.Equal($"{_dev}/iio:device0 cannot be opened: No such file or directory", Open(new SampleBuffering()).Problem);
        Directory.Delete(Path.Combine(_sys.Root, "kernel/config/iio/triggers/hrtimer"), recursive: true);
        Put(2, 2);
        Assert.StartsWith($"there is no {_sys.Root}/kernel/config/iio/triggers/hrtimer: modprobe iio-trig-hrtimer", Open(new SampleBuffering()).Problem, StringComparison.Ordinal);
        Directory.Delete(Path.Combine(_folder, "buffer"), recursive: true);
        Assert.Equal("ads1015 offers no buffer: without 'buffer' in the site file it is read every 'interval'", Open(new SampleBuffering()).Problem);
    }

    [Fact]
    public void A_setting_that_may_not_be_written_is_named()
    {
        // A folder cannot be written as a file, whoever asks.
        var folder = Directory.CreateDirectory(Path.Combine(_folder, "refused")).FullName;
        Assert.Equal(
            $"{folder} may not be written by the gateway's account (firmware-config/raspberry-pi/README.md, 'A buffer', says what it needs)", SysfsSettings.Write(folder, "1"));
    }

    [Fact]
    public void A_buffer_that_a_dead_program_left_running_is_stopped_first_and_not_started_again_at_the_end()
    {
        Put("buffer/enable", "1");
        Open(new SampleBuffering()).Buffer!.Dispose();
        Assert.Equal("0", Text("buffer/enable"));
    }

    [Fact]
    public void Each_scan_is_handed_out_with_how_long_before_the_last_one_it_was_taken()
    {
        Put(5, 7, -3, 12);
        using var buffer = Open(new SampleBuffering(100)).Buffer!;
        var seen = new List<(int Value, double AgoMs)>();
        var count = buffer.Read(TimeSpan.Zero, (layout, scan, ago) => seen.Add(((int)layout.Value(scan, "voltage0")!.Value, ago.TotalMilliseconds)));
        Assert.Equal(4, count);
        Assert.Equal([(5, 30), (7, 20), (-3, 10), (12, 0)], seen);
    }

    [Fact]
    public async Task A_short_alarm_among_many_samples_is_heard_by_the_watch_and_the_rest_is_not_said()
    {
        // At 0.125 mV: one volt at rest, one and a half in alarm, for five of a hundred samples.
        Put([.. Enumerable.Range(0, 100).Select(i => i is >= 40 and < 45 ? 12_000 : 8_000)]);
        var source = new IioSource(
            "ads1015", null, TimeSpan.FromMilliseconds(250), null, "voltage0", new LoopBands(new Band(0.9, 1.1), new Band(1.4, 1.6)), Buffer: new SampleBuffering(100));
        var heard = new List<Reading>();
        var enough = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        var watch = new BufferWatch(
            [new Device("d", null, DeviceClass.SmokeDetector, new Place(), source)], Roots, new LostParts((_, _, _, _) => ValueTask.CompletedTask, NullLogger.Instance),
            (batch, _) =>
            {
                heard.AddRange(batch.Readings);
                enough.TrySetResult();
                return ValueTask.FromResult(true);
            },
            new TestClock(), NullLogger.Instance);
        using var stop = new CancellationTokenSource();
        var running = Task.Factory.StartNew(() => watch.Run(stop.Token), CancellationToken.None, TaskCreationOptions.LongRunning, TaskScheduler.Default);
        await enough.Task.WaitAsync(TimeSpan.FromSeconds(20), TimeProvider.System);
        await stop.CancelAsync();
        await running;
        watch.Release();
        Assert.Equal(["0", "1", "0"], heard.Where(r => r.Quantity == Quantity.Smoke).Select(r => $"{r.Value}"));
        Assert.Equal(6, heard.Count);
    }

    private (SampleBuffer? Buffer, string? Problem) Open(SampleBuffering wanted, string channel = "voltage0") =>
        SampleBuffer.Open(Roots, Path.Combine(_sys.Root, "bus/iio/devices/iio:device0"), "ads1015", wanted, [channel]);

    private string[] All() => [.. Files.Select(f => Text(f.File))];

    private string Text(string file) => File.ReadAllText(Path.Combine(_folder, file)).Trim();

    private string Pace(int trigger) => File.ReadAllText(Path.Combine(_sys.Root, $"bus/iio/devices/trigger{trigger}/sampling_frequency")).Trim();

    private void Put(string file, string text)
    {
        Directory.CreateDirectory(Path.GetDirectoryName(Path.Combine(_folder, file))!);
        File.WriteAllText(Path.Combine(_folder, file), text + "\n");
    }

    /// <summary>What the kernel's buffer holds: scans of voltage0 and the time, one each ten milliseconds.</summary>
    private void Put(params int[] values)
    {
        using var file = new BinaryWriter(File.Create(Path.Combine(_dev, "iio:device0")));
        for (var i = 0; i < values.Length; i++)
        {
            file.Write((long)(ushort)(short)values[i]);
            file.Write(i * 10_000_000L);
        }
    }

    private void Trigger(int number, string name, string pace)
    {
        var folder = Directory.CreateDirectory(Path.Combine(_sys.Root, $"bus/iio/devices/trigger{number}")).FullName;
        File.WriteAllText(Path.Combine(folder, "name"), name + "\n");
        File.WriteAllText(Path.Combine(folder, "sampling_frequency"), pace + "\n");
    }
}
