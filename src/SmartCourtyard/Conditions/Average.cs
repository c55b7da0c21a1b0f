using SmartCourtyard.Readings;

namespace SmartCourtyard.Conditions;

/// <summary>
/// True while the mean over hours is above a limit, weighted by time. A value counts until the next is heard, half an hour at most;
/// three quarters of the time must be known before anything is said.
/// </summary>
/// <param name="Quantity">Whose readings it watches.</param>
/// <param name="Over">The time of the mean.</param>
/// <param name="Alarm">It is true above this mean, in the quantity's unit.</param>
/// <param name="Clear">It is false again below this one; at or below <paramref name="Alarm"/>.</param>
public sealed record Average(Quantity Quantity, TimeSpan Over, double Alarm, double Clear) : Condition(Quantity)
{
    private const int Buckets = 60;
    private const double Enough = 0.75;
    private static readonly TimeSpan Longest = TimeSpan.FromMinutes(30);

    /// <inheritdoc />
    public override ConditionState Begin() => new State(this);

    private sealed class State(Average rule) : ConditionState(rule)
    {
        private readonly TimeSpan _bucket = rule.Over / Buckets;
        private readonly (double Sum, double Seconds)[] _buckets = new (double, double)[Buckets];
        private double? _value;
        private TimeSpan _at;
        private long _newest;
        private double _sum;
        private double _seconds;
        private bool _stands;

        protected override bool? Measure(double value, TimeSpan uptime)
        {
            Add(uptime);
            (_value, _at) = (value, uptime);
            if (_seconds < rule.Over.TotalSeconds * Enough)
            {
                return null;
            }

            var mean = _sum / _seconds;
            _stands = _stands ? mean >= rule.Clear : mean > rule.Alarm;
            return _stands;
        }

        private void Add(TimeSpan uptime)
        {
            var until = _value is null || uptime - _at <= Longest ? uptime : _at + Longest;
            while (_value is { } value && _at < until)
            {
                var number = (long)(_at / _bucket);
                Turn(number);
                var end = (number + 1) * _bucket;
                end = end < until ? end : until;
                // A step too small for the clock's ticks must not stop the way to the end.
                end = end > _at ? end : until;
                var seconds = (end - _at).TotalSeconds;
                ref var bucket = ref _buckets[number % Buckets];
                bucket = (bucket.Sum + value * seconds, bucket.Seconds + seconds);
                (_sum, _seconds) = (_sum + value * seconds, _seconds + seconds);
                _at = end;
            }

            Turn((long)(uptime / _bucket));
        }

        /// <summary>Empties the buckets that have passed out of the time of the mean.</summary>
        private void Turn(long number)
        {
            for (var i = Math.Max(_newest + 1, number - Buckets + 1); i <= number; i++)
            {
                ref var bucket = ref _buckets[i % Buckets];
                (_sum, _seconds) = (_sum - bucket.Sum, _seconds - bucket.Seconds);
                bucket = default;
            }

            if (number - _newest >= Buckets)
            {
                // What rounding has left over ends with the last bucket.
                (_sum, _seconds) = (0, 0);
            }

            _newest = Math.Max(_newest, number);
        }
    }
}
