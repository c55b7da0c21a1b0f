using System.Globalization;
using SmartCourtyard.Gateway.Devices;
using SmartCourtyard.Gateway.Devices.Mqtt;
using SmartCourtyard.Readings;
using Xunit.Abstractions;

namespace SmartCourtyard.Gateway.Tests.Devices.Mqtt;

/// <summary>
/// Feeds a family messages that were broken on their way. How many is said by SMARTCOURTYARD_FUZZ; 20,000 without it. The seed is
/// fixed, so that what failed once fails again.
/// </summary>
internal static class Fuzz
{
    private const int Seed = 20_261_122;
    private const int RenewAfter = 20_000;
    private static readonly DateTimeOffset Now = new(2026, 11, 22, 4, 30, 0, TimeSpan.Zero);
    private static readonly TimeSpan SlowestMessage = TimeSpan.FromSeconds(2);

    public static int Cases { get; } =
        int.TryParse(Environment.GetEnvironmentVariable("SMARTCOURTYARD_FUZZ"), CultureInfo.InvariantCulture, out int cases) ? cases : 20_000;

    /// <param name="make">Makes the family, with what it must know; made anew now and then.</param>
    /// <param name="seeds">Good messages to begin from.</param>
    public static void Run(Func<IMqttFamily> make, IReadOnlyList<(string Topic, byte[] Payload)> seeds, ITestOutputHelper output)
    {
        var random = new Random(Seed);
        long start = TimeProvider.System.GetTimestamp();
        TimeSpan slowest = TimeSpan.Zero;
        int understood = 0, problems = 0;
        IMqttFamily family = make();
        var readings = new List<Reading>();
        for (int i = 1; i <= Cases; i++)
        {
            family = i % RenewAfter == 0 ? make() : family;
            (string topic, byte[] payload) = Broken(seeds, random);
            readings.Clear();
            long began = TimeProvider.System.GetTimestamp();
            DecodeResult result = family.Decode(topic, payload, retained: (i & 1) == 0, Now, readings);
            TimeSpan took = TimeProvider.System.GetElapsedTime(began);
            took = took < SlowestMessage ? took : Again(family, topic, payload);
            slowest = took > slowest ? took : slowest;
            understood += readings.Count > 0 ? 1 : 0;
            problems += result.Problem is null ? 0 : 1;
            Check(result, readings, topic, payload);
        }
        TimeSpan all = TimeProvider.System.GetElapsedTime(start);
        output.WriteLine(string.Create(CultureInfo.InvariantCulture,
            $"{family.Name}: {Cases:N0} broken messages in {all.TotalSeconds:F1} s, slowest {slowest.TotalMilliseconds:F1} ms; {understood:N0} still gave readings, {problems:N0} were named"));
        Assert.True(slowest < SlowestMessage, $"{slowest}");
        Assert.True(understood > 0 && problems > 0, "nothing understood, or nothing broken: the seeds are wrong");
    }

    // On a busy machine anything may wait once; what is slow by itself is slow each time.
    private static TimeSpan Again(IMqttFamily family, string topic, byte[] payload) => Enumerable.Range(0, 5).Min(_ =>
    {
        long began = TimeProvider.System.GetTimestamp();
        family.Decode(topic, payload, retained: false, Now, []);
        return TimeProvider.System.GetElapsedTime(began);
    });

    private static void Check(DecodeResult result, List<Reading> readings, string topic, byte[] payload)
    {
        bool possible = result.Outcome == DecodeOutcome.Undecodable == result.Problem is not null && result.Problem is not { Length: > 4_000 };
        foreach (Reading reading in readings)
        {
            (double lowest, double highest) = PlausibleRange.Of(reading.Quantity);
            possible &= reading.Value >= lowest && reading.Value <= highest && (!reading.Quantity.IsBoolean() || reading.Value is 0 or 1);
        }
        Assert.True(possible, $"{topic} {Convert.ToBase64String(payload)}: {result} [{string.Join(", ", readings.Select(r => $"{r.Quantity} {r.Value}"))}]");
    }

    private static (string, byte[]) Broken(IReadOnlyList<(string Topic, byte[] Payload)> seeds, Random random)
    {
        (string topic, byte[] payload) = seeds[random.Next(seeds.Count)];
        for (int cuts = random.Next(4); cuts > 0; cuts--)
        {
            payload = Broken(payload, seeds, random);
        }
        return (random.Next(50) == 0 ? Broken(topic, random) : topic, payload);
    }

    private static byte[] Broken(byte[] payload, IReadOnlyList<(string Topic, byte[] Payload)> seeds, Random random)
    {
        int at = random.Next(payload.Length + 1), length = Math.Min(random.Next(1, 9), payload.Length - at);
        byte[] other = seeds[random.Next(seeds.Count)].Payload;
        return random.Next(8) switch
        {
            0 => payload[..at],
            1 => payload[at..],
            2 => [.. payload[..at], (byte)random.Next(256), .. payload[at..]],
            3 => [.. payload[..at], .. payload[(at + length)..]],
            4 => [.. payload[..at], (byte)(length > 0 ? payload[at] ^ (1 << random.Next(8)) : 0), .. payload[Math.Min(at + 1, payload.Length)..]],
            5 => [.. payload[..at], .. other[..random.Next(other.Length + 1)]],
            6 => [.. payload[..at], .. "9999999999e99"u8, .. payload[at..]],
            _ => other,
        };
    }

    private static string Broken(string topic, Random random) => random.Next(4) switch
    {
        0 => topic[..random.Next(topic.Length + 1)],
        1 => topic + "/" + topic,
        2 => topic.Insert(random.Next(topic.Length + 1), "/"),
        _ => topic.Replace('/', (char)random.Next(1, 0x3000)),
    };
}
