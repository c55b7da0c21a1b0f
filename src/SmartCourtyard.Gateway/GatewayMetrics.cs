using SmartCourtyard.Alarms;
using SmartCourtyard.Gateway.Devices;
using SmartCourtyard.Gateway.Health;
using SmartCourtyard.Gateway.Journal;
using SmartCourtyard.Gateway.Measurements;
using SmartCourtyard.Gateway.Paths;
using SmartCourtyard.Gateway.Watch;
using SmartCourtyard.Troubles;
using SmartCourtyard.Mqtt;

namespace SmartCourtyard.Gateway;

/// <summary>Which numbers the gateway shows.</summary>
internal static class GatewayMetrics
{
    public static Metrics Of(
        EventJournal journal, WatchLoop watch, IReadOnlyList<(string Name, PathStatus Status)> paths, HeardElsewhere elsewhere, DeviceHost devices,
        History history, ReadingFeed historyFeed, InfluxWriter? influx, ReadingFeed? influxFeed)
    {
        var metrics = new List<Metric>
        {
            new("gateway_messages_judged_total", "Device messages judged.", true, () => watch.Judged),
            new("gateway_alarms", "Alarms that are not done with.", false, () => watch.Alarms.Length),
            new("gateway_journal_sequence", "The last sequence given.", false, () => journal.LastSequence),
            new("gateway_events_waiting", "Events that the duty room has not confirmed.", false, () => journal.Outbox.Waiting),
            new("gateway_events_refused_total", "Events that the duty room refuses; kept.", true, () => journal.Refused),
            new("gateway_undecodable_total", "Messages, or parts of them, that nobody could read.", true, () => elsewhere.UndecodableCount),
            new("gateway_lorawan_lost_total", "Uplinks of LoRaWAN devices that never came, by the gaps in their counters.", true, () => elsewhere.LostCount),
            new("gateway_readings_stored_total", "Readings in the local history.", true, () => history.Written),
            new("gateway_readings_dropped_total", "Readings that made room.", true, () => historyFeed.Dropped, "{store=\"history\"}"),
        };
        if (influx is not null && influxFeed is not null)
        {
            metrics.Add(new("gateway_readings_dropped_total", "Readings that made room.", true, () => influxFeed.Dropped, "{store=\"influx\"}"));
            metrics.Add(new("gateway_influx_written_total", "Readings that the telemetry store confirmed.", true, () => influx.Written));
            metrics.Add(new("gateway_influx_refused_total", "Readings that the telemetry store refuses.", true, () => influx.Refused));
        }

        metrics.AddRange(paths.Select(p => new Metric(
            "gateway_path_up", "1 while the duty room answers by this path.", false, () => p.Status.Now.IsUp ? 1 : 0, $"{{path=\"{p.Name}\"}}")));
        metrics.AddRange(paths.Select(p => new Metric(
            "gateway_path_last_receipt_seconds", "When events were last stored by this path, in seconds since 1970; 0 if never.", false,
            () => p.Status.Now.LastReceipt?.ToUnixTimeSeconds() ?? 0, $"{{path=\"{p.Name}\"}}")));
        metrics.AddRange(Enum.GetValues<HealthState>().Select(s => new Metric(
            "gateway_devices", "Devices by their state.", false, () => watch.Health.In(s), $"{{state=\"{Word($"{s}")}\"}}")));
        metrics.AddRange(Enum.GetValues<TroubleReason>().Where(r => TroubleReasons.Urgency(r) < TroubleReasons.Urgency(TroubleReason.BrokerLost))
            .Select(r => new Metric(
                "gateway_device_troubles", "Devices by what is wrong with them.", false, () => watch.Health.With(r), $"{{reason=\"{Word($"{r}")}\"}}")));
        metrics.AddRange(Enum.GetValues<ReceiptKind>().Select(k => new Metric(
            "gateway_receipts_total", "Receipts for alarms that the duty room has sent.", true, () => watch.ReceiptsOf(k), $"{{receipt=\"{Word($"{k}")}\"}}")));
        metrics.Add(new("gateway_site_reloads_total", "How often the site file was read again and brought something new.", true, () => devices.Reloads));
        metrics.Add(new("gateway_gpio_edges_dropped_total", "Edges that the kernel dropped because nobody took them in time.", true, () => devices.Current.Kernel.Contacts.Dropped));
        metrics.Add(new("gateway_iio_overruns_total", "How often the kernel's buffer of a sampled loop was full before it was read.", true, () => devices.Current.Kernel.Sensors.Overruns));
        metrics.Add(new("gateway_site_good", "1 while the site file was good when it was read last.", false, () => devices.IsLastGood ? 1 : 0));
        metrics.Add(new("gateway_proof_last_passed_seconds", "When the way to the duty room was last proven, in seconds since 1970; 0 if never.", false,
            () => watch.Proven?.LastPassed?.ToUnixTimeSeconds() ?? 0));
        metrics.Add(new("gateway_proof_last_answered_seconds", "When a person last answered a test of the way to the duty room, in seconds since 1970; 0 if never.", false,
            () => watch.Proven?.LastAnswered?.ToUnixTimeSeconds() ?? 0));
        metrics.Add(new("gateway_proof_failed", "1 while the newest daily test of the way to the duty room has failed.", false, () => watch.Proven?.Failed is null ? 0 : 1));
        // These begin again at zero with another site file, as counters do at a restart.
        metrics.AddRange(Each("gateway_mqtt_received_total", "Messages from the broker.", devices, c => c.Received));
        metrics.AddRange(Each("gateway_mqtt_redelivered_total", "Messages that the broker sent again.", devices, c => c.Redelivered));
        metrics.AddRange(Each("gateway_mqtt_reconnects_total", "Connections after the first.", devices, c => c.Reconnects));
        return new Metrics(metrics);
    }

    private static IEnumerable<Metric> Each(string name, string help, DeviceHost devices, Func<MqttCounters, double> count) =>
    [
        new(name, help, true, () => count(devices.Current.Mqtt.Alarms.Counters), "{connection=\"alarms\"}"),
        new(name, help, true, () => count(devices.Current.Mqtt.Telemetry.Counters), "{connection=\"telemetry\"}"),
    ];
    private static string Word(string name) => System.Text.Json.JsonNamingPolicy.KebabCaseLower.ConvertName(name);

}
