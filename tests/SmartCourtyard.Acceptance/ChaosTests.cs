using System.Globalization;
using SmartCourtyard.Acceptance.Estates;
using Xunit.Abstractions;

namespace SmartCourtyard.Acceptance;

/// <summary>The fault campaign as an operator starts it, for as short as it makes sense.</summary>
public sealed class ChaosTests(ITestOutputHelper output)
{
    [Fact]
    public async Task Nothing_is_lost_or_doubled_while_programs_line_disks_and_clocks_fail()
    {
        var seed = Environment.GetEnvironmentVariable("SMARTCOURTYARD_SEED") ?? Random.Shared.Next().ToString(CultureInfo.InvariantCulture);
        var minutes = Environment.GetEnvironmentVariable("SMARTCOURTYARD_LONG") == "1" ? "30" : "0.7";
        await using var chaos = Chaos("--minutes", minutes, "--seed", seed);
        var code = await chaos.ExitAsync(TimeSpan.FromMinutes(double.Parse(minutes, CultureInfo.InvariantCulture) * 3) + TimeSpan.FromMinutes(6));
        output.WriteLine(chaos.Output);

        var last = chaos.Output.Split('\n')[^1];
        Assert.True(code == 0, chaos.Output);
        Assert.Matches("^raised [1-9][0-9]*, on the board [1-9][0-9]*, lost 0, double 0, late [0-9]+, longest [0-9.]+ s$", last);
    }

    [Theory]
    [InlineData("--minutes", "0", "--minutes '0': a number above 0, at most 10000; tests/chaos --help lists all options.")]
    [InlineData("--seed", "x", "--seed 'x': a whole number from 0 to 2147483647; tests/chaos --help lists all options.")]
    [InlineData("--sed", "1", "Unknown option --sed; tests/chaos --help lists all options.")]
    public async Task A_mistaken_option_is_named(string option, string value, string sentence)
    {
        await using var chaos = Chaos(option, value);
        Assert.Equal(2, await chaos.ExitAsync(TimeSpan.FromSeconds(30)));
        Assert.Equal(sentence, chaos.Output.Trim());
    }

    private static RunningProgram Chaos(params string[] options) => RunningProgram.Start(
        Path.Combine(Checkout.Root, "tests", "chaos"), options,
        new Dictionary<string, string> { ["SMARTCOURTYARD_BUILT"] = "1", ["SMARTCOURTYARD_CONFIGURATION"] = Checkout.Configuration });
}
