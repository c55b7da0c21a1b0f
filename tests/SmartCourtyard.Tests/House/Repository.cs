using System.Collections.Concurrent;
using System.Diagnostics;

namespace SmartCourtyard.Tests.HouseTests;

/// <summary>The source tree this test was built from.</summary>
internal static class Repository
{
    private static readonly string[] Built = ["bin", "obj", "node_modules", "wwwroot", ".git", ".data"];

    private static readonly ConcurrentDictionary<string, string> Texts = new(StringComparer.Ordinal);

    public static string Root { get; } = FindRoot();

    /// <summary>The files that git knows; where there is no git, all that were not built.</summary>
    public static IReadOnlyList<string> Tracked { get; } = Git() ?? Walk();

    public static IEnumerable<string> Sources(string under)
        => Tracked.Where(f => f.StartsWith(under, StringComparison.Ordinal) && f.EndsWith(".cs", StringComparison.Ordinal));

    public static string Read(string file) => Texts.GetOrAdd(file, f => File.ReadAllText(Path.Combine(Root, f)));

    private static string FindRoot()
    {
        var folder = new DirectoryInfo(AppContext.BaseDirectory);
        while (!File.Exists(Path.Combine(folder.FullName, "SmartCourtyard.sln")))
        {
            folder = folder.Parent ?? throw new InvalidOperationException("no SmartCourtyard.sln above " + AppContext.BaseDirectory);
        }

        return folder.FullName;
    }

    private static List<string>? Git()
    {
        try
        {
            using var git = Process.Start(new ProcessStartInfo("git", ["-C", Root, "ls-files", "-z", "--cached", "--others", "--exclude-standard"])
            {
                RedirectStandardOutput = true, RedirectStandardError = true,
            })!;
            var files = git.StandardOutput.ReadToEnd().Split('\0', StringSplitOptions.RemoveEmptyEntries);
            git.WaitForExit();
            return git.ExitCode == 0 ? [.. files.Where(f => File.Exists(Path.Combine(Root, f)))] : null;
        }
        catch (System.ComponentModel.Win32Exception)
        {
            return null;
        }
    }

    private static List<string> Walk() =>
    [
        .. Directory.EnumerateFiles(Root, "*", SearchOption.AllDirectories).Select(f => Path.GetRelativePath(Root, f))
            .Where(f => !f.Split('/').Any(part => Built.Contains(part))),
    ];
}
