using System.Collections.Concurrent;
using System.Text;

namespace SmartCourtyard.Mqtt.Tests;

/// <summary>What a test keeps of a message after its payload has gone.</summary>
internal sealed record Heard(string Topic, string Text, MqttQos Qos, bool Retain, bool Duplicate, IReadOnlyList<MqttUserProperty> UserProperties);

/// <summary>A running client together with all it said and received.</summary>
internal sealed class Subject : IAsyncDisposable
{
    private readonly CancellationTokenSource _stop = new();

    /// <param name="options">How to connect.</param>
    /// <param name="commit">Called before the messages count as heard; what it returns goes to the client. Null: takes everything.</param>
    internal Subject(MqttOptions options, Func<IReadOnlyList<Heard>, ValueTask<bool>>? commit = null)
    {
        Client = new MqttClient(options, (batch, _) => ReceiveAsync(batch, commit), TimeProvider.System);
        Client.StateChanged += Changes.Enqueue;
        Running = Client.RunAsync(_stop.Token);
    }

    internal MqttClient Client { get; }

    internal Task Running { get; }

    internal ConcurrentQueue<MqttStateChange> Changes { get; } = [];

    internal ConcurrentQueue<Heard> Messages { get; } = [];

    internal string Story => string.Join(" > ", Changes.Select(c => $"{c.State}/{c.Reason}({c.Detail})"));

    internal static MqttOptions To(int port, string clientId, params string[] filters) => new()
    {
        Host = "127.0.0.1",
        Port = port,
        ClientId = clientId,
        Subscriptions = [.. filters.Select(filter => new MqttSubscription(filter, MqttQos.AtLeastOnce))],
        ReconnectDelayMin = TimeSpan.FromSeconds(0.02),
        ReconnectDelayMax = TimeSpan.FromSeconds(0.1),
    };

    internal static async Task<Subject> ConnectedAsync(MqttOptions options, Func<IReadOnlyList<Heard>, ValueTask<bool>>? commit = null)
    {
        Subject subject = new(options, commit);
        await subject.WhenConnected();
        return subject;
    }

    internal Task WhenConnected() => Wait.Until(() => Client.State == MqttConnectionState.Connected, () => $"connected; {Story}");

    internal Task WhenHeard(int count, double seconds = 15) => Wait.Until(() => Messages.Count >= count, () => $"{count} messages heard ({Messages.Count}); {Story}", seconds);

    internal Task WhenReason(MqttReason reason, double seconds = 15) => Wait.Until(() => Changes.Any(c => c.Reason == reason), () => $"{reason}; {Story}", seconds);

    internal ValueTask<MqttPublishResult> Publish(string topic, string text, MqttQos qos = MqttQos.AtLeastOnce, bool retain = false) =>
        Client.PublishAsync(topic, Encoding.UTF8.GetBytes(text), qos, retain, CancellationToken.None);

    /// <summary>Repeats until the broker has confirmed, as an owner of the message must.</summary>
    internal async Task PublishSurely(string topic, string text)
    {
        while (await Publish(topic, text) != MqttPublishResult.Confirmed)
        {
            await Wait.Delay(0.005);
        }
    }

    internal async Task StopAsync()
    {
        await _stop.CancelAsync();
        await Running;
    }

    public async ValueTask DisposeAsync()
    {
        await Client.DisposeAsync();
        _stop.Dispose();
    }

    private async ValueTask<bool> ReceiveAsync(ReadOnlyMemory<MqttMessage> batch, Func<IReadOnlyList<Heard>, ValueTask<bool>>? commit)
    {
        List<Heard> heard = [];
        foreach (MqttMessage m in batch.Span)
        {
            heard.Add(new Heard(m.Topic, Encoding.UTF8.GetString(m.Payload.Span), m.Qos, m.Retain, m.Duplicate, m.UserProperties));
        }

        if (commit is not null && !await commit(heard))
        {
            return false;
        }

        heard.ForEach(Messages.Enqueue);
        return true;
    }
}
