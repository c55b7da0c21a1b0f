using System.Text.Json;
using SmartCourtyard.Acceptance.Estates;
using SmartCourtyard.Mqtt;
using Xunit.Abstractions;

namespace SmartCourtyard.Acceptance;

/// <summary>
/// The first promise: whatever is killed at whatever moment, each alarm that the broker confirmed to its sender stands on the board
/// exactly once, and the gateway's sequence has no gap.
/// </summary>
public sealed class CustodyTests(ITestOutputHelper output)
{
    private const int AlarmsInRound = 200;
    private const int KillsInRound = 3;
    private const int Gateway = 0;
    private const int DutyRoom = 1;

    private static int Rounds => int.TryParse(Environment.GetEnvironmentVariable("SMARTCOURTYARD_KILL_ROUNDS"), out var rounds)
        ? rounds
        : Environment.GetEnvironmentVariable("SMARTCOURTYARD_LONG") == "1" ? 200 : 10;

    [Fact]
    public async Task No_alarm_is_lost_or_doubled_when_gateway_duty_room_or_broker_is_killed_at_random_moments()
    {
        var seed = int.TryParse(Environment.GetEnvironmentVariable("SMARTCOURTYARD_SEED"), out var given) ? given : Random.Shared.Next();
        output.WriteLine($"seed {seed} (repeat with SMARTCOURTYARD_SEED={seed}), {Rounds} rounds of {AlarmsInRound} alarms");
        var random = new Random(seed);
        var flats = AlarmsInRound * Math.Min(Rounds, 20) / 2;
        await using var estate = await Estate.StartAsync(TestSite.Of(flats, "smoke-detector", "emergency-button"));
        using var stop = new CancellationTokenSource();
        await using var sender = estate.Zigbee2Mqtt();
        _ = sender.RunAsync(stop.Token);

        var sent = new HashSet<string>(StringComparer.Ordinal);
        for (var round = 0; round < Rounds; round++)
        {
            var devices = estate.Site.Devices.Skip(round * AlarmsInRound % estate.Site.Devices.Count).Take(AlarmsInRound).ToList();
            if (round * AlarmsInRound >= estate.Site.Devices.Count)
            {
                await BeginAnewAsync(estate, sender, devices, sent, stop.Token);
            }

            await RoundAsync(estate, sender, devices, random, stop.Token);
            sent.UnionWith(devices.Select(d => d.Id));
            await ArrivedOnceAsync(estate, sent, $"round {round}");
        }

        await NothingIsMissingAsync(estate);
        await stop.CancelAsync();
    }

    private static async Task RoundAsync(Estate estate, MqttClient sender, List<TestDevice> devices, Random random, CancellationToken stop)
    {
        var pace = devices.Select(_ => TimeSpan.FromMilliseconds(random.Next(0, 20))).ToList();
        var kills = KillAsync(estate, [.. Enumerable.Range(0, KillsInRound).Select(_ => (random.Next(3), random.Next(0, 700), random.Next(0, 400)))]);
        var sending = new List<Task>();
        foreach (var (device, pause) in devices.Zip(pace))
        {
            sending.Add(SendAsync(sender, device, stop));
            await Task.Delay(pause, TimeProvider.System, stop);
        }

        await Task.WhenAll([.. sending, kills]);
    }

    /// <summary>
    /// Kills one after the other, each at a random moment, and leaves it down for a moment so that the others meet its absence: any of
    /// them may be down together with any other, and is killed again while it starts.
    /// </summary>
    private static async Task KillAsync(Estate estate, IReadOnlyList<(int Victim, int AfterMs, int DownMs)> kills)
    {
        var dutyRoom = Task.CompletedTask;
        foreach (var (victim, after, down) in kills)
        {
            await Task.Delay(TimeSpan.FromMilliseconds(after), TimeProvider.System);
            if (victim == DutyRoom)
            {
                await dutyRoom;
                dutyRoom = RestartAsync(estate.DutyRoom!, estate.StartDutyRoom, down);
                continue;
            }

            await (victim == Gateway
                ? RestartAsync(estate.Gateway!, estate.StartGateway, down)
                : RestartAsync(estate.Broker!, estate.StartBroker, down));
        }

        await dutyRoom;
    }

    private static async Task RestartAsync(RunningProgram program, Action start, int downMs)
    {
        await program.KillAsync();
        await program.DisposeAsync();
        await Task.Delay(TimeSpan.FromMilliseconds(downMs), TimeProvider.System);
        start();
    }

    /// <summary>Sends until the broker has confirmed, as Zigbee2MQTT's client does.</summary>
    private static async Task SendAsync(MqttClient sender, TestDevice device, CancellationToken stop)
    {
        var payload = device.Class == "smoke-detector" ? """{"smoke":true,"battery":90}"""u8.ToArray() : """{"action":"emergency","battery":90}"""u8.ToArray();
        while (await sender.PublishAsync(device.Topic, payload, MqttQos.AtLeastOnce, retain: false, stop) != MqttPublishResult.Confirmed)
        {
            await Task.Delay(TimeSpan.FromMilliseconds(20), TimeProvider.System, stop);
        }
    }

    private static async Task ArrivedOnceAsync(Estate estate, HashSet<string> sent, string when)
    {
        IReadOnlyList<JsonElement> alarms = [];
        await Eventually.TrueAsync(
            async () =>
            {
                alarms = await estate.Board.TryAlarmsAsync("state=open") ?? alarms;
                return Devices(alarms).Distinct().Count() >= sent.Count;
            },
            TimeSpan.FromSeconds(90),
            () => $"{when}: {Devices(alarms).Distinct().Count()} of {sent.Count} on the board; missing {string.Join(' ', sent.Except(Devices(alarms)).Take(5))}\ngateway: {Tail(estate.Gateway)}\nduty room: {Tail(estate.DutyRoom)}\nbroker: {Tail(estate.Broker)}");
        var doubled = Devices(alarms).GroupBy(d => d).Where(g => g.Count() > 1).Select(g => g.Key).ToList();
        Assert.True(doubled.Count == 0, $"{when}: more than one alarm for {string.Join(' ', doubled)}");
        Assert.Equal(sent.Count, alarms.Count);
    }

    /// <summary>In a long campaign the devices come round again: what they said is taken back and their alarms are closed.</summary>
    private static async Task BeginAnewAsync(Estate estate, MqttClient sender, List<TestDevice> devices, HashSet<string> sent, CancellationToken stop)
    {
        await estate.ReadyAsync();
        foreach (var device in devices.Where(d => d.Class == "smoke-detector"))
        {
            await sender.PublishAsync(device.Topic, """{"smoke":false}"""u8.ToArray(), MqttQos.AtLeastOnce, retain: false, stop);
        }

        var ids = devices.Select(d => d.Id).ToHashSet();
        foreach (var alarm in (await estate.Board.AlarmsAsync("state=open")).Where(a => ids.Contains(a.GetProperty("device").GetString()!)))
        {
            var id = alarm.GetProperty("id").GetString()!;
            await estate.Board.ActAsync(id, "acknowledge");
            await estate.Board.ActAsync(id, "resolve", new { cause = "test", note = "" });
            await estate.Board.ActAsync(id, "close");
        }

        sent.ExceptWith(ids);
        await Eventually.TrueAsync(
            async () => !(await estate.GatewayPage.ItemsAsync("api/v1/alarms")).Any(a => ids.Contains(a.GetProperty("device").GetString()!)),
            TimeSpan.FromSeconds(30), () => "the gateway is done with the old alarms");
    }

    private static async Task NothingIsMissingAsync(Estate estate)
    {
        JsonElement gateway = default;
        await Eventually.TrueAsync(
            async () =>
            {
                gateway = await estate.Board.GatewayAsync();
                return gateway.GetProperty("missing").GetInt64() == 0 && await estate.GatewayPage.MetricAsync("gateway_events_waiting") == 0;
            },
            TimeSpan.FromSeconds(60), () => $"events missing: {gateway}");
        Assert.Equal(
            gateway.GetProperty("lastSequence").GetString(),
            ((long)await estate.GatewayPage.MetricAsync("gateway_journal_sequence")).ToString(System.Globalization.CultureInfo.InvariantCulture));
    }

    private static string Tail(RunningProgram? program) => string.Join('\n', (program?.Output ?? "").Split('\n').TakeLast(15));

    private static IEnumerable<string> Devices(IEnumerable<JsonElement> alarms) => alarms.Select(a => a.GetProperty("device").GetString()!);
}
