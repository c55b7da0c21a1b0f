using SmartCourtyard.Conditions;
using SmartCourtyard.Readings;

namespace SmartCourtyard.Alarms;

/// <summary>
/// What the site file sets for one quantity of a device, in place of what its class has. It replaces all of the class's rules for that
/// quantity; a detector's own contact (smoke, gas, CO, a call) cannot be replaced.
/// </summary>
/// <param name="Quantity">The quantity.</param>
/// <param name="Alarm">The value from which it alarms; null switches the class's rules off, unless it rises.</param>
/// <param name="Clear">The value at which it ends; above <paramref name="Alarm"/> it makes a lower limit.</param>
public sealed record Limit(Quantity Quantity, double? Alarm, double Clear)
{
    /// <summary>How long it must last before it alarms.</summary>
    public TimeSpan After { get; init; }

    /// <summary>How long it must be over before the cause counts as gone.</summary>
    public TimeSpan ClearAfter { get; init; }

    /// <summary>The time of the mean that is compared; null compares each value.</summary>
    public TimeSpan? Over { get; init; }

    /// <summary>How fast it may rise, in the quantity's unit a minute, measured over two minutes; null for as fast as it likes.</summary>
    public double? RisePerMinute { get; init; }

    /// <summary>Whether a rule of the class gives way to it.</summary>
    public bool Replaces(Condition condition) => condition.Quantity == Quantity;

    /// <summary>The conditions it sets.</summary>
    public IEnumerable<Condition> Conditions()
    {
        if (Alarm is { } alarm)
        {
            yield return Over is { } over
                ? new Average(Quantity, over, alarm, Clear) { After = After, ClearAfter = ClearAfter }
                : new Threshold(Quantity, alarm, Clear) { After = After, ClearAfter = ClearAfter };
        }

        if (RisePerMinute is { } rise)
        {
            yield return new RateOfRise(Quantity, rise, TimeSpan.FromMinutes(2), From: double.NegativeInfinity);
        }
    }
}
