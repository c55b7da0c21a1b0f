using System.Collections.Concurrent;
using Microsoft.Data.Sqlite;

namespace SmartCourtyard.Gateway.Journal;

/// <summary>When what was committed is moved from SQLite's log into the file, and when it must not be.</summary>
internal sealed partial class JournalStore
{
    // SQLITE_IOERR_FSYNC.
    private const int RefusedSync = 1034;

    // Some thousand pages of the log, as much as SQLite would wait for by itself: then its errors would be lost.
    private const int CommitsBetween = 200;

    private static readonly ConcurrentBag<SqliteConnection> NeverClosed = [];

    private int _commits;

    /// <summary>
    /// True once the disk has refused a sync: what was moved may never be written, whatever the disk says later. The log has all of it
    /// still, and the next start reads it from its beginning; until then it grows.
    /// </summary>
    public bool KeepsLog { get; private set; }

    private void MoveFromLog()
    {
        if (KeepsLog || ++_commits < CommitsBetween)
        {
            return;
        }

        _commits = 0;
        try
        {
            Execute(_writer, "PRAGMA wal_checkpoint(PASSIVE)");
        }
        catch (SqliteException e)
        {
            // What was committed is safe in the log; any other error is met again the next time.
            KeepsLog = e.SqliteExtendedErrorCode == RefusedSync;
        }
    }
}
