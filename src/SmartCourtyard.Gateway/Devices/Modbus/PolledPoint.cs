using System.Buffers.Binary;
using System.Globalization;
using SmartCourtyard.Courtyards;
using SmartCourtyard.Readings;
using SmartCourtyard.Sources;

namespace SmartCourtyard.Gateway.Devices.Modbus;

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

    public Device Device { get; }

    public ModbusPoint At { get; }

    /// <summary>What a technician would look up, for example <c>input 12</c>.</summary>
    public string Where => string.Create(CultureInfo.InvariantCulture, $"{Word(At.Table)} {At.Address}");

    /// <summary>The value in the quantity's unit; null where the device does not know it, or with a problem where it cannot be.</summary>
    public double? Value(ReadOnlySpan<ushort> words, out string? problem)
    {
        problem = null;
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
