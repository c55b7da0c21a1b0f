using System.Diagnostics;
using SmartCourtyard.Gateway.Tests.Watch;

namespace SmartCourtyard.Gateway.Tests.Devices.Modbus;

/// <summary>Two serial ports with a wire between them, made by socat; the near end is the gateway's.</summary>
internal sealed class SerialLine : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("serial-").FullName;
    private Process? _socat;

    public string Near => Path.Combine(_folder, "near");

    public string Far => Path.Combine(_folder, "far");

    public async Task PlugAsync()
    {
        _socat = Process.Start("socat", [$"pty,raw,echo=0,link={Near}", $"pty,raw,echo=0,link={Far}"]);
        await Eventually.Holds(() => File.Exists(Near) && File.Exists(Far), "both ends of the serial line");
    }

    /// <summary>As if the converter were pulled out: the device file goes away under whoever has it open.</summary>
    public void Unplug()
    {
        _socat!.Kill();
        _socat.WaitForExit();
        _socat.Dispose();
        _socat = null;
        File.Delete(Near);
        File.Delete(Far);
    }

    /// <summary>Bytes that arrive at the gateway and come from no slave.</summary>
    public void Noise(ReadOnlySpan<byte> bytes)
    {
        using var far = new FileStream(Far, FileMode.Open, FileAccess.Write, FileShare.ReadWrite, bufferSize: 0);
        far.Write(bytes);
    }

    public void Dispose()
    {
        if (_socat is not null)
        {
            Unplug();
        }

        Directory.Delete(_folder, recursive: true);
    }
}
