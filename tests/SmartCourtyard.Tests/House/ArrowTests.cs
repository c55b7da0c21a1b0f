using System.Text.RegularExpressions;
using System.Xml.Linq;

namespace SmartCourtyard.Tests.HouseTests;

/// <summary>The arrows between projects and folders. They run in one direction, and a wrong one fails here, not in a review.</summary>
public sealed partial class ArrowTests
{
    [Theory]
    [InlineData("SmartCourtyard")]
    [InlineData("SmartCourtyard.Mqtt")]
    [InlineData("SmartCourtyard.Gateway", "SmartCourtyard", "SmartCourtyard.Mqtt")]
    [InlineData("SmartCourtyard.DutyRoom", "SmartCourtyard", "SmartCourtyard.Mqtt")]
    [InlineData("SmartCourtyard.Simulator", "SmartCourtyard", "SmartCourtyard.Mqtt")]
    public void A_program_knows_the_leaves_and_a_leaf_knows_nobody(string project, params string[] known)
    {
        var file = XDocument.Parse(Repository.Read($"src/{project}/{project}.csproj"));
        var references = file.Descendants("ProjectReference").Select(r => Path.GetFileNameWithoutExtension(r.Attribute("Include")!.Value));
        Assert.Equal(known, references.Order(StringComparer.Ordinal));
        if (known.Length == 0)
        {
            Assert.Empty(file.Descendants("PackageReference"));
        }
    }

    [Fact]
    public void No_other_project_stands_in_src() => Assert.Equal(
        ["SmartCourtyard", "SmartCourtyard.DutyRoom", "SmartCourtyard.Gateway", "SmartCourtyard.Mqtt", "SmartCourtyard.Simulator"],
        Repository.Tracked.Where(f => f.StartsWith("src/", StringComparison.Ordinal) && f.EndsWith(".csproj", StringComparison.Ordinal))
            .Select(f => Path.GetFileNameWithoutExtension(f)).Order(StringComparer.Ordinal));

    [Theory]
    [InlineData("SmartCourtyard.Gateway")]
    // What is stored is the one thing that every part of the duty room shares: its store is to it what the leaf is to all.
    [InlineData("SmartCourtyard.DutyRoom", "Storage")]
    [InlineData("SmartCourtyard.Simulator")]
    public void Folders_of_a_program_do_not_know_each_other(string project, params string[] shared)
    {
        var folders = Folders(project);
        var wrong =
            from folder in folders
            from file in Repository.Sources($"src/{project}/{folder}/")
            from other in folders
            where other != folder && !shared.Contains(other) && Uses(Repository.Read(file), project, other)
            select $"{file} uses {other}";
        Assert.Empty(wrong);
    }

    [Theory]
    [InlineData("SmartCourtyard")]
    [InlineData("SmartCourtyard.Mqtt")]
    public void Folders_of_a_leaf_form_no_circle(string project)
    {
        var left = Folders(project).ToDictionary(
            f => f,
            f => Folders(project).Where(o => o != f && Repository.Sources($"src/{project}/{f}/").Any(file => Uses(Repository.Read(file), project, o))).ToList(),
            StringComparer.Ordinal);
        while (left.FirstOrDefault(f => f.Value.All(o => !left.ContainsKey(o))).Key is { } free)
        {
            left.Remove(free);
        }

        Assert.Empty(left.Select(f => $"{f.Key} → {string.Join(", ", f.Value.Where(left.ContainsKey))}"));
    }

    [Fact]
    public void The_leaves_touch_no_file_no_network_and_no_clock()
    {
        var wrong = Repository.Sources("src/SmartCourtyard/").Where(f => Io().IsMatch(Repository.Read(f)));
        Assert.Empty(wrong);
    }

    [Fact]
    public void A_wrong_arrow_would_be_seen()
    {
        Assert.True(Uses("using SmartCourtyard.Gateway.Journal;", "SmartCourtyard.Gateway", "Journal"));
        Assert.True(Uses("var j = new Journal.JournalStore();", "SmartCourtyard.Gateway", "Journal"));
        Assert.True(Uses("SmartCourtyard.Gateway.Journal.JournalStore.Open", "SmartCourtyard.Gateway", "Journal"));
        Assert.False(Uses("using SmartCourtyard.Gateway.JournalOfMine;", "SmartCourtyard.Gateway", "Journal"));
        Assert.False(Uses("site.Journal.JournalStore", "SmartCourtyard.Gateway", "Journal"));
    }

    private static List<string> Folders(string project) =>
    [
        .. Repository.Sources($"src/{project}/").Select(f => f.Split('/')).Where(parts => parts.Length > 3).Select(parts => parts[2])
            .Distinct(StringComparer.Ordinal),
    ];

    private static bool Uses(string text, string project, string folder)
    {
        if (Regex.IsMatch(text, $@"\b{Regex.Escape(project)}\.{folder}\b"))
        {
            return true;
        }

        // Written from within the program's own namespace: Folder.Type.
        if (!text.Contains(folder + ".", StringComparison.Ordinal))
        {
            return false;
        }

        var types = Repository.Sources($"src/{project}/{folder}/").SelectMany(f => TypeName().Matches(Repository.Read(f)).Select(m => m.Groups[1].Value));
        return types.Distinct(StringComparer.Ordinal).Any(t => Regex.IsMatch(text, $@"(?<![\w.]){folder}\.{t}\b"));
    }

    [GeneratedRegex(@"\b(?:class|record|struct|enum|interface)\s+(?:struct\s+|class\s+)?([A-Z]\w*)")]
    private static partial Regex TypeName();

    [GeneratedRegex(@"System\.IO|System\.Net|File\.(Open|Read|Write)|TimeProvider\.System|Environment\.")]
    private static partial Regex Io();
}
