using System.Collections.Concurrent;

namespace SmartCourtyard.Mqtt.Tests;

/// <summary>What the broker was told is stored, is stored; and a receiver that says so too early is found out.</summary>
public class CustodyTests
{
    private const int Messages = 300;

    [Fact]
    public async Task A_receiver_that_stores_and_then_acknowledges_loses_nothing_when_it_crashes_again_and_again() =>
        Assert.Empty(await LostAsync(acknowledgeBeforeStoring: false));

    [Fact]
    public async Task A_receiver_that_acknowledges_before_it_stores_loses_messages_in_the_same_test() =>
        Assert.NotEmpty(await LostAsync(acknowledgeBeforeStoring: true));

    [Fact]
    public async Task A_commit_that_fails_now_and_then_costs_time_and_no_message()
    {
        await using Broker broker = await Broker.StartAsync();
        int commits = 0;
        await using Subject receiver = await Subject.ConnectedAsync(Subject.To(broker.Port, "receiver", "alarm"), _ => (Interlocked.Increment(ref commits) % 3) switch
        {
            0 => ValueTask.FromResult(false),
            1 => ValueTask.FromResult(true),
            _ => throw new IOException("no space left on device"),
        });
        await using Subject publisher = await Subject.ConnectedAsync(Subject.To(broker.Port, "publisher"));
        for (int i = 0; i < 60; i++)
        {
            await publisher.PublishSurely("alarm", $"{i}");
            if (i % 10 == 9)
            {
                await Wait.Until(() => receiver.Messages.Select(m => m.Text).Distinct().Count() == i + 1, () => $"{receiver.Messages.Count} heard; {receiver.Story}");
            }
        }

        Assert.Equal(Enumerable.Range(0, 60).Select(i => $"{i}"), receiver.Messages.Select(m => m.Text).Distinct());
        Assert.True(receiver.Client.Counters.ReceiverFailures > 5, "too few commits failed to show anything");
        Assert.True(receiver.Client.Counters.Redelivered > 5, "too few messages came again");
    }

    [Fact]
    public async Task A_commit_that_stalls_far_longer_than_the_keep_alive_does_not_cost_the_session()
    {
        const double keepAlive = 5, stall = 20;
        await using Broker broker = await Broker.StartAsync();
        await using Subject receiver = await Subject.ConnectedAsync(Subject.To(broker.Port, "receiver", "alarm") with { KeepAlive = TimeSpan.FromSeconds(keepAlive) }, async batch =>
        {
            await Wait.Delay(batch[0].Text == "0" ? stall : 0);
            return true;
        });
        await using Subject publisher = await Subject.ConnectedAsync(Subject.To(broker.Port, "publisher"));
        for (int i = 0; i < 100; i++)
        {
            await publisher.PublishSurely("alarm", $"{i}");
        }

        await receiver.WhenHeard(100, stall + 5);
        Assert.Equal(Enumerable.Range(0, 100).Select(i => $"{i}"), receiver.Messages.Select(m => m.Text));
        Assert.Equal(1, receiver.Client.Counters.Connections);
        Assert.Equal(0, receiver.Client.Counters.Redelivered);
    }

    [Fact]
    public async Task A_burst_of_500_needs_far_fewer_commits_than_messages()
    {
        await using Broker broker = await Broker.StartAsync();
        await using Subject receiver = await Subject.ConnectedAsync(Subject.To(broker.Port, "receiver", "alarm"), async _ =>
        {
            await Wait.Delay(0.01);
            return true;
        });
        await using Subject publisher = await Subject.ConnectedAsync(Subject.To(broker.Port, "publisher") with { MaximumInFlight = 500 });
        await Task.WhenAll(Enumerable.Range(0, 500).Select(i => publisher.Publish("alarm", $"{i}").AsTask()));
        await receiver.WhenHeard(500);

        Assert.InRange(receiver.Client.Counters.Batches, 1, 50);
        await Wait.Until(() => receiver.Client.Counters.Acknowledged == 500, "all are acknowledged");
        Assert.Equal(Enumerable.Range(0, 500).Select(i => $"{i}"), receiver.Messages.Select(m => m.Text));
    }

    [Fact]
    public async Task A_stop_lets_the_receiver_finish_acknowledges_and_leaves_the_rest_to_the_session()
    {
        await using Broker broker = await Broker.StartAsync();
        TaskCompletionSource began = new(TaskCreationOptions.RunContinuationsAsynchronously);
        Subject first = await Subject.ConnectedAsync(Subject.To(broker.Port, "receiver", "alarm"), async _ =>
        {
            began.TrySetResult();
            await Wait.Delay(0.3);
            return true;
        });
        await using Subject publisher = await Subject.ConnectedAsync(Subject.To(broker.Port, "publisher"));
        await publisher.PublishSurely("alarm", "0");
        await began.Task;
        await publisher.PublishSurely("alarm", "1");
        await first.DisposeAsync();
        await using Subject second = await Subject.ConnectedAsync(Subject.To(broker.Port, "receiver", "alarm"));
        await second.WhenHeard(1);

        Assert.Equal(["0"], first.Messages.Select(m => m.Text));
        Assert.Equal("1", second.Messages.First().Text);
        Assert.True(second.Changes.Last(c => c.State == MqttConnectionState.Connected).SessionPresent);
    }

    private static async Task<List<string>> LostAsync(bool acknowledgeBeforeStoring)
    {
        await using Broker broker = await Broker.StartAsync();
        ConcurrentDictionary<string, bool> disk = [];
        await using Subject publisher = await Subject.ConnectedAsync(Subject.To(broker.Port, "publisher"));
        await using (Subject first = await Subject.ConnectedAsync(Subject.To(broker.Port, "receiver", "alarm")))
        {
        }

        Task publishing = Task.Run(async () =>
        {
            for (int i = 0; i < Messages; i++)
            {
                await publisher.PublishSurely("alarm", $"{i}");
                await Wait.Delay(0.002);
            }
        });
        Random random = new(1);
        for (int life = 0; !publishing.IsCompleted || life < 5; life++)
        {
            await LiveAndCrashAsync(broker.Port, disk, acknowledgeBeforeStoring, TimeSpan.FromMilliseconds(random.Next(20, 100)));
        }

        await publishing;
        await LiveAndCrashAsync(broker.Port, disk, acknowledgeBeforeStoring, TimeSpan.FromSeconds(1));
        return [.. Enumerable.Range(0, Messages).Select(i => $"{i}").Where(text => !disk.ContainsKey(text))];
    }

    /// <summary>A gateway whose disk takes 5 ms. What is not on the disk when it crashes is gone, and so is the acknowledgement that was not sent.</summary>
    private static async Task LiveAndCrashAsync(int port, ConcurrentDictionary<string, bool> disk, bool acknowledgeBeforeStoring, TimeSpan life)
    {
        bool alive = true;
        async ValueTask<bool> Store(IReadOnlyList<Heard> batch)
        {
            await Wait.Delay(0.005);
            if (Volatile.Read(ref alive))
            {
                batch.ToList().ForEach(m => disk[m.Text] = true);
            }

            return Volatile.Read(ref alive);
        }

        await using Subject gateway = new(Subject.To(port, "receiver", "alarm"), batch =>
        {
            if (!acknowledgeBeforeStoring)
            {
                return Store(batch);
            }

            _ = Store(batch).AsTask();
            return ValueTask.FromResult(true);
        });
        await Wait.Delay(life.TotalSeconds);
        Volatile.Write(ref alive, false);
    }
}
