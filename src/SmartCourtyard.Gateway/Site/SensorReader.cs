using System.Globalization;
using System.Text.RegularExpressions;
using SmartCourtyard.Courtyards;
using SmartCourtyard.Readings;
using SmartCourtyard.Sources;

namespace SmartCourtyard.Gateway.Site;

/// <summary>Checks which of the kernel's sensors a device is, and what its channels mean.</summary>
internal sealed partial class SensorReader(SiteMistakes mistakes)
{
    private const string ChannelAllowed = "a channel without in_ and its ending, for example temp, voltage0 or (hwmon) temp1";
    private const string BandAllowed = "two voltages, the lower first, for example [1.1, 1.5]";

    private static readonly TimeSpan Usual = TimeSpan.FromSeconds(10);
    private static readonly TimeSpan UsualForLoop = TimeSpan.FromMilliseconds(250);
    private static readonly TimeSpan UsualWarmUp = TimeSpan.FromMinutes(10);
    private readonly BufferReader _buffers = new(mistakes);

    private static readonly string[] Ways = ["points", "loop", "element"];
    private static readonly string[] Elements = ["mq-4", "mq-7"];
    private static readonly string[] Numbers = [.. Quantities.All.Where(q => !q.IsBoolean()).Select(q => q.Name())];
    private static readonly string[] Meanings = [.. Quantities.All.Where(q => q.IsBoolean() && q != Quantity.Online).Select(q => q.Name())];

    public HwmonSource? Hwmon(YamlNode node)
    {
        SiteFields? fields = SiteFields.Open(node, mistakes, "hwmon", "name", "bus", "interval", "points");
        return fields?.Text("name", 64, required: true) is { } name
            ? new HwmonSource(name, fields.Text("bus", 64), Interval(fields, Usual), Points(fields))
            : null;
    }

    /// <param name="node">What stands at <c>iio</c>.</param>
    /// <param name="deviceClass">What the device is for; null where that is a mistake of its own.</param>
    public IioSource? Iio(YamlNode node, DeviceClass? deviceClass)
    {
        SiteFields? fields = SiteFields.Open(
            node, mistakes, "iio", "name", "bus", "interval", "points", "channel", "loop", "element", "quantity", "buffer");
        if (fields is null)
        {
            return null;
        }
        string[] ways = [.. Ways.Where(w => fields.Node(w) is not null)];
        if (ways.Length > 1)
        {
            mistakes.Add(fields.Node(ways[1])!, $"iio has '{ways[0]}' and '{ways[1]}'", "at most one of points, loop, element");
        }
        bool single = ways.Contains("loop") || ways.Contains("element");
        string? channel = Channel(fields, single);
        LoopBands? loop = fields.Node("loop") is { } bands ? Loop(bands) : null;
        GasElement? element = fields.Node("element") is { } written ? Element(written, deviceClass) : null;
        Quantity? meaning = Meaning(fields, ways.Contains("loop"), deviceClass);
        TimeSpan every = Interval(fields, loop is null ? Usual : UsualForLoop);
        SampleBuffering? buffer = _buffers.Read(fields, ways.Contains("loop"));
        if (fields.Text("name", 64, required: true) is not { } name)
        {
            return null;
        }
        var source = new IioSource(name, fields.Text("bus", 64), every, Points(fields), channel, loop, element, meaning, buffer);
        _buffers.Compare(fields.Map, source);
        return source;
    }

    private string? Channel(SiteFields fields, bool needed)
    {
        YamlNode? node = needed ? fields.RequiredNode("channel", ChannelAllowed) : fields.Node("channel");
        if (node is not null && !needed)
        {
            mistakes.Add(node, "'channel' stands without 'loop' or 'element'", "'points' for what is measured, or 'loop' or 'element' beside it");
            return null;
        }
        return node is null ? null : ChannelName(node);
    }

    private string? ChannelName(YamlNode node)
    {
        if (node is YamlScalar { Text: var text } && ChannelPattern().IsMatch(text))
        {
            return text;
        }
        mistakes.Add(node, $"'channel' is {node.Kind}", ChannelAllowed);
        return null;
    }

    private Quantity? Meaning(SiteFields fields, bool loop, DeviceClass? deviceClass)
    {
        if (fields.Node("quantity") is { } node)
        {
            if (!loop)
            {
                mistakes.Add(node, "'quantity' stands without 'loop'", "'points' for what is measured");
            }
            fields.OneOf("quantity", Meanings);
            return node is YamlScalar { Text: var text } && Quantities.TryParse(text, out Quantity quantity) ? quantity : null;
        }
        if (loop && deviceClass is { } known && GpioSource.MeaningOf(known) is null)
        {
            mistakes.Add(fields.Map, $"iio of a {known.Name()} has no 'quantity', and the class does not say what its loop means", string.Join(", ", Meanings));
        }
        return null;
    }

    private TimeSpan Interval(SiteFields fields, TimeSpan usual)
    {
        if (fields.Node("interval") is not { } node)
        {
            return usual;
        }
        if (TimeSpans.Parse(node) is { } span && span >= TimeSpan.FromMilliseconds(100) && span <= TimeSpan.FromHours(1))
        {
            return span;
        }
        mistakes.Add(node, $"'interval' is {node.Kind}", "a time with its unit from 100ms to 1h, for example 10s");
        return usual;
    }

    private Dictionary<Quantity, SensorPoint>? Points(SiteFields fields)
    {
        const string Allowed = "a mapping from quantity to channel";
        if (fields.Node("points") is not { } node)
        {
            return null;
        }
        if (node is not YamlMap { Entries.Count: > 0 } map)
        {
            mistakes.Add(node, $"'points' is {(node is YamlMap ? "empty" : node.Kind)}", Allowed);
            return null;
        }
        var points = new Dictionary<Quantity, SensorPoint>();
        foreach ((YamlScalar key, YamlNode value) in map.Entries)
        {
            if (!Quantities.TryParse(key.Text, out Quantity quantity) || quantity.IsBoolean())
            {
                mistakes.Add(key, $"no measured quantity is called '{key.Text}'{Spelling.DidYouMean(key.Text, Numbers)}", string.Join(", ", Numbers));
            }
            else if (Point(value, key.Text) is { } point)
            {
                points[quantity] = point;
            }
        }
        return points;
    }

    private SensorPoint? Point(YamlNode node, string quantity)
    {
        if (node is not YamlMap)
        {
            return ChannelName(node) is { } alone ? new SensorPoint(alone) : null;
        }
        SiteFields? fields = SiteFields.Open(node, mistakes, quantity, "channel", "scale", "offset");
        YamlNode? channel = fields?.RequiredNode("channel", ChannelAllowed);
        double scale = Number(fields!, "scale", -1e9, 1e9) ?? 1, offset = Number(fields!, "offset", -1e9, 1e9) ?? 0;
        return channel is not null && ChannelName(channel) is { } name ? new SensorPoint(name, scale, offset) : null;
    }

    private LoopBands? Loop(YamlNode node)
    {
        SiteFields? fields = SiteFields.Open(node, mistakes, "loop", "normal", "alarm", "short", "open");
        if (fields is null)
        {
            return null;
        }
        Band? normal = Band(fields, "normal", required: true), alarm = Band(fields, "alarm", required: true);
        Band? shorted = Band(fields, "short"), cut = Band(fields, "open");
        (string Name, Band? Band)[] all = [("normal", normal), ("alarm", alarm), ("short", shorted), ("open", cut)];
        for (int i = 0; i < all.Length; i++)
        {
            for (int j = i + 1; j < all.Length; j++)
            {
                if (all[i].Band is { } a && all[j].Band is { } b && a.From <= b.To && b.From <= a.To)
                {
                    mistakes.Add(fields.Node(all[j].Name)!, $"'{all[j].Name}' overlaps '{all[i].Name}'", "bands that no voltage shares");
                }
            }
        }
        return normal is { } n && alarm is { } m ? new LoopBands(n, m, shorted, cut) : null;
    }

    private Band? Band(SiteFields loop, string key, bool required = false)
    {
        YamlNode? node = required ? loop.RequiredNode(key, BandAllowed) : loop.Node(key);
        if (node is null)
        {
            return null;
        }
        if (node is YamlList { Items: [var from, var to] } && Value(from) is { } low && Value(to) is { } high && low < high && low >= -100 && high <= 100)
        {
            return new Band(low, high);
        }
        mistakes.Add(node, $"'{key}' is {(node is YamlList ? "no range" : node.Kind)}", BandAllowed);
        return null;
    }

    private GasElement? Element(YamlNode node, DeviceClass? deviceClass)
    {
        SiteFields? fields = SiteFields.Open(node, mistakes, "element", "kind", "load", "supply", "r0", "warm-up", "divider");
        if (fields is null)
        {
            return null;
        }
        if (deviceClass is not (null or DeviceClass.AirMonitor))
        {
            mistakes.Add(node, $"a bare gas element makes no {deviceClass.Value.Name()}: it may indicate and must not guard a life", "class: air-monitor");
        }
        fields.RequiredNode("kind", string.Join(", ", Elements));
        fields.OneOf("kind", Elements);
        double? load = Number(fields, "load", 100, 1e6, required: true), supply = Number(fields, "supply", 1, 24, required: true);
        double? r0 = Number(fields, "r0", 10, 1e7, required: true);
        double divider = Number(fields, "divider", 1, 100) ?? 1;
        TimeSpan? warmUp = fields.Node("warm-up") is { } written ? TimeSpans.Parse(written) : UsualWarmUp;
        if (warmUp is null || warmUp < TimeSpan.FromMinutes(1) || warmUp > TimeSpan.FromHours(72))
        {
            mistakes.Add(fields.Node("warm-up")!, $"'warm-up' is {fields.Node("warm-up")!.Kind}", "a time with its unit from 1min to 72h");
        }
        return fields.Node("kind") is YamlScalar { Text: var kind } && load is { } l && supply is { } s && r0 is { } r && warmUp is { } w
            ? new GasElement(kind, l, s, r, w, divider)
            : null;
    }

    private double? Number(SiteFields fields, string key, double min, double max, bool required = false)
    {
        string allowed = string.Create(CultureInfo.InvariantCulture, $"a number from {min} to {max}");
        YamlNode? node = required ? fields.RequiredNode(key, allowed) : fields.Node(key);
        if (node is null)
        {
            return null;
        }
        if (Value(node) is { } value && value >= min && value <= max)
        {
            return value;
        }
        mistakes.Add(node, $"'{key}' is {node.Kind}", allowed);
        return null;
    }

    private static double? Value(YamlNode node) => node is YamlScalar { Plain: true } scalar
        && double.TryParse(scalar.Text, NumberStyles.Float, CultureInfo.InvariantCulture, out double value) && double.IsFinite(value) ? value : null;

    [GeneratedRegex("^[a-z][a-z0-9_-]{0,39}$")]
    private static partial Regex ChannelPattern();
}
