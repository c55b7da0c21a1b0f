using Microsoft.Extensions.Logging.Abstractions;
using SmartCourtyard.Courtyards;
using SmartCourtyard.Gateway.Devices;
using SmartCourtyard.Gateway.Devices.Sysfs;
using SmartCourtyard.Gateway.Tests.Watch;
using SmartCourtyard.Readings;
using SmartCourtyard.Sources;

namespace SmartCourtyard.Gateway.Tests.Devices.Sysfs;

public sealed class SensorTests : IDisposable
{
    private static readonly TimeSpan Every = TimeSpan.FromSeconds(10);

    private readonly SysfsFolder _sys = new();
    private readonly TestClock _clock = new();
    private readonly LostParts _lost = new((_, _, _, _) => ValueTask.CompletedTask, NullLogger.Instance);

    /// <summary>What the drivers of Linux 6.1 show, in their own units, for the sensors that firmware-config speaks of.</summary>
    public static TheoryData<string, string, string> Drivers => new()
    {
        { "bme280", "in_temp_input=21530 in_pressure_input=100.893750000 in_humidityrelative_input=45230", "temperature=21.53 humidity=45.23 pressure=1008.94" },
        { "bme680", "in_temp_input=-4120 in_pressure_input=98.1 in_humidityrelative_input=81.250 in_resistance_input=52000", "temperature=-4.12 humidity=81.25 pressure=981" },
        { "scd41", "in_concentration_co2_raw=612 in_concentration_co2_scale=0.000100 in_temp_raw=26000 in_temp_offset=-16852.114286 in_temp_scale=2.670288 in_humidityrelative_raw=30000 in_humidityrelative_scale=1.525878",
            "co2=612 temperature=24.43 humidity=45.78" },
        { "sgp30", "in_concentration_co2_input=0.000412 in_concentration_voc_input=0.000000100 in_concentration_ethanol_raw=17000", "tvoc=449.9" },
        { "sgp40", "in_concentration_input=101.2 in_resistance_raw=28000", "" },
        { "sps30", "in_massconcentration_pm1_input=3.2 in_massconcentration_pm2p5_input=4.5 in_massconcentration_pm4_input=5 in_massconcentration_pm10_input=6.75 in_massconcentration_scale=0.010000", "pm1=3.2 pm25=4.5 pm10=6.75" },
        { "pms7003", "in_massconcentration_pm1_input=7 in_massconcentration_pm2p5_input=11 in_massconcentration_pm10_input=12", "pm1=7 pm25=11 pm10=12" },
        { "tsl2591", "in_illuminance_input=320.5 in_intensity_both_raw=4", "illuminance=320.5" },
        { "ads1015", "in_voltage0_raw=4660 in_voltage0_scale=0.062500000", "" },
    };

    public void Dispose() => _sys.Dispose();

    [Theory]
    [MemberData(nameof(Drivers))]
    public void A_sensors_channels_come_in_our_units(string name, string files, string expected)
    {
        _sys.Iio(0, "1-0062", name, [.. files.Split(' ').Select(f => f.Split('=')).Select(f => (f[0], f[1]))]);
        Assert.Equal(expected.Split(' ', StringSplitOptions.RemoveEmptyEntries).Order(), Read(new IioSource(name, null, Every, null)).Order());
        Assert.Equal(expected.Length == 0, _failures > 0);
    }

    [Fact]
    public void Hwmon_channels_come_in_our_units()
    {
        _sys.Hwmon(0, "1-0044", "sht3x", ("temp1_input", "25500"), ("humidity1_input", "61250"));
        _sys.Hwmon(1, "1-0040", "ina226", ("in1_input", "12040"), ("curr1_input", "30"), ("power1_input", "361200"));
        Assert.Equal(["humidity=61.25", "temperature=25.5"], Read(new HwmonSource("sht3x", null, Every, null)));
        Assert.Equal(["voltage=12.04", "leakage-current=30", "power=0.36"], Read(new HwmonSource("ina226", null, Every, new Dictionary<Quantity, SensorPoint>
        {
            [Quantity.Voltage] = new("in1"), [Quantity.LeakageCurrent] = new("curr1"), [Quantity.Power] = new("power1"),
        })));
    }

    [Fact]
    public void Scale_and_offset_may_be_shared_by_all_channels_of_a_type()
    {
        _sys.Iio(0, "spi0.0", "mcp3008", ("in_voltage5_raw", "512"), ("in_voltage_scale", "3.222656250"), ("in_voltage_offset", "-12"));
        Assert.Equal(["water-level=1611.33"], Read(new IioSource("mcp3008", null, Every, new Dictionary<Quantity, SensorPoint>
        {
            [Quantity.WaterLevel] = new("voltage5", Scale: 1_000),
        })));
    }

    [Fact]
    public void Of_two_sensors_with_one_name_the_bus_says_which()
    {
        _sys.Iio(0, "1-0076", "bme280", ("in_temp_input", "20000"));
        _sys.Iio(1, "1-0077", "bme280", ("in_temp_input", "30000"));
        Assert.Equal(["temperature=30"], Read(new IioSource("bme280", "1-0077", Every, null)));
        Assert.Empty(Read(new IioSource("bme280", null, Every, null)));
        Assert.Equal("2 IIO sensors are called 'bme280': 'bus' must say which (1-0076, 1-0077)", _lost.Now["iio bme280"]);
    }

    [Fact]
    public void A_sensor_that_is_not_there_is_lost_at_once_and_back_when_it_is()
    {
        var source = new HwmonSource("lm75", null, Every, null);
        Assert.Empty(Read(source));
        Assert.Equal("no hwmon sensor is called 'lm75'; there are none", _lost.Now[source.SensorPart]);
        _sys.Hwmon(0, "1-0048", "lm75", ("temp1_input", "25500"));
        Assert.Equal(["temperature=25.5"], Read(source));
        Assert.Empty(_lost.Now);
    }

    [Theory]
    [InlineData("", "in_temp_input holds '', not a number")]
    [InlineData("warm", "in_temp_input holds 'warm', not a number")]
    [InlineData("NaN", "in_temp_input holds 'NaN', not a number")]
    [InlineData("-327680", "temp gives -327.68, which no temperature is")]
    public void A_channel_that_gives_no_value_three_times_is_lost(string text, string why)
    {
        var folder = _sys.Iio(0, "1-0076", "bme280", ("in_temp_input", text));
        var source = new IioSource("bme280", null, Every, null);
        var watch = Watch(source);
        for (var i = 0; i < 3; i++)
        {
            Assert.Empty(_lost.Now);
            watch.Read(new HeardBatch());
        }

        Assert.Equal(why, _lost.Now[source.ChannelPart]);
        File.WriteAllText(Path.Combine(folder, "in_temp_input"), "21000\n");
        watch.Read(new HeardBatch());
        Assert.Empty(_lost.Now);
    }

    [Fact]
    public void A_loop_alarms_at_once_and_a_fault_is_seen_twice()
    {
        var source = new IioSource("ads1015", null, Every, null, "voltage0", new LoopBands(new Band(0.9, 1.1), new Band(1.4, 1.6)));
        var judge = new SensorJudge(Device(DeviceClass.SmokeDetector, source), source, _clock);
        Assert.Equal(["fault=0", "smoke=0"], Said(b => judge.Loop(1.0, b)));
        Assert.Empty(Said(b => judge.Loop(1.0, b)));
        Assert.Empty(Said(b => judge.Loop(1.25, b)));
        Assert.Equal(["fault=0", "smoke=1"], Said(b => judge.Loop(1.5, b)));
        Assert.Empty(Said(b => judge.Loop(0, b)));
        Assert.Equal(["fault=1"], Said(b => judge.Loop(0, b)));
        Assert.Empty(Said(b => judge.Loop(3.3, b)));
        Assert.Equal(["fault=1"], Said(b => judge.Loop(3.3, b)));
        _clock.Advance(seconds: 10);
        Assert.Equal(["fault=1"], Said(b => judge.Loop(3.3, b)));
        Assert.Equal(["fault=0", "smoke=0"], Said(b => judge.Loop(1.0, b)));
    }

    [Fact]
    public void Of_many_samples_two_in_a_row_are_an_alarm_one_is_none_and_a_fault_must_last()
    {
        var source = new IioSource("ads1015", null, Every, null, "voltage0", new LoopBands(new Band(0.9, 1.1), new Band(1.4, 1.6)), Buffer: new());
        var judge = new SensorJudge(Device(DeviceClass.SmokeDetector, source), source, _clock);
        string[] Samples(params double[] volts) => Said(batch =>
        {
            foreach (var v in volts)
            {
                _clock.Advance(seconds: 0.01);
                judge.Sample(v, TimeSpan.Zero, batch);
            }
        });
        Assert.Equal(["fault=0", "smoke=0"], Samples([.. Enumerable.Repeat(1.0, 50)]));
        // On its way from rest to a cut wire the voltage passes the alarm.
        Assert.Empty(Samples(1.5, 3.3, 1.5, 3.3, 1.0, 1.0));
        Assert.Equal(["fault=0", "smoke=1", "fault=0", "smoke=0"], Samples(1.5, 1.5, 1.5, 1.0, 1.0, 1.0));
        Assert.Empty(Samples([.. Enumerable.Repeat(3.3, 25), 1.0]));
        Assert.Equal(["fault=1"], Samples([.. Enumerable.Repeat(3.3, 60)]));
        Assert.Equal(["fault=0", "smoke=0"], Samples([.. Enumerable.Repeat(1.0, 900)]));
        // Nothing changes: a sign of life each ten seconds, however many samples.
        Assert.Equal(["fault=0", "smoke=0", "fault=0", "smoke=0"], Samples([.. Enumerable.Repeat(1.0, 2_000)]));
    }

    [Fact]
    public void Samples_that_waited_in_the_kernel_are_dated_back_and_a_fault_counts_by_their_time()
    {
        var source = new IioSource("ads1015", null, Every, null, "voltage0", new LoopBands(new Band(0.9, 1.1), new Band(1.4, 1.6)), Buffer: new());
        var judge = new SensorJudge(Device(DeviceClass.SmokeDetector, source), source, _clock);
        var batch = new HeardBatch();
        _clock.Advance(seconds: 60);
        for (var ago = 2_000; ago >= 0; ago -= 10)
        {
            judge.Sample(ago is > 1_500 and <= 1_550 ? 1.5 : ago < 500 ? 3.3 : 1.0, TimeSpan.FromMilliseconds(ago), batch);
        }

        Assert.Equal(["fault=0", "smoke=0", "fault=0", "smoke=1", "fault=0", "smoke=0", "fault=1"], Texts(batch));
        Assert.Equal(
            [1_990, 1_540, 1_490, 240], batch.Readings.Where(r => r.Quantity == Quantity.Fault).Select(r => (_clock.GetUtcNow() - r.ObservedAt).TotalMilliseconds));
    }

    [Fact]
    public void A_cut_wire_at_a_door_is_tampering_and_an_open_door_is_no_closed_contact()
    {
        var source = new IioSource("ads1015", null, Every, null, "voltage0", new LoopBands(new Band(0.9, 1.1), new Band(1.4, 1.6)));
        var judge = new SensorJudge(Device(DeviceClass.DoorContact, source), source, _clock);
        Assert.Equal(["fault=0", "tamper=0", "contact=1"], Said(b => judge.Loop(1.0, b)));
        Assert.Equal(["fault=0", "tamper=0", "contact=0"], Said(b => judge.Loop(1.5, b)));
        Said(b => judge.Loop(3.3, b));
        Assert.Equal(["fault=1", "tamper=1"], Said(b => judge.Loop(3.3, b)));
    }

    [Fact]
    public void A_gas_element_says_nothing_while_it_warms_up_and_a_fault_where_it_is_none()
    {
        var element = new GasElement("mq-4", LoadOhms: 10_000, SupplyVolts: 5, R0Ohms: 10_000, TimeSpan.FromMinutes(10), Divider: 2);
        var source = new IioSource("mcp3008", null, Every, null, "voltage0", null, element);
        var judge = new SensorJudge(Device(DeviceClass.AirMonitor, source), source, _clock);
        Assert.Empty(Said(b => judge.Element(1.25, b)));
        _clock.Advance(seconds: 600);
        // Half the supply over the load: Rs = load = R0, which the datasheet has at 1,000 ppm, 2 %LEL.
        Assert.Equal(["fault=0", "methane=2.03"], Said(b => judge.Element(1.25, b)));
        Assert.Equal(["fault=1"], Said(b => judge.Element(0, b)));
        Assert.Equal(["fault=1"], Said(b => judge.Element(2.49, b)));
    }

    [Fact]
    public void A_gas_element_that_is_warm_stays_warm_while_the_site_file_is_read_again()
    {
        var element = new GasElement("mq-4", LoadOhms: 10_000, SupplyVolts: 5, R0Ohms: 10_000, TimeSpan.FromMinutes(10), Divider: 2);
        var source = new IioSource("mcp3008", null, Every, null, "voltage0", null, element);
        _sys.Iio(0, "spi0.0", "mcp3008", ("in_voltage0_raw", "1250"));
        var before = Watch(source);
        _clock.Advance(seconds: 600);
        var next = Watch(source);
        Assert.Empty(Said(next.Read));
        next.Follow(before);
        Assert.Equal(["fault=0", "methane=2.03"], Said(next.Read));

        var another = Watch(source with { Element = element with { Kind = "mq-7" } });
        another.Follow(before);
        Assert.Empty(Said(another.Read));
    }

    [Theory]
    [InlineData("mq-4", 1.0, 2.03)]
    [InlineData("mq-4", 0.44, 19.94)]
    [InlineData("mq-7", 1.0, 99.04)]
    [InlineData("mq-7", 0.1, 2000)]
    public void A_gas_element_follows_its_curve_to_its_end(string kind, double ratio, double expected)
    {
        // The output at which the element has that ratio: V = supply · load / (load + Rs).
        var element = new GasElement(kind, 10_000, 5, 10_000, TimeSpan.FromMinutes(10));
        Assert.Equal(expected, GasCurve.Of(kind)!.Judge(element, 5 / (1 + ratio))!.Value, 0.01);
    }

    private int _failures;

    private string[] Read(SensorSource source)
    {
        var batch = new HeardBatch();
        var watch = Watch(source);
        watch.Read(batch);
        watch.Read(new HeardBatch());
        watch.Read(new HeardBatch());
        _failures = _lost.Now.Count;
        return Texts(batch);
    }

    private SensorWatch Watch(SensorSource source) =>
        new(Device(DeviceClass.AirMonitor, source), source, _sys.Root, _lost, (_, _) => ValueTask.FromResult(true), _clock);

    private static Device Device(DeviceClass deviceClass, Source source) => new("d", null, deviceClass, new Place(), source);

    private static string[] Said(Action<HeardBatch> does)
    {
        var batch = new HeardBatch();
        does(batch);
        return Texts(batch);
    }

    private static string[] Texts(HeardBatch batch) =>
        [.. batch.Readings.Select(r => FormattableString.Invariant($"{r.Quantity.Name()}={Math.Round(r.Value, 2)}"))];
}
