using System.Threading.Channels;
using SmartCourtyard.Mqtt;

namespace SmartCourtyard.Gateway.Devices.Mqtt;

/// <summary>
/// Asks the broker for the topics that families learn of while they run. What makes them understood is on disk first, so that a
/// message which the broker keeps for us over a restart is never one that we cannot read.
/// </summary>
internal sealed partial class LearnedTopics : BackgroundService
{
    private readonly IReadOnlyList<IMqttFamily> _families;
    private readonly MqttConnection _alarms;
    private readonly MqttConnection _telemetry;
    private readonly ILogger<LearnedTopics> _logger;
    private readonly Channel<bool> _wake = Channel.CreateBounded<bool>(new BoundedChannelOptions(1) { FullMode = BoundedChannelFullMode.DropWrite });
    private readonly HashSet<string> _alarmsAsked;
    private readonly HashSet<string> _telemetryAsked;

    public LearnedTopics(
        IReadOnlyList<IMqttFamily> families, MqttConnection alarms, IEnumerable<string> alarmsAsked, MqttConnection telemetry,
        IEnumerable<string> telemetryAsked, ILogger<LearnedTopics> logger)
    {
        (_families, _alarms, _telemetry, _logger) = (families, alarms, telemetry, logger);
        (_alarmsAsked, _telemetryAsked) = (alarmsAsked.ToHashSet(StringComparer.Ordinal), telemetryAsked.ToHashSet(StringComparer.Ordinal));
        foreach (IMqttFamily family in families)
        {
            family.Grew += () => _wake.Writer.TryWrite(true);
        }
    }

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        await foreach (bool _ in _wake.Reader.ReadAllAsync(stoppingToken).ConfigureAwait(false))
        {
            Remember();
            await AskAsync(_alarms, _alarmsAsked, _families.SelectMany(f => f.AlarmFilters), MqttQos.AtLeastOnce, stoppingToken).ConfigureAwait(false);
            await AskAsync(_telemetry, _telemetryAsked, _families.SelectMany(f => f.Filters), MqttQos.AtMostOnce, stoppingToken).ConfigureAwait(false);
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
        var wide = new TopicFilters(asked);
        string[] further = [.. TopicFilters.Needed(wanted).Where(f => !asked.Contains(f) && !wide.CoverAsWell(f))];
        if (further.Length == 0)
        {
            return;
        }
        asked.UnionWith(further);
        MqttSubscribeResult result = await connection.SubscribeAsync([.. further.Select(f => new MqttSubscription(f, qos))], stop).ConfigureAwait(false);
        LogAsked(further.Length, connection.Name, result);
        if (result == MqttSubscribeResult.Refused)
        {
            LogRefused(connection.Name, string.Join(", ", further.Take(10)));
        }
    }

    [LoggerMessage(LogLevel.Information, "{Count} topics learned from announcements ({Connection}): {Result}")]
    private partial void LogAsked(int count, string connection, MqttSubscribeResult result);

    [LoggerMessage(LogLevel.Error, "broker does not let us hear what devices announced ({Connection}): {Topics}")]
    private partial void LogRefused(string connection, string topics);

    [LoggerMessage(LogLevel.Error, "what devices of {Family} announced cannot be kept: {Why}")]
    private partial void LogNotRemembered(string family, string why);
}
