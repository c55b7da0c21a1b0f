using SmartCourtyard.Courtyards;
using SmartCourtyard.Effects;
using SmartCourtyard.Gateway.Devices.Mqtt.AnyTopic;
using SmartCourtyard.Gateway.Devices.Mqtt.ChirpStack;
using SmartCourtyard.Gateway.Devices.Mqtt.EspHome;
using SmartCourtyard.Gateway.Devices.Mqtt.HomeAssistant;
using SmartCourtyard.Gateway.Devices.Mqtt.Tasmota;
using SmartCourtyard.Gateway.Devices.Mqtt.Told;
using SmartCourtyard.Mqtt;
using SmartCourtyard.Readings;
using SmartCourtyard.Troubles;

namespace SmartCourtyard.Gateway.Devices.Mqtt;

/// <summary>How to reach the broker.</summary>
internal sealed record BrokerAccess(string Host, int Port, bool Tls, string? CaFile, string? User, string? Password);

/// <summary>
/// The device families that speak MQTT, on two connections: alarm-capable devices with custody on one, everything else without on
/// the other, so that no flood of measurements can hold up or push out an alarm.
/// </summary>
internal sealed class MqttFamilies
{
    private readonly IReadOnlyList<IMqttFamily> _families;

    /// <param name="dataDirectory">Where what was learned is kept; null: nowhere.</param>
    /// <param name="before">What these replace; null at the start.</param>
    /// <param name="mayUse">Whether the broker lets devices speak on a topic; null where the broker's rights are not ours.</param>
    public MqttFamilies(
        Courtyard courtyard, BrokerAccess broker, HeardElsewhere elsewhere, Func<HeardBatch, CancellationToken, ValueTask<bool>> hear,
        Func<TroubleReason, string, bool, string?, CancellationToken, ValueTask> partDown, TimeProvider time, ILoggerFactory loggers,
        string? dataDirectory = null, MqttFamilies? before = null, Func<string, bool>? mayUse = null,
        Action<string, bool, LampSign?>? actuatorSaid = null, Action? connected = null)
    {
        IReadOnlyList<IMqttFamily> families =
        [
            // Who knows exact topics comes before who knows a prefix.
            new MqttTopicFamily(courtyard), new HomeAssistantFamily(courtyard, new AnnouncedMemory(InData(dataDirectory, "announced.json")), time, mayUse: mayUse),
            new EspHomeFamily(courtyard),
            new Zigbee2MqttFamily(courtyard, noteInventory: elsewhere.NoteInventory, namesFile: InData(dataDirectory, "zigbee-names.json")), new TasmotaFamily(courtyard, elsewhere.NoteInventory),
            new ChirpStackFamily(courtyard, elsewhere.NoteInventory, elsewhere.NoteLost),
        ];
        _families = families;
        List<string> alarmFilters = TopicFilters.Needed(families.SelectMany(f => f.AlarmFilters)), filters = TopicFilters.Needed(families.SelectMany(f => f.Filters));
        var common = new MqttOptions
        {
            Host = broker.Host, Port = broker.Port, Tls = broker.Tls, CaFile = broker.CaFile, User = broker.User, Password = broker.Password,
            ClientId = "",
            // Zigbee2MQTT's inventory of 500 devices is 1.2 MB in one message.
            MaximumPacketSize = 8 * 1024 * 1024,
        };
        var state = $"smartcourtyard/{courtyard.Id}/gateway";
        var alarms = common with
        {
            ClientId = $"smartcourtyard-{courtyard.Id}-alarms",
            // Its retained will makes the broker write its store at the very moment at which this gateway dies: what it had sent here
            // and nobody had confirmed survives even if the broker dies next.
            Will = new MqttWill(state, "offline"u8.ToArray(), MqttQos.AtLeastOnce, Retain: true),
            Subscriptions = [.. alarmFilters.Select(f => new MqttSubscription(f, MqttQos.AtLeastOnce))],
            // Or the broker would keep for us what nobody here understands any more.
            Unsubscriptions = [.. (before?._families ?? []).SelectMany(f => f.AlarmFilters).Distinct(StringComparer.Ordinal).Except(alarmFilters)],
        };
        var telemetry = common with
        {
            ClientId = $"smartcourtyard-{courtyard.Id}-telemetry",
            CleanStart = true,
            SessionExpiry = TimeSpan.Zero,
            Subscriptions = [.. filters.Select(f => new MqttSubscription(f, MqttQos.AtMostOnce))],
        };
        var told = new ToldOnMqtt(courtyard, actuatorSaid ?? ((_, _, _) => { }));
        Alarms = new MqttConnection("alarms", alarms, state, families, elsewhere, hear, partDown, time, loggers.CreateLogger<MqttConnection>(), told, connected);
        Telemetry = new MqttConnection(
            "telemetry", telemetry, stateTopic: null, families, elsewhere, hear, partDown, time, loggers.CreateLogger<MqttConnection>(), told);
        var subscribed = new SubscribedMemory(InData(dataDirectory, "subscribed.json"));
        Workers = [new LearnedTopics(families, subscribed, Alarms, alarmFilters, Telemetry, filters, time, loggers.CreateLogger<LearnedTopics>()), Alarms, Telemetry];
    }

    public MqttConnection Alarms { get; }

    public MqttConnection Telemetry { get; }

    public IReadOnlyList<BackgroundService> Workers { get; }

    /// <summary>The topics that devices of the site have announced so far, as kept in a gateway's data directory.</summary>
    public static IReadOnlyList<string> AnnouncedTopics(Courtyard courtyard, string? dataDirectory) =>
        dataDirectory is null ? [] : new HomeAssistantFamily(courtyard, new AnnouncedMemory(InData(dataDirectory, "announced.json")), TimeProvider.System).LearnedTopics;

    /// <summary>Where actuators of the site have announced to listen, as kept in a gateway's data directory.</summary>
    public static IReadOnlyList<string> AnnouncedCommands(Courtyard courtyard, string? dataDirectory)
    {
        var told = new ToldHomeAssistant(courtyard);
        foreach (var (topic, payload) in dataDirectory is null ? [] : new AnnouncedMemory(InData(dataDirectory, "announced.json")).All)
        {
            told.Hear(topic, System.Text.Encoding.UTF8.GetBytes(payload), retained: true);
        }

        return [.. told.CommandTopics];
    }

    private static string? InData(string? directory, string file) => directory is null ? null : Path.Combine(directory, file);

    /// <summary>Why devices cannot be heard; null when they can.</summary>
    public string? NotReady() => Alarms.NotReady ?? Telemetry.NotReady;
}
