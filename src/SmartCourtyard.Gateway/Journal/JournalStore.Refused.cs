using System.Globalization;
using SmartCourtyard.Custody;

namespace SmartCourtyard.Gateway.Journal;

/// <content>What the next holder refused for good.</content>
internal sealed partial class JournalStore
{
    /// <summary>How many events the next holder refused for good; they are kept.</summary>
    public (long All, long Unseen) CountRefused() => Read(
        "SELECT count(*), coalesce(sum(handed = 2), 0) FROM event WHERE handed IN (2, 4)", r => (r.GetInt64(0), r.GetInt64(1))).Single();

    /// <summary>The events that the next holder refused for good, oldest first, and whether somebody has seen them.</summary>
    public IReadOnlyList<(StoredEvent Event, bool Seen)> ReadRefused(int most) => Read(
        "SELECT sequence, id, alarm, at, body, handed FROM event WHERE handed IN (2, 4) ORDER BY sequence LIMIT " + most.ToString(CultureInfo.InvariantCulture),
        r => (new StoredEvent(
            r.GetInt64(0), r.GetString(1), (EventRank)r.GetInt64(2), IsStored: true, DateTimeOffset.FromUnixTimeMilliseconds(r.GetInt64(3)), (byte[])r.GetValue(4)),
            r.GetInt64(5) == 4));

    /// <summary>Somebody has seen what is refused.</summary>
    public void SeeRefused() => Execute(_writer, "UPDATE event SET handed = 4 WHERE handed = 2");

    /// <summary>What is refused waits again; how many these are.</summary>
    public long TryRefusedAgain()
    {
        var (all, _) = CountRefused();
        Execute(_writer, "UPDATE event SET handed = 0 WHERE handed IN (2, 4)");
        return all;
    }
}
