using System.Collections.Frozen;
using System.Globalization;
using System.Text.RegularExpressions;
using SmartCourtyard.Alarms;
using SmartCourtyard.Courtyards;
using SmartCourtyard.Readings;

namespace SmartCourtyard.Gateway.Site;

/// <summary>Checks the nodes of a site file and makes the courtyard of them; goes on after a mistake to find the next.</summary>
internal sealed partial class SiteReader(SiteMistakes mistakes)
{
    private const int LowestFloor = -5;
    private const int MaxNameLength = 100;
    private const int MostBuildings = 1_000;
    private const int MostDevices = 20_000;

    private static readonly string[] DeviceKeys = ["id", "name", "class", "at", "source", "call", "limits", "lel-base", DependenceReader.Key, .. Upkeep.Keys];
    private static readonly string AllClasses = string.Join(", ", DeviceClasses.AllNames);

    private readonly Dictionary<string, Building> _buildings = new(StringComparer.Ordinal);
    private readonly Dictionary<string, YamlNode> _deviceIds = new(StringComparer.Ordinal);
    private readonly Dictionary<string, (DeviceClass Class, YamlNode Source)> _speech = new(StringComparer.Ordinal);
    private readonly SourceReader _sources = new(mistakes);
    private readonly LimitReader _limits = new(mistakes);
    private readonly EffectReader _effects = new(mistakes);
    private readonly DependenceReader _dependences = new(mistakes);
    private readonly Dictionary<string, DeviceRules> _rules = new(StringComparer.Ordinal);

    /// <summary>What the file sets for its actuators, and how long each has to confirm.</summary>
    public EffectReader Effects => _effects;

    /// <summary>How many buildings and devices the file lists, good or not.</summary>
    public (int Buildings, int Devices) Listed { get; private set; }

    /// <summary>By which rules the devices are judged.</summary>
    public Rulebook Rules() => new(_rules);

    /// <summary>How each device is written down, by its id: class and source. Only of a file without a mistake: aliases could make it endless.</summary>
    public IReadOnlyDictionary<string, string> Speech() => mistakes.Any
        ? FrozenDictionary<string, string>.Empty
        : _speech.ToFrozenDictionary(s => s.Key, s => $"{s.Value.Class.Name()} {s.Value.Source.Spelled}", StringComparer.Ordinal);

    /// <summary>Every name that stands in a source, whatever the family; of a file without a mistake.</summary>
    public IReadOnlySet<string> SourceNames() => mistakes.Any
        ? FrozenSet<string>.Empty
        : _speech.Values.SelectMany(s => s.Source.Texts).ToFrozenSet(StringComparer.OrdinalIgnoreCase);

    /// <summary>Null where even the outermost part is missing; otherwise only as good as <see cref="SiteMistakes.Any"/> says.</summary>
    public Courtyard? Courtyard(YamlNode root)
    {
        SiteFields? fields = SiteFields.Open(root, mistakes, "the file", "courtyard", "name", "address", "buildings", "limits", "devices", EffectReader.Key, DeviceTopicsReader.Key);
        if (fields is null)
        {
            return null;
        }
        string id = fields.Id("courtyard") ?? "";
        string name = fields.Text("name", MaxNameLength, required: true) ?? id;
        Address? address = Address(fields);
        Listed = (Count(fields, "buildings", MostBuildings), Count(fields, "devices", MostDevices));
        var buildings = new List<Building>();
        fields.ForEach("buildings", "a list of buildings", node => AddBuilding(node, buildings));
        if (fields.Node("limits") is { } limits)
        {
            _limits.ReadClasses(limits);
        }
        var devices = new List<Device>();
        fields.ForEach("devices", "a list of devices", node => AddDevice(node, devices));
        _dependences.Check(devices);
        fields.ForEach(EffectReader.Key, "a list of effects", node => _effects.Read(node, Place));
        return new Courtyard(id, name, address, buildings, devices) { DeviceTopics = DeviceTopicsReader.Read(fields, mistakes) };
    }

    // More than this the duty room does not take.
    private int Count(SiteFields file, string key, int most)
    {
        int count = (file.Node(key) as YamlList)?.Items.Count ?? 0;
        if (count > most)
        {
            mistakes.Add(file.Node(key)!, string.Create(CultureInfo.InvariantCulture, $"'{key}' has {count} entries"), string.Create(CultureInfo.InvariantCulture, $"at most {most}"));
        }
        return count;
    }

    private Address? Address(SiteFields file)
    {
        SiteFields? fields = file.Node("address") is { } node
            ? SiteFields.Open(node, mistakes, "address", "street", "community", "grid")
            : null;
        return fields is null
            ? null
            : new Address(fields.Text("street", MaxNameLength), fields.Text("community", MaxNameLength), fields.Text("grid", MaxNameLength));
    }

    private void AddBuilding(YamlNode node, List<Building> buildings)
    {
        SiteFields? fields = SiteFields.Open(node, mistakes, "a building", "id", "name", "units", "floors");
        if (fields is null)
        {
            return;
        }
        string? id = fields.Id("id");
        string? name = fields.Text("name", MaxNameLength);
        int units = fields.WholeNumber("units", 1, 99, required: true) ?? 99;
        int floors = fields.WholeNumber("floors", 1, 200, required: true) ?? 200;
        if (id is null)
        {
            return;
        }
        var building = new Building(id, name ?? id, units, floors);
        if (!_buildings.TryAdd(id, building))
        {
            mistakes.Add(fields.Node("id")!, $"building '{id}' stands twice", "an id of its own for each building");
        }
        buildings.Add(building);
    }

    private void AddDevice(YamlNode node, List<Device> devices)
    {
        SiteFields? fields = SiteFields.Open(node, mistakes, "a device", DeviceKeys);
        if (fields is null)
        {
            return;
        }
        string? id = fields.Id("id");
        if (id is not null && !_deviceIds.TryAdd(id, node))
        {
            mistakes.Add(fields.Node("id")!, $"device '{id}' stands twice (first in line {_deviceIds[id].Line})", "an id of its own for each device");
        }
        string? name = fields.Text("name", MaxNameLength);
        DeviceClass? deviceClass = Class(fields);
        Place at = fields.Node("at") is { } place ? Place(place) : new Place();
        Source? source = fields.RequiredNode("source", SourceReader.Allowed) is { } from ? _sources.Source(from, deviceClass) : null;
        if (id is not null && deviceClass is { } listed)
        {
            _effects.Note(id, listed, source, fields.Node("source"));
        }
        string? call = Call(fields);
        Upkeep upkeep = Upkeep.Read(fields, mistakes);
        double lelBase = LelBase(fields);
        IReadOnlyList<string> dependsOn = _dependences.Read(fields, id);
        DeviceRules? rules = deviceClass is { } c ? _limits.Of(fields.Node("limits"), c) : null;
        if (id is not null && deviceClass is { } known && source is not null)
        {
            devices.Add(new Device(id, name, known, at, source, call)
            {
                Installed = upkeep.Installed, ServiceLife = upkeep.ServiceLife, TestEvery = upkeep.TestEvery, Silence = upkeep.Silence, LelBase = lelBase,
                DependsOn = dependsOn,
            });
            if (rules is not null)
            {
                _rules[id] = rules;
            }
            _speech[id] = (known, fields.Node("source")!);
        }
    }

    // Two volumes are in use; anything else is a slip of the pen.
    private double LelBase(SiteFields device)
    {
        switch (device.Node("lel-base"))
        {
            case null or YamlScalar { Text: "5" or "5.0" }:
                return Units.LelBasePercent;
            case YamlScalar { Text: "4.4" }:
                return 4.4;
            case var node:
                mistakes.Add(node, $"'lel-base' is {node.Kind}", "5.0 or 4.4: the per cent by volume of methane that the device calls 100 %LEL");
                return Units.LelBasePercent;
        }
    }

    private DeviceClass? Class(SiteFields device)
    {
        YamlNode? node = device.RequiredNode("class", AllClasses);
        if (node is null)
        {
            return null;
        }
        if (node is YamlScalar scalar && DeviceClasses.TryParse(scalar.Text, out DeviceClass deviceClass))
        {
            return deviceClass;
        }
        string guess = node is YamlScalar written ? Spelling.DidYouMean(written.Text, DeviceClasses.AllNames) : "";
        mistakes.Add(node, $"'class' is {node.Kind}{guess}", AllClasses);
        return null;
    }

    private Place Place(YamlNode node)
    {
        SiteFields? fields = SiteFields.Open(node, mistakes, "at", "building", "unit", "floor", "flat", "place");
        if (fields is null)
        {
            return new Place();
        }
        Building? building = BuildingOf(fields);
        int? unit = fields.WholeNumber("unit", 1, building?.Units ?? 99);
        int? floor = fields.WholeNumber("floor", LowestFloor, building?.Floors ?? 200);
        if (floor == 0)
        {
            mistakes.Add(fields.Node("floor")!, "'floor' is 0", "1 is the ground floor, -1 the first below it");
        }
        return new Place(building?.Id, unit, floor, fields.Text("flat", 20), fields.Text("place", MaxNameLength));
    }

    private Building? BuildingOf(SiteFields place)
    {
        if (place.Node("building") is { } node)
        {
            if (node is YamlScalar scalar && _buildings.TryGetValue(scalar.Text, out Building? building))
            {
                return building;
            }
            string guess = node is YamlScalar written ? Spelling.DidYouMean(written.Text, _buildings.Keys) : "";
            mistakes.Add(node, $"no building has the id {node.Kind}{guess}", SomeBuildings());
        }
        else if ((place.Node("unit") ?? place.Node("floor")) is { } orphan)
        {
            mistakes.Add(orphan, "a unit or floor stands without its building", "'building' beside it");
        }
        return null;
    }

    private string SomeBuildings() => _buildings.Count switch
    {
        0 => "the file lists no buildings",
        <= 30 => string.Join(", ", _buildings.Keys),
        _ => string.Create(CultureInfo.InvariantCulture, $"one of the {_buildings.Count} ids under 'buildings'"),
    };

    private string? Call(SiteFields device)
    {
        string? call = device.Text("call", 255);
        if (call is not null && !SipUri().IsMatch(call))
        {
            mistakes.Add(device.Node("call")!, $"'call' is '{call}'", "a SIP address, for example sip:301@192.0.2.10");
            return null;
        }
        return call;
    }

    [GeneratedRegex(@"^sips?:([^\s@:]+(:[^\s@]*)?@)?(\[[0-9A-Fa-f:.]+\]|[A-Za-z0-9](?:[A-Za-z0-9.-]*[A-Za-z0-9])?)(:[0-9]{1,5})?([;?][^\s]*)?$")]
    private static partial Regex SipUri();
}
