using System.Net;
using System.Net.Sockets;

namespace SmartCourtyard.Mqtt.Tests;

public class OutageTests
{
    private static readonly TimeSpan s_keepAlive = TimeSpan.FromSeconds(4);

    [Fact]
    public async Task A_stopped_broker_is_noticed_within_one_and_a_half_keep_alives()
    {
        await using Broker broker = await Broker.StartAsync();
        await using Subject subject = await Subject.ConnectedAsync(Subject.To(broker.Port, "c", "t") with { KeepAlive = s_keepAlive });
        await Wait.Delay(1.3);
        long frozen = TimeProvider.System.GetTimestamp();
        broker.Freeze();
        await subject.WhenReason(MqttReason.PeerSilent);
        TimeSpan noticed = TimeProvider.System.GetElapsedTime(frozen);
        broker.Thaw();

        Assert.InRange(noticed, TimeSpan.Zero, s_keepAlive * 1.5);
        await subject.WhenConnected();
        Assert.True(subject.Changes.Last(c => c.State == MqttConnectionState.Connected).SessionPresent);
    }

    [Fact]
    public async Task A_cut_cable_is_noticed_within_one_and_a_half_keep_alives_and_what_was_under_way_comes_afterwards()
    {
        await using Broker broker = await Broker.StartAsync();
        await using Relay relay = new(broker.Port);
        await using Subject subject = await Subject.ConnectedAsync(Subject.To(relay.Port, "c", "t") with { KeepAlive = s_keepAlive });
        await using Subject publisher = await Subject.ConnectedAsync(Subject.To(broker.Port, "publisher"));
        await Wait.Delay(0.7);
        long cut = TimeProvider.System.GetTimestamp();
        relay.Cut();
        await publisher.PublishSurely("t", "into the cut cable");
        Task<MqttPublishResult> unheard = subject.Publish("t", "never heard").AsTask();
        await subject.WhenReason(MqttReason.PeerSilent);
        TimeSpan noticed = TimeProvider.System.GetElapsedTime(cut);
        relay.Mend();

        Assert.InRange(noticed, TimeSpan.Zero, s_keepAlive * 1.5);
        Assert.Equal(MqttPublishResult.ConnectionLost, await unheard);
        await subject.WhenHeard(1);
        Assert.True(subject.Messages.First() is { Text: "into the cut cable", Duplicate: true });
    }

    [Fact]
    public async Task An_idle_connection_stays_for_many_keep_alives()
    {
        await using Broker broker = await Broker.StartAsync();
        await using Subject subject = await Subject.ConnectedAsync(Subject.To(broker.Port, "c", "t") with { KeepAlive = TimeSpan.FromSeconds(1) });
        await Wait.Delay(4);

        Assert.Equal(1, subject.Client.Counters.Connections);
        Assert.Equal(MqttConnectionState.Connected, subject.Client.State);
    }

    [Fact]
    public async Task A_port_that_refuses_is_not_stormed()
    {
        MqttOptions options = new() { Host = "127.0.0.1", Port = Ports.Free(), ClientId = "c" };
        await using Subject subject = new(options);
        await Wait.Delay(4);

        // With waits of at most 0.2, 0.4, 0.8, 1.6 ... s, and at least 0.1 s each, a handful of attempts is expected; 0.1 s each would be forty.
        Assert.InRange(subject.Client.Counters.Attempts, 2, 15);
        Assert.All(subject.Changes.Where(c => c.State == MqttConnectionState.Waiting), c => Assert.Equal(MqttReason.Unreachable, c.Reason));
    }

    [Fact]
    public async Task Two_clients_with_one_name_do_not_chase_each_other()
    {
        await using Broker broker = await Broker.StartAsync();
        MqttOptions options = new() { Host = "127.0.0.1", Port = broker.Port, ClientId = "twin" };
        await using Subject one = new(options);
        await using Subject two = new(options);
        await Wait.Delay(3);

        Assert.InRange(one.Client.Counters.Attempts + two.Client.Counters.Attempts, 3, 25);
    }

    [Fact]
    public async Task A_broker_that_takes_the_connection_and_says_nothing_is_given_up()
    {
        using TcpListener mute = new(IPAddress.Loopback, 0);
        mute.Start();
        await using Subject subject = new(Subject.To(((IPEndPoint)mute.LocalEndpoint).Port, "c"));

        await subject.WhenReason(MqttReason.ConnectTimedOut, seconds: 12);
    }
}

[Collection(Alone.Name)]
public class BrokerKillTests
{
    private const int Kills = 100;

    [Fact]
    public async Task A_broker_killed_100_times_is_found_again_100_times_and_nothing_is_lost_and_nothing_grows()
    {
        await using Broker broker = await Broker.StartAsync(Broker.NewFolder(), Broker.Durable);
        await using Subject receiver = await Subject.ConnectedAsync(Subject.To(broker.Port, "receiver", "alarm"));
        await using Subject publisher = await Subject.ConnectedAsync(Subject.To(broker.Port, "publisher"));
        Random random = new(1);
        (int Descriptors, long Bytes, int Threads) before = default;
        int sent = 0;
        for (int kill = 0; kill < Kills; kill++)
        {
            Task sending = Task.WhenAll(Enumerable.Range(0, 5).Select(_ => publisher.PublishSurely("alarm", $"{Interlocked.Increment(ref sent)}")));
            await Wait.Delay(random.NextDouble() * 0.01);
            await broker.KillAsync();
            await broker.StartAgainAsync();
            await sending;
            await Wait.Until(() => receiver.Client.Counters.Reconnects == kill + 1 && receiver.Client.State == MqttConnectionState.Connected, () => $"recovered from kill {kill}; {receiver.Changes.Last()}");
            before = kill == 9 ? Footprint() : before;
        }

        await Wait.Until(() => receiver.Messages.Select(m => m.Text).Distinct().Count() == sent, () => $"{sent} sent, {receiver.Messages.Select(m => m.Text).Distinct().Count()} heard", seconds: 5);
        (int Descriptors, long Bytes, int Threads) after = Footprint();
        Assert.Equal(Kills, receiver.Client.Counters.Reconnects);
        Assert.InRange(after.Descriptors, 0, before.Descriptors + 3);
        Assert.InRange(after.Bytes, 0, before.Bytes + 2_000_000);
        Assert.InRange(after.Threads, 0, before.Threads + 8);
    }

    private static (int Descriptors, long Bytes, int Threads) Footprint() =>
        (Directory.GetFileSystemEntries("/proc/self/fd").Length, GC.GetTotalMemory(forceFullCollection: true), ThreadPool.ThreadCount);
}
