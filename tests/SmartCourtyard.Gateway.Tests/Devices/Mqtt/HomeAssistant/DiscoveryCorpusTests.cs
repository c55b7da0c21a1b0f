using System.Text;
using SmartCourtyard.Courtyards;
using SmartCourtyard.Gateway.Devices;
using SmartCourtyard.Gateway.Devices.Mqtt;
using SmartCourtyard.Gateway.Devices.Mqtt.EspHome;
using SmartCourtyard.Gateway.Devices.Mqtt.HomeAssistant;
using SmartCourtyard.Readings;
using Xunit.Abstractions;

namespace SmartCourtyard.Gateway.Tests.Devices.Mqtt.HomeAssistant;

public sealed class DiscoveryCorpusTests(ITestOutputHelper output)
{
    private static readonly DateTimeOffset Now = new(2026, 11, 22, 4, 30, 0, TimeSpan.Zero);

    private static readonly string[] SafetyClasses = ["smoke", "gas", "co", "heat", "water_leak", "sos", "fall"];

    [Theory]
    [InlineData("ha_discovery", 350)]
    [InlineData("esphome", 53)]
    public void Every_announced_device_gives_the_readings_it_is_judged_to_hold(string platform, int lines)
    {
        IReadOnlyList<IReadOnlyList<CorpusLine>> devices = DiscoveryCorpus.Of(platform);
        Assert.Equal(lines, devices.Sum(d => d.Count));

        Score(platform, devices, group => group[0].IsAnnouncement()
            ? new HomeAssistantFamily(Site(group[0], new HomeAssistantSource(group[0].DiscoveryId())), new AnnouncedMemory(null), TimeProvider.System)
            : null);
    }

    [Fact]
    public void Every_ESPHome_node_gives_by_its_own_topics_the_readings_it_is_judged_to_hold()
    {
        IReadOnlyList<IReadOnlyList<CorpusLine>> nodes = [.. DiscoveryCorpus.Of("esphome").Where(g => g[0].IsAnnouncement())];

        // "supply" is no word for a fault: only its device_class says so, and the node's own topics do not carry that.
        Score("esphome by its own topics", nodes, group => new EspHomeFamily(Site(group[0], new EspHomeSource(Prefix(group[0])))), toleratedModels: 1);
    }

    private void Score(
        string title, IReadOnlyList<IReadOnlyList<CorpusLine>> devices, Func<IReadOnlyList<CorpusLine>, IMqttFamily?> make, int toleratedModels = 0)
    {
        var wrong = new Dictionary<int, string[]>();
        foreach (IReadOnlyList<CorpusLine> group in devices)
        {
            if (make(group) is { } family)
            {
                foreach (CorpusLine line in group.Where(l => family is HomeAssistantFamily || !l.IsAnnouncement()))
                {
                    wrong[line.Number] = [.. Differences(family, line)];
                }
            }
        }
        foreach (var ofClass in devices.Where(d => d.Any(l => wrong.ContainsKey(l.Number))).GroupBy(d => d[0].Class))
        {
            int understood = ofClass.Count(d => d.All(l => l.IsJudged || wrong.GetValueOrDefault(l.Number, []).Length == 0));
            CorpusLine[] assumed = [.. ofClass.SelectMany(d => d).Where(l => l.IsJudged && wrong.ContainsKey(l.Number))];
            output.WriteLine($"{title}, {ofClass.Key}: devices understood {understood} / {ofClass.Count()}, assumed lines {assumed.Count(l => wrong[l.Number].Length == 0)} / {assumed.Length}");
            Assert.True(!SafetyClasses.Contains(ofClass.Key) || understood == ofClass.Count(), $"{ofClass.Key}: {Listed(devices, wrong)}");
        }
        int not = devices.Count(d => d.Any(l => !l.IsJudged && wrong.GetValueOrDefault(l.Number, []).Length > 0));
        output.WriteLine($"{title}: devices understood {devices.Count - not} / {devices.Count}\n{Listed(devices, wrong)}");
        Assert.True(not <= toleratedModels, Listed(devices, wrong));
    }

    private static string Listed(IReadOnlyList<IReadOnlyList<CorpusLine>> devices, Dictionary<int, string[]> wrong) =>
        string.Join('\n', devices.SelectMany(d => d).Where(l => !l.IsJudged).SelectMany(l => wrong.GetValueOrDefault(l.Number, [])));

    private static IEnumerable<string> Differences(IMqttFamily family, CorpusLine line)
    {
        var readings = new List<Reading>();
        DecodeResult result = family.Decode(line.Topic, Encoding.UTF8.GetBytes(line.Payload), line.Retain, Now, readings);
        bool announcesNothingKnown = line.IsAnnouncement() && line.Expect.TryGetProperty("note", out var note) && note.GetString()!.StartsWith("no dev_cla", StringComparison.Ordinal);
        if (result.Outcome == DecodeOutcome.Undecodable != announcesNothingKnown)
        {
            yield return $"{result.Outcome} {result.Problem}: {line}";
        }
        if (line.Expect.GetProperty("kind").GetString() == "discovery")
        {
            if (readings.Count > 0)
            {
                yield return $"an announcement is no reading: {line}";
            }
            yield break;
        }
        foreach (string difference in ExpectedReadings.Of(line).Differences(readings))
        {
            yield return $"{difference}: {line}";
        }
    }

    private static string Prefix(CorpusLine announcement) => string.Join('/', announcement.StateTopic()!.Split('/')[..^3]);

    private static Courtyard Site(CorpusLine line, Source source) =>
        new("corpus", "Corpus", null, [], [new Device("d", null, line.DeviceClass, new Place(), source)]);
}
