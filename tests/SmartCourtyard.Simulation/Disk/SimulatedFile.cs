namespace SmartCourtyard.Simulation.Disk;

/// <summary>One file: what programs see, what a power cut would leave, and which sectors differ.</summary>
internal sealed class SimulatedFile
{
    private const int SectorBytes = 512;

    private readonly List<int> _unsynced = [];
    private readonly HashSet<int> _isUnsynced = [];
    private readonly List<int> _takenForWritten = [];
    private byte[] _live = [];
    private byte[] _durable = [];
    private int _durableLength;

    public int Length { get; private set; }

    public static SimulatedFile Of(byte[] content)
    {
        return new() { _live = [.. content], _durable = [.. content], Length = content.Length, _durableLength = content.Length };
    }

    public byte[] Content() => _live[..Length];

    /// <summary>How many bytes there were; the rest is zero.</summary>
    public int Read(Span<byte> into, long offset)
    {
        var there = (int)Math.Clamp(Length - offset, 0, into.Length);
        _live.AsSpan((int)Math.Min(offset, Length), there).CopyTo(into);
        into[there..].Clear();
        return there;
    }

    public void Write(ReadOnlySpan<byte> bytes, long offset)
    {
        var end = (int)offset + bytes.Length;
        Grow(ref _live, end);
        bytes.CopyTo(_live.AsSpan((int)offset));
        Touch(Math.Min((int)offset, Length), end);
        Length = Math.Max(Length, end);
    }

    public void Truncate(long length)
    {
        if (length < Length)
        {
            _live.AsSpan((int)length, Length - (int)length).Clear();
            Touch((int)length, Length);
            Length = (int)length;
        }
        else
        {
            Write(new byte[length - Length], Length);
        }
    }

    /// <summary>What was written is on disk.</summary>
    public void Sync()
    {
        Grow(ref _durable, Math.Max(Length, _durableLength));
        foreach (var sector in _unsynced)
        {
            Persist(sector);
        }

        _durableLength = Length;
        Forget();
    }

    /// <summary>
    /// A sync failed: some sectors reached the disk, and of the others the kernel keeps some for the next time and takes the rest for
    /// written, as Linux does after an I/O error. No program can know of that after its own restart, so it ends with the run.
    /// </summary>
    public void FailToSync(Dice dice)
    {
        Grow(ref _durable, Math.Max(Length, _durableLength));
        var left = new List<int>();
        foreach (var sector in _unsynced)
        {
            if (dice.Falls(0.5))
            {
                Persist(sector);
            }
            else if (dice.Falls(0.5))
            {
                left.Add(sector);
            }
            else
            {
                _takenForWritten.Add(sector);
            }
        }

        _durableLength = Math.Max(_durableLength, dice.Falls(0.5) ? Length : 0);
        Forget();
        _unsynced.AddRange(left);
        _isUnsynced.UnionWith(left);
    }

    /// <summary>What a failed sync took for written is to be written again.</summary>
    public void Remember()
    {
        foreach (var sector in _takenForWritten.Where(_isUnsynced.Add))
        {
            _unsynced.Add(sector);
        }

        _takenForWritten.Clear();
    }

    /// <summary>Power is gone: of what was not synced, each sector (or each page) is there or is not.</summary>
    /// <param name="dice">Decides.</param>
    /// <param name="kept">How much survives: 0 nothing, 1 all.</param>
    /// <param name="sectorsAtOnce">1: torn at 512 bytes; 8: at 4 KiB.</param>
    public void CutPower(Dice dice, double kept, int sectorsAtOnce)
    {
        Grow(ref _durable, Math.Max(Length, _durableLength));
        var decided = new Dictionary<int, bool>();
        foreach (var sector in _unsynced)
        {
            if (!decided.TryGetValue(sector / sectorsAtOnce, out var stays))
            {
                decided[sector / sectorsAtOnce] = stays = dice.Falls(kept);
            }

            if (stays)
            {
                Persist(sector);
            }
        }

        Length = _durableLength = dice.Falls(kept) ? Length : _durableLength;
        _durable.AsSpan(Length).Clear();
        _live = [.. _durable];
        _takenForWritten.Clear();
        Forget();
    }

    private void Persist(int sector)
    {
        var begin = sector * SectorBytes;
        var end = Math.Min(begin + SectorBytes, Math.Min(_live.Length, _durable.Length));
        if (begin < end)
        {
            _live.AsSpan(begin, end - begin).CopyTo(_durable.AsSpan(begin));
        }
    }

    private void Forget()
    {
        _unsynced.Clear();
        _isUnsynced.Clear();
    }

    private void Touch(int begin, int end)
    {
        for (var sector = begin / SectorBytes; sector * SectorBytes < end; sector++)
        {
            if (_isUnsynced.Add(sector))
            {
                _unsynced.Add(sector);
            }
        }
    }

    private static void Grow(ref byte[] bytes, int length)
    {
        if (bytes.Length < length)
        {
            Array.Resize(ref bytes, Math.Max(length, bytes.Length * 2));
        }
    }
}
