namespace SmartCourtyard.Simulation;

/// <summary>What is to happen and when. Nothing happens between two entries; of those at the same time, the dice choose.</summary>
internal sealed class Schedule(Dice dice)
{
    private readonly PriorityQueue<Entry, (long Due, ulong Tie)> _entries = new();

    /// <summary>Since the beginning; true time, which no machine knows.</summary>
    public TimeSpan Now { get; private set; }

    public Entry At(TimeSpan when, Action happens)
    {
        var entry = new Entry(when, happens);
        _entries.Enqueue(entry, (when.Ticks, dice.Next()));
        return entry;
    }

    public Entry After(TimeSpan wait, Action happens) => At(Now + wait, happens);

    /// <summary>Something takes time while everything else waits, as a slow disk does.</summary>
    public void Pass(TimeSpan time) => Now += time;

    public bool Step()
    {
        while (_entries.TryDequeue(out var entry, out _))
        {
            if (!entry.IsCancelled)
            {
                Now = entry.Due > Now ? entry.Due : Now;
                entry.Happens();
                return true;
            }
        }

        return false;
    }

    internal sealed class Entry(TimeSpan due, Action happens)
    {
        public TimeSpan Due => due;

        public Action Happens => happens;

        public bool IsCancelled { get; private set; }

        public void Cancel() => IsCancelled = true;
    }
}
