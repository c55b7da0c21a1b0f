using SmartCourtyard.Conditions;
using SmartCourtyard.Courtyards;
using SmartCourtyard.Readings;
using SmartCourtyard.Sources;

namespace SmartCourtyard.Alarms;

/// <summary>Which alarm follows from a condition.</summary>
/// <param name="Condition">The condition.</param>
/// <param name="Kind">The alarm it raises.</param>
/// <param name="Basis">Where its numbers come from, in a few words; for the technician and the documentation.</param>
public sealed record AlarmRule(Condition Condition, AlarmKind Kind, string Basis)
{
    /// <summary>
    /// Whether a state that a broker had kept may raise the alarm. True where the state itself is the danger (smoke, gas, CO, water);
    /// false for calls, where a kept message says nothing about when somebody pressed.
    /// </summary>
    public bool RaisesFromRetained => Kind is not (AlarmKind.EmergencyCall or AlarmKind.Fall);

    /// <summary>The alarm that a limit of the quantity makes at a device; null where a limit on it makes none.</summary>
    public static AlarmKind? KindOf(Quantity quantity, DeviceClass deviceClass) => (quantity, deviceClass) switch
    {
        (Quantity.Methane, _) => AlarmKind.Gas,
        (Quantity.Co, _) => AlarmKind.CarbonMonoxide,
        (Quantity.Temperature, DeviceClass.HeatDetector) => AlarmKind.Heat,
        (Quantity.Temperature or Quantity.Voltage or Quantity.Current or Quantity.Power, DeviceClass.ElectricalMonitor)
            or (Quantity.LeakageCurrent, _) => AlarmKind.Electrical,
        (Quantity.WaterLevel, _) => AlarmKind.WaterLevel,
        (Quantity.Noise, _) => AlarmKind.Noise,
        (Quantity.Contact, DeviceClass.EquipmentContact) => AlarmKind.Equipment,
        (Quantity.Contact or Quantity.Motion or Quantity.Vibration, _) => AlarmKind.Intrusion,
        (Quantity.Co2 or Quantity.Pm1 or Quantity.Pm25 or Quantity.Pm10 or Quantity.Tvoc or Quantity.Hcho or Quantity.Humidity, _)
            or (Quantity.Temperature, DeviceClass.AirMonitor) => AlarmKind.AirQuality,
        (Quantity.Temperature or Quantity.Voltage or Quantity.Current or Quantity.Power or Quantity.Pressure, _) => AlarmKind.Equipment,
        _ => null,
    };

    /// <summary>
    /// The alarm's kind for a device: what a heat detector calls smoke is heat, and what a bare gas element indicates is advice, not an
    /// alarm about a life: it drifts by more than the alarm's threshold.
    /// </summary>
    public static AlarmKind KindFor(AlarmKind kind, Device device) => (kind, device) switch
    {
        (AlarmKind.Smoke, { Class: DeviceClass.HeatDetector }) => AlarmKind.Heat,
        (AlarmKind.Gas or AlarmKind.CarbonMonoxide, { Source: IioSource { Element: not null } }) => AlarmKind.AirQuality,
        _ => kind,
    };
}
