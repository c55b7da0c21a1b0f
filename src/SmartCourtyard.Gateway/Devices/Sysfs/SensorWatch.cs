using SmartCourtyard.Courtyards;
using SmartCourtyard.Readings;
using SmartCourtyard.Sources;

namespace SmartCourtyard.Gateway.Devices.Sysfs;

/// <summary>
/// Reads one device's sensor again and again. A driver may sleep for a conversion, or for seconds on a bus that hangs, so each reading
/// has a thread of its own and holds up nobody.
/// </summary>
internal sealed class SensorWatch(
    Device device, SensorSource source, string sys, LostParts lost, Func<HeardBatch, CancellationToken, ValueTask<bool>> hear,
    TimeProvider time)
{
    // One conversion may fail for good reasons (busy, warming up); a sensor that gives nothing three times is not there.
    private const int FailuresBorne = 3;

    private readonly bool _iio = source is IioSource;
    private SensorJudge _judge = new(device, source, time);
    private int _failures;

    private Device Device => device;

    private SensorSource Source => source;

    /// <summary>Goes on where one of the same device and source ended: a heater that is warm stays warm while the site file is read again.</summary>
    public void Follow(SensorWatch before)
    {
        if (before.Device.Id == device.Id && before.Device.Class == device.Class && before.Source == source)
        {
            _judge.Follow(before._judge);
            _failures = before._failures;
        }
    }

    public async Task RunAsync(CancellationToken stop)
    {
        using var timer = new PeriodicTimer(source.Every, time);
        do
        {
            var batch = new HeardBatch();
            // A reading that hangs must not hold up the end of the program either.
            await Task.Factory.StartNew(() => Read(batch), CancellationToken.None, TaskCreationOptions.LongRunning, TaskScheduler.Default)
                .WaitAsync(stop).ConfigureAwait(false);
            if (batch.Count > 0)
            {
                _ = await hear(batch, stop).ConfigureAwait(false);
            }

            await lost.TellAsync(stop).ConfigureAwait(false);
        }
        while (await timer.WaitForNextTickAsync(stop).ConfigureAwait(false));
    }

    /// <summary>Reads once.</summary>
    public void Read(HeardBatch batch)
    {
        var (folder, problem) = SensorFolder.Find(source, sys);
        lost.Note(source.SensorPart, problem);
        if (folder is not null)
        {
            problem = source is IioSource { Channel: { } channel } ? ReadOne(folder, channel, batch) : ReadAll(folder, batch);
            _failures = problem is null ? 0 : _failures + 1;
            if (_failures is 0 or >= FailuresBorne)
            {
                lost.Note(source.ChannelPart, problem);
            }
        }

        if (folder is null || _failures >= FailuresBorne)
        {
            // A heater that lost its supply begins anew.
            _judge = new SensorJudge(device, source, time);
        }
    }

    private string? ReadOne(string folder, string channel, HeardBatch batch)
    {
        if (SensorChannels.Read(_iio, source.Name, folder, channel, out var problem) is not { } volts)
        {
            return problem;
        }

        if (source is IioSource { Loop: not null })
        {
            _judge.Loop(volts, batch);
        }
        else
        {
            _judge.Element(volts, batch);
        }

        return null;
    }

    /// <summary>Null where at least one channel could be read: a sensor that gives its temperature is there.</summary>
    private string? ReadAll(string folder, HeardBatch batch)
    {
        var points = source.Points
            ?? SensorChannels.Of(_iio, source.Name, folder).ToDictionary(c => c.Key, c => new SensorPoint(c.Value));
        var problem = points.Count == 0 ? $"{source.Name} has no channel that measures anything: name one under 'points'" : null;
        var any = false;
        foreach (var (quantity, point) in points)
        {
            if (SensorChannels.Read(_iio, source.Name, folder, point.Channel, out var reason) is not { } value)
            {
                problem = reason;
            }
            else if (_judge.Measure(quantity, (Converted(quantity, point, value) * point.Scale) + point.Offset, batch))
            {
                any = true;
            }
            else
            {
                problem = $"{point.Channel} gives {value}, which no {quantity.Name()} is";
            }
        }

        return any ? null : problem;
    }

    // A current is given in amperes; leakage is counted in milliamperes.
    private static double Converted(Quantity quantity, SensorPoint point, double value) =>
        quantity == Quantity.LeakageCurrent && point.Channel.StartsWith("curr", StringComparison.Ordinal) ? value * 1_000 : value;
}
