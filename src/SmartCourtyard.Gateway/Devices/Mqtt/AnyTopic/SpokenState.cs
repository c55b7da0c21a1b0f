using SmartCourtyard.Readings;
using SmartCourtyard.Sources;

namespace SmartCourtyard.Gateway.Devices.Mqtt.AnyTopic;

/// <summary>What an actuator on a topic of its own says that it does. No quantity means that: one stands in its place here, and never gets out.</summary>
internal sealed class SpokenState(MqttState state)
{
    private const Quantity InItsPlace = Quantity.Fault;

    private readonly Field _field = PointField.Of(new MqttPoint(InItsPlace, state.Path, On: state.On, Off: state.Off), "state");

    /// <summary>Sounding, closed, lit; null where the message does not say it.</summary>
    public bool? Read(ref readonly JsonPayload message, out string? problem)
    {
        Span<double> room = stackalloc double[GatheredValues.Size];
        var values = new GatheredValues(room);
        problem = MqttTopicFamily.Read(in message, state.Path, _field, ref values);
        return values.Points.Has(InItsPlace) ? room[(int)InItsPlace] == 1 : null;
    }
}
