using System.Diagnostics;
using System.Runtime.CompilerServices;

namespace SmartCourtyard.Mqtt.Tests;

/// <summary>Runs the scripts beside this file; fetches their packages once if they are missing.</summary>
internal static class Node
{
    private static readonly SemaphoreSlim s_once = new(1, 1);

    private static string Folder { get; } = Path.Combine(Here(), "node");

    internal static async Task<Process> StartAsync(string script, params string[] arguments)
    {
        await s_once.WaitAsync();
        try
        {
            if (!File.Exists(Path.Combine(Folder, "node_modules", ".package-lock.json")))
            {
                using Process install = Process.Start(new ProcessStartInfo("npm", ["ci", "--no-audit", "--no-fund", "--loglevel=error"]) { WorkingDirectory = Folder })!;
                await install.WaitForExitAsync();
                Assert.Equal(0, install.ExitCode);
            }
        }
        finally
        {
            s_once.Release();
        }

        return Process.Start(new ProcessStartInfo("node", [script, .. arguments]) { WorkingDirectory = Folder, RedirectStandardInput = true, RedirectStandardOutput = true })!;
    }

    private static string Here([CallerFilePath] string file = "") => Path.GetDirectoryName(file)!;
}
