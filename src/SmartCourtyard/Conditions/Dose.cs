using SmartCourtyard.Readings;

namespace SmartCourtyard.Conditions;

/// <summary>
/// True once a gas has been breathed for as long as its concentration allows: little for hours, much for minutes. The part of the
/// allowed time that has passed adds up; in clean air it goes down again. The last value counts until the next is heard, because many
/// devices report changes only.
/// </summary>
/// <param name="Quantity">Whose readings it watches.</param>
/// <param name="Times">Concentrations and the time until the alarm at each, rising; between them a straight line in double-logarithmic scale.</param>
/// <param name="Recovery">How long clean air takes to undo a whole dose.</param>
public sealed record Dose(Quantity Quantity, IReadOnlyList<(double Value, TimeSpan Time)> Times, TimeSpan Recovery) : Condition(Quantity)
{
    /// <summary>
    /// Carbon monoxide after EN 50291-1: 30 ppm not before 120 min, 50 ppm in 60 to 90, 100 ppm in 10 to 40, 300 ppm in under 3. The
    /// times are chosen inside of these; the recovery is the shortest time that 30 ppm may take.
    /// </summary>
    public static Dose CarbonMonoxide { get; } = new(
        Quantity.Co,
        [(30, TimeSpan.FromMinutes(150)), (50, TimeSpan.FromMinutes(75)), (100, TimeSpan.FromMinutes(25)), (300, TimeSpan.FromMinutes(2))],
        Recovery: TimeSpan.FromMinutes(120));

    /// <inheritdoc />
    public override ConditionState Begin() => new DoseState(this);

    /// <summary>The time until the alarm at a constant value; null below the first of <see cref="Times"/>.</summary>
    public TimeSpan? TimeAt(double value)
    {
        if (value < Times[0].Value)
        {
            return null;
        }

        var i = 1;
        while (i < Times.Count - 1 && value > Times[i].Value)
        {
            i++;
        }

        var (lowValue, lowTime) = Times[i - 1];
        var (highValue, highTime) = Times[i];
        var slope = Math.Log(highTime / lowTime) / Math.Log(highValue / lowValue);
        return lowTime * Math.Pow(value / lowValue, slope);
    }
}

/// <summary>How much of a <see cref="Dose"/> one device has measured.</summary>
public sealed class DoseState : ConditionState
{
    // The clock has ticks of 100 ns: rounding must not leave the last breath out.
    private const double Whole = 1 - 1e-6;

    private readonly Dose _rule;
    private double? _value;
    private TimeSpan? _time;
    private TimeSpan _at;

    internal DoseState(Dose rule) : base(rule) => _rule = rule;

    /// <summary>The part of the allowed time that has passed, 0 to 1, as of the last reading.</summary>
    public double Taken { get; private set; }

    /// <summary>Goes on from what another run of the gateway had measured. What was breathed meanwhile nobody knows; it counts as nothing.</summary>
    public void Restore(double taken) => Taken = Math.Clamp(taken, 0, 1);

    /// <summary>The part that has passed by a later moment, where the last value has stood since.</summary>
    /// <param name="uptime">That moment, at or after the last reading.</param>
    public double TakenAt(TimeSpan uptime) => _value is null
        ? Taken
        : Math.Clamp(Taken + (_time is { } time ? (uptime - _at) / time : -((uptime - _at) / _rule.Recovery)), 0, 1);

    /// <inheritdoc />
    protected override bool? Measure(double value, TimeSpan uptime)
    {
        Add(uptime);
        (_value, _time) = (value, _rule.TimeAt(value));
        // An alarm ends in clean air, although the dose is still there for the next time.
        return _time is null ? false : Taken >= Whole;
    }

    /// <inheritdoc />
    protected override bool? Measure(TimeSpan uptime)
    {
        Add(uptime);
        return _value is null ? null : _time is not null && Taken >= Whole;
    }

    /// <inheritdoc />
    protected override TimeSpan? DueAt() => _time is { } time ? _at + (1 - Taken) * time : null;

    private void Add(TimeSpan uptime)
    {
        Taken = TakenAt(uptime);
        _at = uptime;
    }
}

/// <summary>How much of a <see cref="Dose"/> one device had measured, as it is kept over a restart.</summary>
/// <param name="Quantity">Name of the quantity.</param>
/// <param name="Taken">The part of the allowed time that had passed, 0 to 1.</param>
public sealed record KeptDose(string Quantity, double Taken);
