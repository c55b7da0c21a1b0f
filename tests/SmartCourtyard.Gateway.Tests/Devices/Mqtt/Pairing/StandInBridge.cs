using System.Collections.Concurrent;
using System.Text;
using System.Text.Json;
using SmartCourtyard.Gateway.Tests.Broker;
using SmartCourtyard.Gateway.Tests.Watch;
using SmartCourtyard.Mqtt;

namespace SmartCourtyard.Gateway.Tests.Devices.Mqtt.Pairing;

/// <summary>
/// Answers as Zigbee2MQTT's bridge does, and is stricter: a request must not be retained, must have a transaction, no other keys
/// than its version knows, and a whole number of seconds from 0 to 254.
/// </summary>
internal sealed class StandInBridge : IAsyncDisposable
{
    private readonly bool _beforeVersion2;
    private readonly CancellationTokenSource _stop = new();
    private readonly MqttClient _client;
    private Task _running = Task.CompletedTask;

    public StandInBridge(RealBroker broker, bool beforeVersion2)
    {
        _beforeVersion2 = beforeVersion2;
        _client = new MqttClient(broker.Devices("zigbee2mqtt", "zigbee2mqtt/bridge/request/#") with { CleanStart = true }, TakeAsync, TimeProvider.System);
    }

    public ConcurrentQueue<int> Asked { get; } = [];

    /// <summary>What it was asked for and did: seconds, 0 for closing.</summary>
    public ConcurrentQueue<int> Done { get; } = [];

    /// <summary>What it refused, with the payload.</summary>
    public ConcurrentQueue<string> Refused { get; } = [];

    public bool Silent { get; set; }

    public string? Fails { get; set; }

    public async Task StartAsync()
    {
        _running = _client.RunAsync(_stop.Token);
        await Eventually.Holds(() => _client.State == MqttConnectionState.Connected, "the bridge is connected");
    }

    public async Task SayAsync(string type, string data) =>
        await PublishAsync("zigbee2mqtt/bridge/event", $$"""{"type":"{{type}}","data":{{data}}}""");

    public async ValueTask DisposeAsync()
    {
        await _stop.CancelAsync();
        await _running;
        await _client.DisposeAsync();
        _stop.Dispose();
    }

    private ValueTask<bool> TakeAsync(ReadOnlyMemory<MqttMessage> messages, CancellationToken stop)
    {
        foreach (var message in messages.ToArray())
        {
            var payload = Encoding.UTF8.GetString(message.Payload.Span);
            using var document = JsonDocument.Parse(payload);
            var transaction = document.RootElement.GetProperty("transaction").GetString()!;
            var seconds = document.RootElement.GetProperty("time").GetInt32();
            Asked.Enqueue(seconds);
            if (Silent)
            {
                continue;
            }

            var error = Fails ?? Mistake(message, document.RootElement);
            if (error is null)
            {
                Done.Enqueue(seconds);
            }
            else
            {
                Refused.Enqueue($"{error}: {payload}");
            }

            // Somebody else's answer comes first.
            _ = PublishAsync("zigbee2mqtt/bridge/response/permit_join", """{"data":{},"error":"other","status":"error","transaction":"other"}""");
            _ = PublishAsync(
                "zigbee2mqtt/bridge/response/permit_join",
                error is null
                    ? $$$"""{"data":{"time":{{{seconds}}}},"status":"ok","transaction":"{{{transaction}}}"}"""
                    : $$"""{"data":{},"error":"{{error}}","status":"error","transaction":"{{transaction}}"}""");
        }

        return ValueTask.FromResult(true);
    }

    private string? Mistake(MqttMessage message, JsonElement root)
    {
        if (message.Retain || message.Topic != "zigbee2mqtt/bridge/request/permit_join")
        {
            return $"not asked as it should be: {message.Topic}";
        }

        string[] keys = _beforeVersion2 ? ["value", "time", "transaction"] : ["time", "transaction"];
        if (!root.EnumerateObject().Select(p => p.Name).SequenceEqual(keys))
        {
            return "Invalid payload";
        }

        return root.GetProperty("time").TryGetInt32(out var seconds) && seconds is >= 0 and <= 254 ? null : "Invalid time";
    }

    private async Task PublishAsync(string topic, string payload) => await _client.PublishAsync(
        topic, Encoding.UTF8.GetBytes(payload), MqttQos.AtMostOnce, retain: false, CancellationToken.None);
}
