using System.Buffers;
using System.Text;

namespace SmartCourtyard.Mqtt.Tests;

/// <summary>Byte vectors for the normative statements of the standards; the number in each row is the statement's.</summary>
public class DecodingTests
{
    // A body's parts: 0001 74 is the topic "t"; in MQTT 5 00 stands for "no properties".
    [Theory]
    [InlineData("1.5.4-1 surrogate in a topic", "30 07 0003 EDA080 00 41", 0x81)]
    [InlineData("1.5.4-1 overlong form", "30 06 0002 C0AF 00 41", 0x81)]
    [InlineData("1.5.4-1 cut multi-byte character", "30 05 0001 E4 00 41", 0x81)]
    [InlineData("1.5.4-2 NUL in a topic", "30 05 0001 00 00 41", 0x81)]
    [InlineData("1.5.4-2 NUL in a user property", "30 0C 0001 74 07 26 0001 00 0001 62 41", 0x81)]
    [InlineData("1.5.5-1 property length not in its shortest form", "30 06 0001 74 8000 41", 0x81)]
    [InlineData("1.5.5-1 remaining length not in its shortest form", "30 8400 0001 74 00", 0x81)]
    [InlineData("1.5.5 remaining length of five bytes", "30 FFFFFFFF01", 0x81)]
    [InlineData("1.5.5 property length of five bytes", "30 08 0001 74 FFFFFFFF01", 0x81)]
    [InlineData("2.1.3-1 reserved flags of PUBACK", "41 02 0001", 0x81)]
    [InlineData("2.1.3-1 reserved flags of PUBREL", "60 02 0001", 0x81)]
    [InlineData("2.1.3-1 reserved flags of SUBACK", "91 04 0001 00 00", 0x81)]
    [InlineData("2.1.3-1 reserved flags of PINGRESP", "D1 00", 0x81)]
    [InlineData("2.1.3-1 reserved flags of DISCONNECT", "E1 00", 0x81)]
    [InlineData("2.1.2 type 0", "00 00", 0x81)]
    [InlineData("2.2.1-2 packet identifier 0", "32 06 0001 74 0000 00", 0x81)]
    [InlineData("2.2.1 PUBACK for packet identifier 0", "40 02 0000", 0x81)]
    [InlineData("2.2.2 property of another packet in PUBLISH", "30 06 0001 74 02 2401", 0x81)]
    [InlineData("2.2.2 unknown property", "30 06 0001 74 02 7F01", 0x81)]
    [InlineData("2.2.2 property identifier over one byte", "30 07 0001 74 03 A60100", 0x81)]
    [InlineData("2.2.2.1 properties longer than the packet", "30 05 0001 74 09 01", 0x81)]
    [InlineData("2.2.2.2 property cut", "30 05 0001 74 01 02", 0x81)]
    [InlineData("3.3.1-2 DUP at QoS 0", "38 04 0001 74 00", 0x81)]
    [InlineData("3.3.1-4 QoS 3", "36 06 0001 74 0001 00", 0x81)]
    [InlineData("3.3.2-1 topic longer than the packet", "30 03 0005 74", 0x81)]
    [InlineData("3.3.2-2 wildcard + in a topic", "30 04 0001 2B 00", 0x90)]
    [InlineData("3.3.2-2 wildcard # in a topic", "30 06 0003 61 2F 23 00", 0x90)]
    [InlineData("3.3.2.3.2 payload format 2", "30 06 0001 74 02 0102", 0x82)]
    [InlineData("3.3.2.3.2 payload format twice", "30 08 0001 74 04 0101 0101", 0x82)]
    [InlineData("3.3.2.3.3 expiry twice", "30 0E 0001 74 0A 0200000001 0200000001", 0x82)]
    [InlineData("3.3.2-8 topic alias 0", "30 07 0001 74 03 230000", 0x94)]
    [InlineData("3.3.2-9 topic alias over our maximum", "30 07 0001 74 03 230041", 0x94)]
    [InlineData("3.3.2.3.4 unknown topic alias", "30 06 0000 03 230001", 0x82)]
    [InlineData("4.7.3-1 empty topic", "30 03 0000 00", 0x82)]
    [InlineData("3.3.2-14 wildcard in a response topic", "30 08 0001 74 04 08 0001 23", 0x82)]
    [InlineData("3.3.2.3.8 subscription identifier 0", "30 06 0001 74 02 0B00", 0x82)]
    [InlineData("3.4.2.2.1 PUBACK with a foreign property", "40 06 0001 00 02 2401", 0x81)]
    [InlineData("3.4 PUBACK cut", "40 01 00", 0x81)]
    [InlineData("3.4 bytes after PUBACK", "40 05 0001 00 00 00", 0x81)]
    [InlineData("3.9.3 SUBACK without codes", "90 03 0001 00", 0x81)]
    [InlineData("3.9.3 SUBACK with an unknown code", "90 04 0001 00 03", 0x81)]
    [InlineData("3.9 SUBACK nobody asked for", "90 04 0007 00 00", 0x82)]
    [InlineData("3.13 PINGRESP with a body", "D0 01 00", 0x81)]
    [InlineData("3.14.2.2.2 session expiry in the broker's DISCONNECT", "E0 07 00 05 1100000001", 0x81)]
    [InlineData("3.1 CONNECT from a broker", "10 00", 0x82)]
    [InlineData("3.2 second CONNACK", "20 03 00 00 00", 0x82)]
    [InlineData("3.5 PUBREC for what was never sent exactly once", "50 02 0001", 0x82)]
    [InlineData("3.8 SUBSCRIBE from a broker", "82 06 0001 00 0000 00", 0x82)]
    [InlineData("3.11 UNSUBACK nobody asked for", "B0 04 0001 00 00", 0x82)]
    [InlineData("3.12 PINGREQ from a broker", "C0 00", 0x82)]
    [InlineData("4.12 AUTH without an authentication method", "F0 00", 0x82)]
    [InlineData("3.1.2-24 packet over the maximum", "30 81 80 40", 0x95)]
    public void MQTT_5_packets_that_are_not_allowed_close_with_their_reason(string statement, string hex, byte reason)
    {
        using CodecBench bench = new(MqttProtocol.V5);
        Closure? closure = bench.Read(Peer.Bytes(hex));

        Assert.True(closure is not null, statement);
        Assert.Equal((ReasonCode)reason, closure.Tell);
    }

    [Theory]
    [InlineData("1.5.3-1 surrogate in a topic", "30 06 0003 EDA080 41")]
    [InlineData("1.5.3-2 NUL in a topic", "30 04 0001 00 41")]
    [InlineData("2.2.2-2 reserved flags of PUBACK", "41 02 0001")]
    [InlineData("2.2.2-2 reserved flags of PUBREL", "60 02 0001")]
    [InlineData("2.3.1-1 packet identifier 0", "32 05 0001 74 0000")]
    [InlineData("3.3.1-2 DUP at QoS 0", "38 03 0001 74")]
    [InlineData("3.3.1-4 QoS 3", "36 05 0001 74 0001")]
    [InlineData("3.3.2-2 wildcard in a topic", "30 03 0001 23")]
    [InlineData("4.7.3-1 empty topic", "30 02 0000")]
    [InlineData("3.4 bytes after PUBACK", "40 03 0001 00")]
    [InlineData("3.9.3-2 SUBACK with a reserved code", "90 03 0001 7F")]
    [InlineData("3.14 DISCONNECT from a broker", "E0 00")]
    [InlineData("2.2.1 type 15", "F0 00")]
    [InlineData("2.2.3 remaining length of five bytes", "30 FFFFFFFF01")]
    public void MQTT_3_packets_that_are_not_allowed_close_the_connection(string statement, string hex)
    {
        using CodecBench bench = new(MqttProtocol.V311);
        Closure? closure = bench.Read(Peer.Bytes(hex));

        Assert.True(closure is not null, statement);
        Assert.Equal(MqttReason.MalformedPacket, closure.Reason);
    }

    [Theory]
    [InlineData("1.5.4-3 U+FEFF stays in the string", "30 08 0004 EFBBBF74 00 41", "\uFEFFt", "A")]
    [InlineData("1.5.4 a character outside the basic plane", "30 08 0004 F09F94A5 00 41", "🔥", "A")]
    [InlineData("3.3.3 an empty payload", "30 04 0001 74 00", "t", "")]
    [InlineData("4.7.1 a space is a topic", "30 05 0001 20 00 41", " ", "A")]
    [InlineData("4.7.1 a slash alone is a topic", "30 05 0001 2F 00 41", "/", "A")]
    [InlineData("3.3.2.3.8 several subscription identifiers", "30 09 0001 74 04 0B01 0B02 41", "t", "A")]
    public void Unusual_but_allowed_messages_are_taken(string statement, string hex, string topic, string payload)
    {
        using CodecBench bench = new(MqttProtocol.V5);
        Closure? closure = bench.Read(Peer.Bytes(hex));

        Assert.True(closure is null, statement);
        (MqttMessage message, byte[] bytes) = Assert.Single(bench.Messages);
        Assert.Equal((topic, payload), (message.Topic, Encoding.UTF8.GetString(bytes)));
    }

    [Theory]
    [InlineData(0, "00")]
    [InlineData(127, "7F")]
    [InlineData(128, "8001")]
    [InlineData(16_383, "FF7F")]
    [InlineData(16_384, "808001")]
    [InlineData(2_097_151, "FFFF7F")]
    [InlineData(2_097_152, "80808001")]
    [InlineData(268_435_455, "FFFFFF7F")]
    public void Variable_byte_integers_have_the_standards_bytes_at_each_limit(int value, string hex)
    {
        ArrayBufferWriter<byte> written = new();
        written.VariableByteInteger(value);
        PacketReader reader = new(Peer.Bytes(hex));

        Assert.Equal(hex, Convert.ToHexString(written.WrittenSpan));
        Assert.Equal(value, reader.VariableByteInteger());
        Assert.Equal(ReasonCode.Success, reader.End());
    }

    [Fact]
    public void User_properties_keep_their_order_and_may_repeat()
    {
        using CodecBench bench = new(MqttProtocol.V5);
        bench.Read(Peer.Bytes("30 13 0001 74 0E 26 0001 61 0001 31 26 0001 61 0001 32 41"));

        Assert.Equal([new("a", "1"), new("a", "2")], Assert.Single(bench.Messages).Message.UserProperties);
    }

    [Fact]
    public void A_topic_alias_stands_for_the_topic_it_was_given_and_can_be_given_anew()
    {
        using CodecBench bench = new(MqttProtocol.V5);
        bench.Read(Peer.Bytes("30 08 0001 61 03 230040 41 30 07 0000 03 230040 42 30 08 0001 62 03 230040 43 30 07 0000 03 230040 44"));

        Assert.Equal(["a", "a", "b", "b"], bench.Messages.Select(m => m.Message.Topic));
    }

    [Fact]
    public void Acknowledgements_leave_in_order_of_arrival_with_the_standards_bytes()
    {
        using CodecBench bench = new(MqttProtocol.V5);
        bench.Read(Peer.Bytes(Peer.Publish5(1, 7, "41") + Peer.Publish5(2, 8, "42") + Peer.Publish5(0, 0, "43") + Peer.Publish5(1, 65_535, "44")));
        bench.Read(Peer.Bytes("62 02 0008 62 02 0009"));

        Assert.Equal("40020007" + "50020008" + "4002FFFF" + "70020008" + "7003000992", Convert.ToHexString(bench.Answers.ToArray()));
    }

    [Fact]
    public void More_unacknowledged_messages_than_the_receive_maximum_close_the_connection()
    {
        using CodecBench bench = new(MqttProtocol.V5, receiveMaximum: 2);
        string three = Peer.Publish5(1, 1, "41") + Peer.Publish5(2, 2, "42") + Peer.Publish5(1, 3, "43");

        Assert.Equal(ReasonCode.ReceiveMaximumExceeded, bench.Read(Peer.Bytes(three))?.Tell);
    }

    [Fact]
    public void An_oversized_message_of_a_3_1_1_broker_is_acknowledged_and_skipped_and_the_next_one_passes()
    {
        using CodecBench bench = new(MqttProtocol.V311, maximumPacketSize: 1024);
        byte[] large = [0x32, 0x85, 0x80, 0x40, 0, 1, (byte)'t', 0, 9, .. new byte[(1 << 20) + 5 - 5]];
        Assert.Null(bench.Read([.. large, .. Peer.Bytes("32 06 0001 74 000A 41")]));

        Assert.Equal(10, Assert.Single(bench.Messages).Message.PacketId);
        Assert.Equal("40020009" + "4002000A", Convert.ToHexString(bench.Answers.ToArray()));
    }

    [Fact]
    public void Nothing_is_allocated_for_a_message_on_a_known_topic()
    {
        using CodecBench bench = new(MqttProtocol.V5, keep: false);
        byte[] burst = [.. Enumerable.Range(1, 200).SelectMany(i => Peer.Bytes(Peer.Publish5(i % 2, i, "41424344")))];
        for (int i = 0; i < 50; i++)
        {
            bench.Read(burst);
            bench.Answers.SetLength(0);
        }

        long before = GC.GetAllocatedBytesForCurrentThread();
        for (int i = 0; i < 50; i++)
        {
            bench.Read(burst);
            bench.Answers.SetLength(0);
        }

        // The smallest object has 24 bytes; what remains belongs to a read, not to a message.
        double perMessage = (GC.GetAllocatedBytesForCurrentThread() - before) / (50.0 * 200);
        Assert.Equal(20_000, bench.Count);
        Assert.InRange(perMessage, 0, 8);
    }
}
