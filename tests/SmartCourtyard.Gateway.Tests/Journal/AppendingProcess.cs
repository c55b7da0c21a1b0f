using System.Collections.Concurrent;
using System.Diagnostics;
using SmartCourtyard.Gateway.Tests.Watch;

namespace SmartCourtyard.Gateway.Tests.Journal;

/// <summary>The appending program in a process of its own.</summary>
internal sealed class AppendingProcess : IDisposable
{
    private readonly Process _process;

    /// <param name="journal">The journal's file.</param>
    /// <param name="syncsTo">Where every wish to have a file on disk is written down; null: nowhere.</param>
    public AppendingProcess(string journal, string? syncsTo = null)
    {
        var trace = syncsTo is null ? "" : $"strace -D -f -qq -y -e trace=fsync,fdatasync -o '{syncsTo}' ";
        // Without the trap the system would end a program that meets the limit of a file, instead of refusing the write.
        _process = Process.Start(new ProcessStartInfo(
            "bash", ["-c", $"trap '' XFSZ; exec {trace}dotnet exec \"$0\" \"$1\"", typeof(AppendingProgram).Assembly.Location, journal])
        {
            RedirectStandardOutput = true, RedirectStandardError = true,
        })!;
        _process.OutputDataReceived += (_, line) => Take(line.Data);
        _process.ErrorDataReceived += (_, line) => Errors.Enqueue(line.Data ?? "");
        _process.BeginOutputReadLine();
        _process.BeginErrorReadLine();
    }

    public ConcurrentQueue<string> Stored { get; } = [];

    public ConcurrentQueue<string> Refused { get; } = [];

    public ConcurrentQueue<string> Failing { get; } = [];

    public ConcurrentQueue<string> Errors { get; } = [];

    public Task UntilAsync(Func<bool> condition, string what)
        => Eventually.Holds(() => condition() || Ended(), what, seconds: 60);

    /// <summary>No file may grow beyond this: a real error of the disk for whoever writes. The limit can be lifted again.</summary>
    public async Task LimitFilesAsync(string bytes)
    {
        using var limit = Process.Start("prlimit", ["--pid", $"{_process.Id}", $"--fsize={bytes}:"]);
        await limit.WaitForExitAsync();
        Assert.Equal(0, limit.ExitCode);
    }

    public async Task KillAsync()
    {
        _process.Kill();
        // Waits for the last lines as well.
        await _process.WaitForExitAsync();
    }

    public void Dispose()
    {
        if (!_process.HasExited)
        {
            _process.Kill();
        }

        _process.Dispose();
    }

    private bool Ended()
    {
        Assert.False(_process.HasExited, "the program ended by itself: " + string.Join('\n', Errors));
        return false;
    }

    private void Take(string? line)
    {
        switch (line?.Split(' '))
        {
            case ["stored", var first, var second]:
                Stored.Enqueue(first);
                Stored.Enqueue(second);
                break;
            case ["refused", var first, var second]:
                Refused.Enqueue(first);
                Refused.Enqueue(second);
                break;
            case ["failing", var word]:
                Failing.Enqueue(word);
                break;
        }
    }
}
