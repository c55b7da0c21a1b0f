namespace SmartCourtyard.Sources;

/// <summary>What is written to move an actuator, and read again to see that it holds.</summary>
/// <param name="Table"><see cref="ModbusTable.Coil"/> or <see cref="ModbusTable.Holding"/>.</param>
/// <param name="Address">As it goes over the line, counted from 0: 0 to 65535.</param>
/// <param name="On">What makes it sound, close or light: of a register 0 to 65535, of a coil 0 or 1.</param>
/// <param name="Off">The opposite; never the same as <paramref name="On"/>.</param>
public sealed record ModbusOutput(ModbusTable Table, int Address, ushort On = 1, ushort Off = 0)
{
    /// <summary>
    /// Where the device shows by itself that it has moved, such as the limit switch of a valve that is closed; null where what was
    /// written is all that can be read.
    /// </summary>
    public ModbusContact? Feedback { get; init; }
}

/// <summary>One bit in a Modbus device.</summary>
/// <param name="Table">Which of the four tables.</param>
/// <param name="Address">As it goes over the line, counted from 0: 0 to 65535.</param>
/// <param name="Bit">In a register: which bit, 0 (lowest) to 15; null where any bit that is set means yes.</param>
/// <param name="Inverted">0 means yes.</param>
public sealed record ModbusContact(ModbusTable Table, int Address, int? Bit = null, bool Inverted = false);
