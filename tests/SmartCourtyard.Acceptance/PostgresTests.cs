using System.Text.Json;
using SmartCourtyard.Acceptance.Estates;
using SmartCourtyard.Mqtt;
using Xunit.Abstractions;

namespace SmartCourtyard.Acceptance;

/// <summary>The duty room's store on a server of its own, which can fail by itself.</summary>
public sealed class PostgresTests(ITestOutputHelper output)
{
    private static bool IsLong => Environment.GetEnvironmentVariable("SMARTCOURTYARD_LONG") == "1";

    private static int Rounds => IsLong ? 10 : 2;

    private static int Alarms => Rounds * 100;

    // Shorter than a gateway waits for an answer, and longer.
    private static readonly TimeSpan[] Freezes = [TimeSpan.FromSeconds(4), TimeSpan.FromSeconds(12)];

    private static readonly TimeSpan Pace = TimeSpan.FromMilliseconds(50);
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(60);

    [Fact]
    public async Task No_alarm_is_lost_or_doubled_while_its_database_server_is_killed_stopped_and_started_again()
    {
        await using var estate = await Estate.StartAsync(TestSite.Of(Alarms, "smoke-detector"), EstateStore.Postgres);
        using var stop = new CancellationTokenSource();
        await using var sender = estate.Zigbee2Mqtt();
        _ = sender.RunAsync(stop.Token);
        var faults = Task.Run(() => FaultsAsync(estate), CancellationToken.None);
        var sending = new List<Task>();
        foreach (var device in estate.Site.Devices)
        {
            sending.Add(SendAsync(sender, device, stop.Token));
            await Task.Delay(Pace, TimeProvider.System, stop.Token);
        }

        await Task.WhenAll([.. sending, faults]);
        var began = TimeProvider.System.GetTimestamp();
        IReadOnlyList<JsonElement> alarms = [];
        await Eventually.TrueAsync(
            async () => (alarms = await estate.Board.TryAlarmsAsync() ?? alarms).Select(Device).Distinct().Count() == Alarms,
            Patience, () => $"{alarms.Count} of {Alarms} on the board\nduty room: {estate.DutyRoom!.Output}\nserver: {estate.Postgres!.Output}");
        output.WriteLine($"the last one was there {TimeProvider.System.GetElapsedTime(began).TotalSeconds:0.0} s after the last fault and the last alarm");
        Assert.Equal(Alarms, alarms.Count);
        await Eventually.TrueAsync(() => Estate.IsReadyAsync(estate.DutyRoomUrl), Patience, () => "the duty room is ready again");
        var custody = (await estate.Board.GatewayAsync()).GetProperty("custody");
        output.WriteLine(custody.GetRawText());
        Assert.Empty(custody.GetProperty("gaps").EnumerateArray());
        Assert.False(estate.DutyRoom!.HasExited);
        await stop.CancelAsync();
    }

    private static async Task FaultsAsync(Estate estate)
    {
        var server = estate.Postgres!;
        for (var round = 0; round < Rounds; round++)
        {
            await Task.Delay(TimeSpan.FromSeconds(1), TimeProvider.System);
            Assert.True(await server.KillSessionAsync());
            await Task.Delay(TimeSpan.FromSeconds(2), TimeProvider.System);
            await server.StopAtOnceAsync();
            await Task.Delay(TimeSpan.FromSeconds(1), TimeProvider.System);
            await server.StartAgainAsync();
            if (IsLong)
            {
                await server.FreezeAsync();
                await Task.Delay(Freezes[round % 2], TimeProvider.System);
                await server.ThawAsync();
            }
        }
    }

    private static async Task SendAsync(MqttClient sender, TestDevice device, CancellationToken stop)
    {
        while (await sender.PublishAsync(device.Topic, """{"smoke":true}"""u8.ToArray(), MqttQos.AtLeastOnce, retain: false, stop) != MqttPublishResult.Confirmed)
        {
            await Task.Delay(TimeSpan.FromMilliseconds(20), TimeProvider.System, stop);
        }
    }

    private static string Device(JsonElement alarm) => alarm.GetProperty("device").GetString()!;
}
