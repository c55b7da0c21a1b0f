using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Serialization;
using SmartCourtyard.Alarms;
using SmartCourtyard.Custody;

namespace SmartCourtyard.DutyRoom.Storage;

/// <summary>Where something is: the parts that are known.</summary>
internal sealed record PlaceView(
    string? Building = null, int? Unit = null, int? Floor = null, string? Flat = null, string? Place = null);

internal sealed record CauseView(string Quantity, JsonElement Value);

internal sealed record TimelineEntry(DateTimeOffset At, string What, string? By, string? Note);

/// <summary>An alarm as consoles and other programs see it.</summary>
internal sealed record AlarmView(
    string Id, string Courtyard, AlarmKind Kind, Severity Severity, string? Device, PlaceView At, CauseView? Cause,
    AlarmState State, AlarmCondition Condition, ClockState Clock, DateTimeOffset RaisedAt, DateTimeOffset ReceivedAt,
    DateTimeOffset? ClearedAt, bool Late, bool Test, bool Drill, bool Confirmed, bool Spread, int Occurrences, DateTimeOffset? ShownAt, string? AcknowledgedBy,
    DateTimeOffset? AcknowledgedAt, string? DispatchedTo, Resolution? Resolution, Tier Tier, DateTimeOffset? Deadline,
    string? CourtyardName, string? BuildingName, string? DeviceName, AlarmHint? Hint, bool Proof, bool Asked,
    Escalation? Escalated, DateTimeOffset? EscalatedAt, IReadOnlyList<TimelineEntry> Timeline)
{
    /// <summary>In the stream only: true where this event must be heard.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public bool? Sound { get; init; }

    /// <summary>So many of an alarm's newest entries travel with it; the alarm by itself has them all.</summary>
    public const int TimelineLimit = 50;

    public static AlarmView From(AlarmRow a, SiteNames names, IReadOnlyList<TimelineEntry> timeline) => new(
        a.Id, a.Courtyard, a.Kind, a.Severity, a.Device, new(a.Building, a.Unit, a.Floor, a.Flat, a.Place), CauseOf(a),
        a.State, a.Condition, a.Clock, a.RaisedAt, a.ReceivedAt, a.ClearedAt, a.Late, a.Test, a.Drill, a.Confirmed, a.Spread, a.Occurrences, a.ShownAt,
        a.AcknowledgedBy, a.AcknowledgedAt, a.DispatchedTo, a.Resolution, a.Tier, a.Deadline,
        names.Courtyard, names.Building, names.Device, a.Hint, a.Proof, a.Asked, a.Escalated, a.EscalatedAt, timeline);

    private static CauseView? CauseOf(AlarmRow a)
    {
        if (a.CauseQuantity is null || a.CauseValue is null)
        {
            return null;
        }

        using var value = JsonDocument.Parse(a.CauseValue);
        return new(a.CauseQuantity, value.RootElement.Clone());
    }
}

/// <summary>What people call the courtyard, the building and the device; null where no site file has said so.</summary>
internal readonly record struct SiteNames(string? Courtyard, string? Building, string? Device);

/// <summary>Data of the commands that tell a gateway how far the duty room is with an alarm.</summary>
/// <param name="Consoles">How many consoles of people are live; only where a gateway asks for proof.</param>
internal sealed record Receipt(
    string Id, string AlarmId, DateTimeOffset At, string? By, [property: JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] int? Consoles = null);

[JsonSourceGenerationOptions(JsonSerializerDefaults.Web, Converters = [typeof(UtcMillisecondsConverter)])]
[JsonSerializable(typeof(AlarmView))]
[JsonSerializable(typeof(GatewayView))]
[JsonSerializable(typeof(DeviceView))]
[JsonSerializable(typeof(TroubleView))]
[JsonSerializable(typeof(PresenceView))]
[JsonSerializable(typeof(SiteChanged))]
[JsonSerializable(typeof(Receipt))]
[JsonSerializable(typeof(Order))]
[JsonSerializable(typeof(CommandView))]
internal sealed partial class StorageJson : JsonSerializerContext
{
    /// <summary>What goes out as it is stored: Chinese stays readable, and half as long.</summary>
    public static StorageJson Wire { get; } = new(new JsonSerializerOptions(JsonSerializerDefaults.Web)
    {
        Converters = { new UtcMillisecondsConverter() }, Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping,
    });
}
