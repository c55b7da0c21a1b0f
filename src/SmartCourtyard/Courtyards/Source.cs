namespace SmartCourtyard.Courtyards;

/// <summary>How a device's messages reach the gateway; one kind a device family.</summary>
public abstract record Source;

/// <summary>A device behind Zigbee2MQTT.</summary>
/// <param name="FriendlyName">Its name there; may hold spaces, slashes and any script.</param>
public sealed record Zigbee2MqttSource(string FriendlyName) : Source;

/// <summary>
/// A source of a family that the site file may name and this version does not listen to yet. The device is listed as never heard,
/// so nobody takes its silence for peace.
/// </summary>
/// <param name="Family">The key in the site file, for example <c>gpio</c>.</param>
public sealed record UnservedSource(string Family) : Source;
