using System.Globalization;

namespace SmartCourtyard.Gateway.Devices.Gpio;

/// <summary>A chip of the kernel's GPIO character device, open.</summary>
internal sealed class GpioChip : IDisposable
{
    private readonly int _descriptor;

    private GpioChip(int descriptor, string path, GpioUapi.Chip info) => (_descriptor, Path, Info) = (descriptor, path, info);

    public string Path { get; }

    public GpioUapi.Chip Info { get; }

    public bool IsThere => GpioUapi.ReadChip(_descriptor) is not null;

    /// <summary>Finds a chip by its name, its path or its label; or says why there is none.</summary>
    public static (GpioChip? Chip, string? Problem) Find(string devFolder, string wanted)
    {
        GpioChip? found = null;
        var others = new List<string>();
        string? refused = null;
        foreach (var path in Paths(devFolder))
        {
            var descriptor = GpioUapi.OpenChip(path);
            if (descriptor < 0)
            {
                refused ??= $"{path} cannot be opened: {GpioUapi.Reason(-descriptor)}";
                continue;
            }

            if (GpioUapi.ReadChip(descriptor) is not { } info || !Answers(wanted, path, info))
            {
                others.Add(path);
                _ = GpioUapi.Close(descriptor);
            }
            else if (found is null)
            {
                found = new GpioChip(descriptor, path, info);
            }
            else
            {
                var both = $"{found.Path} and {path} both answer to '{wanted}': name the chip by its path";
                found.Dispose();
                _ = GpioUapi.Close(descriptor);
                return (null, both);
            }
        }

        return found is not null ? (found, null) : (null, refused ?? $"no GPIO chip is called or labelled '{wanted}'{There(others)}");
    }

    /// <summary>The offset of a line given by number or by name; or why there is none.</summary>
    public (int Offset, string? Problem) Resolve(string line)
    {
        if (int.TryParse(line, NumberStyles.None, CultureInfo.InvariantCulture, out var offset))
        {
            return offset < Info.Lines
                ? (offset, null)
                : (-1, string.Create(CultureInfo.InvariantCulture, $"{Info.Name} has lines 0 to {Info.Lines - 1}, not {offset}"));
        }

        for (var i = 0; i < Info.Lines; i++)
        {
            if (GpioUapi.ReadLine(_descriptor, i)?.Name == line)
            {
                return (i, null);
            }
        }

        return (-1, $"{Info.Name} ({Info.Label}) has no line called '{line}'");
    }

    /// <summary>Takes a line by one of the two requests; or says who holds it.</summary>
    public (GpioLine? Line, string? Problem) Request(int offset, Func<int, int> request)
    {
        var descriptor = request(_descriptor);
        if (descriptor >= 0)
        {
            return (new GpioLine(descriptor), null);
        }

        var where = string.Create(CultureInfo.InvariantCulture, $"line {offset} of {Info.Name}");
        return (null, -descriptor == GpioUapi.Busy
            ? $"{where} is held by '{GpioUapi.ReadLine(_descriptor, offset)?.Consumer}'"
            : $"{where} cannot be taken: {GpioUapi.Reason(-descriptor)}");
    }

    public void Dispose() => _ = GpioUapi.Close(_descriptor);

    private static IEnumerable<string> Paths(string devFolder) =>
        Directory.Exists(devFolder) ? Directory.EnumerateFiles(devFolder, "gpiochip*").Order(StringComparer.Ordinal) : [];

    private static bool Answers(string wanted, string path, GpioUapi.Chip info) =>
        wanted == path || wanted == info.Name || wanted == info.Label || wanted == System.IO.Path.GetFileName(path);

    private static string There(List<string> others) => others.Count == 0 ? "; there is none at all" : $"; there are {string.Join(", ", others)}";
}

/// <summary>A line that this program holds; the kernel gives it back when the program ends, however it ends.</summary>
internal sealed class GpioLine(int descriptor) : IDisposable
{
    public int Descriptor => descriptor;

    /// <summary>Null where the chip is gone.</summary>
    public bool? IsActive => GpioUapi.ReadLevel(descriptor) is >= 0 and var level ? level == 1 : null;

    public bool TrySet(bool active) => GpioUapi.WriteLevel(descriptor, active) == 0;

    public void Dispose() => _ = GpioUapi.Close(descriptor);
}
