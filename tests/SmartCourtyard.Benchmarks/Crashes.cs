using System.Collections.Concurrent;
using System.Globalization;
using SmartCourtyard.Acceptance.Estates;
using SmartCourtyard.Mqtt;

namespace SmartCourtyard.Benchmarks;

/// <summary>
/// What is lost of 500 alarms that the broker has confirmed to their sender when the gateway or the broker is killed (-9), or the duty
/// room is away, or both.
/// </summary>
internal static class Crashes
{
    private const int Alarms = 500;
    private const int PerSecond = 500;
    private static readonly TimeSpan Away = TimeSpan.FromSeconds(2);
    private static readonly TimeSpan Down = TimeSpan.FromSeconds(0.5);
    private static readonly TimeSpan Quiet = TimeSpan.FromSeconds(6);
    private static readonly TimeSpan DrainsWithin = TimeSpan.FromSeconds(60);

    private static readonly (string Name, Func<Run, Task> Scene)[] Scenes =
    [
        ("500/s, gateway killed at the 250th, started again after 0.5 s", PacedAndKillAsync),
        ("burst of 500, gateway killed when the duty room has 100", BurstAndKillAsync),
        ("duty room away for 2 s and more, nothing killed", AwayAsync),
        ("duty room away, gateway killed at the 450th, started again", AwayAndKillAsync),
        ("500 confirmed while the gateway is down, broker killed", BrokerKilledAsync),
    ];

    public static async Task<int> RunAsync(int runs)
    {
        Figures.PrintHeading($"alarms lost of {Alarms} that were confirmed to their sender");
        Console.WriteLine("| test | confirmed | lost | double |\n|---|---|---|---|");
        var good = true;
        foreach (var (name, scene) in Scenes)
        {
            var results = new List<(int Confirmed, int Lost, int Double)>();
            for (var i = 0; i < runs; i++)
            {
                results.Add(await PlayAsync(scene));
            }

            good &= results.All(r => r is { Confirmed: Alarms, Lost: 0, Double: 0 });
            Console.WriteLine($"| {name} | {Row(results.Select(r => r.Confirmed))} | {Row(results.Select(r => r.Lost))} | {Row(results.Select(r => r.Double))} |");
        }

        return good ? 0 : 1;
    }

    private static string Row(IEnumerable<int> values) => string.Join(" / ", values.Order().Select(v => v.ToString(CultureInfo.InvariantCulture)));

    private static async Task<(int Confirmed, int Lost, int Double)> PlayAsync(Func<Run, Task> scene)
    {
        await using var estate = await Estate.StartAsync(TestSite.Of(Alarms, "smoke-detector"));
        await using var run = await Run.StartAsync(estate);
        await scene(run);
        await run.AllConfirmedAsync();
        await estate.ReadyAsync();
        return await run.CountAsync();
    }

    private static async Task PacedAndKillAsync(Run run)
    {
        await run.SendPacedAsync(0, Alarms / 2);
        await run.RestartGatewayAsync(Down, () => run.SendPacedAsync(Alarms / 2, Alarms));
    }

    private static async Task BurstAndKillAsync(Run run)
    {
        run.Send(0, Alarms);
        await Eventually.TrueAsync(async () => await run.OnBoardAsync() >= 100, TimeSpan.FromSeconds(20), () => "100 alarms on the board");
        await run.RestartGatewayAsync(Down, () => Task.CompletedTask);
    }

    private static async Task AwayAsync(Run run)
    {
        await run.Estate.DutyRoom!.KillAsync();
        await run.SendPacedAsync(0, Alarms);
        await Task.Delay(Away, TimeProvider.System);
        run.Estate.StartDutyRoom();
    }

    private static async Task AwayAndKillAsync(Run run)
    {
        await run.Estate.DutyRoom!.KillAsync();
        await run.SendPacedAsync(0, 450);
        await run.RestartGatewayAsync(Down, () => run.SendPacedAsync(450, Alarms));
        run.Estate.StartDutyRoom();
    }

    private static async Task BrokerKilledAsync(Run run)
    {
        await run.Estate.Gateway!.KillAsync();
        run.Send(0, Alarms);
        await run.AllConfirmedAsync();
        await run.Estate.Broker!.KillAsync();
        run.Estate.StartBroker();
        run.Estate.StartGateway();
    }

    /// <summary>One estate with a sender, and what the sender was told.</summary>
    private sealed class Run : IAsyncDisposable
    {
        private readonly ConcurrentDictionary<string, bool> _confirmed = new(StringComparer.Ordinal);
        private readonly List<Task> _sending = [];
        private readonly CancellationTokenSource _stop = new();
        private readonly MqttClient _client;
        private readonly Task _running;

        private Run(Estate estate)
        {
            (Estate, _client) = (estate, estate.Zigbee2Mqtt("sender"));
            _running = _client.RunAsync(_stop.Token);
        }

        public Estate Estate { get; }

        public static async Task<Run> StartAsync(Estate estate)
        {
            var run = new Run(estate);
            await Eventually.TrueAsync(() => run._client.State == MqttConnectionState.Connected, TimeSpan.FromSeconds(10), () => "the sender's connection");
            return run;
        }

        public void Send(int from, int to) => _sending.AddRange(Enumerable.Range(from, to - from).Select(SendOneAsync));

        public async Task SendPacedAsync(int from, int to)
        {
            var start = TimeProvider.System.GetTimestamp();
            for (var i = from; i < to;)
            {
                for (var due = from + (int)(TimeProvider.System.GetElapsedTime(start).TotalSeconds * PerSecond); i < to && i <= due; i++)
                {
                    _sending.Add(SendOneAsync(i));
                }

                await Task.Delay(TimeSpan.FromMilliseconds(2), TimeProvider.System);
            }
        }

        public async Task RestartGatewayAsync(TimeSpan down, Func<Task> meanwhile)
        {
            await Estate.Gateway!.KillAsync();
            var going = meanwhile();
            await Task.Delay(down, TimeProvider.System);
            Estate.StartGateway();
            await going;
        }

        public Task AllConfirmedAsync() => Task.WhenAll(_sending);

        public async Task<int> OnBoardAsync() => (await Estate.Board.TryAlarmsAsync("state=open"))?.Count ?? 0;

        /// <summary>Waits until all are there, or until nothing has come for a while; then counts.</summary>
        public async Task<(int Confirmed, int Lost, int Double)> CountAsync()
        {
            var (start, changed, before) = (TimeProvider.System.GetTimestamp(), TimeProvider.System.GetTimestamp(), -1);
            List<string> devices = [];
            while (TimeProvider.System.GetElapsedTime(start) < DrainsWithin && TimeProvider.System.GetElapsedTime(changed) < Quiet)
            {
                devices = [.. (await Estate.Board.TryAlarmsAsync("state=open") ?? []).Select(a => a.GetProperty("device").GetString()!).Where(_confirmed.ContainsKey)];
                (changed, before) = devices.Count == before ? (changed, before) : (TimeProvider.System.GetTimestamp(), devices.Count);
                await Task.Delay(TimeSpan.FromMilliseconds(100), TimeProvider.System);
            }

            var distinct = devices.Distinct().Count();
            return (_confirmed.Count, _confirmed.Count - distinct, devices.Count - distinct);
        }

        public async ValueTask DisposeAsync()
        {
            await _stop.CancelAsync();
            await _running.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            await _client.DisposeAsync();
            _stop.Dispose();
        }

        private async Task SendOneAsync(int i)
        {
            var device = Estate.Site.Devices[i];
            while (await _client.PublishAsync(device.Topic, """{"smoke":true,"battery":90}"""u8.ToArray(), MqttQos.AtLeastOnce, retain: false, _stop.Token) != MqttPublishResult.Confirmed)
            {
                await Task.Delay(TimeSpan.FromMilliseconds(20), TimeProvider.System, _stop.Token);
            }

            _confirmed[device.Id] = true;
        }
    }
}
