using System.Data;
using System.Data.Common;
using System.Net.Sockets;
using Microsoft.EntityFrameworkCore;
using Npgsql;

namespace SmartCourtyard.DutyRoom.Storage;

/// <summary>
/// A PostgreSQL server, which several duty rooms may know: whoever holds the lock of the writer writes, and the lock ends with the
/// session that writes, so that nobody can go on writing without it.
/// </summary>
internal sealed class PostgresDatabase : Database
{
    /// <summary>The same number in every version: the letters of "SCDuty".</summary>
    private const long WriterLock = 0x5343_4475_7479;

    /// <summary>Shorter than a gateway waits for an answer (10 s); what the connection string says goes before.</summary>
    private const string Defaults = "Timeout=3;Command Timeout=5;Cancellation Timeout=1000;Maximum Pool Size=20;Application Name=SmartCourtyard duty room;";

    private const string HolderOfLock =
        "SELECT pid FROM pg_locks WHERE locktype = 'advisory' AND granted AND objsubid = 1 "
        + "AND database = (SELECT oid FROM pg_database WHERE datname = current_database()) AND (classid::bigint << 32 | objid::bigint) = ";

    private readonly string connectionString;
    private readonly DbContextOptions<PostgresDb> options;
    private NpgsqlConnection? turn;
    private (int Process, DateTime Start)? session;

    public PostgresDatabase(string connectionString)
    {
        this.connectionString = Defaults + connectionString;
        options = new DbContextOptionsBuilder<PostgresDb>().UseNpgsql(this.connectionString).Options;
    }

    public override string Begin => "BEGIN";

    public override DutyRoomDb Open() => new PostgresDb(options);

    public override DutyRoomDb Over(DbConnection writer) => new PostgresDb(new DbContextOptionsBuilder<PostgresDb>().UseNpgsql(writer).Options);

    public override void BringUpToDate()
    {
        using (var connection = new NpgsqlConnection(connectionString))
        {
            connection.Open();
            if (NewestApplied(connection) == NewestKnown(typeof(PostgresDb)))
            {
                return;
            }
        }

        using var db = Open();
        // A large table may need long; nobody waits for an answer yet.
        db.Database.SetCommandTimeout(TimeSpan.FromMinutes(30));
        db.Database.Migrate();
    }

    public override bool TryTakeTurn()
    {
        if (turn is not null && !IsAlive(turn))
        {
            turn.Dispose();
            turn = null;
        }

        turn ??= TryLock();
        return turn is not null;
    }

    public override DbConnection OpenWriter()
    {
        if (!TryTakeTurn())
        {
            throw new AnotherWriterException();
        }

        var writer = turn!;
        turn = null;
        // "off" would confirm what is only in memory; stricter settings of the server stay as they are.
        Run(writer, "SELECT set_config('synchronous_commit', 'on', false) WHERE current_setting('synchronous_commit') = 'off'");
        using var command = new NpgsqlCommand("SELECT pid, backend_start FROM pg_stat_activity WHERE pid = pg_backend_pid()", writer);
        using var reader = command.ExecuteReader();
        session = reader.Read() ? (reader.GetInt32(0), reader.GetDateTime(1)) : null;
        return writer;
    }

    public override string LastNumberOf(string table) => $"SELECT pg_sequence_last_value(pg_get_serial_sequence('{table}', 'position')::regclass)";

    /// <summary>
    /// The connection, resources (disk full, memory, connections), an operator or a crash, the system, a server that only reads, a lock
    /// or a deadlock, damaged data, an account or a database that is not there any more; and everything that never reached the server.
    /// </summary>
    public override bool IsUnavailable(Exception e)
    {
        for (var at = e; at is not null; at = at.InnerException)
        {
            if (at is PostgresException refused)
            {
                return refused.SqlState is ['0', '8', ..] or ['5', '3', ..] or ['5', '7', ..] or ['5', '8', ..] or ['X', 'X', ..] or ['4', '0', ..]
                    or ['2', '8', ..] or PostgresErrorCodes.InvalidCatalogName or PostgresErrorCodes.ReadOnlySqlTransaction or PostgresErrorCodes.LockNotAvailable;
            }

            if (at is NpgsqlException or TimeoutException or SocketException or AnotherWriterException)
            {
                return true;
            }
        }

        return false;
    }

    public override bool IsNotUpYet(Exception e) => e is PostgresException refused
        ? refused.SqlState is PostgresErrorCodes.CannotConnectNow or PostgresErrorCodes.AdminShutdown or PostgresErrorCodes.CrashShutdown or PostgresErrorCodes.TooManyConnections
        : e is NpgsqlException or TimeoutException;

    // U+0000, which SQLite keeps.
    public override bool IsUnstorable(Exception e) => (e as PostgresException ?? e.InnerException as PostgresException)?.SqlState == PostgresErrorCodes.CharacterNotInRepertoire;

    // Whether a commit that failed was stored is only certain when its session is over.
    public override bool IsLost(DbConnection writer, bool inCommit) => inCommit || writer.State != ConnectionState.Open;

    public override string? WhyNotDurable(DbConnection writer)
        => Ask(writer, "SHOW fsync") is "off" ? "the PostgreSQL server has fsync=off: what it confirms does not survive a power cut" : null;

    public override DbParameter[] Prepare(DbCommand command, string[] names)
    {
        var npgsql = (NpgsqlCommand)command;
        if (names.Length > 0)
        {
            // The server says the types, so that a value and a missing value are the same statement.
            NpgsqlCommandBuilder.DeriveParameters(npgsql);
        }

        npgsql.Prepare();
        return [.. names.Select(name => (DbParameter)npgsql.Parameters[name])];
    }

    private bool IsAlive(NpgsqlConnection connection)
    {
        try
        {
            return Ask(connection, "SELECT true") is true;
        }
        catch (Exception e) when (IsUnavailable(e) || e is InvalidOperationException)
        {
            return false;
        }
    }

    private static string? NewestApplied(NpgsqlConnection connection)
        => Ask(connection, "SELECT to_regclass('\"__EFMigrationsHistory\"')::text") is not string
            ? null
            : Ask(connection, "SELECT max(\"MigrationId\" COLLATE \"C\") FROM \"__EFMigrationsHistory\"") as string;

    private NpgsqlConnection? TryLock()
    {
        var connection = new NpgsqlConnection(new NpgsqlConnectionStringBuilder(connectionString) { Pooling = false, ApplicationName = "SmartCourtyard writer" }.ToString());
        try
        {
            connection.Open();
            // A writer that vanished without a word must not keep the lock for the two hours that TCP would give it.
            Run(connection, "SET tcp_keepalives_idle = 5; SET tcp_keepalives_interval = 2; SET tcp_keepalives_count = 3");
            EndOwnOldSession(connection);
            if (Ask(connection, $"SELECT pg_try_advisory_lock({WriterLock})") is true)
            {
                return connection;
            }
        }
        catch
        {
            connection.Dispose();
            throw;
        }

        connection.Dispose();
        return null;
    }

    /// <summary>After a cut connection the server may still hold our own session, and with it the lock.</summary>
    private void EndOwnOldSession(NpgsqlConnection connection)
    {
        if (session is not { } old || Ask(connection, HolderOfLock + WriterLock) is not int holder || holder != old.Process)
        {
            return;
        }

        using var end = new NpgsqlCommand("SELECT pg_terminate_backend(pid, 2000) FROM pg_stat_activity WHERE pid = @p AND backend_start = @s", connection);
        end.Parameters.AddWithValue("p", old.Process);
        end.Parameters.AddWithValue("s", old.Start);
        if (end.ExecuteScalar() is false)
        {
            throw new TimeoutException("the session that wrote before does not end");
        }
    }
}
