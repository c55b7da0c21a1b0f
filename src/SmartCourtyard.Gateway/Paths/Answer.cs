using System.Globalization;
using System.Text.Json;
using SmartCourtyard.Custody;

namespace SmartCourtyard.Gateway.Paths;

/// <summary>What the duty room wrote in its answer, the same on every path.</summary>
internal sealed record Answer(
    string? Detail, int? Index, string? Expected, IReadOnlyList<string>? Accepted, IReadOnlyList<string>? Duplicates)
{
    public const string ProblemType = "application/problem+json";

    /// <summary>What an answer means, and who must act where it is none that was hoped for.</summary>
    /// <param name="status">As in HTTP.</param>
    /// <param name="isProblem">Whether it says of itself that it is the duty room's own <see cref="ProblemType"/>.</param>
    /// <param name="body">What it wrote.</param>
    /// <param name="wait">How long it asks to wait.</param>
    /// <param name="proves">Whether the answer proves what was asked for; null where the status is enough.</param>
    public static Handover Judge(int status, bool isProblem, ReadOnlyMemory<byte> body, TimeSpan? wait, Func<Answer, bool>? proves)
    {
        var said = Read(body);
        var detail = string.Create(CultureInfo.InvariantCulture, $"the duty room answered {status}");
        var why = said?.Detail is { Length: > 0 } words ? $" ({words})" : "";
        return status switch
        {
            // Something in between may say OK to anything; only what proves that the duty room has it is a receipt.
            200 or 204 when proves is null || (said is not null && proves(said))
                => new Handover(HandoverReason.Stored, Expected: ToSequence(said?.Expected)),
            < 400 => new Handover(
                HandoverReason.Busy, detail + ", but not as a duty room does: something else answers in its place; somebody looks after the network", Actor: Actor.Network),
            400 when isProblem => new Handover(
                HandoverReason.Refused, $"{detail}: {said?.Detail}; the event is kept: its maker is told", Index: said?.Index, Actor: Actor.Technician),
            401 => new Handover(
                HandoverReason.NotAllowed, detail + ": it does not know this gateway's token; the technician of the gateway looks at DutyRoom:Token", Actor: Actor.Technician),
            403 => new Handover(
                HandoverReason.NotAllowed,
                detail + ": the token belongs to another gateway; the technician of the gateway looks at DutyRoom:Token and at the courtyard's id in the site file",
                Actor: Actor.Technician),
            404 => new Handover(
                HandoverReason.Busy, detail + ": there is no duty room at this address; the technician of the gateway looks at DutyRoom:Url", wait, Actor: Actor.Technician),
            409 => new Handover(HandoverReason.Collision, detail + why, Expected: ToSequence(said?.Expected), Actor: Actor.Technician),
            413 => new Handover(HandoverReason.TooLarge, detail + ": the batch is too large for it", Actor: Actor.DutyRoom),
            429 => new Handover(HandoverReason.Busy, $"{detail}{why}: it asks to come more slowly", wait, Actor: Actor.DutyRoom),
            503 => new Handover(HandoverReason.Busy, $"{detail}{why}: it cannot store; whoever runs the duty room looks at its disk and log", wait, Actor: Actor.DutyRoom),
            _ => new Handover(HandoverReason.Busy, $"{detail}{why}; whoever runs the duty room looks at its log", wait, Actor: Actor.DutyRoom),
        };
    }

    /// <summary>Whether it says of every one of these events that the duty room has it.</summary>
    public bool Names(IReadOnlyList<StoredEvent> events)
    {
        var held = new HashSet<string>([.. Accepted ?? [], .. Duplicates ?? []], StringComparer.Ordinal);
        return events.All(e => held.Contains(e.Id));
    }

    private static long? ToSequence(string? text)
        => long.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var sequence) ? sequence : null;

    private static Answer? Read(ReadOnlyMemory<byte> answer)
    {
        try
        {
            return answer.Length == 0 ? null : JsonSerializer.Deserialize(answer.Span, PathsJson.Default.Answer);
        }
        catch (JsonException)
        {
            // Something in between answered in its own words; the status says enough.
            return null;
        }
    }
}
