namespace SmartCourtyard.Troubles;

/// <summary>The device is older than its sensor lasts. Without a day of installation nothing is claimed.</summary>
internal sealed class ServiceLifeRule() : HealthRule(TroubleReason.EndOfLife)
{
    public override bool? Tick(DeviceState state, Moment now)
        => state.InstalledAt is { } installed && state.Device.ServiceLimit() is { } life && now.Time >= HealthBook.ClockIsSetFrom
            ? now.Time - installed > life
            : null;
}
