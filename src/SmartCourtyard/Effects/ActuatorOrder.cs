using SmartCourtyard.Courtyards;

namespace SmartCourtyard.Effects;

/// <summary>What a reassurance lamp says to the person at the button. Each says more than the one before.</summary>
public enum LampSign
{
    /// <summary>Nothing to say.</summary>
    Off,
    /// <summary>The gateway has your call on its disk.</summary>
    Heard,
    /// <summary>The duty room has it (receipt 1).</summary>
    Stored,
    /// <summary>A person has answered (receipt 3).</summary>
    Coming,
}

/// <summary>What an actuator must do from now on.</summary>
/// <param name="Actuator">The siren, valve or lamp.</param>
/// <param name="On">Sounding, closed, lit.</param>
/// <param name="Sign">What a lamp shows; <see cref="LampSign.Off"/> for anything else.</param>
public sealed record ActuatorOrder(Device Actuator, bool On, LampSign Sign = LampSign.Off)
{
    /// <summary>
    /// A siren or a valve must not wait for a disk; a lamp must: it may only say "heard" once the call cannot be lost any more. What
    /// it says after that the duty room vouches for.
    /// </summary>
    public bool WaitsForTheDisk => Sign == LampSign.Heard;
}
