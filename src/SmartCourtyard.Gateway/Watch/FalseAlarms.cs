using SmartCourtyard.Alarms;
using SmartCourtyard.Courtyards;
using SmartCourtyard.Readings;
using SmartCourtyard.Troubles;

namespace SmartCourtyard.Gateway.Watch;

/// <summary>
/// Looks on while the watch judges: which detectors alarm briefly again and again, what an alarm may come from, which devices were
/// tested. What it finds stands in the devices' health; alarms go their way without it.
/// </summary>
/// <param name="health">Where it is written down.</param>
/// <param name="isTested">Whether people test a device now; null: never.</param>
internal sealed class FalseAlarms(HealthBook health, Func<Device, bool>? isTested = null)
{
    private readonly FalseAlarmBook _book = new();
    private readonly List<(string Device, bool Noisy)> _turned = [];
    private readonly HashSet<string> _tested = new(StringComparer.Ordinal);
    private IReadOnlyList<Device> _devices = [];

    public AlarmHint? HintOf(Device device, AlarmKind kind, Moment now) => _book.HintOf(device, kind, now);

    public void Hear(ReadOnlySpan<Reading> message, Moment now)
    {
        _book.Hear(message, now.Uptime);
        if (!message.IsEmpty && isTested?.Invoke(message[0].Device) == true)
        {
            _tested.Add(message[0].Device.Id);
        }
    }

    /// <summary>Takes in the steps of one judgement, before they become events.</summary>
    public void Note(List<AlarmChange> alarms, Moment now, List<TroubleChange> troubles)
    {
        if (alarms.Count == 0)
        {
            _tested.Clear();
            return;
        }

        foreach (var (step, alarm) in alarms)
        {
            // Where a real alarm of it stands, a test is one more occurrence of that.
            if (step != AlarmStep.Cleared && (alarm.Test || _tested.Contains(alarm.DeviceId)))
            {
                health.NoteTest(alarm.DeviceId, now);
            }
        }

        _tested.Clear();
        _book.Note(alarms, now, _turned);
        Tell(now, troubles);
    }

    public void Tick(Moment now, List<TroubleChange> troubles)
    {
        _book.Tick(now, _turned);
        Tell(now, troubles);
    }

    public void Serve(Courtyard courtyard, IReadOnlySet<string> unchanged)
    {
        _devices = courtyard.Devices;
        _book.Serve(courtyard, unchanged);
    }

    /// <summary>Takes back what another run of the gateway knew of alarms: doses, and how often each device alarmed.</summary>
    public void Restore(IReadOnlyList<DeviceMemory> memories, Courtyard courtyard, AlarmBook alarms, Moment now, List<TroubleChange> troubles)
    {
        _devices = courtyard.Devices;
        var byId = memories.ToDictionary(m => m.Device, StringComparer.Ordinal);
        foreach (var device in _devices)
        {
            var memory = byId.GetValueOrDefault(device.Id);
            if (memory is not null && memory.Kind != DeviceMemory.KindOf(device))
            {
                // Another thing under the same id: what the old one did says nothing about it.
                memory = null;
            }

            alarms.Restore(device, memory?.Doses ?? []);
            health.RestoreNoisy(device.Id, _book.Restore(device.Id, memory?.Activations ?? [], now), now, troubles);
        }
    }

    /// <summary>What the next run of the gateway needs of the devices, with what the alarms say of them.</summary>
    public IReadOnlyList<DeviceMemory> Remember(IReadOnlyList<DeviceMemory> memories, AlarmBook alarms, Moment now)
    {
        var byId = _devices.ToDictionary(d => d.Id, StringComparer.Ordinal);
        return
        [
            .. memories.Select(m => m with
            {
                Doses = byId.TryGetValue(m.Device, out var device) && alarms.Remember(device, now.Uptime) is { Count: > 0 } doses ? doses : null,
                Activations = _book.Remember(m.Device, now.Uptime),
            }),
        ];
    }

    /// <summary>How often each device has alarmed; those that never did are left out.</summary>
    public IReadOnlyDictionary<string, ActivationCount> Counts(Moment now) => _book.Devices.ToDictionary(d => d, d => _book.CountOf(d, now.Uptime), StringComparer.Ordinal);

    private void Tell(Moment now, List<TroubleChange> troubles)
    {
        foreach (var (device, noisy) in _turned)
        {
            health.SetNoisy(device, noisy, now, troubles);
        }

        _turned.Clear();
    }
}
