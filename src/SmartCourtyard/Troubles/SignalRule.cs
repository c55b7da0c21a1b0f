using SmartCourtyard.Readings;

namespace SmartCourtyard.Troubles;

/// <summary>
/// The radio link is about to fail: weak for an hour without a break. It is over when it has been good for an hour. Between the
/// two limits nothing changes, so that a person in a doorway makes no trouble.
/// </summary>
internal sealed class SignalRule() : HealthRule(TroubleReason.WeakSignal)
{
    private const double WeakLinkQuality = 20;
    private const double GoodLinkQuality = 30;
    private const double GoodAboveWeakDecibels = 5;
    private static readonly TimeSpan Sustained = TimeSpan.FromHours(1);

    public override bool Hears(Quantity quantity) => quantity is Quantity.LinkQuality or Quantity.Rssi;

    public override bool? Hear(DeviceState state, Trace trace, in Reading reading, TimeSpan uptime)
    {
        if (reading.Value == 0)
        {
            // Many radios say 0 where they have measured nothing.
            return null;
        }

        var (weak, good) = reading.Quantity == Quantity.LinkQuality
            ? (WeakLinkQuality, GoodLinkQuality)
            : (state.Device.Source.WeakRssi, state.Device.Source.WeakRssi + GoodAboveWeakDecibels);
        bool? lately = reading.Value < weak ? true : reading.Value >= good ? false : trace.Weak;
        if (lately != trace.Weak)
        {
            (trace.Weak, trace.WeakSince) = (lately, uptime);
        }

        return uptime - trace.WeakSince >= Sustained ? trace.Weak : null;
    }
}
