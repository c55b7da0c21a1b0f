namespace SmartCourtyard.Simulator;

/// <summary>One message as Zigbee2MQTT would publish it.</summary>
/// <param name="AtLeastOnce">QoS 1, as the example configuration sets it for devices that may raise an alarm; otherwise QoS 0.</param>
internal sealed record Publication(string Topic, byte[] Payload, bool AtLeastOnce, bool Retain);
