using System.Globalization;
using System.Text;
using SmartCourtyard.Gateway.Devices;
using SmartCourtyard.Gateway.Devices.Mqtt;
using SmartCourtyard.Readings;

namespace SmartCourtyard.Gateway.Tests.Devices.Mqtt;

/// <summary>Sends spoilt corpus messages through a family. The seed is fixed, so that what fails once fails again.</summary>
internal static class MutationFuzz
{
    private static readonly byte[][] Pieces =
    [
        .. new[]
        {
            "{", "}", "[", "]", ",", ":", "\"", "\\", "\\u0065", "\\ud800", "null", "true", "false", "1e999", "-1", "0", "65535", "1e-400", "NaN", "\"\"", "{}", "[]",
            "\"smoke\":true", "\"Device\":\"0x1\"", "\"ZbReceived\":{", "\"StatusSNS\":{", "\"TempUnit\":\"F\"", "\"object\":{", "\"rxInfo\":[", "\"fCnt\":4294967295", "\"data\":\"AA==\"",
            "\uFEFF", "厨房", "\0", "/", "//", new string('[', 100), new string('9', 400), new string('x', 300),
        }.Select(Encoding.UTF8.GetBytes),
    ];

    /// <summary>How many messages a family gets: the environment variable SMARTCOURTYARD_FUZZ, otherwise few enough for a second or so.</summary>
    public static int Cases { get; } =
        int.TryParse(Environment.GetEnvironmentVariable("SMARTCOURTYARD_FUZZ"), NumberStyles.None, CultureInfo.InvariantCulture, out int cases) ? cases : 20_000;

    /// <summary>Gives back what it cost, in one line. Throws where a decoder throws, gives out what cannot be, or takes too long.</summary>
    public static string Run(IMqttFamily family, IReadOnlyList<(string Topic, byte[] Payload)> seeds, DateTimeOffset now)
    {
        var dice = new Dice(0x5eed);
        var readings = new List<Reading>();
        TimeSpan slowest = default;
        var outcomes = new int[Enum.GetValues<DecodeOutcome>().Length];
        long started = TimeProvider.System.GetTimestamp();
        long peak = 0;
        for (int i = 0; i < Cases; i++)
        {
            (string topic, byte[] payload) = seeds[dice.Below(seeds.Count)];
            for (int cut = dice.Below(5); cut >= 0; cut--)
            {
                payload = Mutated(payload, dice, seeds);
            }
            topic = dice.Below(8) == 0 ? MutatedTopic(topic, dice) : topic;
            readings.Clear();
            long began = TimeProvider.System.GetTimestamp();
            DecodeResult result = family.Decode(topic, payload, dice.Below(4) == 0, now, readings);
            TimeSpan took = TimeProvider.System.GetElapsedTime(began);
            slowest = took > slowest ? took : slowest;
            outcomes[(int)result.Outcome]++;
            Check(result, readings, topic, payload);
            peak = i % 1_000 == 0 ? Math.Max(peak, GC.GetTotalMemory(false)) : peak;
        }
        Assert.True(slowest < TimeSpan.FromSeconds(5), $"one message took {slowest}");
        return string.Create(CultureInfo.InvariantCulture,
            $"{family.Name}: {Cases} spoilt messages in {TimeProvider.System.GetElapsedTime(started).TotalSeconds:F1} s, slowest {slowest.TotalMilliseconds:F1} ms, heap at most {peak >> 20} MiB, "
            + $"process at most {PeakMebibytes()} MiB; {string.Join(", ", outcomes.Select((n, o) => $"{(DecodeOutcome)o} {n}"))}");
    }

    private static void Check(DecodeResult result, List<Reading> readings, string topic, byte[] payload)
    {
        bool good = (result.Outcome == DecodeOutcome.Undecodable) == (result.Problem is not null) && (result.Problem?.Length ?? 0) < 1_500
            && readings.TrueForAll(IsPossible) && readings.DistinctBy(r => (r.Device, r.Quantity)).Count() == readings.Count;
        Assert.True(good, $"{topic} {Encoding.UTF8.GetString(payload)} gives {result.Outcome} {result.Problem} [{string.Join(", ", readings.Select(r => $"{r.Device.Id} {r.Quantity} {r.Value}"))}]");
    }

    private static bool IsPossible(Reading reading)
    {
        (double lowest, double highest) = PlausibleRange.Of(reading.Quantity);
        return reading.Value >= lowest && reading.Value <= highest && (!reading.Quantity.IsBoolean() || reading.Value is 0 or 1);
    }

    private static byte[] Mutated(byte[] payload, Dice dice, IReadOnlyList<(string Topic, byte[] Payload)> seeds)
    {
        int at = dice.Below(payload.Length + 1), end = Math.Min(payload.Length, at + dice.Below(20));
        byte[] other = seeds[dice.Below(seeds.Count)].Payload;
        return dice.Below(9) switch
        {
            0 => payload[..at],
            1 => payload[at..],
            2 => [.. payload[..at], (byte)dice.Below(256), .. payload[end..]],
            3 => [.. payload[..at], .. payload[end..]],
            4 => [.. payload[..at], .. payload[..at], .. payload[at..]],
            5 => [.. payload[..at], .. other[dice.Below(other.Length + 1)..]],
            6 => [.. payload[..end], .. Pieces[dice.Below(Pieces.Length)], .. payload[end..]],
            7 => [.. payload[..at], .. Pieces[dice.Below(Pieces.Length)], .. payload[end..]],
            _ => Flipped(payload, at, dice),
        };
    }

    private static byte[] Flipped(byte[] payload, int at, Dice dice)
    {
        byte[] copy = [.. payload];
        if (at < copy.Length)
        {
            copy[at] ^= (byte)(1 << dice.Below(8));
        }
        return copy;
    }

    private static string MutatedTopic(string topic, Dice dice)
    {
        int at = dice.Below(topic.Length + 1);
        return dice.Below(4) switch
        {
            0 => topic[..at],
            1 => topic[at..],
            2 => topic.Insert(at, "/"),
            _ => topic.Insert(at, "\u53A8\ud83d"),
        };
    }

    private static string PeakMebibytes() =>
        (long.Parse(File.ReadLines("/proc/self/status").First(l => l.StartsWith("VmHWM:", StringComparison.Ordinal))[6..^3].Trim(), CultureInfo.InvariantCulture) >> 10)
        .ToString(CultureInfo.InvariantCulture);

    private sealed class Dice(ulong state)
    {
        // SplitMix64.
        public int Below(int bound)
        {
            state += 0x9E3779B97F4A7C15;
            ulong z = (state ^ (state >> 30)) * 0xBF58476D1CE4E5B9;
            z = (z ^ (z >> 27)) * 0x94D049BB133111EB;
            return (int)((z ^ (z >> 31)) % (ulong)bound);
        }
    }
}
