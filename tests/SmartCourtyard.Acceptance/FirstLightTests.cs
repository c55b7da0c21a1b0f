using System.Text.Json;
using SmartCourtyard.Acceptance.Estates;

namespace SmartCourtyard.Acceptance;

/// <summary>A device's own message becomes an alarm on the board, and the gateway learns what became of it.</summary>
public sealed class FirstLightTests : IAsyncLifetime
{
    private static readonly TimeSpan Soon = TimeSpan.FromSeconds(10);

    private Estate _estate = null!;

    public async Task InitializeAsync() => _estate = await Estate.StartAsync(TestSite.Of(
        60, "smoke-detector", "gas-detector", "co-detector", "water-leak", "emergency-button", "air-monitor"));

    public async Task DisposeAsync() => await _estate.DisposeAsync();

    public static TheoryData<string, string, string, string> Kinds => new()
    {
        { "smoke", "smoke-detector", "smoke", "life" },
        { "gas", "gas-detector", "gas", "life" },
        { "co", "co-detector", "carbon-monoxide", "life" },
        { "water_leak", "water-leak", "water-leak", "property" },
        { "sos", "emergency-button", "emergency-call", "life" },
    };

    [Fact]
    public async Task Every_corpus_payload_of_an_alarm_stands_on_the_board_and_in_the_stream_with_kind_place_and_severity()
    {
        using var stop = new CancellationTokenSource(TimeSpan.FromMinutes(2), TimeProvider.System);
        var seen = new System.Collections.Concurrent.ConcurrentDictionary<string, JsonElement>();
        var following = FollowAsync(seen, stop.Token);
        var expected = new Dictionary<string, (TestDevice Device, string Kind, string Severity)>();
        foreach (var row in Kinds)
        {
            var (corpusClass, deviceClass, kind, severity) = ((string)row[0], (string)row[1], (string)row[2], (string)row[3]);
            var devices = _estate.Site.Devices.Where(d => d.Class == deviceClass).ToList();
            var payloads = Corpus.Alarms(corpusClass, kind).Take(devices.Count).ToList();
            Assert.True(payloads.Count >= 5, $"the corpus holds {payloads.Count} alarms of {corpusClass}");
            for (var i = 0; i < payloads.Count; i++)
            {
                await _estate.PublishAsync(devices[i].Topic, payloads[i]);
                expected.Add(devices[i].Id, (devices[i], kind, severity));
            }
        }

        foreach (var (id, (device, kind, severity)) in expected)
        {
            var inStream = await Eventually.GetAsync(
                () => Task.FromResult(seen.TryGetValue(id + kind, out var found) ? new Found(found) : null), Soon, () => $"{id} in the stream");
            AssertAlarm(inStream.Alarm, device, kind, severity);
        }

        var board = await _estate.Board.AlarmsAsync("state=open");
        foreach (var (id, (device, kind, severity)) in expected)
        {
            var alarm = Assert.Single(board, a => a.GetProperty("device").GetString() == id && a.GetProperty("kind").GetString() == kind);
            AssertAlarm(alarm, device, kind, severity);
            Assert.False(alarm.GetProperty("late").GetBoolean());
        }

        await stop.CancelAsync();
        await following;
    }

    [Fact]
    public async Task The_gateway_learns_that_the_alarm_was_stored_shown_acknowledged_and_resolved()
    {
        var device = _estate.Site.Devices.First(d => d.Class == "smoke-detector");
        await _estate.PublishAsync(device.Topic, """{"smoke":true,"battery":87,"linkquality":102}""");
        var alarm = (await Eventually.GetAsync(
            async () => (await _estate.Board.AlarmsAsync("state=open")).Cast<JsonElement?>().FirstOrDefault() is { } a ? new Found(a) : null,
            Soon, () => "the alarm on the board")).Alarm;
        var id = alarm.GetProperty("id").GetString()!;
        await ReceiptAsync(id, "stored");
        await _estate.Board.ActAsync(id, "shown");
        await ReceiptAsync(id, "shown");
        await _estate.Board.ActAsync(id, "acknowledge", new { note = "听到了" });
        await ReceiptAsync(id, "acknowledged");
        await _estate.PublishAsync(device.Topic, """{"smoke":false,"battery":87,"linkquality":102}""");
        await _estate.Board.ActAsync(id, "resolve", new { cause = "true-alarm", note = "锅烧干了" });
        await Eventually.TrueAsync(
            async () => (await _estate.GatewayPage.ItemsAsync("api/v1/alarms")).Count == 0, Soon, () => "the gateway is done with it");
        var story = (await _estate.Board.AlarmAsync(id)).GetProperty("timeline").EnumerateArray().Select(t => t.GetProperty("what").GetString()).ToList();
        Assert.Contains("acknowledged", story);
        Assert.Contains("resolved", story);
    }

    [Fact]
    public async Task A_measurement_stands_in_the_local_history_with_its_unit()
    {
        var device = _estate.Site.Devices.First(d => d.Class == "air-monitor");
        await _estate.PublishAsync(device.Topic, """{"temperature":21.5,"humidity":48,"co2":612,"linkquality":80}""", qos: 0);
        await Eventually.TrueAsync(
            async () =>
            {
                var series = await _estate.GatewayPage.GetAsync($"api/v1/readings?device={device.Id}&quantity=temperature");
                return series.GetProperty("unit").GetString() == "°C" && series.GetProperty("items").EnumerateArray().Any(s => s.GetProperty("value").GetDouble() == 21.5);
            },
            Soon, () => "the temperature in the history");
    }

    private Task ReceiptAsync(string id, string receipt) => Eventually.TrueAsync(
        async () => (await _estate.GatewayPage.ItemsAsync("api/v1/alarms")).Any(a =>
            a.GetProperty("id").GetString() == id && a.GetProperty("receipts").GetProperty(receipt).ValueKind == JsonValueKind.String),
        Soon, () => $"the receipt '{receipt}' at the gateway");

    private async Task FollowAsync(System.Collections.Concurrent.ConcurrentDictionary<string, JsonElement> seen, CancellationToken stop)
    {
        try
        {
            await foreach (var (_, type, data) in _estate.Board.StreamAsync(null, stop))
            {
                if (type == "alarm")
                {
                    seen[data.GetProperty("device").GetString() + data.GetProperty("kind").GetString()] = data;
                }
            }
        }
        catch (OperationCanceledException)
        {
            // The test has seen enough.
        }
    }

    private static void AssertAlarm(JsonElement alarm, TestDevice device, string kind, string severity)
    {
        Assert.Equal(kind, alarm.GetProperty("kind").GetString());
        Assert.Equal(severity, alarm.GetProperty("severity").GetString());
        Assert.Equal(TestSite.Courtyard, alarm.GetProperty("courtyard").GetString());
        var at = alarm.GetProperty("at");
        Assert.Equal(
            (device.Building, device.Unit, device.Floor, device.Flat, "厨房"),
            (at.GetProperty("building").GetString(), at.GetProperty("unit").GetInt32(), at.GetProperty("floor").GetInt32(),
                at.GetProperty("flat").GetString(), at.GetProperty("place").GetString()));
        Assert.Equal("raised", alarm.GetProperty("state").GetString());
        Assert.Equal("active", alarm.GetProperty("condition").GetString());
    }

    private sealed record Found(JsonElement Alarm);
}
