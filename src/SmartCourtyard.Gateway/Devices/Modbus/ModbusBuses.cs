using SmartCourtyard.Courtyards;
using SmartCourtyard.Effects;
using SmartCourtyard.Readings;
using SmartCourtyard.Sources;

namespace SmartCourtyard.Gateway.Devices.Modbus;

/// <summary>The Modbus buses of a courtyard, each on its own.</summary>
internal sealed class ModbusBuses
{
    private static readonly TimeSpan OftenEnoughForAlarms = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan OftenEnough = TimeSpan.FromSeconds(10);
    private static readonly TimeSpan UsualTimeout = TimeSpan.FromSeconds(1);

    private readonly Dictionary<ModbusLine, ModbusBus> _buses;

    public ModbusBuses(
        Courtyard courtyard, HeardElsewhere elsewhere, Func<HeardBatch, CancellationToken, ValueTask<bool>> hear,
        Func<string, bool, string?, CancellationToken, ValueTask> partDown, TimeProvider time, ILoggerFactory loggers,
        TimeSpan? lostAfter = null, ActuatorNews? actuators = null)
    {
        _buses = courtyard.Devices.Where(d => d.Source is ModbusSource).GroupBy(d => ((ModbusSource)d.Source).Line).ToDictionary(bus => bus.Key, bus => new ModbusBus(
            bus.Key, Polls(bus), elsewhere,
            new ModbusOutputs(hear, (lost, why, stop) => partDown(bus.Key.Part, lost, why, stop)) { Actuators = actuators ?? new ActuatorNews() }, time,
            loggers.CreateLogger<ModbusBus>(), lostAfter));
        Workers = [.. _buses.Values];
    }

    public IReadOnlyList<BackgroundService> Workers { get; }

    /// <summary>Sends an order; the answer is what the slave says when it is read again.</summary>
    public ValueTask<Carried> CarryAsync(ActuatorOrder order, CancellationToken stop) =>
        order.Actuator.Source is ModbusSource source && _buses.TryGetValue(source.Line, out var bus)
            ? bus.CarryAsync(order, stop)
            : ValueTask.FromResult(Carried.Failed("its bus is not in the site file any more"));

    /// <summary>The questions of one bus: devices that share a slave and an interval are asked for together.</summary>
    public static IReadOnlyList<SlavePoll> Polls(IEnumerable<Device> devices)
    {
        var polls = new List<SlavePoll>();
        foreach (var unit in devices.GroupBy(d => ((ModbusSource)d.Source).Unit))
        {
            var slave = new ModbusSlave(unit.Key, unit.Max(d => ((ModbusSource)d.Source).Timeout ?? UsualTimeout));
            polls.AddRange(unit.GroupBy(Interval).Select(at => new SlavePoll(
                slave, at.Key, [.. at.Select(d => new PolledDevice(d, Output(d, slave)))], [.. at.SelectMany(PolledPoint.Of)])));
        }

        return polls;
    }

    private static OrderedOutput? Output(Device device, ModbusSlave slave) =>
        device.Source is ModbusSource { Output: { } output } ? new OrderedOutput(device, output, slave) : null;

    private static TimeSpan Interval(Device device)
        => ((ModbusSource)device.Source).Interval ?? (device.Class.IsAlarmCapable() ? OftenEnoughForAlarms : OftenEnough);
}
