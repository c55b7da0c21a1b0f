using SmartCourtyard.Courtyards;
using SmartCourtyard.Readings;

namespace SmartCourtyard.Sources;

/// <summary>A channel of a sensor and what it measures.</summary>
/// <param name="Channel">The channel without its ending: <c>temp</c> or <c>voltage0</c> (IIO), <c>temp1</c> or <c>in0</c> (hwmon).</param>
/// <param name="Scale">Times the channel's value, in the quantity's unit (volts where the channel is a voltage and the quantity is not).</param>
/// <param name="Offset">Added after the scale, in the quantity's unit.</param>
public sealed record SensorPoint(string Channel, double Scale = 1, double Offset = 0);

/// <summary>A bare gas element (MQ-x) on an ADC.</summary>
/// <param name="Kind">The element, for example <c>mq-4</c>.</param>
/// <param name="LoadOhms">The resistor from the element's output to ground, in Ω.</param>
/// <param name="SupplyVolts">The voltage over element and load resistor, in V.</param>
/// <param name="R0Ohms">The element's resistance as calibrated, in Ω: its own, in clean air, divided by the datasheet's ratio.</param>
/// <param name="WarmUp">How long its heater must have been on before its word counts.</param>
/// <param name="Divider">How many times smaller the ADC sees the output; 1 where it is wired straight.</param>
public sealed record GasElement(string Kind, double LoadOhms, double SupplyVolts, double R0Ohms, TimeSpan WarmUp, double Divider = 1);

/// <summary>
/// Asks for the samples of a channel one after the other from the kernel's own buffer, so that none between two readings is missed.
/// </summary>
/// <param name="Rate">Samples a second, 1 to 1,000; null: 100 where the gateway makes the trigger, else as the trigger is set.</param>
/// <param name="Trigger">The name of a trigger that exists; null: the sensor's own clock where it has one, else a timer of the kernel.</param>
public sealed record SampleBuffering(int? Rate = null, string? Trigger = null);

/// <summary>A sensor that a driver of the kernel reads; found by the name that the driver gives it.</summary>
/// <param name="Name">What stands in the sensor's file <c>name</c>.</param>
/// <param name="Bus">Its place on its bus, for example <c>1-0076</c>, where several bear the name; null for the only one.</param>
/// <param name="Every">How often it is read, 100 ms to 1 h.</param>
/// <param name="Points">Which channel gives which quantity; null: everything of the sensor that has a quantity.</param>
public abstract record SensorSource(string Name, string? Bus, TimeSpan Every, IReadOnlyDictionary<Quantity, SensorPoint>? Points) : Source
{
    /// <summary>The subsystem of the kernel: <c>iio</c> or <c>hwmon</c>.</summary>
    public abstract string Subsystem { get; }

    /// <summary>The sensor, as a part that devices depend on.</summary>
    public string SensorPart => Bus is null ? $"{Subsystem} {Name}" : $"{Subsystem} {Name} at {Bus}";

    /// <summary>What of the sensor this device needs, as a part of its own: one channel may fail while others work.</summary>
    public virtual string ChannelPart => $"{SensorPart} channels";

    /// <inheritdoc />
    public override IReadOnlyList<string> DependsOn => [SensorPart, ChannelPart];
}

/// <summary>A sensor of the kernel's industrial-I/O subsystem.</summary>
/// <param name="Name">See <see cref="SensorSource"/>.</param>
/// <param name="Bus">See <see cref="SensorSource"/>.</param>
/// <param name="Every">See <see cref="SensorSource"/>.</param>
/// <param name="Points">See <see cref="SensorSource"/>.</param>
/// <param name="Channel">The one channel that a loop or an element is on; null where neither.</param>
/// <param name="Loop">The bands of a supervised loop; null where none.</param>
/// <param name="Element">The gas element; null where none.</param>
/// <param name="Meaning">What a loop in alarm means; null where the device's class says it.</param>
/// <param name="Buffer">How its loop is sampled by the kernel; null: the gateway reads it every <paramref name="Every"/>.</param>
public sealed record IioSource(
    string Name, string? Bus, TimeSpan Every, IReadOnlyDictionary<Quantity, SensorPoint>? Points, string? Channel = null,
    LoopBands? Loop = null, GasElement? Element = null, Quantity? Meaning = null, SampleBuffering? Buffer = null) : SensorSource(Name, Bus, Every, Points)
{
    /// <inheritdoc />
    public override string Subsystem => "iio";

    /// <inheritdoc />
    public override string ChannelPart => Channel is null ? base.ChannelPart : $"{SensorPart} channel {Channel}";
}

/// <summary>A sensor of the kernel's hardware-monitoring subsystem.</summary>
/// <param name="Name">See <see cref="SensorSource"/>.</param>
/// <param name="Bus">See <see cref="SensorSource"/>.</param>
/// <param name="Every">See <see cref="SensorSource"/>.</param>
/// <param name="Points">See <see cref="SensorSource"/>.</param>
public sealed record HwmonSource(string Name, string? Bus, TimeSpan Every, IReadOnlyDictionary<Quantity, SensorPoint>? Points)
    : SensorSource(Name, Bus, Every, Points)
{
    /// <inheritdoc />
    public override string Subsystem => "hwmon";
}
