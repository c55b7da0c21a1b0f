using System.Diagnostics;
using System.Runtime.InteropServices;
using System.Text;

namespace SmartCourtyard.Acceptance.Estates;

/// <summary>A real process with its output kept, that can be killed, stopped and continued like any other.</summary>
internal sealed partial class RunningProgram : IAsyncDisposable
{
    private const int SigHangUp = 1;
    private const int SigInterrupt = 2;
    private const int SigQuit = 3;
    private const int SigKill = 9;
    private const int SigTerm = 15;
    private const int SigStop = 19;
    private const int SigContinue = 18;
    private const int LinesKept = 2_000;

    // A folder that keeps the whole output of each program, a line with its time, for a failure that must be traced afterwards.
    private static readonly string? LogFolder = Environment.GetEnvironmentVariable("SMARTCOURTYARD_LOGS");

    private readonly Process _process;
    private readonly Queue<string> _lines = new();
    private StreamWriter? _log;
    private bool _disposed;

    private RunningProgram(Process process) => _process = process;

    public int Id => _process.Id;

    public bool HasExited => _process.HasExited;

    public int ExitCode => _process.ExitCode;

    /// <summary>Resident memory in bytes, as the kernel counts it.</summary>
    public long ResidentBytes => long.Parse(
        File.ReadLines($"/proc/{Id}/status").First(l => l.StartsWith("VmRSS:", StringComparison.Ordinal)).Split(' ', StringSplitOptions.RemoveEmptyEntries)[1],
        System.Globalization.CultureInfo.InvariantCulture) * 1024;

    public string Output
    {
        get
        {
            lock (_lines)
            {
                return string.Join('\n', _lines);
            }
        }
    }

    public static RunningProgram Start(string file, IEnumerable<string> arguments, IReadOnlyDictionary<string, string>? environment = null)
    {
        var start = new ProcessStartInfo(file)
        {
            RedirectStandardOutput = true, RedirectStandardError = true, RedirectStandardInput = true, UseShellExecute = false,
            StandardOutputEncoding = Encoding.UTF8, StandardErrorEncoding = Encoding.UTF8,
        };
        foreach (var argument in arguments)
        {
            start.ArgumentList.Add(argument);
        }

        foreach (var (key, value) in environment ?? new Dictionary<string, string>())
        {
            start.Environment[key] = value;
        }

        var process = new Process { StartInfo = start };
        var program = new RunningProgram(process);
        process.OutputDataReceived += program.Keep;
        process.ErrorDataReceived += program.Keep;
        process.Start();
        program.OpenLog();
        process.StandardInput.Close();
        process.BeginOutputReadLine();
        process.BeginErrorReadLine();
        return program;
    }

    public async Task KillAsync()
    {
        lock (_lines)
        {
            _log?.WriteLine(Moment() + "killed");
        }

        Signal(SigKill);
        await _process.WaitForExitAsync();
    }

    public void Terminate() => Signal(SigTerm);

    public void HangUp() => Signal(SigHangUp);

    public void Interrupt() => Signal(SigInterrupt);

    public void Quit() => Signal(SigQuit);

    public void WaitForExit() => _process.WaitForExit();

    public void Freeze() => Signal(SigStop);

    public void Thaw() => Signal(SigContinue);

    public async Task<int> ExitAsync(TimeSpan within)
    {
        using var deadline = new CancellationTokenSource(within, TimeProvider.System);
        await _process.WaitForExitAsync(deadline.Token);
        return _process.ExitCode;
    }

    public async ValueTask DisposeAsync()
    {
        if (_disposed)
        {
            return;
        }

        _disposed = true;
        if (!_process.HasExited)
        {
            await KillAsync();
        }

        _process.Dispose();
        lock (_lines)
        {
            _log?.Dispose();
            _log = null;
        }
    }

    private void Signal(int signal)
    {
        if (!_process.HasExited)
        {
            _ = Kill(_process.Id, signal);
        }
    }

    private void Keep(object sender, DataReceivedEventArgs line)
    {
        if (line.Data is null)
        {
            return;
        }

        lock (_lines)
        {
            _log?.WriteLine(Moment() + line.Data);
            _lines.Enqueue(line.Data);
            if (_lines.Count > LinesKept)
            {
                _lines.Dequeue();
            }
        }
    }

    private void OpenLog()
    {
        if (!string.IsNullOrEmpty(LogFolder))
        {
            var arguments = string.Join(' ', _process.StartInfo.ArgumentList.Select(Path.GetFileName));
            _log = new StreamWriter(Path.Combine(LogFolder, $"{TimeProvider.System.GetUtcNow():HHmmss.ffffff}-{_process.Id}.log")) { AutoFlush = true };
            _log.WriteLine($"{Moment()}started: {_process.StartInfo.FileName} {arguments}");
        }
    }

    private static string Moment() => $"{TimeProvider.System.GetUtcNow():HH:mm:ss.ffffff} ";

    [LibraryImport("libc", EntryPoint = "kill")]
    private static partial int Kill(int process, int signal);
}
