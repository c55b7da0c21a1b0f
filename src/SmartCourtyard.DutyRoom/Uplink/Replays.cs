namespace SmartCourtyard.DutyRoom.Uplink;

/// <summary>Whether a question is of now and comes for the first time.</summary>
internal enum Freshness
{
    Fresh,
    /// <summary>Of another time, or from before this program began to remember.</summary>
    Stale,
    /// <summary>It was here before.</summary>
    Replayed,
    /// <summary>So many within the window that no more can be remembered.</summary>
    TooMany,
}

/// <summary>
/// Knows what came within the last minutes, so that nobody who listens at the broker can say it again: a heartbeat that is said
/// again would hide that its gateway is silent. What came before the program began is refused by its time.
/// </summary>
internal sealed class Replays
{
    /// <summary>How far a gateway's time may be from ours.</summary>
    public static readonly TimeSpan Window = TimeSpan.FromSeconds(60);

    /// <summary>How many questions of one gateway are remembered; in two minutes a gateway that drains 10,000 events asks about 40.</summary>
    public const int RememberedAtMost = 4_096;

    private readonly Lock gate = new();
    private readonly Dictionary<string, (Queue<(long Time, string Nonce)> Order, HashSet<string> Nonces)> seen = new(StringComparer.Ordinal);
    private readonly TimeProvider time;
    private readonly DateTimeOffset began;
    private readonly long start;

    public Replays(TimeProvider time) => (this.time, began, start) = (time, time.GetUtcNow(), time.GetTimestamp());

    /// <summary>The time by which questions are judged. Nobody who sets the clock brings back what has been said.</summary>
    public DateTimeOffset Now => began + time.GetElapsedTime(start);

    /// <summary>Judges a question whose seal is right, and remembers it.</summary>
    public Freshness Judge(string gateway, long unixMilliseconds, string nonce)
    {
        var now = Now.ToUnixTimeMilliseconds();
        var window = (long)Window.TotalMilliseconds;
        if (unixMilliseconds < began.ToUnixTimeMilliseconds() || unixMilliseconds < now - window || unixMilliseconds > now + window)
        {
            return Freshness.Stale;
        }

        lock (gate)
        {
            if (!seen.TryGetValue(gateway, out var known))
            {
                seen[gateway] = known = ([], new(StringComparer.Ordinal));
            }

            // By when it came, not by what it says of its time: the latter may lie a window ahead.
            while (known.Order.TryPeek(out var oldest) && oldest.Time < now - (2 * window))
            {
                known.Nonces.Remove(known.Order.Dequeue().Nonce);
            }

            if (known.Nonces.Contains(nonce))
            {
                return Freshness.Replayed;
            }

            if (known.Order.Count >= RememberedAtMost)
            {
                return Freshness.TooMany;
            }

            known.Order.Enqueue((now, nonce));
            known.Nonces.Add(nonce);
            return Freshness.Fresh;
        }
    }
}
