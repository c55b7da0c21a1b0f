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

    [Fact]
    public async Task A_second_duty_room_takes_over_when_the_first_is_killed()
    {
        await using var estate = await Estate.StartAsync(TestSite.Of(1, "smoke-detector"), EstateStore.Postgres);
        await estate.PublishAsync(estate.Site.Devices[0].Topic, """{"smoke":true}""");
        await Eventually.TrueAsync(async () => (await estate.Board.AlarmsAsync()).Count == 1, Patience, () => "an alarm on the first board");
        await using var first = estate.DutyRoom!;
        var url = new Uri($"http://127.0.0.1:{Ports.Free()}");
        estate.DutyRoomEnvironment["Urls"] = url.ToString().TrimEnd('/');
        estate.StartDutyRoom();
        using var second = new DutyRoomApi(url, estate.Credentials.ApiToken);
        await Eventually.TrueAsync(() => SaysAsync(url, "stands by"), Patience, () => estate.DutyRoom!.Output);

        await first.KillAsync();
        var began = TimeProvider.System.GetTimestamp();
        await Eventually.TrueAsync(() => Estate.IsReadyAsync(url), TimeSpan.FromSeconds(20), () => estate.DutyRoom!.Output);
        output.WriteLine($"took over within {TimeProvider.System.GetElapsedTime(began).TotalSeconds:0.0} s");
        Assert.Single(await second.AlarmsAsync());
    }

    private static async Task<bool> SaysAsync(Uri url, string words)
    {
        using var http = new HttpClient { Timeout = TimeSpan.FromSeconds(5) };
        try
        {
            using var answer = await http.GetAsync(new Uri(url, "readyz"));
            return (await answer.Content.ReadAsStringAsync()).Contains(words, StringComparison.Ordinal);
        }
        catch (HttpRequestException)
        {
            return false;
        }
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
