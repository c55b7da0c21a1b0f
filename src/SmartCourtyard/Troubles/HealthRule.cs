using SmartCourtyard.Readings;

namespace SmartCourtyard.Troubles;

/// <summary>One way in which a device can be in trouble. A rule keeps nothing itself: what it must remember stands in the device's state.</summary>
internal abstract class HealthRule(TroubleReason reason)
{
    public TroubleReason Reason { get; } = reason;

    /// <summary>Whether a kept message counts too; where it does not, only what is sent now counts.</summary>
    public virtual bool TakesKept => false;

    /// <summary>What to do about it, in one plain sentence for the technician; null where the reason says enough.</summary>
    public virtual string? Detail => null;

    public virtual bool Hears(Quantity quantity) => false;

    /// <summary>
    /// Which of several causes the reading speaks of: the trouble stands while one of them does. By default each quantity is a
    /// cause of its own.
    /// </summary>
    public virtual ulong CauseOf(Quantity quantity) => 1UL << (int)quantity;

    /// <summary>Whether the trouble stands; null where the reading says nothing about that.</summary>
    /// <param name="state">What is known of the device; the reading is not in it yet.</param>
    /// <param name="trace">What is known of the point.</param>
    /// <param name="reading">What was heard.</param>
    /// <param name="uptime">When, on the monotonic clock.</param>
    public virtual bool? Hear(DeviceState state, Trace trace, in Reading reading, TimeSpan uptime) => null;

    /// <summary>Whether the trouble stands only because time has passed; null where time says nothing.</summary>
    public virtual bool? Tick(DeviceState state, Moment now) => null;
}
