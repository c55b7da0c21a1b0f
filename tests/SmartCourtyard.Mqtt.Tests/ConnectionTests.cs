using System.Collections.Concurrent;
using System.Text;

namespace SmartCourtyard.Mqtt.Tests;

/// <summary>The client's side of the conversation, against a broker that says exactly what the test wants.</summary>
public class ConnectionTests
{
    [Theory]
    [InlineData("30 05 0001 00 00 41", "E00181")]
    [InlineData("30 04 0001 23 00", "E00190")]
    [InlineData("30 07 0001 74 03 230000", "E00194")]
    [InlineData("C0 00", "E00182")]
    [InlineData("30 FFFFFFFF01", "E00181")]
    [InlineData("30 81 80 80 01", "E00195")]
    public async Task A_packet_that_is_not_allowed_is_answered_with_its_reason_and_the_client_comes_back(string hex, string farewell)
    {
        ConcurrentQueue<string> said = [];
        await using ScriptedBroker broker = new(async (peer, number) =>
        {
            await peer.WelcomeAsync(number == 1 ? Peer.Accept5 : Peer.Resume5);
            if (number > 1)
            {
                await peer.HoldAsync();
            }

            await peer.SendAsync(Peer.Publish5(0, 0, "41"), hex);
            (await peer.ReadToEndAsync()).ForEach(said.Enqueue);
        });
        await using Subject subject = new(Subject.To(broker.Port, "c"));

        await Wait.Until(() => subject.Client.Counters.Connections == 2, () => subject.Story);
        Assert.Equal([farewell], said);
        Assert.Equal("A", Assert.Single(subject.Messages).Text);
        Assert.Equal(1, subject.Client.Counters.MalformedCloses);
    }

    [Theory]
    [InlineData("20 03 00 86 00", MqttReason.BadCredentials)]
    [InlineData("20 03 00 87 00", MqttReason.NotAuthorized)]
    [InlineData("20 03 00 85 00", MqttReason.ClientIdRefused)]
    [InlineData("20 03 00 88 00", MqttReason.ConnectRefused)]
    [InlineData("20 03 02 00 00", MqttReason.MalformedPacket)]
    [InlineData("20 02 00 00", MqttReason.MalformedPacket)]
    [InlineData("30 04 0001 74 00", MqttReason.MalformedPacket)]
    public async Task A_refusal_has_a_name(string connAck, MqttReason reason)
    {
        await using ScriptedBroker broker = new(async (peer, _) =>
        {
            await peer.WelcomeAsync(connAck);
            await peer.ReadToEndAsync();
        });
        await using Subject subject = new(Subject.To(broker.Port, "c"));

        await subject.WhenReason(reason);
    }

    [Theory]
    [InlineData("20 02 00 01")]
    [InlineData("20 03 00 84 00")]
    [InlineData("")]
    public async Task A_broker_that_refuses_MQTT_5_is_spoken_to_in_3_1_1(string refusal)
    {
        await using ScriptedBroker broker = new(async (peer, _) =>
        {
            if (Peer.Bytes(await peer.ReadAsync())[8] == 5)
            {
                await peer.SendAsync(refusal);
                return;
            }

            await peer.SendAsync(Peer.Accept3);
            await peer.ReadAsync();
            await peer.SendAsync("90 03 0001 01");
            await peer.SendAsync("32 06 0001 74 0001 41");
            await peer.ReadToEndAsync();
        });
        await using Subject subject = new(Subject.To(broker.Port, "c", "t"));

        await subject.WhenHeard(1);
        await subject.WhenConnected();
        Assert.Equal(MqttProtocol.V311, subject.Changes.Last().Protocol);
    }

    [Fact]
    public async Task Subscriptions_are_sent_once_at_the_start_and_again_only_when_the_broker_has_no_session()
    {
        ConcurrentQueue<string> subscribes = [];
        await using ScriptedBroker broker = new(async (peer, number) =>
        {
            await peer.ReadAsync();
            await peer.SendAsync(number is 1 or 2 ? Peer.Resume5 : Peer.Accept5);
            if (number is 1 or 3)
            {
                string packet = await peer.ReadAsync();
                subscribes.Enqueue($"{number}:{packet[..2]}");
                await peer.SendAsync("90 04 0001 00 01");
            }

            if (number == 3)
            {
                (await peer.ReadToEndAsync()).ForEach(p => subscribes.Enqueue($"{number}:{p[..2]}"));
            }
            else
            {
                await peer.SendAsync(Peer.Publish5(0, 0, "41"));
            }
        });
        await using Subject subject = new(Subject.To(broker.Port, "c", "t"));
        await Wait.Until(() => subject.Client.Counters.Connections == 3 && subject.Client.State == MqttConnectionState.Connected, () => subject.Story);
        await subject.StopAsync();

        await Wait.Until(() => subscribes.Count == 3, "both ends are done");
        Assert.Equal(["1:82", "3:82", "3:E0"], subscribes);
    }

    [Theory]
    [InlineData("90 06 0001 00 01 87 00", MqttReason.SubscriptionRefused, "b")]
    [InlineData("90 06 0001 00 01 00 00", MqttReason.SubscriptionQosLowered, "b, c")]
    [InlineData("90 06 0001 00 01 01 01", MqttReason.None, null)]
    public async Task What_the_broker_does_not_grant_is_named_and_the_rest_works(string subAck, MqttReason reason, string? detail)
    {
        await using ScriptedBroker broker = new(async (peer, _) =>
        {
            await peer.WelcomeAsync(Peer.Accept5);
            await peer.ReadAsync();
            await peer.SendAsync(subAck, Peer.Publish5(1, 5, "41"));
            await peer.ReadToEndAsync();
        });
        await using Subject subject = await Subject.ConnectedAsync(Subject.To(broker.Port, "c", "a", "b", "c"));
        await subject.WhenHeard(1);

        MqttStateChange connected = subject.Changes.Single(c => c.State == MqttConnectionState.Connected);
        Assert.Equal(reason, connected.Reason);
        Assert.Equal(detail, connected.Detail);
    }

    [Theory]
    [InlineData("E0 01 8E", MqttReason.SessionTakenOver)]
    [InlineData("E0 01 8B", MqttReason.ServerDisconnected)]
    [InlineData("E0 00", MqttReason.ServerDisconnected)]
    public async Task A_farewell_of_the_broker_has_a_name(string farewell, MqttReason reason)
    {
        await using ScriptedBroker broker = new(async (peer, _) =>
        {
            await peer.WelcomeAsync(Peer.Accept5);
            await peer.SendAsync(farewell);
            await peer.ReadToEndAsync();
        });
        await using Subject subject = new(Subject.To(broker.Port, "c"));

        await subject.WhenReason(reason);
    }

    [Fact]
    public async Task A_publication_given_up_before_its_turn_is_not_sent()
    {
        ConcurrentQueue<string> said = [];
        await using ScriptedBroker broker = new(async (peer, _) =>
        {
            await peer.WelcomeAsync(Peer.Accept5);
            said.Enqueue(await peer.ReadAsync());
            await Wait.Until(() => said.Count == 2, "the middle one was given up");
            await peer.SendAsync("40 02 0001");
            said.Enqueue(await peer.ReadAsync());
            await peer.SendAsync("40 02 0002");
            await peer.HoldAsync();
        });
        await using Subject subject = await Subject.ConnectedAsync(Subject.To(broker.Port, "c") with { MaximumInFlight = 1 });
        using CancellationTokenSource giveUp = new();
        Task<MqttPublishResult> first = subject.Publish("t", "1").AsTask();
        Task<MqttPublishResult> middle = subject.Client.PublishAsync("t", "2"u8.ToArray(), MqttQos.AtLeastOnce, false, giveUp.Token).AsTask();
        Task<MqttPublishResult> last = subject.Publish("t", "3").AsTask();
        await giveUp.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => middle);
        said.Enqueue("given up");

        Assert.Equal([MqttPublishResult.Confirmed, MqttPublishResult.Confirmed], await Task.WhenAll(first, last));
        Assert.EndsWith("33", said.Last(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Messages_that_came_before_the_connection_broke_are_still_handed_over()
    {
        string burst = string.Concat(Enumerable.Range(1, 60).Select(i => Peer.Publish5(1, i, $"{i:X2}")));
        await using ScriptedBroker broker = new(async (peer, number) =>
        {
            await peer.WelcomeAsync(number == 1 ? Peer.Accept5 : Peer.Resume5);
            if (number > 1)
            {
                await peer.HoldAsync();
            }

            // The first message keeps the receiver busy; the others come, and then the broker dies.
            await peer.SendAsync(Peer.Publish5(1, 100, "41"));
            await Wait.Delay(0.05);
            await peer.SendAsync(burst);
            await Wait.Delay(0.05);
            peer.Reset();
        });
        await using Subject subject = new(Subject.To(broker.Port, "c"), async _ =>
        {
            await Wait.Delay(0.3);
            return true;
        });

        await subject.WhenHeard(61);
        await Wait.Until(() => subject.Client.Counters.Connections == 2, () => subject.Story);
        Assert.Equal(61, subject.Messages.Count);
    }

    [Fact]
    public async Task A_batch_that_is_not_taken_gets_no_acknowledgement_and_no_farewell()
    {
        ConcurrentQueue<string> said = [];
        await using ScriptedBroker broker = new(async (peer, number) =>
        {
            await peer.WelcomeAsync(number == 1 ? Peer.Accept5 : Peer.Resume5);
            await peer.SendAsync(Peer.Publish5(1, 7, "41", duplicate: number > 1));
            (await peer.ReadToEndAsync()).ForEach(p => said.Enqueue($"{number}:{p}"));
        });
        int calls = 0;
        await using Subject subject = new(Subject.To(broker.Port, "c"), _ => Interlocked.Increment(ref calls) switch
        {
            1 => ValueTask.FromResult(false),
            2 => throw new InvalidOperationException("disk on fire"),
            _ => ValueTask.FromResult(true),
        });
        await subject.WhenHeard(1);
        await subject.StopAsync();

        await Wait.Until(() => said.Count == 2, "the broker heard the end");
        Assert.Equal(["3:40020007", "3:E000"], said);
        Assert.Equal(2, subject.Client.Counters.ReceiverFailures);
        Assert.Contains(subject.Changes, c => c.Reason == MqttReason.ReceiverFailed && c.Detail!.Contains("disk on fire", StringComparison.Ordinal));
    }

    [Fact]
    public async Task Exactly_once_survives_a_reconnect_within_the_session()
    {
        ConcurrentQueue<string> said = [];
        await using ScriptedBroker broker = new(async (peer, number) =>
        {
            await peer.WelcomeAsync(number == 1 ? Peer.Accept5 : Peer.Resume5);
            await peer.SendAsync(Peer.Publish5(2, 9, "41", duplicate: number > 1));
            said.Enqueue(await peer.ReadAsync());
            if (number == 1)
            {
                return;
            }

            await peer.SendAsync("62 02 0009");
            said.Enqueue(await peer.ReadAsync());
            await peer.SendAsync(Peer.Publish5(2, 9, "42"));
            said.Enqueue(await peer.ReadAsync());
            await peer.HoldAsync();
        });
        await using Subject subject = new(Subject.To(broker.Port, "c"));

        await Wait.Until(() => said.Count == 4, () => string.Join(" ", said));
        Assert.Equal(["50020009", "50020009", "70020009", "50020009"], said);
        Assert.Equal(["A", "B"], subject.Messages.Select(m => m.Text));
        Assert.Equal(1, subject.Client.Counters.Suppressed);
    }

    [Fact]
    public async Task A_confirmation_passes_while_the_receiver_is_busy_so_it_may_publish_itself()
    {
        ConcurrentQueue<MqttPublishResult> results = [];
        await using Broker broker = await Broker.StartAsync();
        Subject? subject = null;
        subject = await Subject.ConnectedAsync(Subject.To(broker.Port, "siren", "button"), async _ =>
        {
            results.Enqueue(await subject!.Publish("siren/set", "on"));
            return true;
        });
        await using (subject)
        {
            await subject.Publish("button", "pressed");
            await subject.WhenHeard(1);
        }

        Assert.Equal([MqttPublishResult.Confirmed], results);
    }

    [Fact]
    public async Task Publications_end_with_a_named_result()
    {
        await using ScriptedBroker broker = new(async (peer, _) =>
        {
            await peer.WelcomeAsync("20 0C 00 00 09 2400 2500 2700000040");
            await peer.ReadToEndAsync();
        });
        Subject subject = new(Subject.To(broker.Port, "c"));
        await using (subject)
        {
            Assert.Equal(MqttPublishResult.NotConnected, await new MqttClient(Subject.To(1, "x"), (_, _) => ValueTask.FromResult(true), TimeProvider.System)
                .PublishAsync("t", default, MqttQos.AtLeastOnce, false, CancellationToken.None));
            await subject.WhenConnected();
            Assert.Equal(MqttPublishResult.Refused, await subject.Publish("t", "at least once is over its maximum"));
            Assert.Equal(MqttPublishResult.Refused, await subject.Publish("t", "r", MqttQos.AtMostOnce, retain: true));
            Assert.Equal(MqttPublishResult.TooLarge, await subject.Publish("t", new string('x', 100), MqttQos.AtMostOnce));
            Assert.Equal(MqttPublishResult.Confirmed, await subject.Publish("t", "x", MqttQos.AtMostOnce));
        }

        Assert.Equal(MqttPublishResult.NotConnected, await subject.Publish("t", "x"));
        await Assert.ThrowsAsync<ArgumentException>(async () => await subject.Publish("a/#", "x"));
        await Assert.ThrowsAsync<ArgumentOutOfRangeException>(async () => await subject.Publish("a", "x", MqttQos.ExactlyOnce));
    }

    [Fact]
    public async Task No_more_publications_are_under_way_than_allowed_and_all_end_when_the_connection_does()
    {
        int seen = 0;
        TaskCompletionSource release = new(TaskCreationOptions.RunContinuationsAsynchronously);
        await using ScriptedBroker broker = new(async (peer, number) =>
        {
            await peer.WelcomeAsync(Peer.Accept5);
            if (number > 1)
            {
                await peer.HoldAsync();
            }

            for (; seen < 5; seen++)
            {
                await peer.ReadAsync();
            }

            await peer.SendAsync("40 03 0001 87", "40 02 0002");
            await peer.ReadAsync();
            await peer.ReadAsync();
            Interlocked.Add(ref seen, 2);
            await release.Task;
        });
        await using Subject subject = await Subject.ConnectedAsync(Subject.To(broker.Port, "c") with { MaximumInFlight = 5 });
        Task<MqttPublishResult>[] publications = [.. Enumerable.Range(0, 20).Select(i => subject.Publish("t", $"{i}").AsTask())];
        await Wait.Until(() => Volatile.Read(ref seen) == 7, () => $"{seen} seen; {subject.Story}");
        await Wait.Delay(0.05);
        Assert.Equal(7, subject.Client.Counters.Published);
        release.SetResult();

        MqttPublishResult[] results = await Task.WhenAll(publications);
        Assert.Equal([MqttPublishResult.Refused, MqttPublishResult.Confirmed], results[..2]);
        Assert.All(results[2..], result => Assert.Equal(MqttPublishResult.ConnectionLost, result));
    }

    [Fact]
    public async Task A_large_message_comes_whole_through_a_small_opening()
    {
        byte[] payload = new byte[1_000_000];
        new Random(1).NextBytes(payload);
        TaskCompletionSource<bool> same = new();
        await using Broker broker = await Broker.StartAsync();
        await using MqttClient client = new(Subject.To(broker.Port, "c", "large"), (batch, _) =>
        {
            same.TrySetResult(batch.Span[0].Payload.Span.SequenceEqual(payload));
            return ValueTask.FromResult(true);
        }, TimeProvider.System);
        _ = client.RunAsync(CancellationToken.None);
        await Wait.Until(() => client.State == MqttConnectionState.Connected, "connected");

        Assert.Equal(MqttPublishResult.Confirmed, await client.PublishAsync("large", payload, MqttQos.AtLeastOnce, false, CancellationToken.None));
        Assert.True(await same.Task.WaitAsync(TimeSpan.FromSeconds(10), TimeProvider.System));
    }

    [Fact]
    public async Task A_telemetry_flood_on_one_connection_leaves_the_other_alone()
    {
        await using Broker broker = await Broker.StartAsync();
        await using Subject slow = await Subject.ConnectedAsync(Subject.To(broker.Port, "telemetry", "telemetry/#"), async _ =>
        {
            await Wait.Delay(0.2);
            return true;
        });
        await using Subject alarms = await Subject.ConnectedAsync(Subject.To(broker.Port, "alarms", "alarm/#"));
        await using Subject device = await Subject.ConnectedAsync(Subject.To(broker.Port, "device"));
        Task flood = Task.WhenAll(Enumerable.Range(0, 2000).Select(i => device.Publish($"telemetry/{i % 50}", "21.5", MqttQos.AtMostOnce).AsTask()));
        await device.Publish("alarm/1", "smoke");
        await alarms.WhenHeard(1, seconds: 2);
        await flood;

        Assert.True(slow.Messages.Count < 2000, "the flood was over too soon to show anything");
        await slow.WhenHeard(2000);
    }

    [Fact]
    public async Task The_last_will_is_published_when_the_client_vanishes_and_not_when_it_leaves()
    {
        await using Broker broker = await Broker.StartAsync();
        await using Relay relay = new(broker.Port);
        await using Subject watcher = await Subject.ConnectedAsync(Subject.To(broker.Port, "watcher", "gone"));
        await using Subject subject = await Subject.ConnectedAsync(Subject.To(relay.Port, "c") with { Will = new MqttWill("gone", Encoding.UTF8.GetBytes("vanished"), MqttQos.AtLeastOnce, false) });
        relay.Reset();
        await watcher.WhenHeard(1);
        await Wait.Until(() => subject.Client.Counters.Connections == 2, () => subject.Story);
        await subject.WhenConnected();
        await subject.StopAsync();
        await watcher.Publish("gone", "the end");
        await watcher.WhenHeard(2);

        Assert.Equal(["vanished", "the end"], watcher.Messages.Select(m => m.Text));
    }

    [Fact]
    public async Task Wrong_credentials_have_a_name_and_the_right_ones_pass()
    {
        string folder = Broker.NewFolder();
        using (System.Diagnostics.Process passwords = System.Diagnostics.Process.Start("mosquitto_passwd", ["-c", "-b", $"{folder}/passwords", "gateway", "right"]))
        {
            await passwords.WaitForExitAsync();
        }

        await using Broker broker = await Broker.StartAsync(folder, ["allow_anonymous false", $"password_file {folder}/passwords"]);
        await using Subject wrong = new(Subject.To(broker.Port, "wrong") with { User = "gateway", Password = "guess" });
        await using Subject nobody = new(Subject.To(broker.Port, "nobody"));
        await using Subject right = await Subject.ConnectedAsync(Subject.To(broker.Port, "right") with { User = "gateway", Password = "right" });
        await wrong.WhenReason(MqttReason.NotAuthorized);
        await nobody.WhenReason(MqttReason.NotAuthorized);

        Assert.DoesNotContain("guess", wrong.Story, StringComparison.Ordinal);
    }
}
