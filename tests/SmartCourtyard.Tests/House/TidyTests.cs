using System.Text.RegularExpressions;

namespace SmartCourtyard.Tests.HouseTests;

/// <summary>Limits that only ever shrink.</summary>
public sealed partial class TidyTests
{
    private const int LinesOfAFile = 400;
    private const int LinesOfAMethod = 70;

    private static readonly string[] TextEndings =
    [
        ".cs", ".ts", ".vue", ".mjs", ".js", ".css", ".html", ".md", ".json", ".yaml", ".yml", ".props", ".csproj", ".sln", ".sh", ".svg", ".conf",
        ".service", ".editorconfig", ".gitignore", ".txt", "/run",
    ];

    // Written by a tool from something that is itself looked after.
    private static readonly string[] Generated = ["/Migrations/", "packages.lock.json", "package-lock.json", "schema.d.ts", "openapi.json"];

    [Fact]
    public void No_source_file_is_longer_than_400_lines() => Assert.Empty(
        from file in Repository.Tracked
        where file.StartsWith("src/", StringComparison.Ordinal) && Ends(file, [".cs", ".ts", ".vue", ".css"]) && !IsGenerated(file)
        let lines = Repository.Read(file).Count(c => c == '\n')
        where lines > LinesOfAFile
        select $"{file}: {lines} lines");

    [Fact]
    public void No_method_is_longer_than_70_lines() => Assert.Empty(
        from file in Repository.Sources("src/")
        where !IsGenerated(file)
        from method in Methods(Repository.Read(file))
        where method.Lines > LinesOfAMethod
        select $"{file}:{method.Line}: {method.Lines} lines");

    [Fact]
    public void A_long_method_would_be_seen()
    {
        var text = $"class C\n{{\n    void M()\n    {{\n{string.Concat(Enumerable.Repeat("        x();\n", 80))}    }}\n\n    int P => 1;\n}}\n";
        Assert.Equal([(3, 83)], Methods(text));
    }

    [Fact]
    public void Nothing_is_left_for_later_and_nothing_names_a_machine() => Assert.Empty(
        from file in Repository.Tracked
        where Ends(file, TextEndings) && !IsGenerated(file) && !file.EndsWith("TidyTests.cs", StringComparison.Ordinal)
            && !file.StartsWith("tests/corpus/", StringComparison.Ordinal)
        from line in Repository.Read(file).Split('\n').Index()
        where Forbidden().IsMatch(line.Item)
        select $"{file}:{line.Index + 1}: {line.Item.Trim()}");

    [Fact]
    public void The_top_of_the_repository_holds_only_what_belongs_there() => Assert.All(
        Repository.Tracked.Select(f => f.Split('/')[0]).Distinct(StringComparer.Ordinal).Where(top => !top.StartsWith('.')),
        top => Assert.Matches(TopLevel(), top));

    private static bool Ends(string file, string[] endings) => endings.Any(e => file.EndsWith(e, StringComparison.Ordinal));

    private static bool IsGenerated(string file) => Generated.Any(g => file.Contains(g, StringComparison.Ordinal));

    /// <summary>From a member's first line to the brace that closes it, by indentation, which the build keeps even.</summary>
    private static List<(int Line, int Lines)> Methods(string text)
    {
        var lines = text.Split('\n');
        var methods = new List<(int, int)>();
        for (var i = 1; i < lines.Length; i++)
        {
            if (BodyBegins().Match(lines[i]) is { Success: true } brace && !TypeBegins().IsMatch(lines[i - 1]))
            {
                var close = brace.Groups[1].Value + "}";
                var end = Array.FindIndex(lines, i, l => l.StartsWith(close, StringComparison.Ordinal) && !l.StartsWith(close + ",", StringComparison.Ordinal));
                var start = i - 1;
                while (start > 0 && lines[start].StartsWith(brace.Groups[1].Value + " ", StringComparison.Ordinal))
                {
                    start--;
                }

                methods.Add((start + 1, end - start + 1));
            }
        }

        return methods;
    }

    [GeneratedRegex(@"^(    |        )\{$")]
    private static partial Regex BodyBegins();

    [GeneratedRegex(@"\b(class|record|struct|enum|interface|namespace)\s")]
    private static partial Regex TypeBegins();

    [GeneratedRegex(@"\bTODO\b|\bFIXME\b|\bXXX\b|NotImplementedException|/w[o]rk/|/home/[a-z]+/|/root/")]
    private static partial Regex Forbidden();

    [GeneratedRegex(@"^(src|tests|firmware-config|deploy|SmartCourtyard\.sln|README\.md|docker-compose\.yml|LICENSE|CHANGELOG\.md|Directory\.\w+\.props|global\.json)$")]
    private static partial Regex TopLevel();
}
