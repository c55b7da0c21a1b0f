using System.Globalization;

namespace SmartCourtyard.Chaos;

/// <summary>The wall clock of one program, by libfaketime; its monotonic clock stays true, as on a machine whose time is set.</summary>
internal sealed class WallClock(string file)
{
    private static readonly string? Library = Directory.Exists("/usr/lib")
        ? Directory.EnumerateFiles("/usr/lib", "libfaketimeMT.so.1", new EnumerationOptions { RecurseSubdirectories = true, IgnoreInaccessible = true }).FirstOrDefault()
        : null;

    public static bool CanBeMoved => Library is not null;

    /// <summary>The program must be started with this.</summary>
    public IReadOnlyDictionary<string, string> Environment { get; } = new Dictionary<string, string>
    {
        ["LD_PRELOAD"] = Library ?? "", ["FAKETIME_TIMESTAMP_FILE"] = file, ["FAKETIME_DONT_FAKE_MONOTONIC"] = "1", ["FAKETIME_CACHE_DURATION"] = "1",
        ["NO_FAKE_STAT"] = "1", ["FAKETIME_DISABLE_SHM"] = "1",
    };

    /// <summary>Moves the clock to so much before or behind the true time.</summary>
    public void Move(TimeSpan from)
    {
        // Replaced as a whole: the program reads it at any moment.
        File.WriteAllText(file + ".new", string.Create(CultureInfo.InvariantCulture, $"{from.TotalSeconds:+0;-0;+0}\n"));
        File.Move(file + ".new", file, overwrite: true);
    }
}
