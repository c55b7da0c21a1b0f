using System.Collections.Concurrent;
using System.Text;
using SmartCourtyard.Mqtt;

namespace SmartCourtyard.Acceptance.Estates;

/// <summary>
/// The actuators of an estate, as they hang at its broker: Tasmota sirens, Zigbee valves and ESPHome lamps. Each does what it is told
/// and says so, unless it is deaf.
/// </summary>
internal sealed class FarSide : IAsyncDisposable
{
    private readonly ConcurrentQueue<(string Actuator, string Word)> _told = [];
    private readonly ConcurrentDictionary<string, bool> _deaf = new(StringComparer.Ordinal);
    private readonly MqttClient _client;
    private readonly CancellationTokenSource _stop = new();
    private readonly Task _running;

    private FarSide(Estate estate)
    {
        _client = new MqttClient(
            new MqttOptions
            {
                Host = "127.0.0.1", Port = estate.BrokerPort, ClientId = "actuators", User = Credentials.MqttUser, Password = estate.Credentials.MqttPassword,
                ReconnectDelayMax = TimeSpan.FromMilliseconds(200),
                Subscriptions =
                [
                    new MqttSubscription("cmnd/+/POWER", MqttQos.AtLeastOnce), new MqttSubscription("zigbee2mqtt/+/set", MqttQos.AtLeastOnce),
                    new MqttSubscription("+/reassure", MqttQos.AtLeastOnce),
                ],
            },
            TakeAsync, TimeProvider.System);
        _running = _client.RunAsync(_stop.Token);
    }

    public bool IsConnected => _client.State == MqttConnectionState.Connected;

    public static async Task<FarSide> ConnectAsync(Estate estate)
    {
        var far = new FarSide(estate);
        await far.ConnectedAsync();
        return far;
    }

    public Task ConnectedAsync() => Eventually.TrueAsync(() => IsConnected, TimeSpan.FromSeconds(20), () => "the actuators at the broker");

    /// <summary>What an actuator was told, in order.</summary>
    public IReadOnlyList<string> Told(string actuator) => [.. _told.Where(t => t.Actuator == actuator).Select(t => t.Word)];

    /// <summary>Forgets what was told so far.</summary>
    public void Forget() => _told.Clear();

    /// <summary>It hears nothing and says nothing from now on.</summary>
    public void Deafen(string actuator) => _deaf[actuator] = true;

    /// <summary>Waits until an actuator is told something.</summary>
    public Task IsToldAsync(string actuator, string word, TimeSpan? within = null) => Eventually.TrueAsync(
        () => Told(actuator).Contains(word), within ?? TimeSpan.FromSeconds(20), () => $"'{word}' to {actuator}; it was told: {string.Join(' ', Told(actuator))}");

    /// <summary>Speaks as a device of the estate.</summary>
    public async Task SayAsync(string topic, string payload)
    {
        var began = TimeProvider.System.GetTimestamp();
        while (await _client.PublishAsync(topic, Encoding.UTF8.GetBytes(payload), MqttQos.AtLeastOnce, retain: false, _stop.Token) != MqttPublishResult.Confirmed)
        {
            // A broker that is down is tried again, as a device does; one that stays away ends the test instead of hanging it.
            if (TimeProvider.System.GetElapsedTime(began) > TimeSpan.FromSeconds(60))
            {
                throw new TimeoutException($"the broker takes nothing on {topic}");
            }

            await Task.Delay(TimeSpan.FromMilliseconds(20), TimeProvider.System, _stop.Token);
        }
    }

    public async ValueTask DisposeAsync()
    {
        await _stop.CancelAsync();
        await _running.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        await _client.DisposeAsync();
        _stop.Dispose();
    }

    private ValueTask<bool> TakeAsync(ReadOnlyMemory<MqttMessage> messages, CancellationToken stop)
    {
        foreach (var message in messages.Span)
        {
            Take(message.Topic.Split('/'), Encoding.UTF8.GetString(message.Payload.Span));
        }

        return ValueTask.FromResult(true);
    }

    private void Take(string[] topic, string word)
    {
        var (actuator, answer) = topic switch
        {
            ["cmnd", var siren, _] => (siren, $"stat/{siren}/POWER"),
            ["zigbee2mqtt", var valve, _] => (valve, $"zigbee2mqtt/{valve}"),
            _ => (topic[0], $"{topic[0]}/text_sensor/reassure/state"),
        };
        _told.Enqueue((actuator, word));
        if (!_deaf.ContainsKey(actuator))
        {
            _ = SayAsync(answer, word);
        }
    }
}
