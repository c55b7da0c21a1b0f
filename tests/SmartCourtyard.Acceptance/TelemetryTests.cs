using System.Globalization;
using System.Text.Json;
using SmartCourtyard.Acceptance.Estates;

namespace SmartCourtyard.Acceptance;

/// <summary>Readings reach a real time-series database by InfluxDB's v2 write API, and its absence never touches an alarm.</summary>
public sealed class TelemetryTests
{
    private static readonly TimeSpan Soon = TimeSpan.FromSeconds(20);

    [Fact]
    public async Task A_reading_is_read_back_from_the_telemetry_store_with_its_tags_and_time()
    {
        var port = Ports.Free();
        await using var estate = await Estate.PrepareAsync(TestSite.Of(2, "air-monitor", "smoke-detector"));
        await using var store = StartStore(estate, port);
        estate.GatewayEnvironment["Influx__Url"] = $"http://127.0.0.1:{port}";
        estate.GatewayEnvironment["Influx__Org"] = "estate";
        estate.GatewayEnvironment["Influx__Bucket"] = "telemetry";
        estate.GatewayEnvironment["Influx__Token"] = "a-token";
        estate.StartBroker();
        estate.StartDutyRoom();
        estate.StartGateway();
        await estate.ReadyAsync();

        var device = estate.Site.Devices.First(d => d.Class == "air-monitor");
        var sent = TimeProvider.System.GetUtcNow();
        await estate.PublishAsync(device.Topic, """{"temperature":21.5,"co2":612}""", qos: 0);
        var series = await SeriesAsync(port, "temperature_value", store);
        Assert.Equal(21.5, series.GetProperty("values")[0].GetDouble());
        var at = DateTimeOffset.FromUnixTimeMilliseconds(series.GetProperty("timestamps")[0].GetInt64());
        Assert.InRange(at, sent - TimeSpan.FromSeconds(1), sent + TimeSpan.FromSeconds(5));
        var tags = series.GetProperty("metric");
        Assert.Equal(
            (TestSite.Courtyard, device.Building, device.Unit.ToString(CultureInfo.InvariantCulture), device.Flat, device.Id, "air-monitor"),
            (tags.GetProperty("courtyard").GetString(), tags.GetProperty("building").GetString(), tags.GetProperty("unit").GetString(),
                tags.GetProperty("flat").GetString(), tags.GetProperty("device").GetString(), tags.GetProperty("class").GetString()));

        // The store hangs: it takes connections and answers nothing.
        store.Freeze();
        var smoke = estate.Site.Devices.First(d => d.Class == "smoke-detector");
        await estate.PublishAsync(device.Topic, """{"temperature":22.5}""", qos: 0);
        await estate.PublishAsync(smoke.Topic, """{"smoke":true}""");
        await Eventually.TrueAsync(
            async () => (await estate.Board.AlarmsAsync("state=open")).Count == 1, TimeSpan.FromSeconds(5), () => "the alarm beside a store that hangs");
        store.Thaw();
        await Eventually.TrueAsync(
            async () => (await SeriesAsync(port, "temperature_value", store)).GetProperty("values").EnumerateArray().Any(v => v.GetDouble() == 22.5),
            TimeSpan.FromSeconds(40), () => "the reading that waited");
    }

    private static RunningProgram StartStore(Estate estate, int port) => RunningProgram.Start("victoria-metrics", [
        "-storageDataPath=" + Path.Combine(estate.Folder, "telemetry"), $"-httpListenAddr=127.0.0.1:{port.ToString(CultureInfo.InvariantCulture)}",
        "-retentionPeriod=100y"]);

    private static async Task<JsonElement> SeriesAsync(int port, string name, RunningProgram store)
    {
        using var http = new HttpClient { BaseAddress = new Uri($"http://127.0.0.1:{port}/"), Timeout = TimeSpan.FromSeconds(10) };
        JsonElement? found = null;
        await Eventually.TrueAsync(
            async () =>
            {
                try
                {
                    await http.GetAsync(new Uri("internal/force_flush", UriKind.Relative));
                    var lines = await http.GetStringAsync(new Uri("api/v1/export?match[]=" + name, UriKind.Relative));
                    found = lines.Split('\n').Where(l => l.Length > 0).Select(l => JsonSerializer.Deserialize<JsonElement>(l)).Cast<JsonElement?>().FirstOrDefault();
                    return found is not null;
                }
                catch (Exception e) when (e is HttpRequestException or TaskCanceledException)
                {
                    return false;
                }
            },
            Soon, () => "the series in the store\n" + store.Output);
        return found!.Value;
    }
}
