using SmartCourtyard.Courtyards;
using SmartCourtyard.Readings;
using SmartCourtyard.Sources;

namespace SmartCourtyard.Gateway.Devices.Sysfs;

/// <summary>What the values of a sensor mean for its device. Knows nothing of files.</summary>
internal sealed class SensorJudge(Device device, SensorSource source, TimeProvider time)
{
    private static readonly TimeSpan LoopSaidEvery = TimeSpan.FromSeconds(10);

    private readonly long _since = time.GetTimestamp();
    private LoopState? _saidLoop;
    private LoopState? _lastLoop;
    private long _loopSaidAt;

    public GasCurve? Curve { get; } = source is IioSource { Element: { } element } ? GasCurve.Of(element.Kind) : null;

    /// <summary>A measured quantity; false where no working sensor gives such a value.</summary>
    public bool Measure(Quantity quantity, double value, HeardBatch batch)
    {
        var (lowest, highest) = PlausibleRange.Of(quantity);
        if (value < lowest || value > highest)
        {
            return false;
        }

        Say(quantity, value, batch);
        return true;
    }

    /// <summary>
    /// The voltage of a supervised loop. An alarm counts at once. A fault must be seen twice, because the contact passes through other
    /// voltages while it moves; it leaves what the contact said last as it was.
    /// </summary>
    public void Loop(double volts, HeardBatch batch)
    {
        var iio = (IioSource)source;
        var state = iio.Loop!.Judge(volts);
        var sure = state is LoopState.Normal or LoopState.Alarm || state == _lastLoop;
        _lastLoop = state;
        if (!sure || (state == _saidLoop && time.GetElapsedTime(_loopSaidAt) < LoopSaidEvery))
        {
            return;
        }

        (_saidLoop, _loopSaidAt) = (state, time.GetTimestamp());
        var faulty = state is not (LoopState.Normal or LoopState.Alarm);
        var now = time.GetUtcNow();
        batch.Open.Add(new Reading(device, Quantity.Fault, faulty ? 1 : 0, now));
        if (Intrusion(device.Class))
        {
            // Who cuts or bridges the wire of a door contact means it.
            batch.Open.Add(new Reading(device, Quantity.Tamper, faulty ? 1 : 0, now));
        }

        if (!faulty)
        {
            var meaning = (iio.Meaning ?? GpioSource.MeaningOf(device.Class))!.Value;
            var on = state == LoopState.Alarm != (meaning == Quantity.Contact);
            batch.Open.Add(new Reading(device, meaning, on ? 1 : 0, now));
        }

        batch.EndMessage(0, redelivered: false);
    }

    /// <summary>
    /// The voltage of a bare gas element. Says nothing before the heater has been on long enough, and a fault where the voltage is none
    /// that an element gives.
    /// </summary>
    public void Element(double volts, HeardBatch batch)
    {
        var element = ((IioSource)source).Element!;
        if (time.GetElapsedTime(_since) < element.WarmUp)
        {
            return;
        }

        var gas = Curve!.Judge(element, volts);
        batch.Open.Add(new Reading(device, Quantity.Fault, gas is null ? 1 : 0, time.GetUtcNow()));
        if (gas is { } value)
        {
            batch.Open.Add(new Reading(device, Curve.Quantity, value, time.GetUtcNow()));
        }

        batch.EndMessage(0, redelivered: false);
    }

    private static bool Intrusion(DeviceClass deviceClass) =>
        deviceClass is DeviceClass.DoorContact or DeviceClass.Motion or DeviceClass.Vibration or DeviceClass.AccessControl;

    private void Say(Quantity quantity, double value, HeardBatch batch)
    {
        batch.Open.Add(new Reading(device, quantity, value, time.GetUtcNow()));
        batch.EndMessage(0, redelivered: false);
    }
}
