using System.Numerics;
using SmartCourtyard.Courtyards;
using SmartCourtyard.Readings;

namespace SmartCourtyard.Gateway.Devices;

/// <summary>
/// What one message says, one value a quantity. Where several fields speak of one quantity, the one that calls for attention
/// wins: any "on" over "off", any open contact over a closed one.
/// </summary>
internal ref struct GatheredValues(Span<double> values)
{
    /// <summary>Room for every quantity.</summary>
    public const int Size = 64;

    private readonly Span<double> _values = values;
    private ulong _known;
    private ulong _momentary;

    /// <summary>Which quantities were spoken of.</summary>
    public readonly ulong Points => _known;

    public void Flag(Quantity quantity, bool on)
    {
        bool attention = on != (quantity == Quantity.Contact);
        if (!_known.Has(quantity) || attention)
        {
            Set(quantity, on ? 1 : 0);
        }
    }

    /// <summary>Something happened that has no end of its own: a press.</summary>
    public void Press(Quantity quantity)
    {
        Set(quantity, 1);
        _momentary |= PointSet.Of(quantity);
    }

    public void Number(Quantity quantity, double value) => Set(quantity, value);

    /// <summary>A further probe of a device: counts only where nothing better is said, and the first probe wins.</summary>
    public void SecondaryNumber(Quantity quantity, double value)
    {
        if (!_known.Has(quantity))
        {
            Set(quantity, value);
        }
    }

    /// <summary>Gives the readings out: "test" before what it might excuse, alarms before measurements.</summary>
    public readonly void WriteTo(List<Reading> readings, Device device, DateTimeOffset observedAt, Origin origin, DateTimeOffset? saidAt = null)
    {
        ulong rest = _known;
        if (rest.Has(Quantity.Test))
        {
            readings.Add(Reading(Quantity.Test, device, observedAt, origin, saidAt));
            rest &= ~PointSet.Of(Quantity.Test);
        }
        for (; rest != 0; rest &= rest - 1)
        {
            readings.Add(Reading((Quantity)BitOperations.TrailingZeroCount(rest), device, observedAt, origin, saidAt));
        }
    }

    private readonly Reading Reading(Quantity quantity, Device device, DateTimeOffset observedAt, Origin origin, DateTimeOffset? saidAt) =>
        new(device, quantity, Said(quantity, device), observedAt, origin, _momentary.Has(quantity), saidAt);

    private readonly double Said(Quantity quantity, Device device) =>
        quantity == Quantity.Methane ? Units.RebaseLel(_values[(int)quantity], device.LelBase) : _values[(int)quantity];

    private void Set(Quantity quantity, double value)
    {
        _values[(int)quantity] = value;
        _known |= PointSet.Of(quantity);
    }
}
