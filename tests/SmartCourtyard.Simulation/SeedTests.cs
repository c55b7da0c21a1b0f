using System.Diagnostics;
using System.Globalization;

namespace SmartCourtyard.Simulation;

/// <summary>Runs the simulation as the program that it is: one pool thread must be all there is from the start.</summary>
public sealed class SeedTests
{
    private static int Seeds => int.TryParse(Environment.GetEnvironmentVariable("SMARTCOURTYARD_SEEDS"), NumberStyles.None, CultureInfo.InvariantCulture, out var seeds)
        ? seeds
        : 2_000;

    private static TimeSpan AtMost => TimeSpan.FromMinutes(14) + (Seeds > 2_000 ? TimeSpan.FromSeconds(0.2 * Seeds) : TimeSpan.Zero);

    [Fact]
    public async Task Every_alarm_of_every_seed_reaches_the_board_exactly_once_whatever_fails_on_the_way()
    {
        var half = Seeds / 2;
        var halves = await Task.WhenAll(
            PlayAsync("--from", "1", "--seeds", Text(half)),
            PlayAsync("--from", Text(half + 1), "--seeds", Text(Seeds - half)));
        Assert.All(halves, h => Assert.True(h.Code == 0, h.Said));
        // Nothing was found because nothing went wrong? Then this would prove nothing.
        Assert.All(halves, h => Assert.Matches("loses power [1-9][0-9]{2}", h.Said));
    }

    [Fact]
    public async Task A_seed_replays_exactly_in_another_process_and_after_other_seeds()
    {
        var first = await PlayAsync("--from", "1", "--seeds", "40", "--fingerprints");
        var second = await PlayAsync("--from", "21", "--seeds", "20", "--fingerprints");
        var (all, later) = (Fingerprints(first.Said), Fingerprints(second.Said));
        Assert.Equal(40, all.Distinct().Count());
        Assert.Equal(all[20..], later);
    }

    [Fact]
    public async Task Each_deliberate_fault_is_found()
    {
        var played = await PlayAsync("--sabotage", "all", "--seeds", "50");
        Assert.True(played.Code == 0, played.Said);
        Assert.Equal(Enum.GetValues<Sabotage>().Length - 1, Lines(played.Said).Count(l => l.Contains("found by seed", StringComparison.Ordinal)));
    }

    [Fact]
    public async Task What_was_committed_survives_a_sync_that_was_refused_after_a_checkpoint_in_part()
    {
        var played = await PlayAsync("--refused-sync");
        Assert.True(played.Code == 0, played.Said);
    }

    [Theory]
    [InlineData("--seeds", "many")]
    [InlineData("--sabotage", "Something")]
    [InlineData("--unknown", "1")]
    public async Task An_option_that_is_not_understood_is_named(string option, string value)
    {
        var played = await PlayAsync(option, value);
        Assert.Equal(2, played.Code);
        Assert.Contains(option, played.Said, StringComparison.Ordinal);
    }

    private static string[] Fingerprints(string said) => [.. Lines(said).Where(l => l.Contains("fingerprint", StringComparison.Ordinal))];

    private static string[] Lines(string said) => said.Split('\n');

    private static string Text(int number) => number.ToString(CultureInfo.InvariantCulture);

    private static async Task<(int Code, string Said)> PlayAsync(params string[] arguments)
    {
        using var process = Process.Start(new ProcessStartInfo("dotnet", ["exec", typeof(SeedTests).Assembly.Location, .. arguments])
        {
            RedirectStandardOutput = true, RedirectStandardError = true,
        })!;
        using var limit = new CancellationTokenSource(AtMost, TimeProvider.System);
        try
        {
            var (said, errors) = (process.StandardOutput.ReadToEndAsync(limit.Token), process.StandardError.ReadToEndAsync(limit.Token));
            await process.WaitForExitAsync(limit.Token);
            return (process.ExitCode, await said + await errors);
        }
        finally
        {
            if (!process.HasExited)
            {
                process.Kill();
            }
        }
    }
}
