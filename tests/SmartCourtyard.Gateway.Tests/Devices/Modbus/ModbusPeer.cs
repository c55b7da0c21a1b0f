using System.Diagnostics;
using System.Globalization;
using System.Net;
using System.Net.Sockets;
using System.Text.Json;

namespace SmartCourtyard.Gateway.Tests.Devices.Modbus;

/// <summary>Slaves made of pymodbus, on a TCP port or on one end of a serial line.</summary>
internal sealed class ModbusPeer : IDisposable
{
    private readonly string[] _arguments;
    private readonly List<object> _told = [];
    private Process? _process;

    private ModbusPeer(params string[] arguments) => _arguments = arguments;

    public static ModbusPeer Tcp(int port) => new("tcp", port.ToString(CultureInfo.InvariantCulture));

    public static ModbusPeer Rtu(string device) => new("rtu", device);

    /// <summary>Starts, or starts again with all that it was told before.</summary>
    public async Task StartAsync()
    {
        var start = new ProcessStartInfo("/usr/bin/python3", [Path.Combine(AppContext.BaseDirectory, "Devices", "Modbus", "slave.py"), .. _arguments])
        {
            RedirectStandardInput = true, RedirectStandardOutput = true, RedirectStandardError = true,
        };
        _process = Process.Start(start)!;
        var errors = new List<string?>();
        _process.ErrorDataReceived += (_, line) => errors.Add(line.Data);
        _process.BeginErrorReadLine();
        Assert.True(await _process.StandardOutput.ReadLineAsync() == "ready", string.Join('\n', errors));
        foreach (var command in _told)
        {
            await SendAsync(command);
        }
    }

    public async Task TellAsync(object command)
    {
        _told.Add(command);
        await SendAsync(command);
    }

    /// <summary>What a slave was asked, or what was written to it, so far: function, address and value each.</summary>
    public async Task<int[][]> AskAsync(int unit, string what)
    {
        await _process!.StandardInput.WriteLineAsync(JsonSerializer.Serialize(new { unit, ask = what }));
        await _process.StandardInput.FlushAsync();
        return JsonSerializer.Deserialize<int[][]>((await _process.StandardOutput.ReadLineAsync())!)!;
    }

    public void Kill()
    {
        _process!.Kill();
        _process.WaitForExit();
        _process.Dispose();
        _process = null;
    }

    public void Dispose()
    {
        if (_process is not null)
        {
            Kill();
        }
    }

    private async Task SendAsync(object command)
    {
        await _process!.StandardInput.WriteLineAsync(JsonSerializer.Serialize(command));
        await _process.StandardInput.FlushAsync();
        Assert.Equal("ok", await _process.StandardOutput.ReadLineAsync());
    }
}
