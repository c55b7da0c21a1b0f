using System.Threading.Channels;
using SmartCourtyard.Courtyards;
using SmartCourtyard.Gateway.Site;

namespace SmartCourtyard.Gateway;

/// <summary>What a reload touches besides the devices' own workers.</summary>
/// <param name="Judge">Makes the watch go on with the courtyard; the ids are those of devices that speak as before.</param>
/// <param name="Refused">Tells that the file was refused and why, or (null) that it is good.</param>
/// <param name="Replaced">Told last, when the new courtyard is in force.</param>
internal sealed record ReloadOutputs(
    Func<SiteResult, IReadOnlySet<string>, CancellationToken, ValueTask> Judge, Func<string?, CancellationToken, ValueTask> Refused,
    Action<SiteResult> Replaced);

/// <summary>
/// Runs the workers of the courtyard's devices, and replaces them when the site file is read again. A file with a mistake changes
/// nothing: the estate stays guarded by the last good one.
/// </summary>
internal sealed partial class DeviceHost : BackgroundService
{
    private readonly string _path;
    private readonly Func<Courtyard, DeviceWorkers?, DeviceWorkers> _make;
    private readonly ReloadOutputs _outputs;
    private readonly ILogger<DeviceHost> _logger;
    private readonly Channel<TaskCompletionSource<string?>> _requests = Channel.CreateBounded<TaskCompletionSource<string?>>(16);
    private SiteResult _site;
    private volatile DeviceWorkers _current;
    private string? _refused;
    private long _reloads;

    /// <param name="path">The site file.</param>
    /// <param name="site">What it said at the start.</param>
    /// <param name="make">Makes the workers of a courtyard; the second argument are those that they replace.</param>
    /// <param name="outputs">What a reload touches besides.</param>
    /// <param name="logger">Told of every reload.</param>
    public DeviceHost(
        string path, SiteResult site, Func<Courtyard, DeviceWorkers?, DeviceWorkers> make, ReloadOutputs outputs, ILogger<DeviceHost> logger)
    {
        (_path, _site, _make, _outputs, _logger) = (path, site, make, outputs, logger);
        _current = make(site.Courtyard!, null);
    }

    /// <summary>The workers that serve now.</summary>
    public DeviceWorkers Current => _current;

    /// <summary>How often the file was read again and brought something new.</summary>
    public long Reloads => Interlocked.Read(ref _reloads);

    /// <summary>Whether the file was good when it was read last.</summary>
    public bool IsLastGood => Volatile.Read(ref _refused) is null;

    /// <summary>Reads the site file again. Asks during a reload are answered by one more.</summary>
    /// <returns>Why it was refused; null when it is in force.</returns>
    public async ValueTask<string?> ReloadAsync(CancellationToken stop)
    {
        var done = new TaskCompletionSource<string?>(TaskCreationOptions.RunContinuationsAsynchronously);
        await _requests.Writer.WriteAsync(done, stop).ConfigureAwait(false);
        return await done.Task.WaitAsync(stop).ConfigureAwait(false);
    }

    /// <summary>The same, for those who do not wait for the answer. Where many wait already, their reload serves this one too.</summary>
    public void Reload() => _requests.Writer.TryWrite(new TaskCompletionSource<string?>());

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        await _current.StartAsync().ConfigureAwait(false);
        while (true)
        {
            var asked = _requests.Reader.WaitToReadAsync(stoppingToken).AsTask();
            // A worker that fails must end the program, so that whoever guards it starts it again.
            await (await Task.WhenAny(asked, _current.FailureAsync()).ConfigureAwait(false)).ConfigureAwait(false);
            var waiting = new List<TaskCompletionSource<string?>>();
            while (_requests.Reader.TryRead(out var request))
            {
                waiting.Add(request);
            }

            var refused = await ReadAgainAsync(stoppingToken).ConfigureAwait(false);
            waiting.ForEach(w => w.TrySetResult(refused));
        }
    }

    public override async Task StopAsync(CancellationToken cancellationToken)
    {
        await base.StopAsync(cancellationToken).ConfigureAwait(false);
        await _current.StopAsync().ConfigureAwait(false);
        _current.Release();
    }

    private async Task<string?> ReadAgainAsync(CancellationToken stop)
    {
        var site = SiteFile.Read(_path);
        var refused = Refusal(site);
        if (refused is null && !site.Bytes.Span.SequenceEqual(_site.Bytes.Span))
        {
            await ReplaceAsync(site, stop).ConfigureAwait(false);
        }
        else if (refused is null)
        {
            LogUnchanged(_path);
        }

        await TellAsync(refused, stop).ConfigureAwait(false);
        return refused;
    }

    private string? Refusal(SiteResult site)
    {
        if (site.Courtyard is not { } courtyard)
        {
            var more = site.Mistakes.Count > 1 ? $" (and {site.Mistakes.Count - 1} more: the command check names them all)" : "";
            return site.Mistakes[0] + more;
        }

        return courtyard.Id == _current.Courtyard.Id
            ? null
            : $"{_path}: the courtyard is '{courtyard.Id}': '{_current.Courtyard.Id}', as when the gateway started (another courtyard is another gateway)";
    }

    private async Task ReplaceAsync(SiteResult site, CancellationToken stop)
    {
        // All that can fail is done before anything that lives is touched.
        var (old, next) = (_current, _make(site.Courtyard!, _current));
        var unchanged = site.SpeakingAsIn(_site);
        foreach (var hanging in await old.StopAsync().ConfigureAwait(false))
        {
            LogHanging(hanging.GetType().Name);
        }

        await _outputs.Judge(site, unchanged, stop).ConfigureAwait(false);
        _current = next;
        await next.StartAsync().ConfigureAwait(false);
        _outputs.Replaced(site);
        Interlocked.Increment(ref _reloads);
        LogReplaced(next.Courtyard.Devices.Count, next.Courtyard.Devices.Count(d => !unchanged.Contains(d.Id)), _path);
        _site = site;
    }

    private async ValueTask TellAsync(string? refused, CancellationToken stop)
    {
        if (refused == _refused)
        {
            return;
        }

        if (refused is not null)
        {
            LogRefused(refused);
        }

        if (_refused is not null)
        {
            // The trouble names the mistake: with another mistake it is another trouble.
            await _outputs.Refused(null, stop).ConfigureAwait(false);
        }

        Volatile.Write(ref _refused, refused);
        if (refused is not null)
        {
            await _outputs.Refused(refused, stop).ConfigureAwait(false);
        }
    }

    [LoggerMessage(LogLevel.Information, "site file read again: {Devices} devices, {Changed} of them new or changed ({Path})")]
    private partial void LogReplaced(int devices, int changed, string path);

    [LoggerMessage(LogLevel.Information, "site file read again: nothing has changed ({Path})")]
    private partial void LogUnchanged(string path);

    [LoggerMessage(LogLevel.Error, "site file refused; the last good one stays in force: {Reason}")]
    private partial void LogRefused(string reason);

    [LoggerMessage(LogLevel.Error, "{Worker} did not end and is left behind")]
    private partial void LogHanging(string worker);
}
