using SmartCourtyard.Courtyards;
using SmartCourtyard.Readings;
using SmartCourtyard.Sources;

namespace SmartCourtyard.Gateway.Tests.Broker;

public sealed class BrokerAccessTests
{
    [Fact]
    public async Task Mosquitto_accepts_both_generated_passwords_and_refuses_everyone_else()
    {
        using var broker = new RealBroker();
        await broker.StartAsync();

        Assert.Equal(0, (await broker.PublishAsync(broker.AsGateway, "-q", "1", "-t", "smartcourtyard/fukang-garden/gateway", "-m", "up")).Exit);
        Assert.Equal(0, (await broker.PublishAsync(RealBroker.AsDevices, "-q", "1", "-t", "zigbee2mqtt/x", "-m", "{}")).Exit);
        Assert.NotEqual(0, (await broker.PublishAsync([], "-t", "zigbee2mqtt/x", "-m", "{}")).Exit);
        Assert.NotEqual(0, (await broker.PublishAsync(["-u", "gateway"], "-t", "zigbee2mqtt/x", "-m", "{}")).Exit);
        Assert.NotEqual(0, (await broker.PublishAsync(["-u", "gateway", "-P", RealBroker.DevicesPassword], "-t", "zigbee2mqtt/x", "-m", "{}")).Exit);
    }

    [Fact]
    public async Task The_gateway_commands_its_devices_and_cannot_speak_for_them()
    {
        using var broker = new RealBroker();
        await broker.StartAsync();
        await broker.SubscribeAndLeaveAsync(RealBroker.AsDevices, "z2m", "zigbee2mqtt/#");

        string[] topics =
        [
            "zigbee2mqtt/b03/u1/301/kitchen_smoke", // refused: a state is the device's to say
            "zigbee2mqtt/not/in/the/site/set", // refused: no device of this courtyard
            "zigbee2mqtt/bridge/devices", // refused
            "zigbee2mqtt/b03/u1/301/kitchen_smoke/set",
            "zigbee2mqtt/3栋 大厅 siren/set",
            "zigbee2mqtt/bridge/request/permit_join",
        ];
        foreach (var topic in topics)
        {
            await broker.PublishAsync(broker.AsGateway, "-q", "1", "-t", topic, "-m", "x");
        }

        var heard = await broker.FetchAsync(RealBroker.AsDevices, "z2m", "zigbee2mqtt/#", 3);
        Assert.Equal([.. topics[3..].Select(t => t + " x")], heard);
    }

    [Fact]
    public async Task The_devices_reach_the_gateway_and_cannot_speak_for_it()
    {
        using var broker = new RealBroker();
        await broker.StartAsync();
        await broker.SubscribeAndLeaveAsync(broker.AsGateway, "gateway", "#");

        await broker.PublishAsync(RealBroker.AsDevices, "-q", "1", "-t", "smartcourtyard/fukang-garden/gateway", "-m", "forged");
        await broker.PublishAsync(RealBroker.AsDevices, "-q", "1", "-t", "elsewhere", "-m", "forged");
        await broker.PublishAsync(RealBroker.AsDevices, "-q", "1", "-t", "zigbee2mqtt/b03/u1/301/kitchen_smoke", "-m", "smoke");

        Assert.Equal(["zigbee2mqtt/b03/u1/301/kitchen_smoke smoke"], await broker.FetchAsync(broker.AsGateway, "gateway", "#", 1));
    }

    [Fact]
    public async Task Nodes_and_topics_that_the_site_names_reach_the_gateway()
    {
        using var broker = new RealBroker(estate: Site(
            new EspHomeSource("b3/301"), new MqttSource("meters/noise 1/values", [new MqttPoint(Quantity.Noise, JsonPath.TryParse("$")!)])));
        await broker.StartAsync();
        await broker.SubscribeAndLeaveAsync(broker.AsGateway, "gateway", "#");
        string[] topics = ["elsewhere", "b3/302/status", "meters/noise 2/values", "b3/301/binary_sensor/smoke/state", "b3/301/status", "meters/noise 1/values"];

        foreach (var topic in topics)
        {
            await broker.PublishAsync(RealBroker.AsDevices, "-q", "1", "-t", topic, "-m", "x");
        }

        var heard = await broker.FetchAsync(broker.AsGateway, "gateway", "#", 3);
        Assert.Equal([.. topics[3..].Select(t => t + " x")], heard);
    }

    [Fact]
    public async Task What_devices_announce_may_lie_anywhere_but_not_where_the_gateway_speaks()
    {
        using var broker = new RealBroker(estate: Site(new HomeAssistantSource("kitchen")));
        await broker.StartAsync();
        await broker.SubscribeAndLeaveAsync(broker.AsGateway, "gateway", "#");

        await broker.PublishAsync(RealBroker.AsDevices, "-q", "1", "-t", "smartcourtyard/fukang-garden/gateway", "-m", "forged");
        await broker.PublishAsync(RealBroker.AsDevices, "-q", "1", "-t", "homeassistant/binary_sensor/kitchen/config", "-m", "{}");
        await broker.PublishAsync(RealBroker.AsDevices, "-q", "1", "-t", "any/where", "-m", "ON");

        var heard = await broker.FetchAsync(broker.AsGateway, "gateway", "#", 2);
        Assert.Equal(["homeassistant/binary_sensor/kitchen/config {}", "any/where ON"], heard);
    }

    private static Courtyard Site(params Source[] sources) => new(
        "fukang-garden", "Site", null, [], [.. sources.Select((s, i) => new Device($"d{i}", null, DeviceClass.SmokeDetector, new Place(), s))]);

    [Fact]
    public async Task A_payload_too_large_is_refused_alone_and_costs_nobody_the_connection()
    {
        using var broker = new RealBroker();
        await broker.StartAsync();
        await broker.SubscribeAndLeaveAsync(broker.AsGateway, "gateway", "zigbee2mqtt/#");
        var large = Path.Combine(broker.Folder, "large");
        await File.WriteAllBytesAsync(large, new byte[SmartCourtyard.Gateway.Broker.BrokerConfiguration.MessageSizeLimitBytes + 1]);

        Assert.Equal(0, (await broker.PublishAsync(RealBroker.AsDevices, "-V", "mqttv5", "-q", "1", "-t", "zigbee2mqtt/large", "-f", large)).Exit);
        await broker.PublishAsync(RealBroker.AsDevices, "-q", "1", "-t", "zigbee2mqtt/small", "-m", "smoke");

        Assert.Equal(["zigbee2mqtt/small smoke"], await broker.FetchAsync(broker.AsGateway, "gateway", "zigbee2mqtt/#", 1));
    }
}
