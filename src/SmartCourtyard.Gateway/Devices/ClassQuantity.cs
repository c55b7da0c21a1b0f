using SmartCourtyard.Courtyards;
using SmartCourtyard.Readings;

namespace SmartCourtyard.Gateway.Devices;

/// <summary>What a device of a class speaks of when its message says only "alarm", "on" or "1".</summary>
internal static class ClassQuantity
{
    /// <summary>Null where the class has no such quantity. A contact's alarm is that it is open.</summary>
    public static Quantity? Own(this DeviceClass deviceClass) => deviceClass switch
    {
        DeviceClass.SmokeDetector or DeviceClass.HeatDetector => Quantity.Smoke,
        DeviceClass.GasDetector => Quantity.Gas,
        DeviceClass.CoDetector => Quantity.CoAlarm,
        DeviceClass.EmergencyButton => Quantity.Emergency,
        DeviceClass.FallDetector => Quantity.Fall,
        DeviceClass.WaterLeak => Quantity.WaterLeak,
        DeviceClass.DoorContact or DeviceClass.EquipmentContact => Quantity.Contact,
        DeviceClass.Motion => Quantity.Motion,
        DeviceClass.Vibration => Quantity.Vibration,
        _ => null,
    };
}
