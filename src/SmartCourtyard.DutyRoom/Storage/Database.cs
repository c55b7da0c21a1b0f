using System.Data.Common;
using System.Reflection;
using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Infrastructure;
using Microsoft.EntityFrameworkCore.Migrations;

namespace SmartCourtyard.DutyRoom.Storage;

/// <summary>Another duty room writes to this database; there is one writer at a time.</summary>
internal sealed class AnotherWriterException() : Exception("another duty room writes to this database");

/// <summary>The database: opened, brought up to date, handed out as connections. All that differs between its makes is in what derives from it.</summary>
internal abstract class Database
{
    public static Database At(string connectionString)
        => IsPostgres(connectionString) ? new PostgresDatabase(connectionString) : new SqliteDatabase(connectionString);

    public static bool IsPostgres(string connectionString) => connectionString.Contains("Host=", StringComparison.OrdinalIgnoreCase);

    /// <summary>Begins a transaction that will write.</summary>
    public abstract string Begin { get; }

    /// <summary>A context with a connection of its own.</summary>
    public abstract DutyRoomDb Open();

    /// <summary>A context over the writer's connection and transaction.</summary>
    public abstract DutyRoomDb Over(DbConnection writer);

    /// <summary>Creates the tables, or brings older ones up to date. The model is built only when there is something to do.</summary>
    public abstract void BringUpToDate();

    /// <summary>The connection that writes, durably: a commit is on disk when it returns.</summary>
    /// <exception cref="AnotherWriterException">Somebody else has it.</exception>
    public abstract DbConnection OpenWriter();

    /// <summary>The last number that a table's counter gave out; a number is never given twice, also when its row is gone.</summary>
    public abstract string LastNumberOf(string table);

    /// <summary>Whether the database did not do it, whatever it was: nothing that was asked is to blame, and later it may do it.</summary>
    public abstract bool IsUnavailable(Exception e);

    /// <summary>Whether a start may wait for it: the server is not up yet. What is wrong in the settings is not waited for.</summary>
    public virtual bool IsNotUpYet(Exception e) => false;

    /// <summary>Whether a text held a character that this database cannot keep.</summary>
    public virtual bool IsUnstorable(Exception e) => false;

    /// <summary>Parameters in the order of <paramref name="names"/>, and the statement made ready where that is not done by itself.</summary>
    public abstract DbParameter[] Prepare(DbCommand command, string[] names);

    /// <summary>A context for reading.</summary>
    public DutyRoomDb Read()
    {
        var db = Open();
        db.ChangeTracker.QueryTrackingBehavior = QueryTrackingBehavior.NoTracking;
        return db;
    }

    /// <summary>False while another duty room is the writer; from the first true on this one is.</summary>
    public virtual bool TryTakeTurn() => true;

    /// <summary>Whether the writer's connection is of no use any more after a failure.</summary>
    public virtual bool IsLost(DbConnection writer, bool inCommit) => false;

    /// <summary>Why a commit may not be on disk when it returns; null where it is.</summary>
    public virtual string? WhyNotDurable(DbConnection writer) => null;

    /// <summary>True where nothing more may be moved out of the log until the next start.</summary>
    public virtual bool KeepsLog => false;

    /// <summary>Work of the database that is better done beside the writer than by it.</summary>
    public virtual void Checkpoint()
    {
    }

    protected static string? NewestKnown(Type context) => typeof(Database).Assembly.GetTypes()
        .Where(t => t.IsSubclassOf(typeof(Migration)) && t.GetCustomAttribute<DbContextAttribute>()?.ContextType == context)
        .Select(t => t.GetCustomAttribute<MigrationAttribute>()!.Id)
        .Max(StringComparer.Ordinal);

    protected static void Run(DbConnection connection, string sql) => Ask(connection, sql);

    protected static object? Ask(DbConnection connection, string sql)
    {
        using var command = connection.CreateCommand();
        command.CommandText = sql;
        return command.ExecuteScalar();
    }
}
