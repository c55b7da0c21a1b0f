using System.Globalization;
using System.Text;
using SmartCourtyard.Gateway.Devices;
using SmartCourtyard.Gateway.Devices.Mqtt;
using SmartCourtyard.Readings;

namespace SmartCourtyard.Gateway.Tests.Devices.Mqtt;

/// <summary>
/// Sends a family messages that were broken on their way, all of them to the same one, so that what it learns from them stays. The
/// seed is fixed, so that what failed once fails again.
/// </summary>
internal static class Fuzz
{
    private const long HeapMayGrowBytes = 64L << 20;
    private const int LongestProblem = 1_500;
    private static readonly DateTimeOffset Now = new(2026, 11, 22, 4, 30, 0, TimeSpan.Zero);
    private static readonly TimeSpan SlowestMessage = TimeSpan.FromSeconds(1);

    private static readonly byte[][] Pieces =
    [
        .. new[]
        {
            "{", "}", "[", "]", ",", ":", "\"", "\\", "\\u0065", "\\ud800", "null", "true", "false", "1e999", "-1", "0", "65535", "9999999999e99", "1e-400", "NaN", "\"\"", "{}", "[]",
            "\"smoke\":true", "\"Device\":\"0x1\"", "\"ZbReceived\":{", "\"StatusSNS\":{", "\"TempUnit\":\"F\"", "\"object\":{", "\"rxInfo\":[", "\"fCnt\":4294967295", "\"data\":\"AA==\"",
            "{{ value }}", "{% if", "| float", "\"stat_t\":\"~/x\"", "\"exp_aft\":1", "\"event_type\":\"press\"",
            "\uFEFF", "厨房", "\0", "/", "//", new string('[', 100), new string('9', 400), new string('x', 300),
        }.Select(Encoding.UTF8.GetBytes),
    ];

    /// <summary>How many messages a family gets: the environment variable SMARTCOURTYARD_FUZZ, otherwise few enough for a part of a second.</summary>
    public static int Cases { get; } =
        int.TryParse(Environment.GetEnvironmentVariable("SMARTCOURTYARD_FUZZ"), NumberStyles.None, CultureInfo.InvariantCulture, out int cases) ? cases : 20_000;

    /// <summary>Gives back what it cost, in one line. Throws where the decoder throws, contradicts itself, takes too long or keeps too much.</summary>
    /// <param name="family">With what it must know.</param>
    /// <param name="seeds">Good messages to begin from.</param>
    public static string Run(IMqttFamily family, IReadOnlyList<(string Topic, byte[] Payload)> seeds)
    {
        var dice = new Dice(0x5eed);
        var readings = new List<Reading>();
        TimeSpan slowest = TimeSpan.Zero;
        int understood = 0, named = 0;
        long heap = GC.GetTotalMemory(forceFullCollection: true), started = TimeProvider.System.GetTimestamp();
        for (int i = 0; i < Cases; i++)
        {
            (string topic, byte[] payload) = Broken(seeds, dice);
            bool retained = dice.Below(3) == 0;
            readings.Clear();
            long began = TimeProvider.System.GetTimestamp();
            DecodeResult result = family.Decode(topic, payload, retained, Now, readings);
            TimeSpan took = TimeProvider.System.GetElapsedTime(began);
            took = took < SlowestMessage ? took : Again(family, topic, payload, retained);
            slowest = took > slowest ? took : slowest;
            understood += readings.Count > 0 ? 1 : 0;
            named += result.Problem is null ? 0 : 1;
            Check(result, readings, topic, payload);
        }
        TimeSpan all = TimeProvider.System.GetElapsedTime(started);
        long grown = GC.GetTotalMemory(forceFullCollection: true) - heap;
        GC.KeepAlive(family);
        Assert.True(slowest < SlowestMessage, $"one message took {slowest}");
        Assert.True(understood > 0 && named > 0, $"{understood} understood, {named} named: the seeds are wrong");
        Assert.True(grown < HeapMayGrowBytes, $"the heap grew by {grown >> 20} MiB: {family.Name} keeps what it should not");
        return string.Create(CultureInfo.InvariantCulture,
            $"{family.Name}: {Cases:N0} broken messages in {all.TotalSeconds:F1} s, slowest {slowest.TotalMilliseconds:F1} ms, heap {grown / 1024.0 / 1024:0.0} MiB more; "
            + $"{understood:N0} still gave readings, {named:N0} were named");
    }

    /// <summary>Throws unless the outcome fits the problem, the problem is short enough to be shown, and every reading is possible and said once.</summary>
    public static void Check(DecodeResult result, List<Reading> readings, string topic, byte[] payload)
    {
        bool good = (result.Outcome == DecodeOutcome.Undecodable) == (result.Problem is not null) && (result.Problem?.Length ?? 0) < LongestProblem
            && readings.TrueForAll(IsPossible) && readings.DistinctBy(r => (r.Device, r.Quantity)).Count() == readings.Count;
        if (!good)
        {
            Assert.Fail($"{topic} {Encoding.UTF8.GetString(payload)} ({Convert.ToBase64String(payload)}) gives {result.Outcome} {result.Problem} "
                + $"[{string.Join(", ", readings.Select(r => $"{r.Device.Id} {r.Quantity} {r.Value}"))}]");
        }
    }

    private static bool IsPossible(Reading reading)
    {
        (double lowest, double highest) = PlausibleRange.Of(reading.Quantity);
        return reading.Value >= lowest && reading.Value <= highest && (!reading.Quantity.IsBoolean() || reading.Value is 0 or 1);
    }

    // On a busy machine anything may wait once; what is slow by itself is slow each time.
    private static TimeSpan Again(IMqttFamily family, string topic, byte[] payload, bool retained) => Enumerable.Range(0, 5).Min(_ =>
    {
        long began = TimeProvider.System.GetTimestamp();
        family.Decode(topic, payload, retained, Now, []);
        return TimeProvider.System.GetElapsedTime(began);
    });

    private static (string, byte[]) Broken(IReadOnlyList<(string Topic, byte[] Payload)> seeds, Dice dice)
    {
        (string topic, byte[] payload) = seeds[dice.Below(seeds.Count)];
        for (int cuts = dice.Below(5); cuts > 0; cuts--)
        {
            payload = Broken(payload, dice, seeds);
        }
        return (dice.Below(8) == 0 ? Broken(topic, dice) : topic, payload);
    }

    private static byte[] Broken(byte[] payload, Dice dice, IReadOnlyList<(string Topic, byte[] Payload)> seeds)
    {
        int at = dice.Below(payload.Length + 1), end = Math.Min(payload.Length, at + dice.Below(20));
        byte[] other = seeds[dice.Below(seeds.Count)].Payload;
        return dice.Below(11) switch
        {
            0 => payload[..at],
            1 => payload[at..],
            2 => [.. payload[..at], (byte)dice.Below(256), .. payload[end..]],
            3 => [.. payload[..at], .. payload[end..]],
            4 => [.. payload[..at], .. payload[..at], .. payload[at..]],
            5 => [.. payload[..at], .. other[dice.Below(other.Length + 1)..]],
            6 => [.. payload[..at], .. other[..dice.Below(other.Length + 1)]],
            7 => [.. payload[..end], .. Pieces[dice.Below(Pieces.Length)], .. payload[end..]],
            8 => [.. payload[..at], .. Pieces[dice.Below(Pieces.Length)], .. payload[end..]],
            9 => other,
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

    private static string Broken(string topic, Dice dice)
    {
        int at = dice.Below(topic.Length + 1);
        return dice.Below(6) switch
        {
            0 => topic[..at],
            1 => topic[at..],
            2 => topic.Insert(at, "/"),
            3 => $"{topic}/{topic}",
            4 => topic.Replace('/', (char)(1 + dice.Below(0x3000))),
            _ => topic.Insert(at, "\u53A8\ud83d"),
        };
    }

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
