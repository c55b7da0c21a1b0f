using Microsoft.Data.Sqlite;
using SmartCourtyard.Readings;

namespace SmartCourtyard.Gateway.Measurements;

/// <summary>One point of a series.</summary>
internal readonly record struct Sample(DateTimeOffset At, double Value);

/// <summary>
/// The gateway's own history in SQLite: works with no uplink, loses at most the last minute on a power cut
/// (<c>synchronous=NORMAL</c>), and never slows the watch. It spares an SD card: readings are gathered for half a minute, written one
/// behind the other as they come, and sorted into their series only now and then, many at once.
/// </summary>
internal sealed partial class History : BackgroundService
{
    private const int ReadingsAtOnce = 50_000;
    private const long UnsortedAtMost = 1_000_000;
    private static readonly TimeSpan Gather = TimeSpan.FromSeconds(30);
    private static readonly TimeSpan SortEvery = TimeSpan.FromHours(6);
    private static readonly TimeSpan PruneEvery = TimeSpan.FromHours(24);

    // A reading of the same moment takes the place of the one before it.
    private const string Series = """
        SELECT at, value, max(place) FROM (
          SELECT at, value, 0 AS place FROM reading WHERE point = (SELECT id FROM point WHERE device = $device AND quantity = $quantity) AND at >= $from AND at < $to
          UNION ALL
          SELECT at, value, rowid FROM fresh WHERE point = (SELECT id FROM point WHERE device = $device AND quantity = $quantity) AND at >= $from AND at < $to
        ) GROUP BY at
        """;

    private readonly ReadingFeed _feed;
    private readonly TimeSpan _keep;
    private readonly TimeProvider _time;
    private readonly ILogger<History> _logger;
    private readonly SqliteConnection _writer;
    private readonly SqliteConnection _reader;
    private readonly Lock _readerGate = new();
    private readonly Dictionary<(string Device, Quantity Quantity), long> _points = [];
    private long _written;
    private long _unsorted;
    private bool _failing;
    private volatile bool _asked;

    private History(SqliteConnection writer, SqliteConnection reader, ReadingFeed feed, TimeSpan keep, TimeProvider time, ILogger<History> logger)
    {
        (_writer, _reader, _feed, _keep, _time, _logger) = (writer, reader, feed, keep, time, logger);
        using var points = _writer.CreateCommand();
        points.CommandText = "SELECT id, device, quantity FROM point";
        using var rows = points.ExecuteReader();
        while (rows.Read())
        {
            if (Quantities.TryParse(rows.GetString(2), out var quantity))
            {
                _points[(rows.GetString(1), quantity)] = rows.GetInt64(0);
            }
        }

        using var unsorted = _writer.CreateCommand();
        unsorted.CommandText = "SELECT coalesce(max(rowid), 0) FROM fresh";
        _unsorted = (long)unsorted.ExecuteScalar()!;
    }

    /// <summary>Readings on disk since the start.</summary>
    public long Written => Interlocked.Read(ref _written);

    /// <exception cref="SqliteException">The file cannot be opened or is no database.</exception>
    public static History Open(string path, ReadingFeed feed, TimeSpan keep, TimeProvider time, ILogger<History> logger)
    {
        var writer = Connect(path, """
            PRAGMA journal_mode = WAL;
            PRAGMA synchronous = NORMAL;
            PRAGMA busy_timeout = 5000;
            CREATE TABLE IF NOT EXISTS point(id INTEGER PRIMARY KEY, device TEXT NOT NULL, quantity TEXT NOT NULL, UNIQUE(device, quantity));
            CREATE TABLE IF NOT EXISTS reading(point INTEGER NOT NULL, at INTEGER NOT NULL, value REAL NOT NULL, PRIMARY KEY(point, at)) WITHOUT ROWID;
            CREATE TABLE IF NOT EXISTS fresh(point INTEGER NOT NULL, at INTEGER NOT NULL, value REAL NOT NULL);
            """);
        var reader = Connect(path, "PRAGMA query_only = ON; PRAGMA busy_timeout = 5000;");
        return new History(writer, reader, feed, keep, time, logger);
    }

    /// <summary>
    /// A point's readings between two times, oldest first; with a step the mean of each step, at its beginning. What was heard in the
    /// last seconds comes with the next question.
    /// </summary>
    public IReadOnlyList<Sample> Read(string device, Quantity quantity, DateTimeOffset from, DateTimeOffset to, TimeSpan step, int most)
    {
        _asked = true;
        lock (_readerGate)
        {
            using var command = _reader.CreateCommand();
            command.CommandText = step > TimeSpan.Zero
                ? $"SELECT (at / $step) * $step AS begin, avg(value) FROM ({Series}) GROUP BY begin ORDER BY begin LIMIT $most"
                : $"{Series} ORDER BY at LIMIT $most";
            command.Parameters.AddWithValue("$device", device);
            command.Parameters.AddWithValue("$quantity", quantity.Name());
            command.Parameters.AddWithValue("$from", from.ToUnixTimeMilliseconds());
            command.Parameters.AddWithValue("$to", to.ToUnixTimeMilliseconds());
            command.Parameters.AddWithValue("$step", Math.Max(1, (long)step.TotalMilliseconds));
            command.Parameters.AddWithValue("$most", most);
            using var rows = command.ExecuteReader();
            var samples = new List<Sample>();
            while (rows.Read())
            {
                samples.Add(new Sample(DateTimeOffset.FromUnixTimeMilliseconds(rows.GetInt64(0)), rows.GetDouble(1)));
            }

            return samples;
        }
    }

    public override void Dispose()
    {
        _reader.Dispose();
        _writer.Dispose();
        base.Dispose();
    }

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        var (sortedAt, prunedAt) = (_time.GetTimestamp(), _time.GetTimestamp());
        var batches = new List<HeardBatch>();
        while (!stoppingToken.IsCancellationRequested)
        {
            batches.Clear();
            await _feed.TakeAsync(batches, Gather, ReadingsAtOnce, _time, stoppingToken, () => _asked).ConfigureAwait(false);
            _asked = false;
            Try(() => Write(batches));
            if (_unsorted >= UnsortedAtMost || _time.GetElapsedTime(sortedAt) > SortEvery)
            {
                sortedAt = _time.GetTimestamp();
                Try(Sort);
            }

            if (_time.GetElapsedTime(prunedAt) > PruneEvery)
            {
                prunedAt = _time.GetTimestamp();
                Try(() => Prune(_time.GetUtcNow() - _keep));
            }
        }
    }

    public override async Task StopAsync(CancellationToken cancellationToken)
    {
        await base.StopAsync(cancellationToken).ConfigureAwait(false);
        var rest = new List<HeardBatch>();
        _feed.Drain(rest, int.MaxValue);
        Try(() => Write(rest));
    }

    private void Try(Action write)
    {
        try
        {
            write();
            _failing = false;
        }
        catch (SqliteException e)
        {
            // Points that were new in it are not there; they get their place again with the next reading.
            _points.Clear();
            if (!_failing)
            {
                // Measurements may be lost, alarms may not: this path says so once and goes on with the next batch.
                _failing = true;
                LogFailing(e);
            }
        }
    }

    private void Write(List<HeardBatch> batches)
    {
        using var transaction = _writer.BeginTransaction();
        using var insert = _writer.CreateCommand();
        insert.CommandText = "INSERT INTO fresh(point, at, value) VALUES($point, $at, $value)";
        insert.Transaction = transaction;
        var point = insert.Parameters.Add("$point", SqliteType.Integer);
        var at = insert.Parameters.Add("$at", SqliteType.Integer);
        var value = insert.Parameters.Add("$value", SqliteType.Real);
        var count = 0;
        foreach (var batch in batches)
        {
            foreach (var reading in batch.Readings)
            {
                point.Value = Point(reading, transaction);
                at.Value = reading.ObservedAt.ToUnixTimeMilliseconds();
                value.Value = reading.Value;
                insert.ExecuteNonQuery();
                count++;
            }
        }

        transaction.Commit();
        _unsorted += count;
        Interlocked.Add(ref _written, count);
    }

    /// <summary>Moves what came since the last time into its series: each page of a series is written once for many readings.</summary>
    private void Sort()
    {
        using var transaction = _writer.BeginTransaction();
        using var move = _writer.CreateCommand();
        move.Transaction = transaction;
        move.CommandText = "INSERT OR REPLACE INTO reading(point, at, value) SELECT point, at, value FROM fresh ORDER BY point, at, rowid; DELETE FROM fresh";
        move.ExecuteNonQuery();
        transaction.Commit();
        _unsorted = 0;
    }

    private long Point(in Reading reading, SqliteTransaction transaction)
    {
        if (_points.TryGetValue((reading.Device.Id, reading.Quantity), out var id))
        {
            return id;
        }

        using var insert = _writer.CreateCommand();
        insert.Transaction = transaction;
        insert.CommandText = """
            INSERT INTO point(device, quantity) VALUES($device, $quantity) ON CONFLICT(device, quantity) DO UPDATE SET device = excluded.device
            RETURNING id
            """;
        insert.Parameters.AddWithValue("$device", reading.Device.Id);
        insert.Parameters.AddWithValue("$quantity", reading.Quantity.Name());
        id = (long)insert.ExecuteScalar()!;
        _points[(reading.Device.Id, reading.Quantity)] = id;
        return id;
    }

    private void Prune(DateTimeOffset before)
    {
        using var delete = _writer.CreateCommand();
        delete.CommandText = "DELETE FROM reading WHERE at < $before; DELETE FROM fresh WHERE at < $before";
        delete.Parameters.AddWithValue("$before", before.ToUnixTimeMilliseconds());
        delete.ExecuteNonQuery();
    }

    private static SqliteConnection Connect(string path, string setup)
    {
        var connection = new SqliteConnection(new SqliteConnectionStringBuilder { DataSource = path, Pooling = false }.ToString());
        connection.Open();
        using var command = connection.CreateCommand();
#pragma warning disable CA2100 // the texts are this file's own; no input enters them
        command.CommandText = setup;
#pragma warning restore CA2100
        command.ExecuteNonQuery();
        return connection;
    }

    [LoggerMessage(LogLevel.Error, "the local history does not take readings; they are lost until it does")]
    private partial void LogFailing(Exception exception);
}
