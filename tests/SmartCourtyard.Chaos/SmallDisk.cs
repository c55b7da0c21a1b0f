using System.Diagnostics;
using System.Globalization;

namespace SmartCourtyard.Chaos;

/// <summary>A folder with a file system of its own, small enough to be filled.</summary>
internal sealed class SmallDisk(string folder, int megabytes) : IAsyncDisposable
{
    private readonly string _filler = Path.Combine(folder, "filler");

    public async Task MountAsync()
    {
        Directory.CreateDirectory(folder);
        await RunAsync("mount", "-t", "tmpfs", "-o", string.Create(CultureInfo.InvariantCulture, $"size={megabytes}m"), "tmpfs", folder);
    }

    /// <summary>Writes until nothing more goes in.</summary>
    public async Task FillAsync()
    {
        await using var file = new FileStream(_filler, FileMode.Create, FileAccess.Write, FileShare.None, bufferSize: 0);
        for (var block = 1024 * 1024; block >= 512;)
        {
            try
            {
                await file.WriteAsync(new byte[block]);
            }
            catch (IOException)
            {
                block /= 2;
            }
        }
    }

    public void Empty() => File.Delete(_filler);

    public async ValueTask DisposeAsync() => await RunAsync("umount", "--lazy", folder);

    private static async Task RunAsync(string program, params string[] arguments)
    {
        using var process = Process.Start(program, arguments);
        await process.WaitForExitAsync();
        if (process.ExitCode != 0)
        {
            throw new InvalidOperationException($"{program} {string.Join(' ', arguments)}: exit code {process.ExitCode}");
        }
    }
}
