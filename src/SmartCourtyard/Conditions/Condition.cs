using SmartCourtyard.Readings;

namespace SmartCourtyard.Conditions;

/// <summary>A rule over the readings of one quantity that is true or false.</summary>
/// <param name="Quantity">Whose readings it watches.</param>
/// <param name="OnFrom">The value from which it is true, in the quantity's unit.</param>
/// <param name="OffBelow">The value below which it is false again; at or below <paramref name="OnFrom"/> (hysteresis).</param>
public sealed record Condition(Quantity Quantity, double OnFrom, double OffBelow)
{
    /// <summary>True while a boolean quantity is true. A detector's own contact has no delay here: it has done its own.</summary>
    public static Condition Contact(Quantity quantity) => new(quantity, OnFrom: 1, OffBelow: 1);

    /// <summary>Whether the condition holds at a value, given whether it held before (null: not known).</summary>
    public bool Holds(double value, bool? before) => before == true ? value >= OffBelow : value >= OnFrom;
}
