using System.Text;
using SmartCourtyard.Readings;

namespace SmartCourtyard.Gateway.Devices;

/// <summary>A device that was heard, or that its family's own inventory lists, and that stands in no site file.</summary>
/// <param name="LastHeard">Null where only the inventory speaks of it.</param>
/// <param name="Points">The quantities it spoke of so far, or can speak of, a bit each.</param>
/// <param name="Vendor">As the inventory has it; null where there is none.</param>
internal sealed record UnassignedDevice(
    string Family, string Name, DateTimeOffset? LastHeard, long Messages, string Raw, ulong Points = 0, string? Vendor = null, string? Model = null);

/// <summary>What a family's own inventory says of one of its devices.</summary>
/// <param name="Points">The quantities it can speak of, a bit each.</param>
internal sealed record InventoryDevice(string Name, string? Vendor, string? Model, ulong Points);

/// <summary>
/// What the gateway hears and does not understand or does not know, for the technician: devices without a place in the site file,
/// and messages that nobody can read. Bounded; the oldest go first.
/// </summary>
internal sealed class HeardElsewhere
{
    private const int DevicesAtMost = 1_000;
    private const int MessagesAtMost = 200;
    private const int RawAtMost = 2_048;

    private readonly Lock _gate = new();
    private readonly Dictionary<(string Family, string Name), UnassignedDevice> _devices = [];
    private readonly Dictionary<string, IReadOnlyList<InventoryDevice>> _inventories = new(StringComparer.Ordinal);
    private readonly Queue<Undecodable> _messages = new();
    private readonly Dictionary<string, (long Count, Undecodable Last)> _byDevice = new(StringComparer.Ordinal);
    private long _undecodable;
    private long _lost;

    /// <summary>Messages, or parts of them, that nobody could read, since the start.</summary>
    public long UndecodableCount => Interlocked.Read(ref _undecodable);

    /// <summary>Messages of the site's devices that never came, where the devices number them, since the start.</summary>
    public long LostCount => Interlocked.Read(ref _lost);

    public void NoteLost(long messages) => Interlocked.Add(ref _lost, messages);

    /// <summary>Those heard last come first; at the end those that only an inventory knows.</summary>
    public IReadOnlyList<UnassignedDevice> Unassigned()
    {
        lock (_gate)
        {
            var all = new Dictionary<(string Family, string Name), UnassignedDevice>(_devices);
            foreach (var (family, inventory) in _inventories)
            {
                foreach (var listed in inventory)
                {
                    var heard = all.GetValueOrDefault((family, listed.Name)) ?? new UnassignedDevice(family, listed.Name, null, 0, "");
                    all[(family, listed.Name)] = heard with { Vendor = listed.Vendor, Model = listed.Model, Points = heard.Points | listed.Points };
                }
            }

            return [.. all.Values.OrderByDescending(d => d.LastHeard ?? DateTimeOffset.MinValue).ThenBy(d => d.Name, StringComparer.Ordinal)];
        }
    }

    /// <summary>Forgets those that have a place in the site file by now.</summary>
    /// <param name="names">What stands in the sources of the file.</param>
    public void Forget(IReadOnlySet<string> names)
    {
        lock (_gate)
        {
            foreach (var known in _devices.Keys.Where(d => names.Contains(d.Name)).ToList())
            {
                _devices.Remove(known);
            }

            foreach (var (family, inventory) in _inventories)
            {
                _inventories[family] = [.. inventory.Where(d => !names.Contains(d.Name))];
            }
        }
    }

    /// <summary>Takes a family's whole inventory: the devices in it that the site file does not name. The last one stands.</summary>
    public void NoteInventory(string family, IReadOnlyList<InventoryDevice> unassigned)
    {
        lock (_gate)
        {
            _inventories[family] = [.. unassigned.Take(DevicesAtMost)];
        }
    }

    /// <summary>The last unreadable messages, newest first.</summary>
    public IReadOnlyList<Undecodable> Messages()
    {
        lock (_gate)
        {
            return [.. _messages.Reverse()];
        }
    }

    /// <summary>What one device sent that nobody could read; null where nothing.</summary>
    public (long Count, Undecodable Last)? Of(string deviceId)
    {
        lock (_gate)
        {
            return _byDevice.TryGetValue(deviceId, out var known) ? known : null;
        }
    }

    public void NoteUnassigned(string family, string name, ulong points, ReadOnlySpan<byte> payload, DateTimeOffset now)
    {
        lock (_gate)
        {
            var known = _devices.GetValueOrDefault((family, name));
            if (known is null && _devices.Count >= DevicesAtMost)
            {
                var oldest = _devices.Values.MinBy(d => d.LastHeard)!;
                _devices.Remove((oldest.Family, oldest.Name));
            }

            _devices[(family, name)] = new UnassignedDevice(
                family, name, now, (known?.Messages ?? 0) + 1, Text(payload), points | (known?.Points ?? 0));
        }
    }

    public void NoteUndecodable(string topic, string? deviceId, string reason, ReadOnlySpan<byte> payload, DateTimeOffset now)
    {
        Interlocked.Increment(ref _undecodable);
        var message = new Undecodable(now, topic, deviceId, reason, Text(payload));
        lock (_gate)
        {
            _messages.Enqueue(message);
            if (_messages.Count > MessagesAtMost)
            {
                _messages.Dequeue();
            }

            if (deviceId is not null)
            {
                _byDevice[deviceId] = (_byDevice.TryGetValue(deviceId, out var known) ? known.Count + 1 : 1, message);
            }
        }
    }

    private static string Text(ReadOnlySpan<byte> payload) => Encoding.UTF8.GetString(payload[..Math.Min(payload.Length, RawAtMost)]);
}
