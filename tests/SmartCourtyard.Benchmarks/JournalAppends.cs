using System.Globalization;
using System.Text.Json;
using Microsoft.Data.Sqlite;
using Microsoft.Extensions.Logging.Abstractions;
using SmartCourtyard.Alarms;
using SmartCourtyard.Custody;
using SmartCourtyard.Gateway.Journal;

namespace SmartCourtyard.Benchmarks;

/// <summary>
/// Alarms appended to the journal a second, by one writer and by many at once, beside what SQLite itself commits one by one on the
/// same disk: a line of the same bytes a transaction, in the same mode (WAL, FULL).
/// </summary>
internal static class JournalAppends
{
    private static readonly TimeSpan WarmUp = TimeSpan.FromSeconds(1);

    public static async Task<int> RunAsync(int seconds, int runs)
    {
        Figures.PrintHeading("journal: appends a second");
        Console.WriteLine("| subject | appends/s (median) | lowest | highest | to the bare commits |\n|---|---|---|---|---|");
        int[] writers = [1, 8, 64];
        var bare = new List<double>();
        var journal = writers.ToDictionary(w => w, _ => new List<double>());
        for (var run = 0; run < runs; run++)
        {
            bare.Add(Bare(TimeSpan.FromSeconds(seconds)));
            foreach (var count in writers)
            {
                journal[count].Add(await AppendsAsync(count, TimeSpan.FromSeconds(seconds)));
            }
        }

        Print("SQLite, one commit each", bare, bare);
        foreach (var (count, rates) in journal)
        {
            Print(string.Create(CultureInfo.InvariantCulture, $"journal, {count} writer{(count == 1 ? "" : "s")}"), rates, bare);
        }

        return 0;
    }

    private static void Print(string name, List<double> rates, List<double> bare) => Console.WriteLine(string.Create(
        CultureInfo.InvariantCulture,
        $"| {name} | {Figures.Median(rates):F0} | {rates.Min():F0} | {rates.Max():F0} | × {Figures.Median(rates) / Figures.Median(bare):F2} |"));

    private static async Task<double> AppendsAsync(int writers, TimeSpan span)
    {
        var folder = Directory.CreateTempSubdirectory("journal-");
        try
        {
            using var store = JournalStore.Open(Path.Combine(folder.FullName, "journal.db"));
            using var journal = new EventJournal(store, TimeProvider.System, NullLogger<EventJournal>.Instance);
            await journal.StartAsync(CancellationToken.None);
            using var stop = new CancellationTokenSource();
            var handing = HandOnAsync(journal.Outbox.Read(), stop.Token);
            await Task.WhenAll(Enumerable.Range(0, writers).Select(_ => WriteAsync(journal, WarmUp)));
            var appended = await Task.WhenAll(Enumerable.Range(0, writers).Select(_ => WriteAsync(journal, span)));
            await stop.CancelAsync();
            await handing.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            await journal.StopAsync(CancellationToken.None);
            return appended.Sum() / span.TotalSeconds;
        }
        finally
        {
            folder.Delete(recursive: true);
        }
    }

    /// <summary>All is handed on at once, as in an estate whose uplink stands: what waits must not grow.</summary>
    private static async Task HandOnAsync(OutboxReader outbox, CancellationToken stop)
    {
        while (true)
        {
            outbox.Remove(await outbox.TakeAsync(500, 1 << 20, stop));
        }
    }

    private static async Task<long> WriteAsync(EventJournal journal, TimeSpan span)
    {
        // From here on not on the caller's thread: writers are as independent as devices are.
        await Task.Yield();
        var start = TimeProvider.System.GetTimestamp();
        long appended = 0;
        for (; TimeProvider.System.GetElapsedTime(start) < span; appended++)
        {
            if (!await journal.AppendAsync(new JournalEntry { Events = [Event()] }, CancellationToken.None))
            {
                throw new InvalidOperationException("the journal did not take an event");
            }
        }

        return appended;
    }

    private static CourtyardEvent Event()
    {
        var now = TimeProvider.System.GetUtcNow();
        var data = new AlarmData(
            Guid.CreateVersion7(now).ToString(), AlarmKind.Smoke, Severity.Life, "b03-u1-301-smoke", new At("b03", 1, 3, "301", "厨房"), null, now, ClockState.Synchronised);
        return new CourtyardEvent(
            Guid.CreateVersion7(now).ToString(), "/gateways/fukang-garden", EventTypes.AlarmRaised, now, "0", JsonSerializer.SerializeToElement(data, CustodyJson.Default.AlarmData));
    }

    private static double Bare(TimeSpan span)
    {
        var folder = Directory.CreateTempSubdirectory("bare-");
        try
        {
            using var connection = new SqliteConnection($"Data Source={Path.Combine(folder.FullName, "bare.db")};Pooling=False");
            connection.Open();
            using var command = connection.CreateCommand();
            command.CommandText = "PRAGMA journal_mode=WAL; PRAGMA synchronous=FULL; CREATE TABLE event (sequence INTEGER PRIMARY KEY, bytes BLOB NOT NULL)";
            command.ExecuteNonQuery();
            command.CommandText = "INSERT INTO event (bytes) VALUES (@bytes)";
            command.Parameters.AddWithValue("@bytes", EventWriter.Bytes(Event(), 1));
            command.Prepare();
            Count(command, WarmUp);
            return Count(command, span) / span.TotalSeconds;
        }
        finally
        {
            folder.Delete(recursive: true);
        }
    }

    private static long Count(SqliteCommand command, TimeSpan span)
    {
        var start = TimeProvider.System.GetTimestamp();
        long commits = 0;
        for (; TimeProvider.System.GetElapsedTime(start) < span; commits++)
        {
            command.ExecuteNonQuery();
        }

        return commits;
    }
}
