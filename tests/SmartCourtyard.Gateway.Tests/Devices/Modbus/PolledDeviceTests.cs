using SmartCourtyard.Courtyards;
using SmartCourtyard.Gateway.Devices.Modbus;
using SmartCourtyard.Gateway.Tests.Watch;
using SmartCourtyard.Readings;
using SmartCourtyard.Sources;

namespace SmartCourtyard.Gateway.Tests.Devices.Modbus;

public sealed class PolledDeviceTests
{
    private static readonly Device Detector = new("d", null, DeviceClass.GasDetector, new Place(), new Zigbee2MqttSource("x"));
    private static readonly PolledPoint Gas = Point(Quantity.Gas, ModbusType.Flag);
    private static readonly PolledPoint Methane = Point(Quantity.Methane, ModbusType.Unsigned16);
    private static readonly PolledPoint Test = Point(Quantity.Test, ModbusType.Flag);

    private readonly PolledDevice _device = new(Detector);
    private double _seconds;

    [Fact]
    public void What_changed_is_told_at_once_and_what_did_not_each_ten_seconds()
    {
        Assert.Equal("online 1, gas 0", Round((Gas, 0)));
        for (var i = 0; i < 9; i++)
        {
            Assert.Equal("", Round((Gas, 0)));
        }

        Assert.Equal("gas 0", Round((Gas, 0)));
        Assert.Equal("gas 1", Round((Gas, 1)));
        Assert.Equal("", Round((Gas, 1)));
    }

    [Fact]
    public void One_change_tells_the_whole_message_with_test_first()
    {
        Round((Gas, 0), (Methane, 1), (Test, 0));

        Assert.Equal("test 1, gas 1, methane 1", Round((Gas, 1), (Methane, 1), (Test, 1)));
    }

    [Fact]
    public void A_device_that_says_nothing_three_times_is_offline_once_and_its_return_is_told_with_its_values()
    {
        Round((Gas, 1));

        Assert.Equal(["", "", "online 0", "", "online 1, gas 1"], [Round(), Round(), Round(), Round(), Round((Gas, 1))]);
    }

    [Fact]
    public void While_the_line_is_lost_no_device_is_blamed_and_afterwards_only_the_one_that_stays_silent()
    {
        Round((Gas, 0));

        Assert.Equal(["", "", "", ""], Enumerable.Range(0, 4).Select(_ => Round(blameLine: true)));
        Assert.Equal("online 0", Round());
    }

    [Fact]
    public void The_same_problem_is_news_once_until_the_point_was_read_again()
    {
        Assert.True(_device.Note(Gas, "exception 4"));
        Assert.False(_device.Note(Gas, "exception 4"));
        Assert.True(_device.Note(Gas, "exception 2"));
        _device.Take(Gas, 1);
        Assert.True(_device.Note(Gas, "exception 2"));
    }

    private static PolledPoint Point(Quantity quantity, ModbusType type) => new(Detector, new ModbusPoint(quantity, ModbusTable.Input, 0, type));

    private string Round(params (PolledPoint Point, double Value)[] read) => Round(false, read);

    private string Round(bool blameLine, params (PolledPoint Point, double Value)[] read)
    {
        foreach (var (point, value) in read)
        {
            _device.Take(point, value);
        }

        var told = new List<Reading>();
        _device.EndRound(told, TestClock.Night, TimeSpan.FromSeconds(_seconds++), blameLine);
        return string.Join(", ", told.Select(r => $"{r.Quantity.Name()} {r.Value}"));
    }
}
