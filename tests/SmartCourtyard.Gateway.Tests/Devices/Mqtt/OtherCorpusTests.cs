using System.Text;
using System.Text.Json;
using SmartCourtyard.Courtyards;
using SmartCourtyard.Gateway.Devices;
using SmartCourtyard.Gateway.Devices.Mqtt;
using SmartCourtyard.Gateway.Devices.Mqtt.ChirpStack;
using SmartCourtyard.Gateway.Devices.Mqtt.Tasmota;
using SmartCourtyard.Readings;
using Xunit.Abstractions;

namespace SmartCourtyard.Gateway.Tests.Devices.Mqtt;

public sealed class OtherCorpusTests(ITestOutputHelper output)
{
    private static readonly DateTimeOffset Now = new(2026, 11, 22, 4, 30, 0, TimeSpan.Zero);

    private static readonly string[] SafetyClasses = ["smoke", "gas", "co", "water_leak", "sos", "fall"];

    /// <summary>What else a line says, beside what its judgement names.</summary>
    private static readonly Dictionary<int, Quantity> AlsoOn = [];

    [Theory]
    [InlineData("tasmota", 36)]
    [InlineData("chirpstack", 60)]
    [InlineData("z2m_legacy", 5)]
    public void Every_message_of_the_corpus_gives_the_readings_it_is_judged_to_hold(string platform, int lines)
    {
        IReadOnlyList<CorpusLine> all = OtherCorpus.Of(platform == "chirpstack" ? ["chirpstack", "chirpstack_v3"] : [platform]);
        Assert.Equal(lines, all.Count);
        var wrong = all.ToDictionary(l => l.Number, l => Differences(platform, l).ToArray());

        foreach (var group in all.GroupBy(l => l.Class))
        {
            var models = group.Where(l => !l.IsJudged).GroupBy(l => (l.Vendor, l.Model)).ToArray();
            int understood = models.Count(m => m.All(l => wrong[l.Number].Length == 0));
            output.WriteLine($"{platform} {group.Key}: models understood {understood} / {models.Length}, lines {group.Count(l => wrong[l.Number].Length == 0)} / {group.Count()}"
                + $" (of which assumed {group.Count(l => l.IsJudged && wrong[l.Number].Length == 0)} / {group.Count(l => l.IsJudged)})");
            Assert.True(!SafetyClasses.Contains(group.Key) || understood == models.Length, group.Key);
        }
        string[] differences = [.. all.Where(l => !l.IsJudged).SelectMany(l => wrong[l.Number])];
        Assert.True(differences.Length == 0, string.Join('\n', differences));
    }

    private static IEnumerable<string> Differences(string platform, CorpusLine line)
    {
        IMqttFamily family = Family(platform, line);
        var readings = new List<Reading>();
        DecodeResult result = family.Decode(line.Topic, Encoding.UTF8.GetBytes(line.Payload), line.Retain, Now, readings);
        // Where several devices speak in one message, the judgement is about the first's temperature and the second's battery.
        readings.RemoveAll(r => readings[^1].Device != readings[0].Device && (r.Quantity == Quantity.Battery) == (r.Device == readings[0].Device));
        bool undecoded = line.Expect.GetProperty("state").GetString() == "undecoded";
        if (result.Outcome == DecodeOutcome.NotMine || undecoded != (result.Outcome == DecodeOutcome.Undecodable))
        {
            yield return $"{result.Outcome}: {result.Problem}: {line}";
        }
        if (undecoded)
        {
            yield break;
        }
        if (line.Topic.EndsWith("bridge/state", StringComparison.Ordinal))
        {
            if (result is not { Outcome: DecodeOutcome.BridgeState, BridgeOnline: true })
            {
                yield return $"{result.Outcome}: {line}";
            }
            yield break;
        }
        foreach (string difference in ExpectedReadings.Of(line, AlsoOn.TryGetValue(line.Number, out Quantity also) ? [also] : []).Differences(readings))
        {
            yield return $"{difference}: {line}";
        }
    }

    private static IMqttFamily Family(string platform, CorpusLine line)
    {
        string[] levels = line.Topic.Split('/');
        return platform switch
        {
            "chirpstack" => new ChirpStackFamily(OtherCorpus.Site([(line.DeviceClass, new ChirpStackSource(levels[3]))])),
            "z2m_legacy" => new Zigbee2MqttFamily(OtherCorpus.Site([(line.DeviceClass, new Zigbee2MqttSource(string.Join('/', levels[1..])))]), levels[0]),
            _ => new TasmotaFamily(OtherCorpus.Site(TasmotaDevices(line, string.Join('/', levels[1..^1])))),
        };
    }

    private static IEnumerable<(DeviceClass, Source)> TasmotaDevices(CorpusLine line, string topic)
    {
        if (!line.Payload.StartsWith('{'))
        {
            return [(line.DeviceClass, new TasmotaSource(topic))];
        }
        JsonElement message = JsonDocument.Parse(line.Payload).RootElement;
        string[] behind = message.TryGetProperty("ZbReceived", out JsonElement received)
            ? [.. received.EnumerateObject().Select(d => d.Value.GetProperty("Device").GetString()!)]
            : [.. message.EnumerateObject().Where(m => m.Name.StartsWith("LYWSD", StringComparison.Ordinal)).Select(m => m.Name)];
        return [.. behind.Select(b => (line.DeviceClass, (Source)new TasmotaSource($"{topic}/{b}"))).DefaultIfEmpty((line.DeviceClass, new TasmotaSource(topic)))];
    }
}
