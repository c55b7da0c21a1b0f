using System.Collections.Immutable;
using System.Globalization;
using System.Text.Json;
using SmartCourtyard.Acceptance.Estates;
using SmartCourtyard.Mqtt;

namespace SmartCourtyard.Chaos;

/// <summary>
/// Rounds of a minute: alarms are given while faults are made, then everything is made good and the board is compared with the press
/// log. Each device gives one alarm a round, so whatever stands twice on the board was doubled.
/// </summary>
internal sealed class Campaign(Ground ground, int seed)
{
    private const int Flats = 200;
    private const int FaultMakers = 3;

    // Long enough for a program to be up again before it is struck once more, mostly.
    private const double PauseBetweenSeconds = 8;
    private static readonly TimeSpan Round = TimeSpan.FromSeconds(60);
    private static readonly TimeSpan DrainsWithin = TimeSpan.FromMinutes(3);

    private readonly long _start = TimeProvider.System.GetTimestamp();
    private readonly HashSet<string> _struck = new(StringComparer.Ordinal);
    private readonly Lock _gate = new();
    private ImmutableSortedDictionary<string, int> _faults = ImmutableSortedDictionary.Create<string, int>(StringComparer.Ordinal);
    private int _died;

    private Estate Estate => ground.Estate;

    public static async Task<Verdict> RunAsync(string store, TimeSpan length, int seed)
    {
        await using var ground = await Ground.PrepareAsync(TestSite.Of(Flats, "smoke-detector", "emergency-button"), store == "postgres" ? EstateStore.Postgres : EstateStore.Sqlite);
        var campaign = new Campaign(ground, seed);
        campaign.Say($"store {store}; the line {(Uplink.IsConfined ? "can be cut, disks can be filled" : "is swallowed instead of cut, no disk is filled (no namespace of our own)")}");
        return await campaign.RunAsync(length);
    }

    private async Task<Verdict> RunAsync(TimeSpan length)
    {
        using var stop = new CancellationTokenSource();
        await using var sender = Estate.Zigbee2Mqtt();
        var running = sender.RunAsync(stop.Token);
        var sum = Verdict.Empty;
        try
        {
            for (var round = 0; length > TimeSpan.Zero && sum.Lost == 0; round++, length -= Round)
            {
                sum += await RoundAsync(sender, length < Round ? length : Round, new Random(SeedOf(round)));
                Say($"round {round + 1}: so far {sum}");
            }
        }
        finally
        {
            await stop.CancelAsync();
            await running.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }

        return sum with { Died = _died, Faults = _faults };
    }

    private async Task<Verdict> RoundAsync(MqttClient sender, TimeSpan length, Random random)
    {
        using var log = new PressLog(Estate, sender);
        using var over = new CancellationTokenSource(length, TimeProvider.System);
        using var seen = new CancellationTokenSource();
        var watching = WatchAsync(log, seen.Token);
        var makers = Enumerable.Range(0, FaultMakers).Select(_ => MakeFaultsAsync(new Random(random.Next()), over.Token)).ToList();
        var guarding = GuardAsync(over.Token);
        await PressAsync(log, new Random(random.Next()), over.Token);
        await Task.WhenAll([.. makers, guarding]);
        Say($"all is good again, {log.Confirmed} alarms are confirmed");

        await Estate.ReadyAsync();
        await log.AllConfirmedAsync();
        var drains = TimeProvider.System.GetTimestamp();
        while (!log.AllSeen && TimeProvider.System.GetElapsedTime(drains) < DrainsWithin)
        {
            await Task.Delay(TimeSpan.FromMilliseconds(200), TimeProvider.System);
        }

        await seen.CancelAsync();
        await watching;
        var verdict = await JudgeAsync(log);
        await BeginAnewAsync(sender, await log.LookAsync());
        return verdict;
    }

    private async Task PressAsync(PressLog log, Random random, CancellationToken over)
    {
        var devices = Estate.Site.Devices.ToArray();
        random.Shuffle(devices);
        var next = 0;
        while (!over.IsCancellationRequested && next < devices.Length)
        {
            // Mostly one by one, now and then a staircase at once.
            for (var burst = random.Next(12) == 0 ? 30 : 1; burst > 0 && next < devices.Length; burst--)
            {
                log.Press(devices[next++], CancellationToken.None);
            }

            await PauseAsync(random.NextDouble() * 0.4, over);
        }

        await PauseAsync(Round.TotalSeconds, over);
    }

    private async Task MakeFaultsAsync(Random random, CancellationToken over)
    {
        var faults = Fault.All(ground);
        while (await PauseAsync(random.NextDouble() * PauseBetweenSeconds, over))
        {
            var fault = faults[random.Next(faults.Count)];
            var (much, lasts) = (random.NextDouble(), random.NextDouble());
            if (!Take(fault.Victim))
            {
                continue;
            }

            var span = fault.Longest * lasts * lasts;
            Say(string.Create(CultureInfo.InvariantCulture, $"  {fault.Name} for {span.TotalSeconds:F1} s"));
            await fault.Begin(much);
            await PauseAsync(span.TotalSeconds, over);
            await fault.End();
            Leave(fault);
        }
    }

    private bool Take(string victim)
    {
        lock (_gate)
        {
            return _struck.Add(victim);
        }
    }

    private void Leave(Fault fault)
    {
        lock (_gate)
        {
            _struck.Remove(fault.Victim);
            _faults = _faults.SetItem(fault.Name, _faults.GetValueOrDefault(fault.Name) + 1);
        }
    }

    /// <summary>Starts again what ended although nobody killed it, as systemd would, and says so: that is a finding.</summary>
    private async Task GuardAsync(CancellationToken over)
    {
        do
        {
            foreach (var (name, program, start) in new (string, RunningProgram, Action)[]
                { ("gateway", Estate.Gateway!, Estate.StartGateway), ("duty room", Estate.DutyRoom!, Estate.StartDutyRoom), ("broker", Estate.Broker!, Estate.StartBroker) })
            {
                if (Take(name))
                {
                    if (program.HasExited)
                    {
                        _died++;
                        // Waits for the rest of what it said.
                        await program.ExitAsync(TimeSpan.FromSeconds(5));
                        var said = program.Output.Split('\n').Where(l => !l.Contains(" INF ", StringComparison.Ordinal)).TakeLast(20);
                        Say($"the {name} ended by itself, exit code {program.ExitCode}: {string.Join("\n    ", said)}");
                        start();
                    }

                    lock (_gate)
                    {
                        _struck.Remove(name);
                    }
                }
            }
        }
        while (await PauseAsync(0.5, over));
    }

    private static async Task WatchAsync(PressLog log, CancellationToken stop)
    {
        do
        {
            await log.LookAsync();
        }
        while (await PauseAsync(0.5, stop));
    }

    private async Task<Verdict> JudgeAsync(PressLog log)
    {
        var alarms = await log.LookAsync();
        foreach (var lost in log.Unseen.Take(10))
        {
            Say($"LOST: {lost}");
        }

        var doubled = alarms.GroupBy(PressLog.Device).Where(g => g.Count() > 1).ToList();
        foreach (var twice in doubled.Take(10))
        {
            Say($"DOUBLE: {twice.Key}: {string.Join(", ", twice.Select(a => a.GetProperty("id").GetString() + " " + a.GetProperty("raisedAt").GetString()))}");
        }

        var longest = TimeSpan.Zero;
        if (log.Slowest is { } slowest)
        {
            longest = TimeProvider.System.GetElapsedTime(slowest.Confirmed, slowest.Seen);
            Say($"slowest: {slowest.Device}, confirmed at {At(slowest.Confirmed)}, on the board at {At(slowest.Seen)}");
        }

        return Verdict.Empty with
        {
            Raised = log.Confirmed, OnBoard = log.Confirmed - log.Unseen.Count(), Double = doubled.Sum(g => g.Count() - 1),
            Late = alarms.Count(a => a.GetProperty("late").GetBoolean()), Longest = longest, Missing = await MissingAsync(),
        };
    }

    /// <summary>What the duty room misses in the gateway's sequence, once nothing waits any more.</summary>
    private async Task<long> MissingAsync()
    {
        var start = TimeProvider.System.GetTimestamp();
        while (true)
        {
            var missing = (await Estate.Board.GatewayAsync()).GetProperty("missing").GetInt64();
            if ((missing == 0 && await Estate.GatewayPage.MetricAsync("gateway_events_waiting") == 0)
                || TimeProvider.System.GetElapsedTime(start) > TimeSpan.FromMinutes(1))
            {
                return missing;
            }

            await Task.Delay(TimeSpan.FromMilliseconds(200), TimeProvider.System);
        }
    }

    /// <summary>What the devices said is taken back and their alarms are closed, so that each can give one again.</summary>
    private async Task BeginAnewAsync(MqttClient sender, IReadOnlyList<JsonElement> alarms)
    {
        foreach (var device in Estate.Site.Devices.Where(d => d.Class == "smoke-detector"))
        {
            while (await sender.PublishAsync(device.Topic, """{"smoke":false}"""u8.ToArray(), MqttQos.AtLeastOnce, retain: false, CancellationToken.None) != MqttPublishResult.Confirmed)
            {
                await Task.Delay(TimeSpan.FromMilliseconds(20), TimeProvider.System);
            }
        }

        await Parallel.ForEachAsync(alarms, new ParallelOptions { MaxDegreeOfParallelism = 8 }, async (alarm, _) =>
        {
            var id = alarm.GetProperty("id").GetString()!;
            await Estate.Board.ActAsync(id, "acknowledge");
            await Estate.Board.ActAsync(id, "resolve", new { cause = "test", note = "" });
            await Estate.Board.ActAsync(id, "close");
        });
        await Eventually.TrueAsync(
            async () => (await Estate.GatewayPage.ItemsAsync("api/v1/alarms")).Count == 0,
            TimeSpan.FromSeconds(60), () => "the gateway is done with the alarms of the round: " + Estate.Gateway?.Output);
    }

    /// <summary>False where it is over meanwhile.</summary>
    private static async Task<bool> PauseAsync(double seconds, CancellationToken over)
    {
        await Task.Delay(TimeSpan.FromSeconds(seconds), TimeProvider.System, over).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        return !over.IsCancellationRequested;
    }

    private void Say(string what) => Console.WriteLine($"{At(TimeProvider.System.GetTimestamp())} {what}");

    private string At(long moment) => TimeProvider.System.GetElapsedTime(_start, moment).ToString("mm\\:ss\\.f", CultureInfo.InvariantCulture);

    // The framework's own mixing differs from process to process; a seed must not.
    private int SeedOf(int round) => unchecked((seed * 397) ^ (round * 7_919)) & int.MaxValue;
}
