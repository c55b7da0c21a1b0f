using System.Numerics;

namespace SmartCourtyard.Simulation.Disk;

/// <summary>One file: what programs see, what a power cut would leave, and which sectors differ. Pages are shared until they are written.</summary>
internal sealed class SimulatedFile
{
    private const int SectorBytes = 512;
    private const int PageBytes = 4096;
    private const int SectorsInPage = PageBytes / SectorBytes;

    private static readonly byte[] Zeros = new byte[PageBytes];

    // A bit a sector, by page: written and not synced; and what a failed sync took for written.
    private readonly Dictionary<int, int> _unsynced = [];
    private readonly Dictionary<int, int> _takenForWritten = [];
    private readonly HashSet<int> _owned = [];
    private readonly List<byte[]> _live = [];
    private readonly List<byte[]> _durable = [];
    private int _durableLength;

    public int Length { get; private set; }

    public static SimulatedFile Of(byte[] content)
    {
        var file = new SimulatedFile();
        file.Write(content, 0);
        file.Sync();
        return file;
    }

    /// <summary>Another file with what this one holds on disk.</summary>
    public SimulatedFile Copy()
    {
        var copy = new SimulatedFile { Length = _durableLength, _durableLength = _durableLength };
        copy._live.AddRange(_durable);
        copy._durable.AddRange(_durable);
        return copy;
    }

    public byte[] Content()
    {
        var content = new byte[Length];
        Read(content, 0);
        return content;
    }

    /// <summary>How many bytes there were; the rest is zero.</summary>
    public int Read(Span<byte> into, long offset)
    {
        var there = (int)Math.Clamp(Length - offset, 0, into.Length);
        for (var done = 0; done < there;)
        {
            var (page, begin) = Math.DivRem((int)offset + done, PageBytes);
            var some = Math.Min(there - done, PageBytes - begin);
            _live[page].AsSpan(begin, some).CopyTo(into[done..]);
            done += some;
        }

        into[there..].Clear();
        return there;
    }

    public void Write(ReadOnlySpan<byte> bytes, long offset)
    {
        if (offset > Length)
        {
            Write(new byte[offset - Length], Length);
        }

        for (var done = 0; done < bytes.Length;)
        {
            var (page, begin) = Math.DivRem((int)offset + done, PageBytes);
            var some = Math.Min(bytes.Length - done, PageBytes - begin);
            bytes.Slice(done, some).CopyTo(Writable(page, begin, some).AsSpan(begin));
            done += some;
        }

        Length = Math.Max(Length, (int)offset + bytes.Length);
    }

    public void Truncate(long length)
    {
        if (length > Length)
        {
            Write(new byte[length - Length], Length);
        }

        for (var at = (int)length; at < Length;)
        {
            var (page, begin) = Math.DivRem(at, PageBytes);
            var some = Math.Min(Length - at, PageBytes - begin);
            Writable(page, begin, some).AsSpan(begin, some).Clear();
            at += some;
        }

        Length = (int)length;
    }

    /// <summary>What was written is on disk.</summary>
    public void Sync()
    {
        foreach (var page in _unsynced.Keys)
        {
            // What an earlier sync failed to write is not made good by this one.
            if (_takenForWritten.TryGetValue(page, out var lost) && (lost & ~_unsynced[page]) != 0)
            {
                Persist(page, _unsynced[page]);
            }
            else
            {
                Grow(_durable, page);
                _durable[page] = _live[page];
                _owned.Remove(page);
            }

            Forgive(page, _unsynced[page]);
        }

        _unsynced.Clear();
        _durableLength = Length;
    }

    /// <summary>
    /// A sync failed: some sectors reached the disk, and of the others the kernel keeps some for the next time and takes the rest for
    /// written, as Linux does after an I/O error. No program can know of that after its own restart, so it ends with the run.
    /// </summary>
    public void FailToSync(Dice dice)
    {
        foreach (var (page, mask) in _unsynced.ToArray())
        {
            var (persists, stays) = ((int)dice.Next() & mask, (int)dice.Next());
            Persist(page, persists);
            _unsynced[page] = mask & ~persists & stays;
            _takenForWritten[page] = _takenForWritten.GetValueOrDefault(page) | (mask & ~persists & ~stays);
        }

        _durableLength = Math.Max(_durableLength, dice.Falls(0.5) ? Length : 0);
    }

    /// <summary>What a failed sync took for written is to be written again.</summary>
    public void Remember()
    {
        foreach (var (page, mask) in _takenForWritten)
        {
            _unsynced[page] = _unsynced.GetValueOrDefault(page) | mask;
        }

        _takenForWritten.Clear();
    }

    /// <summary>Power is gone: of what was not synced, each sector (or each page) is there or is not.</summary>
    /// <param name="dice">Decides.</param>
    /// <param name="kept">How much survives: 0 nothing, 1 all.</param>
    /// <param name="wholePages">True: torn at 4 KiB; false: at 512 bytes.</param>
    public void CutPower(Dice dice, double kept, bool wholePages)
    {
        foreach (var (page, mask) in _unsynced)
        {
            var stays = 0;
            for (var sector = 0; sector < SectorsInPage; sector++)
            {
                stays |= wholePages && sector > 0 ? (stays & 1) << sector : dice.Falls(kept) ? 1 << sector : 0;
            }

            Persist(page, stays & mask);
        }

        Length = _durableLength = dice.Falls(kept) ? Length : _durableLength;
        EndAt(_durable, Length);
        _live.Clear();
        _live.AddRange(_durable);
        _unsynced.Clear();
        _takenForWritten.Clear();
        _owned.Clear();
    }

    private void Persist(int page, int sectors)
    {
        if (sectors == 0)
        {
            return;
        }

        Grow(_durable, page);
        // Shared pages are never written: others may hold them.
        var fresh = _durable[page].ToArray();
        for (var left = sectors; left != 0; left &= left - 1)
        {
            var at = BitOperations.TrailingZeroCount(left) * SectorBytes;
            _live[page].AsSpan(at, SectorBytes).CopyTo(fresh.AsSpan(at));
        }

        _durable[page] = fresh;
    }

    private void Forgive(int page, int sectors)
    {
        if (_takenForWritten.TryGetValue(page, out var lost))
        {
            _takenForWritten[page] = lost & ~sectors;
        }
    }

    private byte[] Writable(int page, int begin, int length)
    {
        Grow(_live, page);
        if (_owned.Add(page))
        {
            _live[page] = [.. _live[page]];
        }

        var mask = 0;
        for (var sector = begin / SectorBytes; sector * SectorBytes < begin + length; sector++)
        {
            mask |= 1 << sector;
        }

        _unsynced[page] = _unsynced.GetValueOrDefault(page) | mask;
        return _live[page];
    }

    private static void EndAt(List<byte[]> pages, int length)
    {
        var (whole, rest) = Math.DivRem(length, PageBytes);
        Grow(pages, whole);
        pages[whole] = [.. pages[whole].AsSpan(0, rest), .. Zeros.AsSpan(rest)];
        for (var page = whole + 1; page < pages.Count; page++)
        {
            pages[page] = Zeros;
        }
    }

    private static void Grow(List<byte[]> pages, int page)
    {
        while (pages.Count <= page)
        {
            pages.Add(Zeros);
        }
    }
}
