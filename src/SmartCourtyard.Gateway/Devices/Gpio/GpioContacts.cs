using SmartCourtyard.Courtyards;
using SmartCourtyard.Readings;
using SmartCourtyard.Sources;

namespace SmartCourtyard.Gateway.Devices.Gpio;

/// <summary>The contacts of the site that are wired to GPIO chips of this machine; one thread a chip.</summary>
internal sealed class GpioContacts : BackgroundService
{
    private readonly GpioChipWatch[] _chips;
    private readonly HashSet<string> _parts;
    private GpioContacts? _before;

    public GpioContacts(
        Courtyard courtyard, Func<HeardBatch, CancellationToken, ValueTask<bool>> hear,
        Func<string, bool, string?, CancellationToken, ValueTask> partLost, TimeProvider time, ILogger<GpioContacts> logger,
        GpioContacts? before = null, KernelRoots? roots = null)
    {
        _before = before;
        Lost = new LostParts(partLost, logger);
        _parts = courtyard.Devices.SelectMany(d => d.Source.DependsOn).ToHashSet(StringComparer.Ordinal);
        _chips =
        [
            .. courtyard.Devices.Where(d => d.Source is GpioSource && !GpioSource.IsOutput(d.Class))
                .GroupBy(d => ((GpioSource)d.Source).Chip, StringComparer.Ordinal)
                .Select(chip => new GpioChipWatch(chip.Key, [.. chip], (roots ?? new KernelRoots()).Dev, Lost, hear, time)),
        ];
    }

    /// <summary>What cannot be reached, and why.</summary>
    public LostParts Lost { get; }

    /// <summary>Edges that the kernel dropped before they were read, since the start.</summary>
    public long Dropped => _chips.Sum(c => c.Dropped);

    public override Task StartAsync(CancellationToken cancellationToken)
    {
        // One that hangs keeps its lines: two who read one line would each hear half of it.
        if (_before is { ExecuteTask: null or { IsCompleted: true } } before)
        {
            Lost.Follow(before.Lost, _parts);
            foreach (var chip in _chips)
            {
                Array.ForEach(before._chips, chip.TakeOver);
            }

            // What nobody goes on with is given back before it is taken anew with another debounce or for another device.
            before.Release();
        }

        _before = null;
        return base.StartAsync(cancellationToken);
    }

    /// <summary>Gives all lines back to the kernel; after the end, where nobody follows.</summary>
    public void Release()
    {
        Array.ForEach(_chips, c => c.Release());
        _before?.Release();
    }

    protected override Task ExecuteAsync(CancellationToken stoppingToken) => Task.WhenAll(_chips.Select(c => Task.Factory.StartNew(
        () => c.Run(stoppingToken), CancellationToken.None, TaskCreationOptions.LongRunning, TaskScheduler.Default)));
}
