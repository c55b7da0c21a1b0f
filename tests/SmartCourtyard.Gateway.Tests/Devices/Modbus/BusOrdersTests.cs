using SmartCourtyard.Courtyards;
using SmartCourtyard.Effects;
using SmartCourtyard.Gateway.Devices.Modbus;
using SmartCourtyard.Gateway.Tests.Watch;
using SmartCourtyard.Sources;

namespace SmartCourtyard.Gateway.Tests.Devices.Modbus;

/// <summary>Which order a bus carries out next, and what becomes of those that are overtaken.</summary>
public sealed class BusOrdersTests
{
    private static readonly ModbusTcp Line = new("127.0.0.1", 1_502);

    private readonly ModbusSlave _first = new(1, TimeSpan.FromSeconds(1));
    private readonly ModbusSlave _second = new(2, TimeSpan.FromSeconds(1));
    private readonly OrderedOutput _siren;
    private readonly OrderedOutput _valve;
    private readonly BusOrders _orders;

    public BusOrdersTests()
    {
        _siren = Output(DeviceClass.Siren, "siren", _first);
        _valve = Output(DeviceClass.GasValve, "valve", _second);
        _orders = new BusOrders([_siren, _valve]);
    }

    [Fact]
    public async Task Everything_is_written_in_turn_before_anything_is_read_back()
    {
        var siren = Carry(_siren, true);
        var valve = Carry(_valve, true);
        Assert.Same(_siren, _orders.NextToWrite());
        _orders.Written(_siren);
        Assert.Same(_valve, _orders.NextToWrite());
        _orders.Written(_valve);
        Assert.Null(_orders.NextToWrite());
        Assert.Same(_siren, _orders.NextToReadBack());
        _orders.Complete(_siren, Carried.Confirmed);
        Assert.Same(_valve, _orders.NextToReadBack());
        _orders.Complete(_valve, Carried.Failed("stuck"));
        Assert.Null(_orders.NextToReadBack());
        Assert.Equal(Carried.Confirmed, await siren);
        Assert.Equal(Carried.Failed("stuck"), await valve);
    }

    [Fact]
    public void A_slave_that_does_not_answer_comes_last()
    {
        _first.Failed(TimeSpan.Zero, 0);
        _ = Carry(_siren, true);
        _ = Carry(_valve, true);
        Assert.Same(_valve, _orders.NextToWrite());
    }

    [Fact]
    public async Task A_newer_order_takes_the_place_of_one_that_waits_and_of_one_that_is_being_carried_out()
    {
        var first = Carry(_siren, true);
        var second = Carry(_siren, false);
        Assert.Equal(CarriedOutcome.Failed, (await first).Outcome);
        Assert.Same(_siren, _orders.NextToWrite());
        Assert.False(_siren.Ordered);

        var third = Carry(_siren, true);
        _orders.Written(_siren);
        _orders.Complete(_siren, Carried.Confirmed);
        Assert.Equal(CarriedOutcome.Failed, (await second).Outcome);
        Assert.False(third.IsCompleted);
        Assert.Null(_orders.NextToReadBack());
        Assert.Same(_siren, _orders.NextToWrite());
        Assert.True(_siren.Ordered);
        _orders.Written(_siren);
        _orders.Complete(_siren, Carried.Confirmed);
        Assert.Equal(Carried.Confirmed, await third);
    }

    [Fact]
    public async Task A_line_that_is_gone_and_a_bus_that_ends_are_said_with_their_reason()
    {
        var siren = Carry(_siren, true);
        _orders.FailAll("no route to host");
        Assert.Equal(Carried.Failed("no route to host"), await siren);
        Assert.Null(_orders.NextToWrite());
        _orders.Close("the bus ends");
        Assert.Equal(Carried.Failed("the bus ends"), await Carry(_siren, true));
        Assert.Equal(Carried.Failed("its source has no output"), await _orders.CarryAsync(new ActuatorOrder(Estate.Device(DeviceClass.Siren, "other"), true), CancellationToken.None));
    }

    [Theory]
    // A valve is closed when its coil is written and its switch says so; it is let go when the coil is, whatever the switch says.
    [InlineData(DeviceClass.GasValve, true, 1, 1.0, true)]
    [InlineData(DeviceClass.GasValve, true, 1, 0.0, false)]
    [InlineData(DeviceClass.GasValve, true, 0, 1.0, false)]
    [InlineData(DeviceClass.GasValve, true, 1, null, null)]
    [InlineData(DeviceClass.GasValve, false, 0, 1.0, false)]
    [InlineData(DeviceClass.GasValve, false, 0, null, false)]
    [InlineData(DeviceClass.GasValve, false, 1, 0.0, true)]
    // Of anything else the switch counts both ways.
    [InlineData(DeviceClass.Siren, true, 1, 1.0, true)]
    [InlineData(DeviceClass.Siren, false, 0, 0.0, false)]
    [InlineData(DeviceClass.Siren, false, 0, 1.0, true)]
    // What nobody has written is neither on nor off: never what was ordered.
    [InlineData(DeviceClass.Siren, true, 9, 1.0, false)]
    [InlineData(DeviceClass.Siren, false, 9, 0.0, true)]
    public void What_a_device_says_is_made_of_what_is_read_back_and_of_its_switch(DeviceClass deviceClass, bool ordered, int output, double? moved, bool? says)
    {
        var it = Output(deviceClass, "it", _first, new ModbusContact(ModbusTable.Discrete, 5));
        Assert.Null(it.Says);
        it.Take(PointRole.Output, output);
        if (moved is { } at)
        {
            it.Take(PointRole.Feedback, at);
        }

        Assert.Null(it.Says);
        it.Ordered = ordered;
        Assert.Equal(says, it.Says);
        it.Forget();
        Assert.Null(it.Says);
    }

    private Task<Carried> Carry(OrderedOutput output, bool on) => _orders.CarryAsync(new ActuatorOrder(output.Device, on), CancellationToken.None).AsTask();

    private static OrderedOutput Output(DeviceClass deviceClass, string id, ModbusSlave slave, ModbusContact? feedback = null)
    {
        var output = new ModbusOutput(ModbusTable.Coil, 3) { Feedback = feedback };
        return new OrderedOutput(Estate.Device(deviceClass, id) with { Source = new ModbusSource(Line, slave.Unit, []) { Output = output } }, output, slave);
    }
}
