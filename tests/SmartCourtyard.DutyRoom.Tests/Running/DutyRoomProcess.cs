using System.Diagnostics;
using System.Text.RegularExpressions;

namespace SmartCourtyard.DutyRoom.Tests.Running;

/// <summary>The built program as a process of its own, to be killed.</summary>
internal sealed partial class DutyRoomProcess : IDisposable
{
    private readonly Process process;

    private DutyRoomProcess(Process process, string address) => (this.process, Address) = (process, address);

    public string Address { get; }

    public static async Task<DutyRoomProcess> StartAsync(string folder, params (string Name, string Value)[] environment)
    {
        var process = Launch(RunningDutyRoom.Arguments(folder), environment);
        while (await process.StandardOutput.ReadLineAsync() is { } line)
        {
            if (Listening().Match(line) is { Success: true } match)
            {
                // Somebody must go on reading, or the program would stop at a full pipe.
                _ = process.StandardOutput.ReadToEndAsync();
                return new(process, match.Groups[1].Value);
            }
        }

        throw new InvalidOperationException("it did not start: " + await process.StandardError.ReadToEndAsync());
    }

    /// <summary>Runs to its end and tells how it ended.</summary>
    public static async Task<(int ExitCode, string Error)> RunAsync(string[] arguments, params (string Name, string Value)[] environment)
    {
        using var process = Launch(arguments, environment);
        _ = process.StandardOutput.ReadToEndAsync();
        var error = await process.StandardError.ReadToEndAsync();
        await process.WaitForExitAsync();
        return (process.ExitCode, error.Trim());
    }

    /// <summary>kill -9: nothing is flushed, nobody is asked.</summary>
    public async Task KillAsync()
    {
        process.Kill();
        await process.WaitForExitAsync();
    }

    public void Dispose()
    {
        if (!process.HasExited)
        {
            process.Kill();
            process.WaitForExit();
        }

        process.Dispose();
    }

    private static Process Launch(string[] arguments, params (string Name, string Value)[] environment)
    {
        var start = new ProcessStartInfo("dotnet") { RedirectStandardOutput = true, RedirectStandardError = true, WorkingDirectory = Path.GetTempPath() };
        start.ArgumentList.Add(typeof(DutyRoomProgram).Assembly.Location);
        foreach (var argument in arguments)
        {
            start.ArgumentList.Add(argument);
        }

        foreach (var (name, value) in environment)
        {
            start.Environment[name] = value;
        }

        return Process.Start(start)!;
    }

    [GeneratedRegex(@"Now listening on: (http://\S+)")]
    private static partial Regex Listening();
}
