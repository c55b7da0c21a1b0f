using System.Globalization;
using System.Text.Json;
using Microsoft.Data.Sqlite;
using SmartCourtyard.Custody;

namespace SmartCourtyard.Gateway.Journal;

/// <content>The places that events have in the gateway's sequence, and those that none has.</content>
internal sealed partial class JournalStore
{
    /// <summary>
    /// True where there was no journal before this start. What numbers an earlier one gave, and for which events, nobody knows here: what
    /// the next holder misses of them is lost.
    /// </summary>
    public bool IsNew { get; private init; }

    /// <summary>The last sequence given; 0 in a new journal.</summary>
    public long LastSequence() => Read("SELECT coalesce(max(sequence), 0) FROM event", r => r.GetInt64(0)).Single();

    /// <summary>The last sequence that does not wait any more; 0 if none.</summary>
    public long LastHandedOn() => Read("SELECT coalesce(max(sequence), 0) FROM event WHERE handed <> 0", r => r.GetInt64(0)).Single();

    /// <summary>Numbers that no event has or ever will have and that the next holder has not noted so, oldest first.</summary>
    public IReadOnlyList<SequenceRange> ReadSkipped()
        => Read("SELECT first, last FROM skipped ORDER BY first", r => new SequenceRange(r.GetInt64(0), r.GetInt64(1)));

    /// <summary>Gives the waiting events new places, from a sequence on, in their old order.</summary>
    /// <param name="from">The first of them.</param>
    /// <param name="given">The last sequence given before.</param>
    /// <param name="damaged">Receives those that are not as they were written; they are set aside where they are.</param>
    /// <param name="skipped">Receives the places below the new ones that no event has any more.</param>
    /// <returns>The first place behind them.</returns>
    public long Renumber(long from, long given, List<StoredEvent> damaged, List<SequenceRange> skipped)
    {
        var waiting = ReadWaiting(int.MaxValue, damaged).OrderBy(e => e.Sequence).ToList();
        if (damaged.Count > 0)
        {
            from = Math.Max(from, damaged.Max(e => e.Sequence) + 1);
        }

        using var transaction = _writer.BeginTransaction();
        Mark(transaction, [.. damaged.Select(e => e.Sequence)], 3);
        Execute(_writer, "DELETE FROM event WHERE handed = 0", transaction);
        if (!IsNew)
        {
            skipped.AddRange(Left([.. waiting.Select(e => e.Sequence)], given, from));
            NoteSkipped(transaction, skipped, []);
        }

        foreach (var e in waiting)
        {
            var bytes = EventWriter.Bytes(JsonSerializer.Deserialize(e.Bytes.Span, CustodyJson.Default.CourtyardEvent)!, from);
            Insert(transaction, e with { Sequence = from++, Bytes = bytes });
        }

        transaction.Commit();
        return from;
    }

    /// <summary>The places that these events leave and those that are jumped over, below the new ones.</summary>
    private static IEnumerable<SequenceRange> Left(List<long> places, long given, long from)
    {
        for (var i = 0; i < places.Count && places[i] < from; i++)
        {
            var first = places[i];
            while (i + 1 < places.Count && places[i + 1] == places[i] + 1 && places[i + 1] < from)
            {
                i++;
            }

            yield return new(first, places[i]);
        }

        if (given + 1 < from)
        {
            yield return new(given + 1, from - 1);
        }
    }

    private void NoteSkipped(SqliteTransaction transaction, IReadOnlyList<SequenceRange> skipped, IReadOnlyList<SequenceRange> noted)
    {
        foreach (var (first, last) in skipped)
        {
            Execute(_writer, string.Create(
                CultureInfo.InvariantCulture, $"INSERT INTO skipped(first, last) VALUES({first}, {last}) ON CONFLICT(first) DO UPDATE SET last = max(last, excluded.last)"), transaction);
        }

        foreach (var (first, last) in noted)
        {
            Execute(_writer, string.Create(CultureInfo.InvariantCulture, $"DELETE FROM skipped WHERE first = {first} AND last = {last}"), transaction);
        }
    }

    private static bool IsEmpty(SqliteConnection connection)
    {
        using var ask = connection.CreateCommand();
        ask.CommandText = "SELECT count(*) FROM sqlite_master WHERE name = 'event'";
        return ask.ExecuteScalar() is 0L;
    }
}
