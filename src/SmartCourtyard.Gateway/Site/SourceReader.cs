using System.Text.RegularExpressions;
using SmartCourtyard.Courtyards;
using SmartCourtyard.Readings;
using SmartCourtyard.Sources;

namespace SmartCourtyard.Gateway.Site;

/// <summary>Checks how a device's messages reach the gateway; one way a device.</summary>
internal sealed partial class SourceReader(SiteMistakes mistakes)
{
    private const int MaxTopicLength = 255;

    private static readonly string[] Kinds =
        ["zigbee2mqtt", "gpio", "iio", "hwmon", "modbus", "serial", "tasmota", "esphome", "homeassistant", "chirpstack", "mqtt"];

    private static readonly string[] Registers = ["input", "holding", "coil", "discrete"];

    private readonly Dictionary<string, YamlNode> _taken = new(StringComparer.Ordinal);
    private readonly GpioReader _gpio = new(mistakes);
    private readonly SensorReader _sensors = new(mistakes);

    public static string Allowed { get; } = "exactly one of " + string.Join(", ", Kinds);

    public Source? Source(YamlNode node, DeviceClass? deviceClass)
    {
        SiteFields? fields = SiteFields.Open(node, mistakes, "source", Kinds);
        if (fields is null)
        {
            return null;
        }
        if (fields.Map.Entries.Count != 1)
        {
            mistakes.Add(node, fields.Map.Entries.Count == 0 ? "'source' is empty" : $"'source' has {fields.Map.Entries.Count} keys", Allowed);
            return null;
        }
        (YamlScalar kind, YamlNode value) = fields.Map.Entries[0];
        return kind.Text switch
        {
            "zigbee2mqtt" => Zigbee2Mqtt(fields),
            "gpio" => Gpio(value, deviceClass),
            "iio" => _sensors.Iio(value, deviceClass),
            "hwmon" => _sensors.Hwmon(value),
            "modbus" or "serial" => Unserved(kind, () => Modbus(value, kind.Text)),
            "mqtt" => MqttTopicSource.Read(value, mistakes),
            "esphome" => EspHome(fields),
            "homeassistant" => HomeAssistant(fields),
            "chirpstack" => Once(value, kind.Text, ChirpStackSourceReader.Read(value, fields, mistakes), s => s.DevEui),
            "tasmota" => Once(value, kind.Text, TasmotaSourceReader.Read(value, fields, mistakes), s => s.Topic),
            _ => null,
        };
    }

    private static UnservedSource Unserved(YamlScalar kind, Action check)
    {
        check();
        return new UnservedSource(kind.Text);
    }

    private T? Once<T>(YamlNode node, string kind, T? source, Func<T, string> name)
        where T : Source
    {
        if (source is not null)
        {
            Take(node, kind, name(source));
        }
        return source;
    }

    private Zigbee2MqttSource? Zigbee2Mqtt(SiteFields source)
    {
        string? name = source.Text("zigbee2mqtt", MaxTopicLength);
        if (name is null)
        {
            return null;
        }
        YamlNode node = source.Node("zigbee2mqtt")!;
        if (name.AsSpan().ContainsAny('+', '#', '\0') || name == "bridge" || name.StartsWith("bridge/", StringComparison.Ordinal)
            || name.StartsWith('/') || name.EndsWith('/') || IsCommandTopic(name))
        {
            mistakes.Add(node, $"'zigbee2mqtt' is '{name}'",
                "a friendly name without + or #, without / at its ends, not under 'bridge/', not ending in /set, /get or /availability");
            return null;
        }
        Take(node, "zigbee2mqtt", name);
        return new Zigbee2MqttSource(name);
    }

    private static bool IsCommandTopic(string name) =>
        name.EndsWith("/set", StringComparison.Ordinal) || name.EndsWith("/get", StringComparison.Ordinal)
        || name.EndsWith("/availability", StringComparison.Ordinal);

    private void Take(YamlNode node, string kind, string name)
    {
        string key = $"{kind} {name}";
        if (!_taken.TryAdd(key, node))
        {
            mistakes.Add(node, $"{kind} '{name}' belongs to two devices (first in line {_taken[key].Line})", "each source to one device");
        }
    }

    private GpioSource? Gpio(YamlNode node, DeviceClass? deviceClass)
    {
        GpioSource? source = _gpio.Source(node, deviceClass);
        if (source is not null)
        {
            Take(((YamlMap)node).Find("line")!, "gpio", $"{source.Chip} {source.Line}");
        }
        return source;
    }

    private void Modbus(YamlNode node, string kind)
    {
        SiteFields? bus = SiteFields.Open(node, mistakes, kind, "tcp", "rtu", "unit", "points");
        if (bus is null)
        {
            return;
        }
        if (bus.Node("tcp") is null == bus.Node("rtu") is null)
        {
            mistakes.Add(node, $"{kind} has {(bus.Node("tcp") is null ? "neither 'tcp' nor 'rtu'" : "both 'tcp' and 'rtu'")}", "one of the two");
        }
        if (bus.Node("tcp") is not null && bus.Text("tcp", 255) is { } address && !HostAndPort().IsMatch(address))
        {
            mistakes.Add(bus.Node("tcp")!, $"'tcp' is '{address}'", "host:port, for example 127.0.0.1:1502");
        }
        if (bus.Node("rtu") is YamlScalar or YamlList)
        {
            bus.Text("rtu", 255);
        }
        bus.WholeNumber("unit", 0, 247, required: true);
        Points(bus, (quantity, point) => Register(quantity, point));
    }

    private void Register(string quantity, YamlNode node)
    {
        SiteFields? point = SiteFields.Open(node, mistakes, quantity, "input", "holding", "coil", "discrete", "scale", "offset", "unit", "type");
        if (point is null)
        {
            return;
        }
        if (Registers.Count(r => point.Node(r) is not null) != 1)
        {
            mistakes.Add(node, $"{quantity} names no register, or several", "exactly one of " + string.Join(", ", Registers));
        }
        foreach (string register in Registers)
        {
            point.WholeNumber(register, 0, 65_535);
        }
        point.Number("scale");
        point.Number("offset");
        point.Text("unit", 20);
        point.Text("type", 20);
    }

    private void Points(SiteFields source, Action<string, YamlNode> check)
    {
        YamlNode? node = source.RequiredNode("points", "a mapping from quantity to where it stands");
        if (node is not YamlMap { Entries.Count: > 0 } points)
        {
            if (node is not null)
            {
                mistakes.Add(node, $"'points' is {(node is YamlMap ? "empty" : node.Kind)}", "a mapping from quantity to where it stands");
            }
            return;
        }
        foreach ((YamlScalar key, YamlNode value) in points.Entries)
        {
            if (!Quantities.TryParse(key.Text, out _))
            {
                IEnumerable<string> all = Quantities.All.Select(q => q.Name());
                mistakes.Add(key, $"no quantity is called '{key.Text}'{Spelling.DidYouMean(key.Text, all)}", string.Join(", ", all));
            }
            check(key.Text, value);
        }
    }

    private EspHomeSource? EspHome(SiteFields source)
    {
        if (source.Text("esphome", MaxTopicLength) is not { } prefix)
        {
            return null;
        }
        YamlNode node = source.Node("esphome")!;
        if (MqttTopicSource.IsTopic(prefix))
        {
            Take(node, "esphome", prefix);
            return new EspHomeSource(prefix);
        }
        mistakes.Add(node, $"'esphome' is '{prefix}'", "the node's topic_prefix, " + MqttTopicSource.TopicAllowed);
        return null;
    }

    private HomeAssistantSource? HomeAssistant(SiteFields source)
    {
        if (source.Text("homeassistant", MaxTopicLength) is not { } id)
        {
            return null;
        }
        Take(source.Node("homeassistant")!, "homeassistant", id);
        return new HomeAssistantSource(id);
    }

    [GeneratedRegex(@"^(\[[0-9A-Fa-f:.]+\]|[A-Za-z0-9.-]+):[0-9]{1,5}$")]
    private static partial Regex HostAndPort();
}
