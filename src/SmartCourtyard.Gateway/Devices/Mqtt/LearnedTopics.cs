using System.Threading.Channels;
using SmartCourtyard.Mqtt;

namespace SmartCourtyard.Gateway.Devices.Mqtt;

/// <summary>
/// Asks the broker for the topics that families learn of while they run, and takes back those that nobody wants any more. What makes
/// them understood is on disk first, so that a message which the broker keeps for us over a restart is never one that we cannot read.
/// </summary>
internal sealed partial class LearnedTopics : BackgroundService
{
    private static readonly TimeSpan AskLeaving = TimeSpan.FromSeconds(1);

    private readonly IReadOnlyList<IMqttFamily> _families;
    private readonly SubscribedMemory _memory;
    private readonly MqttConnection _alarms;
    private readonly MqttConnection _telemetry;
    private readonly TimeProvider _time;
    private readonly ILogger<LearnedTopics> _logger;
    private readonly Channel<bool> _wake = Channel.CreateBounded<bool>(new BoundedChannelOptions(1) { FullMode = BoundedChannelFullMode.DropWrite });
    private readonly Lock _gate = new();
    private readonly HashSet<string> _alarmsAsked;
    private readonly HashSet<string> _telemetryAsked;
    private volatile bool _keepAgain;

    /// <param name="memory">What the session of the alarms may have at the broker.</param>
    public LearnedTopics(
        IReadOnlyList<IMqttFamily> families, SubscribedMemory memory, MqttConnection alarms, IEnumerable<string> alarmsAsked, MqttConnection telemetry,
        IEnumerable<string> telemetryAsked, TimeProvider time, ILogger<LearnedTopics> logger)
    {
        (_families, _memory, _alarms, _telemetry, _time, _logger) = (families, memory, alarms, telemetry, time, logger);
        (_alarmsAsked, _telemetryAsked) = (alarmsAsked.ToHashSet(StringComparer.Ordinal), telemetryAsked.ToHashSet(StringComparer.Ordinal));
        foreach (IMqttFamily family in families)
        {
            family.FiltersChanged += () => _wake.Writer.TryWrite(true);
        }
    }

    /// <summary>Before the connections start: what they will ask for is on disk then, and what an earlier gateway asked for and nobody wants is to be taken back.</summary>
    public override async Task StartAsync(CancellationToken cancellationToken)
    {
        await _alarms.UnsubscribeAsync([.. _memory.ReadAgain().Except(_alarmsAsked, StringComparer.Ordinal)], cancellationToken).ConfigureAwait(false);
        KeepAsked();
        await base.StartAsync(cancellationToken).ConfigureAwait(false);
    }

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        Task forgetting = ForgetWhatLeftAsync(stoppingToken);
        await foreach (bool _ in _wake.Reader.ReadAllAsync(stoppingToken).ConfigureAwait(false))
        {
            Remember();
            await AskAsync(_alarms, _alarmsAsked, _families.SelectMany(f => f.AlarmFilters), MqttQos.AtLeastOnce, stoppingToken).ConfigureAwait(false);
            await AskAsync(_telemetry, _telemetryAsked, _families.SelectMany(f => f.Filters), MqttQos.AtMostOnce, stoppingToken).ConfigureAwait(false);
        }
        await forgetting.ConfigureAwait(false);
    }

    // The broker answers some time after a connect.
    private async Task ForgetWhatLeftAsync(CancellationToken stop)
    {
        using var timer = new PeriodicTimer(AskLeaving, _time);
        while (await timer.WaitForNextTickAsync(stop).ConfigureAwait(false))
        {
            if (_keepAgain)
            {
                KeepAsked();
            }
        }
    }

    // Never without what the broker may still have; that is kept again until the broker has answered.
    private void KeepAsked()
    {
        lock (_gate)
        {
            IReadOnlyList<string> leaving = _alarms.Leaving;
            _keepAgain = true;
            try
            {
                _memory.Keep(_alarmsAsked.Concat(leaving));
                _keepAgain = leaving.Count > 0;
            }
            catch (IOException e)
            {
                LogNotRemembered("mqtt", e.Message);
            }
        }
    }

    private void Remember()
    {
        foreach (IMqttFamily family in _families)
        {
            try
            {
                family.Remember();
            }
            catch (IOException e)
            {
                // Heard now and not understood after a restart is better than not heard at all.
                LogNotRemembered(family.Name, e.Message);
            }
        }
    }

    private async Task AskAsync(MqttConnection connection, HashSet<string> asked, IEnumerable<string> wanted, MqttQos qos, CancellationToken stop)
    {
        HashSet<string> now = [.. wanted];
        var wide = new TopicFilters(asked.Where(now.Contains));
        string[] further = [.. TopicFilters.Needed(now).Where(f => !asked.Contains(f) && !wide.CoverAsWell(f))], gone = [.. asked.Where(f => !now.Contains(f))];
        if (further.Length > 0)
        {
            Change(() => asked.UnionWith(further));
            MqttSubscribeResult result = await connection.SubscribeAsync([.. further.Select(f => new MqttSubscription(f, qos))], stop).ConfigureAwait(false);
            LogAsked(further.Length, connection.Name, result);
            if (result == MqttSubscribeResult.Refused)
            {
                LogRefused(connection.Name, string.Join(", ", further.Take(10)));
            }
        }
        if (gone.Length > 0)
        {
            ValueTask leaving = connection.UnsubscribeAsync(gone, stop);
            Change(() => asked.ExceptWith(gone));
            await leaving.ConfigureAwait(false);
            LogGone(gone.Length, connection.Name);
        }
    }

    // On disk before the broker is asked.
    private void Change(Action change)
    {
        lock (_gate)
        {
            change();
        }
        KeepAsked();
    }

    [LoggerMessage(LogLevel.Information, "{Count} topics learned from announcements ({Connection}): {Result}")]
    private partial void LogAsked(int count, string connection, MqttSubscribeResult result);

    [LoggerMessage(LogLevel.Information, "{Count} topics taken back, because nothing announces them any more ({Connection})")]
    private partial void LogGone(int count, string connection);

    [LoggerMessage(LogLevel.Error, "broker does not let us hear what devices announced ({Connection}): {Topics}")]
    private partial void LogRefused(string connection, string topics);

    [LoggerMessage(LogLevel.Error, "what devices of {Family} announced cannot be kept: {Why}")]
    private partial void LogNotRemembered(string family, string why);
}
