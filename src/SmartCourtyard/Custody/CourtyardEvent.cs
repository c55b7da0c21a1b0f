using System.Text.Json;
using System.Text.Json.Serialization;
using SmartCourtyard.Alarms;
using SmartCourtyard.Courtyards;
using SmartCourtyard.Troubles;

namespace SmartCourtyard.Custody;

/// <summary>
/// An event as it is stored and sent: CloudEvents 1.0 in JSON with the <c>sequence</c> extension. The bytes in the gateway's
/// journal are the bytes on the wire.
/// </summary>
/// <param name="Id">UUID version 7, unique for ever.</param>
/// <param name="Source"><c>/gateways/</c> and the courtyard's id.</param>
/// <param name="Type">One of <see cref="EventTypes"/>.</param>
/// <param name="Time">When it happened, by the gateway's clock.</param>
/// <param name="Sequence">A decimal string that grows by one per gateway, without gaps, for ever.</param>
/// <param name="Data">What happened; its shape follows from <paramref name="Type"/>.</param>
public sealed record CourtyardEvent(string Id, string Source, string Type, DateTimeOffset Time, string Sequence, JsonElement Data)
{
    /// <summary>The version of the CloudEvents specification; always 1.0.</summary>
    public string Specversion { get; init; } = "1.0";

    /// <summary>The format of <see cref="Data"/>; always JSON.</summary>
    public string Datacontenttype { get; init; } = "application/json";
}

/// <summary>The types of events that a gateway hands on.</summary>
public static class EventTypes
{
#pragma warning disable CS1591 // the values are the documentation
    public const string AlarmRaised = "smartcourtyard.alarm.raised.v1";
    public const string AlarmUpdated = "smartcourtyard.alarm.updated.v1";
    public const string AlarmCleared = "smartcourtyard.alarm.cleared.v1";
    public const string TroubleRaised = "smartcourtyard.trouble.raised.v1";
    public const string TroubleCleared = "smartcourtyard.trouble.cleared.v1";
    public const string TestPassed = "smartcourtyard.test.passed.v1";
    public const string TestFailed = "smartcourtyard.test.failed.v1";
    public const string CommandDone = "smartcourtyard.command.done.v1";
    public const string CommandFailed = "smartcourtyard.command.failed.v1";
    public const string GatewayStarted = "smartcourtyard.gateway.started.v1";
    public const string AccessPassed = "smartcourtyard.access.passed.v1";
#pragma warning restore CS1591
}

/// <summary>Whether the machine knew the time when it wrote an event.</summary>
[JsonConverter(typeof(JsonStringEnumConverter<ClockState>))]
public enum ClockState
{
    /// <summary>The clock had been set.</summary>
    [JsonStringEnumMemberName("synchronised")] Synchronised,
    /// <summary>Not yet; a later <c>updated</c> corrects the time.</summary>
    [JsonStringEnumMemberName("unsynchronised")] Unsynchronised,
}

/// <summary>Where it happened, as sent: the parts of the place that are known.</summary>
public sealed record At(string? Building = null, int? Unit = null, int? Floor = null, string? Flat = null, string? Place = null)
{
    /// <summary>The place of a device.</summary>
    public static At From(Place place) => new(place.Building, place.Unit, place.Floor, place.Flat, place.Room);
}

/// <summary>The reading that made the alarm: the quantity's name and true, false or a number.</summary>
public sealed record Cause(string Quantity, JsonElement Value);

/// <summary>Data of <c>alarm.raised</c>, <c>alarm.updated</c> and <c>alarm.cleared</c>.</summary>
/// <param name="AlarmId">The alarm's own id, the same in all its events.</param>
/// <param name="Kind">What burns.</param>
/// <param name="Severity">What is at stake.</param>
/// <param name="Device">Id of the device that reported it.</param>
/// <param name="At">Where.</param>
/// <param name="Cause">The reading behind this event.</param>
/// <param name="RaisedAt">When the alarm was first raised.</param>
/// <param name="Clock">Whether the gateway knew the time.</param>
/// <param name="Test">True for a drill or a self-test.</param>
/// <param name="Occurrences">How often it was activated while open; 1 or more.</param>
/// <param name="Confirmed">True where a second detector in the same unit says the same or what belongs to it; otherwise left out.</param>
/// <param name="Spread">True where a fire stands on more than one floor of the building; otherwise left out.</param>
/// <param name="Drill">True where the whole estate exercises; otherwise left out.</param>
/// <param name="Hint">What it may come from, for people to see; otherwise left out.</param>
/// <param name="Proof">True where the gateway itself raised it to prove the way to the duty room; otherwise left out.</param>
/// <param name="Asked">True where a person is asked to answer that proof; otherwise left out.</param>
public sealed record AlarmData(
    string AlarmId, AlarmKind Kind, Severity Severity, string Device, At At, Cause? Cause, DateTimeOffset RaisedAt, ClockState Clock,
    bool Test = false, int Occurrences = 1, bool? Confirmed = null, bool? Spread = null, bool? Drill = null,
    AlarmHint? Hint = null, bool? Proof = null, bool? Asked = null);

/// <summary>Data of <c>trouble.raised</c> and <c>trouble.cleared</c>.</summary>
/// <param name="TroubleId">The trouble's own id, the same in both events.</param>
/// <param name="Reason">What is wrong.</param>
/// <param name="Device">Id of the device; null where the gateway itself or one of its connections is in trouble.</param>
/// <param name="At">Where; null without a device, unless a unit or a building is tested.</param>
/// <param name="RaisedAt">When it began.</param>
/// <param name="Clock">Whether the gateway knew the time.</param>
/// <param name="Detail">One plain sentence in English for the technician, or null.</param>
/// <param name="Service">What people said, where it is no fault but their own word; otherwise left out.</param>
public sealed record TroubleData(
    string TroubleId, TroubleReason Reason, string? Device, At? At, DateTimeOffset RaisedAt, ClockState Clock, string? Detail = null,
    ServiceData? Service = null);

/// <summary>What people said of a part of the estate; the trouble's own place says of which.</summary>
/// <param name="Reason">Why, in their words.</param>
/// <param name="By">Who.</param>
/// <param name="Until">When it ends by itself.</param>
/// <param name="Shelves">The alarm that is put aside; otherwise left out.</param>
public sealed record ServiceData(string Reason, string By, DateTimeOffset Until, AlarmKind? Shelves = null);

/// <summary>Data of <c>command.done</c> and <c>command.failed</c>.</summary>
/// <param name="CommandId">The id that the duty room gave the command.</param>
/// <param name="Command">Its type, for example <c>alarm.acknowledged</c>.</param>
/// <param name="Reason">Why it failed; null when done.</param>
public sealed record CommandData(string CommandId, string Command, string? Reason = null);

/// <summary>Data of <c>test.passed</c> and <c>test.failed</c>: what the daily proof of the way to the duty room came to.</summary>
/// <param name="AlarmId">The alarm that was raised for it.</param>
/// <param name="Stored">The duty room confirmed that it has stored it.</param>
/// <param name="Shown">A console showed it; false in a passed test where no console was live.</param>
/// <param name="TookMilliseconds">From the alarm to the last receipt.</param>
/// <param name="Failed">The step that failed: <c>stored</c> or <c>shown</c>; left out where it passed.</param>
/// <param name="Detail">The same as one plain sentence in English.</param>
/// <param name="Asked">True where a person was asked to answer it; otherwise left out.</param>
/// <param name="AnsweredBy">Who answered; left out where nobody did, or nobody has yet: then a second event says so.</param>
public sealed record TestData(
    string AlarmId, bool Stored, bool Shown, int TookMilliseconds, string? Failed = null, string? Detail = null, bool? Asked = null,
    string? AnsweredBy = null);

/// <summary>Data of <c>gateway.started</c>.</summary>
/// <param name="Version">The gateway's version.</param>
/// <param name="StartedAt">When it started.</param>
/// <param name="Clock">Whether it knew the time then.</param>
/// <param name="Troubles">
/// The ids of the troubles that it knows of from before; what else the duty room was told of has been forgotten, as by a kill while the disk
/// took nothing.
/// </param>
public sealed record GatewayStartedData(string Version, DateTimeOffset StartedAt, ClockState Clock, IReadOnlyList<string> Troubles);

/// <summary>JSON of what is stored and sent: camel case, nulls left out, times in UTC with milliseconds.</summary>
[JsonSourceGenerationOptions(
    PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase,
    DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull,
    Converters = [typeof(UtcMillisecondsConverter)])]
[JsonSerializable(typeof(CourtyardEvent))]
[JsonSerializable(typeof(CourtyardEvent[]))]
[JsonSerializable(typeof(AlarmData))]
[JsonSerializable(typeof(TroubleData))]
[JsonSerializable(typeof(CommandData))]
[JsonSerializable(typeof(TestData))]
[JsonSerializable(typeof(GatewayStartedData))]
[JsonSerializable(typeof(bool))]
[JsonSerializable(typeof(double))]
public sealed partial class CustodyJson : JsonSerializerContext;
