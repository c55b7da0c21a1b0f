using SmartCourtyard.Acceptance.Estates;

namespace SmartCourtyard.Acceptance;

/// <summary>Devices that the site file names only by what they announce themselves as, by their prefix, or by a topic of their own.</summary>
public sealed class AnnouncedDevicesTests
{
    private static readonly TimeSpan Soon = TimeSpan.FromSeconds(20);

    [Fact]
    public async Task What_a_device_announces_is_heard_and_stays_understood_over_a_restart()
    {
        await using var estate = await Estate.StartAsync(new TestSite(
        [
            Device("smoke", "smoke-detector", "{ homeassistant: node-301 }"),
            Device("gas", "gas-detector", "{ homeassistant: kitchen_gas }"),
            Device("sos", "emergency-button", "{ esphome: b3/301 }"),
            Device("leak", "water-leak", "{ mqtt: { topic: cellar/1, points: { water-leak: { path: $.state.wet, on: WET, off: DRY } } } }"),
        ]) { DeviceTopics = ["anywhere/#", "kitchen/+"] });
        await estate.PublishAsync(
            "homeassistant/device/node-301/config",
            """{"dev":{"ids":["node-301"]},"o":{"name":"test"},"~":"anywhere/301","stat_t":"~/state","cmps":{"s":{"p":"binary_sensor","dev_cla":"smoke","uniq_id":"s","val_tpl":"{{ value_json.smoke }}","pl_on":true,"pl_off":false}}}""", retain: true);
        await estate.PublishAsync(
            "homeassistant/binary_sensor/kitchen_gas/config", """{"dev_cla":"gas","stat_t":"kitchen/gas","uniq_id":"kitchen_gas"}""", retain: true);
        await estate.PublishAsync("anywhere/301/state", """{"smoke":true}""", retain: true);
        await UntilAlarmAsync(estate, "smoke");

        await estate.PublishAsync("b3/301/binary_sensor/sos/state", "ON", retain: true);
        await UntilAlarmAsync(estate, "sos");
        await estate.PublishAsync("cellar/1", """{"state":{"wet":"WET"}}""");
        await UntilAlarmAsync(estate, "leak");

        // The gateway hears the gas detector now; what it says while nobody listens is not kept as a state, only by the broker for us.
        await Eventually.TrueAsync(
            async () =>
            {
                await estate.PublishAsync("kitchen/gas", "OFF");
                return (await estate.GatewayPage.GetAsync("api/v1/devices/gas")).GetProperty("lastHeard").ValueKind == System.Text.Json.JsonValueKind.String;
            },
            Soon, () => "the gas detector is heard");
        await estate.Gateway!.KillAsync();
        await estate.PublishAsync("kitchen/gas", "ON");
        // Without the announcement at the broker the gateway must know by itself what kitchen/gas is.
        await estate.PublishAsync("homeassistant/binary_sensor/kitchen_gas/config", "", retain: true);
        estate.StartGateway();
        await estate.ReadyAsync();

        await UntilAlarmAsync(estate, "gas");
        var alarms = await estate.GatewayPage.ItemsAsync("api/v1/alarms");
        Assert.Equal(["gas", "leak", "smoke", "sos"], alarms.Select(a => a.GetProperty("device").GetString()!).Order());
    }

    private static TestDevice Device(string id, string deviceClass, string source) => new(id, deviceClass, id, "b03", 1, 3, "301", source);

    private static Task UntilAlarmAsync(Estate estate, string device) => Eventually.TrueAsync(
        async () => (await estate.GatewayPage.ItemsAsync("api/v1/alarms")).Any(a => a.GetProperty("device").GetString() == device),
        Soon, () => $"the alarm of {device}: {estate.Gateway?.Output}");
}
