using SmartCourtyard.Readings;

namespace SmartCourtyard.Troubles;

/// <summary>
/// A battery must be changed. The device's own flag counts before the number beside it. Either is a hint only: many batteries say
/// 100 % until they are dead, so what proves that a device lives is that it speaks (see the limits of silence).
/// </summary>
internal sealed class BatteryRule() : HealthRule(TroubleReason.BatteryLow)
{
    // A battery recovers a little after each load; only a new one gets above this again.
    private const double RenewedPercent = 10;

    public override bool TakesKept => true;

    public override bool Hears(Quantity quantity) => quantity is Quantity.Battery or Quantity.BatteryLow;

    public override ulong CauseOf(Quantity quantity) => base.CauseOf(Quantity.Battery);

    public override bool? Hear(DeviceState state, Trace trace, in Reading reading, TimeSpan uptime) => state.BatteryFlag
        ?? reading.Value <= (state.Has(TroubleReason.BatteryLow) ? RenewedPercent : HealthBook.LowBatteryPercent);
}
