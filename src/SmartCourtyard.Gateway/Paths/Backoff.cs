namespace SmartCourtyard.Gateway.Paths;

/// <summary>How long to wait before the next try: doubling from 0.2 s to 5 s, and a random half of it so that gateways do not march in step.</summary>
internal static class Backoff
{
    public static readonly TimeSpan First = TimeSpan.FromMilliseconds(200);
    public static readonly TimeSpan Longest = TimeSpan.FromSeconds(5);

    // Nobody may ask an alarm to wait for longer.
    public static readonly TimeSpan LongestAsked = TimeSpan.FromSeconds(60);

    /// <param name="failures">Tries that failed in a row; 1 or more.</param>
    /// <param name="random">0 up to 1.</param>
    /// <param name="atLeast">What the other side asked for, or null.</param>
    public static TimeSpan Delay(int failures, double random, TimeSpan? atLeast)
    {
        var ceiling = Math.Min(Longest.Ticks, First.Ticks * Math.Pow(2, Math.Min(failures - 1, 20)));
        var delay = TimeSpan.FromTicks((long)(ceiling * (0.5 + (random / 2))));
        var asked = atLeast > LongestAsked ? LongestAsked : atLeast;
        return asked > delay ? asked.Value : delay;
    }
}
