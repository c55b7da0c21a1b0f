using SmartCourtyard.Courtyards;
using SmartCourtyard.Readings;

namespace SmartCourtyard.Troubles;

/// <summary>What is known of one device.</summary>
internal sealed class DeviceState(Device device, TimeSpan listeningSince)
{
    // Bit of a cause that stood before the gateway started; the first word of the rule takes its place.
    private const ulong FromBefore = 1UL << 63;

    /// <summary>Bit of what no reading says: the gateway itself notices it.</summary>
    public const ulong NoticedByUs = 1UL << 62;

    private readonly ulong[] _causes = new ulong[Enum.GetValues<TroubleReason>().Length];
    private readonly Trace?[] _traces = new Trace?[Quantities.All.Count];

    public Device Device { get; private set; } = device;

    /// <summary>Since when it could have been heard.</summary>
    public TimeSpan ListeningSince { get; set; } = listeningSince;

    /// <summary>A part of the gateway that it depends on is down.</summary>
    public bool IsBlind { get; set; }

    public DateTimeOffset? FirstHeard { get; set; }

    public DateTimeOffset? LastHeard { get; set; }

    /// <summary>When it was last heard in this run; null if not yet.</summary>
    public TimeSpan? HeardUptime { get; set; }

    public bool SaidOffline { get; set; }

    public double? Battery { get; set; }

    public bool? BatteryFlag { get; set; }

    public double? LinkQuality { get; set; }

    public DateTimeOffset? LastTest { get; set; }

    public Dictionary<TroubleReason, Trouble> Troubles { get; } = [];

    /// <summary>The first moment of the day on which it was put up.</summary>
    public DateTimeOffset? InstalledAt => Device.Installed is { } day ? new DateTimeOffset(day, TimeOnly.MinValue, TimeSpan.Zero) : null;

    /// <summary>People work on it: what begins meanwhile is no news, and is looked at when they are done.</summary>
    public bool IsOutOfService { get; set; }

    /// <summary>What began while it was out of service, and stands.</summary>
    public HashSet<TroubleReason> Held { get; } = [];

    public bool Has(TroubleReason reason) => Troubles.ContainsKey(reason);

    public Trace TraceOf(Quantity quantity) => _traces[(int)quantity] ??= new Trace();

    /// <summary>Begins or ends one cause of a trouble; true while any cause of it stands.</summary>
    public bool Set(TroubleReason reason, ulong cause, bool stands)
    {
        ref var causes = ref _causes[(int)reason];
        causes = stands ? (causes | cause) & ~FromBefore : causes & ~(cause | FromBefore);
        return causes != 0;
    }

    /// <summary>The same state, of the device as the file describes it now.</summary>
    public DeviceState Of(Device changed)
    {
        Device = changed;
        foreach (var (reason, trouble) in Troubles)
        {
            Troubles[reason] = trouble with { Device = changed };
        }

        return this;
    }

    /// <summary>Takes back what another run of the gateway knew. It says nothing about whether the device lives.</summary>
    public void Restore(DeviceMemory memory, TimeSpan uptime)
    {
        (FirstHeard, LastHeard, LastTest) = (memory.FirstHeard, memory.LastHeard, memory.LastTest);
        (Battery, BatteryFlag, LinkQuality) = (memory.Battery, memory.BatteryFlag, memory.LinkQuality);
        foreach (var kept in memory.Minima ?? [])
        {
            if (Quantities.TryParse(kept.Quantity, out var quantity))
            {
                TraceOf(quantity).Minima = new DailyMinima(kept, uptime);
            }
        }
    }

    /// <summary>Takes back a trouble that stood when the gateway stopped; it stands until something speaks against it.</summary>
    public void Restore(Trouble trouble)
    {
        Troubles[trouble.Reason] = trouble;
        _causes[(int)trouble.Reason] = FromBefore;
    }

    /// <summary>What the next run of the gateway needs.</summary>
    public DeviceMemory Remember(TimeSpan uptime)
    {
        var minima = Quantities.All.Where(q => _traces[(int)q]?.Minima is not null)
            .Select(q => _traces[(int)q]!.Minima!.Keep(q.Name(), uptime)).ToArray();
        return new DeviceMemory(
            Device.Id, DeviceMemory.KindOf(Device), FirstHeard, LastHeard, Battery, BatteryFlag, LinkQuality, LastTest,
            minima.Length == 0 ? null : minima);
    }
}
