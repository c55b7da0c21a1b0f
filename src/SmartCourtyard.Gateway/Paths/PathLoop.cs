using SmartCourtyard.Custody;
using SmartCourtyard.Troubles;

namespace SmartCourtyard.Gateway.Paths;

/// <summary>What the path tells and asks the rest of the gateway.</summary>
/// <param name="Refuse">Marks events that the duty room never takes; they stay in the journal.</param>
/// <param name="Renumber">Events that wait collide with others there: they are moved to the sequence that the duty room expects, or beyond.</param>
/// <param name="Trouble">Begins or ends a trouble of the gateway itself.</param>
internal sealed record PathOutputs(
    Func<IReadOnlyList<StoredEvent>, CancellationToken, ValueTask> Refuse,
    Func<long, CancellationToken, ValueTask> Renumber,
    Func<TroubleReason, bool, string?, CancellationToken, ValueTask> Trouble);

/// <summary>
/// Hands events on to the duty room by one path: what matters most before anything else, at most one batch under way, retried for
/// ever with growing pauses, at once when the path returns. Each path has a loop of its own, so none stands behind another's stall;
/// what any of them has handed on is handed on.
/// </summary>
/// <param name="outbox">What waits.</param>
/// <param name="path">Where it goes.</param>
/// <param name="status">Told how the path stands.</param>
/// <param name="outputs">What the path tells and asks the rest of the gateway.</param>
/// <param name="time">Measures the pauses.</param>
/// <param name="logger">Told when the path goes down and comes back.</param>
/// <param name="eventsAtMost">How many events go in one batch; the duty room takes 500.</param>
internal sealed partial class PathLoop(
    OutboxReader outbox, IPath path, PathStatus status, PathOutputs outputs, TimeProvider time, ILogger<PathLoop> logger, int eventsAtMost = 500)
    : BackgroundService
{
    private const int BytesAtMost = 900 * 1024;

    private long _turns;
    private int _failures;
    private int _collisions;
    private readonly int _eventsAtMost = eventsAtMost;
    private int _most = eventsAtMost;
    private (HandoverReason Reason, Actor? Actor) _said = (HandoverReason.Stored, null);

    /// <summary>How often the loop has turned: once for each answer, or for none within its time.</summary>
    public long Turns => Interlocked.Read(ref _turns);

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        while (true)
        {
            var batch = await outbox.TakeAsync(_most, BytesAtMost, stoppingToken).ConfigureAwait(false);
            var answer = await path.SendAsync(batch, stoppingToken).ConfigureAwait(false);
            NoteChange(answer);
            await FollowAsync(batch, answer, stoppingToken).ConfigureAwait(false);
            Interlocked.Increment(ref _turns);
        }
    }

    private async ValueTask FollowAsync(IReadOnlyList<StoredEvent> batch, Handover answer, CancellationToken stop)
    {
        switch (answer.Reason)
        {
            case HandoverReason.Stored:
                outbox.Remove(batch);
                status.Up(batch[^1].Sequence, time.GetUtcNow());
                _failures = 0;
                _collisions = 0;
                _most = _eventsAtMost;
                break;
            case HandoverReason.Refused when answer.Index is { } index && index >= 0 && index < batch.Count:
                await SetAsideAsync(batch[index], answer, stop).ConfigureAwait(false);
                break;
            case HandoverReason.Refused or HandoverReason.TooLarge when batch.Count > 1:
                _most = Math.Max(1, batch.Count / 2);
                break;
            case HandoverReason.Refused or HandoverReason.TooLarge:
                await SetAsideAsync(batch[0], answer, stop).ConfigureAwait(false);
                break;
            case HandoverReason.Collision when !outbox.IsCurrent:
                // Another path met it too, and they have been moved already.
                break;
            case HandoverReason.Collision when answer.Expected is { } expected:
                await outputs.Renumber(expected, stop).ConfigureAwait(false);
                if (_collisions++ > 0)
                {
                    // Moving them once is the cure. Where it is not, they are moved again, but not in a hurry.
                    await PauseAsync(answer, stop).ConfigureAwait(false);
                }

                break;
            default:
                await PauseAsync(answer, stop).ConfigureAwait(false);
                break;
        }
    }

    private Task PauseAsync(Handover answer, CancellationToken stop)
    {
        status.Down(answer);
        return status.WaitAsync(Backoff.Delay(++_failures, Random.Shared.NextDouble(), answer.RetryAfter), time, stop);
    }

    private async ValueTask SetAsideAsync(StoredEvent e, Handover answer, CancellationToken stop)
    {
        LogRefused(e.Id, e.Sequence, answer.Detail);
        await outputs.Refuse([e], stop).ConfigureAwait(false);
        await outputs.Trouble(TroubleReason.EventRefused, true, answer.Detail, stop).ConfigureAwait(false);
    }

    private void NoteChange(Handover answer)
    {
        // Only a changed answer is news: a long outage must not fill the log.
        if ((answer.Reason, answer.Actor) != _said)
        {
            _said = (answer.Reason, answer.Actor);
            if (answer.Reason == HandoverReason.Stored)
            {
                LogUp(path.Name, outbox.Waiting);
            }
            else
            {
                LogDown(path.Name, answer.Reason, answer.Detail, outbox.Waiting);
            }
        }
    }

    [LoggerMessage(LogLevel.Warning, "events are not handed on by {Path}: {Reason}: {Detail}; {Waiting} wait")]
    private partial void LogDown(string path, HandoverReason reason, string? detail, long waiting);

    [LoggerMessage(LogLevel.Information, "events are handed on by {Path}; {Waiting} wait")]
    private partial void LogUp(string path, long waiting);

    [LoggerMessage(LogLevel.Error, "the duty room refuses event {Id} (sequence {Sequence}): {Detail}; it is kept")]
    private partial void LogRefused(string id, long sequence, string? detail);
}
