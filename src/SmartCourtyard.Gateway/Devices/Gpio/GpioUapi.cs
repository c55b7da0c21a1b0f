using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Text;

namespace SmartCourtyard.Gateway.Devices.Gpio;

/// <summary>
/// The kernel's GPIO character device, version 2 of its interface. Numbers and layouts are those of
/// <c>include/uapi/linux/gpio.h</c> (Linux 5.10 and newer); the layouts hold no pointers, so they are the same on every 64-bit Linux.
/// </summary>
internal static unsafe partial class GpioUapi
{
    public const int Busy = 16; // EBUSY
    public const int NoEntry = 2; // ENOENT
    public const int NoDevice = 19; // ENODEV
    public const int Interrupted = 4; // EINTR
    public const int Again = 11; // EAGAIN

    public const ulong FlagActiveLow = 1 << 1;
    public const ulong FlagInput = 1 << 2;
    public const ulong FlagOutput = 1 << 3;
    public const ulong FlagEdgeRising = 1 << 4;
    public const ulong FlagEdgeFalling = 1 << 5;
    public const ulong FlagOpenDrain = 1 << 6;
    public const ulong FlagOpenSource = 1 << 7;
    public const ulong FlagPullUp = 1 << 8;
    public const ulong FlagPullDown = 1 << 9;
    public const ulong FlagBiasDisabled = 1 << 10;

    public const uint AttributeOutputValues = 2;
    public const uint AttributeDebounce = 3;
    public const uint RisingEdge = 1;

    public const short PollIn = 1;
    public const short PollLost = 8 | 16 | 32; // POLLERR, POLLHUP, POLLNVAL

    private const int NameSize = 32;
    private const int ReadWriteCloseOnExec = 2 | 0x80000; // O_RDWR | O_CLOEXEC (the same on x86-64 and arm64)

    // _IOR and _IOWR of 0xB4.
    public const nuint GetChipInfo = 0x8044b401;
    public const nuint GetLineInfo = 0xc100b405;
    public const nuint GetLine = 0xc250b407;
    public const nuint GetValues = 0xc010b40e;
    public const nuint SetValues = 0xc010b40f;

    [StructLayout(LayoutKind.Explicit, Size = 68)]
    private struct ChipInfo
    {
        [FieldOffset(0)] public fixed byte Name[NameSize];
        [FieldOffset(32)] public fixed byte Label[NameSize];
        [FieldOffset(64)] public uint Lines;
    }

    [StructLayout(LayoutKind.Explicit, Size = 24)]
    private struct ConfigAttribute
    {
        [FieldOffset(0)] public uint Id;
        [FieldOffset(8)] public ulong Values;
        [FieldOffset(8)] public uint DebounceMicroseconds;
        [FieldOffset(16)] public ulong Mask;
    }

    [InlineArray(10)]
    private struct ConfigAttributes
    {
        private ConfigAttribute _first;
    }

    [StructLayout(LayoutKind.Explicit, Size = 592)]
    private struct LineRequest
    {
        [FieldOffset(0)] public fixed uint Offsets[64];
        [FieldOffset(256)] public fixed byte Consumer[NameSize];
        [FieldOffset(288)] public ulong Flags;
        [FieldOffset(296)] public uint AttributeCount;
        [FieldOffset(320)] public ConfigAttributes Attributes;
        [FieldOffset(560)] public uint LineCount;
        [FieldOffset(564)] public uint EventBufferSize;
        [FieldOffset(588)] public int Descriptor;
    }

    [StructLayout(LayoutKind.Explicit, Size = 16)]
    private struct LineValues
    {
        [FieldOffset(0)] public ulong Bits;
        [FieldOffset(8)] public ulong Mask;
    }

    [StructLayout(LayoutKind.Explicit, Size = 256)]
    private struct LineInfo
    {
        [FieldOffset(0)] public fixed byte Name[NameSize];
        [FieldOffset(32)] public fixed byte Consumer[NameSize];
        [FieldOffset(64)] public uint Offset;
    }

    /// <summary>One edge, as the kernel hands it out.</summary>
    [StructLayout(LayoutKind.Explicit, Size = 48)]
    public struct LineEvent
    {
        /// <summary>CLOCK_MONOTONIC.</summary>
        [FieldOffset(0)] public ulong Nanoseconds;
        [FieldOffset(8)] public uint Id;
        [FieldOffset(12)] public uint Offset;
        [FieldOffset(16)] public uint Sequence;
    }

    [StructLayout(LayoutKind.Sequential)]
    public struct PollEntry
    {
        public int Descriptor;
        public short Wanted;
        public short Seen;
    }

    public readonly record struct Chip(string Name, string Label, int Lines);

    public readonly record struct Line(string Name, string Consumer);

    /// <summary>A descriptor, or minus the error number.</summary>
    public static int OpenChip(string path) => Result(Open(path, ReadWriteCloseOnExec));

    public static Chip? ReadChip(int chip)
    {
        ChipInfo info = default;
        return Ioctl(chip, GetChipInfo, &info) < 0 ? null : new Chip(Text(info.Name), Text(info.Label), (int)info.Lines);
    }

    public static Line? ReadLine(int chip, int offset)
    {
        LineInfo info = new() { Offset = (uint)offset };
        return Ioctl(chip, GetLineInfo, &info) < 0 ? null : new Line(Text(info.Name), Text(info.Consumer));
    }

    /// <summary>Takes an input with both edges; its descriptor, or minus the error number.</summary>
    public static int RequestInput(int chip, int offset, ulong flags, TimeSpan debounce, int events, string consumer)
    {
        LineRequest request = default;
        request.EventBufferSize = (uint)events;
        if (debounce > TimeSpan.Zero)
        {
            request.AttributeCount = 1;
            request.Attributes[0] = new ConfigAttribute
            {
                Id = AttributeDebounce, DebounceMicroseconds = (uint)Math.Ceiling(debounce.TotalMicroseconds), Mask = 1,
            };
        }

        return Request(chip, offset, FlagInput | FlagEdgeRising | FlagEdgeFalling | flags, consumer, ref request);
    }

    /// <summary>Takes an output that has its state from the first moment on; its descriptor, or minus the error number.</summary>
    public static int RequestOutput(int chip, int offset, ulong flags, bool active, string consumer)
    {
        LineRequest request = default;
        request.AttributeCount = 1;
        request.Attributes[0] = new ConfigAttribute { Id = AttributeOutputValues, Values = active ? 1u : 0u, Mask = 1 };
        return Request(chip, offset, FlagOutput | flags, consumer, ref request);
    }

    /// <summary>1 while the line is active, 0 while it is not, or minus the error number.</summary>
    public static int ReadLevel(int line)
    {
        LineValues values = new() { Mask = 1 };
        return Ioctl(line, GetValues, &values) < 0 ? -Marshal.GetLastPInvokeError() : (int)(values.Bits & 1);
    }

    /// <summary>0, or minus the error number.</summary>
    public static int WriteLevel(int line, bool active)
    {
        LineValues values = new() { Bits = active ? 1u : 0u, Mask = 1 };
        return Result(Ioctl(line, SetValues, &values));
    }

    /// <summary>How many edges were read, or minus the error number. Waits where there is none, so ask poll first.</summary>
    public static int ReadEvents(int line, Span<LineEvent> into)
    {
        fixed (LineEvent* events = into)
        {
            var bytes = Read(line, events, (nuint)(into.Length * sizeof(LineEvent)));
            return bytes < 0 ? -Marshal.GetLastPInvokeError() : (int)bytes / sizeof(LineEvent);
        }
    }

    /// <summary>How many entries have news (0 after the time is over), or minus the error number.</summary>
    public static int Wait(Span<PollEntry> entries, TimeSpan atMost)
    {
        fixed (PollEntry* first = entries)
        {
            return Result(Poll(first, (nuint)entries.Length, (int)atMost.TotalMilliseconds));
        }
    }

    [LibraryImport("libc", EntryPoint = "close")]
    public static partial int Close(int descriptor);

    public static string Reason(int error) => Marshal.GetPInvokeErrorMessage(error);

    private static int Request(int chip, int offset, ulong flags, string consumer, ref LineRequest request)
    {
        fixed (LineRequest* r = &request)
        {
            r->Offsets[0] = (uint)offset;
            r->LineCount = 1;
            r->Flags = flags;
            Encoding.ASCII.GetBytes(consumer.AsSpan(0, Math.Min(consumer.Length, NameSize - 1)), new Span<byte>(r->Consumer, NameSize));
            return Ioctl(chip, GetLine, r) < 0 ? -Marshal.GetLastPInvokeError() : r->Descriptor;
        }
    }

    private static int Result(int returned) => returned < 0 ? -Marshal.GetLastPInvokeError() : returned;

    private static string Text(byte* name)
    {
        var bytes = new ReadOnlySpan<byte>(name, NameSize);
        var end = bytes.IndexOf((byte)0);
        return Encoding.UTF8.GetString(end < 0 ? bytes : bytes[..end]);
    }

    [LibraryImport("libc", EntryPoint = "open", SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
    private static partial int Open(string path, int flags);

    // Variadic in C; a pointer as the third argument is passed the same way on x86-64 and arm64 Linux.
    [LibraryImport("libc", EntryPoint = "ioctl", SetLastError = true)]
    private static partial int Ioctl(int descriptor, nuint request, void* argument);

    [LibraryImport("libc", EntryPoint = "read", SetLastError = true)]
    private static partial nint Read(int descriptor, void* buffer, nuint size);

    [LibraryImport("libc", EntryPoint = "poll", SetLastError = true)]
    private static partial int Poll(PollEntry* entries, nuint count, int milliseconds);
}
