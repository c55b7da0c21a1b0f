using System.Runtime.InteropServices;
using SmartCourtyard.Gateway.Devices;
using SmartCourtyard.Gateway.Devices.Gpio;

namespace SmartCourtyard.Hardware.Guest;

/// <summary>What the kernel itself tells of a line: that somebody took it, let it go, or set it up anew.</summary>
internal sealed unsafe partial class LineNews : IDisposable
{
    private const nuint WatchLineInfo = 0xc100b406; // GPIO_V2_GET_LINEINFO_WATCH_IOCTL
    private const int InfoSize = 256, OffsetAt = 64, NewsSize = 288; // gpio_v2_line_info, and gpio_v2_line_info_changed

    private readonly int _chip;

    public LineNews(Sim chip, int line)
    {
        using (var found = GpioChip.Find("/dev", chip.Label).Chip!)
        {
            _chip = GpioUapi.OpenChip(found.Path);
        }

        Span<byte> info = stackalloc byte[InfoSize];
        MemoryMarshal.Write(info[OffsetAt..], (uint)line);
        fixed (byte* at = info)
        {
            Check.That(_chip >= 0 && Ioctl(_chip, WatchLineInfo, at) == 0, "the line cannot be watched");
        }
    }

    /// <summary>How many changes there were since the last look.</summary>
    public int Count()
    {
        var count = 0;
        Span<byte> news = stackalloc byte[NewsSize];
        while (KernelFile.WaitToRead(_chip, TimeSpan.Zero) > 0 && KernelFile.Read(_chip, news) == NewsSize)
        {
            count++;
        }

        return count;
    }

    public void Dispose() => _ = GpioUapi.Close(_chip);

    [LibraryImport("libc", EntryPoint = "ioctl")]
    private static partial int Ioctl(int descriptor, nuint request, void* argument);
}
