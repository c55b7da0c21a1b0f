namespace SmartCourtyard.Mqtt;

/// <summary>
/// An MQTT 5 and 3.1.1 client that acknowledges when it is told to: what the receiver takes is confirmed to the broker, what it does not take comes again.
/// </summary>
public sealed class MqttClient : IAsyncDisposable
{
    private readonly MqttOptions _options;
    private readonly Func<ReadOnlyMemory<MqttMessage>, CancellationToken, ValueTask<bool>> _receive;
    private readonly TimeProvider _time;
    private readonly Session _session;
    private readonly CancellationTokenSource _disposed = new();
    private volatile Connection? _connection;
    private Task _run = Task.CompletedTask;
    private int _started;
    private int _state = (int)MqttConnectionState.Stopped;

    /// <summary>Makes a client; <see cref="RunAsync"/> sets it to work.</summary>
    /// <param name="options">Where to connect and within which limits.</param>
    /// <param name="receive">
    /// Gets all complete messages of a read, at least one, one call at a time, in order of arrival. True: they are acknowledged together, in one write.
    /// False or an exception: nothing is acknowledged, the connection is closed and the broker sends them again. While it works, the next batch gathers and
    /// pings and confirmations go on; it should not block its thread. Payloads are valid until its task completes. Its token is cancelled when the client stops.
    /// Messages that had come before a connection broke are handed over too; their acknowledgement is lost, so they come again.
    /// </param>
    /// <param name="time">Measures waits and keep-alive.</param>
    /// <exception cref="ArgumentException">The options have mistakes; the message lists them all.</exception>
    public MqttClient(MqttOptions options, Func<ReadOnlyMemory<MqttMessage>, CancellationToken, ValueTask<bool>> receive, TimeProvider time)
    {
        ArgumentNullException.ThrowIfNull(options);
        ArgumentNullException.ThrowIfNull(receive);
        ArgumentNullException.ThrowIfNull(time);
        if (options.Mistakes() is { Count: > 0 } mistakes)
        {
            throw new ArgumentException(string.Join("; ", mistakes), nameof(options));
        }

        (_options, _receive, _time, _session) = (options, receive, time, new Session(options.Subscriptions, options.Unsubscriptions));
    }

    /// <summary>Each step of the connection's life, one after the other, on the thread that made it. A handler must not block.</summary>
    public event Action<MqttStateChange>? StateChanged;

    /// <summary>Where the client stands.</summary>
    public MqttConnectionState State => (MqttConnectionState)Volatile.Read(ref _state);

    /// <summary>What was counted since the client was made.</summary>
    public MqttCounters Counters { get; } = new();

    /// <summary>Connects, serves and reconnects for ever. To be called once.</summary>
    /// <param name="stop">Ends it: the receiver may finish its batch, the broker gets its acknowledgements and a DISCONNECT and keeps the session.</param>
    /// <returns>A task that completes, without an exception, some time after <paramref name="stop"/>.</returns>
    /// <exception cref="InvalidOperationException">It was called before.</exception>
    public Task RunAsync(CancellationToken stop)
    {
        if (Interlocked.Exchange(ref _started, 1) == 1)
        {
            throw new InvalidOperationException("A client runs once.");
        }

        return _run = RunUntilAsync(stop);
    }

    /// <summary>Publishes one message. Any number of calls may run at once; beyond <see cref="MqttOptions.MaximumInFlight"/> they wait. Messages leave in the order of the calls.</summary>
    /// <param name="topic">1 to 65,535 bytes of UTF-8, without wildcards.</param>
    /// <param name="payload">At most 256 MB; to be left unchanged until the call ends.</param>
    /// <param name="qos">At most once or at least once.</param>
    /// <param name="retain">Whether the broker keeps it as the topic's state.</param>
    /// <param name="cancel">Gives up the wait; the broker may get the message all the same.</param>
    /// <returns>At least once: when the broker has confirmed. At most once: when it was written.</returns>
    /// <exception cref="ArgumentException">The topic or the payload is not allowed.</exception>
    /// <exception cref="ArgumentOutOfRangeException">Exactly once is not offered for sending.</exception>
    public ValueTask<MqttPublishResult> PublishAsync(string topic, ReadOnlyMemory<byte> payload, MqttQos qos, bool retain, CancellationToken cancel)
        => PublishAsync(topic, payload, qos, retain, null, cancel);

    /// <inheritdoc cref="PublishAsync(string, ReadOnlyMemory{byte}, MqttQos, bool, CancellationToken)"/>
    /// <param name="topic">1 to 65,535 bytes of UTF-8, without wildcards.</param>
    /// <param name="payload">At most 256 MB; to be left unchanged until the call ends.</param>
    /// <param name="qos">At most once or at least once.</param>
    /// <param name="retain">Whether the broker keeps it as the topic's state.</param>
    /// <param name="properties">What goes with it; null for nothing. An MQTT 3.1.1 broker gets none.</param>
    /// <param name="cancel">Gives up the wait; the broker may get the message all the same.</param>
    public ValueTask<MqttPublishResult> PublishAsync(
        string topic, ReadOnlyMemory<byte> payload, MqttQos qos, bool retain, MqttPublishProperties? properties, CancellationToken cancel)
    {
        if (!TopicRules.IsName(topic))
        {
            throw new ArgumentException($"'{topic}' is no topic name: 1 to 65535 bytes of UTF-8 without +, # and NUL are allowed.", nameof(topic));
        }

        if (payload.Length > PacketWriter.LongestRemainingLength - ushort.MaxValue - 5)
        {
            throw new ArgumentException($"A payload of {payload.Length} bytes does not fit into a packet.", nameof(payload));
        }

        ArgumentOutOfRangeException.ThrowIfGreaterThan((byte)qos, (byte)MqttQos.AtLeastOnce, nameof(qos));
        cancel.ThrowIfCancellationRequested();
        return _connection is { } connection
            ? connection.PublishAsync(new Publication(topic, payload, qos, retain, properties?.Encode()), cancel)
            : ValueTask.FromResult(MqttPublishResult.NotConnected);
    }

    /// <summary>
    /// Asks for further topics, from now on and after every reconnect at which the broker has no session. Any number of calls may run at once; a filter that
    /// is subscribed already is not asked for again.
    /// </summary>
    /// <param name="further">Topic filters and at which quality of service.</param>
    /// <param name="cancel">Gives up the wait, not the subscription.</param>
    /// <returns>When the broker has answered, the worst of its answers; without a connection at once.</returns>
    /// <exception cref="ArgumentException">One of them is no topic filter.</exception>
    public async ValueTask<MqttSubscribeResult> SubscribeAsync(IReadOnlyList<MqttSubscription> further, CancellationToken cancel)
    {
        ArgumentNullException.ThrowIfNull(further);
        if (further.FirstOrDefault(s => !TopicRules.IsFilter(s.Filter)) is { } wrong)
        {
            throw new ArgumentException($"'{wrong.Filter}' is no topic filter.", nameof(further));
        }

        _session.Subscriptions.Add(further);
        if (_connection is { } connection)
        {
            await connection.SubscribeAsync(afterConnect: false).WaitAsync(cancel).ConfigureAwait(false);
        }

        return _session.Subscriptions.Of(further);
    }

    /// <summary>
    /// Takes topics back that nobody wants any more: now, or after the next connect and its subscribing. What the broker had queued for them is still delivered.
    /// Subscribed again they are asked for anew. Filters that were never subscribed do no harm.
    /// </summary>
    /// <param name="filters">Topic filters, as they were subscribed.</param>
    /// <param name="cancel">Gives up the wait, not the taking back.</param>
    /// <returns>A task that completes when the broker has answered; without a connection at once. <see cref="Leaving"/> says what is left to do.</returns>
    /// <exception cref="ArgumentException">One of them is no topic filter.</exception>
    public async ValueTask UnsubscribeAsync(IReadOnlyList<string> filters, CancellationToken cancel)
    {
        ArgumentNullException.ThrowIfNull(filters);
        if (filters.FirstOrDefault(f => !TopicRules.IsFilter(f)) is { } wrong)
        {
            throw new ArgumentException($"'{wrong}' is no topic filter.", nameof(filters));
        }

        _session.Subscriptions.Remove(filters);
        if (_connection is { } connection)
        {
            await connection.UnsubscribeAsync().WaitAsync(cancel).ConfigureAwait(false);
        }
    }

    /// <summary>Filters that are to be taken back and that the broker may still have; empty when it has answered for all.</summary>
    public IReadOnlyList<string> Leaving => _session.Subscriptions.Leaving();

    /// <summary>Stops and waits until everything has ended.</summary>
    /// <returns>A task that completes when the client holds nothing any more.</returns>
    public async ValueTask DisposeAsync()
    {
        if (_disposed.IsCancellationRequested)
        {
            return;
        }

        await _disposed.CancelAsync().ConfigureAwait(false);
        await _run.ConfigureAwait(false);
        _disposed.Dispose();
    }

    private async Task RunUntilAsync(CancellationToken callerStops)
    {
        using CancellationTokenSource either = CancellationTokenSource.CreateLinkedTokenSource(callerStops, _disposed.Token);
        CancellationToken stop = either.Token;
        Handshake handshake = new(_options, Counters, _time);
        ReconnectBackoff backoff = new(_options.ReconnectDelayMin, _options.ReconnectDelayMax);
        try
        {
            while (true)
            {
                Enter(MqttConnectionState.Connecting, MqttReason.None);
                (Closure closure, TimeSpan held) = await ConnectAndServeAsync(handshake, stop).ConfigureAwait(false);
                stop.ThrowIfCancellationRequested();
                Enter(MqttConnectionState.Waiting, closure.Reason, detail: closure.Detail);
#pragma warning disable CA5394 // Jitter needs no secret.
                await Task.Delay(backoff.Next(closure.Reason, held, Random.Shared.NextDouble()), _time, stop).ConfigureAwait(false);
#pragma warning restore CA5394
            }
        }
        catch (OperationCanceledException) when (stop.IsCancellationRequested)
        {
            Enter(MqttConnectionState.Stopped, MqttReason.None);
        }
    }

    private async Task<(Closure Closure, TimeSpan Held)> ConnectAndServeAsync(Handshake handshake, CancellationToken stop)
    {
        (Welcome? welcome, Closure? refusal) = await handshake.OpenAsync(stop).ConfigureAwait(false);
        if (welcome is null)
        {
            return (refusal!, TimeSpan.Zero);
        }

        Interlocked.Increment(ref Counters.ConnectionCount);
        long since = _time.GetTimestamp();
        await using Connection connection = new(_options, welcome, _session, _receive, Counters, _time, stop);
        Closure closure = await ServeAsync(connection, stop).ConfigureAwait(false);
        TimeSpan held = _time.GetElapsedTime(since);
        _connection = null;
        await connection.CloseAsync(closure, stop.IsCancellationRequested).ConfigureAwait(false);
        return (closure, held);
    }

    private async Task<Closure> ServeAsync(Connection connection, CancellationToken stop)
    {
        _connection = connection;
        Task<(MqttReason Reason, string? Detail)> subscribing = connection.SubscribeAsync(afterConnect: true);
        try
        {
            await Task.WhenAny(subscribing, connection.Ended).WaitAsync(stop).ConfigureAwait(false);
            if (!connection.Ended.IsCompleted)
            {
                (MqttReason reason, string? detail) = await subscribing.ConfigureAwait(false);
                Enter(MqttConnectionState.Connected, reason, connection, detail);
                await connection.UnsubscribeAsync().WaitAsync(stop).ConfigureAwait(false);
            }

            return await connection.Ended.WaitAsync(stop).ConfigureAwait(false);
        }
        catch (OperationCanceledException) when (stop.IsCancellationRequested)
        {
            return new Closure(MqttReason.None);
        }
    }

    private void Enter(MqttConnectionState state, MqttReason reason, Connection? connection = null, string? detail = null)
    {
        Volatile.Write(ref _state, (int)state);
        StateChanged?.Invoke(new MqttStateChange(state, reason, connection?.SessionPresent ?? false, connection?.Protocol, detail));
    }
}
