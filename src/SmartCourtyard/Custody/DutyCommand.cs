using SmartCourtyard.Alarms;

namespace SmartCourtyard.Custody;

/// <summary>A command of the duty room, as the watch takes it.</summary>
/// <param name="Bookmark">Its place in the stream of commands; what comes after it has not been seen.</param>
/// <param name="CommandId">Its id, repeated in the answer.</param>
/// <param name="Type">Its type, for example <c>alarm.stored</c>.</param>
/// <param name="Kind">The receipt it brings.</param>
/// <param name="AlarmId">The alarm it is about; null where it is not a receipt.</param>
/// <param name="At">When it happened at the duty room.</param>
/// <param name="Failure">Why the gateway cannot carry it out; null where it can.</param>
/// <param name="Consoles">How many consoles of people were live; null where it does not say.</param>
/// <param name="By">Who did it at the duty room; null where it does not say.</param>
public sealed record DutyCommand(
    string Bookmark, string CommandId, string Type, ReceiptKind Kind, string? AlarmId, DateTimeOffset At, string? Failure = null,
    int? Consoles = null, string? By = null);
