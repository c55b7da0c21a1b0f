using SmartCourtyard.Alarms;
using SmartCourtyard.Courtyards;
using SmartCourtyard.Readings;
using SmartCourtyard.Sources;

namespace SmartCourtyard.Hardware.Guest;

/// <summary>Real drivers (lm75, ads1115) on a stub bus, and the kernel's own IIO dummy.</summary>
internal static class KernelSensors
{
    private const int Lm75 = 0x48;
    private const int Ads1115 = 0x49;
    private static readonly TimeSpan Often = TimeSpan.FromMilliseconds(100);

    public static async Task A_temperature_is_read_by_hwmon()
    {
        var air = Rig.Device(DeviceClass.AirMonitor, new HwmonSource("lm75", null, Often, null));
        await using var rig = await Rig.StartAsync(air);
        await Check.EventuallyAsync(() => rig.Last(Quantity.Temperature) == 25.5, () => $"not 25.5 °C: {rig}");
        Stub.Write(Lm75, 0, 0xF600); // -10 °C
        await Check.EventuallyAsync(() => rig.Last(Quantity.Temperature) == -10, () => $"not -10 °C: {rig}");
        Stub.Write(Lm75, 0, 0x1980);
    }

    public static async Task A_voltage_is_read_by_iio_and_scaled_as_the_site_says()
    {
        Stub.Write(Ads1115, 0, 0x1234); // 4660 · 0.0625 mV
        var level = Rig.Device(DeviceClass.WaterLevel, new IioSource("ads1015", null, Often, new Dictionary<Quantity, SensorPoint>
        {
            [Quantity.Voltage] = new("voltage0"), [Quantity.WaterLevel] = new("voltage0", Scale: 1_000, Offset: -100),
        }));
        await using var rig = await Rig.StartAsync(level);
        await Check.EventuallyAsync(() => rig.Last(Quantity.WaterLevel) is not null, () => $"nothing is read: {rig}");
        Check.That(Math.Abs(rig.Last(Quantity.Voltage)!.Value - 0.29125) < 1e-9, $"{rig}");
        Check.That(Math.Abs(rig.Last(Quantity.WaterLevel)!.Value - 191.25) < 1e-6, $"{rig}");
    }

    public static async Task Raw_offset_and_scale_of_the_iio_dummy_are_joined()
    {
        var dummy = Rig.Device(DeviceClass.ElectricalMonitor, new IioSource("courtyard-dummy", null, Often, new Dictionary<Quantity, SensorPoint>
        {
            [Quantity.Voltage] = new("voltage0", Scale: 1e6),
        }));
        await using var rig = await Rig.StartAsync(dummy);
        // (73 + 7) · 0.001333 mV
        await Check.EventuallyAsync(() => Math.Abs((rig.Last(Quantity.Voltage) ?? 0) - 106.64) < 1e-6, () => $"not 106.64 µV: {rig}");
    }

    public static async Task A_sensor_that_is_taken_out_is_one_trouble_and_is_heard_again_when_it_is_back()
    {
        var source = new HwmonSource("lm75", null, Often, null);
        var air = Rig.Device(DeviceClass.AirMonitor, source);
        await using var rig = await Rig.StartAsync(air);
        await rig.HearsAsync(air);
        Stub.Remove(Lm75);
        await Check.EventuallyAsync(() => rig.WhyLost(source.SensorPart) is not null, () => $"nobody notices: {rig}");
        Check.That(rig.WhyLost(source.SensorPart)!.Contains("'lm75'", StringComparison.Ordinal), rig.WhyLost(source.SensorPart)!);
        var before = rig.Heard.Count;
        Stub.Add("lm75", Lm75);
        await Check.EventuallyAsync(() => rig.WhyLost(source.SensorPart) is null && rig.Heard.Count > before, () => $"not back: {rig}");
    }

    public static async Task A_supervised_loop_tells_alarm_short_and_cut_apart()
    {
        var loop = Rig.Device(DeviceClass.SmokeDetector, new IioSource(
            "ads1015", null, Often, null, "voltage0", new LoopBands(new Band(0.9, 1.1), new Band(1.4, 1.6))));
        Stub.Write(Ads1115, 0, 16_000); // 1.0 V
        await using var rig = await Rig.StartAsync(loop);
        await Check.EventuallyAsync(() => rig.Last(Quantity.Smoke) == 0 && rig.Last(Quantity.Fault) == 0, () => $"not normal: {rig}");
        Stub.Write(Ads1115, 0, 0);
        await Check.EventuallyAsync(() => rig.Last(Quantity.Fault) == 1, () => $"a short is silent: {rig}");
        Stub.Write(Ads1115, 0, 24_000); // 1.5 V
        await Check.EventuallyAsync(() => rig.Last(Quantity.Smoke) == 1 && rig.Last(Quantity.Fault) == 0, () => $"no alarm: {rig}");
        Stub.Write(Ads1115, 0, 32_767);
        await Check.EventuallyAsync(() => rig.Last(Quantity.Fault) == 1, () => $"a cut wire is silent: {rig}");
        Check.That(rig.Alarms is [{ Step: AlarmStep.Raised, Alarm.Kind: AlarmKind.Smoke }], "a cut wire took the alarm back");
        Stub.Write(Ads1115, 0, 16_000);
        await Check.EventuallyAsync(() => rig.Alarms.Any(a => a.Step == AlarmStep.Cleared), () => $"does not clear: {rig}");
    }
}
