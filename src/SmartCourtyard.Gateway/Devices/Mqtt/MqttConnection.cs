using System.Text;
using SmartCourtyard.Courtyards;
using SmartCourtyard.Effects;
using SmartCourtyard.Gateway.Devices.Mqtt.Told;
using SmartCourtyard.Mqtt;
using SmartCourtyard.Readings;
using SmartCourtyard.Troubles;

namespace SmartCourtyard.Gateway.Devices.Mqtt;

/// <summary>
/// One connection to the broker: decodes what comes and hands it to the watch. With a topic for the gateway's own state it is the
/// connection with custody: the broker keeps each message until what follows from it is on disk.
/// </summary>
internal sealed partial class MqttConnection : BackgroundService
{
    // A broker that is restarted is back within seconds; only what lasts is a trouble.
    private static readonly TimeSpan LostAfter = TimeSpan.FromSeconds(10);

    private readonly string _name;
    private readonly string? _stateTopic;
    private readonly bool _custody;
    private readonly IReadOnlyList<IMqttFamily> _families;
    private readonly HeardElsewhere _elsewhere;
    private readonly Func<HeardBatch, CancellationToken, ValueTask<bool>> _hear;
    private readonly Func<TroubleReason, string, bool, string?, CancellationToken, ValueTask> _partDown;
    private readonly TimeProvider _time;
    private readonly ILogger<MqttConnection> _logger;
    private readonly ToldOnMqtt? _told;
    private readonly Action? _connected;
    private readonly MqttClient _client;
    private MqttReason _said = MqttReason.None;
    private volatile string? _notReady;

    public MqttConnection(
        string name, MqttOptions options, string? stateTopic, IReadOnlyList<IMqttFamily> families, HeardElsewhere elsewhere,
        Func<HeardBatch, CancellationToken, ValueTask<bool>> hear, Func<TroubleReason, string, bool, string?, CancellationToken, ValueTask> partDown,
        TimeProvider time, ILogger<MqttConnection> logger, ToldOnMqtt? told = null, Action? connected = null)
    {
        (_told, _connected) = (told, connected);
        (_name, _stateTopic, _custody, _families, _elsewhere, _hear, _partDown, _time, _logger) =
            (name, stateTopic, stateTopic is not null, families, elsewhere, hear, partDown, time, logger);
        _notReady = $"the broker has not answered yet ({name})";
        _client = new MqttClient(options, ReceiveAsync, time);
        _client.StateChanged += Note;
    }

    public MqttCounters Counters => _client.Counters;

    public string Name => _name;

    /// <summary>Why nothing is heard here; null when connected.</summary>
    public string? NotReady => _notReady;

    /// <summary>Tells an actuator what to do.</summary>
    public ValueTask<Carried> CarryAsync(ActuatorOrder order, CancellationToken stop) => _told is null
        ? ValueTask.FromResult(Carried.Failed("its source cannot be told anything"))
        : _told.CarryAsync(order, (told, cancel) => _client.PublishAsync(told.Topic, Encoding.UTF8.GetBytes(told.Payload), told.Qos, told.Retain, cancel), stop);

    /// <summary>Asks for further topics, now and after every reconnect.</summary>
    public ValueTask<MqttSubscribeResult> SubscribeAsync(IReadOnlyList<MqttSubscription> further, CancellationToken stop) =>
        _client.SubscribeAsync(further, stop);

    /// <summary>Takes topics back, now or after the next connect; what the broker had queued for them still comes.</summary>
    public ValueTask UnsubscribeAsync(IReadOnlyList<string> filters, CancellationToken stop) => _client.UnsubscribeAsync(filters, stop);

    /// <summary>What is to be taken back and may still stand at the broker.</summary>
    public IReadOnlyList<string> Leaving => _client.Leaving;

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        var watching = WatchBrokerAsync(stoppingToken);
        await _client.RunAsync(stoppingToken).ConfigureAwait(false);
        await watching.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
    }

    public override async Task StopAsync(CancellationToken cancellationToken)
    {
        await base.StopAsync(cancellationToken).ConfigureAwait(false);
        await _client.DisposeAsync().ConfigureAwait(false);
    }

    private async ValueTask<bool> ReceiveAsync(ReadOnlyMemory<MqttMessage> messages, CancellationToken stop)
    {
        var batch = new HeardBatch { Custody = _custody };
        var now = _time.GetUtcNow();
        var bridges = new Dictionary<string, bool>();
        for (var i = 0; i < messages.Length; i++)
        {
            Decode(in messages.Span[i], batch, now, bridges);
        }

        var taken = await _hear(batch, stop).ConfigureAwait(false);
        foreach (var (bridge, online) in bridges)
        {
            await _partDown(TroubleReason.BridgeOffline, bridge, !online, online ? null : $"{bridge} says that it is offline", stop).ConfigureAwait(false);
        }

        return taken;
    }

    private void Decode(in MqttMessage message, HeardBatch batch, DateTimeOffset now, Dictionary<string, bool> bridges)
    {
        var payload = message.Payload.Span;
        var begin = batch.Open.Count;
        var (family, result) = Ask(in message, now, batch.Open);
        var said = batch.Open.Count;
        foreach (var actuator in _told?.Hear(in message) ?? [])
        {
            if (IsOwn(actuator) && !batch.Open[begin..said].Exists(r => r.Device == actuator))
            {
                // What an actuator does is no quantity; that it answers is proof of its life.
                batch.Open.Add(new Reading(actuator, Quantity.Fault, 0, now));
            }
        }

        KeepOwn(batch.Open, begin);
        var delivery = !_custody ? 0 : result.Delivery != 0 ? result.Delivery : Fingerprint(in message);
        batch.EndMessage(delivery, message.Duplicate || result.Delivery != 0);
        if (!IsOwn(result.Device) && !result.IsAnnouncement)
        {
            return;
        }

        switch (result.Outcome)
        {
            case DecodeOutcome.BridgeState:
                bridges[result.BridgePart ?? family] = result.BridgeOnline;
                break;
            case DecodeOutcome.UnassignedDevice:
                _elsewhere.NoteUnassigned(family, result.UnassignedName!, result.Points, payload, now);
                break;
            case DecodeOutcome.Undecodable:
                _elsewhere.NoteUndecodable(message.Topic, result.Device?.Id, result.Problem!, payload, now);
                break;
        }
    }

    // What both connections hear is said once: alarm-capable devices here, all else (and what names no device) there.
    private bool IsOwn(Device? device) => (device is not null && device.Class.IsAlarmCapable()) == _custody;

    private void KeepOwn(List<Reading> readings, int begin)
    {
        var kept = begin;
        for (var i = begin; i < readings.Count; i++)
        {
            if (IsOwn(readings[i].Device))
            {
                readings[kept++] = readings[i];
            }
        }

        readings.RemoveRange(kept, readings.Count - kept);
    }

    private (string Family, DecodeResult Result) Ask(in MqttMessage message, DateTimeOffset now, List<Reading> into)
    {
        foreach (var family in _families)
        {
            var result = Ask(family, in message, now, into);
            if (result.Outcome != DecodeOutcome.NotMine)
            {
                return (family.Name, result);
            }
        }

        return ("", DecodeResult.NotADevice);
    }

    // An exception is our mistake. Thrown on, it would bring the same message again for ever, and hold back every alarm behind it.
    private DecodeResult Ask(IMqttFamily family, in MqttMessage message, DateTimeOffset now, List<Reading> into)
    {
        var begin = into.Count;
        try
        {
            return family.Decode(message.Topic, message.Payload.Span, message.Retain, now, into);
        }
#pragma warning disable CA1031 // Whatever it is.
        catch (Exception e)
#pragma warning restore CA1031
        {
            into.RemoveRange(begin, into.Count - begin);
            LogDecoderFailed(e, family.Name, message.Topic);
            return DecodeResult.Said($"the {family.Name} decoder failed ({e.GetType().Name}): a mistake in this program, please report it with the message");
        }
    }

    private static long Fingerprint(in MqttMessage message)
    {
        // FNV-1a over packet, topic and content: must be the same after a restart, which string.GetHashCode is not.
        const ulong Prime = 1_099_511_628_211;
        var hash = (14_695_981_039_346_656_037 ^ message.PacketId) * Prime;
        foreach (var c in message.Topic)
        {
            hash = (hash ^ c) * Prime;
        }

        foreach (var b in message.Payload.Span)
        {
            hash = (hash ^ b) * Prime;
        }

        return (long)hash;
    }

    private void Note(MqttStateChange change)
    {
        _notReady = change.State == MqttConnectionState.Connected
            ? null
            : $"the broker cannot be heard ({_name}): {change.State}, {change.Reason}";
        if (change.State == MqttConnectionState.Connected)
        {
            LogConnected(_name, change.Protocol, change.SessionPresent);
            _connected?.Invoke();
            if (_stateTopic is not null)
            {
                _ = SayOnlineAsync(_stateTopic);
            }

            _said = MqttReason.None;
            if (change.Reason != MqttReason.None)
            {
                LogRefused(_name, change.Reason, change.Detail);
            }
        }
        else if (change.State == MqttConnectionState.Waiting && change.Reason != _said)
        {
            _said = change.Reason;
            LogLost(_name, change.Reason, change.Detail);
        }
    }

    private async Task SayOnlineAsync(string topic)
    {
        // Unconfirmed it stays "offline" for others until the next connection; the gateway itself does not depend on it.
        var result = await _client.PublishAsync(topic, "online"u8.ToArray(), MqttQos.AtLeastOnce, retain: true, CancellationToken.None).ConfigureAwait(false);
        if (result == MqttPublishResult.Refused)
        {
            LogRefused(_name, MqttReason.NotAuthorized, topic);
        }
    }

    private async Task WatchBrokerAsync(CancellationToken stop)
    {
        var lostSince = _time.GetTimestamp();
        // Nothing told yet: a trouble of the connection that this one replaces may still stand.
        bool? told = null;
        using var timer = new PeriodicTimer(TimeSpan.FromSeconds(1), _time);
        while (await timer.WaitForNextTickAsync(stop).ConfigureAwait(false))
        {
            await PassTimeAsync(stop).ConfigureAwait(false);
            if (_notReady is null)
            {
                lostSince = _time.GetTimestamp();
            }

            var lost = _time.GetElapsedTime(lostSince) > LostAfter;
            if (lost != told && (lost || _notReady is null) && _custody)
            {
                told = lost;
                await _partDown(TroubleReason.BrokerLost, Source.Broker, lost, _notReady, stop).ConfigureAwait(false);
            }
        }
    }

    private async ValueTask PassTimeAsync(CancellationToken stop)
    {
        var batch = new HeardBatch();
        foreach (var family in _families)
        {
            family.PassTime(_custody, _time.GetUtcNow(), batch.Open);
        }

        batch.EndMessage(0, redelivered: false);
        if (batch.Count > 0)
        {
            await _hear(batch, stop).ConfigureAwait(false);
        }
    }

    [LoggerMessage(LogLevel.Information, "broker connected ({Connection}, {Protocol}, session kept: {SessionPresent})")]
    private partial void LogConnected(string connection, MqttProtocol? protocol, bool sessionPresent);

    [LoggerMessage(LogLevel.Error, "the decoder of {Family} failed on a message on {Topic}; the message is passed over")]
    private partial void LogDecoderFailed(Exception error, string family, string topic);

    [LoggerMessage(LogLevel.Warning, "broker lost ({Connection}): {Reason} {Detail}")]
    private partial void LogLost(string connection, MqttReason reason, string? detail);

    [LoggerMessage(LogLevel.Error, "broker does not let us hear everything ({Connection}): {Reason} {Detail}")]
    private partial void LogRefused(string connection, MqttReason reason, string? detail);
}
