using System.Diagnostics.CodeAnalysis;
using System.Security.Cryptography;
using SmartCourtyard.Acceptance.Estates;
using SmartCourtyard.Courtyards;
using SmartCourtyard.Gateway.Tests.Watch;
using SmartCourtyard.Readings;
using SmartCourtyard.Sources;

namespace SmartCourtyard.Gateway.Tests.Devices.Modbus;

/// <summary>The Modbus part of the gateway against real slaves (pymodbus), by TCP and on a serial line.</summary>
public sealed class ModbusBusTests
{
    private static readonly TimeSpan Often = TimeSpan.FromMilliseconds(200);

    private static readonly object Panel = new
    {
        unit = 1,
        input = new Dictionary<string, int>
        {
            ["0"] = 123, ["1"] = 0xFFF6, ["2"] = 0x0001, ["3"] = 0x86A0, ["4"] = 0x86A0, ["5"] = 0x0001, ["6"] = 0x42F6, ["7"] = 0xE979,
            ["8"] = 0xE979, ["9"] = 0x42F6, ["10"] = 0xF642, ["11"] = 0x79E9, ["12"] = 0x79E9, ["13"] = 0xF642, ["14"] = 0xFFFF, ["15"] = 0xFF9C,
            ["16"] = 0x0008,
        },
        holding = new Dictionary<string, int> { ["40000"] = 715 },
        coil = new Dictionary<string, int> { ["0"] = 1, ["1"] = 0 },
        discrete = new Dictionary<string, int> { ["7"] = 1, ["8"] = 0 },
    };

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Values_of_all_types_are_read(bool serial)
    {
        await using var line = await Line.StartAsync(serial);
        await line.Slaves.TellAsync(Panel);
        var all = line.Device(
            "all", 1, DeviceClass.GasDetector,
            Input(Quantity.Methane, 0, ModbusType.Unsigned16) with { Scale = 0.1 },
            Input(Quantity.Temperature, 1, ModbusType.Signed16) with { Scale = 0.5, Offset = 10 },
            Input(Quantity.Illuminance, 2, ModbusType.Unsigned32),
            Input(Quantity.Power, 4, ModbusType.Unsigned32) with { Order = ModbusOrder.Cdab },
            Input(Quantity.Co2, 6, ModbusType.Real32),
            Input(Quantity.Co, 8, ModbusType.Real32) with { Order = ModbusOrder.Cdab },
            Input(Quantity.Pm10, 10, ModbusType.Real32) with { Order = ModbusOrder.Badc },
            Input(Quantity.Pm25, 12, ModbusType.Real32) with { Order = ModbusOrder.Dcba },
            Input(Quantity.WaterLevel, 14, ModbusType.Signed32),
            Input(Quantity.Fault, 16, ModbusType.Flag) with { Bit = 3 },
            Input(Quantity.Tamper, 16, ModbusType.Flag) with { Bit = 2 },
            new ModbusPoint(Quantity.Humidity, ModbusTable.Holding, 40_000, ModbusType.Unsigned16, Scale: 0.1),
            new ModbusPoint(Quantity.Gas, ModbusTable.Coil, 0, ModbusType.Flag),
            new ModbusPoint(Quantity.CoAlarm, ModbusTable.Coil, 1, ModbusType.Flag),
            new ModbusPoint(Quantity.Smoke, ModbusTable.Discrete, 7, ModbusType.Flag, Inverted: true),
            new ModbusPoint(Quantity.Contact, ModbusTable.Discrete, 8, ModbusType.Flag));
        await using var buses = await RunningBuses.StartAsync(all);

        await buses.Says(all, Quantity.Methane, 12.3);
        await buses.Says(all, Quantity.Temperature, 5);
        await buses.Says(all, Quantity.Illuminance, 100_000);
        await buses.Says(all, Quantity.Power, 100_000);
        foreach (var real in new[] { Quantity.Co2, Quantity.Co, Quantity.Pm10, Quantity.Pm25 })
        {
            await buses.Says(all, real, 123.456001);
        }

        await buses.Says(all, Quantity.WaterLevel, -100);
        await buses.Says(all, Quantity.Fault, 1);
        await buses.Says(all, Quantity.Tamper, 0);
        await buses.Says(all, Quantity.Humidity, 71.5);
        await buses.Says(all, Quantity.Gas, 1);
        await buses.Says(all, Quantity.CoAlarm, 0);
        await buses.Says(all, Quantity.Smoke, 0);
        await buses.Says(all, Quantity.Contact, 0);
        Assert.Empty(buses.Elsewhere.Messages());
        Assert.Empty(buses.Lost);
        Assert.All(buses.Readings, r => Assert.False(r.Momentary));
    }

    [Fact]
    public async Task A_declared_unit_is_converted_and_what_cannot_be_is_said_and_not_handed_on()
    {
        await using var line = await Line.StartAsync(serial: false);
        await line.Slaves.TellAsync(new { unit = 3, input = new Dictionary<string, int> { ["0"] = 5_000, ["1"] = 65_535, ["2"] = 0x7FC0, ["3"] = 0 } });
        var gas = line.Device(
            "boiler-gas", 3, DeviceClass.GasDetector, Input(Quantity.Methane, 0, ModbusType.Unsigned16) with { Unit = "ppm" },
            Input(Quantity.Humidity, 1, ModbusType.Unsigned16) with { Scale = 0.1 }, Input(Quantity.Temperature, 2, ModbusType.Real32));
        await using var buses = await RunningBuses.StartAsync(gas);

        await buses.Says(gas, Quantity.Methane, 10);
        var message = Assert.Single(buses.Elsewhere.Messages());
        Assert.Equal(("boiler-gas", "humidity in input 1 is 65535, which makes 6553.5 %: 0 to 100 %"), (message.DeviceId, message.Reason));
        Assert.DoesNotContain(buses.Readings, r => r.Quantity is Quantity.Humidity or Quantity.Temperature);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task A_slave_that_does_not_give_neighbours_together_is_read_point_by_point(bool serial)
    {
        await using var line = await Line.StartAsync(serial);
        await line.Slaves.TellAsync(new { unit = 1, input = new Dictionary<string, int> { ["0"] = 400, ["3"] = 215 } });
        var air = line.Device(
            "air", 1, DeviceClass.AirMonitor, Input(Quantity.Co2, 0, ModbusType.Unsigned16),
            Input(Quantity.Temperature, 3, ModbusType.Signed16) with { Scale = 0.1 }, Input(Quantity.Humidity, 4, ModbusType.Unsigned16));
        await using var buses = await RunningBuses.StartAsync(air);

        await buses.Says(air, Quantity.Co2, 400);
        await buses.Says(air, Quantity.Temperature, 21.5);
        var message = Assert.Single(buses.Elsewhere.Messages());
        Assert.Equal("input 4: exception 2: it has no such register", message.Reason);
        Assert.Equal([1], buses.Values(air, Quantity.Online));
    }

    [Fact]
    public async Task A_slave_that_refuses_everything_is_said_with_its_reason_and_goes_offline_and_comes_back()
    {
        await using var line = await Line.StartAsync(serial: false);
        await line.Slaves.TellAsync(new { unit = 1, input = Registers(5), exception = 4 });
        var air = line.Device("air", 1, DeviceClass.AirMonitor, Input(Quantity.Co2, 0, ModbusType.Unsigned16));
        await using var buses = await RunningBuses.StartAsync(air);

        await buses.Says(air, Quantity.Online, 0);
        Assert.Equal("input 0: exception 4: it is defective", Assert.Single(buses.Elsewhere.Messages()).Reason);
        await line.Slaves.TellAsync(new { unit = 1, exception = 0 });
        await buses.Says(air, Quantity.Co2, 5);
        Assert.Equal([0, 1], buses.Values(air, Quantity.Online));
        Assert.Empty(buses.Lost);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task A_dead_slave_does_not_slow_down_the_living_one_beside_it(bool serial)
    {
        await using var line = await Line.StartAsync(serial);
        await line.Slaves.TellAsync(new { unit = 1, counter = 100, watches = (int[])[9, 101] });
        var living = line.Device(
            "living", 1, DeviceClass.AirMonitor, Input(Quantity.Co2, 100, ModbusType.Unsigned16), Input(Quantity.Pm25, 101, ModbusType.Unsigned16));
        var dead = line.Device("dead", 9, DeviceClass.AirMonitor, Input(Quantity.Co2, 0, ModbusType.Unsigned16));
        await using var buses = await RunningBuses.StartAsync(living, dead);

        await buses.Says(dead, Quantity.Online, 0);
        var (before, asked) = (buses.Values(living, Quantity.Co2)[^1], buses.Values(living, Quantity.Pm25)[^1]);
        await Eventually.Holds(() => buses.Values(living, Quantity.Co2)[^1] >= before + 20, "the living one goes on");
        // A bus that waits for the dead one each time asks both alike.
        Assert.InRange(buses.Values(living, Quantity.Pm25)[^1] - asked, 0, 6);
        Assert.Empty(buses.Values(dead, Quantity.Co2));
        Assert.Empty(buses.Lost);
    }

    [Fact]
    public async Task A_slow_slave_is_heard_beside_a_quick_one()
    {
        await using var line = await Line.StartAsync(serial: false);
        await line.Slaves.TellAsync(new { unit = 1, counter = 100 });
        await line.Slaves.TellAsync(new { unit = 2, input = Registers(700), delay = 0.6 });
        var quick = line.Device("quick", 1, DeviceClass.AirMonitor, Input(Quantity.Co2, 100, ModbusType.Unsigned16));
        var slow = line.Device("slow", 2, DeviceClass.AirMonitor, Input(Quantity.Co2, 0, ModbusType.Unsigned16));
        await using var buses = await RunningBuses.StartAsync(quick, slow);

        await buses.Says(slow, Quantity.Co2, 700);
        var before = buses.Values(quick, Quantity.Co2)[^1];
        await line.Slaves.TellAsync(new { unit = 2, input = Registers(800) });
        await buses.Says(slow, Quantity.Co2, 800);
        await Eventually.Holds(() => buses.Values(quick, Quantity.Co2)[^1] > before + 5, "the quick one goes on");
        Assert.Equal([1], buses.Values(slow, Quantity.Online));
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task An_answer_that_comes_too_late_is_never_taken_for_another(bool serial)
    {
        await using var line = await Line.StartAsync(serial);
        await line.Slaves.TellAsync(new { unit = 1, input = Registers(100) });
        await line.Slaves.TellAsync(new { unit = 2, input = Registers(2_000), delay = 0.45 });
        var timely = line.Device("timely", 1, DeviceClass.AirMonitor, Input(Quantity.Co2, 0, ModbusType.Unsigned16));
        var late = line.Device("late", 2, DeviceClass.AirMonitor, TimeSpan.FromMilliseconds(350), Input(Quantity.Co2, 0, ModbusType.Unsigned16));
        await using var buses = await RunningBuses.StartAsync(timely, late);

        await buses.Says(late, Quantity.Online, 0);
        for (var value = 101; value < 110; value++)
        {
            await line.Slaves.TellAsync(new { unit = 1, input = Registers(value) });
            await buses.Says(timely, Quantity.Co2, value);
        }

        Assert.All(buses.Values(timely, Quantity.Co2), v => Assert.InRange(v, 100, 110));
        Assert.All(buses.Values(late, Quantity.Co2), v => Assert.Equal(2_000, v));
        Assert.Equal([1], buses.Values(timely, Quantity.Online));
    }

    [Fact]
    public async Task An_alarm_that_stands_is_one_change_and_not_a_press_each_second()
    {
        await using var line = await Line.StartAsync(serial: false);
        await line.Slaves.TellAsync(new { unit = 1, coil = new Dictionary<string, int> { ["0"] = 0 }, counter = 100 });
        var button = line.Device(
            "button", 1, DeviceClass.EmergencyButton, new ModbusPoint(Quantity.Emergency, ModbusTable.Coil, 0, ModbusType.Flag));
        var clock = line.Device("clock", 1, DeviceClass.AirMonitor, Input(Quantity.Co2, 100, ModbusType.Unsigned16));
        await using var buses = await RunningBuses.StartAsync(button, clock);

        await buses.Says(button, Quantity.Emergency, 0);
        await line.Slaves.TellAsync(new { unit = 1, coil = new Dictionary<string, int> { ["0"] = 1 } });
        await buses.Says(button, Quantity.Emergency, 1);
        var polls = buses.Values(clock, Quantity.Co2)[^1];
        await Eventually.Holds(() => buses.Values(clock, Quantity.Co2)[^1] >= polls + 10, "ten more polls");
        Assert.Equal([0, 1], buses.Values(button, Quantity.Emergency));
    }

    [Fact]
    public async Task A_slave_that_is_killed_is_one_lost_bus_and_is_heard_again_when_it_is_back()
    {
        await using var line = await Line.StartAsync(serial: false);
        await line.Slaves.TellAsync(new { unit = 1, input = Registers(100) });
        await line.Slaves.TellAsync(new { unit = 2, input = Registers(200) });
        var one = line.Device("one", 1, DeviceClass.AirMonitor, Input(Quantity.Co2, 0, ModbusType.Unsigned16));
        var two = line.Device("two", 2, DeviceClass.AirMonitor, Input(Quantity.Co2, 0, ModbusType.Unsigned16));
        await using var buses = await RunningBuses.StartAsync(one, two);
        await buses.Says(one, Quantity.Co2, 100);
        await buses.Says(two, Quantity.Co2, 200);

        line.Slaves.Kill();
        await Eventually.Holds(() => buses.Lost.Any(l => l.Lost), "the bus is lost");
        await line.Slaves.StartAsync();
        await line.Slaves.TellAsync(new { unit = 1, input = Registers(101) });
        await buses.Says(one, Quantity.Co2, 101);
        await Eventually.Holds(() => buses.Lost.Count == 2, "the bus is back");

        Assert.Equal([one.Source.DependsOn[0], one.Source.DependsOn[0]], buses.Lost.Select(l => l.Part));
        Assert.Equal([true, false], buses.Lost.Select(l => l.Lost));
        Assert.Contains("refused", buses.Lost.First().Why, StringComparison.Ordinal);
        Assert.DoesNotContain(buses.Readings, r => r is { Quantity: Quantity.Online, Value: 0 });
    }

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    public async Task All_slaves_of_a_line_silent_is_one_lost_bus_and_who_stays_silent_after_it_is_known_soon(int firstToFall)
    {
        await using var line = await Line.StartAsync(serial: true);
        await line.Slaves.TellAsync(new { unit = 1, input = Registers(100) });
        await line.Slaves.TellAsync(new { unit = 2, input = Registers(200) });
        var one = line.Device("one", 1, DeviceClass.AirMonitor, Input(Quantity.Co2, 0, ModbusType.Unsigned16));
        var two = line.Device("two", 2, DeviceClass.AirMonitor, Input(Quantity.Co2, 0, ModbusType.Unsigned16));
        await using var buses = await RunningBuses.StartAsync(one, two);
        await buses.Says(one, Quantity.Co2, 100);
        await buses.Says(two, Quantity.Co2, 200);

        await line.Slaves.TellAsync(new { unit = firstToFall, mute = true });
        await buses.Says(firstToFall == 1 ? one : two, Quantity.Online, 0, 40);
        await line.Slaves.TellAsync(new { unit = 3 - firstToFall, mute = true });
        await Eventually.Holds(() => !buses.Lost.IsEmpty, "the bus is lost", 40);
        Assert.Equal((true, $"rtu {line.Near}: none of its 2 units answers"), (buses.Lost.Single().Lost, buses.Lost.Single().Why));

        await line.Slaves.TellAsync(new { unit = 1, mute = false, input = Registers(101) });
        await buses.Says(one, Quantity.Co2, 101, 60);
        await buses.Says(two, Quantity.Online, 0, 20);
        Assert.False(buses.Lost.Last().Lost);
    }

    [Fact]
    public async Task A_serial_converter_pulled_out_is_a_lost_bus_and_is_used_again_when_it_is_back()
    {
        await using var line = await Line.StartAsync(serial: true);
        await line.Slaves.TellAsync(new { unit = 1, input = Registers(100) });
        var one = line.Device("one", 1, DeviceClass.AirMonitor, Input(Quantity.Co2, 0, ModbusType.Unsigned16));
        await using var buses = await RunningBuses.StartAsync(one);
        await buses.Says(one, Quantity.Co2, 100);

        line.Slaves.Kill();
        line.Wire!.Unplug();
        await Eventually.Holds(() => buses.Lost.Any(l => l.Lost), "the bus is lost");
        await line.Wire.PlugAsync();
        await line.Slaves.StartAsync();
        await line.Slaves.TellAsync(new { unit = 1, input = Registers(101) });
        await buses.Says(one, Quantity.Co2, 101);
        Assert.Equal([true, false], buses.Lost.Select(l => l.Lost));
    }

    [Fact]
    public async Task Noise_on_the_line_makes_no_value_and_does_not_stop_the_reading()
    {
        await using var line = await Line.StartAsync(serial: true);
        await line.Slaves.TellAsync(new { unit = 1, counter = 100 });
        var one = line.Device("one", 1, DeviceClass.AirMonitor, Input(Quantity.Co2, 100, ModbusType.Unsigned16));
        await using var buses = await RunningBuses.StartAsync(one);
        await Eventually.Holds(() => buses.Values(one, Quantity.Co2).Count > 0, "a value");

        var noise = new byte[24];
        for (var i = 0; i < 60; i++)
        {
            RandomNumberGenerator.Fill(noise);
            line.Wire!.Noise(noise);
            await Task.Delay(TimeSpan.FromMilliseconds(37), TimeProvider.System);
        }

        var reached = buses.Values(one, Quantity.Co2)[^1];
        await Eventually.Holds(() => buses.Values(one, Quantity.Co2)[^1] > reached + 5, "reading goes on after the noise");
        // The slave counts up by one a question: a value made of noise would stand out.
        Assert.All(buses.Values(one, Quantity.Co2).Zip(buses.Values(one, Quantity.Co2).Skip(1)), pair => Assert.InRange(pair.Second - pair.First, 1, 60));
    }

    private static Dictionary<string, int> Registers(int first) => new() { ["0"] = first };

    private static ModbusPoint Input(Quantity quantity, int address, ModbusType type) => new(quantity, ModbusTable.Input, address, type);

    /// <summary>Slaves and the line to them.</summary>
    [SuppressMessage("Reliability", "CA2000", Justification = "what it makes it disposes")]
    private sealed class Line : IAsyncDisposable
    {
        private readonly ModbusLine _line;

        private Line(ModbusLine line, ModbusPeer slaves, SerialLine? wire) => (_line, Slaves, Wire) = (line, slaves, wire);

        public ModbusPeer Slaves { get; }

        public SerialLine? Wire { get; }

        public string Near => Wire!.Near;

        public static async Task<Line> StartAsync(bool serial)
        {
            if (!serial)
            {
                var port = Ports.Free();
                var tcp = new Line(new ModbusTcp("127.0.0.1", port), ModbusPeer.Tcp(port), null);
                await tcp.Slaves.StartAsync();
                return tcp;
            }

            var wire = new SerialLine();
            await wire.PlugAsync();
            var rtu = new Line(new ModbusRtu(wire.Near, 9_600, ModbusParity.None, 1), ModbusPeer.Rtu(wire.Far), wire);
            await rtu.Slaves.StartAsync();
            return rtu;
        }

        public Device Device(string id, int unit, DeviceClass deviceClass, params ModbusPoint[] points) => Device(id, unit, deviceClass, null, points);

        public Device Device(string id, int unit, DeviceClass deviceClass, TimeSpan? timeout, params ModbusPoint[] points)
            => new(id, null, deviceClass, new Place(), new ModbusSource(_line, unit, points, Often, timeout));

        public ValueTask DisposeAsync()
        {
            Slaves.Dispose();
            Wire?.Dispose();
            return ValueTask.CompletedTask;
        }
    }
}
