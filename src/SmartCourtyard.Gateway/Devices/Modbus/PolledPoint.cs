using System.Buffers.Binary;
using System.Globalization;
using SmartCourtyard.Courtyards;
using SmartCourtyard.Readings;
using SmartCourtyard.Sources;

namespace SmartCourtyard.Gateway.Devices.Modbus;

/// <summary>What a value says.</summary>
internal enum PointRole
{
    /// <summary>A quantity.</summary>
    Quantity,

    /// <summary>What was written to an actuator, as it stands in the slave.</summary>
    Output,

    /// <summary>Whether an actuator has moved.</summary>
    Feedback,
}

/// <summary>One value of one device, and how the registers become it.</summary>
internal sealed class PolledPoint
{
    private readonly Func<double, double> _toUnit;
    private readonly (double Lowest, double Highest) _plausible;

    public PolledPoint(Device device, ModbusPoint at)
    {
        Device = device;
        At = at;
        var convert = (at.Unit is null ? null : Units.To(at.Quantity, at.Unit)) ?? (value => value);
        // Of other units the volume is known.
        var countsFrom = at is { Quantity: Quantity.Methane, Unit: null or "%LEL" } ? device.LelBase : Units.LelBasePercent;
        _toUnit = value => Units.RebaseLel(convert(value), countsFrom);
        _plausible = PlausibleRange.Of(at.Quantity);
    }

    public PointRole Role { get; private init; }

    public Device Device { get; }

    public ModbusPoint At { get; }

    /// <summary>What a technician would look up, for example <c>input 12</c>.</summary>
    public string Where => string.Create(CultureInfo.InvariantCulture, $"{Word(At.Table)} {At.Address}");

    /// <summary>What is read of a device: its quantities, and of an actuator what it does.</summary>
    public static IEnumerable<PolledPoint> Of(Device device)
    {
        var source = (ModbusSource)device.Source;
        foreach (var point in source.Points)
        {
            yield return new PolledPoint(device, point);
        }

        if (source.Output is { } output)
        {
            // No quantity says what an actuator does: this one only stands in its place.
            yield return new PolledPoint(device, new ModbusPoint(Quantity.Fault, output.Table, output.Address, ModbusType.Unsigned16)) { Role = PointRole.Output };
            if (output.Feedback is { } moved)
            {
                var at = new ModbusPoint(Quantity.Fault, moved.Table, moved.Address, ModbusType.Flag, Bit: moved.Bit, Inverted: moved.Inverted);
                yield return new PolledPoint(device, at) { Role = PointRole.Feedback };
            }
        }
    }

    /// <summary>The value in the quantity's unit; null where the device does not know it, or with a problem where it cannot be.</summary>
    public double? Value(ReadOnlySpan<ushort> words, out string? problem)
    {
        problem = null;
        if (Role == PointRole.Output)
        {
            return words[0];
        }

        if (At.Type == ModbusType.Flag)
        {
            var on = At.Bit is { } bit ? ((words[0] >> bit) & 1) != 0 : words[0] != 0;
            return on != At.Inverted ? 1 : 0;
        }

        var raw = Raw(words);
        if (!double.IsFinite(raw))
        {
            return null;
        }

        var value = _toUnit((raw * At.Scale) + At.Offset);
        if (value >= _plausible.Lowest && value <= _plausible.Highest)
        {
            return value;
        }

        problem = string.Create(
            CultureInfo.InvariantCulture,
            $"{At.Quantity.Name()} in {Where} is {raw}, which makes {value:G6} {At.Quantity.Unit()}: {_plausible.Lowest} to {_plausible.Highest} {At.Quantity.Unit()}");
        return null;
    }

    public static string Word(ModbusTable table) => table switch
    {
        ModbusTable.Coil => "coil",
        ModbusTable.Discrete => "discrete",
        ModbusTable.Input => "input",
        _ => "holding",
    };

    private double Raw(ReadOnlySpan<ushort> words) => At.Type switch
    {
        ModbusType.Signed16 => (short)words[0],
        ModbusType.Unsigned16 => words[0],
        ModbusType.Signed32 => (int)Long(words),
        ModbusType.Unsigned32 => Long(words),
        _ => BitConverter.UInt32BitsToSingle(Long(words)),
    };

    private uint Long(ReadOnlySpan<ushort> words)
    {
        var (first, second) = (words[0], words[1]);
        if (At.Order is ModbusOrder.Badc or ModbusOrder.Dcba)
        {
            (first, second) = (BinaryPrimitives.ReverseEndianness(first), BinaryPrimitives.ReverseEndianness(second));
        }

        return At.Order is ModbusOrder.Abcd or ModbusOrder.Badc ? ((uint)first << 16) | second : ((uint)second << 16) | first;
    }
}
