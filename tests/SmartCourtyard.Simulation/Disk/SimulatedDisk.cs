namespace SmartCourtyard.Simulation.Disk;

/// <summary>What a disk can be made to do wrong.</summary>
internal sealed class DiskFaults
{
    /// <summary>No file may grow.</summary>
    public bool IsFull { get; set; }

    /// <summary>How often a write or a sync fails: 0 up to 1.</summary>
    public double Refuses { get; set; }

    /// <summary>A file of which no sync succeeds; null: none.</summary>
    public string? RefusesSyncOf { get; set; }

    /// <summary>How long a sync takes at most.</summary>
    public TimeSpan SyncTakes { get; set; }

    /// <summary>Says that it has synced and has not: no honest disk.</summary>
    public bool LiesAboutSync { get; init; }
}

/// <summary>The disk of one machine: its files, and which of their names a power cut would leave.</summary>
internal sealed class SimulatedDisk(Dice dice)
{
    private Dictionary<string, SimulatedFile> _files = new(StringComparer.Ordinal);
    private Dictionary<string, SimulatedFile> _durableNames = new(StringComparer.Ordinal);

    public DiskFaults Faults { get; init; } = new();

    public Dice Dice => dice;

    public SimulatedFile? Find(string name) => _files.GetValueOrDefault(name);

    public SimulatedFile Create(string name) => _files[name] = new SimulatedFile();

    public void Put(string name, SimulatedFile file) => _files[name] = _durableNames[name] = file;

    public void Delete(string name, bool syncFolder)
    {
        _files.Remove(name);
        if (syncFolder)
        {
            SyncFolder();
        }
    }

    public void SyncFolder() => _durableNames = new(_files, StringComparer.Ordinal);

    /// <summary>The program that used it is gone, the machine goes on.</summary>
    public void Rest()
    {
        foreach (var file in _files.Values)
        {
            file.Remember();
        }
    }

    /// <summary>All files as they are, as a backup takes them.</summary>
    public Dictionary<string, byte[]> Backup() => _files.ToDictionary(f => f.Key, f => f.Value.Content(), StringComparer.Ordinal);

    public void Restore(Dictionary<string, byte[]> backup)
    {
        _files.Clear();
        foreach (var (name, content) in backup)
        {
            Put(name, SimulatedFile.Of(content));
        }

        SyncFolder();
    }

    /// <summary>What nobody synced may be gone, in any mixture.</summary>
    public void CutPower(bool loseAll = false)
    {
        var kept = loseAll ? 0 : dice.Of(0, 0, 0.3, 0.5, 0.8, 1);
        var wholePages = dice.Falls(0.5);
        var names = _files.Keys.Union(_durableNames.Keys, StringComparer.Ordinal).Order(StringComparer.Ordinal).ToList();
        var left = new Dictionary<string, SimulatedFile>(StringComparer.Ordinal);
        foreach (var name in names)
        {
            var (live, durable) = (_files.GetValueOrDefault(name), _durableNames.GetValueOrDefault(name));
            if ((live == durable || !dice.Falls(kept) ? durable : live) is { } file)
            {
                file.CutPower(dice, kept, wholePages);
                left[name] = file;
            }
        }

        (_files, _durableNames) = (left, new(left, StringComparer.Ordinal));
    }
}
