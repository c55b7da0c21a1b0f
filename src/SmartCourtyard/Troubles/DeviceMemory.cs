using SmartCourtyard.Alarms;
using SmartCourtyard.Conditions;
using SmartCourtyard.Courtyards;

namespace SmartCourtyard.Troubles;

/// <summary>What is kept of a device over a restart of the gateway: what was known, never the claim that it is alive.</summary>
/// <param name="Device">Its id.</param>
/// <param name="Kind">Class, source and day of installation; where they have changed it is another thing under the same id.</param>
/// <param name="FirstHeard">When it was heard first; null if never.</param>
/// <param name="LastHeard">When it was heard last; null if never.</param>
/// <param name="Battery">Charge in %, or null.</param>
/// <param name="BatteryFlag">Its own word on the battery, or null.</param>
/// <param name="LinkQuality">0 to 255, or null.</param>
/// <param name="LastTest">When it was tested last; null if never.</param>
/// <param name="Minima">The base lines of its sensors; null where it has none.</param>
public sealed record DeviceMemory(
    string Device, string Kind, DateTimeOffset? FirstHeard, DateTimeOffset? LastHeard, double? Battery, bool? BatteryFlag, double? LinkQuality,
    DateTimeOffset? LastTest, IReadOnlyList<KeptMinima>? Minima)
{
    /// <summary>The doses that it had measured; null where there were none.</summary>
    public IReadOnlyList<KeptDose>? Doses { get; init; }

    /// <summary>When it alarmed in the last 30 days; null where it did not.</summary>
    public IReadOnlyList<KeptActivation>? Activations { get; init; }

    /// <summary>What a device is, as far as its memory depends on it.</summary>
    public static string KindOf(Device device) => string.Create(
        System.Globalization.CultureInfo.InvariantCulture, $"{device.Class.Name()} {device.Source} {device.Installed:yyyy-MM-dd}");
}
