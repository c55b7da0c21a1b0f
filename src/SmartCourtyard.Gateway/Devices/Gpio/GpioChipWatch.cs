using SmartCourtyard.Courtyards;
using SmartCourtyard.Readings;
using SmartCourtyard.Sources;

namespace SmartCourtyard.Gateway.Devices.Gpio;

/// <summary>
/// All contacts of one chip, on a thread of its own: poll waits in the kernel. Nothing is queued here: while the watch is busy the edges
/// wait in the kernel, and what the kernel had to drop is seen by its numbers and made good by reading the level.
/// </summary>
internal sealed class GpioChipWatch(
    string chipName, IReadOnlyList<Device> devices, string devFolder, LostParts lost,
    Func<HeardBatch, CancellationToken, ValueTask<bool>> hear, TimeProvider time)
{
    /// <summary>Edges that the kernel keeps for each line.</summary>
    public const int EdgesKept = 256;

    // A chip that is pulled out does not end a poll (Linux 6.1): only a poll that ends by itself sees it.
    private static readonly TimeSpan PollAtMost = TimeSpan.FromMilliseconds(500);
    private static readonly TimeSpan RetryEvery = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan HandWithin = TimeSpan.FromSeconds(5);

    // Below a third of the shortest limit of silence.
    private static readonly TimeSpan ReportEvery = TimeSpan.FromMinutes(10);

    private readonly Wired[] _lines = [.. devices.Select(d => new Wired(d, (GpioSource)d.Source))];
    private readonly GpioUapi.LineEvent[] _events = new GpioUapi.LineEvent[64];
    private GpioChip? _chip;
    private long _tried;
    private bool _triedOnce;

    private string ChipPart => _lines[0].Source.ChipPart;

    public long Dropped => _lines.Sum(l => l.Contact.Dropped);

    /// <summary>
    /// Goes on with the lines of contacts that are as before. They stay open, so what happens between the two waits in the kernel, and
    /// no level need be guessed. The one before must have ended.
    /// </summary>
    public void TakeOver(GpioChipWatch before)
    {
        foreach (var wired in _lines)
        {
            if (Array.Find(before._lines, l => wired.Contact.IsAs(l.Contact)) is { } known)
            {
                wired.Contact.Follow(known.Contact);
                (wired.Line, known.Line) = (known.Line, null);
                wired.Reported = known.Reported;
            }
        }
    }

    /// <summary>Runs until stopped; the thread is the caller's. The lines stay taken until they are released or taken over.</summary>
    public void Run(CancellationToken stop)
    {
        // What has been read from the kernel is nowhere else any more, so a stop waits until the watch has it.
        using var late = new CancellationTokenSource(Timeout.InfiniteTimeSpan, time);
        using var stopping = stop.Register(() => late.CancelAfter(HandWithin));
        try
        {
            while (!stop.IsCancellationRequested)
            {
                var batch = new HeardBatch();
                Take(batch);
                Hand(batch, late.Token, stop);
                if (!_lines.Any(l => l.Line is not null))
                {
                    stop.WaitHandle.WaitOne(RetryEvery);
                    continue;
                }

                batch = new HeardBatch();
                Hear(batch);
                Report(batch);
                Hand(batch, late.Token, stop);
            }
        }
        catch (OperationCanceledException) when (stop.IsCancellationRequested)
        {
            // The end.
        }
    }

    /// <summary>Gives the lines back to the kernel.</summary>
    public void Release()
    {
        foreach (var wired in _lines)
        {
            wired.Close();
        }

        _chip?.Dispose();
        _chip = null;
    }

    // This thread has nothing else to do, so it may wait for the watch; no thread of the pool is held.
    private void Hand(HeardBatch batch, CancellationToken late, CancellationToken stop)
    {
        if (batch.Count > 0)
        {
            _ = hear(batch, late).AsTask().GetAwaiter().GetResult();
        }

        lost.TellAsync(stop).AsTask().GetAwaiter().GetResult();
    }

    /// <summary>Takes what is not held yet, at most once a second.</summary>
    private void Take(HeardBatch batch)
    {
        if ((_triedOnce && time.GetElapsedTime(_tried) < RetryEvery) || _lines.All(l => l.Line is not null))
        {
            return;
        }

        (_tried, _triedOnce) = (time.GetTimestamp(), true);
        if (_chip is { IsThere: false })
        {
            Release();
        }

        if (_chip is null)
        {
            (_chip, var problem) = GpioChip.Find(devFolder, chipName);
            lost.Note(ChipPart, problem);
        }

        foreach (var wired in _lines.Where(l => l.Line is null && _chip is not null))
        {
            lost.Note(wired.Source.LinePart, Take(wired, batch));
        }
    }

    private string? Take(Wired wired, HeardBatch batch)
    {
        var (offset, problem) = _chip!.Resolve(wired.Source.Line);
        if (problem is not null)
        {
            return problem;
        }

        (wired.Line, problem) = _chip.Request(
            offset, chip => GpioUapi.RequestInput(chip, offset, Flags(wired.Source), wired.Source.Debounce, EdgesKept, Consumer(wired)));
        if (wired.Line?.IsActive is { } active)
        {
            // The line was taken first: an edge between the two is in the kernel's queue.
            wired.Contact.Begin(active, time.GetUtcNow(), batch);
            wired.Reported = time.GetTimestamp();
            return null;
        }

        wired.Close();
        return problem ?? "the level cannot be read";
    }

    private void Hear(HeardBatch batch)
    {
        var held = _lines.Where(l => l.Line is not null).ToArray();
        Span<GpioUapi.PollEntry> entries = new GpioUapi.PollEntry[held.Length];
        for (var i = 0; i < held.Length; i++)
        {
            entries[i] = new GpioUapi.PollEntry { Descriptor = held[i].Line!.Descriptor, Wanted = GpioUapi.PollIn };
        }

        if (GpioUapi.Wait(entries, PollAtMost) < 0)
        {
            return; // interrupted
        }

        for (var i = 0; i < held.Length; i++)
        {
            // What came before the chip went is still to be read.
            var good = (entries[i].Seen & GpioUapi.PollIn) == 0 || Read(held[i], batch);
            if (!good || (entries[i].Seen & GpioUapi.PollLost) != 0)
            {
                Lose();
                return;
            }
        }
    }

    private bool Read(Wired wired, HeardBatch batch)
    {
        var count = GpioUapi.ReadEvents(wired.Line!.Descriptor, _events);
        if (count < 0)
        {
            return -count is GpioUapi.Interrupted or GpioUapi.Again;
        }

        var whole = true;
        foreach (ref readonly var edge in _events.AsSpan(0, count))
        {
            whole &= wired.Contact.Hear(edge.Id == GpioUapi.RisingEdge, edge.Sequence, At(edge.Nanoseconds), batch);
        }

        if (!whole && wired.Line.IsActive is { } active)
        {
            wired.Contact.See(active, time.GetUtcNow(), batch);
        }

        return true;
    }

    private void Report(HeardBatch batch)
    {
        foreach (var wired in _lines)
        {
            if (wired.Line is not null && time.GetElapsedTime(wired.Reported) >= ReportEvery && wired.Line.IsActive is { } active)
            {
                wired.Reported = time.GetTimestamp();
                wired.Contact.Report(active, time.GetUtcNow(), batch);
            }
        }
    }

    private void Lose()
    {
        Release();
        (_tried, _triedOnce) = (time.GetTimestamp(), true);
        lost.Note(ChipPart, $"the GPIO chip '{chipName}' is gone");
    }

    // The kernel stamps edges with the monotonic clock, which is also the one behind TimeProvider's timestamps on Linux.
    private DateTimeOffset At(ulong nanoseconds)
    {
        var ago = time.GetElapsedTime((long)(nanoseconds * (time.TimestampFrequency / 1e9)));
        return time.GetUtcNow() - (ago > TimeSpan.Zero && ago < TimeSpan.FromHours(1) ? ago : TimeSpan.Zero);
    }

    private static string Consumer(Wired wired) => "courtyard:" + wired.Contact.Device.Id;

    private static ulong Flags(GpioSource source) => (source.ActiveLow ? GpioUapi.FlagActiveLow : 0) | GpioBiasFlags.Of(source.Bias);

    private sealed class Wired(Device device, GpioSource source)
    {
        public GpioSource Source => source;

        public GpioContact Contact { get; } = new(device, (source.Quantity ?? GpioSource.MeaningOf(device.Class))!.Value);

        public GpioLine? Line { get; set; }

        public long Reported { get; set; }

        public void Close()
        {
            Line?.Dispose();
            Line = null;
        }
    }
}

internal static class GpioBiasFlags
{
    public static ulong Of(GpioBias bias) => bias switch
    {
        GpioBias.PullUp => GpioUapi.FlagPullUp,
        GpioBias.PullDown => GpioUapi.FlagPullDown,
        GpioBias.Disabled => GpioUapi.FlagBiasDisabled,
        _ => 0,
    };
}
