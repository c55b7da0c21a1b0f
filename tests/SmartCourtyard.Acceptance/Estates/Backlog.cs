using SmartCourtyard.Mqtt;

namespace SmartCourtyard.Acceptance.Estates;

/// <summary>
/// An estate whose gateway was killed while so many alarms waited in its journal, half of them of life and half of property, mixed;
/// the duty room runs, the gateway does not.
/// </summary>
internal sealed class Backlog : IAsyncDisposable
{
    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(3);

    private Backlog(Estate estate) => Estate = estate;

    public Estate Estate { get; }

    public static async Task<Backlog> MakeAsync(int alarms)
    {
        var estate = await Estate.StartAsync(TestSite.Of(alarms / 2, "water-leak", "smoke-detector"));
        await estate.KnownAsync();
        await Eventually.TrueAsync(
            async () => (await QueuedAsync(estate)) == 0, Patience, () => "the start is delivered");
        await estate.DutyRoom!.KillAsync();
        await using (var sender = estate.Zigbee2Mqtt())
        {
            using var stop = new CancellationTokenSource(Patience, TimeProvider.System);
            var running = sender.RunAsync(stop.Token);
            await Eventually.TrueAsync(() => sender.State == MqttConnectionState.Connected, Patience, () => "the sender");
            await Task.WhenAll(estate.Site.Devices.Select(d => sender.PublishAsync(
                d.Topic, d.Class == "water-leak" ? "{\"water_leak\":true}"u8.ToArray() : "{\"smoke\":true}"u8.ToArray(), MqttQos.AtLeastOnce, false, stop.Token).AsTask()));
            await Eventually.TrueAsync(async () => (await QueuedAsync(estate)) >= alarms, Patience, () => "all alarms in the journal: " + estate.Gateway!.Output);
            await stop.CancelAsync();
            await running;
        }

        await estate.Gateway!.KillAsync();
        estate.StartDutyRoom();
        await Eventually.TrueAsync(() => Estate.IsReadyAsync(estate.DutyRoomUrl), Patience, () => estate.DutyRoom!.Output);
        return new Backlog(estate);
    }

    /// <summary>When the last alarm of life and the first one of property came to the duty room.</summary>
    public async Task<(DateTimeOffset LastOfLife, DateTimeOffset FirstOfProperty)> OrderAsync()
    {
        var alarms = await Estate.Board.AlarmsAsync();
        DateTimeOffset[] Received(string kind) => [.. alarms.Where(a => a.GetProperty("kind").GetString() == kind).Select(a => a.GetProperty("receivedAt").GetDateTimeOffset())];
        return (Received("smoke").Max(), Received("water-leak").Min());
    }

    public ValueTask DisposeAsync() => Estate.DisposeAsync();

    private static async Task<long> QueuedAsync(Estate estate)
        => (await estate.GatewayPage.ItemsAsync("api/v1/paths"))[0].GetProperty("queued").GetInt64();
}
