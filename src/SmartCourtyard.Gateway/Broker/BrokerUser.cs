namespace SmartCourtyard.Gateway.Broker;

/// <summary>An account of the broker. Its text form shows no password, so that it may stand in a log.</summary>
internal sealed record BrokerUser(string Name, string Password)
{
    public override string ToString() => Name;
}

/// <summary>The two accounts of one courtyard's broker.</summary>
/// <param name="Gateway">Hears all devices and commands them.</param>
/// <param name="Devices">Speaks for the devices: Zigbee2MQTT and the like.</param>
internal sealed record BrokerUsers(BrokerUser Gateway, BrokerUser Devices);
