namespace SmartCourtyard.Troubles;

public sealed partial class HealthBook
{
    // Beside the causes that are quantities: what a device's alarms say about its health.
    private const ulong ByItsAlarms = 1UL << 62;

    private const string NoisyDetail = "activated briefly 3 times in a day: clean or replace it, or move it";

    /// <summary>Begins or ends the trouble of a detector that alarms briefly again and again.</summary>
    /// <param name="device">Its id; one that is not of this courtyard is nobody's trouble.</param>
    /// <param name="stands">True to begin it, false to end it; saying so again changes nothing.</param>
    /// <param name="now">When it was noticed.</param>
    /// <param name="changes">Receives the trouble that begins or ends.</param>
    public void SetNoisy(string device, bool stands, Moment now, List<TroubleChange> changes)
    {
        if (Find(device) is { } state)
        {
            Set(state, TroubleReason.Noisy, state.Set(TroubleReason.Noisy, ByItsAlarms, stands), now, changes, NoisyDetail);
        }
    }

    /// <summary>Goes on with what is remembered of a detector's alarms: its trouble of before ends where they do not speak for it any more.</summary>
    /// <param name="device">Its id.</param>
    /// <param name="stands">Whether they speak for it.</param>
    /// <param name="now">When.</param>
    /// <param name="changes">Receives the trouble that begins or ends.</param>
    public void RestoreNoisy(string device, bool stands, Moment now, List<TroubleChange> changes)
    {
        // One that its values made stands until they speak.
        if (stands || (Find(device)?.Troubles.GetValueOrDefault(TroubleReason.Noisy)?.Detail == NoisyDetail))
        {
            SetNoisy(device, stands, now, changes);
        }
    }

    /// <summary>Writes down that a device was tested: it alarmed while somebody tested it.</summary>
    public void NoteTest(string device, Moment now)
    {
        if (Find(device) is { } state)
        {
            state.LastTest = now.Time;
        }
    }

    private DeviceState? Find(string device) => _devices.FirstOrDefault(d => d.Id == device) is { } found ? _states[found] : null;
}
