using SmartCourtyard.Courtyards;

namespace SmartCourtyard.Gateway.Site;

/// <summary>Reads <c>tasmota: TOPIC</c>, or <c>tasmota: { topic: …, full-topic: … }</c> where the device makes its topics another way.</summary>
internal static class TasmotaSourceReader
{
    private const int MaxTopicLength = 255;

    public static TasmotaSource? Read(YamlNode node, SiteFields source, SiteMistakes mistakes)
    {
        if (node is not YamlMap)
        {
            return Topic(node, source.Text("tasmota", MaxTopicLength), "tasmota", mistakes) is { } plain ? new TasmotaSource(plain) : null;
        }
        SiteFields? fields = SiteFields.Open(node, mistakes, "tasmota", "topic", "full-topic");
        string? topic = Topic(fields?.Node("topic"), fields?.Text("topic", MaxTopicLength, required: true), "topic", mistakes);
        string? full = fields?.Node("full-topic") is { } written
            ? FullTopic(written, fields.Text("full-topic", MaxTopicLength), mistakes)
            : TasmotaSource.UsualFullTopic;
        return topic is null || full is null ? null : new TasmotaSource(topic, full);
    }

    private static string? Topic(YamlNode? node, string? topic, string key, SiteMistakes mistakes)
    {
        if (topic is null || node is null || (!topic.AsSpan().ContainsAny("+#%\0") && topic.Split('/').All(level => level.Length > 0)))
        {
            return topic;
        }
        mistakes.Add(node, $"'{key}' is '{topic}'",
            "the device's Topic without + # or % (behind a bridge: the bridge's Topic, a slash, and the device's address or name)");
        return null;
    }

    private static string? FullTopic(YamlNode node, string? full, SiteMistakes mistakes)
    {
        if (full is null)
        {
            return null;
        }
        string[] levels = full.TrimEnd('/').Split('/');
        if (levels.Count(l => l == "%prefix%") == 1 && levels.Count(l => l == "%topic%") == 1
            && levels.All(l => l is "%prefix%" or "%topic%" || (l.Length > 0 && !l.AsSpan().ContainsAny("+#%\0"))))
        {
            return full.TrimEnd('/') + "/";
        }
        mistakes.Add(node, $"'full-topic' is '{full}'", "%prefix% and %topic% once each, as levels of their own, and other words without + # or %, for example \"%topic%/%prefix%/\"");
        return null;
    }
}
