using SmartCourtyard.Courtyards;
using SmartCourtyard.Effects;
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
        Lamps = new GpioLamps(Outputs.Set, time);
        Sensors = new Sensors(courtyard, hear, partLost, time, loggers.CreateLogger<Sensors>(), before?.Sensors, roots);
    }

    public GpioContacts Contacts { get; }

    public GpioOutputs Outputs { get; }

    public GpioLamps Lamps { get; }

    public Sensors Sensors { get; }

    /// <summary>Carries out an order; confirmed where the pin has the state, read back.</summary>
    public Carried Carry(ActuatorOrder order)
    {
        var id = order.Actuator.Id;
        var result = order.Actuator.Class == DeviceClass.ReassuranceLamp ? Lamps.Show(id, order.Sign) : Outputs.Set(id, order.On);
        return result switch
        {
            OutputResult.Done => Carried.Confirmed,
            OutputResult.NoSuchOutput => Carried.Failed("the site file names no line for it"),
            _ => Carried.Failed("its line cannot be driven"),
        };
    }

    /// <summary>Gives everything back to the kernel, outputs at rest; after the end, where nobody follows.</summary>
    public void Release()
    {
        Sensors.Release();
        Contacts.Release();
        Outputs.Release();
    }

    /// <summary>Outputs come first, so that they stop last: what moves a siren outlives what hears.</summary>
    public IReadOnlyList<BackgroundService> Workers => [Outputs, Lamps, Contacts, Sensors];
}
