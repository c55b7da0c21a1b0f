using System.Runtime.InteropServices;
using SmartCourtyard.Custody;

namespace SmartCourtyard.Gateway.Watch;

/// <summary>Now, for the watch: the wall clock as a label, the monotonic clock for spans, and whether the label can be trusted.</summary>
internal sealed partial class WatchClock(TimeProvider time, string version)
{
    // adjtimex(2): the kernel's clock is not synchronised.
    private const int TimeError = 5;

    // Bytes enough for struct timex on every 64-bit Linux (208).
    private const int TimexBytes = 512;

    // This program is younger: a clock that says otherwise has never been set.
    private static readonly DateTimeOffset Earliest = new(2026, 1, 1, 0, 0, 0, TimeSpan.Zero);

    private readonly long _start = time.GetTimestamp();
    private readonly bool _board = File.Exists("/proc/device-tree/model") && !Directory.Exists("/sys/class/rtc/rtc0");

    public TimeProvider Time => time;

    public Moment Now() => new(time.GetUtcNow(), time.GetElapsedTime(_start));

    public long Timestamp() => time.GetTimestamp();

    public TimeSpan Since(long timestamp) => time.GetElapsedTime(timestamp);

    /// <summary>
    /// A board without a clock battery knows the time only once the network has set it; other machines bring theirs along, unless their
    /// battery is empty as well.
    /// </summary>
    public ClockState State() => time.GetUtcNow() < Earliest || (_board && IsUnset()) ? ClockState.Unsynchronised : ClockState.Synchronised;

    public GatewayStartedData Started(IReadOnlyList<string> troubles) => new(version, time.GetUtcNow(), State(), troubles);

    /// <summary>Whether the kernel says that nobody has set its clock.</summary>
    public static unsafe bool IsUnset()
    {
        var timex = stackalloc byte[TimexBytes];
        new Span<byte>(timex, TimexBytes).Clear();
        return AdjustTime(timex) == TimeError;
    }

    [LibraryImport("libc", EntryPoint = "adjtimex")]
    private static unsafe partial int AdjustTime(byte* timex);
}
