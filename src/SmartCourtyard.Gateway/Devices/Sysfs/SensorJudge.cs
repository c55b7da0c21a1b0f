using SmartCourtyard.Courtyards;
using SmartCourtyard.Readings;
using SmartCourtyard.Sources;

namespace SmartCourtyard.Gateway.Devices.Sysfs;

/// <summary>What the values of a sensor mean for its device. Knows nothing of files.</summary>
internal sealed class SensorJudge(Device device, SensorSource source, TimeProvider time)
{
    private static readonly TimeSpan LoopSaidEvery = TimeSpan.FromSeconds(10);
    private static readonly TimeSpan FaultyFor = TimeSpan.FromMilliseconds(250);

    private long _since = time.GetTimestamp();
    private LoopState? _saidLoop;
    private LoopState? _lastLoop;
    private long _loopSaidAt;
    private TimeSpan _lastLoopSince;
    private bool _lastLoopIsSure;

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
        var state = ((IioSource)source).Loop!.Judge(volts);
        var sure = IsGood(state) || state == _lastLoop;
        _lastLoop = state;
        if (sure)
        {
            Say(state, time.GetUtcNow(), batch);
        }
    }

    /// <summary>
    /// One of many samples of a loop. Two in a row count: between one band and another lies at most a single sample of a third. A fault
    /// must last, because a contact that bounces is open and shorted in turn.
    /// </summary>
    /// <param name="volts">The loop's voltage.</param>
    /// <param name="ago">How long ago it was taken.</param>
    /// <param name="batch">Gets what is to be said.</param>
    public void Sample(double volts, TimeSpan ago, HeardBatch batch)
    {
        var state = ((IioSource)source).Loop!.Judge(volts);
        var at = time.GetElapsedTime(0) - ago;
        if (state != _lastLoop)
        {
            (_lastLoop, _lastLoopSince, _lastLoopIsSure) = (state, at, false);
            return;
        }

        _lastLoopIsSure |= IsGood(state) || at - _lastLoopSince >= FaultyFor;
        if (_lastLoopIsSure)
        {
            Say(state, time.GetUtcNow() - ago, batch);
        }
    }

    /// <summary>Knows what the judge of the same device knew before the site file was read again.</summary>
    public void Follow(SensorJudge before) => (_since, _saidLoop, _lastLoop, _loopSaidAt, _lastLoopSince, _lastLoopIsSure) =
        (before._since, before._saidLoop, before._lastLoop, before._loopSaidAt, before._lastLoopSince, before._lastLoopIsSure);

    private static bool IsGood(LoopState state) => state is LoopState.Normal or LoopState.Alarm;

    private void Say(LoopState state, DateTimeOffset now, HeardBatch batch)
    {
        if (state == _saidLoop && time.GetElapsedTime(_loopSaidAt) < LoopSaidEvery)
        {
            return;
        }

        (_saidLoop, _loopSaidAt) = (state, time.GetTimestamp());
        var iio = (IioSource)source;
        var faulty = !IsGood(state);
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
