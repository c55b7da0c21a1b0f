using System.Data.Common;
using SmartCourtyard.Alarms;
using SmartCourtyard.Custody;

namespace SmartCourtyard.DutyRoom.Storage;

/// <summary>Alarms and their timelines inside the writer's transaction: prepared statements, because a life waits for them.</summary>
internal sealed class AlarmLog : IDisposable
{
    private static readonly Column[] Columns =
    [
        new("id", a => a.Id, (a, r, i) => a.Id = r.GetString(i)),
        new("courtyard", a => a.Courtyard, (a, r, i) => a.Courtyard = r.GetString(i)),
        new("kind", a => Names<AlarmKind>.Of(a.Kind), (a, r, i) => a.Kind = Names<AlarmKind>.Parse(r.GetString(i))),
        new("severity", a => Names<Severity>.Of(a.Severity), (a, r, i) => a.Severity = Names<Severity>.Parse(r.GetString(i))),
        new("device", a => a.Device, (a, r, i) => a.Device = Text(r, i)),
        new("building", a => a.Building, (a, r, i) => a.Building = Text(r, i)),
        new("unit", a => a.Unit, (a, r, i) => a.Unit = Number(r, i)),
        new("floor", a => a.Floor, (a, r, i) => a.Floor = Number(r, i)),
        new("flat", a => a.Flat, (a, r, i) => a.Flat = Text(r, i)),
        new("place", a => a.Place, (a, r, i) => a.Place = Text(r, i)),
        new("cause_quantity", a => a.CauseQuantity, (a, r, i) => a.CauseQuantity = Text(r, i)),
        new("cause_value", a => a.CauseValue, (a, r, i) => a.CauseValue = Text(r, i)),
        new("state", a => Names<AlarmState>.Of(a.State), (a, r, i) => a.State = Names<AlarmState>.Parse(r.GetString(i))),
        new("condition", a => Names<AlarmCondition>.Of(a.Condition), (a, r, i) => a.Condition = Names<AlarmCondition>.Parse(r.GetString(i))),
        new("clock", a => Names<ClockState>.Of(a.Clock), (a, r, i) => a.Clock = Names<ClockState>.Parse(r.GetString(i))),
        new("raised_at", a => Ms(a.RaisedAt), (a, r, i) => a.RaisedAt = Time(r, i)!.Value),
        new("received_at", a => Ms(a.ReceivedAt), (a, r, i) => a.ReceivedAt = Time(r, i)!.Value),
        new("cleared_at", a => Ms(a.ClearedAt), (a, r, i) => a.ClearedAt = Time(r, i)),
        new("late", a => a.Late, (a, r, i) => a.Late = r.GetBoolean(i)),
        new("test", a => a.Test, (a, r, i) => a.Test = r.GetBoolean(i)),
        new("drill", a => a.Drill, (a, r, i) => a.Drill = r.GetBoolean(i)),
        new("confirmed", a => a.Confirmed, (a, r, i) => a.Confirmed = r.GetBoolean(i)),
        new("spread", a => a.Spread, (a, r, i) => a.Spread = r.GetBoolean(i)),
        new("hint", a => a.Hint is { } x ? Names<AlarmHint>.Of(x) : null, (a, r, i) => a.Hint = Text(r, i) is { } x ? Names<AlarmHint>.Parse(x) : null),
        new("proof", a => a.Proof, (a, r, i) => a.Proof = r.GetBoolean(i)),
        new("asked", a => a.Asked, (a, r, i) => a.Asked = r.GetBoolean(i)),
        new("occurrences", a => a.Occurrences, (a, r, i) => a.Occurrences = r.GetInt32(i)),
        new("sequence", a => a.Sequence, (a, r, i) => a.Sequence = r.GetInt64(i)),
        new("shown_at", a => Ms(a.ShownAt), (a, r, i) => a.ShownAt = Time(r, i)),
        new("acknowledged_by", a => a.AcknowledgedBy, (a, r, i) => a.AcknowledgedBy = Text(r, i)),
        new("acknowledged_at", a => Ms(a.AcknowledgedAt), (a, r, i) => a.AcknowledgedAt = Time(r, i)),
        new("dispatched_to", a => a.DispatchedTo, (a, r, i) => a.DispatchedTo = Text(r, i)),
        new("resolution", a => a.Resolution is { } x ? Names<Resolution>.Of(x) : null,
            (a, r, i) => a.Resolution = Text(r, i) is { } x ? Names<Resolution>.Parse(x) : null),
        new("tier", a => Names<Tier>.Of(a.Tier), (a, r, i) => a.Tier = Names<Tier>.Parse(r.GetString(i))),
        new("deadline", a => Ms(a.Deadline), (a, r, i) => a.Deadline = Time(r, i)),
        new("escalated", a => a.Escalated is { } x ? Names<Escalation>.Of(x) : null,
            (a, r, i) => a.Escalated = Text(r, i) is { } x ? Names<Escalation>.Parse(x) : null),
        new("escalated_at", a => Ms(a.EscalatedAt), (a, r, i) => a.EscalatedAt = Time(r, i)),
    ];

    private readonly Statement find, findOpen, findStanding, save, addEntry, entries, names;
    private readonly object?[] values = new object?[Columns.Length];

    public AlarmLog(WriterConnection connection)
    {
        var all = string.Join(", ", Columns.Select(c => c.Name));
        find = connection.Prepare($"SELECT number, {all} FROM alarms WHERE id = @i", "i");
        findOpen = connection.Prepare(
            $"SELECT number, {all} FROM alarms WHERE courtyard = @c AND kind = @k AND state <> 'closed' ORDER BY number DESC LIMIT 1",
            "c", "k");
        findStanding = connection.Prepare(
            $"SELECT number, {all} FROM alarms WHERE courtyard = @c AND device = @d AND kind = @k AND id <> @i AND NOT proof "
            + "AND state <> 'closed' AND state <> 'resolved' ORDER BY number DESC LIMIT 1",
            "c", "d", "k", "i");
        save = connection.Prepare(
            $"INSERT INTO alarms({all}) VALUES({string.Join(", ", Columns.Select(c => "@" + c.Name))}) ON CONFLICT(id) DO UPDATE SET "
            + string.Join(", ", Columns.Skip(1).Select(c => $"{c.Name} = excluded.{c.Name}")),
            [.. Columns.Select(c => c.Name)]);
        addEntry = connection.Prepare("INSERT INTO timeline(alarm_id, at, what, by, note) VALUES(@i, @a, @w, @b, @n)", "i", "a", "w", "b", "n");
        entries = connection.Prepare(
            $"SELECT at, what, by, note FROM timeline WHERE alarm_id = @i ORDER BY id DESC LIMIT {AlarmView.TimelineLimit}", "i");
        names = connection.Prepare(
            "SELECT (SELECT name FROM gateways WHERE id = @c), (SELECT name FROM buildings WHERE gateway = @c AND id = @b), "
            + "(SELECT name FROM devices WHERE gateway = @c AND id = @d)", "c", "b", "d");
    }

    public AlarmRow? Find(string id) => Row(find, id);

    /// <summary>The newest alarm of a kind in a courtyard that nobody has closed yet.</summary>
    public AlarmRow? FindOpen(string courtyard, AlarmKind kind) => Row(findOpen, courtyard, Names<AlarmKind>.Of(kind));

    /// <summary>The alarm of a kind at a device with which nobody is done yet, other than one; a proof of the way here is none.</summary>
    public AlarmRow? FindStanding(string courtyard, string device, AlarmKind kind, string otherThan)
        => Row(findStanding, courtyard, device, Names<AlarmKind>.Of(kind), otherThan);

    public void Save(AlarmRow alarm)
    {
        for (var i = 0; i < Columns.Length; i++)
        {
            values[i] = Columns[i].Get(alarm);
        }

        save.Execute(values);
    }

    public void AddEntry(AlarmRow alarm, DateTimeOffset at, string what, string? by = null, string? note = null)
        => addEntry.Execute(alarm.Id, at.ToUnixTimeMilliseconds(), what, by, note);

    public AlarmView View(AlarmRow alarm)
    {
        var timeline = new List<TimelineEntry>();
        using (var reader = entries.Read(alarm.Id))
        {
            while (reader.Read())
            {
                timeline.Add(new(Time(reader, 0)!.Value, reader.GetString(1), Text(reader, 2), Text(reader, 3)));
            }
        }

        timeline.Reverse();
        using var named = names.Read(alarm.Courtyard, alarm.Building, alarm.Device);
        named.Read();
        return AlarmView.From(alarm, new(Text(named, 0), Text(named, 1), Text(named, 2)), timeline);
    }

    public void Dispose()
    {
        foreach (var statement in new[] { find, findOpen, findStanding, save, addEntry, entries, names })
        {
            statement.Dispose();
        }
    }

    private static AlarmRow? Row(Statement statement, params ReadOnlySpan<object?> values)
    {
        using var reader = statement.Read(values);
        if (!reader.Read())
        {
            return null;
        }

        var alarm = new AlarmRow { Id = "", Courtyard = "", Number = reader.GetInt64(0) };
        for (var i = 0; i < Columns.Length; i++)
        {
            Columns[i].Set(alarm, reader, i + 1);
        }

        return alarm;
    }

    private static string? Text(DbDataReader r, int i) => r.IsDBNull(i) ? null : r.GetString(i);

    private static int? Number(DbDataReader r, int i) => r.IsDBNull(i) ? null : r.GetInt32(i);

    private static DateTimeOffset? Time(DbDataReader r, int i)
        => r.IsDBNull(i) ? null : DateTimeOffset.FromUnixTimeMilliseconds(r.GetInt64(i));

    private static long? Ms(DateTimeOffset? time) => time?.ToUnixTimeMilliseconds();

    private sealed record Column(string Name, Func<AlarmRow, object?> Get, Action<AlarmRow, DbDataReader, int> Set);
}
