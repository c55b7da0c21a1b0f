using SmartCourtyard.Mqtt;

namespace SmartCourtyard.Acceptance.Estates;

/// <summary>
/// An estate whose gateway was killed while so many events waited in its journal: of life and of property, mixed, from detectors that
/// alarm and cease again and again. The duty room runs, the gateway does not.
/// </summary>
internal sealed class Backlog : IAsyncDisposable
{
    private const int Flats = 250;
    private const int RoundsAtMost = 100;

    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(3);

    private Backlog(Estate estate, long events, long seenBefore) => (Estate, Events, SeenBefore) = (estate, events, seenBefore);

    public Estate Estate { get; }

    /// <summary>How many events waited when the gateway was killed.</summary>
    public long Events { get; }

    /// <summary>How many events the duty room had before.</summary>
    public long SeenBefore { get; }

    public static async Task<Backlog> MakeAsync(int events)
    {
        var estate = await Estate.StartAsync(TestSite.Of(Flats, "water-leak", "smoke-detector"));
        await estate.KnownAsync();
        await Eventually.TrueAsync(async () => await QueuedAsync(estate) == 0, Patience, () => "the start is delivered");
        var before = await SeenAsync(estate);
        await estate.DutyRoom!.KillAsync();
        await using (var sender = estate.Zigbee2Mqtt())
        {
            using var stop = new CancellationTokenSource();
            var running = sender.RunAsync(stop.Token);
            await Eventually.TrueAsync(() => sender.State == MqttConnectionState.Connected, Patience, () => "the sender");
            for (var round = 0; round < RoundsAtMost && await QueuedAsync(estate) < events; round++)
            {
                await SayAsync(estate, sender, round % 2 == 0);
                await QuietAsync(estate);
            }

            await stop.CancelAsync();
            await running;
        }

        var waiting = await QuietAsync(estate);
        if (waiting < events)
        {
            throw new InvalidOperationException($"only {waiting} events wait: {estate.Gateway!.Output}");
        }

        await estate.Gateway!.KillAsync();
        estate.StartDutyRoom();
        await Eventually.TrueAsync(() => Estate.IsReadyAsync(estate.DutyRoomUrl), Patience, () => estate.DutyRoom!.Output);
        return new Backlog(estate, waiting, before);
    }

    /// <summary>How many events the duty room has.</summary>
    public static async Task<long> SeenAsync(Estate estate) => (await estate.Board.GatewayAsync()).GetProperty("custody").GetProperty("seen").GetInt64();

    /// <summary>When the last alarm of life and the first one of property came to the duty room.</summary>
    public async Task<(DateTimeOffset LastOfLife, DateTimeOffset FirstOfProperty)> OrderAsync()
    {
        var alarms = await Estate.Board.AlarmsAsync();
        DateTimeOffset[] Received(string kind) => [.. alarms.Where(a => a.GetProperty("kind").GetString() == kind).Select(a => a.GetProperty("receivedAt").GetDateTimeOffset())];
        return (Received("smoke").Max(), Received("water-leak").Min());
    }

    public ValueTask DisposeAsync() => Estate.DisposeAsync();

    private static async Task SayAsync(Estate estate, MqttClient sender, bool alarms)
    {
        var word = alarms ? "true" : "false";
        await Task.WhenAll(estate.Site.Devices.Select(d => sender.PublishAsync(
            d.Topic, System.Text.Encoding.UTF8.GetBytes($"{{\"{(d.Class == "water-leak" ? "water_leak" : "smoke")}\":{word}}}"), MqttQos.AtLeastOnce, false,
            CancellationToken.None).AsTask()));
    }

    /// <summary>Waits until nothing more comes, and gives how many wait then.</summary>
    private static async Task<long> QuietAsync(Estate estate)
    {
        var (waiting, since) = (-1L, TimeProvider.System.GetTimestamp());
        await Eventually.TrueAsync(
            async () =>
            {
                if (await QueuedAsync(estate) is var now && now != waiting)
                {
                    (waiting, since) = (now, TimeProvider.System.GetTimestamp());
                }

                return TimeProvider.System.GetElapsedTime(since).TotalMilliseconds > 400;
            },
            Patience, () => "quiet");
        return waiting;
    }

    private static async Task<long> QueuedAsync(Estate estate)
        => (await estate.GatewayPage.ItemsAsync("api/v1/paths"))[0].GetProperty("queued").GetInt64();
}
