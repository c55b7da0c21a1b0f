using System.Threading.Channels;
using SmartCourtyard.Mqtt;

namespace SmartCourtyard.Gateway.Devices.Mqtt.Pairing;

/// <summary>
/// Lets new devices into the Zigbee network for a limited time, on a connection of its own, and closes it again whatever happens
/// meanwhile. Zigbee2MQTT closes it by itself too when the time is over.
/// </summary>
internal sealed class ZigbeePairing(BrokerAccess broker, TimeProvider time, string baseTopic = "zigbee2mqtt")
{
    /// <summary>What Zigbee allows in one request.</summary>
    public const int SecondsAtMost = 254;

    private static readonly TimeSpan AnswerAtMost = TimeSpan.FromSeconds(10);

    private readonly string _request = baseTopic + "/bridge/request/permit_join";
    private readonly string _response = baseTopic + "/bridge/response/permit_join";
    private readonly string _event = baseTopic + "/bridge/event";

    // Devices join one by one; what does not fit is of a storm that nobody could read.
    private readonly Channel<PairingNews> _news = Channel.CreateBounded<PairingNews>(
        new BoundedChannelOptions(100) { FullMode = BoundedChannelFullMode.DropWrite });

    private readonly Channel<PairingAnswer> _answers = Channel.CreateBounded<PairingAnswer>(
        new BoundedChannelOptions(10) { FullMode = BoundedChannelFullMode.DropOldest });

    private volatile string? _refusal = "no answer";
    private bool _beforeVersion2;

    /// <summary>Opens the network, tells what happens until the time is over or it is stopped, and closes it.</summary>
    /// <param name="seconds">1 to <see cref="SecondsAtMost"/>.</param>
    /// <param name="opened">Called once the bridge has agreed.</param>
    /// <param name="tell">Gets each step of each device as it comes.</param>
    /// <param name="stop">Closes the network early; that is no failure.</param>
    /// <returns>Null, or in one sentence why it could not be opened or was not closed.</returns>
    public async Task<string?> RunAsync(int seconds, Action opened, Action<PairingNews> tell, CancellationToken stop)
    {
        ArgumentOutOfRangeException.ThrowIfNotEqual(seconds, Math.Clamp(seconds, 1, SecondsAtMost), nameof(seconds));
        var client = new MqttClient(Options(), ReceiveAsync, time);
        await using var _ = client.ConfigureAwait(false);
        var connected = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        client.StateChanged += change => Note(change, connected);
        var running = client.RunAsync(CancellationToken.None);
        try
        {
            if (!await InTimeAsync(connected.Task, stop).ConfigureAwait(false))
            {
                return stop.IsCancellationRequested
                    ? "stopped before the broker answered" : $"the broker {broker.Host}:{broker.Port} cannot be reached: {_refusal}";
            }

            if (await AskAsync(client, seconds, stop).ConfigureAwait(false) is { } refused)
            {
                // A bridge that did not answer may have opened it all the same.
                await AskAsync(client, 0, CancellationToken.None).ConfigureAwait(false);
                return $"Zigbee2MQTT did not open its network: {refused}";
            }

            opened();
            await TellAsync(TimeSpan.FromSeconds(seconds), tell, stop).ConfigureAwait(false);
            return await AskAsync(client, 0, CancellationToken.None).ConfigureAwait(false) is { } open
                ? $"Zigbee2MQTT did not confirm that its network is closed: {open}; it closes by itself within {SecondsAtMost} s"
                : null;
        }
        finally
        {
            await client.DisposeAsync().ConfigureAwait(false);
            await running.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }
    }

    private MqttOptions Options() => new()
    {
        Host = broker.Host, Port = broker.Port, Tls = broker.Tls, CaFile = broker.CaFile, User = broker.User, Password = broker.Password,
        ClientId = $"smartcourtyard-pair-{Guid.CreateVersion7(time.GetUtcNow()):N}", CleanStart = true, SessionExpiry = TimeSpan.Zero,
        Subscriptions = [new MqttSubscription(_response, MqttQos.AtLeastOnce), new MqttSubscription(_event, MqttQos.AtLeastOnce)],
    };

    private ValueTask<bool> ReceiveAsync(ReadOnlyMemory<MqttMessage> messages, CancellationToken stop)
    {
        foreach (ref readonly var message in messages.Span)
        {
            if (message.Topic == _response && PairingMessages.Answer(message.Payload.Span) is { } answer)
            {
                _answers.Writer.TryWrite(answer);
            }
            else if (message.Topic == _event && PairingMessages.News(message.Payload.Span) is { } news)
            {
                _news.Writer.TryWrite(news);
            }
        }

        return ValueTask.FromResult(true);
    }

    private void Note(MqttStateChange change, TaskCompletionSource connected)
    {
        if (change.State == MqttConnectionState.Connected)
        {
            connected.TrySetResult();
        }
        else if (change.Reason != MqttReason.None)
        {
            _refusal = change.Detail is null ? $"{change.Reason}" : $"{change.Reason}, {change.Detail}";
        }
    }

    /// <summary>Null where the bridge did it; otherwise why not.</summary>
    private async Task<string?> AskAsync(MqttClient client, int seconds, CancellationToken stop)
    {
        var refused = await AskOnceAsync(client, seconds, stop).ConfigureAwait(false);
        if (refused?.Contains("Invalid payload", StringComparison.OrdinalIgnoreCase) == true)
        {
            _beforeVersion2 = !_beforeVersion2;
            refused = await AskOnceAsync(client, seconds, stop).ConfigureAwait(false);
        }

        return refused;
    }

    private async Task<string?> AskOnceAsync(MqttClient client, int seconds, CancellationToken stop)
    {
        var transaction = $"{Guid.CreateVersion7(time.GetUtcNow()):N}";
        using var limit = new CancellationTokenSource(AnswerAtMost, time);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(stop, limit.Token);
        try
        {
            var request = PairingMessages.Request(seconds, _beforeVersion2, transaction);
            var sent = await client.PublishAsync(_request, request, MqttQos.AtLeastOnce, retain: false, either.Token).ConfigureAwait(false);
            if (sent != MqttPublishResult.Confirmed)
            {
                return $"the broker did not take the request ({sent})";
            }

            while (true)
            {
                // Somebody else may be asking too.
                var answer = await _answers.Reader.ReadAsync(either.Token).ConfigureAwait(false);
                if (answer.Transaction == transaction)
                {
                    return answer.Error;
                }
            }
        }
        catch (OperationCanceledException)
        {
            return stop.IsCancellationRequested ? "stopped" : $"it did not answer within {AnswerAtMost.TotalSeconds:F0} s; does it run?";
        }
    }

    private async Task TellAsync(TimeSpan window, Action<PairingNews> tell, CancellationToken stop)
    {
        using var limit = new CancellationTokenSource(window, time);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(stop, limit.Token);
        try
        {
            await foreach (var news in _news.Reader.ReadAllAsync(either.Token).ConfigureAwait(false))
            {
                tell(news);
            }
        }
        catch (OperationCanceledException)
        {
            // The time is over, or somebody has what he wanted.
        }
    }

    private async Task<bool> InTimeAsync(Task task, CancellationToken stop)
    {
        try
        {
            await task.WaitAsync(AnswerAtMost, time, stop).ConfigureAwait(false);
            return true;
        }
        catch (Exception e) when (e is TimeoutException or OperationCanceledException)
        {
            return false;
        }
    }
}
