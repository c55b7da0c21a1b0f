using SmartCourtyard.Courtyards;

namespace SmartCourtyard.Gateway.Devices;

internal enum DecodeOutcome
{
    /// <summary>A device of the site spoke and all of it was understood (it may have said nothing that is measured).</summary>
    Decoded,

    /// <summary>Not a device's own message: the bridge's, or a command to a device.</summary>
    NotADevice,

    /// <summary>Another family's message.</summary>
    NotMine,

    /// <summary>What the family's own bridge says of itself: it is up, or none of its devices can be heard.</summary>
    BridgeState,

    /// <summary>A device, or a group, that the site file does not name.</summary>
    UnassignedDevice,

    /// <summary>A device of the site said something that is not understood; what was understood of it still counts.</summary>
    Undecodable,
}

/// <summary>What became of a message. The readings it held are given out whatever the outcome.</summary>
/// <param name="Device">Who spoke; null unless the site file names it.</param>
/// <param name="UnassignedName">The friendly name, where the site file does not name the device.</param>
/// <param name="Problem">What was not understood, for a technician.</param>
/// <param name="BridgeOnline">What the bridge said of itself.</param>
/// <param name="BridgePart">Which bridge, among the parts of the gateway; null: the family's only one, called as the family.</param>
/// <param name="Points">Of a device that the site file does not name: the quantities the message spoke of, a bit each (see <see cref="PointSet"/>).</param>
/// <param name="Delivery">Where the family numbers its messages: the number, the same when the message is sent again; 0 where it does not.</param>
/// <param name="IsAnnouncement">It was about the device and not by it: only one of the connections hears it.</param>
internal readonly record struct DecodeResult(
    DecodeOutcome Outcome, Device? Device = null, string? UnassignedName = null, string? Problem = null, bool BridgeOnline = false,
    ulong Points = 0, long Delivery = 0, string? BridgePart = null, bool IsAnnouncement = false)
{
    public static DecodeResult NotMine => new(DecodeOutcome.NotMine);

    public static DecodeResult Bridge(bool online, string? part = null) => new(DecodeOutcome.BridgeState, BridgeOnline: online, BridgePart: part);

    public static DecodeResult NotADevice => new(DecodeOutcome.NotADevice);

    public static DecodeResult Unassigned(ReadOnlySpan<char> name, ulong points = 0) =>
        new(DecodeOutcome.UnassignedDevice, UnassignedName: name.ToString(), Points: points);

    /// <summary>Something a technician should know that is no device's own message, or that concerns several.</summary>
    public static DecodeResult Said(string? problem) =>
        new(problem is null ? DecodeOutcome.Decoded : DecodeOutcome.Undecodable, Problem: problem);

    public static DecodeResult Heard(Device device, string? problem) =>
        new(problem is null ? DecodeOutcome.Decoded : DecodeOutcome.Undecodable, device, Problem: problem);
}
