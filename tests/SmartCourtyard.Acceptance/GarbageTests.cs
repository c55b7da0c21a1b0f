using System.Text;
using System.Text.Json;
using SmartCourtyard.Acceptance.Estates;

namespace SmartCourtyard.Acceptance;

/// <summary>Rubbish on every topic is counted and shown, and real alarms pass all the same.</summary>
public sealed class GarbageTests
{
    private static IEnumerable<byte[]> Garbage()
    {
        yield return "not json"u8.ToArray();
        yield return "{\"smoke\":"u8.ToArray();
        yield return "[1,2,3]"u8.ToArray();
        yield return "\"text\""u8.ToArray();
        yield return "{\"smoke\":\"perhaps\",\"battery\":{},\"linkquality\":[1]}"u8.ToArray();
        yield return "{\"smoke\":null,\"battery\":null}"u8.ToArray();
        yield return "{\"battery\":\"87\",\"linkquality\":\"high\",\"temperature\":\"NaN\"}"u8.ToArray();
        yield return "{\"temperature\":1e999,\"battery\":-1e308}"u8.ToArray();
        yield return [0xff, 0xfe, 0x00, 0xc3, 0x28];
        yield return [.. "{\"smoke\":\""u8, 0xc3, 0x28, .. "\"}"u8];
        yield return Encoding.UTF8.GetBytes(new string('[', 100_000));
        yield return Encoding.UTF8.GetBytes("{\"a\":" + string.Concat(Enumerable.Repeat("{\"a\":", 10_000)));
        yield return Encoding.UTF8.GetBytes("{\"text\":\"" + new string('x', 1024 * 1024 - 20) + "\"}");
        yield return [];
        yield return "\0\0\0"u8.ToArray();
        yield return "{\"smoke\":false,\"smoke\":\"x\"}"u8.ToArray();
    }

    [Fact]
    public async Task Rubbish_on_every_topic_is_counted_and_shown_and_real_alarms_still_pass()
    {
        await using var estate = await Estate.StartAsync(TestSite.Of(6, "smoke-detector", "emergency-button", "air-monitor"));
        var gateway = estate.Gateway!;
        var garbage = Garbage().ToList();
        string[] topics =
        [
            .. estate.Site.Devices.Take(5).Select(d => d.Topic), estate.Site.Devices[0].Topic + "/availability", estate.Site.Devices[0].Topic + "/smoke",
            "zigbee2mqtt/bridge/state", "zigbee2mqtt/bridge/devices", "zigbee2mqtt/bridge/health", "zigbee2mqtt/nobody knows/这个", "zigbee2mqtt/a",
        ];
        foreach (var topic in topics)
        {
            foreach (var payload in garbage)
            {
                await estate.PublishAsync(topic, payload);
            }
        }

        Assert.False(gateway.HasExited, gateway.Output);
        var shown = await estate.GatewayPage.ItemsAsync("api/v1/undecodable");
        Assert.Contains(shown, m => m.GetProperty("raw").GetString() == "not json" && m.GetProperty("reason").GetString()!.Length > 0);
        Assert.True(await estate.GatewayPage.MetricAsync("gateway_undecodable_total") >= 30);
        var device = await estate.GatewayPage.GetAsync("api/v1/devices/" + estate.Site.Devices[0].Id);
        Assert.True(device.GetProperty("undecodable").GetInt64() > 0);
        Assert.True(device.GetProperty("lastUndecodable").GetProperty("raw").GetString()!.Length > 0);
        Assert.Contains(await estate.GatewayPage.ItemsAsync("api/v1/unassigned"), u => u.GetProperty("name").GetString() == "nobody knows/这个");
        Assert.Empty(await estate.GatewayPage.ItemsAsync("api/v1/alarms"));

        var smoke = estate.Site.Devices[0];
        await estate.PublishAsync(smoke.Topic, """{"smoke":true,"battery":"nonsense"}""");
        await Eventually.TrueAsync(
            async () => (await estate.Board.AlarmsAsync("state=open")).Any(a => a.GetProperty("device").GetString() == smoke.Id),
            TimeSpan.FromSeconds(5), () => "the real alarm on the board");
    }
}
