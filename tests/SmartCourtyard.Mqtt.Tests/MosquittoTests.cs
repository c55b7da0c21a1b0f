namespace SmartCourtyard.Mqtt.Tests;

public class MosquittoTests
{
    [Fact]
    public async Task What_is_published_is_received_and_acknowledged()
    {
        await using Broker broker = await Broker.StartAsync();
        await using Subject receiver = await Subject.ConnectedAsync(Subject.To(broker.Port, "receiver", "flat/#"));
        await using Subject publisher = await Subject.ConnectedAsync(Subject.To(broker.Port, "publisher"));

        Assert.Equal(MqttPublishResult.Confirmed, await publisher.Publish("flat/301/smoke", "{\"smoke\":true}"));
        Assert.Equal(MqttPublishResult.Confirmed, await publisher.Publish("flat/301/temperature", "21.5", MqttQos.AtMostOnce));
        await receiver.WhenHeard(2);

        Assert.Equal(["{\"smoke\":true}", "21.5"], receiver.Messages.Select(m => m.Text));
        Assert.Equal([MqttQos.AtLeastOnce, MqttQos.AtMostOnce], receiver.Messages.Select(m => m.Qos));
        Assert.Equal(MqttProtocol.V5, receiver.Changes.Last().Protocol);
        await Wait.Until(() => receiver.Client.Counters.Acknowledged == 1, "one PUBACK left");
        await receiver.StopAsync();
        Assert.Equal(MqttConnectionState.Stopped, receiver.Client.State);
        Assert.Equal(0, receiver.Client.Counters.MalformedCloses);
    }
}
