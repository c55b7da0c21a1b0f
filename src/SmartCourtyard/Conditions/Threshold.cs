using SmartCourtyard.Readings;

namespace SmartCourtyard.Conditions;

/// <summary>
/// True from one value on and false again from another, so that it does not flutter between them. An upper limit where
/// <paramref name="Clear"/> is at or below <paramref name="Alarm"/>; a lower one where it is above.
/// </summary>
/// <param name="Quantity">Whose readings it watches.</param>
/// <param name="Alarm">The value from which it is true, in the quantity's unit.</param>
/// <param name="Clear">An upper limit ends below this value, a lower one at it or above.</param>
public sealed record Threshold(Quantity Quantity, double Alarm, double Clear) : Condition(Quantity)
{
    /// <inheritdoc />
    public override ConditionState Begin() => new State(this);

    private bool Stands(double value, bool held)
    {
        var upper = Clear <= Alarm;
        var limit = held ? Clear : Alarm;
        return upper ? value >= limit : held ? value < limit : value <= limit;
    }

    private sealed class State(Threshold rule) : ConditionState(rule)
    {
        // Its own word, without the delay: what waits for the delay has the hysteresis too.
        private bool _stands;

        protected override bool? Measure(double value, TimeSpan uptime) => _stands = rule.Stands(value, _stands);
    }
}
