using System.Numerics;
using SmartCourtyard.Readings;

namespace SmartCourtyard.Gateway.Devices;

/// <summary>A set of quantities as bits: which points a message spoke of, or a field can speak of.</summary>
internal static class PointSet
{
    public static ulong Of(Quantity quantity) => 1UL << (int)quantity;

    public static bool Has(this ulong points, Quantity quantity) => (points & Of(quantity)) != 0;

    /// <summary>The quantities in the order of their declaration.</summary>
    public static List<Quantity> Quantities(this ulong points)
    {
        var quantities = new List<Quantity>(BitOperations.PopCount(points));
        for (ulong rest = points; rest != 0; rest &= rest - 1)
        {
            quantities.Add((Quantity)BitOperations.TrailingZeroCount(rest));
        }
        return quantities;
    }
}
