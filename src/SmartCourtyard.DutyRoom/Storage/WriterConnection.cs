using System.Data.Common;
using Microsoft.EntityFrameworkCore;

namespace SmartCourtyard.DutyRoom.Storage;

/// <summary>The one connection that writes.</summary>
internal sealed class WriterConnection(Database database) : IDisposable
{
    private readonly DbConnection connection = database.OpenWriter();

    public string Begin => database.Begin;

    /// <summary>Whether it is of no use any more after a failure, which may have come while a commit was under way.</summary>
    public bool IsLost(bool inCommit) => database.IsLost(connection, inCommit);

    /// <summary>Parameters are named <c>@a @b @c</c> or otherwise in <paramref name="parameters"/>, in the order in which values are given.</summary>
    public Statement Prepare(string sql, params string[] parameters)
    {
        var command = connection.CreateCommand();
        command.CommandText = sql;
        return new(command, database.Prepare(command, parameters));
    }

    public long LastNumberOf(string table)
    {
        using var last = Prepare(database.LastNumberOf(table));
        return last.Scalar() as long? ?? 0;
    }

    /// <summary>The same connection and transaction through EF Core, for what is not in a hurry.</summary>
    public DutyRoomDb OpenDb()
    {
        var opened = database.Over(connection);
        opened.Database.AutoTransactionBehavior = AutoTransactionBehavior.Never;
        return opened;
    }

    public string? WhyNotDurable() => database.WhyNotDurable(connection);

    public bool IsUnavailable(Exception e) => database.IsUnavailable(e);

    public void Dispose() => connection.Dispose();
}
