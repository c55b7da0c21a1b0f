using Microsoft.Data.Sqlite;
using SmartCourtyard.Alarms;

namespace SmartCourtyard.DutyRoom.Storage;

/// <summary>What was last heard of each gateway, inside the writer's transaction.</summary>
internal sealed class GatewayLog(Writing writing, SqliteConnection connection, TimeProvider time) : IDisposable
{
    private readonly Dictionary<string, long> lastHeard = new(StringComparer.Ordinal);

    private readonly Statement heard = new(
        connection,
        "INSERT INTO gateways(id, last_heard, event_count, queued) VALUES(@i, @n, 0, 0) "
        + "ON CONFLICT(id) DO UPDATE SET last_heard = excluded.last_heard RETURNING silence_alarm",
        "i", "n");

    private readonly Statement took = new(
        connection,
        "UPDATE gateways SET event_count = event_count + @c, first_sequence = min(coalesce(first_sequence, @f), @f), "
        + "last_sequence = max(coalesce(last_sequence, @l), @l) WHERE id = @i RETURNING last_sequence",
        "c", "f", "l", "i");

    private readonly Statement last = new(connection, "SELECT last_sequence FROM gateways WHERE id = @i", "i");

    private readonly Statement silence = new(connection, "UPDATE gateways SET silence_alarm = @a WHERE id = @i", "a", "i");

    /// <summary>
    /// Since when each gateway has been silent, on the clock that nobody sets; null for one that was not heard since the start.
    /// </summary>
    public TimeSpan? SilentFor(string gateway) => lastHeard.TryGetValue(gateway, out var at) ? time.GetElapsedTime(at) : null;

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

    /// <summary>So many events were taken; the newest sequence of all comes back.</summary>
    public long Took(string gateway, int count, long first, long newest) => (long)took.Scalar(count, first, newest, gateway)!;

    /// <summary>The newest sequence taken from the gateway; 0 before the first.</summary>
    public long LastSequence(string gateway) => last.Scalar(gateway) as long? ?? 0;

    public void TellConsoles(string gateway)
        => writing.Tell("gateway", GatewayView.Read(writing.Db, gateway).Single(), StorageJson.Wire.GatewayView);

    public void Dispose()
    {
        heard.Dispose();
        took.Dispose();
        last.Dispose();
        silence.Dispose();
    }
}
