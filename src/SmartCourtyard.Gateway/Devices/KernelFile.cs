using System.Runtime.InteropServices;

namespace SmartCourtyard.Gateway.Devices;

/// <summary>The few calls that device files need and .NET's streams do not give: opening without waiting, and poll.</summary>
internal static unsafe partial class KernelFile
{
    public const int Interrupted = 4; // EINTR
    public const int Again = 11; // EAGAIN
    public const int Refused = 13; // EACCES
    public const int Busy = 16; // EBUSY
    public const int Invalid = 22; // EINVAL

    public const short PollIn = 1;

    // O_NONBLOCK | O_CLOEXEC, the same on x86-64 and arm64; O_RDONLY is 0.
    private const int ReadWithoutWaiting = 0x800 | 0x80000;

    /// <summary>A descriptor, or minus the error number.</summary>
    public static int OpenToRead(string path) => Result(Open(path, ReadWithoutWaiting));

    /// <summary>How many bytes were read, or minus the error number.</summary>
    public static int Read(int descriptor, Span<byte> into)
    {
        fixed (byte* bytes = into)
        {
            var read = Read(descriptor, bytes, (nuint)into.Length);
            return read < 0 ? -Marshal.GetLastPInvokeError() : (int)read;
        }
    }

    /// <summary>Waits until there is something to read, 1; 0 after the time is over, or minus the error number.</summary>
    public static int WaitToRead(int descriptor, TimeSpan atMost)
    {
        PollEntry entry = new() { Descriptor = descriptor, Wanted = PollIn };
        return Result(Poll(&entry, 1, (int)atMost.TotalMilliseconds));
    }

    public static string Reason(int error) => Marshal.GetPInvokeErrorMessage(error);

    [LibraryImport("libc", EntryPoint = "close")]
    public static partial int Close(int descriptor);

    private static int Result(int returned) => returned < 0 ? -Marshal.GetLastPInvokeError() : returned;

    [StructLayout(LayoutKind.Sequential)]
    private struct PollEntry
    {
        public int Descriptor;
        public short Wanted;
        public short Seen;
    }

    // Variadic in C; without O_CREAT there is no third argument.
    [LibraryImport("libc", EntryPoint = "open", SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
    private static partial int Open(string path, int flags);

    [LibraryImport("libc", EntryPoint = "read", SetLastError = true)]
    private static partial nint Read(int descriptor, byte* buffer, nuint size);

    [LibraryImport("libc", EntryPoint = "poll", SetLastError = true)]
    private static partial int Poll(PollEntry* entries, nuint count, int milliseconds);
}
