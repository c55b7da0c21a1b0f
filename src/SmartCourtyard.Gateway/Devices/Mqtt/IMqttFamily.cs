using SmartCourtyard.Readings;

namespace SmartCourtyard.Gateway.Devices.Mqtt;

/// <summary>One way in which devices speak MQTT. Both connections ask it; it may be asked from both at once.</summary>
internal interface IMqttFamily
{
    /// <summary>Its key in the site file.</summary>
    string Name { get; }

    /// <summary>Where the alarm-capable devices of the site speak: heard with custody. They may be said twice and overlap.</summary>
    IReadOnlyList<string> AlarmFilters { get; }

    /// <summary>Everything this family can speak on: heard without custody, for measurements and for devices nobody has assigned.</summary>
    IReadOnlyList<string> Filters { get; }

    /// <summary>Raised when there are other <see cref="AlarmFilters"/> or <see cref="Filters"/> than before; from either connection.</summary>
    event Action? FiltersChanged
    {
        add { }
        remove { }
    }

    /// <summary>Adds what follows from nothing having been said for a while, for the devices that are alarm-capable or for the others.</summary>
    void PassTime(bool alarmCapable, DateTimeOffset now, List<Reading> into)
    {
    }

    /// <summary>Puts on disk what was learned and is needed to understand messages after a restart.</summary>
    /// <exception cref="IOException">It cannot be written.</exception>
    void Remember()
    {
    }

    /// <summary>Adds the message's readings to <paramref name="into"/>: all that was understood, whatever the outcome.</summary>
    /// <param name="retained">The broker kept it: a state, not news.</param>
    DecodeResult Decode(string topic, ReadOnlySpan<byte> payload, bool retained, DateTimeOffset now, List<Reading> into);
}
