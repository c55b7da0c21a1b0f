using System.Globalization;
using System.Text.Json;
using System.Text.Json.Nodes;
using SmartCourtyard.Courtyards;

namespace SmartCourtyard.Gateway.Tests.Devices.Mqtt;

/// <summary>The lines of <c>other-payloads.jsonl</c> of one platform, their judgement in the words of the Zigbee2MQTT lines.</summary>
internal static class OtherCorpus
{
    private static readonly Dictionary<string, (string Property, string? Unit)> Named = new(StringComparer.Ordinal)
    {
        ["Temperature"] = ("temperature", null),
        ["temperature"] = ("temperature", null),
        ["TempC_SHT"] = ("temperature", null),
        ["CarbonDioxide"] = ("co2", null),
        ["TVOC"] = ("voc", "ppb"),
        ["tvoc"] = ("voc", "ppb"),
        ["PM2.5"] = ("pm25", null),
        ["LAeq"] = ("noise_level", null),
        ["noise"] = ("noise_level", null),
        ["soundAvg"] = ("noise_level", null),
        ["Battery"] = ("battery", null),
        ["battery"] = ("battery", null),
        // An estimate, a resistance and a gas that is none of our quantities.
        ["eCO2"] = ("eco2", null),
        ["Gas"] = ("aqi", null),
        ["nh3"] = ("aqi", null),
    };

    public static IReadOnlyList<CorpusLine> Of(params string[] platforms) =>
    [
        .. File.ReadLines(CorpusLine.File("other-payloads.jsonl")).Select((line, i) => (Line: JsonNode.Parse(line)!.AsObject(), Number: i + 1))
            .Where(x => platforms.Contains(Text(x.Line, "platform")))
            .Select(x => new CorpusLine(
                x.Number, Text(x.Line, "class"), Text(x.Line, "vendor"), Text(x.Line, "model"), Text(x.Line, "topic"), Text(x.Line, "payload"),
                x.Line["retain"]!.GetValue<bool>(), Judgement(x.Line["expect"]!.AsObject()), default)),
    ];

    public static Courtyard Site(params IEnumerable<(DeviceClass Class, Source Source)> devices) =>
        new("corpus", "Corpus", null, [], [.. devices.Select((d, i) => new Device($"d{i}", null, d.Class, new Place(), d.Source))]);

    private static JsonElement Judgement(JsonObject expect)
    {
        foreach (JsonObject one in (expect["also"]?.AsArray() ?? []).Select(a => a!.AsObject()).Append(expect))
        {
            Rename(one);
        }
        return JsonSerializer.SerializeToElement(expect);
    }

    // object.status.batteryLow, LYWSD02-a2fd09.Battery: the last name counts; and a reading says its value.
    private static void Rename(JsonObject one)
    {
        string? property = one["property"]?.GetValue<string>();
        if (property is null || !Named.TryGetValue(property.EndsWith("PM2.5", StringComparison.Ordinal) ? "PM2.5" : property.Split('.')[^1], out var named))
        {
            return;
        }
        one["property"] = named.Property;
        if (one["state"]!.GetValue<string>() == "reading" && one["value"] is { } value && one["readings"] is null)
        {
            one["readings"] = new JsonObject { [named.Property] = new JsonArray(double.Parse(value.ToJsonString(), CultureInfo.InvariantCulture), named.Unit) };
        }
    }

    private static string Text(JsonObject line, string name) => line[name]!.GetValue<string>();
}
