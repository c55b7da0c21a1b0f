using System.Buffers;
using System.Text;

namespace SmartCourtyard.Mqtt.Tests;

public class EncodingTests
{
    private static readonly MqttOptions s_full = new()
    {
        Host = "h", ClientId = "gw", User = "u", Password = "p", KeepAlive = TimeSpan.FromSeconds(10), SessionExpiry = TimeSpan.FromSeconds(60),
        ReceiveMaximum = 500, MaximumPacketSize = 0x10000, Will = new MqttWill("w", Encoding.UTF8.GetBytes("bye"), MqttQos.AtLeastOnce, true),
    };

    [Fact]
    public void CONNECT_of_MQTT_5_has_the_standards_bytes()
    {
        string expected = "10 2E" + "0004 4D515454 05 EC 000A" + "10 11 0000003C 21 01F4 27 00010000 22 0040" + "0002 6777"
            + "00 0001 77 0003 627965" + "0001 75 0001 70";

        Assert.Equal(expected.Replace(" ", "", StringComparison.Ordinal), Convert.ToHexString(PacketWriter.Connect(s_full, MqttProtocol.V5)));
    }

    [Fact]
    public void CONNECT_of_MQTT_3_1_1_has_the_standards_bytes()
    {
        string expected = "10 1C" + "0004 4D515454 04 EC 000A" + "0002 6777" + "0001 77 0003 627965" + "0001 75 0001 70";

        Assert.Equal(expected.Replace(" ", "", StringComparison.Ordinal), Convert.ToHexString(PacketWriter.Connect(s_full, MqttProtocol.V311)));
    }

    [Theory]
    [InlineData(false, 0x00)]
    [InlineData(true, 0x02)]
    public void CONNECT_asks_for_a_clean_start_only_when_told_to(bool clean, byte flags)
    {
        MqttOptions options = new() { Host = "h", ClientId = "c", CleanStart = clean };

        Assert.Equal(flags, PacketWriter.Connect(options, MqttProtocol.V5)[9]);
    }

    [Fact]
    public void SUBSCRIBE_and_DISCONNECT_and_PINGREQ_have_the_standards_bytes()
    {
        MqttSubscription[] two = [new("a/+", MqttQos.AtLeastOnce), new("b", MqttQos.ExactlyOnce)];

        Assert.Equal("820D000A000003612F2B01000162" + "02", Convert.ToHexString(PacketWriter.Subscribe(10, two, MqttProtocol.V5)));
        Assert.Equal("820C000A0003612F2B01000162" + "02", Convert.ToHexString(PacketWriter.Subscribe(10, two, MqttProtocol.V311)));
        Assert.Equal("E000", Convert.ToHexString(PacketWriter.Disconnect(ReasonCode.Success, MqttProtocol.V5)));
        Assert.Equal("E00181", Convert.ToHexString(PacketWriter.Disconnect(ReasonCode.MalformedPacket, MqttProtocol.V5)));
        Assert.Equal("E000", Convert.ToHexString(PacketWriter.Disconnect(ReasonCode.MalformedPacket, MqttProtocol.V311)));
        Assert.Equal("C000", Convert.ToHexString(PacketWriter.PingReq));
    }

    [Theory]
    [InlineData(MqttProtocol.V5, MqttQos.AtMostOnce, false, "30 05 0001 74 00 41")]
    [InlineData(MqttProtocol.V5, MqttQos.AtLeastOnce, true, "33 07 0001 74 1234 00 41")]
    [InlineData(MqttProtocol.V311, MqttQos.AtMostOnce, true, "31 04 0001 74 41")]
    [InlineData(MqttProtocol.V311, MqttQos.AtLeastOnce, false, "32 06 0001 74 1234 41")]
    public void PUBLISH_has_the_standards_bytes(MqttProtocol protocol, MqttQos qos, bool retain, string hex)
    {
        ArrayBufferWriter<byte> written = new();
        PacketWriter.Publish(written, "t", "A"u8, qos, retain, 0x1234, protocol);

        Assert.Equal(hex.Replace(" ", "", StringComparison.Ordinal), Convert.ToHexString(written.WrittenSpan));
    }

    [Theory]
    [InlineData("", false)]
    [InlineData("a", true)]
    [InlineData("/", true)]
    [InlineData("a/+/c", true)]
    [InlineData("+", true)]
    [InlineData("a+", false)]
    [InlineData("a/+b", false)]
    [InlineData("#", true)]
    [InlineData("a/#", true)]
    [InlineData("a#", false)]
    [InlineData("a/#/b", false)]
    [InlineData("a\0b", false)]
    [InlineData("院坝/#", true)]
    public void Topic_filters_follow_the_standard(string filter, bool allowed) => Assert.Equal(allowed, TopicRules.IsFilter(filter));

    [Fact]
    public void Half_a_surrogate_pair_is_no_topic()
    {
        Assert.False(TopicRules.IsFilter("a\uD800"));
        Assert.False(TopicRules.IsName("a\uD800"));
    }

    [Fact]
    public void Options_name_every_mistake_at_once_and_never_show_the_password()
    {
        MqttOptions wrong = new()
        {
            Host = "", ClientId = "", Port = 0, Password = "secret", KeepAlive = TimeSpan.Zero, ReceiveMaximum = 0, MaximumPacketSize = 1, MaximumInFlight = 0,
            SessionExpiry = TimeSpan.FromSeconds(-1), ReconnectDelayMin = TimeSpan.Zero, ReconnectDelayMax = TimeSpan.FromDays(1), Will = new MqttWill("#", default, default, false),
            Subscriptions = [new("a#", MqttQos.AtLeastOnce)],
        };

        string message = Assert.Throws<ArgumentException>(() => new MqttClient(wrong, (_, _) => ValueTask.FromResult(true), TimeProvider.System)).Message;
        foreach (string option in (string[])["Host", "Port", "ClientId", "Password", "KeepAlive", "SessionExpiry", "ReceiveMaximum", "MaximumPacketSize", "MaximumInFlight", "ReconnectDelayMin", "ReconnectDelayMax", "Will", "a#"])
        {
            Assert.Contains(option, message, StringComparison.Ordinal);
        }

        Assert.DoesNotContain("secret", message + wrong, StringComparison.Ordinal);
    }
}
