namespace SmartCourtyard.Courtyards;

/// <summary>How a device's messages reach the gateway; one kind a device family.</summary>
public abstract record Source
{
    /// <summary>The part that every family on MQTT depends on.</summary>
    public const string Broker = "broker";

    /// <summary>
    /// The gateway's own parts that must work for the device to be heard, by name: <c>broker</c>, a family's bridge such as
    /// <c>zigbee2mqtt</c>, a bus such as <c>modbus tcp 192.0.2.7:502</c>, a chip such as <c>gpio gpiochip0</c>. While one of them is
    /// down the device is unobserved, and its silence is no trouble of its own. Empty where there is nothing between.
    /// </summary>
    public virtual IReadOnlyList<string> DependsOn => [];

    /// <summary>
    /// Received strength in dBm below which the link is about to fail; −85 where the radio is Wi-Fi or unknown. Long-range radio
    /// works far below that and says so.
    /// </summary>
    public virtual double WeakRssi => -85;
}

/// <summary>A device behind Zigbee2MQTT.</summary>
/// <param name="FriendlyName">Its name there; may hold spaces, slashes and any script.</param>
public sealed record Zigbee2MqttSource(string FriendlyName) : Source
{
    // Shared, not one a source: two sources with the same name are equal.
    private static readonly string[] Parts = [Broker, "zigbee2mqtt"];

    /// <inheritdoc />
    public override IReadOnlyList<string> DependsOn => Parts;
}

/// <summary>
/// A source of a family that the site file may name and this version does not listen to yet. The device is listed as never heard,
/// so nobody takes its silence for peace.
/// </summary>
/// <param name="Family">The key in the site file, for example <c>gpio</c>.</param>
public sealed record UnservedSource(string Family) : Source;
