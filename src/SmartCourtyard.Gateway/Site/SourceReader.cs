using SmartCourtyard.Courtyards;
using SmartCourtyard.Sources;

namespace SmartCourtyard.Gateway.Site;

/// <summary>Checks how a device's messages reach the gateway; one way a device.</summary>
internal sealed class SourceReader(SiteMistakes mistakes)
{
    private const int MaxTopicLength = 255;

    private static readonly string[] Kinds =
        ["zigbee2mqtt", "gpio", "iio", "hwmon", "modbus", "serial", "tasmota", "esphome", "homeassistant", "chirpstack", "mqtt"];

    private readonly Dictionary<string, YamlNode> _taken = new(StringComparer.Ordinal);
    private readonly GpioReader _gpio = new(mistakes);
    private readonly SensorReader _sensors = new(mistakes);
    private readonly ModbusReader _modbus = new(mistakes);

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
            "modbus" or "serial" => _modbus.Source(value, kind.Text, deviceClass),
            "mqtt" => MqttTopicSource.Read(value, deviceClass, mistakes),
            "esphome" => EspHome(fields, deviceClass),
            "homeassistant" => HomeAssistant(fields),
            "chirpstack" => Once(value, kind.Text, ChirpStackSourceReader.Read(value, fields, mistakes), s => s.DevEui),
            "tasmota" => Once(value, kind.Text, TasmotaSourceReader.Read(value, fields, mistakes), s => s.Topic),
            _ => null,
        };
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

    private EspHomeSource? EspHome(SiteFields source, DeviceClass? deviceClass)
    {
        if (source.Text("esphome", MaxTopicLength) is not { } prefix)
        {
            return null;
        }
        YamlNode node = source.Node("esphome")!;
        if (MqttTopicSource.IsTopic(prefix))
        {
            // A button and the lamp that answers it may be one node.
            Take(node, deviceClass == DeviceClass.ReassuranceLamp ? "lamp of esphome" : "esphome", prefix);
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
}
