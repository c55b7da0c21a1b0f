using System.Globalization;
using SmartCourtyard.Courtyards;
using SmartCourtyard.Readings;
using SmartCourtyard.Sources;

namespace SmartCourtyard.Gateway.Site;

/// <summary>Reads the source of a device that speaks on any topic: the topic, and where each quantity stands in its messages.</summary>
internal static class MqttTopicSource
{
    public const string TopicAllowed = "a topic without + or #, without space or / at its ends, not under $SYS or smartcourtyard/";

    private const int MaxTopicLength = 255;
    private const string PointAllowed = JsonPath.Allowed + "; or a mapping with path, unit, scale, offset, on, off";
    private static readonly string[] Keys = ["path", "unit", "scale", "offset", "on", "off"];

    /// <param name="node">What stands at <c>mqtt</c>.</param>
    /// <param name="deviceClass">What the device is for; null where that is a mistake of its own.</param>
    public static MqttSource? Read(YamlNode node, DeviceClass? deviceClass, SiteMistakes mistakes)
    {
        SiteFields? fields = SiteFields.Open(node, mistakes, "mqtt", ["topic", "points", .. MqttCommandReader.Keys]);
        if (fields is null)
        {
            return null;
        }
        MqttCommand? command = MqttCommandReader.Read(fields, deviceClass, mistakes);
        bool isTold = fields.Node("command") is not null;
        string? topic = fields.Text("topic", MaxTopicLength, required: !isTold || fields.Node("points") is not null);
        if (topic is not null && !IsTopic(topic))
        {
            mistakes.Add(fields.Node("topic")!, $"'topic' is '{topic}'", topic.AsSpan().ContainsAny('+', '#') ? "one topic, without + or #" : TopicAllowed);
        }
        List<MqttPoint> points = isTold && fields.Node("points") is null ? [] : Points(fields, mistakes);
        return topic is null && command is null ? null : new MqttSource(topic, points) { Command = command };
    }

    /// <summary>Whether devices may speak there, and a broker's list of rights can hold it.</summary>
    public static bool IsTopic(string topic) =>
        topic.Length > 0 && topic == topic.Trim() && topic[0] is not ('/' or '$') && topic[^1] != '/'
        && !topic.Any(c => c is '+' or '#' || char.IsControl(c)) && !topic.StartsWith("smartcourtyard/", StringComparison.Ordinal);

    private static List<MqttPoint> Points(SiteFields fields, SiteMistakes mistakes)
    {
        var points = new List<MqttPoint>();
        const string Allowed = "a mapping from quantity to where it stands";
        YamlNode? node = fields.RequiredNode("points", Allowed);
        if (node is not YamlMap { Entries.Count: > 0 } map)
        {
            if (node is not null)
            {
                mistakes.Add(node, $"'points' is {(node is YamlMap ? "empty" : node.Kind)}", Allowed);
            }
            return points;
        }
        foreach ((YamlScalar key, YamlNode value) in map.Entries)
        {
            if (!Quantities.TryParse(key.Text, out Quantity quantity))
            {
                IEnumerable<string> all = Quantities.All.Select(q => q.Name());
                mistakes.Add(key, $"no quantity is called '{key.Text}'{Spelling.DidYouMean(key.Text, all)}", string.Join(", ", all));
            }
            else if (Point(quantity, value, mistakes) is { } point)
            {
                points.Add(point);
            }
        }
        return points;
    }

    private static MqttPoint? Point(Quantity quantity, YamlNode node, SiteMistakes mistakes)
    {
        if (node is not YamlMap)
        {
            return Path(node, quantity.Name(), mistakes) is { } path ? new MqttPoint(quantity, path) : null;
        }
        SiteFields fields = SiteFields.Open(node, mistakes, quantity.Name(), Keys)!;
        YamlNode? where = fields.RequiredNode("path", JsonPath.Allowed);
        JsonPath? at = where is null ? null : Path(where, "'path'", mistakes);
        string? unit = fields.Text("unit", 20);
        if (unit is not null && Units.To(quantity, unit) is null)
        {
            IReadOnlyList<string> units = Units.Of(quantity);
            mistakes.Add(fields.Node("unit")!, $"'unit' is '{unit}'", units.Count == 0 ? $"none: {quantity.Name()} has no unit" : string.Join(", ", units));
        }
        double scale = Number(fields, "scale", 1), offset = Number(fields, "offset", 0);
        IReadOnlyList<string>? on = Words(fields, "on", quantity, mistakes), off = Words(fields, "off", quantity, mistakes);
        return at is null ? null : new MqttPoint(quantity, at, unit, scale, offset, on, off);
    }

    private static JsonPath? Path(YamlNode node, string what, SiteMistakes mistakes)
    {
        JsonPath? path = node is YamlScalar { IsNothing: false } scalar ? JsonPath.TryParse(scalar.Text) : null;
        if (path is null)
        {
            mistakes.Add(node, $"{what} is {node.Kind}", PointAllowed);
        }
        return path;
    }

    private static double Number(SiteFields fields, string key, double otherwise)
    {
        fields.Number(key);
        return fields.Node(key) is YamlScalar { Plain: true } scalar
            && double.TryParse(scalar.Text, NumberStyles.Float, CultureInfo.InvariantCulture, out double value) && double.IsFinite(value) ? value : otherwise;
    }

    // One value or a list of them, as they stand in the messages: ALARM, 1, true.
    private static string[]? Words(SiteFields fields, string key, Quantity quantity, SiteMistakes mistakes)
    {
        if (fields.Node(key) is not { } node)
        {
            return null;
        }
        YamlNode[] items = node is YamlList list ? [.. list.Items] : [node];
        if (!quantity.IsBoolean() || items.Length == 0 || items.Any(i => i is not YamlScalar { IsNothing: false }))
        {
            string allowed = quantity.IsBoolean() ? "a value of the messages, or a list of them" : $"only for yes-or-no quantities; {quantity.Name()} is a number";
            mistakes.Add(node, $"'{key}' is {node.Kind}", allowed);
            return null;
        }
        return [.. items.Cast<YamlScalar>().Select(i => i.Text)];
    }
}
