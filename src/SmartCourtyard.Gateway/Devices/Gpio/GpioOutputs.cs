using SmartCourtyard.Courtyards;
using SmartCourtyard.Readings;
using SmartCourtyard.Sources;

namespace SmartCourtyard.Gateway.Devices.Gpio;

internal enum OutputResult
{
    /// <summary>The pin has the state, read back.</summary>
    Done,

    /// <summary>No such output in the site file.</summary>
    NoSuchOutput,

    /// <summary>The line cannot be driven now; it takes the state as soon as it can.</summary>
    OutOfReach,
}

/// <summary>
/// Sirens, lamps and valves at GPIO lines. Each line has its rest state from the moment it is taken and gets it back when the gateway
/// stops or its device leaves the site file; a line that stays in the file is not touched when the file is read again. When the gateway dies the kernel gives the line back, and what the pin does then is the chip's and the wiring's affair: wire so
/// that a pin nobody drives is the safe state.
/// </summary>
internal sealed class GpioOutputs : BackgroundService
{
    private static readonly TimeSpan LookEvery = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan ReportEvery = TimeSpan.FromMinutes(10);

    private readonly Lock _gate = new();
    private readonly Dictionary<string, Driven> _outputs = new(StringComparer.Ordinal);
    private readonly string _devFolder;
    private readonly LostParts _lost;
    private readonly Func<HeardBatch, CancellationToken, ValueTask<bool>> _hear;
    private readonly TimeProvider _time;
    private readonly HashSet<string> _parts;
    private GpioOutputs? _before;
    private volatile GpioOutputs? _after;

    public GpioOutputs(
        Courtyard courtyard, Func<HeardBatch, CancellationToken, ValueTask<bool>> hear,
        Func<string, bool, string?, CancellationToken, ValueTask> partLost, TimeProvider time, ILogger<GpioOutputs> logger,
        GpioOutputs? before = null, KernelRoots? roots = null)
    {
        (_hear, _time, _before, _devFolder) = (hear, time, before, (roots ?? new KernelRoots()).Dev);
        _lost = new LostParts(partLost, logger);
        _parts = courtyard.Devices.SelectMany(d => d.Source.DependsOn).ToHashSet(StringComparer.Ordinal);
        foreach (var device in courtyard.Devices)
        {
            if (device.Source is GpioSource source && GpioSource.IsOutput(device.Class))
            {
                _outputs.Add(device.Id, new Driven(device, source));
            }
        }
    }

    /// <summary>
    /// Gives an output a state: on is active (a siren sounds, a lamp lights, a valve does what it is wired to do). A state that cannot be
    /// given now is kept and given as soon as the line is there.
    /// </summary>
    public OutputResult Set(string deviceId, bool on)
    {
        lock (_gate)
        {
            if (_after is { } after)
            {
                // Asked of these at the moment in which others took their place.
                return after.Set(deviceId, on);
            }

            if (!_outputs.TryGetValue(deviceId, out var output))
            {
                return OutputResult.NoSuchOutput;
            }

            (output.Wanted, output.IsTold) = (on, true);
            return output.Line is { } line && line.TrySet(on) && line.IsActive == on ? OutputResult.Done : OutputResult.OutOfReach;
        }
    }

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        using var timer = new PeriodicTimer(LookEvery, _time);
        do
        {
            var batch = new HeardBatch();
            Look(batch);
            if (batch.Count > 0)
            {
                _ = await _hear(batch, stoppingToken).ConfigureAwait(false);
            }

            await _lost.TellAsync(stoppingToken).ConfigureAwait(false);
        }
        while (_outputs.Count > 0 && await timer.WaitForNextTickAsync(stoppingToken).ConfigureAwait(false));
    }

    public override Task StartAsync(CancellationToken cancellationToken)
    {
        if (_before is { ExecuteTask: null or { IsCompleted: true } } before)
        {
            _lost.Follow(before._lost, _parts);
            TakeOver(before);
            before.Release();
        }

        _before = null;
        return base.StartAsync(cancellationToken);
    }

    /// <summary>Puts all outputs to rest and gives their lines back to the kernel; after the end, where nobody follows.</summary>
    public void Release()
    {
        lock (_gate)
        {
            foreach (var output in _outputs.Values)
            {
                output.Line?.TrySet(output.Source.RestsOn);
                output.Close();
            }
        }

        _before?.Release();
    }

    /// <summary>A siren that sounds goes on sounding when the site file is read again: its line stays as it is, taken and driven.</summary>
    private void TakeOver(GpioOutputs before)
    {
        lock (before._gate)
        {
            lock (_gate)
            {
                foreach (var output in _outputs.Values)
                {
                    if (before._outputs.GetValueOrDefault(output.Device.Id) is { } known && known.Device.Class == output.Device.Class && known.Source == output.Source)
                    {
                        output.Follow(known);
                    }
                }
            }

            before._after = this;
        }
    }

    private void Look(HeardBatch batch)
    {
        lock (_gate)
        {
            foreach (var output in _outputs.Values)
            {
                if (output.Line is not null && output.Line.IsActive is null)
                {
                    output.Close();
                }

                if (output.Line is null)
                {
                    _lost.Note(output.Source.LinePart, Take(output));
                }

                if (output.Line is not null)
                {
                    Verify(output, batch);
                }
            }
        }
    }

    private string? Take(Driven output)
    {
        var (chip, problem) = GpioChip.Find(_devFolder, output.Source.Chip);
        if (chip is null)
        {
            return problem;
        }

        using (chip)
        {
            (var offset, problem) = chip.Resolve(output.Source.Line);
            if (problem is null)
            {
                (output.Line, problem) = chip.Request(
                    offset, c => GpioUapi.RequestOutput(c, offset, Flags(output.Source), output.Wanted, "courtyard:" + output.Device.Id));
            }
        }

        return problem;
    }

    /// <summary>A pin that is not what it was told to be is a fault: a short, or somebody else drives it.</summary>
    private void Verify(Driven output, HeardBatch batch)
    {
        var wrong = output.Line!.IsActive != output.Wanted && !(output.Line.TrySet(output.Wanted) && output.Line.IsActive == output.Wanted);
        if (wrong != output.SaidWrong || output.Reported is not { } reported || _time.GetElapsedTime(reported) >= ReportEvery)
        {
            (output.SaidWrong, output.Reported) = (wrong, _time.GetTimestamp());
            batch.Open.Add(new Reading(output.Device, Quantity.Fault, wrong ? 1 : 0, _time.GetUtcNow()));
            batch.EndMessage(0, redelivered: false);
        }
    }

    private static ulong Flags(GpioSource source) =>
        (source.ActiveLow ? GpioUapi.FlagActiveLow : 0) | GpioBiasFlags.Of(source.Bias) | source.Drive switch
        {
            GpioDrive.OpenDrain => GpioUapi.FlagOpenDrain,
            GpioDrive.OpenSource => GpioUapi.FlagOpenSource,
            _ => 0,
        };

    private sealed class Driven(Device device, GpioSource source)
    {
        public Device Device => device;

        public GpioSource Source => source;

        public GpioLine? Line { get; set; }

        public bool Wanted { get; set; } = source.RestsOn;

        /// <summary>Whether somebody told it its state since it was made.</summary>
        public bool IsTold { get; set; }

        public bool SaidWrong { get; set; }

        public long? Reported { get; set; }

        public void Follow(Driven before)
        {
            (Line, before.Line) = (before.Line, null);
            (SaidWrong, Reported) = (before.SaidWrong, before.Reported);
            if (!IsTold)
            {
                Wanted = before.Wanted;
            }
            else
            {
                Line?.TrySet(Wanted);
            }
        }

        public void Close()
        {
            Line?.Dispose();
            Line = null;
        }
    }
}
