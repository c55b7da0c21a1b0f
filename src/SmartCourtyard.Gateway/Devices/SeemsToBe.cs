using SmartCourtyard.Courtyards;
using SmartCourtyard.Readings;
using static SmartCourtyard.Readings.Quantity;

namespace SmartCourtyard.Gateway.Devices;

/// <summary>Guesses from a device's points what it is for. The first row that fits stands; a technician has the last word.</summary>
internal static class SeemsToBe
{
    private static readonly (ulong AnyOf, ulong NoneOf, DeviceClass Class)[] Rows =
    [
        (Points(Fall), 0, DeviceClass.FallDetector),
        (Points(Smoke, SmokeDensity), 0, DeviceClass.SmokeDetector),
        (Points(Gas, Methane), 0, DeviceClass.GasDetector),
        (Points(CoAlarm), 0, DeviceClass.CoDetector),
        (Points(WaterLeak), 0, DeviceClass.WaterLeak),
        // Air monitors measure carbon monoxide among other things.
        (Points(Co), Points(Co2, Pm25, Pm10, Tvoc, Hcho), DeviceClass.CoDetector),
        // Knocks, turns and door handles come as actions too.
        (Points(Emergency), Points(Contact, Vibration, Motion, Power, Current), DeviceClass.EmergencyButton),
        (Points(WaterLevel), 0, DeviceClass.WaterLevel),
        (Points(Contact), 0, DeviceClass.DoorContact),
        (Points(Vibration), 0, DeviceClass.Vibration),
        (Points(Motion), 0, DeviceClass.Motion),
        (Points(Co2, Pm1, Pm25, Pm10, Tvoc, Hcho), 0, DeviceClass.AirMonitor),
        (Points(Noise), 0, DeviceClass.NoiseMeter),
        (Points(LeakageCurrent, Current, Power), 0, DeviceClass.ElectricalMonitor),
        (Points(Temperature, Humidity, Pressure), 0, DeviceClass.AirMonitor),
    ];

    /// <summary>Null where nothing tells.</summary>
    public static DeviceClass? Of(ulong points)
    {
        foreach (var (anyOf, noneOf, deviceClass) in Rows)
        {
            if ((points & anyOf) != 0 && (points & noneOf) == 0)
            {
                return deviceClass;
            }
        }

        return null;
    }

    private static ulong Points(params ReadOnlySpan<Quantity> quantities)
    {
        var points = 0UL;
        foreach (var quantity in quantities)
        {
            points |= PointSet.Of(quantity);
        }

        return points;
    }
}
