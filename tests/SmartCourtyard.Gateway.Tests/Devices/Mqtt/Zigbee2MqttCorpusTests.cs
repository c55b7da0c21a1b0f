using System.Text;
using System.Text.RegularExpressions;
using SmartCourtyard.Gateway.Devices;
using SmartCourtyard.Gateway.Devices.Mqtt;
using SmartCourtyard.Readings;
using Xunit.Abstractions;

namespace SmartCourtyard.Gateway.Tests.Devices.Mqtt;

public sealed partial class Zigbee2MqttCorpusTests(ITestOutputHelper output)
{
    private static readonly DateTimeOffset Now = new(2026, 11, 22, 4, 30, 0, TimeSpan.Zero);

    /// <summary>Lines whose judgement leaves something out, each with what else is on and why.</summary>
    private static readonly Dictionary<int, (Quantity AlsoOn, string Why)> Reviewed = new()
    {
        [1148] = (Quantity.Fault, "names a leak and a shortage of water; alone, the shortage is judged a fault"),
        [1153] = (Quantity.Fault, "names a leak and a shortage of water; alone, the shortage is judged a fault"),
        [1160] = (Quantity.Fault, "names a leak and a shortage of water; alone, the shortage is judged a fault"),
    };

    public static IEnumerable<object[]> Classes => CorpusLine.All.GroupBy(l => l.Class).Select(g => new object[] { g.Key, g.Count() });

    [Theory]
    [MemberData(nameof(Classes))]
    public void Every_message_of_the_corpus_gives_the_readings_it_is_judged_to_hold(string className, int lines)
    {
        CorpusLine[] strict = [.. CorpusLine.All.Where(l => l.Class == className && !l.IsJudged)];

        string[] wrong = [.. strict.SelectMany(Differences)];

        output.WriteLine($"{className}: {strict.Length} of {lines} lines scored strictly, {wrong.Length} differences");
        Assert.True(wrong.Length == 0, string.Join('\n', wrong));
    }

    [Fact]
    public void Messages_whose_judgement_rests_on_an_assumption_are_scored_apart()
    {
        CorpusLine[] judged = [.. CorpusLine.All.Where(l => l.IsJudged)];

        string[] wrong = [.. judged.SelectMany(Differences)];

        output.WriteLine($"{judged.Length} lines rest on an assumption, {wrong.Length} differences:\n{string.Join('\n', wrong)}");
        Assert.True(wrong.Length <= JudgedDifferences, string.Join('\n', wrong));
    }

    /// <summary>How many differences stand; may only fall. Today: a door contact that the corpus files under sirens.</summary>
    private const int JudgedDifferences = 2;

    [Fact]
    public void The_corpus_is_whole()
    {
        Assert.Equal(1_996, CorpusLine.All.Count);
        Assert.Equal(171, CorpusLine.All.Count(l => l.IsJudged));
        Assert.All(CorpusLine.All, l => Assert.StartsWith($"zigbee2mqtt/{l.FriendlyName}", l.Topic, StringComparison.Ordinal));
    }

    [Fact]
    public void Every_flag_that_a_known_model_can_raise_an_alarm_with_has_a_row()
    {
        string[] missing =
        [
            .. CorpusLine.All.DistinctBy(l => (l.Vendor, l.Model)).SelectMany(l => CorpusLine.PublishedFlags(l.BridgeDevice).Select(p => (l, p)))
                .Where(x => AlarmingName().IsMatch(x.p))
                .Where(x => new FieldTable(Zigbee2MqttFields.Of(x.l.DeviceClass)).Find(Encoding.UTF8.GetBytes(x.p)) is null)
                .Select(x => $"{x.p} of {x.l.Vendor} {x.l.Model} ({x.l.Class})"),
        ];

        Assert.True(missing.Length == 0, string.Join('\n', missing));
    }

    [GeneratedRegex("smoke|gas|carbon_monoxide|leak|sos|panic|emergency|tamper|fault|trouble|fall|battery_low|contact$")]
    private static partial Regex AlarmingName();

    private static IEnumerable<string> Differences(CorpusLine line)
    {
        var readings = new List<Reading>();
        var family = new Zigbee2MqttFamily(line.Courtyard());
        family.Decode("zigbee2mqtt/bridge/devices", Encoding.UTF8.GetBytes(line.Inventory), retained: true, Now, readings);
        DecodeResult result = family.Decode(line.Topic, Encoding.UTF8.GetBytes(line.Payload), line.Retain, Now, readings);
        IEnumerable<string> differences = ExpectedReadings.Of(line, Reviewed.TryGetValue(line.Number, out var reviewed) ? [reviewed.AlsoOn] : []).Differences(readings);
        if (result.Outcome != DecodeOutcome.Decoded)
        {
            differences = differences.Append($"{result.Outcome}: {result.Problem}");
        }
        return differences.Select(d => $"{d}: {line}");
    }
}
