namespace SmartCourtyard.Gateway.Site;

/// <summary>Reads <c>device-topics</c>: where devices that announce their own topics may speak.</summary>
internal static class DeviceTopicsReader
{
    public const string Key = "device-topics";

    private const int MaxTopicLength = 255;
    private const int MostTopics = 100;
    private const string Allowed = "an MQTT filter that begins with a name, for example bla2mqtt/# or meters/+/state; not under $SYS or smartcourtyard/";

    public static IReadOnlyList<string> Read(SiteFields file, SiteMistakes mistakes)
    {
        var topics = new List<string>();
        file.ForEach(Key, "a list of MQTT filters, for example [bla2mqtt/#]", node =>
        {
            if (node is not YamlScalar { Text: { } filter } || filter.Length > MaxTopicLength || !IsFilter(filter))
            {
                mistakes.Add(node, $"an entry of '{Key}' is {node.Kind}", Allowed);
            }
            else if (topics.Count == MostTopics)
            {
                mistakes.Add(node, $"'{Key}' has more than {MostTopics} entries", "fewer, wider filters");
            }
            else
            {
                topics.Add(filter);
            }
        });
        return topics;
    }

    private static bool IsFilter(string filter)
    {
        string[] levels = filter.Split('/');
        return levels[0].Length > 0 && levels[0][0] != '$' && levels[0] is not ("+" or "#" or "smartcourtyard") && filter == filter.Trim() && !filter.Any(char.IsControl)
            && !levels.Where((level, i) => level.AsSpan().ContainsAny('+', '#') && level != "+" && !(level == "#" && i == levels.Length - 1)).Any();
    }
}
