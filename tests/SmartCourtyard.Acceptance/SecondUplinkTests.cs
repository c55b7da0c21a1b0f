using System.Collections.Concurrent;
using System.Text.Json;
using SmartCourtyard.Acceptance.Estates;
using SmartCourtyard.Mqtt;

namespace SmartCourtyard.Acceptance;

/// <summary>Two ways to the duty room: whatever happens to one of them, or to both at once, each alarm is there once.</summary>
public sealed class SecondUplinkTests
{
    private static readonly TimeSpan Soon = TimeSpan.FromSeconds(20);

    [Fact]
    public async Task The_same_event_by_both_paths_at_once_is_one_alarm()
    {
        await using var broker = await FarBroker.StartAsync();
        await using var estate = await StartAsync(broker, "both", 60);
        await UpAsync(estate, "https", "mqtt");
        foreach (var device in estate.Site.Devices.Take(30))
        {
            await estate.PublishAsync(device.Topic, """{"smoke":true}""");
        }

        await ArrivedOnceAsync(estate, 30);

        // What stands at the frozen broker arrives after HTTPS has delivered it: for certain a second time.
        broker.Freeze();
        await estate.PublishAsync(estate.Site.Devices[30].Topic, """{"smoke":true}""");
        await ArrivedOnceAsync(estate, 31);
        broker.Thaw();
        await Eventually.TrueAsync(
            async () => await DuplicatesAsync(estate) > 0, Soon, () => "a double at the duty room: " + estate.DutyRoom!.Output);
        await ArrivedOnceAsync(estate, 31);
        Assert.All(
            (await estate.Board.AlarmsAsync()).Where(a => a.GetProperty("kind").GetString() == "smoke"), a => Assert.Equal(1, a.GetProperty("occurrences").GetInt32()));
        var metrics = await MetricsAsync(estate.DutyRoomUrl);
        Assert.Contains("smartcourtyard_uplink_up 1", metrics, StringComparison.Ordinal);
        Assert.Contains("gateway_path_up{path=\"https\"} 1\ngateway_path_up{path=\"mqtt\"} 1", await MetricsAsync(estate.GatewayUrl), StringComparison.Ordinal);
    }

    [Fact]
    public async Task With_the_line_to_the_duty_room_cut_alarms_come_by_the_broker_in_time_and_nobody_calls_the_courtyard_silent()
    {
        await using var broker = await FarBroker.StartAsync();
        await using var estate = await Estate.PrepareAsync(TestSite.Of(60, "smoke-detector"));
        await using var cable = new Cable(estate.DutyRoomPort);
        estate.GatewayEnvironment["DutyRoom__Url"] = $"http://127.0.0.1:{cable.Port}/";
        broker.Serve(estate, "next");
        await BeginAsync(estate);
        await UpAsync(estate, "https", "mqtt");
        await estate.PublishAsync(estate.Site.Devices[0].Topic, """{"smoke":true}""");
        await ArrivedOnceAsync(estate, 1);

        cable.Cut();
        var cut = TimeProvider.System.GetTimestamp();
        // The first hangs with HTTPS until the head start of 2 s is over; the following do not wait for it again once it is known to be down.
        await estate.PublishAsync(estate.Site.Devices[1].Topic, """{"smoke":true}""");
        await ArrivedOnceAsync(estate, 2);
        Assert.InRange(TimeProvider.System.GetElapsedTime(cut).TotalSeconds, 0, 9);
        var https = await PathAsync(estate, "https", p => !p.GetProperty("up").GetBoolean());
        Assert.Equal("network", https.GetProperty("act").GetString());
        var since = TimeProvider.System.GetTimestamp();
        await estate.PublishAsync(estate.Site.Devices[2].Topic, """{"smoke":true}""");
        await ArrivedOnceAsync(estate, 3);
        Assert.InRange(TimeProvider.System.GetElapsedTime(since).TotalSeconds, 0, 1.9);

        // Longer than the duty room bears silence; meanwhile it is told by the other path which one is down.
        await Eventually.TrueAsync(
            () => TimeProvider.System.GetElapsedTime(cut).TotalSeconds > 85, TimeSpan.FromSeconds(100), () => "a minute and a half");
        Assert.DoesNotContain(await estate.Board.AlarmsAsync(), a => a.GetProperty("kind").GetString() == "supervision");
        Assert.Equal("online", (await estate.Board.GatewayAsync()).GetProperty("state").GetString());
        Assert.Contains(await estate.Board.TroublesAsync(), t => t.GetProperty("reason").GetString() == "path-down"
            && t.GetProperty("detail").GetString()!.Contains("network", StringComparison.Ordinal));

        cable.Mend();
        await UpAsync(estate, "https", "mqtt");
        await Eventually.TrueAsync(
            async () => (await estate.Board.TroublesAsync()).All(t => t.GetProperty("reason").GetString() != "path-down"), Soon, () => "the trouble ends");
        await NothingIsMissingAsync(estate);
    }

    [Fact]
    public async Task A_broker_of_the_uplink_that_is_killed_again_and_again_loses_nothing()
    {
        await using var broker = await FarBroker.StartAsync();
        await using var estate = await Estate.PrepareAsync(TestSite.Of(120, "smoke-detector"));
        // Nobody listens there: the broker is the only way.
        estate.GatewayEnvironment["DutyRoom__Url"] = $"http://127.0.0.1:{Ports.Free()}/";
        broker.Serve(estate, "next");
        await BeginAsync(estate);
        await UpAsync(estate, "mqtt");
        var sending = SendAllAsync(estate);
        for (var i = 0; i < 4; i++)
        {
            await Task.Delay(TimeSpan.FromMilliseconds(400), TimeProvider.System);
            await broker.KillAsync();
            await Task.Delay(TimeSpan.FromMilliseconds(300), TimeProvider.System);
            await broker.StartAgainAsync();
        }

        await sending;
        await ArrivedOnceAsync(estate, 120, TimeSpan.FromSeconds(60));
        await NothingIsMissingAsync(estate);
    }

    [Fact]
    public async Task Without_an_address_of_the_duty_room_the_broker_is_the_way()
    {
        await using var broker = await FarBroker.StartAsync();
        await using var estate = await Estate.PrepareAsync(TestSite.Of(4, "smoke-detector"));
        estate.GatewayEnvironment["DutyRoom__Url"] = "";
        broker.Serve(estate, "first");
        await BeginAsync(estate);
        await estate.PublishAsync(estate.Site.Devices[0].Topic, """{"smoke":true}""");
        await ArrivedOnceAsync(estate, 1);
        Assert.Equal("mqtt", Assert.Single(await estate.GatewayPage.ItemsAsync("api/v1/paths")).GetProperty("path").GetString());
    }

    [Fact]
    public async Task Whoever_listens_at_the_broker_learns_no_token_and_can_say_nothing_again()
    {
        var heard = new ConcurrentQueue<(string Topic, byte[] Payload, MqttPublishProperties Properties)>();
        await using var broker = await FarBroker.StartAsync();
        await using var listener = broker.Client(m => heard.Enqueue((m.Topic, m.Payload.ToArray(), new MqttPublishProperties
        {
            ResponseTopic = m.ResponseTopic, CorrelationData = m.CorrelationData, UserProperties = m.UserProperties,
        })));
        _ = listener.RunAsync(CancellationToken.None);
        await Eventually.TrueAsync(() => listener.State == MqttConnectionState.Connected, Soon, () => "the listener");
        await using var estate = await StartAsync(broker, "both", 4);
        await UpAsync(estate, "https", "mqtt");
        await estate.PublishAsync(estate.Site.Devices[0].Topic, """{"smoke":true}""");
        await ArrivedOnceAsync(estate, 1);
        await Eventually.TrueAsync(
            () => heard.Any(h => h.Topic.EndsWith("/heartbeat", StringComparison.Ordinal)) && heard.Any(h => h.Topic.EndsWith("/answers", StringComparison.Ordinal)),
            Soon, () => "messages at the broker");
        foreach (var (_, payload, properties) in heard)
        {
            var everything = System.Text.Encoding.UTF8.GetString(payload) + string.Join(' ', properties.UserProperties);
            Assert.DoesNotContain(estate.Credentials.GatewayToken, everything, StringComparison.OrdinalIgnoreCase);
        }

        // The first ones may be of before the duty room began, and these are told by their time.
        var beat = heard.Last(h => h.Topic.EndsWith("/heartbeat", StringComparison.Ordinal));
        await listener.PublishAsync(beat.Topic, beat.Payload, MqttQos.AtLeastOnce, false, beat.Properties, CancellationToken.None);
        await RefusedAsync(estate, "replay");
        var other = beat.Topic.Replace(TestSite.Courtyard, "other-garden", StringComparison.Ordinal);
        var answers = beat.Properties.ResponseTopic!.Replace(TestSite.Courtyard, "other-garden", StringComparison.Ordinal);
        await listener.PublishAsync(other, beat.Payload, MqttQos.AtLeastOnce, false, beat.Properties with { ResponseTopic = answers }, CancellationToken.None);
        await RefusedAsync(estate, "seal");
    }

    [Fact]
    public async Task A_gateway_with_another_token_is_told_that_its_technician_must_act_and_stores_nothing()
    {
        await using var broker = await FarBroker.StartAsync();
        await using var estate = await Estate.PrepareAsync(TestSite.Of(4, "smoke-detector"));
        broker.Serve(estate, "both");
        estate.GatewayEnvironment["DutyRoom__Token"] = "not-the-one-that-was-agreed";
        await BeginAsync(estate);
        await estate.PublishAsync(estate.Site.Devices[0].Topic, """{"smoke":true}""");
        foreach (var name in new[] { "https", "mqtt" })
        {
            var path = await PathAsync(estate, name, p => p.GetProperty("act").GetString() == "technician");
            Assert.Contains("DutyRoom:Token", path.GetProperty("detail").GetString(), StringComparison.Ordinal);
        }

        await Eventually.TrueAsync(
            async () => (await estate.GatewayPage.ItemsAsync("api/v1/troubles")).Count(t => t.GetProperty("reason").GetString() == "path-down") == 2,
            Soon, () => "a trouble for each path");
        Assert.Empty(await estate.Board.AlarmsAsync());
        Assert.Contains("smartcourtyard_uplink_refused_total{why=\"seal\"}", await MetricsAsync(estate.DutyRoomUrl), StringComparison.Ordinal);
        Assert.DoesNotContain("not-the-one", estate.Gateway!.Output + estate.DutyRoom!.Output, StringComparison.Ordinal);
    }

    private static async Task<Estate> StartAsync(FarBroker broker, string policy, int flats)
    {
        var estate = await Estate.PrepareAsync(TestSite.Of(flats, "smoke-detector"));
        broker.Serve(estate, policy);
        await BeginAsync(estate);
        return estate;
    }

    private static async Task BeginAsync(Estate estate)
    {
        estate.StartBroker();
        estate.StartDutyRoom();
        estate.StartGateway();
        await estate.ReadyAsync();
    }

    private static async Task SendAllAsync(Estate estate)
    {
        foreach (var device in estate.Site.Devices)
        {
            await estate.PublishAsync(device.Topic, """{"smoke":true}""");
            await Task.Delay(TimeSpan.FromMilliseconds(10), TimeProvider.System);
        }
    }

    private static async Task UpAsync(Estate estate, params string[] paths)
    {
        foreach (var path in paths)
        {
            await PathAsync(estate, path, p => p.GetProperty("up").GetBoolean());
        }
    }

    private static Task<JsonElement> PathAsync(Estate estate, string name, Func<JsonElement, bool> isSo)
        => Found(async () => (await estate.GatewayPage.ItemsAsync("api/v1/paths"))
            .Where(p => p.GetProperty("path").GetString() == name && isSo(p)).Select(p => (JsonElement?)p).FirstOrDefault(), estate, name);

    private static async Task<JsonElement> Found(Func<Task<JsonElement?>> look, Estate estate, string name)
    {
        JsonElement? found = null;
        await Eventually.TrueAsync(
            async () => (found = await look()) is not null, TimeSpan.FromSeconds(40), () => $"path {name}: {estate.Gateway!.Output}\n{estate.DutyRoom!.Output}");
        return found!.Value;
    }

    private static async Task ArrivedOnceAsync(Estate estate, int count, TimeSpan? within = null)
    {
        IReadOnlyList<JsonElement> smoke = [];
        await Eventually.TrueAsync(
            async () => (smoke = [.. (await estate.Board.AlarmsAsync()).Where(a => a.GetProperty("kind").GetString() == "smoke")]).Count >= count,
            within ?? Soon, () => $"{smoke.Count} of {count}: {estate.Gateway!.Output}");
        Assert.Equal(count, smoke.Count);
        Assert.Equal(count, smoke.Select(a => a.GetProperty("device").GetString()).Distinct().Count());
    }

    private static Task NothingIsMissingAsync(Estate estate) => Eventually.TrueAsync(
        async () => (await estate.Board.GatewayAsync()) is var g && g.GetProperty("missing").GetInt64() == 0 && g.GetProperty("queued").GetInt64() == 0,
        TimeSpan.FromSeconds(45), () => "no gap in the sequence");

    private static async Task<long> DuplicatesAsync(Estate estate) => (await estate.Board.GatewayAsync()).GetProperty("custody").GetProperty("double").GetInt64();

    private static Task RefusedAsync(Estate estate, string why) => Eventually.TrueAsync(
        async () => (await MetricsAsync(estate.DutyRoomUrl)).Contains($"smartcourtyard_uplink_refused_total{{why=\"{why}\"}}", StringComparison.Ordinal),
        Soon, () => $"refused: {why}");

    private static async Task<string> MetricsAsync(Uri program)
    {
        using var http = new HttpClient();
        return await http.GetStringAsync(new Uri(program, "metrics"));
    }
}
