namespace SmartCourtyard.Gateway.Health;

/// <summary>From when on something of the gateway's computer is a trouble, and from when on it is none any more.</summary>
internal static class MachineLimits
{
    /// <summary>A Raspberry Pi begins to slow down at 80 °C (Raspberry Pi documentation, frequency management and thermal control).</summary>
    public const double HotCelsius = 80, CoolCelsius = 75;

    /// <summary>earlyoom and its like end programs where less than 10 % of the memory is left; by then somebody should know.</summary>
    public const double MemoryShort = 0.10, MemoryEnough = 0.15;

    /// <summary>
    /// Percent of a minute in which nothing could run for want of memory (the kernel's pressure stall information, <c>full avg60</c>).
    /// systemd-oomd ends programs at 60 % by default.
    /// </summary>
    public const double PressureHigh = 10, PressureLow = 5;

    /// <summary>The journal and the history are bounded, so a tenth of the card is much; logs and updates need it.</summary>
    public const double DiskShort = 0.10, DiskEnough = 0.15;

    public const double InodesShort = 0.05, InodesEnough = 0.10;

    /// <summary>eMMC (JEDEC JESD84-B51, EXT_CSD 268 and 269): 0x09 says that 80 to 90 % of its life is used, 0x0A 90 to 100 %, 0x0B more.</summary>
    public const int LifeUsed = 0x09;

    /// <summary>eMMC (EXT_CSD 267): 0x02 says that 80 % of the reserved blocks are used, 0x03 that it is urgent.</summary>
    public const int ReserveUsed = 0x02;

    /// <summary>The kernel's driver looks every 2 s; a supply that dips now and then is one trouble, not many.</summary>
    public static readonly TimeSpan VoltageGoodFor = TimeSpan.FromMinutes(2);

    /// <summary>So long a machine may look for the time after it was started, or while the uplink is out for a moment.</summary>
    public static readonly TimeSpan UnsetFor = TimeSpan.FromMinutes(10);

    /// <summary>A step of the clock that makes events late, or early, by as much as alarms may be (GB 26875.1: 10 s).</summary>
    public static readonly TimeSpan Leap = TimeSpan.FromSeconds(10);

    /// <summary>A leap is over when it has happened; it stays visible for so long.</summary>
    public static readonly TimeSpan LeapShownFor = TimeSpan.FromMinutes(30);
}
