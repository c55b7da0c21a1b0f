using SmartCourtyard.Courtyards;
using SmartCourtyard.Readings;

namespace SmartCourtyard.Tests.ReadingTests;

/// <summary>The names that files, URLs and the telemetry store rely on, written down a second time.</summary>
public sealed class WordTests
{
    private const string Booleans = "smoke gas co-alarm emergency fall water-leak tamper fault test battery-low contact motion vibration online";

    private const string Numbers = """
        methane=%LEL co=ppm co2=ppm pm1=µg/m³ pm25=µg/m³ pm10=µg/m³ tvoc=µg/m³ hcho=mg/m³ temperature=°C humidity=% pressure=hPa
        noise=dB(A) water-level=mm leakage-current=mA voltage=V current=A power=W battery=% rssi=dBm link-quality= smoke-density=dB/m
        illuminance=lx
        """;

    private const string Classes = """
        smoke-detector heat-detector gas-detector co-detector emergency-button fall-detector air-monitor noise-meter water-leak water-level
        electrical-monitor door-contact motion vibration equipment-contact access-control plate-gate camera siren gas-valve
        reassurance-lamp intercom repeater
        """;

    private static readonly char[] Blank = [' ', '\n', '\r'];

    [Fact]
    public void Boolean_quantities_are_these_and_have_no_unit()
    {
        Assert.Equal(Booleans.Split(' '), Quantities.All.Where(q => q.IsBoolean()).Select(q => q.Name()));
        Assert.All(Quantities.All.Where(q => q.IsBoolean()), q => Assert.Empty(q.Unit()));
    }

    [Fact]
    public void Numbers_are_these_and_carry_these_units() => Assert.Equal(
        Numbers.Split(Blank, StringSplitOptions.RemoveEmptyEntries),
        Quantities.All.Where(q => !q.IsBoolean()).Select(q => $"{q.Name()}={q.Unit()}"));

    [Fact]
    public void Every_quantity_is_found_by_its_name_and_by_no_other()
    {
        Assert.All(Quantities.All, q => Assert.True(Quantities.TryParse(q.Name(), out var found) && found == q));
        Assert.False(Quantities.TryParse("Smoke", out _));
        Assert.False(Quantities.TryParse("", out _));
        Assert.False(Quantities.TryParse("smoke ", out _));
    }

    [Fact]
    public void Device_classes_are_these_and_are_found_by_their_names()
    {
        Assert.Equal(Classes.Split(Blank, StringSplitOptions.RemoveEmptyEntries), DeviceClasses.AllNames);
        Assert.Equal(DeviceClasses.AllNames, Enum.GetValues<DeviceClass>().Select(c => c.Name()));
        Assert.All(Enum.GetValues<DeviceClass>(), c => Assert.True(DeviceClasses.TryParse(c.Name(), out var found) && found == c));
        Assert.False(DeviceClasses.TryParse("toaster", out _));
    }

    [Theory]
    [InlineData(DeviceClass.SmokeDetector, true)]
    [InlineData(DeviceClass.EmergencyButton, true)]
    [InlineData(DeviceClass.GasDetector, true)]
    [InlineData(DeviceClass.CoDetector, true)]
    [InlineData(DeviceClass.WaterLeak, true)]
    [InlineData(DeviceClass.AirMonitor, false)]
    [InlineData(DeviceClass.NoiseMeter, false)]
    [InlineData(DeviceClass.Camera, false)]
    public void What_may_be_about_a_life_travels_apart_from_measurements(DeviceClass deviceClass, bool alarmCapable)
        => Assert.Equal(alarmCapable, deviceClass.IsAlarmCapable());

    [Fact]
    public void A_batch_gives_its_messages_one_by_one_and_leaves_out_those_without_readings()
    {
        var device = Estate.Device(DeviceClass.AirMonitor);
        var batch = new HeardBatch();
        batch.EndMessage(1, false);
        batch.Open.AddRange([device.Says(Quantity.Co2, 400), device.Says(Quantity.Temperature, 21)]);
        batch.EndMessage(2, true);
        batch.EndMessage(3, false);
        batch.Open.Add(device.Says(Quantity.Co2, 500));
        batch.EndMessage(4, false);

        Assert.Equal((2, 3), (batch.Count, batch.Readings.Count));
        Assert.Equal(2, batch.Message(0, out var delivery, out var redelivered).Length);
        Assert.Equal((2, true), (delivery, redelivered));
        Assert.Equal(500, batch.Message(1, out delivery, out redelivered)[0].Value);
        Assert.Equal((4, false), (delivery, redelivered));
    }

    [Theory]
    [InlineData("ppm", 5_000, 10)]
    [InlineData("%vol", 0.5, 10)]
    [InlineData("% vol", 0.5, 10)]
    [InlineData("%LEL", 10, 10)]
    public void Methane_counts_from_five_per_cent_by_volume(string unit, double value, double percentLel)
        => Assert.Equal(percentLel, Units.To(Quantity.Methane, unit)!(value), precision: 9);

    [Theory]
    [InlineData(5.0, 10)]
    [InlineData(4.4, 8.8)]
    public void A_per_cent_of_a_smaller_limit_is_less(double basePercent, double percentLel)
        => Assert.Equal(percentLel, Units.RebaseLel(10, basePercent), precision: 9);
}
