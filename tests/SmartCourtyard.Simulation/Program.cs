using System.Globalization;

namespace SmartCourtyard.Simulation;

/// <summary>Plays seeds and says of each that fails what happened.</summary>
internal static class Program
{
    private const string Usage = """
        simulate [--seeds N] [--from S] [--seed S] [--trace] [--fingerprints] [--sabotage WORD] [--refused-sync] [--help]

        Runs the gateway's watch, journal and path and the duty room's intake on simulated clocks, disks and network. Exit code 0 only if
        every alarm of every seed reached the board exactly once.

          --seeds N        how many seeds (default 100)
          --from S         the first of them (default 1)
          --seed S         this one alone; with --trace everything that happened in it is printed
          --fingerprints   print a fingerprint of all that happened in each seed; two runs of a seed give the same
          --sabotage WORD  play a deliberate fault until it is found, or all of them with "all"; exit code 0 if each was found
          --refused-sync   play the one case that is too rare for seeds: a sync refused after a checkpoint in part
        """;

    public static int Main(string[] args)
    {
        if (Options.Read(args, out var mistake) is not { } options)
        {
            Console.Error.WriteLine(mistake);
            return 2;
        }

        if (options.Help)
        {
            Console.WriteLine(Usage);
            return 0;
        }

        if (options.RefusedSync)
        {
            var wrong = Simulation.RefusedSync.Play().ToList();
            wrong.ForEach(Console.WriteLine);
            Console.WriteLine(wrong.Count == 0 ? "nothing was lost" : $"FAILED: {wrong.Count} times");
            return wrong.Count == 0 ? 0 : 1;
        }

        try
        {
            return options.Sabotages.Count > 0 ? Betray(options) : Play(options);
        }
        catch (TimeoutException e)
        {
            Console.WriteLine($"FAILED: {e.Message}");
            return 1;
        }
    }

    private static int Play(Options options)
    {
        var runner = new Runner();
        var begin = TimeProvider.System.GetTimestamp();
        var (failed, played, simulated) = (0L, 0UL, TimeSpan.Zero);
        Dictionary<string, long> counted = new(StringComparer.Ordinal);
        for (var seed = options.From; seed < options.From + options.Seeds; seed++)
        {
            var outcome = runner.Run(seed, keepsWords: options.Trace);
            (played, simulated) = (played + 1, simulated + outcome.Simulated);
            foreach (var (what, times) in outcome.Counted)
            {
                counted[what] = counted.GetValueOrDefault(what) + times;
            }

            outcome.Lines.ToList().ForEach(Console.WriteLine);
            if (options.Trace || options.Fingerprints)
            {
                Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"seed {seed}: fingerprint {outcome.Fingerprint:x16}"));
            }

            if (outcome.Failures.Count > 0)
            {
                Say(runner, outcome, alsoTrace: ++failed == 1 && !options.Trace);
            }
        }

        var took = TimeProvider.System.GetElapsedTime(begin);
        Console.WriteLine(string.Create(
            CultureInfo.InvariantCulture,
            $"{played} seeds from {options.From}: {failed} failed; {simulated.TotalHours:F1} h simulated in {took.TotalSeconds:F1} s ({took.TotalMilliseconds / played:F1} ms a seed)"));
        Console.WriteLine(string.Join(", ", counted.Where(c => Shown.Contains(c.Key)).OrderBy(c => c.Key, StringComparer.Ordinal).Select(c => string.Create(CultureInfo.InvariantCulture, $"{c.Key} {c.Value}"))));
        return failed == 0 ? 0 : 1;
    }

    /// <summary>What was wrong; of the first that fails the whole story, which is played again for that.</summary>
    private static void Say(Runner runner, Outcome outcome, bool alsoTrace)
    {
        Console.WriteLine($"seed {outcome.Seed} FAILED: {string.Join("; ", outcome.Failures.Take(5))}");
        if (alsoTrace)
        {
            var again = runner.Run(outcome.Seed, keepsWords: true);
            again.Lines.ToList().ForEach(Console.WriteLine);
            Console.WriteLine(again.Fingerprint == outcome.Fingerprint ? $"seed {outcome.Seed} replayed exactly" : $"seed {outcome.Seed} did NOT replay exactly");
        }
    }

    /// <summary>Plays each deliberate fault until it is found.</summary>
    private static int Betray(Options options)
    {
        var runner = new Runner();
        var missed = 0;
        foreach (var sabotage in options.Sabotages)
        {
            Outcome? found = null;
            for (var seed = options.From; seed < options.From + options.Seeds && found is null; seed++)
            {
                var outcome = runner.Run(seed, sabotage, options.Trace);
                outcome.Lines.ToList().ForEach(Console.WriteLine);
                found = outcome.Failures.Count > 0 ? outcome : null;
            }

            missed += found is null ? 1 : 0;
            Console.WriteLine(found is null ? $"{sabotage}: NOT found in {options.Seeds} seeds" : $"{sabotage}: found by seed {found.Seed}: {found.Failures[0]}");
        }

        return missed == 0 ? 0 : 1;
    }

    private static readonly HashSet<string> Shown =
    [
        "press", "smoke", "smoke clears", "are heard", "is killed", "loses power", "has stopped", "stopped while it started", "cannot start", "stored", "finds nobody",
        "reads its site again", "says no", "doubles events", "loses events", "loses the answer",
    ];

    private sealed record Options(ulong From, ulong Seeds, bool Trace, bool Fingerprints, IReadOnlyList<Sabotage> Sabotages, bool RefusedSync, bool Help)
    {
        public static Options? Read(string[] args, out string mistake)
        {
            var options = new Options(1, 100, false, false, [], false, false);
            mistake = "";
            for (var i = 0; i < args.Length; i++)
            {
                var value = i + 1 < args.Length ? args[i + 1] : "";
                var number = ulong.TryParse(value, NumberStyles.None, CultureInfo.InvariantCulture, out var n) ? n : (ulong?)null;
                Options? next = args[i] switch
                {
                    "--help" or "-h" => options with { Help = true },
                    "--refused-sync" => options with { RefusedSync = true },
                    "--trace" => options with { Trace = true },
                    "--fingerprints" => options with { Fingerprints = true },
                    "--seeds" when number is { } seeds => options with { Seeds = seeds },
                    "--from" when number is { } from => options with { From = from },
                    "--seed" when number is { } seed => options with { From = seed, Seeds = 1 },
                    "--sabotage" when value == "all" => options with { Sabotages = [.. Enum.GetValues<Sabotage>().Skip(1)] },
                    "--sabotage" when Enum.TryParse<Sabotage>(value, out var sabotage) => options with { Sabotages = [sabotage] },
                    _ => null,
                };
                if (next is null)
                {
                    mistake = $"{args[i]} {value}: not understood; --help lists all options.";
                    return null;
                }

                i += args[i] is "--seeds" or "--from" or "--seed" or "--sabotage" ? 1 : 0;
                options = next;
            }

            return options;
        }
    }
}
