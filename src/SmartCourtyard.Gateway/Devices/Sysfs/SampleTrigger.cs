namespace SmartCourtyard.Gateway.Devices.Sysfs;

/// <summary>What makes a sensor take its samples: a trigger that exists, or a timer of the kernel that is made for it and removed again.</summary>
internal sealed class SampleTrigger : IDisposable
{
    private readonly string? _made;

    private SampleTrigger(string name, string folder, string? made) => (Name, Folder, _made) = (name, folder, made);

    public string Name { get; }

    /// <summary>Where the kernel shows it.</summary>
    public string Folder { get; }

    public static (SampleTrigger? Trigger, string? Problem) Find(string sys, string name) => FolderOf(sys, name) is { } folder
        ? (new SampleTrigger(name, folder, null), null)
        : (null, $"no trigger is called '{name}'; there are {(All(sys) is { Length: > 0 } all ? string.Join(", ", all.Select(t => t.Name)) : "none")}");

    /// <summary>Makes a timer; one of the name that a program left behind when it died serves again.</summary>
    public static (SampleTrigger? Trigger, string? Problem) Make(string sys, string name)
    {
        var timers = Path.Combine(sys, "kernel/config/iio/triggers/hrtimer");
        if (!Directory.Exists(timers))
        {
            return (null, $"there is no {timers}: modprobe iio-trig-hrtimer, or name a trigger that exists");
        }

        var made = Path.Combine(timers, name);
        try
        {
            Directory.CreateDirectory(made);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return (null, $"{made} cannot be made: the gateway's account may not; make a trigger at boot and name it under 'trigger'");
        }

        if (FolderOf(sys, name) is { } folder)
        {
            return (new SampleTrigger(name, folder, made), null);
        }

        Remove(made);
        return (null, $"the kernel shows no trigger for {made}");
    }

    public void Dispose()
    {
        if (_made is not null)
        {
            Remove(_made);
        }
    }

    private static string? FolderOf(string sys, string name) => All(sys).FirstOrDefault(t => t.Name == name).Folder;

    private static (string Name, string Folder)[] All(string sys)
    {
        var parent = Path.Combine(sys, "bus/iio/devices");
        return !Directory.Exists(parent)
            ? []
            : [.. Directory.EnumerateDirectories(parent, "trigger*").Where(f => SensorFile.TryText(Path.Combine(f, "name"), out _))
                .Select(f => (SensorFile.TryText(Path.Combine(f, "name"), out var name) ? name : "", f)).OrderBy(t => t.Item1, StringComparer.Ordinal)];
    }

    private static void Remove(string folder)
    {
        try
        {
            Directory.Delete(folder);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            // It is gone, or somebody uses it: it costs nothing while no sensor asks it.
        }
    }
}
