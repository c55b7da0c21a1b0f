using System.Diagnostics;
using System.Globalization;

namespace SmartCourtyard.Simulation;

/// <summary>Plays seeds and says of each that fails what happened.</summary>
internal static class Program
{
    private const string Usage = """
        simulate [--seeds N] [--from S] [--seed S] [--trace] [--sabotage WORD] [--help]

        Runs the gateway's watch, journal and path and the duty room's intake on simulated clocks, disks and network. Exit code 0 only if
        every alarm of every seed reached the board exactly once.

          --seeds N        how many seeds (default 100)
          --from S         the first of them (default 1)
          --seed S         this one alone; with --trace everything that happened in it is printed
          --sabotage WORD  a deliberate fault, to see that it is found; "list" prints them all
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

        if (options.ListSabotage)
        {
            Console.WriteLine(string.Join('\n', Enum.GetNames<Sabotage>().Skip(1)));
            return 0;
        }

        return Play(options);
    }

    private static int Play(Options options)
    {
        var runner = new Runner();
        var begin = TimeProvider.System.GetTimestamp();
        var (failed, events, simulated) = (0L, 0L, TimeSpan.Zero);
        Dictionary<string, long> counted = new(StringComparer.Ordinal);
        for (var seed = options.From; seed < options.From + options.Seeds; seed++)
        {
            var outcome = runner.Run(seed, options.Sabotage, options.Trace);
            (events, simulated) = (events + outcome.Events, simulated + outcome.Simulated);
            foreach (var (what, times) in outcome.Counted)
            {
                counted[what] = counted.GetValueOrDefault(what) + times;
            }

            if (options.Trace)
            {
                Console.WriteLine(string.Join('\n', outcome.Lines));
            }

            if (options.Trace || options.Fingerprints)
            {
                Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"seed {seed}: fingerprint {outcome.Fingerprint:x16}"));
            }

            if (outcome.Failures.Count > 0)
            {
                failed++;
                Console.WriteLine($"seed {seed} FAILED: {string.Join("; ", outcome.Failures.Take(5))}");
                Console.WriteLine($"  again: --seed {seed}{(options.Sabotage == Sabotage.None ? "" : " --sabotage " + options.Sabotage)} --trace");
                if (options.StopAtFirst)
                {
                    break;
                }
            }
        }

        var took = TimeProvider.System.GetElapsedTime(begin);
        Console.WriteLine(string.Create(
            CultureInfo.InvariantCulture,
            $"{options.Seeds} seeds from {options.From}: {failed} failed; {simulated.TotalHours:F1} h simulated in {took.TotalSeconds:F1} s ({took.TotalMilliseconds / options.Seeds:F1} ms a seed)"));
        Console.WriteLine(string.Join(", ", counted.Where(c => Shown.Contains(c.Key)).OrderBy(c => c.Key, StringComparer.Ordinal).Select(c => string.Create(CultureInfo.InvariantCulture, $"{c.Key} {c.Value}"))));
        return failed == 0 ? 0 : 1;
    }

    private static readonly HashSet<string> Shown =
    [
        "press", "smoke", "smoke clears", "are heard", "is killed", "loses power", "has stopped", "stopped while it started", "cannot start", "stored", "finds nobody",
        "reads its site again", "says no", "sync", "write", "doubles events", "loses events", "loses the answer",
    ];

    private sealed record Options(ulong From, ulong Seeds, bool Trace, bool Fingerprints, bool StopAtFirst, Sabotage Sabotage, bool ListSabotage, bool Help)
    {
        public static Options? Read(string[] args, out string mistake)
        {
            var options = new Options(1, 100, false, false, false, Sabotage.None, false, false);
            mistake = "";
            for (var i = 0; i < args.Length; i++)
            {
                var value = i + 1 < args.Length ? args[i + 1] : "";
                var number = ulong.TryParse(value, NumberStyles.None, CultureInfo.InvariantCulture, out var n) ? n : (ulong?)null;
                Options? next = args[i] switch
                {
                    "--help" or "-h" => options with { Help = true },
                    "--trace" => options with { Trace = true },
                    "--fingerprints" => options with { Fingerprints = true },
                    "--stop-at-first" => options with { StopAtFirst = true },
                    "--seeds" when number is { } seeds => options with { Seeds = seeds },
                    "--from" when number is { } from => options with { From = from },
                    "--seed" when number is { } seed => options with { From = seed, Seeds = 1 },
                    "--sabotage" when value == "list" => options with { ListSabotage = true },
                    "--sabotage" when Enum.TryParse<Sabotage>(value, out var sabotage) => options with { Sabotage = sabotage },
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
