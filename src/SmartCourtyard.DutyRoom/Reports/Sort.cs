using SmartCourtyard.DutyRoom.Storage;

namespace SmartCourtyard.DutyRoom.Reports;

/// <summary>What an entry of the list of alarms is: only an alarm is counted as one.</summary>
internal static class Sort
{
    public const string Alarm = "alarm", Test = "test", Drill = "drill", Proof = "proof", Superseded = "superseded";

    public static string Of(AlarmRow row) => row switch
    {
        { Proof: true } => Proof,
        { Drill: true } => Drill,
        { Test: true } => Test,
        // People close only what they have resolved: what is closed and has no resolution went on under another number.
        { State: AlarmState.Closed, Resolution: null } => Superseded,
        _ => Alarm,
    };
}
