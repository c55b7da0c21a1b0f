using System.Buffers;

namespace SmartCourtyard.Mqtt;

/// <summary>A piece of memory that packets are read into. It goes back to the pool when neither the reader nor a batch needs it.</summary>
internal sealed class ReceiveBlock(int size)
{
    private int _owners = 1;

    internal byte[] Bytes { get; } = ArrayPool<byte>.Shared.Rent(size);

    internal bool ReaderIsOnlyOwner => Volatile.Read(ref _owners) == 1;

    internal void Share() => Interlocked.Increment(ref _owners);

    internal void Release()
    {
        if (Interlocked.Decrement(ref _owners) == 0)
        {
            ArrayPool<byte>.Shared.Return(Bytes);
        }
    }
}

/// <summary>Bytes that arrived and are not yet packets. A packet always lies in one block, so its payload can be handed on as a slice.</summary>
internal sealed class Inbox : IDisposable
{
    private const int BlockSize = 64 * 1024;
    private const int LeastSpace = 4 * 1024;
    private int _start;
    private int _end;
    private int _skip;

    internal ReceiveBlock Block { get; private set; } = new(BlockSize);

    internal ReadOnlySpan<byte> Unread => Block.Bytes.AsSpan(_start, _end - _start);

    internal ReadOnlyMemory<byte> Slice(int offset, int length) => Block.Bytes.AsMemory(_start + offset, length);

    internal Memory<byte> Space()
    {
        if (_start == _end && Block.ReaderIsOnlyOwner)
        {
            _start = _end = 0;
        }

        Reserve(_end - _start + LeastSpace);
        return Block.Bytes.AsMemory(_end);
    }

    /// <summary>Makes room for so many bytes in one block, counted from the first unread one.</summary>
    internal void Reserve(int size)
    {
        if (Block.Bytes.Length - _start >= size)
        {
            return;
        }

        int unread = _end - _start;
        ReceiveBlock next = new(Math.Max(BlockSize, size));
        Block.Bytes.AsSpan(_start, unread).CopyTo(next.Bytes);
        Block.Release();
        (Block, _start, _end) = (next, 0, unread);
    }

    internal void Filled(int count)
    {
        int skipped = Math.Min(_skip, count);
        _skip -= skipped;
        if (skipped > 0)
        {
            Block.Bytes.AsSpan(_end + skipped, count - skipped).CopyTo(Block.Bytes.AsSpan(_end));
        }

        _end += count - skipped;
    }

    /// <summary>Takes bytes away; those that have not arrived yet are dropped when they do.</summary>
    internal void Consume(int count)
    {
        int here = Math.Min(count, _end - _start);
        _start += here;
        _skip += count - here;
    }

    public void Dispose() => Block.Release();
}
