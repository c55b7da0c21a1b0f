using SmartCourtyard.Courtyards;
using SmartCourtyard.Readings;
using SmartCourtyard.Sources;

namespace SmartCourtyard.Gateway.Devices.Sysfs;

/// <summary>The sensors of the site that a driver of this machine's kernel reads.</summary>
internal sealed class Sensors : BackgroundService
{
    private readonly SensorWatch[] _sensors;

    public Sensors(
        Courtyard courtyard, Func<HeardBatch, CancellationToken, ValueTask<bool>> hear,
        Func<string, bool, string?, CancellationToken, ValueTask> partLost, TimeProvider time, ILogger<Sensors> logger, KernelRoots? roots = null)
    {
        Lost = new LostParts(partLost, logger);
        _sensors =
        [
            .. courtyard.Devices.Where(d => d.Source is SensorSource)
                .Select(d => new SensorWatch(d, (SensorSource)d.Source, (roots ?? new KernelRoots()).Sys, Lost, hear, time)),
        ];
    }

    /// <summary>What cannot be reached, and why.</summary>
    public LostParts Lost { get; }

    protected override Task ExecuteAsync(CancellationToken stoppingToken) => Task.WhenAll(_sensors.Select(s => s.RunAsync(stoppingToken)));
}
