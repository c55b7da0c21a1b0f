using System.Globalization;
using SmartCourtyard.Courtyards;
using SmartCourtyard.Sources;

namespace SmartCourtyard.Gateway.Site;

/// <summary>Checks what is written to move an actuator by Modbus, and where it shows that it has moved.</summary>
internal sealed class ModbusOutputReader(SiteMistakes mistakes)
{
    public const string Key = "output";

    private const string Allowed = "a mapping such as { coil: 3 } or { holding: 12, on: 1, off: 0 }";

    private static readonly string[] Tables = ["coil", "discrete", "input", "holding"];

    private readonly Dictionary<(ModbusLine Line, int Unit, ModbusTable Table, int Address), int> _taken = [];

    /// <summary>What stands at <c>output</c>; null where it is missing or wrong.</summary>
    /// <param name="source">The keys of the whole source.</param>
    /// <param name="deviceClass">What the device is for; null where that is a mistake of its own.</param>
    public ModbusOutput? Read(SiteFields source, DeviceClass? deviceClass)
    {
        bool moved = deviceClass is null || GpioSource.IsOutput(deviceClass.Value);
        if (source.Node(Key) is not { } node)
        {
            if (deviceClass is { } known && moved)
            {
                mistakes.Add(source.Map, $"a {known.Name()} on modbus has no 'output'", Allowed);
            }
            return null;
        }
        if (!moved)
        {
            mistakes.Add(node, $"'output' does not belong here: a {deviceClass!.Value.Name()} is heard, not moved", "points");
            return null;
        }
        SiteFields? fields = SiteFields.Open(node, mistakes, "output", "coil", "holding", "active", "on", "off", "feedback");
        return fields is null ? null : Output(fields);
    }

    /// <summary>One place moves one actuator.</summary>
    public void Take(YamlNode node, ModbusLine line, int unit, ModbusOutput output)
    {
        if (!_taken.TryAdd((line, unit, output.Table, output.Address), node.Line))
        {
            string where = string.Create(CultureInfo.InvariantCulture, $"{Tables[(int)output.Table]} {output.Address} of unit {unit} on {line.Name}");
            mistakes.Add(node, $"{where} moves two devices (first in line {_taken[(line, unit, output.Table, output.Address)]})", "each output to one device");
        }
    }

    private ModbusOutput? Output(SiteFields fields)
    {
        YamlNode? coil = fields.Node("coil"), holding = fields.Node("holding");
        if (coil is null == holding is null)
        {
            mistakes.Add(fields.Map, "output names no register, or several", "exactly one of coil, holding");
            return null;
        }
        ModbusContact? feedback = fields.Node("feedback") is { } node ? Feedback(node) : null;
        ModbusOutput? output = coil is not null ? Coil(fields) : Holding(fields);
        if (output is not null && feedback is not null && (feedback.Table, feedback.Address) == (output.Table, output.Address))
        {
            mistakes.Add(fields.Node("feedback")!, "'feedback' is the output itself", "another register; what was written is read again in any case");
        }
        return output is null ? null : output with { Feedback = feedback };
    }

    private ModbusOutput? Coil(SiteFields fields)
    {
        Forbid(fields, "a coil is one bit", "active: low where 0 moves it", "on", "off");
        fields.OneOf("active", "low", "high");
        bool low = fields.Node("active") is YamlScalar { Text: "low" };
        return fields.WholeNumber("coil", 0, 65_535) is { } address
            ? new ModbusOutput(ModbusTable.Coil, address, On: low ? (ushort)0 : (ushort)1, Off: low ? (ushort)1 : (ushort)0)
            : null;
    }

    private ModbusOutput? Holding(SiteFields fields)
    {
        Forbid(fields, "a holding register is a number", "on and off: what is written", "active");
        int? address = fields.WholeNumber("holding", 0, 65_535);
        int on = fields.WholeNumber("on", 0, 65_535) ?? 1, off = fields.WholeNumber("off", 0, 65_535) ?? 0;
        if (on == off)
        {
            mistakes.Add(fields.Node("on") ?? fields.Node("off")!, string.Create(CultureInfo.InvariantCulture, $"'on' and 'off' are both {on}"), "two different numbers (1 and 0 where nothing is said)");
        }
        return address is null ? null : new ModbusOutput(ModbusTable.Holding, address.Value, (ushort)on, (ushort)off);
    }

    private ModbusContact? Feedback(YamlNode node)
    {
        SiteFields? fields = SiteFields.Open(node, mistakes, "feedback", "discrete", "input", "coil", "holding", "bit", "active");
        if (fields is null)
        {
            return null;
        }
        if (Tables.Count(t => fields.Node(t) is not null) != 1)
        {
            mistakes.Add(node, "feedback names no register, or several", "exactly one of discrete, input, coil, holding");
            return null;
        }
        var table = (ModbusTable)Array.FindIndex(Tables, t => fields.Node(t) is not null);
        int? address = fields.WholeNumber(Tables[(int)table], 0, 65_535), bit = null;
        fields.OneOf("active", "low", "high");
        if (table is ModbusTable.Coil or ModbusTable.Discrete)
        {
            Forbid(fields, $"a {Tables[(int)table]} is one bit", "'bit' only with input or holding", "bit");
        }
        else
        {
            bit = fields.WholeNumber("bit", 0, 15);
        }
        return address is null ? null : new ModbusContact(table, address.Value, bit, fields.Node("active") is YamlScalar { Text: "low" });
    }

    private void Forbid(SiteFields fields, string because, string allowed, params ReadOnlySpan<string> keys)
    {
        foreach (string key in keys)
        {
            if (fields.Node(key) is { } node)
            {
                mistakes.Add(node, $"{because}, so it has no '{key}'", allowed);
            }
        }
    }
}
