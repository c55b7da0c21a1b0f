using SmartCourtyard.Sources;

namespace SmartCourtyard.Gateway.Devices.Sysfs;

/// <summary>
/// A sensor's buffer in the kernel, running: its samples wait there until they are read. Closing it gives everything back as it was
/// found.
/// </summary>
internal sealed class SampleBuffer : IDisposable
{
    private const int UsualRate = 100;
    private const int LookTimesASecond = 20;
    private const int ScansReadAtOnce = 256;
    private const long LongestSpanNanoseconds = 60_000_000_000;

    private readonly SysfsSettings _settings = new();
    private readonly int _descriptor;
    private readonly string _folder;
    private SampleTrigger? _trigger;
    private ScanLayout _layout = new([]);
    private byte[] _bytes = [];

    private SampleBuffer(int descriptor, string folder) => (_descriptor, _folder) = (descriptor, folder);

    /// <summary>How many samples the kernel keeps; a read that brings as many has missed some.</summary>
    public int Length { get; private set; }

    private string Enable => Path.Combine(_folder, "buffer/enable");

    /// <summary>Sets up and starts the buffer; or says why that is not possible, and leaves everything as it was.</summary>
    public static (SampleBuffer? Buffer, string? Problem) Open(
        KernelRoots roots, string folder, string sensor, SampleBuffering wanted, IReadOnlyCollection<string> channels)
    {
        if (!File.Exists(Path.Combine(folder, "buffer/enable")))
        {
            return (null, $"{sensor} offers no buffer: without 'buffer' in the site file it is read every 'interval'");
        }

        var offered = Offered(folder);
        if (channels.FirstOrDefault(c => !offered.Contains(c)) is { } missing)
        {
            return (null, $"{sensor} has no channel '{missing}' in its buffer; there are {string.Join(", ", offered)}");
        }

        var path = Path.Combine(roots.Dev, Path.GetFileName(folder));
        var descriptor = KernelFile.OpenToRead(path);
        if (descriptor < 0)
        {
            return (null, -descriptor == KernelFile.Busy ? $"another program reads {path}" : $"{path} cannot be opened: {KernelFile.Reason(-descriptor)}");
        }

        var buffer = new SampleBuffer(descriptor, folder);
        var problem = buffer.Start(roots, sensor, wanted, channels, offered);
        if (problem is not null)
        {
            buffer.Dispose();
            return (null, problem);
        }

        return (buffer, null);
    }

    /// <summary>Waits for samples, a little while at most, and hands out each; how many, or minus the error number.</summary>
    public int Read(TimeSpan atMost, ScanReader each)
    {
        var ready = KernelFile.WaitToRead(_descriptor, atMost);
        if (ready < 0 && -ready is not KernelFile.Interrupted)
        {
            return ready;
        }

        // Also where poll saw nothing: it wakes for a number of samples, and tells nothing of a sensor that is gone.
        var scans = 0;
        while (true)
        {
            var read = KernelFile.Read(_descriptor, _bytes);
            if (read <= 0)
            {
                return read == 0 || -read is KernelFile.Again or KernelFile.Interrupted ? scans : read;
            }

            var got = _bytes.AsSpan(0, read);
            long? last = read < _layout.Size ? null : _layout.At(got[^_layout.Size..]);
            for (; got.Length >= _layout.Size; got = got[_layout.Size..])
            {
                scans++;
                // Only spans within one reading are taken from the sensor's clock: it may be set meanwhile.
                var before = last - _layout.At(got[.._layout.Size]) is > 0 and < LongestSpanNanoseconds and var span ? span : 0;
                each(_layout, got[.._layout.Size], TimeSpan.FromMicroseconds(before / 1_000));
            }

            if (read < _bytes.Length || scans >= Length)
            {
                return scans;
            }
        }
    }

    public void Dispose()
    {
        _ = SysfsSettings.Write(Enable, "0");
        _settings.Restore();
        _trigger?.Dispose();
        _ = KernelFile.Close(_descriptor);
    }

    private static List<string> Offered(string folder)
    {
        var elements = Path.Combine(folder, "scan_elements");
        return !Directory.Exists(elements)
            ? []
            : [.. Directory.EnumerateFiles(elements, "in_*_en").Select(f => Path.GetFileName(f)[3..^3]).Order(StringComparer.Ordinal)];
    }

    private string? Start(KernelRoots roots, string sensor, SampleBuffering wanted, IReadOnlyCollection<string> channels, List<string> offered)
    {
        // Nobody has it open, so one that runs was left behind by a program that died.
        var problem = SensorFile.TryText(Enable, out var running) && running == "1" ? SysfsSettings.Write(Enable, "0") : null;
        problem ??= Choose(channels, offered);
        problem ??= Trigger(roots, sensor, wanted);
        problem ??= Lay(channels, offered);
        var rate = wanted.Rate ?? UsualRate;
        // The kernel rounds up to a power of two: four seconds of samples, for a watch that is busy or a site file that is read again.
        Length = (int)System.Numerics.BitOperations.RoundUpToPowerOf2((uint)Math.Max(64, 4 * rate));
        problem ??= _settings.Set(Path.Combine(_folder, "buffer/length"), Length);
        var watermark = Path.Combine(_folder, "buffer/watermark");
        problem ??= File.Exists(watermark) ? _settings.Set(watermark, Math.Max(1, rate / LookTimesASecond)) : null;
        return problem ?? SysfsSettings.Write(Enable, "1");
    }

    /// <summary>Switches the channels and the timestamp on and all others off: what is on decides how a scan lies in memory.</summary>
    private string? Choose(IReadOnlyCollection<string> channels, List<string> offered)
    {
        foreach (var element in offered.OrderBy(e => channels.Contains(e) || e == ScanLayout.Timestamp))
        {
            var on = channels.Contains(element) || element == ScanLayout.Timestamp;
            if (_settings.Set(Path.Combine(_folder, "scan_elements", $"in_{element}_en"), on ? 1 : 0) is { } problem)
            {
                return problem + (on && channels.Count > 1 ? $" (some sensors buffer one channel at a time; asked for are {string.Join(", ", channels)})" : "");
            }
        }

        return null;
    }

    private string? Trigger(KernelRoots roots, string sensor, SampleBuffering wanted)
    {
        var current = Path.Combine(_folder, "trigger/current_trigger");
        if (!File.Exists(current))
        {
            var own = Path.Combine(_folder, "sampling_frequency");
            return wanted.Trigger is not null ? $"{sensor} needs no trigger and takes none: leave 'trigger' out"
                : wanted.Rate is { } given && File.Exists(own) ? _settings.Set(own, given) : null;
        }

        var (trigger, problem) = wanted.Trigger is { } named
            ? SampleTrigger.Find(roots.Sys, named)
            : SampleTrigger.Make(roots.Sys, $"courtyard-{Path.GetFileName(_folder).Replace(':', '-')}");
        if (trigger is null)
        {
            return problem;
        }

        _trigger = trigger;
        return Pace(trigger, wanted) ?? Take(current, trigger);
    }

    private string? Pace(SampleTrigger trigger, SampleBuffering wanted)
    {
        var pace = Path.Combine(trigger.Folder, "sampling_frequency");
        return (wanted.Trigger, wanted.Rate) switch
        {
            (null, var rate) => SysfsSettings.Write(pace, $"{rate ?? UsualRate}"),
            (_, null) => null,
            (_, { } rate) => File.Exists(pace) ? SameRate(pace, rate) ? null : _settings.Set(pace, rate) : $"the trigger '{trigger.Name}' has no rate that can be set: leave 'rate' out",
        };
    }

    // The kernel writes 100 as 100.000.
    private static bool SameRate(string pace, int rate) => SensorFile.Number(pace, out _) == rate;

    private string? Take(string current, SampleTrigger trigger)
    {
        if (_settings.Set(current, trigger.Name) is { } problem)
        {
            return problem;
        }

        // A name that the kernel does not know takes the trigger away without a word.
        return SensorFile.TryText(current, out var now) && now == trigger.Name ? null : $"the sensor does not take the trigger '{trigger.Name}'";
    }

    private string? Lay(IReadOnlyCollection<string> channels, List<string> offered)
    {
        var elements = new List<ScanElement>();
        foreach (var name in offered.Where(o => channels.Contains(o) || o == ScanLayout.Timestamp))
        {
            var path = Path.Combine(_folder, "scan_elements", $"in_{name}_type");
            if (!SensorFile.TryText(path, out var text) || ScanType.TryParse(text) is not { } type)
            {
                return $"{path} holds '{text}', a type that the gateway does not know";
            }

            elements.Add(new ScanElement(name, (int)(SensorFile.Number(Path.Combine(_folder, "scan_elements", $"in_{name}_index"), out _) ?? 0), type));
        }

        _layout = new ScanLayout(elements);
        _bytes = new byte[_layout.Size * ScansReadAtOnce];
        return null;
    }
}

/// <summary>Takes one scan.</summary>
/// <param name="layout">Where its elements lie.</param>
/// <param name="scan">Its bytes.</param>
/// <param name="ago">How long before the last one of this reading it was taken; zero where the scans carry no time.</param>
internal delegate void ScanReader(ScanLayout layout, ReadOnlySpan<byte> scan, TimeSpan ago);
