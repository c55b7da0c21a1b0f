using System.Collections.Frozen;
using SmartCourtyard.DutyRoom.Storage;

namespace SmartCourtyard.DutyRoom.Duty;

internal enum DutyAction
{
    Acknowledge,
    Dispatch,
    Arrive,
    Resolve,
    Close,
    Note,
}

/// <summary>
/// What people may do with an alarm in each state, and where it leads. Nobody skips the acknowledgement, and nothing is closed
/// before it is resolved; between the two a matter may be settled without sending anybody.
/// </summary>
internal static class DutyTable
{
    private static readonly FrozenDictionary<(AlarmState, DutyAction), AlarmState> Table = new Dictionary<(AlarmState, DutyAction), AlarmState>
    {
        [(AlarmState.Raised, DutyAction.Acknowledge)] = AlarmState.Acknowledged,
        [(AlarmState.Acknowledged, DutyAction.Dispatch)] = AlarmState.Dispatched,
        [(AlarmState.Acknowledged, DutyAction.Arrive)] = AlarmState.OnScene,
        [(AlarmState.Acknowledged, DutyAction.Resolve)] = AlarmState.Resolved,
        [(AlarmState.Dispatched, DutyAction.Dispatch)] = AlarmState.Dispatched,
        [(AlarmState.Dispatched, DutyAction.Arrive)] = AlarmState.OnScene,
        [(AlarmState.Dispatched, DutyAction.Resolve)] = AlarmState.Resolved,
        [(AlarmState.OnScene, DutyAction.Dispatch)] = AlarmState.Dispatched,
        [(AlarmState.OnScene, DutyAction.Resolve)] = AlarmState.Resolved,
        [(AlarmState.Resolved, DutyAction.Close)] = AlarmState.Closed,
    }.ToFrozenDictionary();

    /// <summary>The state that follows, or null where the action is not allowed.</summary>
    public static AlarmState? Next(AlarmState state, DutyAction action)
        => action == DutyAction.Note ? state : Table.TryGetValue((state, action), out var next) ? next : null;

    public static IReadOnlyList<DutyAction> Allowed(AlarmState state)
        => [.. Enum.GetValues<DutyAction>().Where(action => Next(state, action) is not null)];

    /// <summary>The action's name in an address.</summary>
    public static string Name(this DutyAction action) => action.ToString().ToLowerInvariant();
}
