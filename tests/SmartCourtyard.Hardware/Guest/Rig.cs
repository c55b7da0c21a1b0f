using Microsoft.Extensions.Logging.Abstractions;
using SmartCourtyard.Alarms;
using SmartCourtyard.Courtyards;
using SmartCourtyard.Gateway.Devices;
using SmartCourtyard.Readings;
using SmartCourtyard.Sources;

namespace SmartCourtyard.Hardware.Guest;

/// <summary>The gateway's kernel devices at work, what they said, and the alarms that follow from it.</summary>
internal sealed class Rig : IAsyncDisposable
{
    private readonly Lock _gate = new();
    private readonly List<Reading> _heard = [];
    private readonly List<(string Part, bool Lost, string? Why)> _parts = [];
    private readonly List<AlarmChange> _alarms = [];
    private readonly AlarmBook _book = new([]);
    private bool _stopped;

    private Rig(Device[] devices) => Kernel = Make(devices, null);

    public KernelDevices Kernel { get; private set; }

    /// <summary>While it is not set, nobody takes what is heard.</summary>
    public ManualResetEventSlim Takes { get; } = new(true);

    public static async Task<Rig> StartAsync(params Device[] devices)
    {
        var rig = new Rig(devices);
        await StartAsync(rig.Kernel).ConfigureAwait(false);
        return rig;
    }

    /// <summary>What a reload of the site file does: the old ones end, and some time later others begin in their place.</summary>
    public async Task ReplaceAsync(TimeSpan between, params Device[] devices)
    {
        var next = Make(devices, Kernel);
        await StopAsync(Kernel).ConfigureAwait(false);
        await Task.Delay(between, TimeProvider.System).ConfigureAwait(false);
        Kernel = next;
        await StartAsync(next).ConfigureAwait(false);
    }

    public static Device Device(DeviceClass deviceClass, Source source, string? id = null) => new(id ?? deviceClass.Name(), null, deviceClass, new Place(), source);

    public static Device Button(Sim chip, string line, TimeSpan debounce = default) => Device(
        DeviceClass.EmergencyButton, new GpioSource(chip.Label, line, GpioBias.PullUp, ActiveLow: true, debounce));

    public IReadOnlyList<Reading> Heard
    {
        get
        {
            lock (_gate)
            {
                return [.. _heard];
            }
        }
    }

    public int Presses => Heard.Count(r => r is { Quantity: Quantity.Emergency, IsOn: true, Origin: Origin.Live, Momentary: true });

    public IReadOnlyList<AlarmChange> Alarms
    {
        get
        {
            lock (_gate)
            {
                return [.. _alarms];
            }
        }
    }

    /// <summary>The value said last, live; null before.</summary>
    public double? Last(Quantity quantity, string? device = null) =>
        Heard.Where(r => r.Quantity == quantity && (device is null || r.Device.Id == device)).Select(r => (double?)r.Value).LastOrDefault();

    /// <summary>Why a part is lost, as told; null where it is not.</summary>
    public string? WhyLost(string part)
    {
        lock (_gate)
        {
            return _parts.LastOrDefault(p => p.Part == part) is { Lost: true, Why: var why } ? why : null;
        }
    }

    public bool Told(string part)
    {
        lock (_gate)
        {
            return _parts.Any(p => p.Part == part);
        }
    }

    public Task HearsAsync(Device device) => Check.EventuallyAsync(
        () => Heard.Any(r => r.Device == device && r.Origin == Origin.Live), () => $"{device.Id} is not heard: {this}");

    public override string ToString() =>
        $"heard [{string.Join(", ", Heard.TakeLast(20).Select(r => $"{r.Device.Id} {r.Quantity.Name()}={r.Value} {r.Origin}"))}], lost "
        + $"[{string.Join(", ", Kernel.Contacts.Lost.Now.Concat(Kernel.Sensors.Lost.Now).Select(l => $"{l.Key}: {l.Value}"))}]";

    public async Task StopAsync()
    {
        if (_stopped)
        {
            return;
        }

        _stopped = true;
        Takes.Set();
        await StopAsync(Kernel).ConfigureAwait(false);
        Kernel.Release();
    }

    public async ValueTask DisposeAsync()
    {
        await StopAsync().ConfigureAwait(false);
        Takes.Dispose();
    }

    private KernelDevices Make(Device[] devices, KernelDevices? before) => new(
        new Courtyard("guest", "guest", null, [], devices), HearAsync, TellAsync, TimeProvider.System, NullLoggerFactory.Instance, before);

    private static async Task StartAsync(KernelDevices kernel)
    {
        foreach (var worker in kernel.Workers)
        {
            await worker.StartAsync(CancellationToken.None).ConfigureAwait(false);
        }
    }

    private static async Task StopAsync(KernelDevices kernel)
    {
        foreach (var worker in kernel.Workers.Reverse())
        {
            await worker.StopAsync(CancellationToken.None).ConfigureAwait(false);
        }
    }

    private ValueTask<bool> HearAsync(HeardBatch batch, CancellationToken stop)
    {
        Takes.Wait(stop);
        lock (_gate)
        {
            var now = new Moment(TimeProvider.System.GetUtcNow(), TimeProvider.System.GetElapsedTime(0));
            for (var i = 0; i < batch.Count; i++)
            {
                _book.Hear(batch.Message(i, out _, out _), now, _alarms);
            }

            _heard.AddRange(batch.Readings);
        }

        return ValueTask.FromResult(true);
    }

    private ValueTask TellAsync(string part, bool lost, string? why, CancellationToken stop)
    {
        lock (_gate)
        {
            _parts.Add((part, lost, why));
        }

        return ValueTask.CompletedTask;
    }
}
