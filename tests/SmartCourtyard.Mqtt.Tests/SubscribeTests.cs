namespace SmartCourtyard.Mqtt.Tests;

public class SubscribeTests
{
    [Fact]
    public async Task A_topic_learned_while_running_is_heard_with_its_retained_state()
    {
        await using Broker broker = await Broker.StartAsync();
        await using Subject devices = await Subject.ConnectedAsync(Subject.To(broker.Port, "devices"));
        await using Subject gateway = await Subject.ConnectedAsync(Subject.To(broker.Port, "gateway", "announce/#"));
        await devices.Publish("kitchen/smoke", "ON", retain: true);

        Assert.Equal(MqttSubscribeResult.Granted, await gateway.Client.SubscribeAsync([Of("kitchen/smoke"), Of("hall/+")], CancellationToken.None));
        await devices.Publish("hall/gas", "OFF");
        await gateway.WhenHeard(2);

        Assert.Equal([("kitchen/smoke", "ON", true), ("hall/gas", "OFF", false)], gateway.Messages.Select(m => (m.Topic, m.Text, m.Retain)));
        Assert.All(gateway.Messages, m => Assert.Equal(MqttQos.AtLeastOnce, m.Qos));
    }

    [Fact]
    public async Task What_is_subscribed_already_is_not_asked_for_again()
    {
        await using Broker broker = await Broker.StartAsync();
        await using Subject devices = await Subject.ConnectedAsync(Subject.To(broker.Port, "devices"));
        await devices.Publish("kitchen/smoke", "ON", retain: true);
        await using Subject gateway = await Subject.ConnectedAsync(Subject.To(broker.Port, "gateway", "kitchen/smoke"));

        for (int i = 0; i < 3; i++)
        {
            Assert.Equal(MqttSubscribeResult.Granted, await gateway.Client.SubscribeAsync([Of("kitchen/smoke")], CancellationToken.None));
        }
        await devices.Publish("kitchen/smoke", "OFF");
        await gateway.WhenHeard(2);

        Assert.Equal(["ON", "OFF"], gateway.Messages.Select(m => m.Text));
    }

    [Fact]
    public async Task What_is_asked_for_without_a_connection_is_asked_for_when_there_is_one()
    {
        await using Broker broker = await Broker.StartAsync();
        await broker.KillAsync();
        await using Subject gateway = new(Subject.To(broker.Port, "gateway"));
        Assert.Equal(MqttSubscribeResult.Later, await gateway.Client.SubscribeAsync([Of("kitchen/smoke")], CancellationToken.None));

        await broker.StartAgainAsync();
        await gateway.WhenConnected();
        await using Subject devices = await Subject.ConnectedAsync(Subject.To(broker.Port, "devices"));
        await devices.Publish("kitchen/smoke", "ON");

        await gateway.WhenHeard(1);
    }

    [Fact]
    public async Task A_broker_that_lost_the_session_is_asked_again_for_everything()
    {
        await using Broker broker = await Broker.StartAsync();
        await using Subject gateway = await Subject.ConnectedAsync(Subject.To(broker.Port, "gateway", "announce/#"));
        Assert.Equal(MqttSubscribeResult.Granted, await gateway.Client.SubscribeAsync([Of("kitchen/smoke")], CancellationToken.None));

        await broker.KillAsync();
        await Wait.Until(() => gateway.Client.State != MqttConnectionState.Connected, "the loss is noticed");
        await broker.StartAgainAsync();
        await gateway.WhenConnected();
        Assert.False(gateway.Changes.Last().SessionPresent);
        await using Subject devices = await Subject.ConnectedAsync(Subject.To(broker.Port, "devices"));
        await devices.PublishSurely("kitchen/smoke", "ON");
        await devices.PublishSurely("announce/x", "{}");

        await gateway.WhenHeard(2);
        Assert.Equal(["ON", "{}"], gateway.Messages.Select(m => m.Text));
    }

    [Fact]
    public async Task A_session_that_the_broker_kept_has_the_topic_also_for_what_came_meanwhile()
    {
        await using Broker broker = await Broker.StartAsync(Broker.Durable);
        await using (Subject gateway = await Subject.ConnectedAsync(Subject.To(broker.Port, "gateway")))
        {
            await gateway.Client.SubscribeAsync([Of("kitchen/smoke")], CancellationToken.None);
            await gateway.StopAsync();
        }
        await using Subject devices = await Subject.ConnectedAsync(Subject.To(broker.Port, "devices"));
        await devices.Publish("kitchen/smoke", "ON");

        await using Subject again = await Subject.ConnectedAsync(Subject.To(broker.Port, "gateway"));
        await again.WhenHeard(1);
        Assert.Equal("ON", again.Messages.Single().Text);
    }

    [Fact]
    public async Task A_refusal_is_told_and_costs_nothing_else()
    {
        // Mosquitto's list of rights refuses only at delivery; a broker that refuses at once answers 0x87.
        await using ScriptedBroker broker = new(async (peer, _) =>
        {
            await peer.WelcomeAsync(Peer.Accept5);
            await peer.ReadAsync();
            await peer.SendAsync("90 04 0001 00 87");
            await peer.ReadAsync();
            await peer.SendAsync("90 04 0002 00 00");
            await peer.HoldAsync();
        });
        await using Subject gateway = await Subject.ConnectedAsync(Subject.To(broker.Port, "gateway"));

        Assert.Equal(MqttSubscribeResult.Refused, await gateway.Client.SubscribeAsync([Of("secret/#")], CancellationToken.None));
        Assert.Equal(MqttSubscribeResult.Lowered, await gateway.Client.SubscribeAsync([Of("kitchen/#")], CancellationToken.None));
        Assert.Equal(MqttConnectionState.Connected, gateway.Client.State);
    }

    [Fact]
    public async Task What_is_no_filter_is_refused_at_once()
    {
        await using MqttClient client = new(Subject.To(1, "x"), (_, _) => new(true), TimeProvider.System);

        ArgumentException e = await Assert.ThrowsAsync<ArgumentException>(async () => await client.SubscribeAsync([Of("a/#/b")], CancellationToken.None));
        Assert.Contains("'a/#/b'", e.Message, StringComparison.Ordinal);
    }

    private static MqttSubscription Of(string filter) => new(filter, MqttQos.AtLeastOnce);
}
