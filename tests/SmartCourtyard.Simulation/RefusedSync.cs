using System.Data.Common;
using System.Globalization;
using Microsoft.Data.Sqlite;
using SmartCourtyard.Custody;
using SmartCourtyard.DutyRoom.Storage;
using SmartCourtyard.Gateway.Journal;
using SmartCourtyard.Simulation.Disk;

namespace SmartCourtyard.Simulation;

/// <summary>
/// A case that one seed in a hundred thousand meets: a checkpoint moves some pages and not all, because somebody reads; the next one
/// moves the rest, and its sync is refused, after which the kernel takes the pages of both for written; the disk is well again; and then
/// the power fails. What was committed must be there.
/// </summary>
internal static class RefusedSync
{
    private const int Dices = 20;
    private const string Folder = "/refused-sync/";

    /// <summary>What was wrong, or nothing.</summary>
    public static IEnumerable<string> Play()
    {
        SqliteVfs.Install();
        for (var dice = 1UL; dice <= Dices; dice++)
        {
            foreach (var (name, use, count) in new (string, Action<string, SimulatedDisk>, string)[]
            {
                ("duty-room.db", UseDutyRoom, "SELECT count(*) FROM said"), ("journal.db", UseJournal, "SELECT count(*) FROM event"),
            })
            {
                if (Wrong(name, use, count, dice) is { } wrong)
                {
                    yield return $"{name}, dice {dice}: {wrong}";
                }
            }
        }
    }

    private static string? Wrong(string name, Action<string, SimulatedDisk> use, string count, ulong dice)
    {
        var disk = new SimulatedDisk(new Dice(dice));
        var mount = Mounted(disk);
        use(Folder + name, disk);
        SqliteConnection.ClearAllPools();
        mount.End();
        disk.CutPower(loseAll: true);
        Mounted(disk);
        try
        {
            using var connection = Connect(Folder + name);
            var (sound, rows) = (Ask(connection, "PRAGMA integrity_check"), Ask(connection, count));
            return sound != "ok" ? sound?.Split('\n')[0] : rows != "800" ? $"{rows} of 800 are there" : null;
        }
        catch (SqliteException e)
        {
            return e.Message;
        }
    }

    private static void UseDutyRoom(string path, SimulatedDisk disk)
    {
        var database = Database.At("Data Source=" + path);
        using var writer = database.OpenWriter();
        Ask(writer, "PRAGMA journal_mode=WAL");
        Ask(writer, "CREATE TABLE said(id INTEGER PRIMARY KEY, words TEXT)");
        var next = 0;
        Play(
            disk, path,
            commits =>
            {
                for (var i = 0; i < commits; i++)
                {
                    Ask(writer, string.Create(CultureInfo.InvariantCulture, $"INSERT INTO said VALUES({++next}, '{new string('x', 900)}')"));
                }

                if (next % 200 == 0)
                {
                    Checkpoint(database);
                }
            });
    }

    private static void Checkpoint(Database database)
    {
        try
        {
            database.Checkpoint();
        }
        catch (SqliteException)
        {
            // As Upkeep does: it is tried again.
        }
    }

    private static void UseJournal(string path, SimulatedDisk disk)
    {
        using var store = JournalStore.Open(path);
        var next = 0L;
        Play(
            disk, path,
            commits =>
            {
                for (var i = 0; i < commits; i++)
                {
                    var write = new JournalWrite();
                    write.Events.Add(new StoredEvent(++next, string.Create(CultureInfo.InvariantCulture, $"event-{next}"), EventRank.Life, IsStored: true, DateTimeOffset.UnixEpoch, new byte[900]));
                    store.Commit(write);
                }
            });
    }

    /// <summary>Somebody reads while half of the first pages are moved; the sync is refused; then all is well.</summary>
    /// <param name="disk">Is at fault.</param>
    /// <param name="path">Of the database.</param>
    /// <param name="commit">Commits so many times, after which a checkpoint is due at every two hundredth.</param>
    private static void Play(SimulatedDisk disk, string path, Action<int> commit)
    {
        commit(100);
        using (var reader = Connect(path))
        {
            Ask(reader, "BEGIN");
            Ask(reader, "SELECT count(*) FROM sqlite_master");
            commit(100);
        }

        disk.Faults.RefusesSyncOf = Path.GetFileName(path);
        commit(200);
        disk.Faults.RefusesSyncOf = null;
        commit(200);
        commit(200);
    }

    private static Mount Mounted(SimulatedDisk disk)
    {
        var mount = new Mount(disk, _ => true, _ => { });
        SqliteVfs.Find = path => path.StartsWith(Folder, StringComparison.Ordinal) ? (mount, path[Folder.Length..]) : null;
        return mount;
    }

    private static SqliteConnection Connect(string path)
    {
        var connection = new SqliteConnection(new SqliteConnectionStringBuilder { DataSource = path, Pooling = false }.ToString());
        connection.Open();
        return connection;
    }

    private static string? Ask(DbConnection connection, string sql)
    {
        using var command = connection.CreateCommand();
#pragma warning disable CA2100 // this file's own words
        command.CommandText = sql;
#pragma warning restore CA2100
        return Convert.ToString(command.ExecuteScalar(), CultureInfo.InvariantCulture);
    }
}
