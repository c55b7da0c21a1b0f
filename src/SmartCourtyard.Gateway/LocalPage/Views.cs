using System.Text.Json.Serialization;
using SmartCourtyard.Alarms;
using SmartCourtyard.Courtyards;
using SmartCourtyard.Custody;
using SmartCourtyard.Readings;
using SmartCourtyard.Service;
using SmartCourtyard.Sources;
using SmartCourtyard.Troubles;

namespace SmartCourtyard.Gateway.LocalPage;

internal sealed record ListView<T>(IReadOnlyList<T> Items);

internal sealed record AlarmView(
    string Id, AlarmKind Kind, Severity Severity, string Device, At At, AlarmCondition Condition, DateTimeOffset RaisedAt, int Occurrences,
    bool Test, bool Drill, bool Confirmed, bool Spread, ReceiptsView Receipts)
{
    public static AlarmView From(Alarm alarm) => new(
        alarm.Id, alarm.Kind, alarm.Severity, alarm.DeviceId, Custody.At.From(alarm.At), alarm.Condition, alarm.RaisedAt, alarm.Occurrences,
        alarm.Test, alarm.Drill, alarm.Confirmed, alarm.Spread,
        new ReceiptsView(alarm.Receipts.Stored, alarm.Receipts.Shown, alarm.Receipts.Acknowledged, alarm.Receipts.Resolved));
}

/// <summary>When the duty room stored, showed, answered and closed it; null where it has not yet.</summary>
internal sealed record ReceiptsView(DateTimeOffset? Stored, DateTimeOffset? Shown, DateTimeOffset? Acknowledged, DateTimeOffset? Resolved);

/// <param name="Activations">How often it has alarmed in a day and in a month, and how often only briefly.</param>
internal sealed record DeviceView(
    string Device, string? Name, string Class, At At, HealthState State, IReadOnlyList<TroubleReason> Reasons, DateTimeOffset? LastHeard,
    double? Battery, double? LinkQuality, DateTimeOffset? LastTest, long Undecodable, Undecodable? LastUndecodable, ActivationCount Activations)
{
    /// <summary>Of an actuator that never says what it does: that nobody can know whether it carries out an order. Null of all others.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public string? Confirmation { get; private init; }

    public static DeviceView From(DeviceHealth health, (long Count, Undecodable Last)? undecodable, ActivationCount activations) => new(
        health.Device.Id, health.Device.Name, health.Device.Class.Name(), Custody.At.From(health.Device.At), health.State, health.Reasons,
        health.LastHeard, health.Battery, health.LinkQuality, health.LastTest, undecodable?.Count ?? 0, undecodable?.Last, activations)
    {
        Confirmation = health.Device.Source is MqttSource { Command: { State: null } } ? "not confirmed by the device" : null,
    };
}

internal sealed record TroubleView(string Id, TroubleReason Reason, string? Device, DateTimeOffset RaisedAt, string? Detail)
{
    public static TroubleView From(Trouble trouble) => new(trouble.Id, trouble.Reason, trouble.Device?.Id, trouble.RaisedAt, trouble.Detail);
}

/// <summary>One way to the duty room: up or not, what waits (for whichever path), since when, its last receipt.</summary>
/// <param name="Act">Who must act: technician, duty-room or network; null while it is up.</param>
internal sealed record PathView(
    string Path, bool Up, long Queued, DateTimeOffset? OldestQueued, DateTimeOffset? LastReceipt, string? LastSequence, long Refused, string? Detail, string? Act = null);

/// <summary>A device that the site file does not name.</summary>
/// <param name="LastHeard">Null where only its family's inventory speaks of it.</param>
/// <param name="Points">The quantities it spoke of, or can speak of.</param>
/// <param name="Class">What it seems to be; null where nothing tells.</param>
/// <param name="Yaml">The lines that add it to the site file.</param>
internal sealed record UnassignedView(
    string Family, string Name, DateTimeOffset? LastHeard, long Messages, string Raw, IReadOnlyList<string> Points, string? Class,
    string? Vendor, string? Model, string Yaml);

/// <summary>Who stands at the valve.</summary>
internal sealed record ReleaseRequest(string? By)
{
    public const int LongestName = 100;
}

/// <summary>Asks to let new Zigbee devices in.</summary>
/// <param name="Seconds">1 to 254; 0 closes.</param>
internal sealed record PairRequest(int? Seconds)
{
    public const int SecondsAtMost = 254;
}

/// <summary>Whether new Zigbee devices are let in, until when, and who came.</summary>
/// <param name="Problem">What went wrong last, in one sentence, or null.</param>
internal sealed record PairView(bool Open, DateTimeOffset? Until, IReadOnlyList<PairedView> Devices, string? Problem);

/// <param name="Step">joined, interviewing, ready, not-supported, failed or left.</param>
internal sealed record PairedView(string Step, string Name, string? Address, string? Vendor, string? Model);

internal sealed record SeriesView(string Device, string Quantity, string Unit, IReadOnlyList<SampleView> Items);

internal sealed record SampleView(DateTimeOffset At, double Value);

[JsonSourceGenerationOptions(
    PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase, Converters = [typeof(UtcMillisecondsConverter)])]
[JsonSerializable(typeof(ListView<AlarmView>))]
[JsonSerializable(typeof(ListView<DeviceView>))]
[JsonSerializable(typeof(ListView<TroubleView>))]
[JsonSerializable(typeof(ListView<PathView>))]
[JsonSerializable(typeof(ListView<RefusedView>))]
[JsonSerializable(typeof(ListView<UnassignedView>))]
[JsonSerializable(typeof(ListView<Undecodable>))]
[JsonSerializable(typeof(ListView<ServiceOrder>))]
[JsonSerializable(typeof(ServiceRequest))]
[JsonSerializable(typeof(DeviceView))]
[JsonSerializable(typeof(PairRequest))]
[JsonSerializable(typeof(ReleaseRequest))]
[JsonSerializable(typeof(PairView))]
[JsonSerializable(typeof(SeriesView))]
[JsonSerializable(typeof(ProofView))]
internal sealed partial class LocalJson : JsonSerializerContext;
