using SmartCourtyard.Courtyards;
using SmartCourtyard.Readings;
using SmartCourtyard.Sources;

namespace SmartCourtyard.Gateway.Devices.Gpio;

/// <summary>The contacts of the site that are wired to GPIO chips of this machine; one thread a chip.</summary>
internal sealed class GpioContacts : BackgroundService
{
    private readonly GpioChipWatch[] _chips;
    private GpioContacts? _before;

    public GpioContacts(
        Courtyard courtyard, Func<HeardBatch, CancellationToken, ValueTask<bool>> hear,
        Func<string, bool, string?, CancellationToken, ValueTask> partLost, TimeProvider time, ILogger<GpioContacts> logger,
        GpioContacts? before = null, KernelRoots? roots = null)
    {
        _before = before;
        Lost = new LostParts(partLost, logger);
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

    protected override Task ExecuteAsync(CancellationToken stoppingToken)
    {
        // Those before have stopped by now. What they knew last is known: a button that is pressed since is news.
        foreach (var known in _before?._chips.SelectMany(c => c.Contacts) ?? [])
        {
            foreach (var contact in _chips.SelectMany(c => c.Contacts))
            {
                contact.Follow(known);
            }
        }

        _before = null;
        return Task.WhenAll(_chips.Select(c => Task.Factory.StartNew(
            () => c.Run(stoppingToken), CancellationToken.None, TaskCreationOptions.LongRunning, TaskScheduler.Default)));
    }
}
