using SmartCourtyard.Courtyards;
using SmartCourtyard.Readings;
using SmartCourtyard.Sources;

namespace SmartCourtyard.Gateway.Devices.Modbus;

/// <summary>The Modbus buses of a courtyard, each on its own.</summary>
internal sealed class ModbusBuses
{
    private static readonly TimeSpan OftenEnoughForAlarms = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan OftenEnough = TimeSpan.FromSeconds(10);
    private static readonly TimeSpan UsualTimeout = TimeSpan.FromSeconds(1);

    public ModbusBuses(
        Courtyard courtyard, HeardElsewhere elsewhere, Func<HeardBatch, CancellationToken, ValueTask<bool>> hear,
        Func<string, bool, string?, CancellationToken, ValueTask> partDown, TimeProvider time, ILoggerFactory loggers,
        TimeSpan? lostAfter = null)
    {
        Workers =
        [
            .. courtyard.Devices.Where(d => d.Source is ModbusSource).GroupBy(d => ((ModbusSource)d.Source).Line).Select(bus => new ModbusBus(
                bus.Key, Polls(bus), elsewhere, new ModbusOutputs(hear, (lost, why, stop) => partDown(bus.Key.Part, lost, why, stop)), time,
                loggers.CreateLogger<ModbusBus>(), lostAfter)),
        ];
    }

    public IReadOnlyList<BackgroundService> Workers { get; }

    /// <summary>The questions of one bus: devices that share a slave and an interval are asked for together.</summary>
    public static IReadOnlyList<SlavePoll> Polls(IEnumerable<Device> devices)
    {
        var polls = new List<SlavePoll>();
        foreach (var unit in devices.GroupBy(d => ((ModbusSource)d.Source).Unit))
        {
            var slave = new ModbusSlave(unit.Key, unit.Max(d => ((ModbusSource)d.Source).Timeout ?? UsualTimeout));
            polls.AddRange(unit.GroupBy(Interval).Select(at => new SlavePoll(
                slave, at.Key, [.. at.Select(d => new PolledDevice(d))],
                [.. at.SelectMany(d => ((ModbusSource)d.Source).Points.Select(p => new PolledPoint(d, p)))])));
        }

        return polls;
    }

    private static TimeSpan Interval(Device device)
        => ((ModbusSource)device.Source).Interval ?? (device.Class.IsAlarmCapable() ? OftenEnoughForAlarms : OftenEnough);
}
