using System.Collections.Concurrent;
using SmartCourtyard.Courtyards;
using SmartCourtyard.Effects;

namespace SmartCourtyard.Gateway.Reassurance;

/// <summary>Where orders go, and who is told that one is not carried out.</summary>
/// <param name="Carry">Sends an order to its device.</param>
/// <param name="Fault">Takes that a device does not do what it was told (true, with one sentence), or does it again.</param>
internal sealed record ActuatorOutputs(
    Func<ActuatorOrder, CancellationToken, ValueTask<Carried>> Carry, Func<string, bool, string?, CancellationToken, ValueTask> Fault);

/// <summary>
/// Sirens, valves and lamps: each order is sent until the device itself says that it is carried out. There are as many desks as
/// actuators have ever been ordered, each with room for one order.
/// </summary>
internal sealed class Actuators(ActuatorOutputs outputs, TimeProvider time) : BackgroundService
{
    private readonly ConcurrentDictionary<string, ActuatorDesk> _desks = new(StringComparer.Ordinal);
    private readonly ConcurrentDictionary<string, TimeSpan> _confirm = new(StringComparer.Ordinal);
    private readonly TaskCompletionSource _failed = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly CancellationTokenSource _stop = new();

    /// <summary>Takes orders; never waits.</summary>
    public void Carry(IReadOnlyList<ActuatorOrder> orders)
    {
        foreach (var order in orders)
        {
            Desk(order.Actuator).Tell(order, Confirm(order.Actuator));
        }
    }

    /// <summary>Tells actuators to rest that an earlier run may have left on; never waits.</summary>
    public void Rest(IReadOnlyList<Device> actuators)
    {
        foreach (var actuator in actuators)
        {
            Desk(actuator).Rest(new ActuatorOrder(actuator, On: false), Confirm(actuator));
        }
    }

    /// <summary>Gives an actuator an order from afar. Null once the device confirms it, else the reason.</summary>
    public async ValueTask<string?> SetAsync(Device actuator, bool on, CancellationToken stop)
    {
        var sign = on && actuator.Class == DeviceClass.ReassuranceLamp ? LampSign.Stored : LampSign.Off;
        return await Desk(actuator).AskAsync(new ActuatorOrder(actuator, on, sign), Confirm(actuator), stop).ConfigureAwait(false) ? null : "not-confirmed";
    }

    /// <summary>How long each device has for its word; those that are not named have the usual time.</summary>
    public void Expect(IReadOnlyDictionary<string, TimeSpan> confirm)
    {
        _confirm.Clear();
        foreach (var (device, within) in confirm)
        {
            _confirm[device] = within;
        }
    }

    /// <summary>A device says what it does.</summary>
    public void Hear(string device, bool on, LampSign? sign)
    {
        if (_desks.TryGetValue(device, out var desk))
        {
            desk.Hear(on, sign);
        }
    }

    /// <summary>The way to the devices is new: what stands is sent again.</summary>
    public void Again()
    {
        foreach (var desk in _desks.Values)
        {
            desk.Again();
        }
    }

    /// <summary>A device can be told something again after it could not: what it has not confirmed is sent now.</summary>
    public void Sooner(string device)
    {
        if (_desks.TryGetValue(device, out var desk))
        {
            desk.Sooner();
        }
    }

    public override async Task StopAsync(CancellationToken cancellationToken)
    {
        await _stop.CancelAsync().ConfigureAwait(false);
        await base.StopAsync(cancellationToken).ConfigureAwait(false);
    }

    public override void Dispose()
    {
        _stop.Dispose();
        base.Dispose();
    }

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
        => await _failed.Task.WaitAsync(stoppingToken).ConfigureAwait(false);

    private TimeSpan Confirm(Device actuator) => _confirm.TryGetValue(actuator.Id, out var within) ? within : OrderCourse.ConfirmUsually;

    private ActuatorDesk Desk(Device actuator)
    {
        if (_desks.TryGetValue(actuator.Id, out var desk))
        {
            return desk;
        }

        desk = new ActuatorDesk(actuator.Id, outputs, time);
        if (!_desks.TryAdd(actuator.Id, desk))
        {
            return _desks[actuator.Id];
        }

        // An exception is our mistake: it ends the program, which is started again, instead of leaving a siren without its desk.
        _ = Task.Run(() => desk.RunAsync(_stop.Token)).ContinueWith(
            run => _failed.TrySetException(run.Exception!.InnerExceptions), CancellationToken.None, TaskContinuationOptions.OnlyOnFaulted, TaskScheduler.Default);
        return desk;
    }
}
