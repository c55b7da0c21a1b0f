using SmartCourtyard.Custody;

namespace SmartCourtyard.Gateway.Paths;

/// <summary>
/// Shows the duty room by a path every 20 s that the gateway lives, so that one path is enough for that, and whether the path
/// stands is known before an alarm needs it.
/// </summary>
/// <param name="path">The path.</param>
/// <param name="status">Its status.</param>
/// <param name="beat">What there is to say now.</param>
/// <param name="expect">Told of which skipped numbers the duty room was told, and the sequence that it expects next.</param>
internal sealed class Heartbeats(
    IPath path, PathStatus status, Func<CancellationToken, ValueTask<Heartbeat>> beat, Func<IReadOnlyList<SequenceRange>, long, CancellationToken, ValueTask> expect, TimeProvider time)
    : BackgroundService
{
    public static readonly TimeSpan BeatEvery = TimeSpan.FromSeconds(20);
    private static readonly TimeSpan TryAgainAfter = TimeSpan.FromSeconds(2);

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        while (true)
        {
            var said = await beat(stoppingToken).ConfigureAwait(false);
            var answer = await path.BeatAsync(said, stoppingToken).ConfigureAwait(false);
            if (answer.Reason == HandoverReason.Stored)
            {
                status.Up(null, time.GetUtcNow());
                if (answer.Expected is { } next)
                {
                    await expect(said.Skipped ?? [], next, stoppingToken).ConfigureAwait(false);
                }

                await Task.Delay(BeatEvery, time, stoppingToken).ConfigureAwait(false);
            }
            else
            {
                status.Down(answer);
                await Task.Delay(TryAgainAfter, time, stoppingToken).ConfigureAwait(false);
            }
        }
    }
}
