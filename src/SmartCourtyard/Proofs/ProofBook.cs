using System.Text;
using SmartCourtyard.Alarms;

namespace SmartCourtyard.Proofs;

/// <summary>
/// Proves once a day that an alarm reaches the duty room: a test alarm is raised, carried, stored, shown and confirmed by program. Pure:
/// the times between two proofs run on the monotonic clock, the wall clock only says which minute of the day it is.
/// </summary>
public sealed class ProofBook
{
    /// <summary>How long the first one waits after a start, where none has passed within a day.</summary>
    public static readonly TimeSpan First = TimeSpan.FromMinutes(10);

    /// <summary>From one to the next.</summary>
    public static readonly TimeSpan Every = TimeSpan.FromHours(24);

    /// <summary>How long after a failed one it is tried again.</summary>
    public static readonly TimeSpan Again = TimeSpan.FromHours(1);

    /// <summary>Within this time the receipts must have come.</summary>
    public static readonly TimeSpan Within = TimeSpan.FromSeconds(60);

    private readonly TimeSpan _minute;
    private TimeSpan? _next;
    private string? _alarmId;
    private Moment _begun;
    private TimeSpan? _stored;
    private int _consoles;

    /// <summary>Begins with what another run of the gateway kept.</summary>
    /// <param name="courtyardId">Whose proofs; the minute of the day follows from it, so that not all gateways call at once.</param>
    /// <param name="memory">What was kept; null where nothing was.</param>
    public ProofBook(string courtyardId, ProofMemory? memory)
        => (_minute, Memory) = (MinuteOf(courtyardId), memory ?? new ProofMemory(null));

    /// <summary>What the next run of the gateway needs.</summary>
    public ProofMemory Memory { get; private set; }

    /// <summary>When the next one begins, on the monotonic clock; null while one is under way or before the first look at the clock.</summary>
    public TimeSpan? Next => _alarmId is null ? _next : null;

    /// <summary>The time of the day, in UTC, at which a courtyard is proven: whole minutes, always the same, spread over the day.</summary>
    public static TimeSpan MinuteOf(string courtyardId)
    {
        // FNV-1a: the same on every machine and in every run.
        var hash = 2166136261u;
        foreach (var b in Encoding.UTF8.GetBytes(courtyardId))
        {
            hash = unchecked((hash ^ b) * 16777619u);
        }

        return TimeSpan.FromMinutes(hash % (24 * 60));
    }

    /// <summary>Begins a proof whose time has come, and ends one whose receipts did not come in time.</summary>
    /// <param name="now">Now.</param>
    /// <param name="clockIsSet">Whether the clock on the wall can be trusted.</param>
    /// <returns>The step, or null where there is none.</returns>
    public ProofStep? Tick(Moment now, bool clockIsSet)
    {
        if (_alarmId is { } alarm)
        {
            return now.Uptime - _begun.Uptime < Within ? null : End(alarm, now, clockIsSet, shown: null);
        }

        _next ??= now.Uptime + FirstWait(now, clockIsSet);
        if (now.Uptime < _next)
        {
            return null;
        }

        (_alarmId, _begun, _stored, _consoles) = (Guid.CreateVersion7(now.Time).ToString(), now, null, 0);
        return new ProofStep(_alarmId, now.Time);
    }

    /// <summary>Takes a receipt of the duty room.</summary>
    /// <param name="kind">Which.</param>
    /// <param name="alarmId">Of which alarm; one of another alarm says nothing here.</param>
    /// <param name="consoles">How many consoles of people were live when it was stored; null where it does not say.</param>
    /// <param name="now">When it came.</param>
    /// <param name="clockIsSet">Whether the clock on the wall can be trusted.</param>
    /// <returns>The end of the proof, or null where it goes on.</returns>
    public ProofStep? Receive(ReceiptKind kind, string? alarmId, int? consoles, Moment now, bool clockIsSet)
    {
        if (_alarmId is not { } alarm || alarm != alarmId)
        {
            return null;
        }

        var after = now.Uptime - _begun.Uptime;
        switch (kind)
        {
            case ReceiptKind.Stored:
                (_stored, _consoles) = (after, consoles ?? 0);
                return _consoles == 0 ? End(alarm, now, clockIsSet, shown: null) : null;
            case ReceiptKind.Shown:
                _stored ??= after;
                return End(alarm, now, clockIsSet, after);
            default:
                return null;
        }
    }

    private ProofStep End(string alarm, Moment now, bool clockIsSet, TimeSpan? shown)
    {
        var failed = _stored is null ? "stored" : shown is null && _consoles > 0 ? "shown" : null;
        var took = shown ?? _stored ?? now.Uptime - _begun.Uptime;
        Memory = failed is null ? new ProofMemory(now.Time) : Memory with { Failed = failed };
        _alarmId = null;
        _next = now.Uptime + (failed is null ? NextWait(now, clockIsSet) : Again);
        return new ProofStep(alarm, _begun.Time, new ProofResult(alarm, _begun.Time, _stored is not null, shown is not null, took, failed));
    }

    private TimeSpan FirstWait(Moment now, bool clockIsSet) =>
        clockIsSet && Memory is { Failed: null, LastPassed: { } passed } && now.Time >= passed && now.Time - passed < Every
            ? UntilTheMinute(now.Time)
            : First;

    private TimeSpan NextWait(Moment now, bool clockIsSet) => clockIsSet ? UntilTheMinute(now.Time) : Every;

    /// <summary>Up to a day; never twice in the same minute.</summary>
    private TimeSpan UntilTheMinute(DateTimeOffset time)
    {
        var wait = _minute - time.UtcDateTime.TimeOfDay;
        return wait > TimeSpan.FromMinutes(1) ? wait : wait + Every;
    }
}
