using SmartCourtyard.Troubles;

namespace SmartCourtyard.Gateway.Journal;

/// <summary>Writes what is known of the devices to its file, seldom and when the gateway stops; the alarm path does not know of it.</summary>
internal sealed partial class HealthKeeper(
    string path, Func<CancellationToken, ValueTask<IReadOnlyList<DeviceMemory>>> remember, TimeProvider time, ILogger<HealthKeeper> logger)
    : BackgroundService
{
    private static readonly TimeSpan Every = TimeSpan.FromMinutes(10);
    private static readonly TimeSpan AtStopAtMost = TimeSpan.FromSeconds(2);

    public override async Task StopAsync(CancellationToken cancellationToken)
    {
        await base.StopAsync(cancellationToken).ConfigureAwait(false);
        using var limit = new CancellationTokenSource(AtStopAtMost, time);
        await WriteAsync(limit.Token).ConfigureAwait(false);
    }

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        using var timer = new PeriodicTimer(Every, time);
        while (await timer.WaitForNextTickAsync(stoppingToken).ConfigureAwait(false))
        {
            await WriteAsync(stoppingToken).ConfigureAwait(false);
        }
    }

    private async Task WriteAsync(CancellationToken stop)
    {
        try
        {
            HealthStore.Write(path, new HealthMemory(time.GetUtcNow(), await remember(stop).ConfigureAwait(false)));
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            LogNotWritten(path, e.Message);
        }
        catch (OperationCanceledException)
        {
            // The gateway stops and the watch has no time for the question: the file of ten minutes ago stands.
        }
    }

    [LoggerMessage(LogLevel.Warning, "what is known of the devices cannot be kept in {Path}: {Reason}")]
    private partial void LogNotWritten(string path, string reason);
}
