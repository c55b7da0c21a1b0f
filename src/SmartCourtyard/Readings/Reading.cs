using SmartCourtyard.Courtyards;

namespace SmartCourtyard.Readings;

/// <summary>How a value came to us, which decides what may follow from it.</summary>
public enum Origin : byte
{
    /// <summary>Sent now, because something happened or a report was due.</summary>
    Live,
    /// <summary>Kept by a broker and handed over on subscription: a state, never a new press (it says nothing about when).</summary>
    Retained,
}

/// <summary>A value of a point at a time.</summary>
/// <param name="Device">Whose point it is.</param>
/// <param name="Quantity">What was measured; fixes the unit.</param>
/// <param name="Value">In the quantity's unit; 0 or 1 where the quantity is boolean. Always finite.</param>
/// <param name="ObservedAt">When the gateway heard it.</param>
/// <param name="Origin">Whether it is news or a kept state.</param>
/// <param name="Momentary">True for an event without an end (a press): there is no later reading that takes it back.</param>
/// <param name="SaidAt">
/// When the device was heard by whoever passes it on, by their clock; null where they do not say. Advice only: it labels what was
/// known before, and no judgement follows from it.
/// </param>
public readonly record struct Reading(
    Device Device, Quantity Quantity, double Value, DateTimeOffset ObservedAt, Origin Origin = Origin.Live, bool Momentary = false,
    DateTimeOffset? SaidAt = null)
{
    /// <summary>The value of a boolean quantity.</summary>
    public bool IsOn => Value != 0;
}
