using SmartCourtyard.Courtyards;
using SmartCourtyard.Effects;
using SmartCourtyard.Mqtt;

namespace SmartCourtyard.Gateway.Devices.Mqtt.Told;

/// <summary>Tells the actuators of all families on MQTT what to do, and notes what they say that they do.</summary>
internal sealed class ToldOnMqtt(Courtyard courtyard, Action<string, bool, LampSign?> said)
{
    private readonly ITold[] _families = [new ToldZigbee(courtyard), new ToldTasmota(courtyard), new ToldEspHome(courtyard), new ToldHomeAssistant(courtyard)];
    private readonly ToldTopics _topics = new(courtyard);

    /// <summary>Sends an order.</summary>
    /// <param name="publish">Publishes; returns when the broker has confirmed.</param>
    public async ValueTask<Carried> CarryAsync(
        ActuatorOrder order, Func<Telling, CancellationToken, ValueTask<MqttPublishResult>> publish, CancellationToken stop)
    {
        if ((ToldTopics.Tell(order) ?? _families.Select(f => f.Tell(order)).FirstOrDefault(t => t is not null)) is not { } told)
        {
            return Carried.Failed("its source cannot be told anything");
        }

        if (told.Message is not { } message)
        {
            return Carried.Failed(told.Problem!);
        }

        return await publish(message, stop).ConfigureAwait(false) switch
        {
            MqttPublishResult.Confirmed => message.Answers ? Carried.Sent : Carried.Confirmed,
            MqttPublishResult.Refused => Carried.Failed($"the broker does not let the gateway write on {message.Topic}"),
            MqttPublishResult.TooLarge => Carried.Failed($"the broker takes no message of {message.Payload.Length} bytes"),
            _ => Carried.Failed("the broker cannot be reached"),
        };
    }

    /// <summary>Notes what a message says about what actuators do. Those that said something just now.</summary>
    public IReadOnlyList<Device> Hear(in MqttMessage message)
    {
        var states = States(in message);
        if (states.Count == 0 || message.Retain)
        {
            return [];
        }

        foreach (var state in states)
        {
            said(state.Device.Id, state.On, state.Sign);
        }

        return [.. states.Select(s => s.Device)];
    }

    private IReadOnlyList<ActuatorState> States(in MqttMessage message)
    {
        if (_topics.Hear(message.Topic, message.Payload.Span) is { Count: > 0 } own)
        {
            return own;
        }

        foreach (var family in _families)
        {
            if (Hear(family, in message) is { } state)
            {
                return [state];
            }
        }

        return [];
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
