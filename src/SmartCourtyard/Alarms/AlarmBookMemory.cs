using SmartCourtyard.Conditions;
using SmartCourtyard.Courtyards;

namespace SmartCourtyard.Alarms;

public sealed partial class AlarmBook
{
    /// <summary>What an alarm that a device raises may come from; by default nothing is said. It is written on the alarm and nothing follows from it.</summary>
    public Func<Device, AlarmKind, Moment, AlarmHint?> Hint { get; init; } = (_, _, _) => null;

    /// <summary>The doses that a device has measured, for the next run of the gateway; empty where it has measured none.</summary>
    /// <param name="device">Which.</param>
    /// <param name="uptime">Now, on the monotonic clock.</param>
    public IReadOnlyList<KeptDose> Remember(Device device, TimeSpan uptime)
        => _judges.TryGetValue(device, out var judge) ? judge.Doses(uptime) : [];

    /// <summary>
    /// Goes on from the doses that another run of the gateway had measured, before anything is heard of the device. What was breathed
    /// while the gateway stood still nobody knows.
    /// </summary>
    public void Restore(Device device, IReadOnlyList<KeptDose> doses) => JudgeOf(device).Restore(doses);
}
