using System.Text.Json;
using System.Text.RegularExpressions;
using System.Xml;
using System.Xml.Linq;
using SmartCourtyard.Gateway.Site;
using YamlDotNet.RepresentationModel;

namespace SmartCourtyard.Gateway.Tests.Site;

/// <summary>What is shipped to be put on devices can at least be read by what will read it.</summary>
public sealed partial class FirmwareConfigTests
{
    private static readonly string Root = Path.Combine(Repository(), "firmware-config");

    public static TheoryData<string> Yaml => Files("*.yaml");

    public static TheoryData<string> Json => Files("*.json");

    public static TheoryData<string> Pictures => Files("*.svg");

    public static TheoryData<string> Readmes => Files("README.md");

    [Theory]
    [MemberData(nameof(Yaml))]
    public void Each_YAML_file_parses(string file)
    {
        using var text = File.OpenText(Path.Combine(Root, file));
        var yaml = new YamlStream();
        yaml.Load(text);

        Assert.All(yaml.Documents, document => Assert.IsType<YamlMappingNode>(document.RootNode));
        Assert.NotEmpty(yaml.Documents);
    }

    [Theory]
    [MemberData(nameof(Json))]
    public void Each_JSON_file_parses(string file)
    {
        using var json = JsonDocument.Parse(File.ReadAllText(Path.Combine(Root, file)));

        Assert.Equal(JsonValueKind.Object, json.RootElement.ValueKind);
    }

    [Theory]
    [InlineData("tasmota/esp8266-relay-switch.json", 14)]
    [InlineData("tasmota/esp32-relay-switch.json", 36)]
    public void A_Tasmota_template_names_each_pin_of_its_chip(string file, int pins)
    {
        using var json = JsonDocument.Parse(File.ReadAllText(Path.Combine(Root, file)));

        Assert.Equal(pins, json.RootElement.GetProperty("GPIO").GetArrayLength());
    }

    [Theory]
    [MemberData(nameof(Pictures))]
    public void Each_picture_is_well_formed_speaks_both_languages_and_keeps_its_text_within_its_edges(string file)
    {
        var picture = XDocument.Parse(File.ReadAllText(Path.Combine(Root, file))).Root!;
        XNamespace svg = "http://www.w3.org/2000/svg";

        Assert.Equal(svg + "svg", picture.Name);
        var texts = picture.Descendants(svg + "text").ToList();
        Assert.Contains(texts, t => t.Value.Any(c => c >= 0x4E00));
        Assert.Contains(texts, t => t.Value.Any(char.IsAsciiLetter));
        var width = double.Parse(picture.Attribute("viewBox")!.Value.Split(' ')[2], System.Globalization.CultureInfo.InvariantCulture);
        // An average character of these fonts at 15 px is a little narrower than this.
        Assert.All(texts.Where(t => t.Attribute("text-anchor")!.Value == "start" && t.Attribute("class")!.Value is "p" or "q"), t => Assert.True(
            double.Parse(t.Attribute("x")!.Value, System.Globalization.CultureInfo.InvariantCulture) + t.Value.Sum(c => c >= 0x2E80 ? 15 : 7.6) <= width - 20, t.Value));
    }

    [Theory]
    [MemberData(nameof(Readmes))]
    public void Each_file_that_a_readme_links_to_is_there(string file)
    {
        var readme = Path.Combine(Root, file);
        var links = Link().Matches(File.ReadAllText(readme)).Select(m => m.Groups[1].Value).Where(l => !l.Contains("://", StringComparison.Ordinal));

        Assert.All(links, link => Assert.True(Path.Exists(Path.Combine(Path.GetDirectoryName(readme)!, link)), link));
    }

    [Fact]
    public void The_sources_in_the_readmes_are_what_a_site_file_may_hold()
    {
        var sources = Directory.GetFiles(Root, "README.md", SearchOption.AllDirectories).SelectMany(File.ReadAllLines)
            .SelectMany(line => Source().Matches(line).Select(m => m.Groups[1].Value.Trim('`'))).Where(s => !s.Contains('…', StringComparison.Ordinal)).Distinct().ToList();

        Assert.True(sources.Count >= 7, string.Join('\n', sources));
        string[] classes = ["smoke-detector", "siren", "air-monitor"];
        Assert.All(sources, source =>
        {
            var sites = classes.Select(c => SiteFile.Parse($"courtyard: a\nname: A\ndevices:\n  - id: d\n    class: {c}\n    {source}\n", "readme")).ToList();
            Assert.True(sites.Any(s => s.IsGood), source + "\n" + string.Join('\n', sites.SelectMany(s => s.Mistakes)));
        });
    }

    [Fact]
    public void Every_folder_says_what_it_is() => Assert.All(
        Directory.GetDirectories(Root), folder => Assert.True(File.Exists(Path.Combine(folder, "README.md")), folder));

    private static TheoryData<string> Files(string pattern)
        => new(Directory.GetFiles(Root, pattern, SearchOption.AllDirectories).Select(f => Path.GetRelativePath(Root, f)).Order(StringComparer.Ordinal));

    private static string Repository()
    {
        var folder = new DirectoryInfo(AppContext.BaseDirectory);
        while (!File.Exists(Path.Combine(folder.FullName, "SmartCourtyard.sln")))
        {
            folder = folder.Parent ?? throw new InvalidOperationException("SmartCourtyard.sln is nowhere above the tests");
        }

        return folder.FullName;
    }

    [GeneratedRegex(@"\]\(([^)#]+)\)")]
    private static partial Regex Link();

    [GeneratedRegex(@"(source: \{.*\})(?:`|$)")]
    private static partial Regex Source();
}
