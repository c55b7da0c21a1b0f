using SmartCourtyard.Courtyards;

namespace SmartCourtyard.Troubles;

/// <summary>A technical fault of a device, of the gateway or of one of its connections.</summary>
/// <param name="Id">UUID version 7, the same when it is raised and when it is cleared.</param>
/// <param name="Reason">What is wrong.</param>
/// <param name="Device">The device; null where the gateway itself is in trouble.</param>
/// <param name="RaisedAt">When it began.</param>
/// <param name="Detail">One plain sentence for the technician, or null.</param>
public sealed record Trouble(string Id, TroubleReason Reason, Device? Device, DateTimeOffset RaisedAt, string? Detail = null);

/// <summary>A trouble that began (<paramref name="Raised"/>) or ended.</summary>
public sealed record TroubleChange(bool Raised, Trouble Trouble);

/// <summary>What is known about one device.</summary>
/// <param name="Device">Which.</param>
/// <param name="State">The one word.</param>
/// <param name="Reasons">What is wrong, in the order in which it began; empty when ok.</param>
/// <param name="LastHeard">When it last spoke for itself; null if never since the gateway started.</param>
/// <param name="Battery">Charge in %, or null where it never said.</param>
/// <param name="LinkQuality">0 to 255, or null where it never said.</param>
/// <param name="LastTest">When it was last tested; null if never.</param>
public sealed record DeviceHealth(
    Device Device, HealthState State, IReadOnlyList<TroubleReason> Reasons, DateTimeOffset? LastHeard, double? Battery, double? LinkQuality,
    DateTimeOffset? LastTest);
