using System.Globalization;
using System.Text.Json;
using System.Text.Json.Serialization.Metadata;
using Microsoft.Data.Sqlite;
using SmartCourtyard.Alarms;
using SmartCourtyard.Custody;
using SmartCourtyard.Proofs;
using SmartCourtyard.Service;
using SmartCourtyard.Troubles;

namespace SmartCourtyard.Gateway.Journal;

/// <summary>The journal's tables in SQLite: WAL, synchronous=FULL, one writer and one reader connection.</summary>
internal sealed partial class JournalStore : IDisposable
{
    private const int DeliveriesRemembered = 2_000;
    private const int IoError = 10;
    private const string Waiting = "SELECT sequence, id, alarm, at, body, checksum FROM event WHERE handed = 0 ORDER BY alarm DESC, sequence";

    private readonly SqliteConnection _writer;
    private readonly SqliteConnection _reader;
    private readonly Lock _readerGate = new();
    private readonly SqliteCommand _insertEvent;
    private readonly SqliteCommand _upsertAlarm;
    private readonly SqliteCommand _deleteAlarm;
    private readonly SqliteCommand _upsertTrouble;
    private readonly SqliteCommand _deleteTrouble;
    private readonly SqliteCommand _insertLatch;
    private readonly SqliteCommand _deleteLatch;
    private readonly SqliteCommand _upsertOrder;
    private readonly SqliteCommand _deleteOrder;
    private readonly SqliteCommand _mark;
    private readonly SqliteCommand _insertDelivery;
    private readonly SqliteCommand _setBookmark;

    private JournalStore(SqliteConnection writer, SqliteConnection reader)
    {
        _writer = writer;
        _reader = reader;
        _insertEvent = Prepare(
            "INSERT INTO event(sequence, id, alarm, handed, at, body, checksum) VALUES($sequence, $id, $alarm, 0, $at, $body, $checksum)",
            "$sequence", "$id", "$alarm", "$at", "$body", "$checksum");
        _upsertAlarm = Prepare("INSERT INTO alarm(id, body) VALUES($id, $body) ON CONFLICT(id) DO UPDATE SET body = excluded.body", "$id", "$body");
        _deleteAlarm = Prepare("DELETE FROM alarm WHERE id = $id", "$id");
        _upsertTrouble = Prepare("INSERT INTO trouble(id, body) VALUES($id, $body) ON CONFLICT(id) DO UPDATE SET body = excluded.body", "$id", "$body");
        _deleteTrouble = Prepare("DELETE FROM trouble WHERE id = $id", "$id");
        _insertLatch = Prepare("INSERT INTO latch(device) VALUES($device) ON CONFLICT(device) DO NOTHING", "$device");
        _deleteLatch = Prepare("DELETE FROM latch WHERE device = $device", "$device");
        _upsertOrder = Prepare("INSERT INTO service(id, body) VALUES($id, $body) ON CONFLICT(id) DO UPDATE SET body = excluded.body", "$id", "$body");
        _deleteOrder = Prepare("DELETE FROM service WHERE id = $id", "$id");
        _mark = Prepare("UPDATE event SET handed = $handed WHERE sequence = $sequence", "$sequence", "$handed");
        _insertDelivery = Prepare("INSERT INTO delivery(fingerprint) VALUES($fingerprint)", "$fingerprint");
        _setBookmark = Prepare("INSERT INTO bookmark(name, value) VALUES($name, $value) ON CONFLICT(name) DO UPDATE SET value = excluded.value", "$name", "$value");
    }

    /// <summary>Opens or creates the journal.</summary>
    /// <exception cref="SqliteException">The file cannot be opened, is no database, or is damaged.</exception>
    public static JournalStore Open(string path)
    {
        var writer = Connect(path);
        try
        {
            var isNew = IsEmpty(writer);
            Execute(writer, """
                PRAGMA journal_mode = WAL;
                PRAGMA synchronous = FULL;
                PRAGMA wal_autocheckpoint = 0;
                PRAGMA busy_timeout = 5000;
                CREATE TABLE IF NOT EXISTS event(
                    sequence INTEGER PRIMARY KEY, id TEXT NOT NULL, alarm INTEGER NOT NULL, handed INTEGER NOT NULL, at INTEGER NOT NULL, body BLOB NOT NULL, checksum INTEGER);
                CREATE INDEX IF NOT EXISTS event_waiting ON event(alarm DESC, sequence) WHERE handed = 0;
                CREATE TABLE IF NOT EXISTS alarm(id TEXT PRIMARY KEY, body BLOB NOT NULL) WITHOUT ROWID;
                CREATE TABLE IF NOT EXISTS trouble(id TEXT PRIMARY KEY, body BLOB NOT NULL) WITHOUT ROWID;
                CREATE TABLE IF NOT EXISTS latch(device TEXT PRIMARY KEY) WITHOUT ROWID;
                CREATE TABLE IF NOT EXISTS service(id TEXT PRIMARY KEY, body BLOB NOT NULL) WITHOUT ROWID;
                CREATE TABLE IF NOT EXISTS delivery(number INTEGER PRIMARY KEY, fingerprint INTEGER NOT NULL);
                CREATE TABLE IF NOT EXISTS skipped(first INTEGER PRIMARY KEY, last INTEGER NOT NULL);
                CREATE TABLE IF NOT EXISTS bookmark(name TEXT PRIMARY KEY, value TEXT NOT NULL) WITHOUT ROWID;
                """);
            BringUpToDate(writer);
            Settle(writer);
            var reader = Connect(path);
            Execute(reader, "PRAGMA query_only = ON; PRAGMA busy_timeout = 5000;");
            return new JournalStore(writer, reader) { IsNew = isNew };
        }
        catch
        {
            writer.Dispose();
            throw;
        }
    }

    private static void BringUpToDate(SqliteConnection writer)
    {
        using (var ask = writer.CreateCommand())
        {
            ask.CommandText = "SELECT count(*) FROM pragma_table_info('event') WHERE name = 'checksum'";
            if (ask.ExecuteScalar() is 0L)
            {
                // Events of an earlier version have none and are taken as they are.
                Execute(writer, "ALTER TABLE event ADD COLUMN checksum INTEGER");
            }
        }

        // An earlier version wrote 1 for every alarm: those that wait still are ranked now.
        Execute(writer, """
            UPDATE event SET alarm = CASE json_extract(CAST(body AS TEXT), '$.data.severity') WHEN 'life' THEN 3 ELSE 2 END
            WHERE handed = 0 AND alarm = 1
                AND CASE WHEN json_valid(CAST(body AS TEXT)) THEN json_extract(CAST(body AS TEXT), '$.data.severity') IN ('life', 'property') ELSE 0 END;
            """);
    }

    /// <summary>
    /// What a killed run had written without syncing it is in the log all the same, and would be handed on as if it were safe. A
    /// checkpoint syncs the log before anything else.
    /// </summary>
    private static void Settle(SqliteConnection writer)
    {
        try
        {
            Execute(writer, "PRAGMA wal_checkpoint(PASSIVE)");
        }
        catch (SqliteException e) when (e.SqliteErrorCode != IoError)
        {
            // A full disk ends it behind that sync. One that refuses the sync may never write what it was asked to, whatever it says later:
            // there the journal does not open, and the gateway goes on with a copy.
        }
    }

    /// <summary>How many events wait for the next holder.</summary>
    public long CountWaiting() => Read("SELECT count(*) FROM event WHERE handed = 0", r => r.GetInt64(0)).Single();

    /// <summary>How many events are damaged; they are kept and never handed on.</summary>
    public long CountDamaged() => Read("SELECT count(*) FROM event WHERE handed = 3", r => r.GetInt64(0)).Single();

    /// <summary>The first events that wait, those of the highest rank first.</summary>
    /// <param name="most">How many at the most.</param>
    /// <param name="damaged">Receives those that are not as they were written; they are left out.</param>
    public IReadOnlyList<StoredEvent> ReadWaiting(int most, ICollection<StoredEvent>? damaged = null)
    {
        lock (_readerGate)
        {
            using var command = _reader.CreateCommand();
            command.CommandText = Waiting;
            using var reader = command.ExecuteReader();
            var waiting = new List<StoredEvent>();
            while (waiting.Count < most && reader.Read())
            {
                var (e, isWhole) = ReadEvent(reader);
                (isWhole ? waiting : damaged)?.Add(e);
            }

            return waiting;
        }
    }

    private static (StoredEvent Event, bool IsWhole) ReadEvent(SqliteDataReader r)
    {
        var (sequence, id, body) = (r.GetInt64(0), r.GetString(1), (byte[])r.GetValue(4));
        var isWhole = r.IsDBNull(5) || r.GetInt64(5) == EventChecksum.Of(sequence, id, body);
        return (new StoredEvent(sequence, id, (EventRank)r.GetInt64(2), IsStored: true, DateTimeOffset.FromUnixTimeMilliseconds(r.GetInt64(3)), body), isWhole);
    }

    /// <summary>The alarms that were not done with.</summary>
    public IReadOnlyList<Alarm> ReadAlarms() => [.. Read(
        "SELECT body FROM alarm", r => TryParse((byte[])r.GetValue(0), JournalJson.Default.Alarm)).OfType<Alarm>()];

    /// <summary>The troubles that stood when the gateway stopped.</summary>
    public IReadOnlyList<KeptTrouble> ReadTroubles() => [.. Read(
        "SELECT body FROM trouble", r => TryParse((byte[])r.GetValue(0), JournalJson.Default.KeptTrouble)).OfType<KeptTrouble>()];

    /// <summary>The devices that only a person on site may set back.</summary>
    public IReadOnlyList<string> ReadLatched() => Read("SELECT device FROM latch", r => r.GetString(0));

    /// <summary>What people had said of parts of the estate and had not ended when the gateway stopped.</summary>
    public IReadOnlyList<ServiceOrder> ReadOrders() => [.. Read(
        "SELECT body FROM service ORDER BY id", r => TryParse((byte[])r.GetValue(0), JournalJson.Default.ServiceOrder)).OfType<ServiceOrder>()];

    /// <summary>Fingerprints of the deliveries remembered, oldest first.</summary>
    public IReadOnlyList<long> ReadDeliveries() => Read("SELECT fingerprint FROM delivery ORDER BY number", r => r.GetInt64(0));

    /// <summary>How far the duty room's command stream has been answered; null if never.</summary>
    public string? ReadCommandBookmark()
        => Read("SELECT value FROM bookmark WHERE name = 'commands'", r => r.GetString(0)).SingleOrDefault();

    /// <summary>What is kept of the proofs of the way to the duty room; null if there was none.</summary>
    public ProofMemory? ReadProof() => Read("SELECT value FROM bookmark WHERE name = 'proof'", r => r.GetString(0)).SingleOrDefault() is { } kept
        ? JsonSerializer.Deserialize(kept, JournalJson.Default.ProofMemory)
        : null;

    /// <summary>Writes everything in one transaction, on disk when it returns.</summary>
    /// <exception cref="SqliteException">Nothing was written.</exception>
    public void Commit(JournalWrite write)
    {
        using var transaction = _writer.BeginTransaction();
        foreach (var e in write.Events)
        {
            Insert(transaction, e);
        }

        foreach (var alarm in write.Alarms.Values)
        {
            if (alarm.IsOpen || alarm.Condition == AlarmCondition.Active)
            {
                Run(_upsertAlarm, transaction, alarm.Id, JsonSerializer.SerializeToUtf8Bytes(alarm, JournalJson.Default.Alarm));
            }
            else
            {
                Run(_deleteAlarm, transaction, alarm.Id);
            }
        }

        foreach (var (id, change) in write.Troubles)
        {
            if (change is { Raised: true, Trouble.Order: { } order })
            {
                Run(_upsertOrder, transaction, id, JsonSerializer.SerializeToUtf8Bytes(order, JournalJson.Default.ServiceOrder));
            }
            else if (change.Raised)
            {
                Run(_upsertTrouble, transaction, id, JsonSerializer.SerializeToUtf8Bytes(KeptTrouble.Of(change.Trouble), JournalJson.Default.KeptTrouble));
            }
            else
            {
                Run(change.Trouble.Order is null ? _deleteTrouble : _deleteOrder, transaction, id);
            }
        }

        foreach (var (device, holds) in write.Latches)
        {
            Run(holds ? _insertLatch : _deleteLatch, transaction, device);
        }

        Mark(transaction, write.Handed, 1);
        Mark(transaction, write.Refused, 2);
        Mark(transaction, write.Damaged, 3);
        NoteSkipped(transaction, write.Skipped, write.Noted);
        foreach (var fingerprint in write.Deliveries)
        {
            Run(_insertDelivery, transaction, fingerprint);
        }

        if (write.CommandBookmark is not null)
        {
            Run(_setBookmark, transaction, "commands", write.CommandBookmark);
        }

        if (write.Proof is { } proof)
        {
            Run(_setBookmark, transaction, "proof", JsonSerializer.Serialize(proof, JournalJson.Default.ProofMemory));
        }

        transaction.Commit();
        MoveFromLog();
    }

    private void Mark(SqliteTransaction transaction, IReadOnlyList<long> sequences, int handed)
    {
        foreach (var sequence in sequences)
        {
            Run(_mark, transaction, sequence, handed);
        }
    }

    private void Insert(SqliteTransaction transaction, StoredEvent e) => Run(
        _insertEvent, transaction, e.Sequence, e.Id, (int)e.Rank, e.At.ToUnixTimeMilliseconds(), e.Bytes.ToArray(),
        EventChecksum.Of(e.Sequence, e.Id, e.Bytes.Span));

    /// <summary>Forgets what nobody needs any more: events handed on before a time, deliveries of long ago.</summary>
    public void Prune(DateTimeOffset before)
    {
        using var transaction = _writer.BeginTransaction();
        Execute(_writer, string.Create(CultureInfo.InvariantCulture, $"""
            DELETE FROM event WHERE handed = 1 AND at < {before.ToUnixTimeMilliseconds()} AND sequence < (SELECT max(sequence) FROM event);
            DELETE FROM delivery WHERE number <= (SELECT max(number) FROM delivery) - {DeliveriesRemembered};
            """), transaction);
        transaction.Commit();
    }

    public void Dispose()
    {
        foreach (var command in new[] { _insertEvent, _upsertAlarm, _deleteAlarm, _upsertTrouble, _deleteTrouble, _upsertOrder, _deleteOrder, _insertLatch, _deleteLatch, _mark, _insertDelivery, _setBookmark })
        {
            command.Dispose();
        }

        _reader.Dispose();
        if (KeepsLog)
        {
            // The last connection that closes would move what is left, and delete the log.
            NeverClosed.Add(_writer);
            return;
        }

        _writer.Dispose();
    }

    /// <summary>Null where a damaged file returns something else: what is known no more is judged anew, and the estate is guarded.</summary>
    private static T? TryParse<T>(byte[] body, JsonTypeInfo<T> type)
        where T : class
    {
        try
        {
            return JsonSerializer.Deserialize(body, type);
        }
        catch (JsonException)
        {
            return null;
        }
    }

    private static SqliteConnection Connect(string path)
    {
        var connection = new SqliteConnection(new SqliteConnectionStringBuilder { DataSource = path, Pooling = false }.ToString());
        connection.Open();
        return connection;
    }

    private static void Execute(SqliteConnection connection, string sql, SqliteTransaction? transaction = null)
    {
        using var command = connection.CreateCommand();
#pragma warning disable CA2100 // the texts are this file's own; no input enters them
        command.CommandText = sql;
#pragma warning restore CA2100
        command.Transaction = transaction;
        command.ExecuteNonQuery();
    }

    private static void Run(SqliteCommand command, SqliteTransaction transaction, params ReadOnlySpan<object> values)
    {
        command.Transaction = transaction;
        for (var i = 0; i < values.Length; i++)
        {
            command.Parameters[i].Value = values[i];
        }

        command.ExecuteNonQuery();
    }

    private SqliteCommand Prepare(string sql, params ReadOnlySpan<string> parameters)
    {
        var command = _writer.CreateCommand();
#pragma warning disable CA2100
        command.CommandText = sql;
#pragma warning restore CA2100
        foreach (var name in parameters)
        {
            command.Parameters.Add(new SqliteParameter { ParameterName = name });
        }

        return command;
    }

    private List<T> Read<T>(string sql, Func<SqliteDataReader, T> row)
    {
        lock (_readerGate)
        {
            using var command = _reader.CreateCommand();
#pragma warning disable CA2100
            command.CommandText = sql;
#pragma warning restore CA2100
            using var reader = command.ExecuteReader();
            var rows = new List<T>();
            while (reader.Read())
            {
                rows.Add(row(reader));
            }

            return rows;
        }
    }
}
