using System.Runtime.InteropServices;

namespace SmartCourtyard.Gateway.Devices.Modbus;

/// <summary>The calls into libmodbus (Debian's libmodbus5) that the gateway makes; all of them block, and -1 means errno.</summary>
internal static partial class LibModbus
{
    /// <summary>Added by libmodbus to what the slave or the protocol itself found wrong, to keep clear of the system's errno.</summary>
    public const int ErrnoBase = 112_345_678;

    private const string Library = "libmodbus.so.5";

    /// <summary>Whether the library is on this machine; looked for again each time, so that installing it needs no restart.</summary>
    public static bool IsInstalled => NativeLibrary.TryLoad(Library, typeof(LibModbus).Assembly, DllImportSearchPath.SafeDirectories, out _);

    [LibraryImport(Library, EntryPoint = "modbus_new_tcp_pi", StringMarshalling = StringMarshalling.Utf8, SetLastError = true)]
    public static partial nint NewTcp(string node, string service);

    [LibraryImport(Library, EntryPoint = "modbus_new_rtu", StringMarshalling = StringMarshalling.Utf8, SetLastError = true)]
    public static partial nint NewRtu(string device, int baud, byte parity, int dataBits, int stopBits);

    [LibraryImport(Library, EntryPoint = "modbus_connect", SetLastError = true)]
    public static partial int Connect(nint context);

    [LibraryImport(Library, EntryPoint = "modbus_close")]
    public static partial void Close(nint context);

    [LibraryImport(Library, EntryPoint = "modbus_free")]
    public static partial void Free(nint context);

    [LibraryImport(Library, EntryPoint = "modbus_flush", SetLastError = true)]
    public static partial int Flush(nint context);

    [LibraryImport(Library, EntryPoint = "modbus_set_slave", SetLastError = true)]
    public static partial int SetSlave(nint context, int slave);

    [LibraryImport(Library, EntryPoint = "modbus_set_response_timeout", SetLastError = true)]
    public static partial int SetResponseTimeout(nint context, uint seconds, uint microseconds);

    [LibraryImport(Library, EntryPoint = "modbus_set_byte_timeout", SetLastError = true)]
    public static partial int SetByteTimeout(nint context, uint seconds, uint microseconds);

    [LibraryImport(Library, EntryPoint = "modbus_read_bits", SetLastError = true)]
    public static partial int ReadCoils(nint context, int address, int count, [Out] byte[] into);

    [LibraryImport(Library, EntryPoint = "modbus_read_input_bits", SetLastError = true)]
    public static partial int ReadDiscrete(nint context, int address, int count, [Out] byte[] into);

    [LibraryImport(Library, EntryPoint = "modbus_read_registers", SetLastError = true)]
    public static partial int ReadHolding(nint context, int address, int count, [Out] ushort[] into);

    [LibraryImport(Library, EntryPoint = "modbus_read_input_registers", SetLastError = true)]
    public static partial int ReadInput(nint context, int address, int count, [Out] ushort[] into);

    [LibraryImport(Library, EntryPoint = "modbus_write_bit", SetLastError = true)]
    public static partial int WriteCoil(nint context, int address, int on);

    [LibraryImport(Library, EntryPoint = "modbus_write_bits", SetLastError = true)]
    public static partial int WriteCoils(nint context, int address, int count, byte[] values);

    [LibraryImport(Library, EntryPoint = "modbus_write_register", SetLastError = true)]
    public static partial int WriteHolding(nint context, int address, ushort value);

    [LibraryImport(Library, EntryPoint = "modbus_write_registers", SetLastError = true)]
    public static partial int WriteHoldings(nint context, int address, int count, ushort[] values);
}
