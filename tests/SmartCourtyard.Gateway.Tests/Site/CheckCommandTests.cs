using System.Text.Json;
using SmartCourtyard.Gateway.Tests.Journal;

namespace SmartCourtyard.Gateway.Tests.Site;

/// <summary>What the command <c>check</c> prints.</summary>
public sealed class CheckCommandTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void A_good_file_is_summed_up()
    {
        var file = Write("courtyard: a\nname: 院\nbuildings: [{ id: b, units: 1, floors: 3 }]\ndevices: [{ id: d, class: motion, source: { zigbee2mqtt: d } }]\n");
        Assert.Equal((0, $"{file}: good: 院 (a), 1 devices in 1 buildings, 0 mistakes\n", ""), Check(file));
    }

    [Fact]
    public void All_mistakes_are_named_at_once_and_counted()
    {
        var file = Write("courtyard: A\nname: 院\ndevices:\n  - { id: d, class: motoin, source: { zigbee2mqtt: d } }\n  - { id: d, class: motion }\n");
        var (code, output, errors) = Check(file);
        Assert.Equal((1, $"{file}: 2 devices in 0 buildings, 4 mistakes\n"), (code, output));
        var lines = errors.Split('\n', StringSplitOptions.RemoveEmptyEntries);
        Assert.Equal(["1:12", "4:21", "5:5", "5:11"], lines.Select(l => string.Join(':', l[(file.Length + 1)..].Split(':')[..2])));
    }

    [Fact]
    public void For_programs_it_is_one_line_of_JSON()
    {
        var file = Write("courtyard: A\nname: 院\n");
        var (code, output, errors) = Check(file, "--json");
        Assert.Equal((1, ""), (code, errors));
        Assert.Equal(
            $$"""{"file":"{{file}}","good":false,"buildings":0,"devices":0,"mistakes":[{"line":1,"column":12,"wrong":"'courtyard' is 'A'","allowed":"1 to 64 of a-z, 0-9 and -"}]}""",
            output.TrimEnd());
        using var good = JsonDocument.Parse(Check(Write("courtyard: a\nname: 院\n"), "--json").Output);
        Assert.True(good.RootElement.GetProperty("good").GetBoolean());
        Assert.Equal(0, good.RootElement.GetProperty("mistakes").GetArrayLength());
    }

    [Theory]
    [InlineData]
    [InlineData("--json")]
    [InlineData("a.yaml", "b.yaml")]
    [InlineData("--all", "a.yaml")]
    public void Anything_but_one_file_is_refused(params string[] arguments)
    {
        var (code, output, errors) = Check(arguments);
        Assert.Equal((1, ""), (code, output));
        Assert.StartsWith("check takes one site file", errors, StringComparison.Ordinal);
    }

    private static (int Code, string Output, string Errors) Check(params string[] arguments)
    {
        using StringWriter output = new(), errors = new();
        return (SiteCommand.Check(arguments, output, errors), output.ToString(), errors.ToString());
    }

    private string Write(string yaml)
    {
        var file = _folder.File("site.yaml");
        File.WriteAllText(file, yaml);
        return file;
    }
}
