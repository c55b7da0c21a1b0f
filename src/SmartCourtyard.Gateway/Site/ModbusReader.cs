using System.Globalization;
using System.Text.RegularExpressions;
using SmartCourtyard.Courtyards;
using SmartCourtyard.Readings;
using SmartCourtyard.Sources;

namespace SmartCourtyard.Gateway.Site;

/// <summary>
/// Checks a Modbus source. The same register may serve several devices (one bit each, say); one serial port has one set of
/// settings.
/// </summary>
internal sealed partial class ModbusReader(SiteMistakes mistakes)
{
    private const int UsualBaud = 9_600;
    private const int LongestPath = 255;
    private const string PointsAllowed = "a mapping from quantity to where it stands";

    private static readonly TimeSpan ShortestInterval = TimeSpan.FromMilliseconds(100);
    private static readonly TimeSpan LongestInterval = TimeSpan.FromHours(1);
    private static readonly TimeSpan ShortestTimeout = TimeSpan.FromMilliseconds(20);
    private static readonly TimeSpan LongestTimeout = TimeSpan.FromSeconds(10);
    private static readonly string[] Bauds = ["1200", "2400", "4800", "9600", "19200", "38400", "57600", "115200"];
    private static readonly string[] Parities = ["none", "even", "odd"];

    private readonly Dictionary<string, (ModbusRtu Line, int At)> _ports = new(StringComparer.Ordinal);
    private readonly ModbusPointReader _points = new(mistakes);
    private readonly ModbusOutputReader _outputs = new(mistakes);

    /// <param name="node">The value of the source's key.</param>
    /// <param name="kind">The key: <c>modbus</c>, or <c>serial</c> for a serial port only.</param>
    /// <param name="deviceClass">What the device is for; null where that is a mistake of its own.</param>
    public ModbusSource? Source(YamlNode node, string kind, DeviceClass? deviceClass)
    {
        bool serial = kind == "serial";
        SiteFields? fields = serial
            ? SiteFields.Open(node, mistakes, kind, "rtu", "unit", "interval", "timeout", "points", ModbusOutputReader.Key)
            : SiteFields.Open(node, mistakes, kind, "tcp", "rtu", "unit", "interval", "timeout", "points", ModbusOutputReader.Key);
        if (fields is null)
        {
            return null;
        }
        ModbusLine? line = Line(fields, node, kind, serial);
        int? unit = Unit(fields);
        TimeSpan? interval = Span(fields, "interval", ShortestInterval, LongestInterval, "from 100ms to 1h, for example 1s");
        TimeSpan? timeout = Span(fields, "timeout", ShortestTimeout, LongestTimeout, "from 20ms to 10s, for example 500ms");
        ModbusOutput? output = _outputs.Read(fields, deviceClass);
        YamlNode? written = fields.Node(ModbusOutputReader.Key);
        List<ModbusPoint> points = written is not null && fields.Node("points") is null ? [] : Points(fields);
        if (line is null || unit is null || (points.Count == 0 && output is null))
        {
            return null;
        }
        if (output is not null)
        {
            _outputs.Take(written!, line, unit.Value, output);
        }
        return new ModbusSource(line, unit.Value, points, interval, timeout) { Output = output };
    }

    private ModbusLine? Line(SiteFields fields, YamlNode node, string kind, bool serial)
    {
        YamlNode? tcp = serial ? null : fields.Node("tcp"), rtu = fields.Node("rtu");
        if (tcp is null == rtu is null)
        {
            string allowed = serial ? "'rtu': a serial port, for example /dev/ttyUSB0" : "one of the two";
            string missing = serial ? "no 'rtu'" : tcp is null ? "neither 'tcp' nor 'rtu'" : "both 'tcp' and 'rtu'";
            mistakes.Add(node, $"{kind} has {missing}", allowed);
            return null;
        }
        return tcp is null ? Rtu(fields, rtu!) : Tcp(fields, tcp);
    }

    private ModbusTcp? Tcp(SiteFields fields, YamlNode node)
    {
        if (fields.Text("tcp", LongestPath) is not { } address)
        {
            return null;
        }
        Match match = HostAndPort().Match(address);
        if (match.Success && int.TryParse(match.Groups[2].ValueSpan, NumberStyles.None, CultureInfo.InvariantCulture, out int port) && port is >= 1 and <= 65_535)
        {
            return new ModbusTcp(match.Groups[1].Value.Trim('[', ']').ToLowerInvariant(), port);
        }
        mistakes.Add(node, $"'tcp' is '{address}'", "host:port, for example 127.0.0.1:1502");
        return null;
    }

    private ModbusRtu? Rtu(SiteFields fields, YamlNode node)
    {
        string? path;
        int baud = UsualBaud, stop = 1;
        var parity = ModbusParity.None;
        if (node is YamlMap)
        {
            SiteFields rtu = SiteFields.Open(node, mistakes, "rtu", "port", "baud", "parity", "stop")!;
            path = rtu.Text("port", LongestPath, required: true);
            rtu.OneOf("baud", Bauds);
            rtu.OneOf("parity", Parities);
            baud = rtu.Node("baud") is YamlScalar b && Bauds.Contains(b.Text) ? int.Parse(b.Text, CultureInfo.InvariantCulture) : UsualBaud;
            parity = rtu.Node("parity") is YamlScalar p && Array.IndexOf(Parities, p.Text) is >= 0 and var index ? (ModbusParity)index : parity;
            stop = rtu.WholeNumber("stop", 1, 2) ?? 1;
            node = rtu.Node("port") ?? node;
        }
        else
        {
            path = fields.Text("rtu", LongestPath);
        }
        return path is null ? null : Checked(new ModbusRtu(path, baud, parity, stop), node);
    }

    private ModbusRtu? Checked(ModbusRtu line, YamlNode node)
    {
        if (!line.Port.StartsWith('/'))
        {
            mistakes.Add(node, $"the serial port is '{line.Port}'", "a device file, for example /dev/ttyUSB0 or one under /dev/serial/by-id/");
            return null;
        }
        if (_ports.TryGetValue(line.Port, out (ModbusRtu Line, int At) known) && known.Line != line)
        {
            mistakes.Add(node, $"'{line.Port}' has {Settings(line)} here and {Settings(known.Line)} in line {known.At}", "one bus, one set of baud, parity and stop");
            return null;
        }
        _ports.TryAdd(line.Port, (line, node.Line));
        return line;
    }

    private static string Settings(ModbusRtu line) =>
        string.Create(CultureInfo.InvariantCulture, $"{line.Baud} baud, parity {Parities[(int)line.Parity]}, stop {line.StopBits}");

    private static int? Unit(SiteFields fields)
    {
        if (fields.Node("rtu") is not null)
        {
            return fields.WholeNumber("unit", 1, 247, required: true);
        }
        // By TCP, 0 and 255 both mean the device itself that has the address.
        bool itself = fields.Node("unit") is YamlScalar { Plain: true, Text: "255" };
        return itself ? 255 : fields.WholeNumber("unit", 0, 247, required: true);
    }

    private TimeSpan? Span(SiteFields fields, string key, TimeSpan shortest, TimeSpan longest, string allowed)
    {
        if (fields.Node(key) is not { } node)
        {
            return null;
        }
        if (TimeSpans.Parse(node) is { } span && span >= shortest && span <= longest)
        {
            return span;
        }
        mistakes.Add(node, $"'{key}' is {node.Kind}", "a time with its unit " + allowed);
        return null;
    }

    private List<ModbusPoint> Points(SiteFields source)
    {
        var points = new List<ModbusPoint>();
        if (source.RequiredNode("points", PointsAllowed) is not { } node)
        {
            return points;
        }
        if (node is not YamlMap { Entries.Count: > 0 } map)
        {
            mistakes.Add(node, $"'points' is {(node is YamlMap ? "empty" : node.Kind)}", PointsAllowed);
            return points;
        }
        foreach ((YamlScalar key, YamlNode value) in map.Entries)
        {
            if (!Quantities.TryParse(key.Text, out Quantity quantity))
            {
                IEnumerable<string> all = Quantities.All.Select(q => q.Name());
                mistakes.Add(key, $"no quantity is called '{key.Text}'{Spelling.DidYouMean(key.Text, all)}", string.Join(", ", all));
            }
            else if (_points.Point(quantity, value) is { } point)
            {
                points.Add(point);
            }
        }
        return points;
    }

    [GeneratedRegex(@"^(\[[0-9A-Fa-f:.]+\]|[A-Za-z0-9.-]+):([0-9]{1,5})$")]
    private static partial Regex HostAndPort();
}
