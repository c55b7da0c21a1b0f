using System.Text;
using FsCheck;
using FsCheck.Fluent;
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

    [Fact]
    public void Whatever_happens_to_a_message_on_its_way_every_reading_is_possible()
    {
        Gen<byte[]> originals = Gen.Elements(CorpusLine.All.Select(l => Encoding.UTF8.GetBytes(l.Payload)).ToArray());
        Gen<(byte[] Payload, DeviceClass Class)> mutated =
            from payload in originals
            from deviceClass in Gen.Elements(Enum.GetValues<DeviceClass>())
            from cuts in (from at in Gen.Choose(0, Math.Max(1, payload.Length)) from what in Gen.Choose(0, 4) from b in Gen.Choose(0, 255) select (at, what, b)).ArrayOf(3)
            select (cuts.Aggregate(payload, (p, cut) => Mutated(p, cut.at, cut.what, (byte)cut.b)), deviceClass);

        Prop.ForAll(Arb.From(mutated), message =>
        {
            foreach (string topic in new[] { "", "/availability", "/smoke", "/battery", "/action", "/smoke_state" })
            {
                var readings = new List<Reading>();
                DecodeResult result = Family.Decode($"zigbee2mqtt/{message.Class.Name()}{topic}", message.Payload, false, Now, readings);
                Assert.Equal(result.Outcome == DecodeOutcome.Undecodable, result.Problem is not null);
                Assert.All(readings, AssertPossible);
                Assert.Equal(readings.Count, readings.Select(r => r.Quantity).Distinct().Count());
            }
            Family.Decode("zigbee2mqtt/bridge/devices", message.Payload, true, Now, []);
            Family.Decode("zigbee2mqtt/bridge/state", message.Payload, true, Now, []);
        }).Check(Config.QuickThrowOnFailure.WithMaxTest(2_000));
    }

    private static byte[] Mutated(byte[] payload, int at, int what, byte with)
    {
        at = Math.Min(at, payload.Length);
        return what switch
        {
            0 => payload[..at],
            1 => payload[at..],
            2 => [.. payload[..at], with, .. payload[at..]],
            3 => [.. payload[..at], with, .. payload[Math.Min(at + 1, payload.Length)..]],
            _ => [.. payload[..at], .. payload],
        };
    }

    private static void AssertPossible(Reading reading)
    {
        (double lowest, double highest) = PlausibleRange.Of(reading.Quantity);
        Assert.InRange(reading.Value, lowest, highest);
        Assert.True(!reading.Quantity.IsBoolean() || reading.Value is 0 or 1);
    }
}
