using System.Runtime.CompilerServices;

namespace SmartCourtyard.Courtyards;

/// <summary>One estate with its own gateway, as its site file describes it.</summary>
/// <param name="Id">The gateway's id: a-z 0-9 -, 1 to 64 characters.</param>
/// <param name="Name">What people call it.</param>
/// <param name="Address">The tiers above the building; null where the file gives none.</param>
/// <param name="Buildings">In the order of the file; ids are unique.</param>
/// <param name="Devices">In the order of the file; ids are unique.</param>
public sealed record Courtyard(
    string Id, string Name, Address? Address, IReadOnlyList<Building> Buildings, IReadOnlyList<Device> Devices)
{
    /// <summary>
    /// Where devices that announce their own topics may speak at the broker, as MQTT filters whose first level is a name; empty where the
    /// file names none. What the sources of the devices say by themselves need not stand here.
    /// </summary>
    public IReadOnlyList<string> DeviceTopics { get; init; } = [];
}

/// <summary>Street, community and grid the courtyard belongs to; each null where not given.</summary>
public sealed record Address(string? Street, string? Community, string? Grid);

/// <summary>One building.</summary>
/// <param name="Id">Unique in the courtyard: a-z 0-9 -.</param>
/// <param name="Name">What people call it, for example 3栋.</param>
/// <param name="Units">Staircases, 1 or more.</param>
/// <param name="Floors">Floors above ground, 1 or more.</param>
public sealed record Building(string Id, string Name, int Units, int Floors);

/// <summary>Where a device is. All parts may be missing: a device may stand in the yard.</summary>
/// <param name="Building">Id of the building.</param>
/// <param name="Unit">Staircase, counted from 1.</param>
/// <param name="Floor">Floor; below ground is negative.</param>
/// <param name="Flat">Number on the door, as people write it.</param>
/// <param name="Room">The spot, in people's words (the file calls it <c>place</c>), for example 厨房.</param>
public sealed record Place(string? Building = null, int? Unit = null, int? Floor = null, string? Flat = null, string? Room = null);

/// <summary>One physical thing: detector, button, siren, valve.</summary>
/// <param name="Id">Unique in the courtyard: a-z 0-9 -.</param>
/// <param name="Name">What people call it; null where the file gives none.</param>
/// <param name="Class">What it is for.</param>
/// <param name="At">Where it is.</param>
/// <param name="Source">How its messages reach the gateway.</param>
/// <param name="Call">Whom the duty room speaks with (a SIP address); null where nobody.</param>
public sealed record Device(string Id, string? Name, DeviceClass Class, Place At, Source Source, string? Call = null)
{
    /// <summary>How long it may stay silent before that is a trouble; null: as long as its class may.</summary>
    public TimeSpan? Silence { get; init; }

    /// <summary>The day it was put up, or its sensor renewed; null where the file does not say.</summary>
    public DateOnly? Installed { get; init; }

    /// <summary>How long it lasts from <see cref="Installed"/> on; null: as long as its class does.</summary>
    public TimeSpan? ServiceLife { get; init; }

    /// <summary>How often somebody must test it; null: as often as its class asks for.</summary>
    public TimeSpan? TestEvery { get; init; }

    /// <summary>
    /// The volume of methane in air, in per cent, that the device calls 100 %LEL: 5.0 (the default) or 4.4. Only for a device that
    /// reports %LEL itself; from other units the volume is known.
    /// </summary>
    public double LelBase { get; init; } = 5.0;

    /// <summary>
    /// Ids of the devices without which it cannot be heard, because it is fed or relayed by them: a repeater, the monitor of its
    /// supply. While one of them is silent or faulty it is unobserved, and its own silence is no trouble.
    /// </summary>
    public IReadOnlyList<string> DependsOn { get; init; } = [];

    /// <summary>How long it may stay silent: its own limit, or its class's.</summary>
    public TimeSpan SilenceLimit() => Silence ?? Class.SilenceLimit();

    /// <summary>How long it lasts once it is put up: by the file, or as its class does; null where nobody can say.</summary>
    public TimeSpan? ServiceLimit() => ServiceLife ?? Class.ServiceLife();

    /// <summary>How often it must be tested: by the file, or as its class asks for; null for never.</summary>
    public TimeSpan? TestInterval() => TestEvery ?? Class.TestEvery();

    /// <summary>Two devices are the same thing if, and only if, they are the same object: ids are unique within a courtyard.</summary>
    public bool Equals(Device? other) => ReferenceEquals(this, other);

    /// <inheritdoc />
    public override int GetHashCode() => RuntimeHelpers.GetHashCode(this);
}
