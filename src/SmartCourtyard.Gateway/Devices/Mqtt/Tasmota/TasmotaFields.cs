using System.Collections.Concurrent;
using SmartCourtyard.Courtyards;
using SmartCourtyard.Readings;
using static SmartCourtyard.Readings.Quantity;

namespace SmartCourtyard.Gateway.Devices.Mqtt.Tasmota;

/// <summary>The units in which a Tasmota device reports; the message says so itself, at its end.</summary>
internal readonly record struct TasmotaUnits(bool Fahrenheit, double HectopascalPerUnit)
{
    private const double HectopascalPerMillimetreOfMercury = 1.333224;
    private const double HectopascalPerInchOfMercury = 33.86389;

    public static TasmotaUnits Usual => new(false, 1);

    public static TasmotaUnits Of(ReadOnlySpan<byte> payload) => new(
        Named(payload, "\"TempUnit\""u8).StartsWith("F"u8),
        Named(payload, "\"PressureUnit\""u8) is var unit && unit.StartsWith("mmHg\""u8) ? HectopascalPerMillimetreOfMercury
        : unit.StartsWith("inHg\""u8) ? HectopascalPerInchOfMercury : 1);

    private static ReadOnlySpan<byte> Named(ReadOnlySpan<byte> payload, ReadOnlySpan<byte> name)
    {
        int at = payload.IndexOf(name);
        return at < 0 ? default : payload[(at + name.Length)..].TrimStart(" \t\r\n:\""u8);
    }
}

/// <summary>The Tasmota family's tables for one class of device: what its own sensors, Zigbee devices and switches say.</summary>
internal sealed class TasmotaFields
{
    private static readonly string[] LampCommands = ["0006!00", "0006!01", "0006!02", "0006!40", "0006!42", "0006!FD"];

    private static readonly ConcurrentDictionary<(DeviceClass?, TasmotaUnits), TasmotaFields> Made = new();

    private TasmotaFields(DeviceClass? deviceClass, TasmotaUnits units)
    {
        Sensor = new FieldTable(OfSensor(units));
        Zigbee = new FieldTable(OfZigbee(deviceClass));
        Switch = new SwitchWord(deviceClass);
        Button = new ActionWords("Button", deviceClass ?? DeviceClass.EmergencyButton);
    }

    public static FieldTable Wifi { get; } = new(
    [
        new Number("Signal", Rssi),
        // In percent, from -100 dBm on in steps of half a decibel; says something only where Signal is missing.
        new Number("RSSI", Rssi, percent => (percent / 2) - 100, secondary: true),
    ]);

    public FieldTable Sensor { get; }

    public FieldTable Zigbee { get; }

    public Field Switch { get; }

    public Field Button { get; }

    /// <param name="deviceClass">Null for a device that the site file does not name.</param>
    public static TasmotaFields Of(DeviceClass? deviceClass, TasmotaUnits units) =>
        Made.GetOrAdd((deviceClass, units), static key => new TasmotaFields(key.Item1, key.Item2));

    /// <summary>Inside the object of one sensor. Of several probes the first counts. "Gas" of a BME680 is a resistance, and no row.</summary>
    private static Field[] OfSensor(TasmotaUnits units) =>
    [
        Probe("Temperature", Temperature, units.Fahrenheit ? Units.To(Temperature, "°F") : null),
        Probe("Humidity", Humidity),
        Probe("Pressure", Pressure, units.HectopascalPerUnit == 1 ? null : value => value * units.HectopascalPerUnit),
        Probe("CarbonDioxide", Co2),
        Probe("CO2", Co2),
        Probe("TVOC", Tvoc, Units.To(Tvoc, "ppb")),
        Probe("PM1", Pm1),
        Probe("PM1_0", Pm1),
        Probe("PM2.5", Pm25),
        Probe("PM2_5", Pm25),
        Probe("PM10", Pm10),
        Probe("Illuminance", Illuminance),
        Probe("Battery", Battery),
        new FirstOfList(Probe("Voltage", Voltage)),
        new FirstOfList(Probe("Current", Current)),
        new FirstOfList(Probe("Power", Power)),
    ];

    /// <summary>Inside the object of one Zigbee device: numbers 0 and 1 for no and yes, and an open contact is 1.</summary>
    private static IEnumerable<Field> OfZigbee(DeviceClass? deviceClass) =>
    [
        new Flag("Fire", Smoke),
        new Flag("CO", CoAlarm),
        new Flag("Water", WaterLeak),
        new Flag("PersonalAlarm", Emergency),
        new Flag("Panic", Emergency),
        new Flag("Contact", Contact, inverted: true),
        new Flag("Occupancy", Motion),
        new Flag("PIR", Motion),
        new Flag("Motion", Motion),
        new Flag("Movement", Vibration),
        new Flag("Tamper", Tamper),
        new Flag("BatteryLow", BatteryLow),
        new Flag("Test", Test),
        new Flag("Failure", Fault),
        new Flag("Trouble", Fault),
        new ZoneStatus("ZoneStatusChange", deviceClass?.Own()),
        new ZoneStatus("ZoneStatus", deviceClass?.Own()),
        new Number("Temperature", Temperature),
        new Number("Humidity", Humidity),
        new Number("Pressure", Pressure, secondary: true),
        new Number("Illuminance", Illuminance),
        new Number("BatteryPercentage", Battery),
        new Number("BatteryVoltage", Voltage),
        new Number("LinkQuality", LinkQuality),
        new Number("RMSVoltage", Voltage),
        new Number("RMSCurrent", Current),
        new Number("ActivePower", Power),
        .. deviceClass is null or DeviceClass.EmergencyButton ? Commands() : [],
    ];

    // A button speaks by the commands it would give to a lamp: off, on, toggle; or by its maker's own.
    private static IEnumerable<Field> Commands() =>
    [
        .. LampCommands.Select(name => new Command(name)),
        new ActionWords("Click", DeviceClass.EmergencyButton),
        new ActionWords("Action", DeviceClass.EmergencyButton),
    ];

    private static Number Probe(string name, Quantity quantity, Func<double, double>? toUnit = null) => new(name, quantity, toUnit, secondary: true);
}

/// <summary>A meter of several phases gives a list; then the first counts, which the reader hands over. A list itself says nothing.</summary>
internal sealed class FirstOfList(Number number) : Field(number.Name)
{
    public override ulong Points => number.Points;

    protected override string Allowed => "a number, or a list of them";

    protected override bool TryRead(scoped FieldValue value, ref GatheredValues into) =>
        value.Kind == FieldValueKind.Nested || number.Read(value, ref into) is null;
}

/// <summary>A command that a device sent: that it was sent is what it says, even with nothing in it.</summary>
internal sealed class Command(string name) : Field(name)
{
    public override ulong Points => PointSet.Of(Emergency);

    protected override string Allowed => "anything";

    public static void Press(ref GatheredValues into) => into.Press(Emergency);

    protected override bool TryRead(scoped FieldValue value, ref GatheredValues into) => true;
}

/// <summary>
/// The alarm bits of a Zigbee detector (ZCL 8.2.2.2.1.3). They say all at once, so that what Tasmota names only while it lasts
/// (tamper, battery, test, failure) also comes to an end.
/// </summary>
/// <param name="own">What the two alarm bits speak of; null where nobody knows.</param>
internal sealed class ZoneStatus(string name, Quantity? own) : Field(name)
{
    private const int Alarms = 0b11, Tampered = 1 << 2, Low = 1 << 3, Failed = 1 << 6, Tested = 1 << 8;

    public override ulong Points =>
        PointSet.Of(Tamper) | PointSet.Of(BatteryLow) | PointSet.Of(Fault) | PointSet.Of(Test) | (own is { } quantity ? PointSet.Of(quantity) : 0);

    protected override string Allowed => "a whole number from 0 to 65535";

    protected override bool TryRead(scoped FieldValue value, ref GatheredValues into)
    {
        if (!value.TryNumber(out double number) || number is not (>= 0 and <= ushort.MaxValue) || number != Math.Floor(number))
        {
            return false;
        }
        int bits = (int)number;
        into.Flag(Tamper, (bits & Tampered) != 0);
        into.Flag(BatteryLow, (bits & Low) != 0);
        into.Flag(Fault, (bits & Failed) != 0);
        into.Flag(Test, (bits & Tested) != 0);
        if (own is { } quantity)
        {
            into.Flag(quantity, ((bits & Alarms) != 0) != (quantity == Contact));
        }
        return true;
    }
}

/// <summary>A wired switch: ON is what the device is there to tell (a contact that opened, a detector's relay, a pressed key).</summary>
internal sealed class SwitchWord(DeviceClass? deviceClass) : Field("Switch")
{
    private static readonly byte[][] On = Words("on", "1");
    private static readonly byte[][] Off = Words("off", "0");

    private readonly Quantity? _own = deviceClass?.Own();
    private readonly ActionWords _press = new("Switch", DeviceClass.EmergencyButton);

    protected override string Allowed => "ON or OFF (SwitchMode 1 or 2)";

    protected override bool TryRead(scoped FieldValue value, ref GatheredValues into)
    {
        if (_own is not { } own)
        {
            return true;
        }
        bool on = value.IsOneOf(On);
        if (!on && !value.IsOneOf(Off))
        {
            return own == Emergency && _press.Read(value, ref into) is null;
        }
        into.Flag(own, on != (own == Contact));
        return true;
    }
}
