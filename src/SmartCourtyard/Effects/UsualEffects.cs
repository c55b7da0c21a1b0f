using SmartCourtyard.Alarms;
using SmartCourtyard.Courtyards;

namespace SmartCourtyard.Effects;

/// <summary>
/// What the actuators of a courtyard do where its site file says nothing: each by its class, for the alarms of its own place.
/// </summary>
public static class UsualEffects
{
    // Long enough to wake a house and empty it; a siren that never ends is torn from the wall. Practice, no standard's number.
    private static readonly TimeSpan SirenSounds = TimeSpan.FromMinutes(30);

    private static readonly AlarmKind[] Sounding = [AlarmKind.Smoke, AlarmKind.Heat, AlarmKind.Gas, AlarmKind.CarbonMonoxide];
    private static readonly AlarmKind[] Closing = [AlarmKind.Gas];
    private static readonly AlarmKind[] Answered = [AlarmKind.EmergencyCall, AlarmKind.Fall];

    /// <summary>
    /// The effects of one courtyard: what the file sets for an actuator replaces everything usual about it.
    /// </summary>
    public static IReadOnlyList<Effect> With(Courtyard courtyard, IReadOnlyList<Effect> set)
    {
        var told = set.Select(e => e.Actuator).ToHashSet(StringComparer.Ordinal);
        return [.. set, .. courtyard.Devices.Where(d => !told.Contains(d.Id)).Select(Of).OfType<Effect>()];
    }

    /// <summary>What a device does by itself; null where it is no actuator.</summary>
    public static Effect? Of(Device device) => device.Class switch
    {
        // A siren in the stairs of a unit sounds for the unit, one on the roof for the building, one in the yard for all.
        DeviceClass.Siren => new(Sounding, device.Id) { Where = Reach(device.At), For = SirenSounds },
        DeviceClass.GasValve => new(Closing, device.Id) { Where = Reach(device.At), Until = EffectEnd.Person },
        DeviceClass.ReassuranceLamp => new(Answered, device.Id) { Where = Beside(device.At) },
        _ => null,
    };

    private static Place Reach(Place at) => new(at.Building, at.Unit, Flat: at.Flat);

    // In a flat the lamp answers every button of the flat; elsewhere the one at the same spot.
    private static Place Beside(Place at) => at.Flat is null ? at : Reach(at);
}
