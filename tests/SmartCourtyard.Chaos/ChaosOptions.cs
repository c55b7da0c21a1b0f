using System.Globalization;

namespace SmartCourtyard.Chaos;

/// <summary>What the command line asks for.</summary>
/// <param name="Minutes">How long faults are made, over all stores.</param>
/// <param name="Seed">Which faults, when and for how long. What the programs are doing at those moments no seed decides.</param>
/// <param name="Stores">What the duty room stores in, one after the other.</param>
internal sealed record ChaosOptions(double Minutes, int Seed, IReadOnlyList<string> Stores)
{
    public const string Help = """
        tests/chaos [--minutes N] [--seed S] [--store NAME] [--help]

        Starts broker, gateway and duty room as they are shipped, presses buttons and lets smoke alarms sound, and meanwhile kills the
        programs (-9), stops and continues them, cuts, slows and breaks the line between gateway and duty room, fills their disks and
        moves their clocks. Then it compares its own log of what was pressed with the board. The last line is

          raised N, on the board N, lost 0, double 0, late L, longest s

        where an alarm counts as raised once the broker has confirmed it to its sender, late is what the board itself marks so, and
        longest is the longest way from that confirmation to the board. Exit code 0 if nothing was lost or doubled.

          --minutes N   how long faults are made (default 5); what must drain afterwards comes on top
          --seed S      the same faults again; printed at the start, random otherwise
          --store NAME  what the duty room stores in: sqlite (default), postgres, or both, one after the other, half the time each

        Disks and the cut of the line need a network and mount namespace of its own (root, or user namespaces); without, the line is
        swallowed instead of cut, and no disk is filled. PostgreSQL's disk is never filled.
        """;

    private const string Sqlite = "sqlite";
    private const string Postgres = "postgres";
    private const string Both = "both";

    /// <summary>Null where something is not as it must be, and then what.</summary>
    public static ChaosOptions? Read(IReadOnlyList<string> arguments, out string? mistake)
    {
        var options = new ChaosOptions(5, Random.Shared.Next(), [Sqlite]);
        for (var i = 0; i < arguments.Count; i += 2)
        {
            var value = i + 1 < arguments.Count ? arguments[i + 1] : "";
            if (options.With(arguments[i], value, out mistake) is not { } more)
            {
                return null;
            }

            options = more;
        }

        mistake = null;
        return options;
    }

    private ChaosOptions? With(string name, string value, out string? mistake)
    {
        mistake = null;
        switch (name)
        {
            case "--minutes" when double.TryParse(value, NumberStyles.Float, CultureInfo.InvariantCulture, out var minutes) && minutes is > 0 and <= 10_000:
                return this with { Minutes = minutes };
            case "--minutes":
                mistake = $"--minutes '{value}': a number above 0, at most 10000";
                return null;
            case "--seed" when int.TryParse(value, NumberStyles.None, CultureInfo.InvariantCulture, out var seed):
                return this with { Seed = seed };
            case "--seed":
                mistake = $"--seed '{value}': a whole number from 0 to {int.MaxValue}";
                return null;
            case "--store" when value is Sqlite or Postgres:
                return this with { Stores = [value] };
            case "--store" when value is Both:
                return this with { Stores = [Sqlite, Postgres] };
            case "--store":
                mistake = $"--store '{value}': {Sqlite}, {Postgres} or {Both}";
                return null;
            default:
                mistake = $"Unknown option {name}";
                return null;
        }
    }
}
