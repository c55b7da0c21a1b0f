using System.Text;
using SmartCourtyard.Readings;

namespace SmartCourtyard.Gateway.Devices;

/// <summary>A device that was heard and stands in no site file.</summary>
internal sealed record UnassignedDevice(string Family, string Name, DateTimeOffset LastHeard, long Messages, string Raw);

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
    private readonly Dictionary<string, UnassignedDevice> _devices = new(StringComparer.Ordinal);
    private readonly Queue<Undecodable> _messages = new();
    private readonly Dictionary<string, (long Count, Undecodable Last)> _byDevice = new(StringComparer.Ordinal);
    private long _undecodable;

    /// <summary>Messages, or parts of them, that nobody could read, since the start.</summary>
    public long UndecodableCount => Interlocked.Read(ref _undecodable);

    public IReadOnlyList<UnassignedDevice> Unassigned()
    {
        lock (_gate)
        {
            return [.. _devices.Values.OrderByDescending(d => d.LastHeard)];
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

    public void NoteUnassigned(string family, string name, ReadOnlySpan<byte> payload, DateTimeOffset now)
    {
        lock (_gate)
        {
            var count = _devices.TryGetValue(name, out var known) ? known.Messages + 1 : 1;
            if (known is null && _devices.Count >= DevicesAtMost)
            {
                _devices.Remove(_devices.Values.MinBy(d => d.LastHeard)!.Name);
            }

            _devices[name] = new UnassignedDevice(family, name, now, count, Text(payload));
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
