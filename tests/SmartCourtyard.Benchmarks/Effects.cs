using System.Collections.Concurrent;
using SmartCourtyard.Acceptance.Estates;
using SmartCourtyard.Mqtt;

namespace SmartCourtyard.Benchmarks;

/// <summary>
/// Publish of a smoke message → the siren's command on the broker, beside the least that it could be: a bare client that passes a
/// message on over the same broker.
/// </summary>
internal static class Effects
{
    private const int WarmUp = 50;
    private const string FloorTopic = "zigbee2mqtt/floor";

    public static async Task<int> RunAsync(int alarms, int runs)
    {
        Figures.PrintHeader("smoke message → siren's command");
        var (product, floor) = (new List<Figures>(), new List<Figures>());
        for (var run = 0; run < runs; run++)
        {
            var site = TestSite.Of(alarms + WarmUp, "smoke-detector", "siren");
            await using var estate = await Estate.StartAsync(site with
            {
                Devices = [.. site.Devices.Select(d => d.Class == "siren" ? d with { Speaks = $"{{ tasmota: {d.Id} }}" } : d)],
            });
            var detectors = estate.Site.Devices.Where(d => d.Class == "smoke-detector").ToList();
            var sirens = estate.Site.Devices.Where(d => d.Class == "siren").ToList();
            var smoke = """{"battery":100,"linkquality":134,"smoke":true}"""u8.ToArray();
            product.Add(await MeasureAsync(
                estate, "product: publish → cmnd/SIREN/POWER", alarms, ["cmnd/+/POWER"], i => (detectors[i].Topic, smoke), i => $"cmnd/{sirens[i].Id}/POWER",
                // A siren that does not say that it sounds would be told again and again beside the measuring.
                heard => (heard.Replace("cmnd/", "stat/", StringComparison.Ordinal), "ON"u8.ToArray())));
            floor.Add(await FloorAsync(estate, alarms));
        }

        Figures.PrintBeside(product, floor);
        return 0;
    }

    public static async Task<Figures> FloorAsync(Estate estate, int alarms)
    {
        MqttClient? relay = null;
        await using var passing = relay = Client(estate, "floor-relay", [$"{FloorTopic}/+/in"], message =>
            _ = relay!.PublishAsync(message.Topic[..^2] + "out", message.Payload.ToArray(), MqttQos.AtLeastOnce, retain: false, CancellationToken.None).AsTask());
        using var stop = new CancellationTokenSource();
        var running = passing.RunAsync(stop.Token);
        await ConnectedAsync(passing);
        var figures = await MeasureAsync(
            estate, "floor: a bare client passes it on", alarms, [$"{FloorTopic}/+/out"], i => ($"{FloorTopic}/{i}/in", "{}"u8.ToArray()), i => $"{FloorTopic}/{i}/out", null);
        await stop.CancelAsync();
        await running;
        return figures;
    }

    private static async Task<Figures> MeasureAsync(
        Estate estate, string name, int alarms, string[] filters, Func<int, (string, byte[])> say, Func<int, string> expected, Func<string, (string Topic, byte[] Payload)>? answer)
    {
        var arrived = new ConcurrentDictionary<string, long>(StringComparer.Ordinal);
        MqttClient? client = null;
        await using var listening = client = Client(estate, "effects-listener", filters, message =>
        {
            // At its start the gateway tells every siren to rest.
            if (!message.Payload.Span.SequenceEqual("OFF"u8) && arrived.TryAdd(message.Topic, TimeProvider.System.GetTimestamp()) && answer?.Invoke(message.Topic) is { } said)
            {
                _ = client!.PublishAsync(said.Topic, said.Payload, MqttQos.AtLeastOnce, retain: false, CancellationToken.None).AsTask();
            }
        });
        using var stop = new CancellationTokenSource();
        var running = listening.RunAsync(stop.Token);
        await ConnectedAsync(listening);
        var sent = await Sending.AlarmsAsync(estate, WarmUp + alarms, say);
        await Eventually.TrueAsync(
            () => sent.Keys.All(i => arrived.ContainsKey(expected(i))), TimeSpan.FromSeconds(20), () => $"{arrived.Count} of {sent.Count} arrived");
        await stop.CancelAsync();
        await running;
        return new Figures(name, [.. Enumerable.Range(WarmUp, alarms).Select(i => Sending.Milliseconds(sent[i], arrived[expected(i)]))]);
    }

    private static MqttClient Client(Estate estate, string id, string[] filters, Action<MqttMessage> take) => new(
        new MqttOptions
        {
            Host = "127.0.0.1", Port = estate.BrokerPort, ClientId = id, User = Credentials.MqttUser, Password = estate.Credentials.MqttPassword,
            Subscriptions = [.. filters.Select(f => new MqttSubscription(f, MqttQos.AtLeastOnce))],
        },
        (messages, _) =>
        {
            foreach (var message in messages.Span)
            {
                take(message);
            }

            return ValueTask.FromResult(true);
        },
        TimeProvider.System);

    private static Task ConnectedAsync(MqttClient client)
        => Eventually.TrueAsync(() => client.State == MqttConnectionState.Connected, TimeSpan.FromSeconds(10), () => "the connection");
}
