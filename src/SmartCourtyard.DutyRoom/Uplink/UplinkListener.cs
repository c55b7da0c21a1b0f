using System.Security.Cryptography;
using SmartCourtyard.Custody;
using SmartCourtyard.Mqtt;

namespace SmartCourtyard.DutyRoom.Uplink;

/// <summary>The broker elsewhere that gateways also reach, and the duty room's account there.</summary>
internal sealed record UplinkBroker(string Host, int Port, bool Tls, string? CaFile, string? User, string? Password);

/// <summary>
/// Hears gateways through a broker elsewhere. The broker gets its confirmation when the answer is out, and that is after the commit;
/// what is not answered comes again, from the broker or from the gateway, which keeps it until it has our answer.
/// </summary>
internal sealed partial class UplinkListener : BackgroundService
{
    private readonly MqttClient client;
    private readonly UplinkDesk desk;
    private readonly UplinkCounters counters;
    private readonly ILogger<UplinkListener> logger;
    private MqttReason said = MqttReason.None;

    public UplinkListener(UplinkBroker broker, UplinkDesk desk, UplinkCounters counters, TimeProvider time, ILogger<UplinkListener> logger)
    {
        (this.desk, this.counters, this.logger) = (desk, counters, logger);
        counters.IsConfigured = true;
        client = new MqttClient(
            new MqttOptions
            {
                Host = broker.Host, Port = broker.Port, Tls = broker.Tls, CaFile = broker.CaFile, User = broker.User, Password = broker.Password,
                // Two duty rooms on one broker must not push each other out. What came while nobody listened, gateways send again.
                ClientId = "smartcourtyard-duty-room-" + Convert.ToHexStringLower(RandomNumberGenerator.GetBytes(6)),
                CleanStart = true, SessionExpiry = TimeSpan.FromSeconds(30), MaximumPacketSize = 2 * 1024 * 1024,
                Subscriptions =
                [
                    new(UplinkSeal.Topic("+", "events"), MqttQos.AtLeastOnce), new(UplinkSeal.Topic("+", "heartbeat"), MqttQos.AtLeastOnce),
                ],
            },
            ReceiveAsync, time);
        client.StateChanged += Note;
    }

    protected override Task ExecuteAsync(CancellationToken stoppingToken) => client.RunAsync(stoppingToken);

    private async ValueTask<bool> ReceiveAsync(ReadOnlyMemory<MqttMessage> messages, CancellationToken stop)
    {
        var taken = new Task<bool>[messages.Length];
        for (var i = 0; i < taken.Length; i++)
        {
            // Together, so that the ledger commits them together.
            taken[i] = TakeAsync(messages.Span[i], stop);
        }

        return (await Task.WhenAll(taken)).All(t => t);
    }

    private async Task<bool> TakeAsync(MqttMessage message, CancellationToken stop)
    {
        if (await desk.AnswerAsync(message) is not { } answer)
        {
            return true;
        }

        var said = await client.PublishAsync(answer.Topic, answer.Body, MqttQos.AtLeastOnce, retain: false, answer.Properties, stop);
        if (said is MqttPublishResult.Refused or MqttPublishResult.TooLarge && counters.Refuse("answer"))
        {
            LogNotAnswered(answer.Topic);
        }

        return said is not MqttPublishResult.ConnectionLost and not MqttPublishResult.NotConnected;
    }

    private void Note(MqttStateChange change)
    {
        counters.IsUp = change is { State: MqttConnectionState.Connected, Reason: MqttReason.None, Protocol: MqttProtocol.V5 };
        if (counters.IsUp)
        {
            said = MqttReason.None;
            LogUp(change.SessionPresent);
        }
        else if (change.State is MqttConnectionState.Connected or MqttConnectionState.Waiting && change.Reason != said)
        {
            // Only a changed reason is news: a long outage must not fill the log.
            said = change.Reason;
            LogDown(change.Reason, change.Protocol, change.Detail);
        }
    }

    [LoggerMessage(Level = LogLevel.Information, Message = "gateways can be heard through the uplink's broker (session kept: {Kept})")]
    private partial void LogUp(bool kept);

    [LoggerMessage(Level = LogLevel.Warning, Message = "gateways cannot be heard through the uplink's broker: {Reason} {Protocol} {Detail}")]
    private partial void LogDown(MqttReason reason, MqttProtocol? protocol, string? detail);

    [LoggerMessage(Level = LogLevel.Error, Message = "the uplink's broker does not let the duty room answer on {Topic}: its account needs the right to write there")]
    private partial void LogNotAnswered(string topic);
}
