namespace SmartCourtyard.Simulator.Tests;

public sealed class OptionsTests
{
    [Fact]
    public void A_full_command_line_is_understood()
    {
        var options = Read("run --broker 127.0.0.1:1884 --user u --password p --site s.yaml --seed -3 --rate 2.5 --scene gas_leak:30 --every 5m");

        Assert.Equal(("127.0.0.1", 1884, "u", "p", "s.yaml", -3, 2.5), (options!.Host, options.Port, options.User, options.Password, options.Site, options.Seed, options.Rate));
        Assert.Equal([("gas_leak", TimeSpan.FromSeconds(30))], options.Scenes);
        Assert.Equal(TimeSpan.FromMinutes(5), options.Every);
    }

    [Theory]
    [InlineData("run --broker nowhere", "HOST:PORT")]
    [InlineData("run --every soon", "as 60s, 5m or 1h")]
    [InlineData("run --rate 0", "a number above 0")]
    [InlineData("run --seed 1.5", "a whole number")]
    [InlineData("run --colour red", "unknown option")]
    [InlineData("run --seed", "needs a value")]
    [InlineData("run --password-file /nowhere/at/all", "/nowhere")]
    [InlineData("dance", "SmartCourtyard.Simulator COMMAND")]
    public void A_wrong_one_is_answered_with_what_is_allowed(string line, string words)
    {
        using var errors = new StringWriter();

        Assert.Null(SimulatorOptions.Read(line.Split(' '), errors));

        Assert.Contains(words, errors.ToString(), StringComparison.Ordinal);
    }

    private static SimulatorOptions? Read(string line) => SimulatorOptions.Read(line.Split(' '), TextWriter.Null);
}
