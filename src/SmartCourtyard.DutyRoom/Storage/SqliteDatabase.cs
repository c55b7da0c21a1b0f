using System.Data.Common;
using Microsoft.Data.Sqlite;
using Microsoft.EntityFrameworkCore;

namespace SmartCourtyard.DutyRoom.Storage;

/// <summary>A file beside the program.</summary>
internal sealed class SqliteDatabase : Database
{
    /// <summary>Nobody but the writer writes; where somebody does, a gateway hears "try again" well before it gives up waiting (10 s).</summary>
    private const int BusySeconds = 2;

    // SQLITE_IOERR_FSYNC.
    private const int RefusedSync = 1034;

    private readonly string connectionString;
    private readonly DbContextOptions<DutyRoomDb> options;
    private SqliteConnection? keepsLog;

    public SqliteDatabase(string connectionString)
    {
        this.connectionString = new SqliteConnectionStringBuilder(connectionString) { Pooling = true }.ToString();
        options = new DbContextOptionsBuilder<DutyRoomDb>().UseSqlite(this.connectionString).Options;
    }

    public override string Begin => "BEGIN IMMEDIATE";

    public override DutyRoomDb Open() => new(options);

    public override DutyRoomDb Over(DbConnection writer) => new(new DbContextOptionsBuilder<DutyRoomDb>().UseSqlite(writer).Options);

    public override void BringUpToDate()
    {
        using var connection = new SqliteConnection(connectionString);
        connection.Open();
        Run(connection, "PRAGMA journal_mode=WAL");
        if (NewestApplied(connection) == NewestKnown(typeof(DutyRoomDb)))
        {
            return;
        }

        using var db = Open();
        db.Database.Migrate();
    }

    public override DbConnection OpenWriter()
    {
        var connection = new SqliteConnection(new SqliteConnectionStringBuilder(connectionString) { Pooling = false, DefaultTimeout = BusySeconds }.ToString());
        connection.Open();
        // FULL: a commit is on disk when it returns. Checkpoints belong to Upkeep: one of SQLite's own would fail without a word.
        Run(connection, "PRAGMA synchronous=FULL; PRAGMA wal_autocheckpoint=0; PRAGMA cache_size=-16000");
        return connection;
    }

    // AUTOINCREMENT remembers the last number even when its row is gone.
    public override string LastNumberOf(string table) => $"SELECT seq FROM sqlite_sequence WHERE name = '{table}'";

    /// <summary>Busy, locked, read-only, I/O error, corrupt, full, cannot open, protocol, not a database.</summary>
    public override bool IsUnavailable(Exception e)
        => e.GetBaseException() is SqliteException { SqliteErrorCode: 5 or 6 or 8 or 10 or 11 or 13 or 14 or 15 or 26 };

    public override DbParameter[] Prepare(DbCommand command, string[] names)
    {
        // The provider prepares a command when it first runs and keeps it.
        foreach (var name in names)
        {
            command.Parameters.Add(new SqliteParameter { ParameterName = "@" + name });
        }

        return [.. command.Parameters.Cast<DbParameter>()];
    }

    public override bool KeepsLog => keepsLog is not null;

    /// <summary>Moves what was committed from the log into the file, beside the writer and without making it wait.</summary>
    /// <remarks>
    /// After a sync that the disk refused, the kernel takes for written what may never be, also what an earlier checkpoint moved in part.
    /// The log has all of it still, and is read from its beginning by the next start: until then nothing more is moved, for that
    /// could end with the log thrown away.
    /// </remarks>
    public override void Checkpoint()
    {
        if (KeepsLog)
        {
            return;
        }

        using var connection = new SqliteConnection(connectionString);
        connection.Open();
        try
        {
            Run(connection, "PRAGMA wal_checkpoint(PASSIVE)");
        }
        catch (SqliteException e) when (e.SqliteExtendedErrorCode == RefusedSync)
        {
            // Never closed: the last one that closes would move what is left, and delete the log.
            var keeps = new SqliteConnection(new SqliteConnectionStringBuilder(connectionString) { Pooling = false }.ToString());
            keeps.Open();
            Run(keeps, "SELECT count(*) FROM sqlite_master");
            keepsLog = keeps;
            throw;
        }
    }

    private static string? NewestApplied(SqliteConnection connection)
        => Ask(connection, "SELECT name FROM sqlite_master WHERE name = '__EFMigrationsHistory'") is null
            ? null
            : Ask(connection, "SELECT max(MigrationId) FROM __EFMigrationsHistory") as string;
}
