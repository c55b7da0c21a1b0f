using SmartCourtyard.Courtyards;
using SmartCourtyard.Gateway.Broker;
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
    public async Task A_device_that_announces_itself_may_speak_where_the_site_file_says_or_where_it_announced_to_and_nowhere_else()
    {
        using var broker = new RealBroker(
            estate: Site(new HomeAssistantSource("kitchen")) with { DeviceTopics = ["bla2mqtt/+/state"] },
            announced: ["learned/kitchen 1", "smartcourtyard/fukang-garden/gateway", "$SYS/broker/uptime", "wild/#", "two\nlines"]);
        await broker.StartAsync();
        await broker.SubscribeAndLeaveAsync(broker.AsGateway, "gateway", "#");
        string[] topics =
        [
            "smartcourtyard/fukang-garden/gateway", "any/where", "bla2mqtt/1/set", "learned/kitchen", "wild/1", "two",
            "homeassistant/binary_sensor/kitchen/config", "bla2mqtt/1/state", "learned/kitchen 1",
        ];

        foreach (var topic in topics)
        {
            await broker.PublishAsync(RealBroker.AsDevices, "-q", "1", "-t", topic, "-m", "x");
        }

        var heard = await broker.FetchAsync(broker.AsGateway, "gateway", "#", 3);
        Assert.Equal([.. topics[^3..].Select(t => t + " x")], heard);
    }

    // Mosquitto reads password and rights again on SIGHUP, for the connections that stand as well.
    [Fact]
    public async Task New_rights_hold_at_once_for_connections_that_stand_and_old_ones_end()
    {
        var estate = Site(new HomeAssistantSource("kitchen"));
        using var broker = new RealBroker(estate: estate with { DeviceTopics = ["old/#"] });
        await broker.StartAsync();
        using var gateway = broker.Start("mosquitto_sub", [.. broker.Address(), .. broker.AsGateway, "-q", "1", "-t", "#", "-F", "heard %t %p"]);
        using var before = broker.Start("mosquitto_pub", [.. broker.Address(), .. RealBroker.AsDevices, "-q", "1", "-t", "old/1", "-l"]);
        using var after = broker.Start("mosquitto_pub", [.. broker.Address(), .. RealBroker.AsDevices, "-q", "1", "-i", "after", "-t", "learned/kitchen", "-l"]);
        await broker.UntilLoggedAsync("as after (");
        await broker.PublishAsync(RealBroker.AsDevices, "-q", "1", "-t", "learned/kitchen", "-m", "too early");
        await broker.SayUntilAsync(before, "early", "heard old/1 early");

        Assert.Equal(0, BrokerCommand.Run(estate, broker.Options, TextWriter.Null, ["learned/kitchen"]));
        await broker.ReloadAsync();

        await broker.SayUntilAsync(after, "in time", "heard learned/kitchen in time");
        await before.StandardInput.WriteLineAsync("too late");
        await broker.SayUntilAsync(after, "the end", "heard learned/kitchen the end");
        Assert.DoesNotContain("too early", broker.Log, StringComparison.Ordinal);
        Assert.DoesNotContain("too late", broker.Log, StringComparison.Ordinal);
        Assert.False(gateway.HasExited || before.HasExited || after.HasExited, "a connection was dropped");
        gateway.Kill();
        before.Kill();
        after.Kill();
    }

    [Fact]
    public async Task The_lamp_of_a_node_hears_the_gateway_and_other_topics_of_the_node_are_its_own()
    {
        using var broker = new RealBroker(estate: Site(new EspHomeSource("b3/301")));
        await broker.StartAsync();
        await broker.SubscribeAndLeaveAsync(RealBroker.AsDevices, "node", "b3/301/#");
        string[] topics = ["b3/301/binary_sensor/sos/state", "b3/301/status", "b3/302/reassure", "b3/301/reassure"];

        foreach (var topic in topics)
        {
            await broker.PublishAsync(broker.AsGateway, "-q", "1", "-t", topic, "-m", "heard");
        }

        Assert.Equal(["b3/301/reassure heard"], await broker.FetchAsync(RealBroker.AsDevices, "node", "b3/301/#", 1));
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
