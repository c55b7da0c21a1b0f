using System.Collections.Concurrent;
using System.Text;
using System.Text.Json;
using SmartCourtyard.Acceptance.Estates;
using SmartCourtyard.Mqtt;

namespace SmartCourtyard.Acceptance;

/// <summary>The command that lets new Zigbee devices in, as a technician runs and ends it.</summary>
public sealed class PairTests
{
    private static readonly TimeSpan Soon = TimeSpan.FromSeconds(30);

    [Theory]
    [InlineData("Ctrl-C")]
    [InlineData("TERM")]
    [InlineData("a closed terminal")]
    public async Task Whatever_ends_it_the_network_is_closed_before_it_is_gone(string how)
    {
        await using var estate = await Estate.StartAsync(TestSite.Of(1, "smoke-detector"));
        var asked = new ConcurrentQueue<int>();
        using var stop = new CancellationTokenSource();
        await using var bridge = Bridge(estate, asked);
        var running = bridge.RunAsync(stop.Token);
        await Eventually.TrueAsync(() => bridge.State == MqttConnectionState.Connected, Soon, () => "the bridge at the broker");
        await using var pair = RunningProgram.Start("dotnet", [Checkout.Program("SmartCourtyard.Gateway"), "pair", "--minutes", "2"], new Dictionary<string, string>
        {
            ["Mqtt__Port"] = estate.BrokerPort.ToString(System.Globalization.CultureInfo.InvariantCulture),
            ["Mqtt__User"] = "gateway", ["Mqtt__Password"] = estate.GatewayPassword,
        });
        await Eventually.TrueAsync(() => pair.Output.Contains("open for 120 s", StringComparison.Ordinal), Soon, () => pair.Output);
        Assert.Equal([120], asked);

        Action end = how switch
        {
            "Ctrl-C" => pair.Interrupt,
            "TERM" => pair.Terminate,
            _ => pair.HangUp,
        };
        end();
        Assert.Equal(0, await pair.ExitAsync(Soon));
        Assert.Equal([120, 0], asked);
        await stop.CancelAsync();
        await running;
    }

    /// <summary>Zigbee2MQTT's side, and stricter: not retained, these two keys and no others, a whole number of seconds that Zigbee allows.</summary>
    private static MqttClient Bridge(Estate estate, ConcurrentQueue<int> asked)
    {
        MqttClient? bridge = null;
        bridge = new MqttClient(
            new MqttOptions
            {
                Host = "127.0.0.1", Port = estate.BrokerPort, ClientId = "bridge", User = Credentials.MqttUser, Password = estate.Credentials.MqttPassword,
                CleanStart = true, Subscriptions = [new MqttSubscription("zigbee2mqtt/bridge/request/#", MqttQos.AtLeastOnce)],
            },
            async (messages, stop) =>
            {
                foreach (var message in messages.ToArray())
                {
                    using var request = JsonDocument.Parse(message.Payload);
                    var (root, isGood) = (request.RootElement, !message.Retain && message.Topic == "zigbee2mqtt/bridge/request/permit_join");
                    isGood &= root.EnumerateObject().Select(p => p.Name).SequenceEqual(["time", "transaction"]);
                    isGood &= root.GetProperty("time").TryGetInt32(out var seconds) && seconds is >= 0 and <= 254;
                    asked.Enqueue(isGood ? seconds : -1);
                    var answer = JsonSerializer.Serialize(new { data = new { time = seconds }, status = isGood ? "ok" : "error", transaction = root.GetProperty("transaction").GetString() });
                    await bridge!.PublishAsync(
                        "zigbee2mqtt/bridge/response/permit_join", Encoding.UTF8.GetBytes(answer), MqttQos.AtMostOnce, retain: false, stop);
                }

                return true;
            },
            TimeProvider.System);
        return bridge;
    }
}
