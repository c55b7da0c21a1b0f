using System.Security.Cryptography;
using SmartCourtyard.Mqtt;

namespace SmartCourtyard.Simulator;

/// <summary>The simulated Zigbee2MQTT's connection to the real broker.</summary>
internal sealed class EstateLink : IAsyncDisposable
{
    private static readonly TimeSpan Patience = TimeSpan.FromMilliseconds(200);

    private readonly TimeProvider _time;
    private readonly CancellationTokenSource _stop = new();
    private readonly MqttClient _client;
    private readonly Task _run;
    private int _connections;

    public EstateLink(
        SimulatorOptions options, IEnumerable<string> topics, bool asBridge, Func<ReadOnlyMemory<MqttMessage>, CancellationToken, ValueTask<bool>> receive,
        TimeProvider time)
    {
        _time = time;
        _client = new MqttClient(
            new MqttOptions
            {
                Host = options.Host,
                Port = options.Port,
                User = options.User,
                Password = options.Password,
                ClientId = asBridge ? "zigbee2mqtt" : $"simulator-{RandomNumberGenerator.GetHexString(8, lowercase: true)}",
                CleanStart = true,
                SessionExpiry = TimeSpan.Zero,
                Will = asBridge ? new MqttWill("zigbee2mqtt/bridge/state", """{"state":"offline"}"""u8.ToArray(), MqttQos.AtLeastOnce, Retain: true) : null,
                Subscriptions = [.. topics.Select(t => new MqttSubscription(t, MqttQos.AtLeastOnce))],
            },
            receive,
            time);
        _client.StateChanged += Note;
        _run = _client.RunAsync(_stop.Token);
    }

    /// <summary>Grows with each connection, so that the birth messages are sent again after a broken one.</summary>
    public int Connections => Volatile.Read(ref _connections);

    /// <summary>Why the last attempt failed; null while connected.</summary>
    public string? Trouble { get; private set; }

    /// <summary>Publishes; what should arrive at least once is sent until the broker has confirmed it.</summary>
    public async ValueTask SendAsync(Publication publication, CancellationToken cancel)
    {
        while (true)
        {
            var result = await _client.PublishAsync(
                publication.Topic, publication.Payload, publication.AtLeastOnce ? MqttQos.AtLeastOnce : MqttQos.AtMostOnce, publication.Retain, cancel);
            if (result is MqttPublishResult.Confirmed or MqttPublishResult.Refused or MqttPublishResult.TooLarge || !publication.AtLeastOnce)
            {
                return;
            }

            await Task.Delay(Patience, _time, cancel);
        }
    }

    /// <summary>True once there is a connection; false when none came within the limit.</summary>
    public async Task<bool> ConnectedWithinAsync(TimeSpan limit, CancellationToken cancel)
    {
        var began = _time.GetTimestamp();
        while (Connections == 0 && _time.GetElapsedTime(began) < limit)
        {
            await Task.Delay(TimeSpan.FromMilliseconds(10), _time, cancel);
        }

        return Connections > 0;
    }

    public async ValueTask DisposeAsync()
    {
        await _stop.CancelAsync();
        await _run;
        await _client.DisposeAsync();
        _stop.Dispose();
    }

    private void Note(MqttStateChange change)
    {
        if (change.State == MqttConnectionState.Connected)
        {
            Trouble = null;
            Interlocked.Increment(ref _connections);
        }
        else if (change.Reason != MqttReason.None)
        {
            Trouble = change.Detail is null ? $"{change.Reason}" : $"{change.Reason}: {change.Detail}";
        }
    }
}
