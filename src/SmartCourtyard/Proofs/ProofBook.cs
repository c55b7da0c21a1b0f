using System.Text;
using SmartCourtyard.Alarms;

namespace SmartCourtyard.Proofs;

/// <summary>
/// Proves once a day that an alarm reaches the duty room: a test alarm is raised, carried, stored, shown and confirmed by program; and
/// twice a month or more a person is asked to answer it. Pure: times within a run are those of the monotonic clock, the wall clock says
/// which minute of the day it is and how long ago another run of the gateway had an answer.
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

    /// <summary>No longer than this without asking a person: twice in the shortest month.</summary>
    public static readonly TimeSpan AskEvery = TimeSpan.FromDays(14);

    /// <summary>Within this time a person may answer.</summary>
    public static readonly TimeSpan AnswerWithin = TimeSpan.FromMinutes(10);

    /// <summary>Without a person's answer for so long, nobody knows whether people would see an alarm.</summary>
    public static readonly TimeSpan OverdueAfter = TimeSpan.FromDays(17);

    private readonly TimeSpan _minute;
    private TimeSpan? _start;
    private TimeSpan? _answered;
    private TimeSpan? _next;
    private string? _alarmId;
    private bool _asked;
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

    /// <summary>The one that waits for the duty room; null where none does.</summary>
    public ProofStep? UnderWay => _alarmId is { } alarm ? new ProofStep(ProofTurn.Begins, alarm, _begun.Time, _asked) : null;

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

    /// <summary>Begins a proof whose time has come, and ends one whose receipts or whose answer did not come in time.</summary>
    /// <param name="now">Now.</param>
    /// <param name="clockIsSet">Whether the clock on the wall can be trusted.</param>
    /// <returns>The step, or null where there is none.</returns>
    public ProofStep? Tick(Moment now, bool clockIsSet)
    {
        _start ??= now.Uptime;
        _next ??= now.Uptime + FirstWait(now, clockIsSet);
        if (_alarmId is { } alarm)
        {
            return now.Uptime - _begun.Uptime < Within ? null : End(alarm, now, clockIsSet, shown: null);
        }

        if (Memory.Waiting is { } waiting)
        {
            if (now.Uptime - WaitsSince < AnswerWithin)
            {
                return null;
            }

            Memory = Memory with { Waiting = null };
            return new ProofStep(ProofTurn.Unanswered, waiting.AlarmId, waiting.RaisedAt, Asked: true, waiting);
        }

        return now.Uptime < _next ? null : Begin(now, clockIsSet);
    }

    /// <summary>Begins a proof now, whatever its time: somebody wants to know whether the way works.</summary>
    /// <param name="now">Now.</param>
    /// <param name="clockIsSet">Whether the clock on the wall can be trusted.</param>
    /// <returns>Its first step; null where one is under way.</returns>
    public ProofStep? TryBegin(Moment now, bool clockIsSet)
    {
        _start ??= now.Uptime;
        return _alarmId is null ? Begin(now, clockIsSet) : null;
    }

    /// <summary>Takes a receipt of the duty room.</summary>
    /// <param name="receipt">It; one of another alarm says nothing here.</param>
    /// <param name="now">When it came.</param>
    /// <param name="clockIsSet">Whether the clock on the wall can be trusted.</param>
    /// <returns>The end of the proof or of a part of it, or null where it goes on.</returns>
    public ProofStep? Receive(ProofReceipt receipt, Moment now, bool clockIsSet)
    {
        if (receipt.Kind == ReceiptKind.Acknowledged && Memory.Waiting is { } waiting && waiting.AlarmId == receipt.AlarmId)
        {
            var answered = waiting with { Shown = true, AnsweredBy = receipt.Name };
            Answer(receipt.Name, now);
            return new ProofStep(ProofTurn.Ends, waiting.AlarmId, waiting.RaisedAt, Asked: true, answered);
        }

        if (_alarmId is not { } alarm || alarm != receipt.AlarmId)
        {
            return null;
        }

        var after = now.Uptime - _begun.Uptime;
        switch (receipt.Kind)
        {
            case ReceiptKind.Stored:
                (_stored, _consoles) = (after, receipt.Consoles ?? 0);
                return _consoles == 0 ? End(alarm, now, clockIsSet, shown: null) : null;
            case ReceiptKind.Shown:
                _stored ??= after;
                return End(alarm, now, clockIsSet, after);
            case ReceiptKind.Acknowledged when _asked:
                // Who answers it has seen it, whether or not the console said so before.
                _stored ??= after;
                return End(alarm, now, clockIsSet, after, receipt.Name);
            default:
                return null;
        }
    }

    /// <summary>Whether no person has answered for so long that it is a trouble.</summary>
    /// <param name="now">Now.</param>
    /// <param name="clockIsSet">Whether the clock on the wall can be trusted.</param>
    public bool IsOverdue(Moment now, bool clockIsSet)
    {
        if (_answered is { } answered)
        {
            return now.Uptime - answered >= OverdueAfter;
        }

        // What is later than now was written by a wrong clock and says nothing.
        var since = Memory.LastAnswered <= now.Time ? Memory.LastAnswered : Memory.AskedSince;
        return now.Uptime - _start >= OverdueAfter || (clockIsSet && since <= now.Time && now.Time - since >= OverdueAfter);
    }

    private TimeSpan WaitsSince => _begun.Uptime > _start ? _begun.Uptime : _start ?? TimeSpan.Zero;

    private ProofStep Begin(Moment now, bool clockIsSet)
    {
        (_alarmId, _begun, _stored, _consoles) = (Guid.CreateVersion7(now.Time).ToString(), now, null, 0);
        _asked = IsToAsk(now, clockIsSet);
        // One that still waited is over by this one: the duty room closes it with the next result.
        Memory = Memory with { Waiting = null, AskedSince = _asked && clockIsSet && !(Memory.AskedSince <= now.Time) ? now.Time : Memory.AskedSince };
        return new ProofStep(ProofTurn.Begins, _alarmId, now.Time, _asked);
    }

    /// <summary>Where the next daily one would come too late to ask.</summary>
    private bool IsToAsk(Moment now, bool clockIsSet)
    {
        var after = AskEvery - Every;
        if (_answered is { } answered)
        {
            return now.Uptime - answered > after;
        }

        var isRecent = Memory.LastAnswered <= now.Time && now.Time - Memory.LastAnswered <= after;
        return now.Uptime - _start > after || (clockIsSet && !isRecent);
    }

    private ProofStep End(string alarm, Moment now, bool clockIsSet, TimeSpan? shown, string? answeredBy = null)
    {
        var failed = _stored is null ? "stored" : shown is null && _consoles > 0 ? "shown" : null;
        var took = shown ?? _stored ?? now.Uptime - _begun.Uptime;
        var result = new ProofResult(alarm, _begun.Time, _stored is not null, shown is not null, took, failed, _asked, answeredBy);
        var waits = _asked && failed is null && answeredBy is null;
        Memory = failed is null
            ? Memory with { LastPassed = now.Time, Failed = null, Waiting = waits ? result : null }
            : Memory with { Failed = failed };
        _alarmId = null;
        _next = now.Uptime + (failed is null ? NextWait(now, clockIsSet) : Again);
        if (answeredBy is not null)
        {
            Answer(answeredBy, now);
        }

        return new ProofStep(waits ? ProofTurn.Waits : ProofTurn.Ends, alarm, _begun.Time, _asked, result);
    }

    private void Answer(string by, Moment now)
    {
        _answered = now.Uptime;
        Memory = Memory with { LastAnswered = now.Time, AnsweredBy = by, AskedSince = null, Waiting = null };
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

/// <summary>What the duty room says of an alarm.</summary>
/// <param name="Kind">Which receipt.</param>
/// <param name="AlarmId">Of which alarm; null where it is none.</param>
/// <param name="Consoles">How many consoles of people were live when it was stored; null where it does not say.</param>
/// <param name="By">Who acknowledged it; null where it does not say.</param>
public sealed record ProofReceipt(ReceiptKind Kind, string? AlarmId, int? Consoles = null, string? By = null)
{
    /// <summary>Who acknowledged it, as it is written down.</summary>
    public string Name => string.IsNullOrWhiteSpace(By) ? "somebody" : By;
}
