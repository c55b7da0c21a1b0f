using System.Threading.Channels;
using SmartCourtyard.Readings;

namespace SmartCourtyard.Gateway.Measurements;

/// <summary>
/// What the watch hands to one store of measurements: bounded, never waited for. When it is full the oldest batch makes room, and
/// that is counted.
/// </summary>
internal sealed class ReadingFeed
{
    private static readonly TimeSpan LookEvery = TimeSpan.FromMilliseconds(500);

    private readonly Channel<HeardBatch> _batches;
    private readonly int _many;
    private long _dropped;
    private long _taken;

    public ReadingFeed(int batchesAtMost = 4_096)
    {
        _many = batchesAtMost / 8;
        _batches = Channel.CreateBounded<HeardBatch>(
            new BoundedChannelOptions(batchesAtMost) { FullMode = BoundedChannelFullMode.DropOldest, SingleReader = true },
            dropped => Interlocked.Add(ref _dropped, dropped.Readings.Count));
    }

    /// <summary>Readings that made room for newer ones.</summary>
    public long Dropped => Interlocked.Read(ref _dropped);

    /// <summary>Readings that came in.</summary>
    public long Taken => Interlocked.Read(ref _taken);

    /// <summary>Batches that the store has not taken yet.</summary>
    public int Waiting => _batches.Reader.Count;

    public void Add(HeardBatch batch)
    {
        Interlocked.Add(ref _taken, batch.Readings.Count);
        _batches.Writer.TryWrite(batch);
    }

    /// <summary>Waits for readings, gathers for a while so that one write carries many, and gives them.</summary>
    /// <param name="into">Filled with at least one batch.</param>
    /// <param name="gather">How long to gather after the first; not for longer than half a second where many come.</param>
    /// <param name="most">Stops gathering at this many readings.</param>
    /// <param name="hurry">True where somebody asks for them; null: nobody ever does.</param>
    public async ValueTask TakeAsync(List<HeardBatch> into, TimeSpan gather, int most, TimeProvider time, CancellationToken stop, Func<bool>? hurry = null)
    {
        await _batches.Reader.WaitToReadAsync(stop).ConfigureAwait(false);
        var start = time.GetTimestamp();
        do
        {
            await Task.Delay(gather < LookEvery ? gather : LookEvery, time, stop).ConfigureAwait(false);
        }
        while (time.GetElapsedTime(start) < gather && Waiting < _many && hurry?.Invoke() != true);
        Drain(into, most);
    }

    /// <summary>Gives what is there without waiting.</summary>
    public void Drain(List<HeardBatch> into, int most)
    {
        var count = 0;
        while (count < most && _batches.Reader.TryRead(out var batch))
        {
            into.Add(batch);
            count += batch.Readings.Count;
        }
    }
}
