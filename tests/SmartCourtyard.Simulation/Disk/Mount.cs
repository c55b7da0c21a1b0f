using System.Runtime.InteropServices;

namespace SmartCourtyard.Simulation.Disk;

/// <summary>A disk as one run of a machine sees it: locks and shared memory are gone when the run is over.</summary>
internal sealed unsafe class Mount(SimulatedDisk disk, Func<string, bool> happens, Action<TimeSpan> passes)
{
    private readonly Dictionary<string, FileState> _states = new(StringComparer.Ordinal);

    public SimulatedDisk Disk => disk;

    /// <summary>From here on nothing of this run reaches the disk.</summary>
    public bool IsOver { get; private set; }

    /// <summary>Called inside a sync: what other threads do meanwhile.</summary>
    public Action Meanwhile { get; set; } = () => { };

    /// <summary>Something is about to reach the disk, or just has; false where the machine stops at this point.</summary>
    public bool Happens(string what) => !IsOver && happens(what) && !IsOver;

    public void Passes(TimeSpan time) => passes(time);

    public FileState State(string name)
    {
        if (!_states.TryGetValue(name, out var state))
        {
            _states[name] = state = new FileState();
        }

        return state;
    }

    public void End() => IsOver = true;

    /// <summary>Nobody uses it any more.</summary>
    public void Free()
    {
        foreach (var state in _states.Values)
        {
            state.Free();
        }

        _states.Clear();
    }

    /// <summary>Who locks a file how, and the memory that its users share.</summary>
    internal sealed class FileState
    {
        public const int RegionLocks = 8;

        public List<nint> Regions { get; } = [];

        public int[] SharedLocks { get; } = new int[RegionLocks];

        public object?[] ExclusiveLocks { get; } = new object?[RegionLocks];

        public int Readers { get; set; }

        public object? Writer { get; set; }

        public int SharedMemoryUsers { get; set; }

        public nint Region(int index, int bytes, bool extend)
        {
            while (extend && Regions.Count <= index)
            {
                Regions.Add((nint)NativeMemory.AllocZeroed((nuint)bytes));
            }

            return index < Regions.Count ? Regions[index] : 0;
        }

        public void Free()
        {
            Regions.ForEach(r => NativeMemory.Free((void*)r));
            Regions.Clear();
        }
    }
}
