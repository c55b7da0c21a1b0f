using SmartCourtyard.Courtyards;

namespace SmartCourtyard.Sources;

/// <summary>How an actuator on a topic of its own is told what to do.</summary>
/// <param name="Topic">Where it listens; without wildcards.</param>
/// <param name="On">What makes it sound, close or light.</param>
/// <param name="Off">The opposite.</param>
/// <param name="AtLeastOnce">Whether the broker must confirm it (QoS 1); true by default.</param>
/// <param name="Retain">Whether the broker keeps it for a device that comes later; false by default: an old order would come after a new one.</param>
public sealed record MqttCommand(string Topic, string On, string Off, bool AtLeastOnce = true, bool Retain = false)
{
    /// <summary>Where the device says what it does; null where it never does, and nobody can confirm that an order is carried out.</summary>
    public MqttState? State { get; init; }
}

/// <summary>Where an actuator says on its own topic what it does, and in which words.</summary>
/// <param name="Path">Where it stands. A message without it says nothing of this.</param>
/// <param name="On">The values that mean sounding, closed, lit.</param>
/// <param name="Off">The values that mean the opposite.</param>
public sealed record MqttState(JsonPath Path, IReadOnlyList<string> On, IReadOnlyList<string> Off);
