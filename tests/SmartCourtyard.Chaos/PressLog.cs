using System.Collections.Concurrent;
using System.Text.Json;
using SmartCourtyard.Acceptance.Estates;
using SmartCourtyard.Mqtt;

namespace SmartCourtyard.Chaos;

/// <summary>Presses buttons and lets smoke alarms sound, and writes down what the broker confirmed and what was seen on the board.</summary>
internal sealed class PressLog(Estate estate, MqttClient sender) : IDisposable
{
    private readonly ConcurrentDictionary<string, long> _confirmed = new(StringComparer.Ordinal);
    private readonly ConcurrentDictionary<string, long> _seen = new(StringComparer.Ordinal);
    private readonly List<Task> _sending = [];

    // Enough that a burst is one, few enough that a broker which is down is not met by hundreds at once.
    private readonly SemaphoreSlim _places = new(100);

    /// <summary>How many of them the broker confirmed.</summary>
    public int Confirmed => _confirmed.Count;

    /// <summary>Lets a device give its alarm; comes back at once.</summary>
    public void Press(TestDevice device, CancellationToken stop) => _sending.Add(SendAsync(device, stop));

    /// <summary>Everything that was pressed is confirmed.</summary>
    public Task AllConfirmedAsync() => Task.WhenAll(_sending);

    /// <summary>Looks at the board once; a duty room that is down shows nothing.</summary>
    public async Task<IReadOnlyList<JsonElement>> LookAsync()
    {
        var alarms = await estate.Board.TryAlarmsAsync("state=open") ?? [];
        var pressed = alarms.Where(a => _confirmed.ContainsKey(Device(a)) || IsSent(Device(a))).ToList();
        foreach (var alarm in pressed)
        {
            _seen.TryAdd(Device(alarm), TimeProvider.System.GetTimestamp());
        }

        return pressed;
    }

    public bool AllSeen => _confirmed.Keys.All(_seen.ContainsKey);

    public IEnumerable<string> Unseen => _confirmed.Keys.Where(d => !_seen.ContainsKey(d));

    /// <summary>Which alarm took longest from the confirmation to the board, and the two moments; null while none was seen there.</summary>
    public (string Device, long Confirmed, long Seen)? Slowest => _confirmed.Where(c => _seen.ContainsKey(c.Key))
        .Select(c => ((string Device, long Confirmed, long Seen)?)(c.Key, c.Value, _seen[c.Key])).MaxBy(s => s!.Value.Seen - s.Value.Confirmed);

    public void Dispose() => _places.Dispose();

    public static string Device(JsonElement alarm) => alarm.GetProperty("device").GetString()!;

    private bool IsSent(string device) => estate.Site.Devices.Any(d => d.Id == device);

    private async Task SendAsync(TestDevice device, CancellationToken stop)
    {
        await _places.WaitAsync(stop);
        try
        {
            var payload = device.Class == "smoke-detector" ? """{"smoke":true,"battery":90}"""u8.ToArray() : """{"action":"emergency","battery":90}"""u8.ToArray();
            while (await sender.PublishAsync(device.Topic, payload, MqttQos.AtLeastOnce, retain: false, stop) != MqttPublishResult.Confirmed)
            {
                await Task.Delay(TimeSpan.FromMilliseconds(20), TimeProvider.System, stop);
            }

            _confirmed[device.Id] = TimeProvider.System.GetTimestamp();
        }
        finally
        {
            _places.Release();
        }
    }
}
