using System.Globalization;
using System.Runtime.InteropServices;
using SmartCourtyard.Courtyards;
using SmartCourtyard.Sources;

namespace SmartCourtyard.Gateway.Devices.Modbus;

/// <summary>An open bus. Every call blocks; all are made on the bus's own thread.</summary>
internal sealed class ModbusLink
{
    public const int MostRegisters = 125;
    public const int MostBits = 2_000;

    // Within an answer: longer than any converter keeps its bytes back (16 ms is usual).
    private static readonly TimeSpan BetweenBytes = TimeSpan.FromMilliseconds(200);
    private static readonly TimeSpan ConnectWithin = TimeSpan.FromSeconds(3);

    private readonly nint _context;
    private readonly byte[] _bits = new byte[MostBits];

    private ModbusLink(nint context) => _context = context;

    /// <summary>What was read last: registers, or bits as 0 and 1.</summary>
    public ushort[] Values { get; } = new ushort[MostBits];

    /// <summary>Opens a bus; or says in plain words why it cannot be.</summary>
    public static (ModbusLink? Link, string? Problem) Open(ModbusLine line)
    {
        if (!LibModbus.IsInstalled)
        {
            return (null, "libmodbus5 is not installed on this machine (sudo apt-get install libmodbus5), so no Modbus device can be heard");
        }

        var context = line switch
        {
            ModbusTcp tcp => LibModbus.NewTcp(tcp.Host, tcp.Port.ToString(CultureInfo.InvariantCulture)),
            ModbusRtu rtu => LibModbus.NewRtu(rtu.Port, rtu.Baud, (byte)"NEO"[(int)rtu.Parity], 8, rtu.StopBits),
            _ => 0,
        };
        if (context == 0)
        {
            return (null, $"{line.Name}: {Marshal.GetLastPInvokeErrorMessage()}");
        }

        _ = LibModbus.SetByteTimeout(context, 0, Microseconds(BetweenBytes));
        _ = LibModbus.SetResponseTimeout(context, (uint)ConnectWithin.TotalSeconds, 0);
        if (LibModbus.Connect(context) == 0)
        {
            return (new ModbusLink(context), null);
        }

        var errno = Marshal.GetLastPInvokeError();
        LibModbus.Free(context);
        return (null, $"{line.Name}: {(errno == 0 ? "the name is not known" : Marshal.GetPInvokeErrorMessage(errno))}");
    }

    /// <summary>Asks once; the values are in <see cref="Values"/>.</summary>
    public ReadAnswer Read(ModbusTable table, int unit, int address, int count, TimeSpan timeout)
    {
        if (!Address(unit, timeout))
        {
            return new ReadAnswer(ReadOutcome.LineLost, Errno: Marshal.GetLastPInvokeError());
        }

        var read = table switch
        {
            ModbusTable.Coil => LibModbus.ReadCoils(_context, address, count, _bits),
            ModbusTable.Discrete => LibModbus.ReadDiscrete(_context, address, count, _bits),
            ModbusTable.Input => LibModbus.ReadInput(_context, address, count, Values),
            _ => LibModbus.ReadHolding(_context, address, count, Values),
        };
        if (read < 0)
        {
            return ReadAnswer.Of(Marshal.GetLastPInvokeError());
        }

        for (var i = 0; i < count && table is ModbusTable.Coil or ModbusTable.Discrete; i++)
        {
            Values[i] = _bits[i];
        }

        return new ReadAnswer(ReadOutcome.Read);
    }

    /// <summary>Writes one coil or register; that the slave took it is no proof that it holds.</summary>
    /// <param name="asMany">By the function that writes several: some slaves know no other.</param>
    public ReadAnswer Write(ModbusTable table, int unit, int address, ushort value, bool asMany, TimeSpan timeout)
    {
        if (!Address(unit, timeout))
        {
            return new ReadAnswer(ReadOutcome.LineLost, Errno: Marshal.GetLastPInvokeError());
        }

        var written = (table, asMany) switch
        {
            (ModbusTable.Coil, false) => LibModbus.WriteCoil(_context, address, value),
            (ModbusTable.Coil, true) => LibModbus.WriteCoils(_context, address, 1, [(byte)value]),
            (_, false) => LibModbus.WriteHolding(_context, address, value),
            (_, true) => LibModbus.WriteHoldings(_context, address, 1, [value]),
        };
        return written < 0 ? ReadAnswer.Of(Marshal.GetLastPInvokeError()) : new ReadAnswer(ReadOutcome.Read);
    }

    /// <summary>Drops what the line still brings.</summary>
    public void Drain() => _ = LibModbus.Flush(_context);

    public void Close()
    {
        LibModbus.Close(_context);
        LibModbus.Free(_context);
    }

    // What stands in the line's buffer answers no question of now.
    private bool Address(int unit, TimeSpan timeout) => LibModbus.Flush(_context) >= 0 && LibModbus.SetSlave(_context, unit) >= 0
        && LibModbus.SetResponseTimeout(_context, (uint)timeout.TotalSeconds, Microseconds(timeout)) >= 0;

    private static uint Microseconds(TimeSpan time) => (uint)(time.Ticks % TimeSpan.TicksPerSecond / TimeSpan.TicksPerMicrosecond);
}
