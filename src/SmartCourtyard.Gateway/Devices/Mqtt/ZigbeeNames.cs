using System.Collections.Frozen;
using System.Text.Json.Serialization;

namespace SmartCourtyard.Gateway.Devices.Mqtt;

/// <summary>
/// Which device Zigbee2MQTT calls by another name than the site file does. A device's address never changes, and an inventory has told
/// it while both names agreed; kept on disk, because under the new name an alarm may wait at the broker while no gateway runs.
/// </summary>
internal sealed class ZigbeeNames
{
    private readonly Lock _gate = new();
    private readonly Lock _saving = new();
    private readonly string? _path;
    private readonly FrozenSet<string> _ofSite;
    private readonly Dictionary<string, string> _addresses;
    private volatile FrozenDictionary<string, string> _renamed;
    private bool _changed;

    /// <param name="path">The file; null: nothing is kept.</param>
    /// <param name="ofSite">The names that the site file uses.</param>
    public ZigbeeNames(string? path, IEnumerable<string> ofSite)
    {
        (_path, _ofSite) = (path, ofSite.ToFrozenSet(StringComparer.Ordinal));
        ZigbeeNamesFile? kept = KeptFile.Read(path, ZigbeeNamesJson.Default.ZigbeeNamesFile);
        _addresses = OfSite(kept?.Addresses).ToDictionary(StringComparer.Ordinal);
        _renamed = OfSite(kept?.Renamed).Where(r => IsNew(r.Value)).ToFrozenDictionary(StringComparer.Ordinal);
    }

    /// <summary>From the name in the site file to the name by which Zigbee2MQTT calls the device now, where they differ.</summary>
    public IReadOnlyDictionary<string, string> Renamed => _renamed;

    /// <summary>Learns addresses and new names from an inventory. Whether anything changed.</summary>
    public bool Take(IReadOnlyList<Zigbee2MqttListed> inventory)
    {
        lock (_gate)
        {
            bool changed = false;
            Dictionary<string, string> byAddress = new(StringComparer.Ordinal), renamed = new(StringComparer.Ordinal);
            HashSet<string> present = [.. inventory.Select(d => d.FriendlyName)];
            foreach (Zigbee2MqttListed one in inventory.Where(d => d.Address is not null))
            {
                byAddress[one.Address!] = one.FriendlyName;
                if (_ofSite.Contains(one.FriendlyName) && _addresses.GetValueOrDefault(one.FriendlyName) != one.Address)
                {
                    _addresses[one.FriendlyName] = one.Address!;
                    changed = true;
                }
            }
            foreach (string name in _ofSite.Where(n => !present.Contains(n)))
            {
                string? now = _addresses.TryGetValue(name, out string? address) && byAddress.TryGetValue(address, out string? called) ? called : _renamed.GetValueOrDefault(name);
                if (now is not null && present.Contains(now) && IsNew(now))
                {
                    renamed[name] = now;
                }
            }
            changed |= Set(renamed);
            _changed |= changed;
            return changed;
        }
    }

    /// <summary>Zigbee2MQTT says that it has renamed a device.</summary>
    /// <returns>The device's name in the site file; null where it is none of its devices.</returns>
    public string? Rename(string from, string to)
    {
        lock (_gate)
        {
            string? name = _renamed.FirstOrDefault(r => r.Value == from).Key ?? (_ofSite.Contains(from) ? from : null);
            if (name is null || (to != name && !IsNew(to)))
            {
                return name;
            }
            var renamed = new Dictionary<string, string>(_renamed, StringComparer.Ordinal) { [name] = to };
            if (to == name)
            {
                renamed.Remove(name);
            }
            _changed |= Set(renamed);
            return name;
        }
    }

    /// <exception cref="IOException">It cannot be written.</exception>
    public void Save()
    {
        lock (_saving)
        {
            ZigbeeNamesFile now;
            lock (_gate)
            {
                if (!_changed || _path is null)
                {
                    return;
                }
                now = new ZigbeeNamesFile(new(_addresses), new(_renamed));
                _changed = false;
            }
            try
            {
                KeptFile.Replace(_path, now, ZigbeeNamesJson.Default.ZigbeeNamesFile);
            }
            catch (IOException)
            {
                lock (_gate)
                {
                    _changed = true;
                }
                throw;
            }
        }
    }

    // The name of nobody else, and one that can be part of a topic.
    private bool IsNew(string name) => !_ofSite.Contains(name) && name.Length > 0 && !name.Any(c => c is '+' or '#' || char.IsControl(c)) && TopicFilters.IsFilter(name);

    private bool Set(Dictionary<string, string> renamed)
    {
        bool same = renamed.Count == _renamed.Count && renamed.All(r => _renamed.GetValueOrDefault(r.Key) == r.Value);
        _renamed = same ? _renamed : renamed.ToFrozenDictionary(StringComparer.Ordinal);
        return !same;
    }

    private IEnumerable<KeyValuePair<string, string>> OfSite(Dictionary<string, string>? kept) => (kept ?? []).Where(k => k.Value is not null && _ofSite.Contains(k.Key));
}

/// <param name="Addresses">From the name in the site file to the IEEE address.</param>
/// <param name="Renamed">From the name in the site file to the name in Zigbee2MQTT.</param>
internal sealed record ZigbeeNamesFile(Dictionary<string, string>? Addresses, Dictionary<string, string>? Renamed);

[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase)]
[JsonSerializable(typeof(ZigbeeNamesFile))]
internal sealed partial class ZigbeeNamesJson : JsonSerializerContext;
