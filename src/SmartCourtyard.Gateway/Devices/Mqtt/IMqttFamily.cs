using SmartCourtyard.Readings;

namespace SmartCourtyard.Gateway.Devices.Mqtt;

/// <summary>One way in which devices speak MQTT. Both connections ask it; it may be asked from both at once.</summary>
internal interface IMqttFamily
{
    /// <summary>Its key in the site file.</summary>
    string Name { get; }

    /// <summary>Where the alarm-capable devices of the site speak: heard with custody. They may be said twice and must not overlap.</summary>
    IReadOnlyList<string> AlarmFilters { get; }

    /// <summary>Everything this family can speak on: heard without custody, for measurements and for devices nobody has assigned.</summary>
    IReadOnlyList<string> Filters { get; }

    /// <summary>Adds the message's readings to <paramref name="into"/>: all that was understood, whatever the outcome.</summary>
    /// <param name="retained">The broker kept it: a state, not news.</param>
    DecodeResult Decode(string topic, ReadOnlySpan<byte> payload, bool retained, DateTimeOffset now, List<Reading> into);
}
