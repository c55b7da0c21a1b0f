using SmartCourtyard.Courtyards;

namespace SmartCourtyard.Gateway.Site;

/// <summary>Reads which devices a device depends on; checked when all are known, since a repeater may stand below those that it relays.</summary>
internal sealed class DependenceReader(SiteMistakes mistakes)
{
    public const string Key = "depends-on";
    private const int Most = 8;

    private readonly List<(string Device, YamlScalar Node)> _named = [];

    /// <summary>The ids that a device names; each mistake is noted.</summary>
    public IReadOnlyList<string> Read(SiteFields fields, string? id)
    {
        if (fields.Node(Key) is not { } node)
        {
            return [];
        }

        if (node is not YamlList { Items.Count: > 0 and <= Most } list || !list.Items.All(i => i is YamlScalar))
        {
            mistakes.Add(node, $"'{Key}' is {node.Kind}", $"a list of 1 to {Most} ids of devices, for example [b03-repeater]");
            return [];
        }

        var ids = list.Items.Cast<YamlScalar>().ToList();
        _named.AddRange(ids.Select(i => (id ?? "", i)));
        return [.. ids.Select(i => i.Text)];
    }

    /// <summary>Notes names that are no device's, and circles.</summary>
    public void Check(IReadOnlyList<Device> devices)
    {
        var byId = devices.DistinctBy(d => d.Id).ToDictionary(d => d.Id, StringComparer.Ordinal);
        foreach (var (device, node) in _named)
        {
            if (!byId.ContainsKey(node.Text))
            {
                mistakes.Add(node, $"no device has the id '{node.Text}'{Spelling.DidYouMean(node.Text, byId.Keys)}", "the id of another device in this file");
            }
            else if (Reaches(byId, node.Text, device))
            {
                mistakes.Add(node, $"'{device}' would depend on itself", "devices that depend on each other in one direction");
            }
        }
    }

    private static bool Reaches(Dictionary<string, Device> byId, string from, string to)
    {
        var (seen, next) = (new HashSet<string>(StringComparer.Ordinal), new Stack<string>([from]));
        while (next.TryPop(out var id))
        {
            if (id == to)
            {
                return true;
            }

            if (seen.Add(id) && byId.TryGetValue(id, out var device))
            {
                foreach (var more in device.DependsOn)
                {
                    next.Push(more);
                }
            }
        }

        return false;
    }
}
