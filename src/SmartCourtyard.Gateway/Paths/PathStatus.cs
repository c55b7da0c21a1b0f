using System.Threading.Channels;

namespace SmartCourtyard.Gateway.Paths;

/// <summary>Whether the path stands, since when, and a bell that ends a pause as soon as it does.</summary>
internal sealed class PathStatus
{
    private readonly Channel<bool> _back = Channel.CreateBounded<bool>(
        new BoundedChannelOptions(1) { FullMode = BoundedChannelFullMode.DropWrite });

    private volatile Snapshot _now = new(false, null, null, null);

    public Snapshot Now => _now;

    /// <summary>The duty room has answered; anybody who pauses goes on at once.</summary>
    public void Up(long? sequence, DateTimeOffset at)
    {
        var before = _now;
        _now = new Snapshot(true, sequence is null ? before.LastReceipt : at, sequence ?? before.LastSequence, null);
        if (!before.IsUp)
        {
            _back.Writer.TryWrite(true);
        }
    }

    public void Down(Handover answer)
    {
        // A bell that rang before this has nothing to say about the pause that follows.
        _back.Reader.TryRead(out _);
        _now = _now with { IsUp = false, Detail = answer.Detail };
    }

    /// <summary>Pauses, but not beyond the moment at which the path is back.</summary>
    public async Task WaitAsync(TimeSpan wait, TimeProvider time, CancellationToken stop)
    {
        using var enough = new CancellationTokenSource(wait, time);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(stop, enough.Token);
        try
        {
            await _back.Reader.ReadAsync(either.Token).ConfigureAwait(false);
        }
        catch (OperationCanceledException) when (!stop.IsCancellationRequested)
        {
        }
    }

    internal sealed record Snapshot(bool IsUp, DateTimeOffset? LastReceipt, long? LastSequence, string? Detail);
}
