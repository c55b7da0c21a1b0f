using SmartCourtyard.Readings;

namespace SmartCourtyard.Conditions;

/// <summary>True while a value climbs faster than it does by itself, and is not low.</summary>
/// <param name="Quantity">Whose readings it watches.</param>
/// <param name="PerMinute">How fast, in the quantity's unit a minute; it ends at half of that.</param>
/// <param name="Over">The time over which the climb is measured; a quarter of it must have been seen.</param>
/// <param name="From">Below this value no climb counts.</param>
public sealed record RateOfRise(Quantity Quantity, double PerMinute, TimeSpan Over, double From) : Condition(Quantity)
{
    private const int Samples = 16;

    /// <inheritdoc />
    public override ConditionState Begin() => new State(this);

    private sealed class State(RateOfRise rule) : ConditionState(rule)
    {
        // The oldest first; one a sixteenth of the time, so that a device that reports by the second needs no more room.
        private readonly Queue<(TimeSpan At, double Value)> _seen = new(Samples + 1);
        private TimeSpan _lastAt;
        private bool _stands;

        protected override bool? Measure(double value, TimeSpan uptime)
        {
            while (_seen.Count > 1 && uptime - _seen.Peek().At > rule.Over)
            {
                _seen.Dequeue();
            }

            var answer = Judge(value, uptime);
            if (_seen.Count == 0 || uptime - _lastAt >= rule.Over / Samples)
            {
                _seen.Enqueue((uptime, value));
                _lastAt = uptime;
            }

            return answer;
        }

        private bool? Judge(double value, TimeSpan uptime)
        {
            if (_seen.Count == 0 || uptime - _seen.Peek().At < rule.Over / 4)
            {
                return null;
            }

            var (at, before) = _seen.Peek();
            var perMinute = (value - before) / (uptime - at).TotalMinutes;
            _stands = value >= rule.From && perMinute >= (_stands ? rule.PerMinute / 2 : rule.PerMinute);
            return _stands;
        }
    }
}
