namespace SmartCourtyard.Gateway.Devices.Mqtt.HomeAssistant;

/// <summary>The filters that templates may use. Each has no effect but its result.</summary>
internal static class TemplateFilters
{
    private static readonly Dictionary<string, (int Most, Func<TemplateValue, TemplateValue[], TemplateValue> Apply)> Table = new(StringComparer.Ordinal)
    {
        ["int"] = (2, (v, a) => Number(v, a, whole: true)),
        ["float"] = (1, (v, a) => Number(v, a, whole: false)),
        ["round"] = (3, Round),
        ["abs"] = (0, (v, _) => v.TryNumber(out double n) ? TemplateValue.Of(Math.Abs(n), IsWhole(v)) : NoNumber("abs", v)),
        ["multiply"] = (2, (v, a) => a.Length > 0 && v.TryNumber(out double n) && a[0].TryNumber(out double by) ? TemplateValue.Of(n * by, whole: false) : NoNumber("multiply", v)),
        ["add"] = (2, (v, a) => a.Length > 0 && v.TryNumber(out double n) && a[0].TryNumber(out double by) ? TemplateValue.Of(n + by, whole: false) : NoNumber("add", v)),
        ["lower"] = (0, (v, _) => TemplateValue.Of(v.Written.ToLowerInvariant())),
        ["upper"] = (0, (v, _) => TemplateValue.Of(v.Written.ToUpperInvariant())),
        ["trim"] = (0, (v, _) => TemplateValue.Of(v.Written.Trim())),
        ["string"] = (0, (v, _) => TemplateValue.Of(v.Written)),
        ["replace"] = (2, (v, a) => a.Length < 2 || a[0].Written.Length == 0
            ? TemplateValue.Failed("replace needs what and by what")
            : TemplateValue.Of(v.Written.Replace(a[0].Written, a[1].Written, StringComparison.Ordinal))),
        ["bool"] = (1, Bool),
        ["default"] = (2, Default),
        ["d"] = (2, Default),
        ["is_defined"] = (0, (v, _) => v),
        ["iif"] = (3, (v, a) => v.IsTrue ? a.Length > 0 ? a[0] : TemplateValue.Of(true) : a.Length > 1 ? a[1] : TemplateValue.Of(false)),
    };

    /// <summary>All names, for messages to people.</summary>
    public static string Names { get; } = string.Join(' ', Table.Keys);

    public static bool Knows(string name, int arguments) => Table.TryGetValue(name, out var filter) && arguments <= filter.Most;

    public static TemplateValue Apply(string name, TemplateValue value, TemplateValue[] arguments)
    {
        // Nothing passes a missing value on to the arithmetic: only "default" makes something of it.
        bool passes = value.Kind == TemplateKind.Failed || (value.Kind == TemplateKind.Missing && name is not ("default" or "d" or "iif" or "int" or "float" or "bool"));
        return passes ? value : Table[name].Apply(value, arguments);
    }

    private static TemplateValue Number(TemplateValue value, TemplateValue[] arguments, bool whole)
    {
        if (value.TryNumber(out double number))
        {
            return TemplateValue.Of(whole ? Math.Truncate(number) : number, whole);
        }
        return arguments.Length > 0 ? arguments[0] : value.Kind is TemplateKind.Missing or TemplateKind.None ? TemplateValue.Missing : NoNumber(whole ? "int" : "float", value);
    }

    private static TemplateValue Round(TemplateValue value, TemplateValue[] arguments)
    {
        if (!value.TryNumber(out double number))
        {
            return NoNumber("round", value);
        }
        double digits = arguments.Length > 0 && arguments[0].TryNumber(out double d) ? Math.Clamp(Math.Truncate(d), 0, 15) : 0;
        double scale = Math.Pow(10, digits);
        double rounded = (arguments.Length > 1 ? arguments[1].Written : "common") switch
        {
            "floor" => Math.Floor(number * scale) / scale,
            "ceil" => Math.Ceiling(number * scale) / scale,
            _ => Math.Round(number, (int)digits, MidpointRounding.ToEven),
        };
        return TemplateValue.Of(rounded, whole: false);
    }

    private static TemplateValue Bool(TemplateValue value, TemplateValue[] arguments) => value.Written.Trim().ToLowerInvariant() switch
    {
        "true" or "1" or "1.0" or "on" or "yes" or "enable" => TemplateValue.Of(true),
        "false" or "0" or "0.0" or "off" or "no" or "disable" => TemplateValue.Of(false),
        _ => arguments.Length > 0 ? arguments[0] : TemplateValue.Failed($"'{Short(value)}' is not true or false"),
    };

    private static TemplateValue Default(TemplateValue value, TemplateValue[] arguments) =>
        value.Kind == TemplateKind.Missing || (arguments.Length > 1 && arguments[1].IsTrue && !value.IsTrue)
            ? arguments.Length > 0 ? arguments[0] : TemplateValue.Of("")
            : value;

    private static bool IsWhole(TemplateValue value) => !value.Written.Contains('.', StringComparison.Ordinal);

    private static TemplateValue NoNumber(string filter, TemplateValue value) => TemplateValue.Failed($"{filter} of '{Short(value)}', which is no number");

    private static string Short(TemplateValue value) => value.Written is { Length: > 40 } text ? text[..40] + "…" : value.Written;
}
