using SmartCourtyard.Readings;

namespace SmartCourtyard.Troubles;

/// <summary>A trouble that the device itself reports.</summary>
internal sealed class SpokenRule(TroubleReason reason, Quantity quantity) : HealthRule(reason)
{
    public override bool TakesKept => true;

    public override bool Hears(Quantity other) => other == quantity;

    public override bool? Hear(DeviceState state, Trace trace, in Reading reading, TimeSpan uptime) => reading.IsOn;
}
