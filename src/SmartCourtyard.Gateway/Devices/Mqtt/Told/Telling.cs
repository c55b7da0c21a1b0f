using SmartCourtyard.Courtyards;
using SmartCourtyard.Effects;
using SmartCourtyard.Mqtt;

namespace SmartCourtyard.Gateway.Devices.Mqtt.Told;

/// <summary>What an actuator must be sent.</summary>
/// <param name="Topic">Where it listens.</param>
/// <param name="Payload">What it is told.</param>
/// <param name="Answers">Whether it says afterwards what it does; where it never does, the broker's confirmation must do.</param>
internal sealed record Telling(string Topic, string Payload, bool Answers = true)
{
    public MqttQos Qos { get; init; } = MqttQos.AtLeastOnce;

    // An order that the broker keeps would come again after a newer one.
    public bool Retain { get; init; }
}

/// <summary>How an order is told: the message, or why there is none.</summary>
internal readonly record struct Told(Telling? Message, string? Problem)
{
    public static implicit operator Told(Telling message) => new(message, null);

    public static implicit operator Told(string problem) => new(null, problem);
}

/// <summary>What an actuator says that it does.</summary>
/// <param name="Device">Which.</param>
/// <param name="On">Sounding, closed, lit.</param>
/// <param name="Sign">What a lamp shows; null where it does not say.</param>
internal readonly record struct ActuatorState(Device Device, bool On, LampSign? Sign = null);

/// <summary>The actuators of one family, and how one speaks with them.</summary>
internal interface ITold
{
    /// <summary>How the order is told; null where the device is another family's.</summary>
    Told? Tell(ActuatorOrder order);

    /// <summary>What a message says about what an actuator does; null where it says nothing of that.</summary>
    /// <param name="retained">The broker kept it: good to learn a name from, and no answer.</param>
    ActuatorState? Hear(string topic, ReadOnlySpan<byte> payload, bool retained);
}
