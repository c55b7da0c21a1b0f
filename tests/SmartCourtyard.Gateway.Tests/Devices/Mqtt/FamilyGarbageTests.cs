using System.Globalization;
using System.Text;
using FsCheck;
using FsCheck.Fluent;
using SmartCourtyard.Gateway.Devices;
using SmartCourtyard.Gateway.Devices.Mqtt;
using SmartCourtyard.Readings;
using Xunit.Abstractions;

namespace SmartCourtyard.Gateway.Tests.Devices.Mqtt;

/// <summary>
/// Whatever comes, a family gives out possible readings, says what it could not read, throws nothing and keeps little. Runs alone,
/// because the heap is everybody's.
/// </summary>
[Collection(Alone)]
public sealed class FamilyGarbageTests(ITestOutputHelper output)
{
    public const string Alone = "runs alone, because it measures the heap";

    private static readonly DateTimeOffset Now = new(2026, 11, 22, 4, 30, 0, TimeSpan.Zero);

    private static readonly Config Properties = Config.QuickThrowOnFailure.WithMaxTest(Math.Clamp(Fuzz.Cases / 80, 250, 20_000));

    private static readonly string[] Words =
    [
        "Time", "DS18B20", "ENERGY", "Temperature", "TempUnit", "PressureUnit", "ZbReceived", "0x1A2B", "Device", "Name", "Fire", "Contact", "ZoneStatusChange", "Switch1", "Button1",
        "Action", "Wifi", "Signal", "RSSI", "StatusSNS", "StatusSTS", "Power", "object", "rxInfo", "rssi", "fCnt", "deduplicationId", "data", "batteryLevel", "code", "history",
        "smoke_alarm", "battery", "status", "value", "press", "event", "alarm", "volt", "linkquality", "action", "friendly_name", "definition", "exposes", "property", "unit", "features",
        "dev", "ids", "cns", "cmps", "p", "~", "stat_t", "avty", "avty_t", "t", "dev_cla", "unit_of_meas", "val_tpl", "uniq_id", "pl_on", "pl_off", "exp_aft", "off_dly", "event_type",
        "values", "gas", "list", "smoke", "temperature", "co2",
    ];

    public static TheoryData<string> Families => [.. KnownFamilies.Names];

    [Theory]
    [MemberData(nameof(Families))]
    public void Messages_that_were_broken_on_their_way_do_no_harm(string family)
    {
        (IMqttFamily subject, IReadOnlyList<(string, byte[])> seeds) = KnownFamilies.Of(family);

        output.WriteLine(Fuzz.Run(subject, seeds));
    }

    [Theory]
    [MemberData(nameof(Families))]
    public void Any_JSON_whatever_it_says_gives_possible_readings(string family) => EveryMessageIsHarmless(family, Objects(4).Select(Encoding.UTF8.GetBytes));

    [Theory]
    [MemberData(nameof(Families))]
    public void Any_bytes_give_possible_readings(string family) => EveryMessageIsHarmless(family, Gen.OneOf(
        Gen.Choose(0, 255).Select(b => (byte)b).ArrayOf(),
        Values(0).Select(Encoding.UTF8.GetBytes),
        from front in Values(2) from back in Gen.Choose(0, 255).Select(b => (byte)b).ArrayOf() select (byte[])[.. Encoding.UTF8.GetBytes(front), .. back]));

    private static void EveryMessageIsHarmless(string family, Gen<byte[]> payloads)
    {
        (IMqttFamily subject, IReadOnlyList<(string Topic, byte[])> seeds) = KnownFamilies.Of(family);
        Gen<(string, byte[], bool)> messages =
            from topic in Gen.Elements(seeds.Select(s => s.Topic).Distinct().ToArray()) from payload in payloads from retained in Gen.Elements(true, false) select (topic, payload, retained);

        Prop.ForAll(Arb.From(messages), message =>
        {
            var readings = new List<Reading>();
            DecodeResult result = subject.Decode(message.Item1, message.Item2, message.Item3, Now, readings);
            Fuzz.Check(result, readings, message.Item1, message.Item2);
        }).Check(Properties);
    }

    private static Gen<string> Objects(int depth) =>
        from members in (from name in Gen.Elements(Words) from value in Values(depth) select $"\"{name}\":{value}").ListOf()
        select $"{{{string.Join(',', members.Take(6))}}}";

    private static Gen<string> Values(int depth)
    {
        Gen<string> plain = Gen.OneOf(
            Gen.Elements(
                "true", "false", "null", "\"\"", "\"ON\"", "\"OFF\"", "\"alarm\"", "\"normal\"", "\"F\"", "\"mmHg\"", "\"0x1A2B\"", "\"SINGLE\"", "1e308", "-0", "65535", "\"press\"",
                "\"binary_sensor\"", "\"sensor\"", "\"smoke\"", "\"temperature\"", "\"°F\"", "\"bundle\"", "\"bundle/0\"", "\"{{ value_json.smoke }}\"", "\"{{ value | float / 0 }}\"", "\"{% if value %}\""),
            Gen.Choose(-1_000, 70_000).Select(n => n.ToString(CultureInfo.InvariantCulture)));
        return depth == 0 ? plain : Gen.OneOf(plain, plain, Objects(depth - 1), Values(depth - 1).Select(v => $"[{v},{v}]"));
    }
}

[CollectionDefinition(FamilyGarbageTests.Alone, DisableParallelization = true)]
public sealed class AloneCollection;
