using Microsoft.Data.Sqlite;
using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Infrastructure;
using Microsoft.EntityFrameworkCore.Migrations;

namespace SmartCourtyard.DutyRoom.Storage;

/// <summary>The database file: opened, brought up to date, and handed out as connections.</summary>
internal sealed class Database
{
    /// <summary>Nobody but the writer writes; where somebody does, a gateway hears "try again" well before it gives up waiting (10 s).</summary>
    private const int BusySeconds = 2;

    private readonly string connectionString;

    public Database(string connectionString)
    {
        this.connectionString = new SqliteConnectionStringBuilder(connectionString) { Pooling = true }.ToString();
        Options = new DbContextOptionsBuilder<DutyRoomDb>().UseSqlite(this.connectionString).Options;
    }

    public DbContextOptions<DutyRoomDb> Options { get; }

    /// <summary>A context for reading.</summary>
    public DutyRoomDb Read()
    {
        var db = new DutyRoomDb(Options);
        db.ChangeTracker.QueryTrackingBehavior = QueryTrackingBehavior.NoTracking;
        return db;
    }

    /// <summary>Creates the file and its tables, or brings older tables up to date. The model is built only when there is something to do.</summary>
    public void BringUpToDate()
    {
        using var connection = new SqliteConnection(connectionString);
        connection.Open();
        Run(connection, "PRAGMA journal_mode=WAL");
        if (NewestApplied(connection) == NewestKnown())
        {
            return;
        }

        using var db = new DutyRoomDb(Options);
        db.Database.Migrate();
    }

    public SqliteConnection OpenWriter()
    {
        var connection = new SqliteConnection(new SqliteConnectionStringBuilder(connectionString) { Pooling = false, DefaultTimeout = BusySeconds }.ToString());
        connection.Open();
        // FULL: a commit is on disk when it returns. Checkpoints belong to Upkeep; the limit here (about 80 MB) is a safety net.
        Run(connection, "PRAGMA synchronous=FULL; PRAGMA wal_autocheckpoint=20000; PRAGMA cache_size=-16000");
        return connection;
    }

    /// <summary>Moves what was committed from the log into the file, beside the writer and without making it wait.</summary>
    public void Checkpoint()
    {
        using var connection = new SqliteConnection(connectionString);
        connection.Open();
        Run(connection, "PRAGMA wal_checkpoint(PASSIVE)");
    }

    private static string? NewestApplied(SqliteConnection connection)
    {
        using var command = connection.CreateCommand();
        command.CommandText = "SELECT name FROM sqlite_master WHERE name = '__EFMigrationsHistory'";
        if (command.ExecuteScalar() is null)
        {
            return null;
        }

        command.CommandText = "SELECT max(MigrationId) FROM __EFMigrationsHistory";
        return command.ExecuteScalar() as string;
    }

    private static string? NewestKnown() => typeof(Database).Assembly.GetTypes()
        .Where(t => t.IsSubclassOf(typeof(Migration)))
        .Select(t => ((MigrationAttribute)Attribute.GetCustomAttribute(t, typeof(MigrationAttribute))!).Id)
        .Max(StringComparer.Ordinal);

    private static void Run(SqliteConnection connection, string sql)
    {
        using var command = connection.CreateCommand();
        command.CommandText = sql;
        command.ExecuteNonQuery();
    }
}
