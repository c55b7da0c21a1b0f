namespace SmartCourtyard.Mqtt.Tests;

public class UnsubscribeTests
{
    [Fact]
    public async Task What_an_earlier_client_left_in_the_session_is_taken_back_and_the_rest_stays()
    {
        await using Broker broker = await Broker.StartAsync();
        MqttOptions options = Subject.To(broker.Port, "gateway", "old/#", "kept/#");
        await using (Subject earlier = await Subject.ConnectedAsync(options))
        {
            await earlier.StopAsync();
        }

        await using Subject publisher = await Subject.ConnectedAsync(Subject.To(broker.Port, "publisher"));
        await publisher.Publish("old/1", "queued before");
        string[] gone = [.. Enumerable.Range(0, 250).Select(i => $"never/{i}"), "old/#"];
        await using Subject receiver = await Subject.ConnectedAsync(Subject.To(broker.Port, "gateway", "kept/#", "new/#") with { Unsubscriptions = gone });
        await receiver.WhenHeard(1);
        // Unsubscribing follows the subscribing; until then the old one may still be heard.
        bool late = true;
        for (int round = 0; late && round < 100; round++)
        {
            await publisher.Publish("old/1", $"late {round}");
            await publisher.Publish("kept/1", $"mark {round}");
            await Wait.Until(() => receiver.Messages.Any(m => m.Text == $"mark {round}"), "the mark");
            late = receiver.Messages.Any(m => m.Text == $"late {round}");
        }

        Assert.False(late);
        await publisher.Publish("new/1", "new");
        await Wait.Until(() => receiver.Messages.Any(m => m.Text == "new"), "the new one is heard");
        Assert.Equal("queued before", receiver.Messages.First().Text);
        Assert.Equal(0, receiver.Client.Counters.MalformedCloses);
    }

    [Fact]
    public async Task What_is_taken_back_while_running_is_heard_no_more_until_it_is_subscribed_again()
    {
        await using Broker broker = await Broker.StartAsync();
        await using Subject receiver = await Subject.ConnectedAsync(Subject.To(broker.Port, "gateway", "some/#", "kept/#"));
        await using Subject publisher = await Subject.ConnectedAsync(Subject.To(broker.Port, "publisher"));

        await receiver.Client.UnsubscribeAsync(["some/#", "never/1"], CancellationToken.None);
        Assert.Empty(receiver.Client.Leaving);
        await publisher.Publish("some/1", "unheard");
        await publisher.Publish("kept/1", "heard");
        await receiver.WhenHeard(1);
        Assert.Equal(MqttSubscribeResult.Granted, await receiver.Client.SubscribeAsync([new MqttSubscription("some/#", MqttQos.AtLeastOnce)], CancellationToken.None));
        await publisher.Publish("some/1", "heard again");

        await receiver.WhenHeard(2);
        Assert.Equal(["heard", "heard again"], receiver.Messages.Select(m => m.Text));
    }

    [Fact]
    public async Task What_is_taken_back_without_a_connection_is_left_to_do()
    {
        await using var client = new MqttClient(Subject.To(1, "x", "some/#"), (_, _) => ValueTask.FromResult(true), TimeProvider.System);

        await client.UnsubscribeAsync(["some/#"], CancellationToken.None);

        Assert.Equal(["some/#"], client.Leaving);
        await Assert.ThrowsAsync<ArgumentException>(async () => await client.UnsubscribeAsync(["a/#/b"], CancellationToken.None));
    }

    [Fact]
    public void A_wrong_filter_is_named() => Assert.Contains(
        "Unsubscriptions has 'a/#/b', which is no topic filter", (Subject.To(1883, "x") with { Unsubscriptions = ["a/#/b"] }).Mistakes());
}
