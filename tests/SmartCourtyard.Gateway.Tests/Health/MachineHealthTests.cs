using SmartCourtyard.Gateway.Health;
using SmartCourtyard.Troubles;

namespace SmartCourtyard.Gateway.Tests.Health;

/// <summary>The gateway's own computer, judged by files such as a Raspberry Pi's kernel writes.</summary>
public sealed class MachineHealthTests : IDisposable
{
    private readonly string _root = Directory.CreateTempSubdirectory("machine-").FullName;
    private readonly SteppedClock _clock = new();
    private readonly MachineHealth _machine;
    private DiskRoom? _room = new(20L << 30, 32L << 30, 900_000, 1_000_000);
    private bool _isUnset;

    public MachineHealthTests()
    {
        _machine = new MachineHealth(new MachineFiles(_root), () => _room, () => _isUnset, _clock);
        Write("sys/class/thermal/thermal_zone0/type", "cpu-thermal");
        Write("sys/class/thermal/thermal_zone0/temp", "48312");
        Write("sys/class/hwmon/hwmon0/name", "cpu_thermal");
        Write("sys/class/hwmon/hwmon1/name", "rpi_volt");
        Write("sys/class/hwmon/hwmon1/in0_lcrit_alarm", "0");
        Write("proc/meminfo", "MemTotal:        3884340 kB\nMemFree:          211532 kB\nMemAvailable:    2911120 kB\nBuffers:           77524 kB");
        Write("proc/pressure/memory", "some avg10=0.00 avg60=0.05 avg300=0.00 total=31337\nfull avg10=0.00 avg60=0.01 avg300=0.00 total=4711");
        Write("sys/block/mmcblk0/device/life_time", "0x01 0x02");
        Write("sys/block/mmcblk0/device/pre_eol_info", "0x01");
    }

    public void Dispose() => Directory.Delete(_root, recursive: true);

    [Fact]
    public void A_machine_that_is_well_has_no_trouble() => Assert.Empty(Standing());

    [Fact]
    public void A_machine_that_tells_nothing_has_no_trouble()
    {
        foreach (var folder in Directory.GetDirectories(_root))
        {
            Directory.Delete(folder, recursive: true);
        }

        _room = null;
        Assert.Empty(Standing());
    }

    [Fact]
    public void It_is_too_hot_from_80_degrees_on_until_it_is_below_75()
    {
        Assert.Equal([("overheated", "temperature cpu-thermal", "cpu-thermal has 80 °C; from 80 °C on the computer slows down: more air, shade or a heat sink")], Heat(80_000));
        Assert.Single(Heat(75_100));
        Assert.Empty(Heat(74_900));
        Assert.Empty(Heat(79_900));
    }

    [Fact]
    public void A_supply_that_dips_is_one_trouble_until_it_has_been_good_for_two_minutes()
    {
        Write("sys/class/hwmon/hwmon1/in0_lcrit_alarm", "1");
        Assert.Equal("supply", Assert.Single(Standing()).Part);
        Write("sys/class/hwmon/hwmon1/in0_lcrit_alarm", "0");
        _clock.Pass(TimeSpan.FromSeconds(119));
        Assert.Single(Standing());
        _clock.Pass(TimeSpan.FromSeconds(1));
        Assert.Empty(Standing());
    }

    [Theory]
    [InlineData("50005", true)]
    [InlineData("0x50005", true)]
    [InlineData("50000", false)]
    [InlineData("0", false)]
    public void Where_there_is_no_such_sensor_the_firmware_says_whether_the_voltage_is_low_now(string flags, bool isLow)
    {
        Directory.Delete(Path.Combine(_root, "sys/class/hwmon/hwmon1"), recursive: true);
        Write("sys/devices/platform/soc/soc:firmware/get_throttled", flags);
        Assert.Equal(isLow ? ["undervoltage"] : [], Standing().Select(f => f.Reason));
    }

    [Fact]
    public void Memory_is_short_below_a_tenth_until_there_is_enough_again()
    {
        Assert.Equal("350 of 3793 MiB of memory are left", Assert.Single(Memory(358_400)).Detail);
        Assert.Single(Memory(500_000));
        Assert.Empty(Memory(700_000));
    }

    [Fact]
    public void Programs_that_stand_still_for_want_of_memory_are_a_trouble_of_their_own()
    {
        Write("proc/pressure/memory", "some avg10=40.00 avg60=31.00 avg300=9.00 total=31337\nfull avg10=20.12 avg60=12.50 avg300=3.10 total=48113");
        Assert.Equal(("memory-low", "memory pressure"), Assert.Single(Standing()) is var f ? (f.Reason, f.Part) : default);
        Write("proc/pressure/memory", "full avg10=0.00 avg60=6.00 avg300=3.10 total=48113");
        Assert.Single(Standing());
        Write("proc/pressure/memory", "full avg10=0.00 avg60=4.90 avg300=3.10 total=48113");
        Assert.Empty(Standing());
    }

    [Fact]
    public void Space_and_inodes_of_the_disk_are_two_parts()
    {
        _room = new DiskRoom(3L << 30, 32L << 30, 40_000, 1_000_000);
        Assert.Equal([("disk-low", "disk space"), ("disk-low", "disk inodes")], Standing().Select(f => (f.Reason, f.Part)));
        _room = new DiskRoom(4L << 30, 32L << 30, 200_000, 1_000_000);
        Assert.Equal(["disk space"], Standing().Select(f => f.Part));
        _room = new DiskRoom(5L << 30, 32L << 30, 0, 0);
        Assert.Empty(Standing());
    }

    [Theory]
    [InlineData("0x01 0x09", "0x01")]
    [InlineData("0x0B 0x01", "0x01")]
    [InlineData("0x01 0x01", "0x02")]
    public void A_card_that_says_that_it_is_worn_is_a_trouble(string life, string reserve)
    {
        Write("sys/block/mmcblk0/device/life_time", life);
        Write("sys/block/mmcblk0/device/pre_eol_info", reserve);
        Assert.Equal(("disk-worn", "wear mmcblk0"), Assert.Single(Standing()) is var f ? (f.Reason, f.Part) : default);
    }

    [Fact]
    public void A_clock_that_nobody_sets_is_a_trouble_after_ten_minutes_and_setting_it_then_is_no_leap()
    {
        _isUnset = true;
        Assert.Empty(Standing());
        _clock.Pass(TimeSpan.FromMinutes(9));
        Assert.Empty(Standing());
        _clock.Pass(TimeSpan.FromMinutes(1));
        Assert.Equal("clock", Assert.Single(Standing()).Part);
        (_isUnset, _clock.Shift) = (false, TimeSpan.FromDays(300));
        Assert.Empty(Standing());
    }

    [Fact]
    public void A_clock_that_was_right_and_leaps_stays_visible_for_half_an_hour()
    {
        Standing();
        _clock.Shift = TimeSpan.FromSeconds(9);
        Assert.Empty(Standing());
        _clock.Shift = TimeSpan.FromSeconds(-21);
        Assert.Equal(("clock-wrong", "clock leap"), Assert.Single(Standing()) is var f ? (f.Reason, f.Part) : default);
        Assert.Contains("-30 s", Standing()[0].Detail, StringComparison.Ordinal);
        _clock.Pass(TimeSpan.FromMinutes(30));
        Assert.Empty(Standing());
    }

    [Fact]
    public void The_disk_of_this_machine_has_room_as_its_kernel_says()
    {
        var room = MachineFiles.RoomOf("/")!.Value;
        var drive = new DriveInfo("/");
        Assert.Equal(drive.TotalSize, room.Bytes);
        Assert.InRange(room.FreeBytes, 1, room.Bytes);
        Assert.InRange(room.FreeInodes, 0, room.Inodes);
        Assert.Null(MachineFiles.RoomOf("/nowhere"));
    }

    [Fact]
    public async Task Each_trouble_is_told_when_it_begins_and_when_it_ends()
    {
        var told = System.Threading.Channels.Channel.CreateBounded<(TroubleReason, string, bool)>(100);
        var clock = new Watch.TestClock();
        using var watch = new MachineWatch(
            _machine,
            (reason, part, stands, _, stop) => told.Writer.WriteAsync((reason, part, stands), stop), clock);
        Write("sys/class/thermal/thermal_zone0/temp", "85000");
        await watch.StartAsync(CancellationToken.None);
        Assert.Equal((TroubleReason.Overheated, "temperature cpu-thermal", true), await told.Reader.ReadAsync());
        Write("sys/class/thermal/thermal_zone0/temp", "60000");
        Assert.Equal((TroubleReason.Overheated, "temperature cpu-thermal", false), await NextAsync(told.Reader, clock));
        await watch.StopAsync(CancellationToken.None);
        Assert.Equal(0, told.Reader.Count);
    }

    private static async Task<(TroubleReason, string, bool)> NextAsync(System.Threading.Channels.ChannelReader<(TroubleReason, string, bool)> told, Watch.TestClock clock)
    {
        using var enough = new CancellationTokenSource(TimeSpan.FromSeconds(30), TimeProvider.System);
        (TroubleReason, string, bool) next;
        while (!told.TryRead(out next))
        {
            clock.Advance(MachineWatch.LookEvery.TotalSeconds);
            await Task.Delay(TimeSpan.FromMilliseconds(5), TimeProvider.System, enough.Token);
        }

        return next;
    }

    private List<(string Reason, string Part, string? Detail)> Heat(int milli)
    {
        Write("sys/class/thermal/thermal_zone0/temp", milli.ToString(System.Globalization.CultureInfo.InvariantCulture));
        return Standing();
    }

    private List<(string Reason, string Part, string? Detail)> Memory(int available)
    {
        Write("proc/meminfo", $"MemTotal:        3884340 kB\nMemFree:          11532 kB\nMemAvailable:    {available} kB");
        return Standing();
    }

    private List<(string Reason, string Part, string? Detail)> Standing() =>
        [.. _machine.Look().Where(f => f.Stands).Select(f => (System.Text.Json.JsonNamingPolicy.KebabCaseLower.ConvertName($"{f.Reason}"), f.Part, f.Detail))];

    private void Write(string path, string text)
    {
        var file = Path.Combine(_root, path);
        Directory.CreateDirectory(Path.GetDirectoryName(file)!);
        File.WriteAllText(file, text + "\n");
    }

    /// <summary>Two clocks: one passes, the other is set as well.</summary>
    private sealed class SteppedClock : TimeProvider
    {
        private TimeSpan _passed;

        public TimeSpan Shift { get; set; }

        public override long TimestampFrequency => TimeSpan.TicksPerSecond;

        public override long GetTimestamp() => _passed.Ticks;

        public override DateTimeOffset GetUtcNow() => Watch.TestClock.Night + _passed + Shift;

        public void Pass(TimeSpan by) => _passed += by;
    }
}
