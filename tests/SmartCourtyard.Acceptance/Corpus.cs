using System.Text.Json;
using SmartCourtyard.Acceptance.Estates;

namespace SmartCourtyard.Acceptance;

/// <summary>Messages of real devices.</summary>
internal static class Corpus
{
    private static readonly Dictionary<string, string> KindInCorpus = new()
    {
        ["smoke"] = "smoke", ["gas"] = "gas", ["carbon-monoxide"] = "co", ["water-leak"] = "water_leak", ["emergency-call"] = "sos",
    };

    /// <summary>Payloads of a class that say: alarm of this kind, beyond doubt, in one JSON object.</summary>
    public static IEnumerable<string> Alarms(string corpusClass, string kind)
    {
        foreach (var line in File.ReadLines(Path.Combine(Checkout.Root, "tests", "corpus", "open", "z2m-payloads.jsonl")))
        {
            using var json = JsonDocument.Parse(line);
            var expect = json.RootElement.GetProperty("expect");
            var payload = json.RootElement.GetProperty("payload").GetString()!;
            if (json.RootElement.GetProperty("class").GetString() == corpusClass && expect.GetProperty("kind").GetString() == KindInCorpus[kind]
                && expect.GetProperty("state").GetString() == "alarm" && !expect.TryGetProperty("assumed", out _)
                && !expect.TryGetProperty("undeclared", out _) && !expect.TryGetProperty("also", out _)
                && !json.RootElement.GetProperty("retain").GetBoolean() && payload.StartsWith('{'))
            {
                yield return payload;
            }
        }
    }
}
