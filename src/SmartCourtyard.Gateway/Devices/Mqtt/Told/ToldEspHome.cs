using System.Collections.Concurrent;
using System.Collections.Frozen;
using System.Text;
using SmartCourtyard.Courtyards;
using SmartCourtyard.Effects;
using SmartCourtyard.Sources;

namespace SmartCourtyard.Gateway.Devices.Mqtt.Told;

/// <summary>
/// Nodes that run ESPHome. Sirens and valves are its first switch, by its name's order; a lamp is told its sign on
/// <c>NODE/reassure</c> and says on <c>NODE/text_sensor/reassure/state</c> what it shows. On is the state for which it was wired.
/// </summary>
internal sealed class ToldEspHome(Courtyard courtyard) : ITold
{
    private readonly FrozenDictionary<string, Device> _switches = Of(courtyard, d => d.Class is DeviceClass.Siren or DeviceClass.GasValve);
    private readonly FrozenDictionary<string, Device> _lamps = Of(courtyard, d => d.Class == DeviceClass.ReassuranceLamp);

    // A node has few switches; the one whose name comes first is meant, whatever the order in which they speak.
    private readonly ConcurrentDictionary<string, string> _objects = new(StringComparer.Ordinal);

    /// <inheritdoc />
    public Told? Tell(ActuatorOrder order) => (order.Actuator.Source, order.Actuator.Class) switch
    {
        (EspHomeSource node, DeviceClass.ReassuranceLamp) => new Telling(node.Prefix + "/reassure", Word(order.Sign)),
        (EspHomeSource node, _) when _objects.TryGetValue(node.Prefix, out var name) => new Telling($"{node.Prefix}/switch/{name}/command", order.On ? "ON" : "OFF"),
        (EspHomeSource, _) => "the node has not said yet which switch it has",
        _ => null,
    };

    /// <inheritdoc />
    public ActuatorState? Hear(string topic, ReadOnlySpan<byte> payload, bool retained)
    {
        if ((_switches.Count == 0 && _lamps.Count == 0) || !topic.EndsWith("/state", StringComparison.Ordinal))
        {
            return null;
        }

        var parts = topic.Split('/');
        if (parts.Length < 4)
        {
            return null;
        }

        var (node, component, name) = (string.Join('/', parts[..^3]), parts[^3], parts[^2]);
        var word = Encoding.UTF8.GetString(payload);
        return (component, name) switch
        {
            ("switch", _) when _switches.TryGetValue(node, out var device) => Switch(device, node, name, word),
            ("text_sensor", "reassure") when _lamps.TryGetValue(node, out var lamp) && SignOf(word) is { } sign => new ActuatorState(lamp, sign != LampSign.Off, sign),
            _ => null,
        };
    }

    private static FrozenDictionary<string, Device> Of(Courtyard courtyard, Func<Device, bool> which) =>
        courtyard.Devices.Where(d => which(d) && GpioSource.IsOutput(d.Class) && d.Source is EspHomeSource)
            .DistinctBy(d => ((EspHomeSource)d.Source).Prefix).ToFrozenDictionary(d => ((EspHomeSource)d.Source).Prefix, StringComparer.Ordinal);

    private ActuatorState? Switch(Device device, string node, string name, string word)
    {
        _objects.AddOrUpdate(node, name, (_, known) => string.CompareOrdinal(known, name) <= 0 ? known : name);
        return _objects[node] != name ? null : word switch
        {
            "ON" => new ActuatorState(device, true),
            "OFF" => new ActuatorState(device, false),
            _ => null,
        };
    }

    private static string Word(LampSign sign) => sign switch
    {
        LampSign.Heard => "heard",
        LampSign.Stored => "stored",
        LampSign.Coming => "coming",
        _ => "off",
    };

    private static LampSign? SignOf(string word) => word switch
    {
        "heard" => LampSign.Heard,
        "stored" => LampSign.Stored,
        "coming" => LampSign.Coming,
        "off" => LampSign.Off,
        _ => null,
    };
}
