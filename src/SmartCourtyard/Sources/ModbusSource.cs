using SmartCourtyard.Courtyards;
using SmartCourtyard.Readings;

namespace SmartCourtyard.Sources;

/// <summary>A device that is asked by Modbus.</summary>
/// <param name="Line">The bus it hangs on.</param>
/// <param name="Unit">Its address there: 1 to 247, by TCP also 0 and 255.</param>
/// <param name="Points">What is read, one a quantity; empty only where there is an <see cref="Output"/>.</param>
/// <param name="Interval">How often it is asked; null for the default of its class (1 s where it may raise an alarm, 10 s otherwise).</param>
/// <param name="Timeout">How long it may take to answer; null for 1 s.</param>
public sealed record ModbusSource(
    ModbusLine Line, int Unit, IReadOnlyList<ModbusPoint> Points, TimeSpan? Interval = null, TimeSpan? Timeout = null) : Source
{
    /// <summary>How it is moved; null where it is only heard.</summary>
    public ModbusOutput? Output { get; init; }

    /// <inheritdoc />
    public override IReadOnlyList<string> DependsOn => [Line.Part];
}

/// <summary>One Modbus bus: a TCP address or a serial port. Equal lines are the same bus.</summary>
public abstract record ModbusLine
{
    /// <summary>What a technician calls it, for example <c>tcp 192.0.2.7:502</c> or <c>rtu /dev/ttyUSB0</c>.</summary>
    public abstract string Name { get; }

    /// <summary>The bus as a part of the gateway that its devices depend on, for example <c>modbus tcp 192.0.2.7:502</c>.</summary>
    public string Part => "modbus " + Name;
}

/// <summary>Modbus TCP: a device, or a converter with a serial bus behind it.</summary>
/// <param name="Host">Name or address, lower case; an IPv6 address without brackets.</param>
/// <param name="Port">1 to 65535.</param>
public sealed record ModbusTcp(string Host, int Port) : ModbusLine
{
    /// <inheritdoc />
    public override string Name => Host.Contains(':', StringComparison.Ordinal) ? $"tcp [{Host}]:{Port}" : $"tcp {Host}:{Port}";
}

/// <summary>Modbus RTU on a serial port, eight data bits.</summary>
/// <param name="Port">The device file, for example <c>/dev/serial/by-id/…</c>.</param>
/// <param name="Baud">Bits a second.</param>
/// <param name="Parity">Parity of each character.</param>
/// <param name="StopBits">1 or 2.</param>
public sealed record ModbusRtu(string Port, int Baud, ModbusParity Parity, int StopBits) : ModbusLine
{
    /// <inheritdoc />
    public override string Name => $"rtu {Port}";
}

/// <summary>Parity on a serial Modbus bus.</summary>
public enum ModbusParity
{
#pragma warning disable CS1591 // each name says what it is
    None, Even, Odd,
#pragma warning restore CS1591
}

/// <summary>Where a value stands in a Modbus device.</summary>
public enum ModbusTable
{
    /// <summary>A bit that can be written (function 1 reads it).</summary>
    Coil,
    /// <summary>A bit that can only be read (function 2).</summary>
    Discrete,
    /// <summary>A 16-bit register that can only be read (function 4).</summary>
    Input,
    /// <summary>A 16-bit register that can be written (function 3 reads it).</summary>
    Holding,
}

/// <summary>How the bits of one or two registers make a number.</summary>
public enum ModbusType
{
#pragma warning disable CS1591 // each name says what it is
    Flag, Signed16, Unsigned16, Signed32, Unsigned32, Real32,
#pragma warning restore CS1591
}

/// <summary>In which order the four bytes A (highest) to D of a 32-bit value stand in its two registers.</summary>
public enum ModbusOrder
{
#pragma warning disable CS1591 // each name is the order
    Abcd, Cdab, Badc, Dcba,
#pragma warning restore CS1591
}

/// <summary>One value in a Modbus device: number = register × <paramref name="Scale"/> + <paramref name="Offset"/>, in <paramref name="Unit"/>.</summary>
/// <param name="Quantity">What it means.</param>
/// <param name="Table">Which of the four tables.</param>
/// <param name="Address">As it goes over the line, counted from 0: 0 to 65535.</param>
/// <param name="Type">How it is read; <see cref="ModbusType.Flag"/> for every boolean quantity.</param>
/// <param name="Order">For 32-bit types.</param>
/// <param name="Bit">For a boolean in a register: which bit, 0 (lowest) to 15; null where any bit that is set means on.</param>
/// <param name="Inverted">For a boolean: 0 means on.</param>
/// <param name="Scale">Factor; not 0.</param>
/// <param name="Offset">Added after the factor.</param>
/// <param name="Unit">The unit the number then has; null for the quantity's own.</param>
public sealed record ModbusPoint(
    Quantity Quantity, ModbusTable Table, int Address, ModbusType Type, ModbusOrder Order = ModbusOrder.Abcd, int? Bit = null,
    bool Inverted = false, double Scale = 1, double Offset = 0, string? Unit = null)
{
    /// <summary>How many registers, or bits in a table of bits, the value takes: 1 or 2.</summary>
    public int Width => Type is ModbusType.Signed32 or ModbusType.Unsigned32 or ModbusType.Real32 ? 2 : 1;
}
