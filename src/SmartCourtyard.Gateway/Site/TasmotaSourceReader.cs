using System.Buffers;
using SmartCourtyard.Courtyards;

namespace SmartCourtyard.Gateway.Site;

/// <summary>Reads <c>tasmota: TOPIC</c>, or a mapping where its owner has changed how it makes its topics or what it says of its connection.</summary>
internal static class TasmotaSourceReader
{
    private const int MaxTopicLength = 255;
    private const int MaxWordLength = 64;

    private static readonly SearchValues<char> NotInPrefix = SearchValues.Create("+#%/$\0");

    public static TasmotaSource? Read(YamlNode node, SiteFields source, SiteMistakes mistakes)
    {
        if (node is not YamlMap)
        {
            return Topic(node, source.Text("tasmota", MaxTopicLength), "tasmota", mistakes) is { } plain ? new TasmotaSource(plain) : null;
        }
        SiteFields? fields = SiteFields.Open(node, mistakes, "tasmota", "topic", "full-topic", "tele", "stat", "cmnd", "online", "offline");
        string? topic = Topic(fields?.Node("topic"), fields?.Text("topic", MaxTopicLength, required: true), "topic", mistakes);
        string? full = fields?.Node("full-topic") is { } written
            ? FullTopic(written, fields.Text("full-topic", MaxTopicLength), mistakes)
            : TasmotaSource.UsualFullTopic;
        TasmotaWords words = fields is null ? TasmotaWords.Usual : Words(fields, mistakes);
        return topic is null || full is null ? null : new TasmotaSource(topic, full) { Words = words };
    }

    private static TasmotaWords Words(SiteFields fields, SiteMistakes mistakes)
    {
        TasmotaWords usual = TasmotaWords.Usual;
        string Prefix(string key, string without)
        {
            string? word = fields.Text(key, MaxWordLength);
            if (word is not null && (word.AsSpan().ContainsAny(NotInPrefix) || word is "smartcourtyard"))
            {
                mistakes.Add(fields.Node(key)!, $"'{key}' is '{word}'", "what the device has as its Prefix1 (cmnd), Prefix2 (stat) or Prefix3 (tele): one level of a topic");
                return without;
            }
            return word ?? without;
        }
        var words = new TasmotaWords(
            Prefix("tele", usual.Tele), Prefix("stat", usual.Stat), Prefix("cmnd", usual.Cmnd), fields.Text("online", MaxWordLength) ?? usual.Online, fields.Text("offline", MaxWordLength) ?? usual.Offline);
        if (words.Online.Equals(words.Offline, StringComparison.OrdinalIgnoreCase))
        {
            mistakes.Add(fields.Node("online") ?? fields.Node("offline")!, $"'online' and 'offline' are both '{words.Online}'", "two words");
        }
        return words;
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
