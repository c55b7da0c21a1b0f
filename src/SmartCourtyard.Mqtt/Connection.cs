using System.Net.Sockets;
using System.Security.Cryptography;

namespace SmartCourtyard.Mqtt;

/// <summary>What outlives a connection.</summary>
internal sealed class Session(IReadOnlyList<MqttSubscription> subscriptions, IReadOnlyList<string> unsubscriptions)
{
    internal TopicCache Topics { get; } = new();

    internal ExactlyOnce ExactlyOnce { get; } = new();

    /// <summary>A client that has just been made knows neither which filters a stored session has nor the retained state, so it subscribes once in any case.</summary>
    internal SubscriptionList Subscriptions { get; } = new(subscriptions, unsubscriptions);
}

/// <summary>One accepted connection, from CONNACK to its end.</summary>
internal sealed class Connection : IAsyncDisposable
{
    private static readonly TimeSpan s_subscribePatience = TimeSpan.FromSeconds(30);
    private static readonly TimeSpan s_farewellPatience = TimeSpan.FromSeconds(1);
    private const int FiltersInSubscribe = 100;

    /// <summary>Leaves identifiers for SUBSCRIBE.</summary>
    private const int MostInFlight = 65_000;
    private readonly MqttOptions _options;
    private readonly Welcome _welcome;
    private readonly Session _session;
    private readonly MqttCounters _counters;
    private readonly TimeProvider _time;
    private readonly Outbox _outbox;
    private readonly InboundFlow _inbound;
    private readonly OutboundFlow _outbound;
    private readonly Delivery _delivery;
    private readonly PacketHandler _packets;
    private readonly TaskCompletionSource<Closure> _ended = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly CancellationTokenSource _over = new();
    private readonly Lock _subscribeGate = new();
    private readonly Task _reading;
    private readonly Task _pinging;
    private int _heard;
    private bool _listening;
    private Task<(MqttReason Reason, string? Detail)> _subscribing = Task.FromResult<(MqttReason, string?)>((MqttReason.None, null));

    internal Connection(
        MqttOptions options, Welcome welcome, Session session, Func<ReadOnlyMemory<MqttMessage>, CancellationToken, ValueTask<bool>> receive,
        MqttCounters counters, TimeProvider time, CancellationToken stop)
    {
        (_options, _welcome, _session, _counters, _time) = (options, welcome, session, counters, time);
        if (!welcome.Limits.SessionPresent)
        {
            session.ExactlyOnce.Clear();
            session.Subscriptions.Forget();
        }

        _outbox = new Outbox(welcome.Transport.Stream, counters);
        _inbound = new InboundFlow(session.ExactlyOnce, welcome.Protocol == MqttProtocol.V5 ? options.ReceiveMaximum : int.MaxValue);
        _outbound = new OutboundFlow(
            Math.Min(Math.Min(options.MaximumInFlight, welcome.Limits.ReceiveMaximum), MostInFlight), _outbox, welcome.Protocol, counters);
        _delivery = new Delivery(receive, _outbox, _inbound, counters, stop);
        _delivery.Failed += why => End(new Closure(MqttReason.ReceiverFailed, why));
        _packets = new PacketHandler(welcome.Protocol, options.MaximumPacketSize, session, _delivery, _inbound, _outbound, _outbox, counters);
        _reading = ReadAsync();
        _pinging = PingAsync(TimeSpan.FromSeconds(welcome.Limits.ServerKeepAlive ?? 0));
    }

    internal bool SessionPresent => _welcome.Limits.SessionPresent;

    internal MqttProtocol Protocol => _welcome.Protocol;

    /// <summary>Completes at the first reason to end.</summary>
    internal Task<Closure> Ended => _ended.Task;

    /// <summary>Subscribes where that is needed, one call after the other. The connection may end meanwhile.</summary>
    /// <returns>What the broker refused or lowered, or <see cref="MqttReason.None"/>.</returns>
    internal Task<(MqttReason Reason, string? Detail)> SubscribeAsync(bool afterConnect)
    {
        lock (_subscribeGate)
        {
            return _subscribing = SubscribeAfterAsync(_subscribing, afterConnect);
        }
    }

    private async Task<(MqttReason Reason, string? Detail)> SubscribeAfterAsync(Task previous, bool afterConnect)
    {
        await previous.ConfigureAwait(false);
        List<string> refused = [];
        List<string> lowered = [];
        foreach (MqttSubscription[] some in _session.Subscriptions.Missing(afterConnect).Chunk(FiltersInSubscribe))
        {
            if (await SubscribeAsync(some).ConfigureAwait(false) is not { } codes)
            {
                return (MqttReason.None, null);
            }

            _session.Subscriptions.Answered(some, codes);
            refused.AddRange(some.Where((_, i) => codes[i] >= 0x80).Select(s => s.Filter));
            lowered.AddRange(some.Where((s, i) => codes[i] < (byte)s.Qos).Select(s => s.Filter));
        }

        return refused.Count > 0 ? (MqttReason.SubscriptionRefused, string.Join(", ", refused))
            : lowered.Count > 0 ? (MqttReason.SubscriptionQosLowered, string.Join(", ", lowered))
            : (MqttReason.None, null);
    }

    internal ValueTask<MqttPublishResult> PublishAsync(Publication publication, CancellationToken cancel)
    {
        ConnAckPacket limits = _welcome.Limits;
        int length = PacketWriter.PublishLength(publication.Topic, publication.Payload.Length, publication.Qos, Protocol, publication.Properties.Length);
        if (length + 5 > limits.MaximumPacketSize)
        {
            return ValueTask.FromResult(MqttPublishResult.TooLarge);
        }

        return publication.Qos > limits.MaximumQos || (publication.Retain && !limits.RetainAvailable)
            ? ValueTask.FromResult(MqttPublishResult.Refused)
            : _outbound.PublishAsync(publication, cancel);
    }

    /// <summary>Ends the connection. Messages that had already come are still handed over, unless the receiver failed or the client is to stop.</summary>
    internal async Task CloseAsync(Closure closure, bool stopping)
    {
        if (stopping)
        {
            await _delivery.CloseAsync().ConfigureAwait(false);
        }

        ReasonCode? tell = stopping ? ReasonCode.Success : Protocol == MqttProtocol.V5 ? closure.Tell : null;
        if (tell is { } code)
        {
            await SayFarewellAsync(code).ConfigureAwait(false);
        }

        await _over.CancelAsync().ConfigureAwait(false);
        _outbox.Close();
        _outbound.Close();
        await _welcome.Transport.DisposeAsync().ConfigureAwait(false);
        await _reading.ConfigureAwait(false);
        await _pinging.ConfigureAwait(false);
        await _delivery.DrainAsync().ConfigureAwait(false);
        _session.ExactlyOnce.ForgetUntaken();
    }

    public async ValueTask DisposeAsync()
    {
        await _over.CancelAsync().ConfigureAwait(false);
        await _welcome.Transport.DisposeAsync().ConfigureAwait(false);
        _delivery.Discard();
        _welcome.Inbox.Dispose();
        _over.Dispose();
    }

    private void End(Closure closure)
    {
        if (_ended.TrySetResult(closure) && closure.Reason is MqttReason.MalformedPacket or MqttReason.PacketTooLarge)
        {
            Interlocked.Increment(ref _counters.MalformedCloseCount);
        }
    }

    private async Task SayFarewellAsync(ReasonCode code)
    {
        try
        {
            if (await _outbox.SendAsync(PacketWriter.Disconnect(code, Protocol)).WaitAsync(s_farewellPatience, _time).ConfigureAwait(false))
            {
                _welcome.Transport.FinishSending();
                await _reading.WaitAsync(s_farewellPatience, _time).ConfigureAwait(false);
            }
        }
        catch (TimeoutException)
        {
            // The peer does not listen; it will notice the closed socket.
        }
    }

    private async Task<byte[]?> SubscribeAsync(MqttSubscription[] subscriptions)
    {
        (ushort packetId, Task<byte[]?> answer) = _outbound.StartSubscribe();
        _outbox.Post(PacketWriter.Subscribe(packetId, subscriptions, Protocol));
        try
        {
            byte[]? codes = await answer.WaitAsync(s_subscribePatience, _time, _over.Token).ConfigureAwait(false);
            if (codes is null || codes.Length == subscriptions.Length)
            {
                return codes;
            }

            End(Closure.Malformed(ReasonCode.ProtocolError, $"SUBACK with {codes.Length} codes for {subscriptions.Length} filters"));
        }
        catch (TimeoutException)
        {
            End(new Closure(MqttReason.SubscribeTimedOut));
        }
        catch (OperationCanceledException)
        {
            // The connection ended; its reason is known elsewhere.
        }

        return null;
    }

    /// <summary>Takes back what the session has and nobody wants. The connection may end meanwhile.</summary>
    /// <returns>Whether the broker has answered.</returns>
    internal Task<bool> UnsubscribeAsync()
    {
        lock (_subscribeGate)
        {
            Task<bool> unsubscribing = UnsubscribeAfterAsync(_subscribing);
            _subscribing = Then(unsubscribing);
            return unsubscribing;
        }

        static async Task<(MqttReason, string?)> Then(Task unsubscribing)
        {
            await unsubscribing.ConfigureAwait(false);
            return (MqttReason.None, null);
        }
    }

    private async Task<bool> UnsubscribeAfterAsync(Task previous)
    {
        await previous.ConfigureAwait(false);
        foreach (string[] some in _session.Subscriptions.Leaving().Chunk(FiltersInSubscribe))
        {
            (ushort packetId, Task<byte[]?> answer) = _outbound.StartSubscribe();
            _outbox.Post(PacketWriter.Unsubscribe(packetId, some, Protocol));
            try
            {
                if (await answer.WaitAsync(s_subscribePatience, _time, _over.Token).ConfigureAwait(false) is null)
                {
                    return false;
                }

                _session.Subscriptions.Left(some);
            }
            catch (TimeoutException)
            {
                End(new Closure(MqttReason.SubscribeTimedOut));
                return false;
            }
            catch (OperationCanceledException)
            {
                return false;
            }
        }

        return true;
    }

    private async Task ReadAsync()
    {
        ReadGather gather = new();
        long start = _time.GetTimestamp();
        try
        {
            Closure? closure = _packets.HandleArrived(_welcome.Inbox);
            while (closure is null)
            {
                _delivery.Start();
                await _delivery.WhenThereIsRoom().ConfigureAwait(false);
                Volatile.Write(ref _heard, 1);
                Volatile.Write(ref _listening, true);
                int count = await _welcome.Transport.Stream.ReadAsync(_welcome.Inbox.Space()).ConfigureAwait(false);
                Volatile.Write(ref _listening, false);
                if (count == 0)
                {
                    End(new Closure(MqttReason.PeerClosed));
                    return;
                }

                Interlocked.Increment(ref _counters.ReadCount);
                Interlocked.Add(ref _counters.BytesReceivedCount, count);
                _welcome.Inbox.Filled(count);
                closure = _packets.HandleArrived(_welcome.Inbox);
                if (closure is null && gather.AfterRead(count, _time.GetElapsedTime(start)))
                {
                    _delivery.Start();
                    await Task.Delay(ReadGather.Nap, _time).ConfigureAwait(false);
                }
            }

            _delivery.Start();
            End(closure);
        }
        catch (Exception e) when (e is IOException or SocketException or ObjectDisposedException or InvalidOperationException or CryptographicException)
        {
            End(new Closure(MqttReason.NetworkError, e.Message));
        }
    }

    private async Task PingAsync(TimeSpan servers)
    {
        TimeSpan keepAlive = servers > TimeSpan.Zero && servers < _options.KeepAlive ? servers : _options.KeepAlive;
        KeepAliveWatch watch = new();
        using PeriodicTimer timer = new(keepAlive / KeepAliveWatch.TicksInKeepAlive, _time);
        try
        {
            while (await timer.WaitForNextTickAsync(_over.Token).ConfigureAwait(false))
            {
                bool heard = Interlocked.Exchange(ref _heard, 0) == 1 || !Volatile.Read(ref _listening);
                (bool ping, bool dead) = watch.Tick(heard);
                if (dead)
                {
                    End(new Closure(MqttReason.PeerSilent, $"nothing heard for {keepAlive * 1.25}"));
                    return;
                }

                if (ping)
                {
                    _outbox.Post(PacketWriter.PingReq);
                }
            }
        }
        catch (OperationCanceledException)
        {
            // The connection is over.
        }
    }
}
