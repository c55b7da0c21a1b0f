using SmartCourtyard.Readings;

namespace SmartCourtyard.Conditions;

/// <summary>A rule over the readings of one quantity of one device that is true or false.</summary>
/// <param name="Quantity">Whose readings it watches.</param>
public abstract record Condition(Quantity Quantity)
{
    /// <summary>How long it must be so before it counts, 0 s or more; 0 by default. Measured on the monotonic clock.</summary>
    public TimeSpan After { get; init; }

    /// <summary>How long it must be over before that counts, 0 s or more; 0 by default.</summary>
    public TimeSpan ClearAfter { get; init; }

    /// <summary>True while a boolean quantity is true. A detector's own contact has no delay here: it has done its own.</summary>
    public static Condition Contact(Quantity quantity) => new Threshold(quantity, Alarm: 1, Clear: 1);

    /// <summary>The state of this condition at a device of which nothing has been heard yet.</summary>
    public abstract ConditionState Begin();
}

/// <summary>What a condition remembers of one device. Changed only by what it is told, on the clock it is told.</summary>
public abstract class ConditionState
{
    private readonly Condition _condition;
    private bool? _pending;
    private TimeSpan _pendingSince;

    /// <summary>Begins with nothing known.</summary>
    protected ConditionState(Condition condition) => _condition = condition;

    /// <summary>Whether it holds; null until that is known.</summary>
    public bool? Holds { get; private set; }

    /// <summary>Whether it holds or is about to: what has begun may still be too short to count. Null until that is known.</summary>
    public bool? Stands => Holds == true || _pending == true ? true : Holds;

    /// <summary>When it may change without a further reading, by the monotonic clock; null for never.</summary>
    public TimeSpan? Due => _pending is { } to ? _pendingSince + Delay(to) : Holds == true ? null : DueAt();

    /// <summary>Takes a value in.</summary>
    /// <param name="value">In the quantity's unit.</param>
    /// <param name="uptime">When it was heard; never before the last call's.</param>
    /// <returns><see cref="Holds"/> as it is now.</returns>
    public bool? Hear(double value, TimeSpan uptime) => Settle(Measure(value, uptime), uptime);

    /// <summary>Lets time pass without a reading.</summary>
    /// <returns><see cref="Holds"/> as it is now.</returns>
    public bool? Pass(TimeSpan uptime) => Settle(_pending ?? Measure(uptime), uptime);

    /// <summary>Whether it would hold without any delay, now that a value was heard; null while that cannot be said.</summary>
    protected abstract bool? Measure(double value, TimeSpan uptime);

    /// <summary>The same without a new value; null where only values count.</summary>
    protected virtual bool? Measure(TimeSpan uptime) => null;

    /// <summary>When the condition comes true if nothing is heard until then.</summary>
    protected virtual TimeSpan? DueAt() => null;

    private TimeSpan Delay(bool to) => to ? _condition.After : Holds is null ? TimeSpan.Zero : _condition.ClearAfter;

    private bool? Settle(bool? measured, TimeSpan uptime)
    {
        if (measured is not { } now || now == Holds)
        {
            _pending = measured is null ? _pending : null;
            return Holds;
        }

        if (_pending != now)
        {
            (_pending, _pendingSince) = (now, uptime);
        }

        if (uptime - _pendingSince >= Delay(now))
        {
            (Holds, _pending) = (now, null);
        }

        return Holds;
    }
}
