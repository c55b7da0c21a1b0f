namespace SmartCourtyard.Mqtt.Tests;

/// <summary>Whatever arrives, the decoder answers with messages or a reason, never with an exception, an endless loop or a large allocation.</summary>
public class FuzzTests
{
    private static readonly TimeSpan s_campaign = TimeSpan.FromSeconds(Wait.Long ? 120 : 2);

    private static readonly string[] s_seeds =
    [
        "30 05 0001 74 00 41", "32 07 0001 74 1234 00 41", "3D 07 0001 74 1234 00 41", "30 13 0001 74 0E 26 0001 61 0001 31 26 0001 61 0001 32 41",
        "32 1B 0001 74 0001 14 0101 0200000010 230001 080001 72 090001 00 0B7F 41 42", "40 02 0001", "40 06 1234 10 02 1F 00", "62 02 0008", "90 05 0001 00 01 80", "D0 00", "E0 01 8E",
        "E0 08 8E 06 1F 0003 616263", "20 03 00 00 00", "30 07 0000 03 230040 42",
    ];

    [Theory]
    [InlineData(MqttProtocol.V5, 1)]
    [InlineData(MqttProtocol.V311, 2)]
    public void Random_and_mutated_bytes_never_break_the_decoder(MqttProtocol protocol, int seed)
    {
        Random random = new(seed);
        byte[][] seeds = [.. s_seeds.Select(Peer.Bytes)];
        long start = TimeProvider.System.GetTimestamp();
        long rounds = 0, closures = 0, messages = 0;
        while (TimeProvider.System.GetElapsedTime(start) < s_campaign)
        {
            using CodecBench bench = new(protocol, maximumPacketSize: 4096, keep: false);
            bool closed = false;
            for (int i = 0; i < 50 && !closed; i++)
            {
                closed = bench.Read(random.Next(4) == 0 ? Noise(random) : Mutated(random, seeds)) is not null;
            }

            (rounds, closures, messages) = (rounds + 1, closures + (closed ? 1 : 0), messages + bench.Count);
        }

        Assert.True(rounds > 100 && closures > 0 && messages > 0, $"{rounds} rounds, {closures} closures, {messages} messages: the campaign reached too little");
    }

    [Fact]
    public void Random_bytes_never_break_the_other_decoders()
    {
        Random random = new(3);
        for (int i = 0; i < 100_000; i++)
        {
            byte[] bytes = Noise(random);
            foreach (MqttProtocol protocol in Enum.GetValues<MqttProtocol>())
            {
                ReasonCode[] results =
                [
                    ConnAckPacket.TryDecode(0, bytes, protocol, out _), SubAckPacket.TryDecode(0, bytes, protocol, out _), DisconnectPacket.TryDecode(0, bytes, protocol, out _),
                    AcknowledgePacket.TryDecode(PacketType.PubAck, 0, bytes, protocol, out _),
                ];
                Assert.All(results, result => Assert.True(result is ReasonCode.Success or ReasonCode.MalformedPacket or ReasonCode.ProtocolError));
            }
        }
    }

    private static byte[] Noise(Random random)
    {
        byte[] bytes = new byte[random.Next(1, 64)];
        random.NextBytes(bytes);
        return bytes;
    }

    private static byte[] Mutated(Random random, byte[][] seeds)
    {
        byte[] bytes = [.. seeds[random.Next(seeds.Length)]];
        switch (random.Next(5))
        {
            case 0:
                bytes[random.Next(bytes.Length)] ^= (byte)(1 << random.Next(8));
                return bytes;
            case 1:
                bytes[random.Next(bytes.Length)] = (byte)random.Next(256);
                return bytes;
            case 2:
                return bytes[..random.Next(1, bytes.Length + 1)];
            case 3:
                return [.. bytes, .. Noise(random)];
            default:
                return bytes;
        }
    }
}
