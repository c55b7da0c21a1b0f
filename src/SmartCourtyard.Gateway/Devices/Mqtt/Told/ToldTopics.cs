using System.Collections.Frozen;
using SmartCourtyard.Courtyards;
using SmartCourtyard.Effects;
using SmartCourtyard.Gateway.Devices.Mqtt.AnyTopic;
using SmartCourtyard.Mqtt;
using SmartCourtyard.Sources;

namespace SmartCourtyard.Gateway.Devices.Mqtt.Told;

/// <summary>Actuators on topics of their own, told and heard as the site file says. Several may share the topic on which they speak.</summary>
internal sealed class ToldTopics(Courtyard courtyard)
{
    private readonly FrozenDictionary<string, Speaker[]> _speakers = courtyard.Devices
        .Where(d => GpioSource.IsOutput(d.Class) && d.Source is MqttSource { Topic: not null, Command.State: not null })
        .GroupBy(d => ((MqttSource)d.Source).Topic!, d => new Speaker(d, new SpokenState(((MqttSource)d.Source).Command!.State!)))
        .ToFrozenDictionary(g => g.Key, g => g.ToArray(), StringComparer.Ordinal);

    private sealed record Speaker(Device Device, SpokenState State);

    /// <summary>How the order is told; null where the device is another family's.</summary>
    public static Told? Tell(ActuatorOrder order) => order.Actuator.Source switch
    {
        MqttSource { Command: { } command } => new Telling(command.Topic, order.On ? command.On : command.Off, command.State is not null)
        {
            Qos = command.AtLeastOnce ? MqttQos.AtLeastOnce : MqttQos.AtMostOnce, Retain = command.Retain,
        },
        MqttSource => "its source has no 'command'",
        _ => null,
    };

    /// <summary>What a message says about what actuators do.</summary>
    public IReadOnlyList<ActuatorState> Hear(string topic, ReadOnlySpan<byte> payload)
    {
        if (!_speakers.TryGetValue(topic, out var speakers))
        {
            return [];
        }

        using var message = JsonPayload.Of(payload);
        var states = new List<ActuatorState>();
        foreach (var speaker in speakers)
        {
            if (speaker.State.Read(in message, out _) is { } on)
            {
                states.Add(new ActuatorState(speaker.Device, on));
            }
        }

        return states;
    }
}
