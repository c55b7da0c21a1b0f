using System.Globalization;
using SmartCourtyard.Alarms;
using SmartCourtyard.Courtyards;
using SmartCourtyard.Readings;

namespace SmartCourtyard.Gateway.Site;

/// <summary>Reads what the file sets in place of the rules of a class: for all devices of the class, and for one device.</summary>
internal sealed class LimitReader(SiteMistakes mistakes)
{
    private const string AirKey = "air";
    private const double HighestMethane = 25;
    private const double HighestCo = 300;

    private static readonly TimeSpan LongestDelay = TimeSpan.FromHours(1);
    private static readonly (TimeSpan Least, TimeSpan Most) GasDelay = (TimeSpan.FromSeconds(15), TimeSpan.FromSeconds(60));
    private static readonly (TimeSpan Least, TimeSpan Most) Mean = (TimeSpan.FromMinutes(1), TimeSpan.FromHours(24));
    private static readonly string AllAir = string.Join(", ", AirProfile.All.Select(p => p.Name));

    private readonly Dictionary<DeviceClass, DeviceRules> _ofClass = [];

    /// <summary>Reads the limits of the classes; they must be known before those of the devices.</summary>
    public void ReadClasses(YamlNode node)
    {
        if (SiteFields.Open(node, mistakes, "limits", [.. DeviceClasses.AllNames]) is null)
        {
            return;
        }

        foreach (var (key, value) in ((YamlMap)node).Entries)
        {
            if (DeviceClasses.TryParse(key.Text, out var deviceClass) && Read(value, deviceClass) is { } rules)
            {
                _ofClass[deviceClass] = rules;
            }
        }
    }

    /// <summary>What is set for one device: its own limits before its class's; null where nothing is.</summary>
    public DeviceRules? Of(YamlNode? own, DeviceClass deviceClass)
    {
        var ofClass = _ofClass.GetValueOrDefault(deviceClass);
        if (own is null || Read(own, deviceClass) is not { } rules)
        {
            return ofClass;
        }

        return ofClass is null
            ? rules
            : new DeviceRules([.. rules.Limits, .. ofClass.Limits.Where(c => rules.Limits.All(l => l.Quantity != c.Quantity))], rules.Air ?? ofClass.Air);
    }

    private DeviceRules? Read(YamlNode node, DeviceClass deviceClass)
    {
        var keys = Keys(deviceClass);
        if (SiteFields.Open(node, mistakes, "limits", keys) is not { } fields)
        {
            return null;
        }

        var limits = new List<Limit>();
        foreach (var (key, value) in fields.Map.Entries)
        {
            if (Quantities.TryParse(key.Text, out var quantity) && keys.Contains(key.Text) && Limit(value, quantity, deviceClass) is { } limit)
            {
                limits.Add(limit);
            }
        }

        return new DeviceRules(limits, Air(fields));
    }

    // A detector's own contact is not among them: nothing may delay it or switch it off.
    private static string[] Keys(DeviceClass deviceClass) =>
    [
        .. Quantities.All.Where(q => AlarmRule.KindOf(q, deviceClass) is not null).Select(q => q.Name()),
        .. deviceClass == DeviceClass.AirMonitor ? [AirKey] : Array.Empty<string>(),
    ];

    private AirProfile? Air(SiteFields fields)
    {
        if (fields.Node(AirKey) is not { } node)
        {
            return null;
        }

        var profile = node is YamlScalar name ? AirProfile.All.FirstOrDefault(p => p.Name == name.Text) : null;
        if (profile is null)
        {
            mistakes.Add(node, $"'{AirKey}' is {node.Kind}", AllAir);
        }

        return profile;
    }

    private Limit? Limit(YamlNode node, Quantity quantity, DeviceClass deviceClass)
    {
        var life = AlarmRule.KindOf(quantity, deviceClass)!.Value.Severity() == Severity.Life;
        if (node is YamlScalar { Text: "off" })
        {
            if (life)
            {
                mistakes.Add(node, $"'{quantity.Name()}' is off", "what is about a life cannot be switched off: a limit as { alarm: 10 }");
                return null;
            }

            return new Limit(quantity, Alarm: null, Clear: 0);
        }

        if (SiteFields.Open(node, mistakes, $"'{quantity.Name()}'", "alarm", "clear", "after", "clear-after", "over", "rise") is not { } fields)
        {
            return null;
        }

        var alarm = quantity.IsBoolean() ? Truth(fields) : Number(fields, "alarm");
        var rise = Number(fields, "rise");
        if (alarm is null && rise is null)
        {
            if (fields.Node("alarm") is null && fields.Node("rise") is null)
            {
                mistakes.Add(node, $"'{quantity.Name()}' sets no limit", "'alarm' with the value from which it alarms, or 'rise' with how much a minute");
            }

            return null;
        }

        Check(fields, quantity, alarm, rise, life);
        return new Limit(quantity, alarm, Clear(fields, quantity, alarm))
        {
            After = Span(fields, "after", quantity == Quantity.Methane ? GasDelay : (TimeSpan.Zero, LongestDelay)) ?? TimeSpan.Zero,
            ClearAfter = Span(fields, "clear-after", (TimeSpan.Zero, LongestDelay)) ?? TimeSpan.Zero,
            Over = Span(fields, "over", Mean),
            RisePerMinute = rise,
        };
    }

    private void Check(SiteFields fields, Quantity quantity, double? alarm, double? rise, bool life)
    {
        var highest = quantity switch { Quantity.Methane => HighestMethane, Quantity.Co => HighestCo, _ => double.PositiveInfinity };
        if (alarm > highest || (alarm <= 0 && double.IsFinite(highest)))
        {
            mistakes.Add(fields.Node("alarm")!, string.Create(CultureInfo.InvariantCulture, $"'alarm' is {alarm}"),
                string.Create(CultureInfo.InvariantCulture, $"more than 0 and at most {highest} {quantity.Unit()}"));
        }

        if (life && fields.Node("over") is { } mean)
        {
            mistakes.Add(mean, $"a mean of '{quantity.Name()}' comes too late for a life", "no 'over' here; 'after' for how long it must last");
        }

        if (rise <= 0)
        {
            mistakes.Add(fields.Node("rise")!, "'rise' is not above 0", $"how much {quantity.Unit()} a minute, for example 8");
        }
    }

    private double Clear(SiteFields fields, Quantity quantity, double? alarm) => quantity.IsBoolean()
        ? 1 // false alarms and true ends it, or the other way round
        : Number(fields, "clear") ?? alarm ?? 0;

    private double? Truth(SiteFields fields)
    {
        if (fields.Node("clear") is { } clear)
        {
            mistakes.Add(clear, "'clear' has no meaning here", "nothing: what is true or false ends with the other");
        }

        switch (fields.Node("alarm"))
        {
            case null:
                return null;
            case YamlScalar { Text: "true" }:
                return 1;
            case YamlScalar { Text: "false" }:
                return 0;
            case var node:
                mistakes.Add(node, $"'alarm' is {node.Kind}", "true or false");
                return null;
        }
    }

    private double? Number(SiteFields fields, string key)
    {
        if (fields.Node(key) is not { } node)
        {
            return null;
        }

        if (node is YamlScalar { Plain: true } scalar && double.TryParse(scalar.Text, NumberStyles.Float, CultureInfo.InvariantCulture, out var value)
            && double.IsFinite(value))
        {
            return value;
        }

        mistakes.Add(node, $"'{key}' is {node.Kind}", "a number in the quantity's unit");
        return null;
    }

    private TimeSpan? Span(SiteFields fields, string key, (TimeSpan Least, TimeSpan Most) bounds)
    {
        if (fields.Node(key) is not { } node)
        {
            return null;
        }

        if (TimeSpans.Parse(node) is { } span && span >= bounds.Least && span <= bounds.Most)
        {
            return span;
        }

        mistakes.Add(node, $"'{key}' is {node.Kind}", $"{Written(bounds.Least)} to {Written(bounds.Most)}, for example {Written(bounds.Least > TimeSpan.Zero ? bounds.Least : TimeSpan.FromSeconds(30))}");
        return null;
    }

    private static string Written(TimeSpan span) => span.TotalSeconds switch
    {
        < 60 => string.Create(CultureInfo.InvariantCulture, $"{span.TotalSeconds}s"),
        < 3_600 => string.Create(CultureInfo.InvariantCulture, $"{span.TotalMinutes}min"),
        _ => string.Create(CultureInfo.InvariantCulture, $"{span.TotalHours}h"),
    };
}
