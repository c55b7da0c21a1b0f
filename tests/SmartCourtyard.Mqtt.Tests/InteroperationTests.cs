using System.Buffers;
using System.Diagnostics;
using System.Globalization;
using System.Text.Json.Nodes;

namespace SmartCourtyard.Mqtt.Tests;

/// <summary>Ours against other people's brokers and packets.</summary>
public class InteroperationTests
{
    [Theory]
    [InlineData(null, MqttProtocol.V5)]
    [InlineData("20 02 00 01", MqttProtocol.V311)]
    [InlineData("20 03 00 84 00", MqttProtocol.V311)]
    public async Task With_mosquitto(string? refusalOf5, MqttProtocol protocol)
    {
        await using Broker broker = await Broker.StartAsync();
        await using Relay relay = new(broker.Port, refusalOf5 is null ? null : Peer.Bytes(refusalOf5));

        await ConverseAsync(relay.Port, protocol, new MqttOptions { Host = "127.0.0.1", ClientId = "c" });
    }

    [Fact]
    public async Task With_aedes()
    {
        using Process node = await Node.StartAsync("aedes.js");
        int port = int.Parse((await node.StandardOutput.ReadLineAsync())!, CultureInfo.InvariantCulture);
        try
        {
            await ConverseAsync(port, MqttProtocol.V311, new MqttOptions { Host = "127.0.0.1", ClientId = "c" });
        }
        finally
        {
            node.Kill();
        }
    }

    [Fact]
    public async Task With_RabbitMQ()
    {
        await using RabbitMq rabbit = await RabbitMq.StartAsync();

        // Version 3.12 and older speak only 3.1.1.
        await ConverseAsync(rabbit.Port, null, new MqttOptions { Host = "127.0.0.1", ClientId = "c", User = "guest", Password = "guest" });
    }

    [Fact]
    public async Task Packets_that_mqtt_packet_makes_are_understood()
    {
        using Process node = await Node.StartAsync("packets.js", "generate");
        int count = 0;
        while (await node.StandardOutput.ReadLineAsync() is { } line)
        {
            string[] parts = line.Split(' ', 3);
            Understand((MqttProtocol)byte.Parse(parts[0], CultureInfo.InvariantCulture), Peer.Bytes(parts[1]), JsonNode.Parse(parts[2])!);
            count++;
        }

        Assert.True(count > 100, $"only {count} packets came");
    }

    [Fact]
    public async Task Packets_that_we_make_are_understood_by_mqtt_packet()
    {
        using Process node = await Node.StartAsync("packets.js", "parse");
        List<string> answers = [];
        foreach ((MqttProtocol protocol, byte[] packet) in Ours())
        {
            await node.StandardInput.WriteLineAsync($"{(byte)protocol} {Convert.ToHexString(packet)}");
        }

        node.StandardInput.Close();
        while (await node.StandardOutput.ReadLineAsync() is { } line)
        {
            answers.Add(line);
        }

        Assert.Equal(Ours().Count(), answers.Count);
        Assert.DoesNotContain(answers, a => a.Contains("error", StringComparison.Ordinal));
        JsonNode connect = JsonNode.Parse(answers[0])!;
        Assert.Equal(("connect", "gateway", 10, false), ((string?)connect["cmd"], (string?)connect["clientId"], (int)connect["keepalive"]!, (bool)connect["clean"]!));
        Assert.Equal((60, 500, 64), ((int)connect["properties"]!["sessionExpiryInterval"]!, (int)connect["properties"]!["receiveMaximum"]!, (int)connect["properties"]!["topicAliasMaximum"]!));
        Assert.Equal(("gone", 1, true), ((string?)connect["will"]!["topic"], (int)connect["will"]!["qos"]!, (bool)connect["will"]!["retain"]!));
        Assert.Equal(["a/+", "b/#"], JsonNode.Parse(answers[1])!["subscriptions"]!.AsArray().Select(s => (string?)s!["topic"]));
        JsonNode publish = JsonNode.Parse(answers[2])!;
        Assert.Equal(("flat/烟感", "{\"smoke\":true}", 1, 4321), ((string?)publish["topic"], (string?)publish["payload"], (int)publish["qos"]!, (int)publish["messageId"]!));
    }

    /// <summary>Publishes and receives at each quality of service, breaks off, and finds the session again.</summary>
    private static async Task ConverseAsync(int port, MqttProtocol? protocol, MqttOptions options)
    {
        MqttOptions receiving = options with
        {
            Port = port, ClientId = "receiver", ReconnectDelayMin = TimeSpan.FromSeconds(0.02), ReconnectDelayMax = TimeSpan.FromSeconds(0.1),
            Subscriptions = [new MqttSubscription("flat/+/smoke", MqttQos.AtLeastOnce), new MqttSubscription("state/lamp", MqttQos.AtMostOnce)],
        };
        await using Subject publisher = await Subject.ConnectedAsync(receiving with { ClientId = "publisher", Subscriptions = [] });
        await using (Subject receiver = await Subject.ConnectedAsync(receiving))
        {
            MqttProtocol? spoken = receiver.Changes.Last(c => c.State == MqttConnectionState.Connected).Protocol;
            Assert.Equal(protocol ?? spoken, spoken);
            for (int i = 0; i < 20; i++)
            {
                await publisher.PublishSurely($"flat/{i % 3}/smoke", $"{i} 烟雾");
            }

            Assert.Equal(MqttPublishResult.Confirmed, await publisher.Publish("state/lamp", "on", MqttQos.AtMostOnce, retain: true));
            await receiver.WhenHeard(21);
            Assert.Equal(Enumerable.Range(0, 20).Select(i => $"{i} 烟雾"), receiver.Messages.Where(m => m.Qos == MqttQos.AtLeastOnce).Select(m => m.Text));
        }

        await publisher.PublishSurely("flat/7/smoke", "while away");
        await using Subject again = await Subject.ConnectedAsync(receiving);
        await Wait.Until(() => again.Messages.Any(m => m.Text == "while away"), () => $"heard while away; {again.Story}");
        await Wait.Until(() => again.Messages.Any(m => m is { Text: "on", Retain: true }), () => $"the retained state; {string.Join(", ", again.Messages)}");
        Assert.True(again.Changes.Last(c => c.State == MqttConnectionState.Connected).SessionPresent);
    }

    private static IEnumerable<(MqttProtocol Protocol, byte[] Packet)> Ours()
    {
        foreach (MqttProtocol protocol in (MqttProtocol[])[MqttProtocol.V5, MqttProtocol.V311])
        {
            MqttOptions options = new()
            {
                Host = "h", ClientId = "gateway", User = "u", Password = "p", KeepAlive = TimeSpan.FromSeconds(10), SessionExpiry = TimeSpan.FromSeconds(60),
                Will = new MqttWill("gone", "bye"u8.ToArray(), MqttQos.AtLeastOnce, true),
            };
            yield return (protocol, PacketWriter.Connect(options, protocol));
            yield return (protocol, PacketWriter.Subscribe(7, [new("a/+", MqttQos.AtLeastOnce), new("b/#", MqttQos.ExactlyOnce)], protocol));
            yield return (protocol, Written(to => PacketWriter.Publish(to, "flat/烟感", "{\"smoke\":true}"u8, MqttQos.AtLeastOnce, false, 4321, protocol)));
            yield return (protocol, Written(to => PacketWriter.Publish(to, "t", new byte[20_000], MqttQos.AtMostOnce, true, 0, protocol)));
            foreach (PacketType type in (PacketType[])[PacketType.PubAck, PacketType.PubRec, PacketType.PubComp])
            {
                yield return (protocol, Written(to => PacketWriter.Acknowledge(to, type, 65_535, ReasonCode.Success, protocol)));
            }

            yield return (protocol, Written(to => PacketWriter.Acknowledge(to, PacketType.PubComp, 1, ReasonCode.PacketIdNotFound, protocol)));
            yield return (protocol, PacketWriter.PingReq.ToArray());
            yield return (protocol, PacketWriter.Disconnect(ReasonCode.MalformedPacket, protocol));
        }
    }

    private static byte[] Written(Action<IBufferWriter<byte>> write)
    {
        ArrayBufferWriter<byte> written = new();
        write(written);
        return written.WrittenSpan.ToArray();
    }

    private static void Understand(MqttProtocol protocol, byte[] bytes, JsonNode says)
    {
        Assert.Equal(FrameStatus.Known, Frame.TryRead(bytes, out Frame frame));
        ReadOnlySpan<byte> body = bytes.AsSpan(frame.HeaderLength);
        ushort id = (ushort)(int)(says["messageId"] ?? 0);
        int code = (int)(says["reasonCode"] ?? says["returnCode"] ?? 0);
        switch ((string)says["cmd"]!)
        {
            case "publish":
                Assert.Equal(ReasonCode.Success, PublishPacket.TryDecode(frame.Flags, body, protocol, new TopicAliases(new TopicCache(), 64), out PublishPacket publish));
                Assert.Equal(((string)says["topic"]!, (int)says["payloadLength"]!, id), (publish.Topic, body.Length - publish.PayloadStart, publish.PacketId));
                Assert.Equal(((int)says["qos"]!, (bool)says["retain"]!, (bool)says["dup"]!), ((int)publish.Qos, publish.Retain, publish.Duplicate));
                Assert.Equal(says["properties"] is null ? [] : [new("place", "3-1-301"), new("kind", "smoke"), new("kind", "heat")], publish.UserProperties ?? []);
                break;
            case "puback" or "pubrel":
                Assert.Equal(ReasonCode.Success, AcknowledgePacket.TryDecode(frame.Type, frame.Flags, body, protocol, out AcknowledgePacket acknowledge));
                Assert.Equal(new AcknowledgePacket(id, (byte)code), acknowledge);
                break;
            case "suback":
                Assert.Equal(ReasonCode.Success, SubAckPacket.TryDecode(frame.Flags, body, protocol, out SubAckPacket subscribed));
                Assert.Equal(says["granted"]!.AsArray().Select(g => (byte)(int)g!), subscribed.Codes);
                break;
            case "connack":
                Assert.Equal(ReasonCode.Success, ConnAckPacket.TryDecode(frame.Flags, body, protocol, out ConnAckPacket welcome));
                Assert.Equal(((bool)says["sessionPresent"]!, (byte)code), (welcome.SessionPresent, welcome.Code));
                Assert.True(says["properties"] is null || welcome is { ReceiveMaximum: 432, MaximumPacketSize: 100_000, MaximumQos: MqttQos.AtLeastOnce, ServerKeepAlive: 30, ReasonString: "welcome" });
                break;
            case "disconnect":
                Assert.Equal(ReasonCode.Success, DisconnectPacket.TryDecode(frame.Flags, body, protocol, out DisconnectPacket farewell));
                Assert.Equal(new DisconnectPacket(ReasonCode.SessionTakenOver, "taken"), farewell);
                break;
            default:
                Assert.Equal(("pingresp", PacketType.PingResp, 0), ((string)says["cmd"]!, frame.Type, frame.BodyLength));
                break;
        }
    }
}
