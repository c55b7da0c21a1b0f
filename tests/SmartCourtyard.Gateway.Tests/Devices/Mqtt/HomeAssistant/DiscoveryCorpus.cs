using System.Globalization;
using System.Text.Json;
using System.Text.Json.Nodes;

namespace SmartCourtyard.Gateway.Tests.Devices.Mqtt.HomeAssistant;

/// <summary>
/// Announcements and the messages that follow them, one list a device, in order. The judgement of a plain reading is written out in
/// the words that the Zigbee2MQTT lines use.
/// </summary>
internal static class DiscoveryCorpus
{
    private static readonly Dictionary<string, string> Named = new(StringComparer.Ordinal) { ["PMS5003.PM2.5"] = "pm25", ["noise"] = "noise_level" };

    public static IReadOnlyList<IReadOnlyList<CorpusLine>> Of(string platform) =>
    [
        .. File.ReadLines(CorpusLine.File("other-payloads.jsonl"))
            .Select((line, i) => (Line: JsonNode.Parse(line)!.AsObject(), Number: i + 1))
            .Where(x => x.Line["platform"]!.GetValue<string>() == platform)
            .GroupBy(x => x.Line["group"]!.GetValue<string>())
            .Select(g => (IReadOnlyList<CorpusLine>)[.. g.OrderBy(x => x.Line["order"]!.GetValue<int>()).Select(x => Line(x.Line, x.Number))]),
    ];

    public static bool IsAnnouncement(this CorpusLine line) => line.Topic.EndsWith("/config", StringComparison.Ordinal);

    /// <summary>What a technician would write into the site file: the device's identifier, or else that of the entity.</summary>
    public static string DiscoveryId(this CorpusLine announcement)
    {
        JsonObject config = JsonNode.Parse(announcement.Payload)!.AsObject();
        JsonNode? ids = (config["device"] ?? config["dev"])?["identifiers"] ?? (config["device"] ?? config["dev"])?["ids"];
        return ids is JsonArray list ? list[0]!.GetValue<string>()
            : ids?.GetValue<string>() ?? (config["unique_id"] ?? config["uniq_id"])?.GetValue<string>() ?? announcement.Topic.Split('/')[^2];
    }

    public static string? StateTopic(this CorpusLine announcement)
    {
        JsonObject config = JsonNode.Parse(announcement.Payload)!.AsObject();
        return (config["state_topic"] ?? config["stat_t"])?.GetValue<string>();
    }

    private static CorpusLine Line(JsonObject line, int number) => new(
        number, Text(line, "class"), Text(line, "vendor"), Text(line, "model"), Text(line, "topic"), Text(line, "payload"),
        line["retain"]!.GetValue<bool>(), Judgement(line, line["expect"]!.AsObject()), default);

    private static JsonElement Judgement(JsonObject line, JsonObject expect)
    {
        if (expect["state"]!.GetValue<string>() == "reading" && expect["readings"] is null)
        {
            string property = expect["property"]!.GetValue<string>();
            property = property == "state" ? Text(line, "topic").Split('/')[^2] : Named.GetValueOrDefault(property, property);
            double value = double.Parse(expect["value"]!.ToString(), CultureInfo.InvariantCulture);
            expect["property"] = property;
            expect["readings"] = new JsonObject { [property] = new JsonArray(value, null) };
        }
        return JsonSerializer.SerializeToElement(expect);
    }

    private static string Text(JsonObject line, string name) => line[name]?.GetValue<string>() ?? "";
}
