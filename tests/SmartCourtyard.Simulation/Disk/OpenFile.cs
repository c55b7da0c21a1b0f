namespace SmartCourtyard.Simulation.Disk;

/// <summary>One opened file. The answers are SQLite's own codes.</summary>
internal sealed class OpenFile(Mount mount, string name, SimulatedFile file, bool isLog, bool isTemporary)
{
    public const int Ok = 0;
    private const int Busy = 5;
    private const int IoError = 10;
    private const int Full = 13;
    private const int ShortRead = 522;
    private const int ReadError = 266;
    private const int WriteError = 778;
    private const int SyncError = 1034;
    private const int TruncateError = 1546;
    private const int LockShared = 1, LockReserved = 2, LockPending = 3;
    private const int Unlock = 1, Shared = 4;

    private readonly Mount.FileState _state = mount.State(name);
    private readonly string _write = "write " + name;
    private readonly string _sync = "sync " + name;
    private int _level;
    private int _sharedMask;
    private int _exclusiveMask;
    private bool _usesSharedMemory;
    private bool _hasSyncedFolder;

    private DiskFaults Faults => mount.Disk.Faults;

    public int Close()
    {
        SetLock(0);
        UnmapShared(delete: false);
        return Ok;
    }

    public int Read(Span<byte> into, long offset)
    {
        if (mount.IsOver)
        {
            return ReadError;
        }

        return file.Read(into, offset) == into.Length ? Ok : ShortRead;
    }

    public int Write(ReadOnlySpan<byte> bytes, long offset)
    {
        if (mount.IsOver || (!isTemporary && mount.Disk.Dice.Falls(Faults.Refuses)))
        {
            return WriteError;
        }

        if (!isTemporary && Faults.IsFull && offset + bytes.Length > file.Length)
        {
            return Full;
        }

        file.Write(bytes, offset);
        return isTemporary || mount.Happens(_write) ? Ok : WriteError;
    }

    public int Truncate(long length)
    {
        if (mount.IsOver)
        {
            return TruncateError;
        }

        file.Truncate(length);
        return isTemporary || mount.Happens("truncate " + name) ? Ok : TruncateError;
    }

    public int Sync()
    {
        if (isTemporary)
        {
            return Ok;
        }

        if (!mount.Happens(_sync))
        {
            return SyncError;
        }

        mount.Passes(mount.Disk.Dice.Between(TimeSpan.Zero, Faults.SyncTakes));
        mount.Meanwhile();
        if (mount.IsOver)
        {
            return SyncError;
        }

        if (mount.Disk.Dice.Falls(Faults.Refuses) || Faults.RefusesSyncOf == name)
        {
            file.FailToSync(mount.Disk.Dice);
            return SyncError;
        }

        if (!Faults.LiesAboutSync)
        {
            file.Sync();
            // As SQLite's own layer does at the first sync of every log that it may have created: its name must not be lost either.
            if (isLog && !_hasSyncedFolder)
            {
                mount.Disk.SyncFolder();
                _hasSyncedFolder = true;
            }
        }

        return Ok;
    }

    public long Length => file.Length;

    public int Lock(int level)
    {
        if (mount.IsOver)
        {
            return IoError;
        }

        var otherWrites = _state.Writer is not null && _state.Writer != this;
        if (level <= _level)
        {
            return Ok;
        }

        if (otherWrites)
        {
            return Busy;
        }

        if (level == LockShared)
        {
            if (_state.Writer is not null)
            {
                return Busy;
            }

            _state.Readers++;
            _level = LockShared;
            return Ok;
        }

        _state.Writer = this;
        if (level > LockReserved && _state.Readers > 1)
        {
            _level = LockPending;
            return Busy;
        }

        _level = level;
        return Ok;
    }

    public int SetLock(int level)
    {
        if (level >= _level)
        {
            return Ok;
        }

        if (_state.Writer == this)
        {
            _state.Writer = null;
        }

        if (level == 0 && _level > 0)
        {
            _state.Readers--;
        }

        _level = level;
        return Ok;
    }

    public bool IsReserved => _state.Writer is not null;

    public int MapShared(int region, int bytes, bool extend, out nint address)
    {
        address = 0;
        if (mount.IsOver)
        {
            return IoError;
        }

        _state.SharedMemoryUsers += _usesSharedMemory ? 0 : 1;
        _usesSharedMemory = true;
        address = _state.Region(region, bytes, extend);
        return Ok;
    }

    public int LockRegions(int offset, int count, int flags)
    {
        var mask = ((1 << count) - 1) << offset;
        if ((flags & Unlock) != 0)
        {
            Release(mask);
            return Ok;
        }

        if (mount.IsOver)
        {
            return IoError;
        }

        for (var i = offset; i < offset + count; i++)
        {
            if ((_state.ExclusiveLocks[i] is { } owner && owner != this)
                || ((flags & Shared) == 0 && _state.SharedLocks[i] > (((_sharedMask >> i) & 1) == 1 ? 1 : 0)))
            {
                return Busy;
            }
        }

        for (var i = offset; i < offset + count; i++)
        {
            Take(i, (flags & Shared) != 0);
        }

        return Ok;
    }

    public void UnmapShared(bool delete)
    {
        if (!_usesSharedMemory)
        {
            return;
        }

        Release(0xFF);
        _usesSharedMemory = false;
        if (--_state.SharedMemoryUsers == 0 && delete)
        {
            _state.Free();
        }
    }

    private void Take(int index, bool shared)
    {
        if (!shared)
        {
            _state.ExclusiveLocks[index] = this;
            _exclusiveMask |= 1 << index;
        }
        else if ((_sharedMask & (1 << index)) == 0)
        {
            _state.SharedLocks[index]++;
            _sharedMask |= 1 << index;
        }
    }

    private void Release(int mask)
    {
        for (var i = 0; i < Mount.FileState.RegionLocks; i++)
        {
            var bit = 1 << i;
            if ((mask & bit & _sharedMask) != 0)
            {
                _state.SharedLocks[i]--;
            }

            if ((mask & bit & _exclusiveMask) != 0)
            {
                _state.ExclusiveLocks[i] = null;
            }
        }

        _sharedMask &= ~mask;
        _exclusiveMask &= ~mask;
    }
}
