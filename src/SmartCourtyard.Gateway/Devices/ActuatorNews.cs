using SmartCourtyard.Effects;

namespace SmartCourtyard.Gateway.Devices;

/// <summary>Who is told what becomes of actuators.</summary>
internal sealed record ActuatorNews
{
    /// <summary>Takes what one says that it does, by its id: sounding, closed, lit; and which sign a lamp shows, where it says it.</summary>
    public Action<string, bool, LampSign?> Says { get; init; } = (_, _, _) => { };

    /// <summary>Takes the id of one that can be told something again.</summary>
    public Action<string> Returned { get; init; } = _ => { };
}
