using System.Text;
using SmartCourtyard.Courtyards;
using SmartCourtyard.Gateway.Devices;
using SmartCourtyard.Gateway.Devices.Mqtt;
using SmartCourtyard.Readings;

namespace SmartCourtyard.Gateway.Tests.Devices.Mqtt;

public sealed class Zigbee2MqttGarbageTests
{
    private static readonly DateTimeOffset Now = new(2026, 11, 22, 4, 30, 0, TimeSpan.Zero);

    private static readonly Zigbee2MqttFamily Family = new(new Courtyard("site", "Site", null, [],
    [
        .. Enum.GetValues<DeviceClass>().Select(c => new Device(c.Name(), null, c, new Place(), new Zigbee2MqttSource(c.Name()))),
    ]));

    public static TheoryData<string> Garbage => new(
        "not json", "{", "}", "[]", "[1,2]", "true", "42", "\"text\"", "null", "{\"smoke\"", "{\"smoke\":", "{\"smoke\":}", "{'smoke':true}",
        "{\"smoke\":NaN}", "{\"temperature\":Infinity}", "{\"temperature\":-}", "{smoke:true}", "// {\"smoke\":true}",
        "{\"a\":" + new string('[', 10_000) + new string(']', 10_000) + "}", new string('{', 10_000), new string('x', 1 << 20),
        "{\"a\":\"" + new string('x', 1 << 20), "{\"temperature\":" + new string('9', 500) + "}", "{\"temperature\":1e-99999999999999999999x}",
        "{\"smoke\":\"\\ud800\"}", "{\"action\":\"" + new string('z', 5_000) + "\"}", "\0\0\0", "{\"smoke\":\"" + new string('t', 200) + "\"}");

    [Theory]
    [MemberData(nameof(Garbage))]
    public void Garbage_is_named_as_such_and_throws_nothing(string payload)
    {
        var readings = new List<Reading>();

        DecodeResult result = Family.Decode("zigbee2mqtt/emergency-button", Encoding.UTF8.GetBytes(payload), false, Now, readings);

        Assert.Equal(DecodeOutcome.Undecodable, result.Outcome);
        Assert.False(string.IsNullOrEmpty(result.Problem));
        Assert.True(result.Problem.Length < 500, result.Problem);
        Assert.Empty(readings);
    }

    [Fact]
    public void A_message_of_a_mebibyte_gives_its_readings()
    {
        var readings = new List<Reading>();
        string payload = "{\"padding\":[" + string.Join(',', Enumerable.Repeat("{\"smoke\":false,\"x\":null}", 1 << 15)) + "],\"smoke\":true}";

        DecodeResult result = Family.Decode("zigbee2mqtt/smoke-detector", Encoding.UTF8.GetBytes(payload), false, Now, readings);

        Assert.Equal(DecodeOutcome.Decoded, result.Outcome);
        Assert.Equal((Quantity.Smoke, 1), (readings.Single().Quantity, readings.Single().Value));
    }

    [Fact]
    public void Bytes_that_are_not_UTF_8_are_refused_or_passed_over_but_never_thrown_at()
    {
        foreach (byte[] payload in new byte[][] { [0xFF], [.. "{\"smoke\":\""u8, 0xC3, .. "\"}"u8], [.. "{\""u8, 0xFF, 0xFE, .. "\":1,\"action\":\"\\u0065"u8, 0xC0, .. "\"}"u8] })
        {
            DecodeResult result = Family.Decode("zigbee2mqtt/emergency-button", payload, false, Now, []);
            Assert.Equal(DecodeOutcome.Undecodable, result.Outcome);
        }
    }
}
