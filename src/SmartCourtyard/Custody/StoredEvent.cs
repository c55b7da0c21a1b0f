using System.Text.Json;

namespace SmartCourtyard.Custody;

/// <summary>
/// Which events go before others. The journal keeps the number, so a number never changes its meaning; in journals of earlier
/// versions every alarm has 1.
/// </summary>
public enum EventRank
{
    /// <summary>Troubles, tests, answers to commands and the rest.</summary>
    Other = 0,
    /// <summary>Alarms that are advisory or technical.</summary>
    Alarm = 1,
    /// <summary>Alarms at which property is at stake.</summary>
    Property = 2,
    /// <summary>Alarms at which a life is at stake.</summary>
    Life = 3,
}

/// <summary>How an event is ranked.</summary>
public static class EventRanks
{
    /// <summary>The rank of an event: that of its severity for an alarm, the lowest for anything else.</summary>
    public static EventRank Of(CourtyardEvent e)
    {
        ArgumentNullException.ThrowIfNull(e);
        if (!e.Type.StartsWith("smartcourtyard.alarm.", StringComparison.Ordinal))
        {
            return EventRank.Other;
        }

        return e.Data.ValueKind == JsonValueKind.Object && e.Data.TryGetProperty("severity", out var severity)
            ? severity.GetString() switch { "life" => EventRank.Life, "property" => EventRank.Property, _ => EventRank.Alarm }
            : EventRank.Alarm;
    }
}

/// <summary>An event that waits for the next holder.</summary>
/// <param name="Sequence">Its place in the gateway's sequence.</param>
/// <param name="Id">Its id.</param>
/// <param name="Rank">What goes before what.</param>
/// <param name="IsStored">False while the disk has not taken it; it is handed on all the same.</param>
/// <param name="At">When it happened.</param>
/// <param name="Bytes">The event in JSON, as stored and as sent.</param>
public sealed record StoredEvent(long Sequence, string Id, EventRank Rank, bool IsStored, DateTimeOffset At, ReadOnlyMemory<byte> Bytes);
