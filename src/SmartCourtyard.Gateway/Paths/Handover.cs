using System.Text.Json.Serialization;

namespace SmartCourtyard.Gateway.Paths;

/// <summary>What the next holder said to a batch of events.</summary>
internal enum HandoverReason
{
    /// <summary>It has stored them.</summary>
    Stored,
    /// <summary>It cannot be reached.</summary>
    Unreachable,
    /// <summary>It asks to come again later.</summary>
    Busy,
    /// <summary>It does not know this gateway's token, or the token belongs to another gateway.</summary>
    NotAllowed,
    /// <summary>It does not take one of the events, ever.</summary>
    Refused,
    /// <summary>Its sequence is ahead: another event stands at one of these places.</summary>
    Collision,
    /// <summary>The batch is larger than it takes.</summary>
    TooLarge,
}

/// <summary>Who has to do something before a path works again.</summary>
[JsonConverter(typeof(JsonStringEnumConverter<Actor>))]
internal enum Actor
{
    /// <summary>Whoever looks after the gateway: its address, token, authority, clock.</summary>
    [JsonStringEnumMemberName("technician")] Technician,
    /// <summary>Whoever runs the duty room's machine at the street office.</summary>
    [JsonStringEnumMemberName("duty-room")] DutyRoom,
    /// <summary>Whoever looks after the line between them.</summary>
    [JsonStringEnumMemberName("network")] Network,
}

/// <summary>The answer with what belongs to it.</summary>
/// <param name="Reason">The word.</param>
/// <param name="Detail">One plain sentence for people, with who must act; null when stored.</param>
/// <param name="RetryAfter">How long it asked to wait, or null.</param>
/// <param name="Index">Which event of the batch is refused, or null where it did not say.</param>
/// <param name="Expected">The first free sequence there, in a collision.</param>
/// <param name="Actor">Who must act; null when stored.</param>
internal sealed record Handover(
    HandoverReason Reason, string? Detail = null, TimeSpan? RetryAfter = null, int? Index = null, long? Expected = null, Actor? Actor = null);
