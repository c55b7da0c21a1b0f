using System.Text;
using SmartCourtyard.Courtyards;
using SmartCourtyard.Gateway.Devices;
using SmartCourtyard.Gateway.Devices.Mqtt.AnyTopic;
using SmartCourtyard.Readings;
using SmartCourtyard.Sources;

namespace SmartCourtyard.Gateway.Tests.Devices.Mqtt.AnyTopic;

public sealed class MqttTopicFamilyTests
{
    private static readonly DateTimeOffset Now = new(2026, 11, 22, 4, 30, 0, TimeSpan.Zero);

    private readonly List<Reading> _readings = [];

    [Theory]
    [InlineData("$.values.gas", "{\"values\":{\"gas\":12.5}}", 12.5)]
    [InlineData("$.a[1].gas", "{\"a\":[{\"gas\":1},{\"gas\":\"12.5\"}]}", 12.5)]
    [InlineData("$[-1]", "[1,2,3]", 3)]
    [InlineData("$['a name'][\"b.c\"]", "{\"a name\":{\"b.c\":7}}", 7)]
    [InlineData("$['it\\'s']", "{\"it's\":7}", 7)]
    [InlineData("$.厨房", "{\"\\u53a8\\u623f\":7}", 7)]
    [InlineData("$.gas", "{\"\\ud800\":1,\"gas\":12.5,\"\\udc00\":{}}", 12.5)]
    [InlineData("$", "12.5", 12.5)]
    [InlineData("$", " \"12.5\"\n", 12.5)]
    public void A_point_is_found_by_its_path(string path, string payload, double value)
    {
        DecodeResult result = Decode(payload, Point(Quantity.Methane, path));

        Assert.Equal(DecodeOutcome.Decoded, result.Outcome);
        Assert.Equal((Quantity.Methane, value), Only());
    }

    [Theory]
    [InlineData("$.b", "{\"a\":1}")]
    [InlineData("$.a.b", "{\"a\":1}")]
    [InlineData("$[4]", "[1]")]
    [InlineData("$.a", "{\"a\":null}")]
    [InlineData("$.a", "{\"a\":\"unknown\"}")]
    [InlineData("$", "")]
    [InlineData("$", "nan")]
    [InlineData("$", "null")]
    public void What_a_message_does_not_hold_it_says_nothing_of(string path, string payload)
    {
        Assert.Equal(DecodeOutcome.Decoded, Decode(payload, Point(Quantity.Methane, path)).Outcome);
        Assert.Empty(_readings);
    }

    [Theory]
    [InlineData("$.a", "12", "should stand at $.a, but the payload is not a JSON object")]
    [InlineData("$", "{\"a\":1}", "name a path in it")]
    [InlineData("$", "{\"a\":", "is not JSON")]
    [InlineData("$.a", "{\"a\":1", "not a JSON object")]
    [InlineData("$.a", "{\"a\":{}}", "an object or a list")]
    [InlineData("$.a", "{\"a\":500}", "0 to 100 %LEL")]
    [InlineData("$.a", "{\"a\":\"\\ud800\"}", "not Unicode")]
    public void What_does_not_fit_is_named(string path, string payload, string problem)
    {
        DecodeResult result = Decode(payload, Point(Quantity.Methane, path));

        Assert.Equal((DecodeOutcome.Undecodable, "d0"), (result.Outcome, result.Device?.Id));
        Assert.Contains(problem, result.Problem, StringComparison.Ordinal);
        Assert.Empty(_readings);
    }

    [Fact]
    public void Scale_and_offset_come_before_the_unit()
    {
        Decode("{\"t\":2120}", new MqttPoint(Quantity.Temperature, JsonPath.TryParse("$.t")!, "°F", Scale: 0.1, Offset: 0.0));

        Assert.Equal(100, Only().Value, 9);
    }

    [Theory]
    [InlineData("ALARM", 1)]
    [InlineData("alarm", 1)]
    [InlineData("2", 1)]
    [InlineData("2.0", 1)]
    [InlineData("OK", 0)]
    [InlineData("火警", 1)]
    [InlineData("正常", 0)]
    public void The_site_may_name_the_words_for_yes_and_no(string payload, double value)
    {
        Decode(payload, new MqttPoint(Quantity.Smoke, JsonPath.TryParse("$")!, On: ["ALARM", "2", "火警"], Off: ["ok", "正常"]));

        Assert.Equal((Quantity.Smoke, value), Only());
    }

    [Theory]
    [InlineData("FIRE", true, 1)]
    [InlineData("normal", true, 0)]
    [InlineData("true", false, -1)]
    [InlineData("PREALARM", false, -1)]
    public void Words_of_one_side_leave_the_usual_words_to_the_other_side_only(string payload, bool understood, double value)
    {
        DecodeResult result = Decode(payload, new MqttPoint(Quantity.Smoke, JsonPath.TryParse("$")!, On: ["FIRE"]));

        Assert.Equal(understood ? DecodeOutcome.Decoded : DecodeOutcome.Undecodable, result.Outcome);
        Assert.Equal(value < 0 ? [] : [value], _readings.Select(r => r.Value));
    }

    [Theory]
    [InlineData("open", 0)]
    [InlineData("closed", 1)]
    [InlineData("true", 1)]
    public void A_contact_is_true_when_closed(string payload, double value)
    {
        Decode(payload, Point(Quantity.Contact, "$"));

        Assert.Equal((Quantity.Contact, value), Only());
    }

    [Fact]
    public void A_contact_that_says_ON_needs_to_be_told_which_that_is()
    {
        Assert.Equal(DecodeOutcome.Undecodable, Decode("ON", Point(Quantity.Contact, "$")).Outcome);
        Decode("ON", new MqttPoint(Quantity.Contact, JsonPath.TryParse("$")!, On: ["OFF"], Off: ["ON"]));
        Assert.Equal((Quantity.Contact, 0), Only());
    }

    [Fact]
    public void Several_devices_may_share_a_topic_and_each_is_heard_where_it_belongs()
    {
        var site = new Courtyard("s", "S", null, [],
        [
            new Device("gas", null, DeviceClass.GasDetector, new Place(), new MqttSource("boiler", [Point(Quantity.Methane, "$.gas")])),
            new Device("air", null, DeviceClass.AirMonitor, new Place(), new MqttSource("boiler", [Point(Quantity.Co2, "$.co2")])),
            new Device("noise", null, DeviceClass.NoiseMeter, new Place(), new MqttSource("yard", [Point(Quantity.Noise, "$")])),
        ]);
        var family = new MqttTopicFamily(site);

        DecodeResult result = family.Decode("boiler", "{\"gas\":3,\"co2\":\"x\"}"u8, retained: true, Now, _readings);

        Assert.Equal(["boiler"], family.AlarmFilters);
        Assert.Equal(["boiler", "yard"], family.Filters);
        Assert.Equal(("gas", Quantity.Methane, Origin.Retained), (_readings.Single().Device.Id, _readings[0].Quantity, _readings[0].Origin));
        Assert.Equal((DecodeOutcome.Undecodable, "air"), (result.Outcome, result.Device!.Id));
        Assert.Equal(DecodeOutcome.NotMine, family.Decode("boiler/2", "1"u8, false, Now, []).Outcome);
    }

    private static MqttPoint Point(Quantity quantity, string path) => new(quantity, JsonPath.TryParse(path)!);

    private DecodeResult Decode(string payload, MqttPoint point)
    {
        var device = new Device("d0", null, DeviceClass.GasDetector, new Place(), new MqttSource("a/b", [point]));
        return new MqttTopicFamily(new Courtyard("s", "S", null, [], [device])).Decode("a/b", Encoding.UTF8.GetBytes(payload), false, Now, _readings);
    }

    private (Quantity, double Value) Only() => (_readings.Single().Quantity, _readings[0].Value);
}
