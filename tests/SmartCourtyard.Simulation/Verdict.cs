using Microsoft.Data.Sqlite;
using SmartCourtyard.Readings;

namespace SmartCourtyard.Simulation;

/// <summary>Whether every promise was kept, by what the duty room's database holds at the end.</summary>
internal static class Verdict
{
    public static IEnumerable<string> Of(World world)
    {
        using var database = new SqliteConnection(world.DutyRoom.ConnectionString);
        database.Open();
        List<string> wrong = [];
        Events(world, database, wrong);
        Board(world, database, wrong);
        Troubles(world, database, wrong);
        return wrong;
    }

    private static void Events(World world, SqliteConnection database, List<string> wrong)
    {
        var events = Rows(database, "SELECT id, sequence FROM events ORDER BY sequence", r => (Id: r.GetString(0), Sequence: r.GetInt64(1)));
        var held = events.Select(e => e.Id).ToHashSet(StringComparer.Ordinal);
        wrong.AddRange(world.Promises.Confirmed.Where(id => !held.Contains(id)).Select(id => $"the duty room had confirmed event {id} and does not have it"));
        wrong.AddRange(world.Promises.Stored.Where(id => !held.Contains(id)).Select(id => $"the gateway had stored event {id} and it is not at the duty room"));
        wrong.AddRange(Rows(database, "SELECT first, last FROM gaps WHERE skipped = 0", r => $"the duty room misses the events {r.GetInt64(0)} to {r.GetInt64(1)}"));
        if (!world.Residents.MayHaveGaps)
        {
            for (var i = 1; i < events.Count; i++)
            {
                if (events[i].Sequence != events[i - 1].Sequence + 1)
                {
                    wrong.Add($"the sequence has a gap from {events[i - 1].Sequence} to {events[i].Sequence}");
                }
            }

            if (events.Count > 0 && events[0].Sequence != 1)
            {
                wrong.Add($"the sequence begins with {events[0].Sequence}");
            }
        }
    }

    private static void Board(World world, SqliteConnection database, List<string> wrong)
    {
        var alarms = Rows(database, "SELECT device, occurrences, condition, state FROM alarms WHERE device IS NOT NULL", r => (Device: r.GetString(0), Occurrences: r.GetInt64(1), Condition: r.GetString(2), State: r.GetString(3)))
            .ToLookup(a => a.Device, StringComparer.Ordinal);
        foreach (var device in world.Residents.Said.GroupBy(m => m.Device, StringComparer.Ordinal))
        {
            var said = device.Count(m => m.On);
            var shown = alarms[device.Key].Sum(a => a.Occurrences);
            var slack = world.Residents.Slack.GetValueOrDefault(device.Key);
            if (shown < said || shown > said + slack)
            {
                wrong.Add($"{device.Key} alarmed {said} times and the board shows {shown}{(slack > 0 ? $" (up to {slack} more would be right)" : "")}");
            }

            // Also where the gateway forgot it and raised it again.
            if (alarms[device.Key].Count(a => a.State != "closed") is var open and > 1)
            {
                wrong.Add($"{device.Key} burns on the board {open} times");
            }

            if (slack == 0 && alarms[device.Key].Count() > 1)
            {
                wrong.Add($"{device.Key} is on the board {alarms[device.Key].Count()} times");
            }

            var last = device.Last();
            if (slack == 0 && last.Quantity == Quantity.Smoke && alarms[device.Key].Any(a => a.Condition != (last.On ? "active" : "cleared")))
            {
                wrong.Add($"{device.Key} said {(last.On ? "smoke" : "clear")} last, and the board shows something else");
            }
        }
    }

    private static void Troubles(World world, SqliteConnection database, List<string> wrong)
    {
        var shown = Rows(database, "SELECT id FROM troubles WHERE cleared_at IS NULL", r => r.GetString(0)).ToHashSet(StringComparer.Ordinal);
        var standing = world.Gateway.Troubles.ToHashSet(StringComparer.Ordinal);
        wrong.AddRange(shown.Except(standing, StringComparer.Ordinal).Select(id => $"the duty room shows the trouble {id}, and the gateway knows of none"));
        wrong.AddRange(standing.Except(shown, StringComparer.Ordinal).Select(id => $"the trouble {id} stands at the gateway and not at the duty room"));
    }

    private static List<T> Rows<T>(SqliteConnection database, string sql, Func<SqliteDataReader, T> row)
    {
        using var command = database.CreateCommand();
#pragma warning disable CA2100 // this file's own words
        command.CommandText = sql;
#pragma warning restore CA2100
        using var reader = command.ExecuteReader();
        List<T> rows = [];
        while (reader.Read())
        {
            rows.Add(row(reader));
        }

        return rows;
    }
}
