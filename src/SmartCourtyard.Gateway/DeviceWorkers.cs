using System.Collections.Frozen;
using SmartCourtyard.Courtyards;
using SmartCourtyard.Effects;
using SmartCourtyard.Gateway.Broker;
using SmartCourtyard.Gateway.Devices;
using SmartCourtyard.Gateway.Devices.Modbus;
using SmartCourtyard.Gateway.Devices.Mqtt;
using SmartCourtyard.Readings;
using SmartCourtyard.Sources;
using SmartCourtyard.Troubles;

namespace SmartCourtyard.Gateway;

/// <summary>What those who hear devices hand their news to, and what they share; the same for every site file.</summary>
/// <param name="DataDirectory">Where a family keeps what it learned; null: nowhere.</param>
internal sealed record DeviceOutlets(
    BrokerAccess Broker, HeardElsewhere Elsewhere, Func<HeardBatch, CancellationToken, ValueTask<bool>> Hear,
    Func<TroubleReason, string, bool, string?, CancellationToken, ValueTask> Part, TimeProvider Time, ILoggerFactory Loggers,
    string? DataDirectory = null)
{
    /// <summary>Takes what an actuator says that it does.</summary>
    public Action<string, bool, LampSign?> ActuatorSaid { get; init; } = (_, _, _) => { };

    /// <summary>Takes the id of an actuator that can be told something again after it could not.</summary>
    public Action<string> ActuatorReturned { get; init; } = _ => { };

    /// <summary>Called when the way to actuators is new.</summary>
    public Action Reconnected { get; init; } = () => { };
}

/// <summary>
/// Everything that depends on the devices of one site file: made for it, and replaced as a whole when it is read again. Making it
/// touches nothing that lives; only <see cref="StartAsync"/> does.
/// </summary>
internal sealed class DeviceWorkers
{
    private static readonly TimeSpan StopWithin = TimeSpan.FromSeconds(10);

    private readonly TimeProvider _time;

    /// <param name="courtyard">Whose devices.</param>
    /// <param name="outlets">Whom the news is for.</param>
    /// <param name="before">The workers that these replace; null at the start.</param>
    public DeviceWorkers(Courtyard courtyard, DeviceOutlets outlets, DeviceWorkers? before = null)
    {
        (Courtyard, _time) = (courtyard, outlets.Time);
        Mqtt = new MqttFamilies(
            courtyard, outlets.Broker, outlets.Elsewhere, outlets.Hear, outlets.Part, outlets.Time, outlets.Loggers, outlets.DataDirectory, before?.Mqtt,
            outlets.Broker.User == BrokerCommand.GatewayUser ? MayUse(courtyard) : null,
            outlets.ActuatorSaid, outlets.Reconnected);
        Kernel = new KernelDevices(
            courtyard, outlets.Hear, (part, lost, why, stop) => outlets.Part(TroubleReason.ConnectionLost, part, lost, why, stop),
            outlets.Time, outlets.Loggers, before?.Kernel);
        Modbus = new ModbusBuses(
            courtyard, outlets.Elsewhere, outlets.Hear, (part, lost, why, stop) => outlets.Part(TroubleReason.ConnectionLost, part, lost, why, stop),
            outlets.Time, outlets.Loggers, actuators: new ActuatorNews { Says = outlets.ActuatorSaid, Returned = outlets.ActuatorReturned });
        Workers = [.. Mqtt.Workers, .. Kernel.Workers, .. Modbus.Workers];
    }

    // With another account it is another's broker, and nobody here knows its rights.
    private static Func<string, bool> MayUse(Courtyard courtyard)
    {
        var roots = BrokerConfiguration.DeviceRoots(courtyard).ToFrozenSet(StringComparer.Ordinal);
        var wide = new TopicFilters(roots);
        return topic => roots.Contains(topic) || wide.CoverAsWell(topic);
    }

    public Courtyard Courtyard { get; }

    public MqttFamilies Mqtt { get; }

    public KernelDevices Kernel { get; }

    public ModbusBuses Modbus { get; }

    /// <summary>In the order in which they start; they stop in the reverse.</summary>
    public IReadOnlyList<BackgroundService> Workers { get; }

    /// <summary>Why devices cannot be heard; null when they can.</summary>
    public string? NotReady() => Mqtt.NotReady();

    /// <summary>Sends an order to its actuator, by the way that its source names.</summary>
    public ValueTask<Carried> CarryAsync(ActuatorOrder order, CancellationToken stop) => order.Actuator.Source switch
    {
        GpioSource => ValueTask.FromResult(Kernel.Carry(order)),
        Zigbee2MqttSource or TasmotaSource or EspHomeSource or HomeAssistantSource or MqttSource => Mqtt.Alarms.CarryAsync(order, stop),
        ModbusSource => Modbus.CarryAsync(order, stop),
        _ => ValueTask.FromResult(Carried.Failed("its source cannot be told anything")),
    };

    public async Task StartAsync()
    {
        foreach (var worker in Workers)
        {
            // Each lives until it is told to stop, in its turn.
            await worker.StartAsync(CancellationToken.None).ConfigureAwait(false);
        }
    }

    /// <summary>Completes when all have ended. One that hangs is left behind after a while: the others must not stay deaf for it.</summary>
    /// <returns>The workers that did not end.</returns>
    public async Task<IReadOnlyList<BackgroundService>> StopAsync()
    {
        var hanging = new List<BackgroundService>();
        foreach (var worker in Workers.Reverse())
        {
            using var patience = new CancellationTokenSource(StopWithin, _time);
            await worker.StopAsync(patience.Token).ConfigureAwait(false);
            if (worker.ExecuteTask is { IsCompleted: false })
            {
                hanging.Add(worker);
            }
        }

        return hanging;
    }

    /// <summary>Gives back what was kept open for workers that follow; after the end, where none do.</summary>
    public void Release() => Kernel.Release();

    /// <summary>Completes when one of them fails, with its exception.</summary>
    public Task FailureAsync()
    {
        var failed = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        foreach (var running in Workers.Select(w => w.ExecuteTask).OfType<Task>())
        {
            _ = running.ContinueWith(
                r => failed.TrySetException(r.Exception!.InnerExceptions), CancellationToken.None, TaskContinuationOptions.OnlyOnFaulted, TaskScheduler.Default);
        }

        return failed.Task;
    }
}
