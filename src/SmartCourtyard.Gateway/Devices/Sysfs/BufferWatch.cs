using SmartCourtyard.Courtyards;
using SmartCourtyard.Readings;
using SmartCourtyard.Sources;

namespace SmartCourtyard.Gateway.Devices.Sysfs;

/// <summary>
/// The loops at one sensor that the kernel samples into its buffer, on a thread of its own. Every sample is judged; what the watch gets
/// is what has changed and, from time to time, that the loop is still heard.
/// </summary>
internal sealed partial class BufferWatch
{
    private static readonly TimeSpan ReadAtMost = TimeSpan.FromMilliseconds(250);
    private static readonly TimeSpan RetryEvery = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan StandsStillAfter = TimeSpan.FromSeconds(5);
    private static readonly TimeSpan HandWithin = TimeSpan.FromSeconds(5);

    private readonly Sampled[] _loops;
    private readonly KernelRoots _roots;
    private readonly LostParts _lost;
    private readonly Func<HeardBatch, CancellationToken, ValueTask<bool>> _hear;
    private readonly TimeProvider _time;
    private readonly ILogger _logger;
    private SampleBuffer? _buffer;
    private long _sampledAt;
    private long _overruns;

    public BufferWatch(
        IReadOnlyList<Device> devices, KernelRoots roots, LostParts lost, Func<HeardBatch, CancellationToken, ValueTask<bool>> hear,
        TimeProvider time, ILogger logger)
    {
        (_roots, _lost, _hear, _time, _logger) = (roots, lost, hear, time, logger);
        _loops = [.. devices.Select(d => new Sampled(d, time))];
    }

    /// <summary>How often the kernel had no room for samples because nobody took them in time.</summary>
    public long Overruns => Interlocked.Read(ref _overruns);

    private IioSource Source => _loops[0].Source;

    /// <summary>Goes on with a buffer of the same loops: it runs all the while, so that no sample is missed. The one before must have ended.</summary>
    public void TakeOver(BufferWatch before)
    {
        if (_buffer is null && before._loops.Length == _loops.Length && _loops.Zip(before._loops).All(p => p.First.IsAs(p.Second)))
        {
            (_buffer, before._buffer) = (before._buffer, null);
            (_sampledAt, _overruns) = (before._sampledAt, before._overruns);
            foreach (var (loop, known) in _loops.Zip(before._loops))
            {
                loop.Follow(known);
            }
        }
    }

    /// <summary>Runs until stopped; the thread is the caller's. The buffer runs on until it is released or taken over.</summary>
    public void Run(CancellationToken stop)
    {
        // What has been read from the kernel is nowhere else any more, so a stop waits until the watch has it.
        using var late = new CancellationTokenSource(Timeout.InfiniteTimeSpan, _time);
        using var stopping = stop.Register(() => late.CancelAfter(HandWithin));
        try
        {
            while (!stop.IsCancellationRequested)
            {
                var batch = new HeardBatch();
                if (_buffer is not null || TryOpen())
                {
                    Read(batch);
                }

                Hand(batch, late.Token, stop);
                if (_buffer is null)
                {
                    stop.WaitHandle.WaitOne(RetryEvery);
                }
            }
        }
        catch (OperationCanceledException) when (stop.IsCancellationRequested)
        {
            // The end.
        }
    }

    /// <summary>Stops the buffer and gives the sensor back as it was found.</summary>
    public void Release()
    {
        _buffer?.Dispose();
        _buffer = null;
    }

    // This thread has nothing else to do, so it may wait for the watch; meanwhile the samples wait in the kernel.
    private void Hand(HeardBatch batch, CancellationToken late, CancellationToken stop)
    {
        if (batch.Count > 0)
        {
            _ = _hear(batch, late).AsTask().GetAwaiter().GetResult();
        }

        _lost.TellAsync(stop).AsTask().GetAwaiter().GetResult();
    }

    private bool TryOpen()
    {
        var (folder, problem) = SensorFolder.Find(Source, _roots.Sys);
        _lost.Note(Source.SensorPart, problem);
        if (folder is null)
        {
            return false;
        }

        foreach (var loop in _loops)
        {
            loop.Volts = SensorChannels.FromRaw(Source.Name, folder, loop.Source.Channel!);
        }

        (_buffer, problem) = SampleBuffer.Open(_roots, folder, Source.Name, Source.Buffer!, [.. _loops.Select(l => l.Source.Channel!).Distinct()]);
        _sampledAt = _time.GetTimestamp();
        if (problem is not null)
        {
            NoteLoops(problem);
        }

        // That a loop is heard again is said by its first sample, not by the settings.
        return _buffer is not null;
    }

    private void Read(HeardBatch batch)
    {
        var count = _buffer!.Read(ReadAtMost, (layout, scan, ago) =>
        {
            foreach (var loop in _loops)
            {
                loop.Hear((double)layout.Value(scan, loop.Source.Channel!)!.Value, ago, batch);
            }
        });
        if (count > 0)
        {
            _sampledAt = _time.GetTimestamp();
            NoteLoops(null);
            NoteOverrun(count);
        }
        else if (count < 0)
        {
            Lose();
            _lost.Note(Source.SensorPart, $"{Source.Name} gives no samples any more: {KernelFile.Reason(-count)}");
        }
        else if (_time.GetElapsedTime(_sampledAt) >= StandsStillAfter)
        {
            Lose();
            NoteLoops($"no sample of {Source.Name} has come for {StandsStillAfter.TotalSeconds} s: "
                + $"{(Source.Buffer!.Trigger is { } trigger ? $"the trigger '{trigger}' stands still" : "its trigger stands still")}, or somebody else stopped the buffer");
        }
    }

    private void NoteOverrun(int count)
    {
        if (count >= _buffer!.Length && Interlocked.Increment(ref _overruns) == 1)
        {
            LogOverrun(Source.SensorPart, count);
        }
    }

    private void NoteLoops(string? problem)
    {
        foreach (var loop in _loops)
        {
            _lost.Note(loop.Source.ChannelPart, problem);
        }
    }

    private void Lose()
    {
        Release();
        Array.ForEach(_loops, l => l.Forget());
    }

    [LoggerMessage(LogLevel.Warning, "{Part}: the buffer was full with {Samples} samples, what came then is lost; this is said once")]
    private partial void LogOverrun(string part, int samples);

    private sealed class Sampled(Device device, TimeProvider time)
    {
        private SensorJudge _judge = new(device, (IioSource)device.Source, time);

        public IioSource Source { get; } = (IioSource)device.Source;

        public Func<double, double> Volts { get; set; } = same => same;

        public bool IsAs(Sampled before) => before.Device.Id == device.Id && before.Device.Class == device.Class && before.Source == Source;

        public void Follow(Sampled before)
        {
            Volts = before.Volts;
            _judge.Follow(before._judge);
        }

        public void Forget() => _judge = new SensorJudge(device, Source, time);

        public void Hear(double raw, TimeSpan ago, HeardBatch batch) => _judge.Sample(Volts(raw), ago, batch);

        private Device Device => device;
    }
}
