namespace SmartCourtyard.Troubles;

/// <summary>Nobody has tested the device for too long: since the last test, or since it was put up, or since it was first heard.</summary>
internal sealed class TestRule() : HealthRule(TroubleReason.TestOverdue)
{
    public override bool? Tick(DeviceState state, Moment now)
    {
        if (state.Device.TestInterval() is not { } every || now.Time < HealthBook.ClockIsSetFrom)
        {
            return null;
        }

        var since = state.LastTest ?? state.InstalledAt ?? state.FirstHeard;
        return since is null ? null : now.Time - since > every;
    }
}
