using System.Globalization;
using SmartCourtyard.Troubles;

namespace SmartCourtyard.Gateway.Health;

/// <summary>One thing about the gateway's computer.</summary>
/// <param name="Reason">What is wrong with it, if something is.</param>
/// <param name="Part">Which part it is about.</param>
/// <param name="Stands">Whether it is wrong.</param>
/// <param name="Detail">One plain sentence for the technician; null where it is well.</param>
internal sealed record MachineFinding(TroubleReason Reason, string Part, bool Stands, string? Detail);

/// <summary>
/// Judges the gateway's own computer by what the kernel tells: temperature, supply, memory, disk, wear, clock. Nothing is found where
/// the kernel does not tell. What began ends only well below its limit, so that it does not come and go.
/// </summary>
/// <param name="files">The kernel's files.</param>
/// <param name="room">Room on the disk of the data folder; null where nobody knows.</param>
/// <param name="isUnset">Whether the kernel says that its clock is not synchronised.</param>
/// <param name="time">Both clocks.</param>
internal sealed class MachineHealth(MachineFiles files, Func<DiskRoom?> room, Func<bool> isUnset, TimeProvider time)
{
    private readonly HashSet<string> _standing = new(StringComparer.Ordinal);
    private (DateTimeOffset Wall, long Mono)? _before;
    private (long At, TimeSpan By)? _leap;
    private long? _lowVoltage;
    private long? _unsetSince;

    public IReadOnlyList<MachineFinding> Look()
        => [.. Temperatures(), .. Voltage(), .. Memory(), .. Disk(), .. Wear(), .. Clock()];

    private IEnumerable<MachineFinding> Temperatures()
    {
        foreach (var zone in files.Entries("sys/class/thermal", "thermal_zone"))
        {
            if (files.Number(Path.Combine(zone, "temp")) is { } milli)
            {
                var (celsius, name) = (milli / 1000.0, files.Text(Path.Combine(zone, "type")) ?? Path.GetFileName(zone));
                yield return Judge(
                    TroubleReason.Overheated, "temperature " + name, celsius >= MachineLimits.HotCelsius, celsius < MachineLimits.CoolCelsius,
                    $"{name} has {celsius:F0} °C; from {MachineLimits.HotCelsius:F0} °C on the computer slows down: more air, shade or a heat sink");
            }
        }
    }

    private IEnumerable<MachineFinding> Voltage()
    {
        if (IsVoltageLow() is not { } isLow)
        {
            yield break;
        }

        _lowVoltage = isLow ? time.GetTimestamp() : _lowVoltage;
        yield return Judge(
            TroubleReason.Undervoltage, "supply", isLow, _lowVoltage is { } at && time.GetElapsedTime(at) >= MachineLimits.VoltageGoodFor,
            $"the supply voltage is below the limit of the board (4.63 V on a Raspberry Pi): another power supply or cable");
    }

    private bool? IsVoltageLow()
    {
        foreach (var sensor in files.Entries("sys/class/hwmon", "hwmon"))
        {
            if (files.Text(Path.Combine(sensor, "name")) == "rpi_volt" && files.Number(Path.Combine(sensor, "in0_lcrit_alarm")) is { } alarm)
            {
                return alarm != 0;
            }
        }

        // Bit 0: under-voltage now. Higher bits tell of the past.
        return files.HexNumbers("sys/devices/platform/soc/soc:firmware/get_throttled") is [var flags, ..] ? (flags & 1) != 0 : null;
    }

    private IEnumerable<MachineFinding> Memory()
    {
        var kilobytes = Fields(files.Text("proc/meminfo"));
        if (kilobytes.TryGetValue("MemTotal", out var total) && kilobytes.TryGetValue("MemAvailable", out var available) && total > 0)
        {
            var share = available / total;
            yield return Judge(
                TroubleReason.MemoryLow, "memory", share < MachineLimits.MemoryShort, share > MachineLimits.MemoryEnough,
                $"{available / 1024:F0} of {total / 1024:F0} MiB of memory are left");
        }

        if (FullPressure(files.Text("proc/pressure/memory")) is { } percent)
        {
            yield return Judge(
                TroubleReason.MemoryLow, "memory pressure", percent >= MachineLimits.PressureHigh, percent < MachineLimits.PressureLow,
                $"{percent:F0} % of the last minute nothing could run for want of memory");
        }
    }

    private IEnumerable<MachineFinding> Disk()
    {
        if (room() is not { Bytes: > 0 } disk)
        {
            yield break;
        }

        var share = (double)disk.FreeBytes / disk.Bytes;
        yield return Judge(
            TroubleReason.DiskLow, "disk space", share < MachineLimits.DiskShort, share > MachineLimits.DiskEnough,
            $"{disk.FreeBytes >> 20} of {disk.Bytes >> 20} MiB of the disk are left");
        // Some file systems have no fixed number of them.
        if (disk.Inodes > 0)
        {
            var left = (double)disk.FreeInodes / disk.Inodes;
            yield return Judge(
                TroubleReason.DiskLow, "disk inodes", left < MachineLimits.InodesShort, left > MachineLimits.InodesEnough,
                $"{disk.FreeInodes} of {disk.Inodes} inodes of the disk are left: there are too many files");
        }
    }

    private IEnumerable<MachineFinding> Wear()
    {
        foreach (var disk in files.Entries("sys/block", "mmcblk"))
        {
            var (life, reserve) = (files.HexNumbers(Path.Combine(disk, "device/life_time")), files.HexNumbers(Path.Combine(disk, "device/pre_eol_info")));
            // 0 says that the card does not know.
            var (used, blocks) = (life.DefaultIfEmpty().Max(), reserve.DefaultIfEmpty().Max());
            if (used > 0 || blocks > 0)
            {
                yield return Judge(
                    TroubleReason.DiskWorn, "wear " + Path.GetFileName(disk), used >= MachineLimits.LifeUsed || blocks >= MachineLimits.ReserveUsed, isGood: true,
                    $"{Path.GetFileName(disk)} says that it is worn (life time 0x{used:X2}, reserve 0x{blocks:X2}): replace it soon");
            }
        }
    }

    private IEnumerable<MachineFinding> Clock()
    {
        var (wall, mono) = (time.GetUtcNow(), time.GetTimestamp());
        var unset = isUnset();
        // Where the time was not known, a leap is the cure.
        if (_before is { } before && _unsetSince is null
            && wall - before.Wall - time.GetElapsedTime(before.Mono, mono) is var leap && leap.Duration() >= MachineLimits.Leap)
        {
            _leap = (mono, leap);
        }

        _before = (wall, mono);
        _unsetSince = unset ? _unsetSince ?? mono : null;
        yield return Judge(
            TroubleReason.ClockWrong, "clock", _unsetSince is { } since && time.GetElapsedTime(since, mono) >= MachineLimits.UnsetFor, !unset,
            $"the clock has not been synchronised for {MachineLimits.UnsetFor.TotalMinutes:F0} minutes: the uplink or the time server");
        var recent = _leap is { } l && time.GetElapsedTime(l.At, mono) < MachineLimits.LeapShownFor;
        yield return Judge(
            TroubleReason.ClockWrong, "clock leap", recent, !recent, $"the clock was set by {_leap?.By.TotalSeconds:+0;-0} s while the gateway ran: who does that?");
    }

    private MachineFinding Judge(TroubleReason reason, string part, bool isBad, bool isGood, FormattableString detail)
    {
        if (isBad)
        {
            _standing.Add(part);
        }
        else if (isGood)
        {
            _standing.Remove(part);
        }

        var stands = _standing.Contains(part);
        return new(reason, part, stands, stands ? detail.ToString(CultureInfo.InvariantCulture) : null);
    }

    private static Dictionary<string, double> Fields(string? meminfo)
    {
        var fields = new Dictionary<string, double>(StringComparer.Ordinal);
        foreach (var line in (meminfo ?? "").Split('\n'))
        {
            if (line.Split([' ', ':', '\t'], StringSplitOptions.RemoveEmptyEntries) is [var name, var number, ..]
                && double.TryParse(number, NumberStyles.Float, CultureInfo.InvariantCulture, out var value))
            {
                fields[name] = value;
            }
        }

        return fields;
    }

    /// <summary>From a line such as <c>full avg10=0.00 avg60=12.50 avg300=3.10 total=48113</c>.</summary>
    private static double? FullPressure(string? pressure)
    {
        var word = (pressure ?? "").Split('\n').FirstOrDefault(line => line.StartsWith("full ", StringComparison.Ordinal))
            ?.Split(' ').FirstOrDefault(w => w.StartsWith("avg60=", StringComparison.Ordinal));
        return double.TryParse(word?["avg60=".Length..], NumberStyles.Float, CultureInfo.InvariantCulture, out var percent) ? percent : null;
    }
}
