using SmartCourtyard.Alarms;

namespace SmartCourtyard.DutyRoom.Storage;

/// <summary>What was last heard of each gateway, inside the writer's transaction.</summary>
internal sealed class GatewayLog(Writing writing, WriterConnection connection, TimeProvider time) : IDisposable
{
    private readonly Dictionary<string, long> lastHeard = new(StringComparer.Ordinal);

    private readonly Statement heard = connection.Prepare(
        "INSERT INTO gateways(id, last_heard, event_count, queued, late_count, duplicate_count) VALUES(@i, @n, 0, 0, 0, 0) "
        + "ON CONFLICT(id) DO UPDATE SET last_heard = excluded.last_heard RETURNING silence_alarm",
        "i", "n");

    private readonly Statement took = connection.Prepare(
        "UPDATE gateways SET event_count = event_count + @c, first_sequence = CASE WHEN first_sequence < @f THEN first_sequence ELSE @f END, "
        + "last_sequence = CASE WHEN last_sequence > @l THEN last_sequence ELSE @l END WHERE id = @i RETURNING last_sequence",
        "c", "f", "l", "i");

    private readonly Statement count = connection.Prepare(
        "UPDATE gateways SET late_count = late_count + @l, last_late = CASE WHEN @l > 0 THEN @n ELSE last_late END, "
        + "duplicate_count = duplicate_count + @d WHERE id = @i",
        "l", "n", "d", "i");

    private readonly Statement bounds = connection.Prepare("SELECT first_sequence, last_sequence FROM gateways WHERE id = @i", "i");

    private readonly Statement last = connection.Prepare("SELECT last_sequence FROM gateways WHERE id = @i", "i");

    private readonly Statement silence = connection.Prepare("UPDATE gateways SET silence_alarm = @a WHERE id = @i", "a", "i");

    /// <summary>
    /// Since when each gateway has been silent, on the clock that nobody sets; null for one that was not heard since the start.
    /// </summary>
    public TimeSpan? SilentFor(string gateway) => lastHeard.TryGetValue(gateway, out var at) ? time.GetElapsedTime(at) : null;

    /// <summary>
    /// Takes over from an earlier connection who was heard. While there was none nobody could be heard, so each has its full time again.
    /// </summary>
    public void GoOnFrom(GatewayLog earlier)
    {
        foreach (var gateway in earlier.lastHeard.Keys)
        {
            lastHeard[gateway] = time.GetTimestamp();
        }
    }

    /// <summary>The gateway spoke. If its silence had been an alarm, the condition of that alarm is over now.</summary>
    public void Heard(string gateway)
    {
        var now = writing.Now;
        lastHeard[gateway] = time.GetTimestamp();
        if (heard.Scalar(gateway, now.ToUnixTimeMilliseconds()) is not string alarmId)
        {
            return;
        }

        silence.Execute(null, gateway);
        if (writing.Alarms.Find(alarmId) is { } alarm)
        {
            (alarm.Condition, alarm.ClearedAt) = (AlarmCondition.Cleared, now);
            writing.Alarms.AddEntry(alarm, now, "cleared");
            writing.Publish(alarm, sound: false);
        }

        TellConsoles(gateway);
    }

    /// <summary>Nothing was heard of the gateway for too long: <paramref name="alarm"/> says so.</summary>
    public void Silent(AlarmRow alarm)
    {
        silence.Execute(alarm.Id, alarm.Courtyard);
        TellConsoles(alarm.Courtyard);
    }

    /// <summary>
    /// These numbers of its sequence belong to events that are here now, so many of which are new; the newest of all that ever did comes back.
    /// </summary>
    public long Took(string gateway, SortedSet<long> sequences, int fresh)
    {
        Gaps.Took(writing, gateway, Bounds(gateway), [.. sequences]);
        return (long)took.Scalar((long)fresh, sequences.Min, sequences.Max, gateway)!;
    }

    /// <summary>So many events came late, and so many once more.</summary>
    public void Count(string gateway, int late, int doubles)
    {
        if (late + doubles > 0)
        {
            count.Execute((long)late, writing.Now.ToUnixTimeMilliseconds(), (long)doubles, gateway);
        }
    }

    /// <summary>The newest sequence taken from the gateway; 0 before the first.</summary>
    public long LastSequence(string gateway) => last.Scalar(gateway) as long? ?? 0;

    private (long First, long Last)? Bounds(string gateway)
    {
        using var reader = bounds.Read(gateway);
        return reader.Read() && !reader.IsDBNull(0) ? (reader.GetInt64(0), reader.GetInt64(1)) : null;
    }

    public void TellConsoles(string gateway)
        => writing.Tell("gateway", GatewayView.Read(writing.Db, gateway).Single(), StorageJson.Wire.GatewayView);

    public void Dispose()
    {
        heard.Dispose();
        took.Dispose();
        count.Dispose();
        bounds.Dispose();
        last.Dispose();
        silence.Dispose();
    }
}
