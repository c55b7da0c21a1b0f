using SmartCourtyard.Courtyards;
using SmartCourtyard.Effects;
using SmartCourtyard.Mqtt;

namespace SmartCourtyard.Gateway.Devices.Mqtt.Told;

/// <summary>Tells the actuators of all families on MQTT what to do, and notes what they say that they do.</summary>
internal sealed class ToldOnMqtt(Courtyard courtyard, Action<string, bool, LampSign?> said)
{
    private readonly ITold[] _families = [new ToldZigbee(courtyard), new ToldTasmota(courtyard), new ToldEspHome(courtyard), new ToldHomeAssistant(courtyard)];

    /// <summary>Sends an order.</summary>
    /// <param name="publish">Publishes at least once; when the broker has confirmed.</param>
    public async ValueTask<Carried> CarryAsync(
        ActuatorOrder order, Func<string, ReadOnlyMemory<byte>, CancellationToken, ValueTask<MqttPublishResult>> publish, CancellationToken stop)
    {
        if (_families.Select(f => f.Tell(order)).FirstOrDefault(t => t is not null) is not { } told)
        {
            return Carried.Failed("its source cannot be told anything");
        }

        if (told.Message is not { } message)
        {
            return Carried.Failed(told.Problem!);
        }

        return await publish(message.Topic, System.Text.Encoding.UTF8.GetBytes(message.Payload), stop).ConfigureAwait(false) switch
        {
            MqttPublishResult.Confirmed => message.Answers ? Carried.Sent : Carried.Confirmed,
            MqttPublishResult.Refused => Carried.Failed($"the broker does not let the gateway write on {message.Topic}"),
            _ => Carried.Failed("the broker cannot be reached"),
        };
    }

    /// <summary>Notes what a message says about what an actuator does. The actuator, where it said something just now.</summary>
    public Device? Hear(in MqttMessage message)
    {
        foreach (var family in _families)
        {
            if (Hear(family, in message) is { } state)
            {
                if (message.Retain)
                {
                    return null;
                }

                said(state.Device.Id, state.On, state.Sign);
                return state.Device;
            }
        }

        return null;
    }

    private static ActuatorState? Hear(ITold family, in MqttMessage message)
    {
        try
        {
            return family.Hear(message.Topic, message.Payload.Span, message.Retain);
        }
        catch (InvalidOperationException)
        {
            // Half of a surrogate pair is JSON, and no text.
            return null;
        }
    }
}
