using SmartCourtyard.Courtyards;
using SmartCourtyard.Gateway.Devices.Gpio;
using SmartCourtyard.Gateway.Devices.Sysfs;
using SmartCourtyard.Readings;

namespace SmartCourtyard.Gateway.Devices;

/// <summary>
/// Everything that is wired to this machine and reached through its kernel; what the site does not name costs nothing. What is open
/// stays open when the site file is read again and is taken over by those who follow, so that no press and no siren stops for it.
/// </summary>
internal sealed class KernelDevices
{
    public KernelDevices(
        Courtyard courtyard, Func<HeardBatch, CancellationToken, ValueTask<bool>> hear,
        Func<string, bool, string?, CancellationToken, ValueTask> partLost, TimeProvider time, ILoggerFactory loggers, KernelDevices? before = null,
        KernelRoots? roots = null)
    {
        Contacts = new GpioContacts(courtyard, hear, partLost, time, loggers.CreateLogger<GpioContacts>(), before?.Contacts, roots);
        Outputs = new GpioOutputs(courtyard, hear, partLost, time, loggers.CreateLogger<GpioOutputs>(), before?.Outputs, roots);
        Sensors = new Sensors(courtyard, hear, partLost, time, loggers.CreateLogger<Sensors>(), before?.Sensors, roots);
    }

    public GpioContacts Contacts { get; }

    public GpioOutputs Outputs { get; }

    public Sensors Sensors { get; }

    /// <summary>Gives a siren, lamp or valve a state; why that was not possible, or null.</summary>
    public string? Set(string deviceId, bool on) => Outputs.Set(deviceId, on) switch
    {
        OutputResult.Done => null,
        OutputResult.NoSuchOutput => "no-such-output",
        _ => "out-of-reach",
    };

    /// <summary>Gives everything back to the kernel, outputs at rest; after the end, where nobody follows.</summary>
    public void Release()
    {
        Sensors.Release();
        Contacts.Release();
        Outputs.Release();
    }

    /// <summary>Outputs come first, so that they stop last: what moves a siren outlives what hears.</summary>
    public IReadOnlyList<BackgroundService> Workers => [Outputs, Contacts, Sensors];
}
