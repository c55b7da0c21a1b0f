using System.Globalization;

namespace SmartCourtyard.Benchmarks;

/// <summary>Latencies of one run, and how they are printed.</summary>
internal sealed record Figures(string Name, IReadOnlyList<double> Milliseconds)
{
    public double P50 => At(0.50);

    public double P99 => At(0.99);

    public double Max => Milliseconds.Max();

    public static void PrintHeading(string title) => Console.WriteLine($"\n## {title}\n{Machine()}");

    public static void PrintHeader(string title) => Console.WriteLine($"\n## {title}\n{Machine()}\n| subject | n | p50 ms | p99 ms | max ms |\n|---|---|---|---|---|");

    public void Print() => Console.WriteLine(string.Create(
        CultureInfo.InvariantCulture, $"| {Name} | {Milliseconds.Count} | {P50:F2} | {P99:F2} | {Max:F2} |"));

    /// <summary>Each run, and the middle run of the product beside that of the least that it could be.</summary>
    public static void PrintBeside(IReadOnlyList<Figures> product, IReadOnlyList<Figures> floor)
    {
        foreach (var figures in product.Concat(floor))
        {
            figures.Print();
        }

        var (p, f) = (Middle(product), Middle(floor));
        Console.WriteLine(string.Create(
            CultureInfo.InvariantCulture, $"\nmedian run: product p50 {p.P50:F2} ms, p99 {p.P99:F2}, max {p.Max:F2}; to the floor: p50 × {p.P50 / f.P50:F2}, p99 × {p.P99 / f.P99:F2}"));
    }

    /// <summary>The middle one of several runs, by its median.</summary>
    public static Figures Middle(IEnumerable<Figures> runs)
    {
        var ordered = runs.OrderBy(r => r.P50).ToList();
        return ordered[ordered.Count / 2];
    }

    public static double Median(IEnumerable<double> values)
    {
        var ordered = values.Order().ToList();
        return ordered[ordered.Count / 2];
    }

    private static string Machine()
    {
        var cpu = File.ReadLines("/proc/cpuinfo").FirstOrDefault(l => l.StartsWith("model name", StringComparison.Ordinal))?.Split(':')[1].Trim();
        return $"{Environment.ProcessorCount} × {cpu}, {Environment.OSVersion}, .NET {Environment.Version}";
    }

    private double At(double share)
    {
        var ordered = Milliseconds.Order().ToList();
        return ordered[Math.Min(ordered.Count - 1, (int)Math.Ceiling(share * ordered.Count) - 1)];
    }
}
