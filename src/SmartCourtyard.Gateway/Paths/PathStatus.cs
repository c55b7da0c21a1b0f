using System.Threading.Channels;

namespace SmartCourtyard.Gateway.Paths;

/// <summary>Whether a path stands, since when not, who must act, and a bell that ends a pause as soon as it does.</summary>
internal sealed class PathStatus
{
    private readonly Channel<bool> _back = Channel.CreateBounded<bool>(
        new BoundedChannelOptions(1) { FullMode = BoundedChannelFullMode.DropWrite });

    private volatile Snapshot _now = new(false, null, null, null, null);

    public Snapshot Now => _now;

    /// <summary>Told when the path went down; on the thread that noticed it.</summary>
    public Action WentDown { get; set; } = () => { };

    /// <summary>The duty room has answered; anybody who pauses goes on at once.</summary>
    public void Up(long? sequence, DateTimeOffset at)
    {
        var before = _now;
        _now = new Snapshot(true, sequence is null ? before.LastReceipt : at, sequence ?? before.LastSequence, null, null);
        if (!before.IsUp)
        {
            Ring();
        }
    }

    public void Down(Handover answer)
    {
        // A bell that rang before this has nothing to say about the pause that follows.
        _back.Reader.TryRead(out _);
        var before = _now;
        _now = before with { IsUp = false, Detail = answer.Detail, Actor = answer.Actor };
        if (before.IsUp || before.Detail is null)
        {
            WentDown();
        }
    }

    /// <summary>There is hope again: anybody who pauses tries at once.</summary>
    public void Ring() => _back.Writer.TryWrite(true);

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

    /// <param name="IsUp">Whether the newest answer was one of the duty room.</param>
    /// <param name="LastReceipt">When events were last stored by this path.</param>
    /// <param name="LastSequence">The last of them.</param>
    /// <param name="Detail">Why it is down and who must act, in one sentence; null while it is up or nobody knows yet.</param>
    /// <param name="Actor">Who must act; null while it is up or nobody knows yet.</param>
    internal sealed record Snapshot(bool IsUp, DateTimeOffset? LastReceipt, long? LastSequence, string? Detail, Actor? Actor)
    {
        /// <summary>True once something failed; a path that was not tried yet is neither up nor down.</summary>
        public bool IsDown => !IsUp && Detail is not null;
    }
}
