using SmartCourtyard.Courtyards;
using SmartCourtyard.Gateway.Paths;
using SmartCourtyard.Gateway.Reassurance;
using SmartCourtyard.Gateway.Watch;

namespace SmartCourtyard.Gateway;

/// <summary>What the duty room may want of the actuators. Each gives back why it was not done, in one word, or null.</summary>
internal sealed class RemoteOrders(Func<Courtyard> courtyard, WatchLoop watch, Actuators actuators)
{
    private const string Unreadable = "unreadable";

    /// <summary>An actuator is told directly. Gas is only shut off from afar, never let flow: a person on site opens the valve.</summary>
    public async ValueTask<string?> SetAsync(CommandBody body, CancellationToken stop)
    {
        if (body is not { Device: { } id, On: { } on })
        {
            return Unreadable;
        }

        var device = courtyard().Devices.FirstOrDefault(d => d.Id == id);
        return device?.Class switch
        {
            DeviceClass.GasValve when !on => "valve-opens-by-hand",
            DeviceClass.GasValve => await watch.DoAsync(acting => acting.Hold(id), null, stop).ConfigureAwait(false),
            DeviceClass.Siren or DeviceClass.ReassuranceLamp => await actuators.SetAsync(device, on, stop).ConfigureAwait(false),
            _ => "no-such-output",
        };
    }

    public async ValueTask<string?> SilenceAsync(CommandBody body, CancellationToken stop) => body.AlarmId is { } alarm
        ? await watch.DoAsync(acting => acting.Silence(alarm), null, stop).ConfigureAwait(false)
        : Unreadable;

    /// <summary>By the alarm, by the lamp, or by the button beside it.</summary>
    public async ValueTask<string?> ReassureAsync(CommandBody body, CancellationToken stop)
    {
        if (body is { AlarmId: null, Device: null })
        {
            return Unreadable;
        }

        string[] alarms = body.AlarmId is { } alarm ? [alarm] : [.. watch.Alarms.Where(a => a.DeviceId == body.Device).Select(a => a.Id)];
        return await watch.DoAsync(acting => acting.Reassure(alarms, body.Device), null, stop).ConfigureAwait(false);
    }
}
