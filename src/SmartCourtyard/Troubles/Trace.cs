namespace SmartCourtyard.Troubles;

/// <summary>What the rules remember of one point of one device. Times are on the monotonic clock.</summary>
internal sealed class Trace
{
    /// <summary>The last value; null before the first.</summary>
    public double? Last { get; private set; }

    public TimeSpan LastAt { get; private set; }

    /// <summary>Since when the value has been the same to the last digit, and how often it was said since.</summary>
    public TimeSpan SameSince { get; private set; }

    public int Same { get; private set; }

    /// <summary>Whether the link was weak lately and since when without a break; null before the first word on it.</summary>
    public bool? Weak { get; set; }

    public TimeSpan WeakSince { get; set; }

    /// <summary>How many values in a row stood outside of what is possible.</summary>
    public int Outside { get; set; }

    /// <summary>The last jump: −1 down, 1 up, 0 none.</summary>
    public int Jump { get; set; }

    public TimeSpan JumpAt { get; set; }

    /// <summary>How often the direction of the jumps turned.</summary>
    public int Turns { get; set; }

    /// <summary>The lowest value of each day; null where the rule does not ask for them.</summary>
    public DailyMinima? Minima { get; set; }

    /// <summary>Takes a value in, after all rules have seen it.</summary>
    public void Note(double value, TimeSpan uptime)
    {
        if (Last == value)
        {
            Same++;
        }
        else
        {
            (Same, SameSince) = (1, uptime);
        }

        (Last, LastAt) = (value, uptime);
    }
}
