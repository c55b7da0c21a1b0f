using SmartCourtyard.Courtyards;
using SmartCourtyard.Readings;
using SmartCourtyard.Sources;

namespace SmartCourtyard.Gateway.Devices.Sysfs;

/// <summary>The sensors of the site that a driver of this machine's kernel reads.</summary>
internal sealed class Sensors : BackgroundService
{
    private readonly SensorWatch[] _read;
    private readonly BufferWatch[] _sampled;
    private readonly HashSet<string> _parts;
    private Sensors? _before;

    public Sensors(
        Courtyard courtyard, Func<HeardBatch, CancellationToken, ValueTask<bool>> hear,
        Func<string, bool, string?, CancellationToken, ValueTask> partLost, TimeProvider time, ILogger<Sensors> logger, Sensors? before = null,
        KernelRoots? roots = null)
    {
        _before = before;
        roots ??= new KernelRoots();
        Lost = new LostParts(partLost, logger);
        _parts = courtyard.Devices.SelectMany(d => d.Source.DependsOn).ToHashSet(StringComparer.Ordinal);
        _read =
        [
            .. courtyard.Devices.Where(d => d.Source is SensorSource and not IioSource { Buffer: not null })
                .Select(d => new SensorWatch(d, (SensorSource)d.Source, roots.Sys, Lost, hear, time)),
        ];
        _sampled =
        [
            .. courtyard.Devices.Where(d => d.Source is IioSource { Buffer: not null }).GroupBy(d => ((IioSource)d.Source).SensorPart, StringComparer.Ordinal)
                .Select(sensor => new BufferWatch([.. sensor], roots, Lost, hear, time, logger)),
        ];
    }

    /// <summary>What cannot be reached, and why.</summary>
    public LostParts Lost { get; }

    /// <summary>How often a buffer was full before it was read, since the start.</summary>
    public long Overruns => _sampled.Sum(s => s.Overruns);

    public override Task StartAsync(CancellationToken cancellationToken)
    {
        if (_before is { ExecuteTask: null or { IsCompleted: true } } before)
        {
            Lost.Follow(before.Lost, _parts);
            foreach (var watch in _read)
            {
                Array.ForEach(before._read, watch.Follow);
            }

            foreach (var watch in _sampled)
            {
                Array.ForEach(before._sampled, watch.TakeOver);
            }

            before.Release();
        }

        _before = null;
        return base.StartAsync(cancellationToken);
    }

    /// <summary>Gives the sensors back as they were found; after the end, where nobody follows.</summary>
    public void Release()
    {
        Array.ForEach(_sampled, s => s.Release());
        _before?.Release();
    }

    protected override Task ExecuteAsync(CancellationToken stoppingToken) => Task.WhenAll(
    [
        .. _read.Select(s => s.RunAsync(stoppingToken)),
        .. _sampled.Select(s => Task.Factory.StartNew(
            () => s.Run(stoppingToken), CancellationToken.None, TaskCreationOptions.LongRunning, TaskScheduler.Default)),
    ]);
}
