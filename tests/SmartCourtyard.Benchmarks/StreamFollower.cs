using System.Collections.Concurrent;
using SmartCourtyard.Acceptance.Estates;

namespace SmartCourtyard.Benchmarks;

/// <summary>Writes down when an alarm of each device first came on the duty room's live stream.</summary>
internal sealed class StreamFollower : IAsyncDisposable
{
    private readonly ConcurrentDictionary<string, long> _arrived = new(StringComparer.Ordinal);
    private readonly TaskCompletionSource _ready = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly CancellationTokenSource _stop = new();
    private readonly Task _following;

    private StreamFollower(Estate estate) => _following = FollowAsync(estate);

    public int Count => _arrived.Count;

    public static async Task<StreamFollower> StartAsync(Estate estate)
    {
        var follower = new StreamFollower(estate);
        await follower._ready.Task.WaitAsync(TimeSpan.FromSeconds(20), TimeProvider.System);
        return follower;
    }

    public long At(string device) => _arrived[device];

    public Task HasAsync(int alarms) => Eventually.TrueAsync(() => Count >= alarms, TimeSpan.FromSeconds(30), () => $"{Count} of {alarms} on the stream");

    public async ValueTask DisposeAsync()
    {
        await _stop.CancelAsync();
        await _following.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        _stop.Dispose();
    }

    private async Task FollowAsync(Estate estate)
    {
        await foreach (var (_, type, data) in estate.Board.StreamAsync(null, _stop.Token))
        {
            if (type == "ready")
            {
                _ready.TrySetResult();
            }
            else if (type == "alarm")
            {
                _arrived.TryAdd(data.GetProperty("device").GetString()!, TimeProvider.System.GetTimestamp());
            }
        }
    }
}
