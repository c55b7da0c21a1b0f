using SmartCourtyard.Alarms;
using SmartCourtyard.Courtyards;
using SmartCourtyard.Readings;
using SmartCourtyard.Sources;

namespace SmartCourtyard.Tests.Sources;

public sealed class LoopBandsTests
{
    private static readonly LoopBands Rising = new(new Band(0.9, 1.1), new Band(1.4, 1.6));
    private static readonly LoopBands Falling = new(new Band(1.4, 1.6), new Band(0.9, 1.1), Shorted: new Band(0, 0.2), Cut: new Band(2.9, 3.4));

    [Theory]
    [InlineData(0, LoopState.Shorted)]
    [InlineData(0.89, LoopState.Shorted)]
    [InlineData(0.9, LoopState.Normal)]
    [InlineData(1.1, LoopState.Normal)]
    [InlineData(1.11, LoopState.Unclear)]
    [InlineData(1.39, LoopState.Unclear)]
    [InlineData(1.4, LoopState.Alarm)]
    [InlineData(1.6, LoopState.Alarm)]
    [InlineData(1.61, LoopState.Cut)]
    [InlineData(5, LoopState.Cut)]
    [InlineData(-0.01, LoopState.Shorted)]
    public void Below_both_bands_is_a_short_and_above_both_a_cut(double volts, LoopState state) => Assert.Equal(state, Rising.Judge(volts));

    [Theory]
    [InlineData(0, LoopState.Shorted)]
    [InlineData(0.5, LoopState.Unclear)]
    [InlineData(1, LoopState.Alarm)]
    [InlineData(1.5, LoopState.Normal)]
    [InlineData(2, LoopState.Unclear)]
    [InlineData(3.3, LoopState.Cut)]
    [InlineData(4, LoopState.Unclear)]
    public void Bands_that_are_given_leave_everything_else_unclear(double volts, LoopState state) => Assert.Equal(state, Falling.Judge(volts));

    [Fact]
    public void What_is_not_a_number_is_unclear() => Assert.Equal(LoopState.Unclear, Rising.Judge(double.NaN));

    [Fact]
    public void A_bare_gas_element_advises_and_a_detector_alarms()
    {
        var element = new IioSource("mcp3008", null, TimeSpan.FromSeconds(10), null, "voltage0", null, new GasElement("mq-4", 10_000, 5, 4_000, TimeSpan.FromMinutes(10)));
        Assert.Equal(Severity.Advisory, Raised(Estate.Device(DeviceClass.AirMonitor, "bare", element)).Severity);
        Assert.Equal(Severity.Life, Raised(Estate.Device(DeviceClass.GasDetector)).Severity);

        static Alarm Raised(Device device)
        {
            var steps = new List<AlarmChange>();
            new AlarmBook([]).Hear([device.Says(Quantity.Methane, 30)], Estate.After(0), steps);
            return Assert.Single(steps).Alarm;
        }
    }

    [Theory]
    [InlineData(DeviceClass.SmokeDetector, Quantity.Smoke)]
    [InlineData(DeviceClass.HeatDetector, Quantity.Smoke)]
    [InlineData(DeviceClass.GasDetector, Quantity.Gas)]
    [InlineData(DeviceClass.CoDetector, Quantity.CoAlarm)]
    [InlineData(DeviceClass.EmergencyButton, Quantity.Emergency)]
    [InlineData(DeviceClass.WaterLevel, Quantity.WaterLeak)]
    [InlineData(DeviceClass.DoorContact, Quantity.Contact)]
    public void A_contact_means_what_its_class_says(DeviceClass deviceClass, Quantity quantity) => Assert.Equal(quantity, GpioSource.MeaningOf(deviceClass));
}
