using System.Globalization;
using SmartCourtyard.Courtyards;
using SmartCourtyard.Readings;
using SmartCourtyard.Sources;

namespace SmartCourtyard.Gateway.Site;

/// <summary>Checks where in a Modbus device a value stands and how it is read.</summary>
internal sealed class ModbusPointReader(SiteMistakes mistakes)
{
    private static readonly string[] Tables = ["coil", "discrete", "input", "holding"];
    private static readonly string[] Types = ["bool", "int16", "uint16", "int32", "uint32", "float32"];
    private static readonly string[] Orders = ["big", "little", "ABCD", "CDAB", "BADC", "DCBA"];

    public ModbusPoint? Point(Quantity quantity, YamlNode node)
    {
        string name = quantity.Name();
        SiteFields? fields = SiteFields.Open(
            node, mistakes, name, "input", "holding", "coil", "discrete", "type", "order", "bit", "active", "scale", "offset", "unit");
        if (fields is null)
        {
            return null;
        }
        if (Tables.Count(t => fields.Node(t) is not null) != 1)
        {
            mistakes.Add(node, $"{name} names no register, or several", "exactly one of input, holding, coil, discrete");
            return null;
        }
        var table = (ModbusTable)Array.FindIndex(Tables, t => fields.Node(t) is not null);
        int? address = fields.WholeNumber(Tables[(int)table], 0, 65_535);
        ModbusPoint? point = quantity.IsBoolean() ? Flag(fields, quantity, table, address) : Number(fields, quantity, table, address);
        if (point is { Width: 2, Address: 65_535 })
        {
            mistakes.Add(fields.Node(Tables[(int)table])!, "a value of two registers begins at 65535", "0 to 65534 for int32, uint32 and float32");
            return null;
        }
        return point;
    }

    private ModbusPoint? Flag(SiteFields fields, Quantity quantity, ModbusTable table, int? address)
    {
        Forbid(fields, $"{quantity.Name()} is true or false", "type: bool, bit, active", "order", "scale", "offset", "unit");
        fields.OneOf("type", "bool");
        fields.OneOf("active", "low", "high");
        bool isBit = table is ModbusTable.Coil or ModbusTable.Discrete;
        if (isBit)
        {
            Forbid(fields, $"a {Tables[(int)table]} is one bit", "'bit' only with input or holding", "bit");
        }
        int? bit = isBit ? null : fields.WholeNumber("bit", 0, 15);
        bool inverted = fields.Node("active") is YamlScalar { Text: "low" };
        return address is null ? null : new ModbusPoint(quantity, table, address.Value, ModbusType.Flag, Bit: bit, Inverted: inverted);
    }

    private ModbusPoint? Number(SiteFields fields, Quantity quantity, ModbusTable table, int? address)
    {
        string name = quantity.Name();
        Forbid(fields, $"{name} is a number", "type, order, scale, offset, unit", "bit", "active");
        if (table is ModbusTable.Coil or ModbusTable.Discrete)
        {
            mistakes.Add(fields.Node(Tables[(int)table])!, $"{name} is a number and a {Tables[(int)table]} is one bit", "input or holding");
            return null;
        }
        string[] allowed = Types[1..];
        fields.OneOf("type", allowed);
        fields.OneOf("order", Orders);
        fields.Number("scale");
        fields.Number("offset");
        ModbusType type = fields.Node("type") is YamlScalar t && Array.IndexOf(Types, t.Text) is >= 1 and var index ? (ModbusType)index : ModbusType.Unsigned16;
        ModbusOrder order = fields.Node("order") is YamlScalar o ? Order(o.Text) : ModbusOrder.Abcd;
        double scale = Value(fields.Node("scale")) ?? 1, offset = Value(fields.Node("offset")) ?? 0;
        if (scale == 0)
        {
            mistakes.Add(fields.Node("scale")!, "'scale' is 0", "a number other than 0");
        }
        string? unit = Unit(fields, quantity);
        return address is null ? null : new ModbusPoint(quantity, table, address.Value, type, order, Scale: scale, Offset: offset, Unit: unit);
    }

    private static ModbusOrder Order(string written) => written switch
    {
        "little" or "CDAB" => ModbusOrder.Cdab,
        "BADC" => ModbusOrder.Badc,
        "DCBA" => ModbusOrder.Dcba,
        _ => ModbusOrder.Abcd,
    };

    private static double? Value(YamlNode? node) =>
        node is YamlScalar { Plain: true } scalar && double.TryParse(scalar.Text, NumberStyles.Float, CultureInfo.InvariantCulture, out double value) ? value : null;

    private string? Unit(SiteFields fields, Quantity quantity)
    {
        string? unit = fields.Text("unit", 20);
        if (unit is null || Units.To(quantity, unit) is not null)
        {
            return unit == quantity.Unit() ? null : unit;
        }
        IReadOnlyList<string> all = Units.Of(quantity);
        mistakes.Add(
            fields.Node("unit")!, $"{quantity.Name()} has no unit '{unit}'{Spelling.DidYouMean(unit, all)}", all.Count == 0 ? "no unit" : string.Join(", ", all));
        return null;
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
