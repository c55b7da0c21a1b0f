using System.Collections.Concurrent;
using System.Globalization;
using System.Security.Cryptography;
using System.Text.Json;
using SmartCourtyard.Custody;
using SmartCourtyard.Mqtt;

namespace SmartCourtyard.Gateway.Paths;

/// <summary>
/// The second path: through a broker elsewhere (MQTT 5). The broker's own confirmation is no receipt; only an answer that the duty
/// room has sealed is. The gateway's token never leaves the gateway on this path.
/// </summary>
internal sealed class MqttPath : BackgroundService, IPath
{
    // GB/T 26875.3, 6.5: an answer that has not come within 10 s does not come. The broker throws the question away then, too.
    private static readonly TimeSpan AnswerWithin = TimeSpan.FromSeconds(10);

    private readonly ConcurrentDictionary<string, TaskCompletionSource<Reply>> _asked = new(StringComparer.Ordinal);
    private readonly string _gateway;
    private readonly string _answers;
    private readonly UplinkSeal _seal;
    private readonly TimeProvider _time;
    private readonly MqttClient _client;
    private readonly string _broker;
    private volatile MqttStateChange _state = new(MqttConnectionState.Stopped, MqttReason.None, false, null, null);
    private volatile DutyRoomClock? _clock;

    /// <param name="broker">Where it is, and how the gateway is let in there.</param>
    /// <param name="gateway">The gateway's id.</param>
    /// <param name="seal">That of its token.</param>
    /// <param name="time">Ends the waiting for answers.</param>
    public MqttPath(MqttPathBroker broker, string gateway, UplinkSeal seal, TimeProvider time)
    {
        (_gateway, _seal, _time) = (gateway, seal, time);
        _answers = UplinkSeal.Topic(gateway, "answers");
        _broker = $"{broker.Host}:{broker.Port}";
        var options = new MqttOptions
        {
            Host = broker.Host, Port = broker.Port, Tls = broker.Tls, CaFile = broker.CaFile, User = broker.User, Password = broker.Password,
            ClientId = "smartcourtyard-gateway-" + gateway, CleanStart = true, SessionExpiry = TimeSpan.Zero,
            Subscriptions = [new MqttSubscription(_answers, MqttQos.AtLeastOnce)],
        };
        _client = new MqttClient(options, TakeAsync, time);
        _client.StateChanged += change =>
        {
            if (change.State == MqttConnectionState.Connecting && _state.State == MqttConnectionState.Waiting)
            {
                // Until this attempt has ended, what the last one came to is what there is to say.
                return;
            }

            _state = change;
            if (change.State == MqttConnectionState.Connected)
            {
                Returned();
            }
        };
    }

    public string Name => "mqtt";

    /// <summary>Told when the broker can be reached again.</summary>
    public Action Returned { get; set; } = () => { };

    public Task<Handover> SendAsync(IReadOnlyList<StoredEvent> events, CancellationToken stop)
        => AskAsync("events", EventBatch.Body(events), said => said.Names(events), events.Count, stop);

    public Task<Handover> BeatAsync(Heartbeat beat, CancellationToken stop) => AskAsync(
        "heartbeat", JsonSerializer.SerializeToUtf8Bytes(beat, PathsJson.Default.Heartbeat), said => said.Expected is not null, 1, stop);

    protected override Task ExecuteAsync(CancellationToken stoppingToken) => _client.RunAsync(stoppingToken);

    private async Task<Handover> AskAsync(string call, ReadOnlyMemory<byte> body, Func<Answer, bool> proves, int events, CancellationToken stop)
    {
        var (handover, corrected) = await AskOnceAsync(call, body, proves, events, stop).ConfigureAwait(false);
        return corrected ? (await AskOnceAsync(call, body, proves, events, stop).ConfigureAwait(false)).Handover : handover;
    }

    /// <summary>Asks once; true where the duty room only found our clock wrong, which has been made good.</summary>
    private async Task<(Handover Handover, bool Corrected)> AskOnceAsync(
        string call, ReadOnlyMemory<byte> body, Func<Answer, bool> proves, int events, CancellationToken stop)
    {
        if (_state is not { State: MqttConnectionState.Connected } || Unfit(_state) is not null)
        {
            return (Unreachable(_state), false);
        }

        var nonce = RandomNumberGenerator.GetBytes(UplinkSeal.NonceBytes);
        var key = Convert.ToHexStringLower(nonce);
        var reply = _asked[key] = new TaskCompletionSource<Reply>(TaskCreationOptions.RunContinuationsAsynchronously);
        using var deadline = new CancellationTokenSource(AnswerWithin, _time);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(stop, deadline.Token);
        try
        {
            var published = await PublishAsync(call, body, nonce, either.Token).ConfigureAwait(false);
            return published == MqttPublishResult.Confirmed
                ? Judge(await reply.Task.WaitAsync(either.Token).ConfigureAwait(false), proves)
                : (NotTaken(published, events), false);
        }
        catch (OperationCanceledException) when (!stop.IsCancellationRequested)
        {
            return (new Handover(
                HandoverReason.Unreachable,
                $"no answer within 10 s through the broker at {_broker}: the broker lives, so the duty room is not connected to it: whoever runs the duty room looks at its Uplink:Mqtt",
                Actor: Actor.DutyRoom), false);
        }
        finally
        {
            _asked.TryRemove(key, out _);
        }
    }

    private ValueTask<MqttPublishResult> PublishAsync(string call, ReadOnlyMemory<byte> body, byte[] nonce, CancellationToken stop)
    {
        var now = (_clock?.Now(_time) ?? _time.GetUtcNow()).ToUnixTimeMilliseconds();
        var properties = new MqttPublishProperties
        {
            ResponseTopic = _answers, CorrelationData = nonce, Expiry = AnswerWithin,
            UserProperties =
            [
                new MqttUserProperty(UplinkSeal.TimeProperty, now.ToString(CultureInfo.InvariantCulture)),
                new MqttUserProperty(UplinkSeal.SealProperty, _seal.Request(_gateway, call, now, nonce, body.Span)),
            ],
        };
        return _client.PublishAsync(UplinkSeal.Topic(_gateway, call), body, MqttQos.AtLeastOnce, false, properties, stop);
    }

    private (Handover, bool Corrected) Judge(Reply reply, Func<Answer, bool> proves)
    {
        if (!reply.IsSealed)
        {
            return (new Handover(
                HandoverReason.NotAllowed,
                $"an answer came through the broker at {_broker}, but not from a duty room that knows this gateway's token; the technician of the gateway looks at DutyRoom:Token and at the courtyard's id in the site file",
                Actor: Actor.Technician), false);
        }

        if (reply.Status == 401)
        {
            // It is the duty room and knows our token: it is our time that it does not take.
            _clock = new DutyRoomClock(reply.Time, _time.GetTimestamp());
            return (new Handover(
                HandoverReason.Busy, "the duty room answered 401: the clocks differ by more than a minute; the gateway goes by the duty room's from now on",
                Actor: Actor.Technician), true);
        }

        return (Answer.Judge(reply.Status, isProblem: true, reply.Body, reply.RetryAfter, proves), false);
    }

    private Handover NotTaken(MqttPublishResult published, int events) => published switch
    {
        MqttPublishResult.TooLarge when events > 1 => new Handover(
            HandoverReason.TooLarge, $"the broker at {_broker} takes no packet of this size", Actor: Actor.Technician),
        MqttPublishResult.TooLarge => new Handover(
            HandoverReason.Busy, $"the broker at {_broker} takes no packet as large as one event; whoever runs the broker raises its limit", Actor: Actor.Technician),
        MqttPublishResult.Refused => new Handover(
            HandoverReason.NotAllowed, $"the broker at {_broker} refuses what the gateway publishes: whoever runs the broker lets this account write to {UplinkSeal.Topic(_gateway, "#")}",
            Actor: Actor.Technician),
        _ => Unreachable(_state),
    };

    private Handover Unreachable(MqttStateChange state)
    {
        var why = state.Detail is { Length: > 0 } detail ? $" ({detail})" : "";
        var (reason, actor, text) = Unfit(state) is { } unfit
            ? (HandoverReason.NotAllowed, Actor.Technician, unfit)
            : state.Reason switch
            {
                MqttReason.None => (HandoverReason.Unreachable, Actor.Network, "has not answered yet"),
                MqttReason.BadCredentials or MqttReason.NotAuthorized or MqttReason.ClientIdRefused => (HandoverReason.NotAllowed, Actor.Technician,
                    $"does not let the gateway in{why}; the technician of the gateway looks at Uplink:Mqtt:User and Password"),
                MqttReason.TlsRefused => (HandoverReason.Unreachable, Actor.Technician,
                    $"has a certificate that is not accepted{why}; the technician of the gateway looks at Uplink:Mqtt:Host, CaFile and the clock"),
                MqttReason.SessionTakenOver => (HandoverReason.Unreachable, Actor.Technician,
                    "was reached by another gateway with this id; the technician looks for a second gateway of this courtyard"),
                _ => (HandoverReason.Unreachable, Actor.Network,
                    $"cannot be reached: {JsonNamingPolicy.KebabCaseLower.ConvertName($"{state.Reason}")}{why}; somebody looks after the network and the broker"),
            };
        return new Handover(reason, $"the broker at {_broker} {text}", Actor: actor);
    }

    private static string? Unfit(MqttStateChange state) => state switch
    {
        { Protocol: MqttProtocol.V311 } => "speaks only MQTT 3.1.1; this path needs MQTT 5",
        { Reason: MqttReason.SubscriptionRefused } => $"does not let the gateway hear answers ({state.Detail}); whoever runs the broker lets this account read it",
        _ => null,
    };

    private ValueTask<bool> TakeAsync(ReadOnlyMemory<MqttMessage> messages, CancellationToken stop)
    {
        foreach (ref readonly var message in messages.Span)
        {
            if (_asked.TryGetValue(Convert.ToHexStringLower(message.CorrelationData.Span), out var asked))
            {
                asked.TrySetResult(Read(message));
            }
        }

        return ValueTask.FromResult(true);
    }

    private Reply Read(in MqttMessage message)
    {
        var properties = message.UserProperties;
        string? Value(string name) => properties.FirstOrDefault(p => p.Name == name)?.Value;
        var body = message.Payload.ToArray();
        if (!int.TryParse(Value(UplinkSeal.StatusProperty), NumberStyles.None, CultureInfo.InvariantCulture, out var status)
            || !long.TryParse(Value(UplinkSeal.TimeProperty), NumberStyles.None, CultureInfo.InvariantCulture, out var time)
            || time > DateTimeOffset.MaxValue.ToUnixTimeMilliseconds())
        {
            return new Reply(false, 0, body, null, default);
        }

        int? wait = int.TryParse(Value(UplinkSeal.RetryAfterProperty), NumberStyles.None, CultureInfo.InvariantCulture, out var seconds) ? seconds : null;
        var seal = _seal.Answer(_gateway, status, wait, time, message.CorrelationData.Span, body);
        return new Reply(
            UplinkSeal.Same(seal, Value(UplinkSeal.SealProperty)), status, body, wait is { } s ? TimeSpan.FromSeconds(s) : null,
            DateTimeOffset.FromUnixTimeMilliseconds(time));
    }

    private sealed record Reply(bool IsSealed, int Status, byte[] Body, TimeSpan? RetryAfter, DateTimeOffset Time);

    /// <summary>The duty room's time: a gateway that does not know the time can still be told from a replay.</summary>
    private sealed record DutyRoomClock(DateTimeOffset Was, long At)
    {
        public DateTimeOffset Now(TimeProvider time) => Was + time.GetElapsedTime(At);
    }
}

/// <summary>The broker elsewhere and the gateway's account there.</summary>
internal sealed record MqttPathBroker(string Host, int Port, bool Tls, string? CaFile, string? User, string? Password);
