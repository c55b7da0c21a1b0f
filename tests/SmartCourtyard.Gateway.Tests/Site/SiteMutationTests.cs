using System.Globalization;
using System.Text;
using SmartCourtyard.Gateway.Site;

namespace SmartCourtyard.Gateway.Tests.Site;

/// <summary>Good files, broken in every way that comes to a random mind, and files made to hurt.</summary>
public sealed class SiteMutationTests
{
    private static readonly TimeSpan Soon = TimeSpan.FromSeconds(5);

    private static readonly string[] Pieces =
    [
        "{", "}", "[", "]", ":", ": ", ",", "-", "- ", "&a ", "*a", "<<: *a", "\t", "\n", "\r\n", "  ", "'", "\"", "|\n", ">", "%YAML 1.2\n", "---\n", "...", "!!binary ", "!x ",
        "? ", "#", "~", "null", "0x", "1e999", "-0", ".inf", "\uFEFF", "\0", "\u2028", "楼", "🔥", "source", "class", "id: ", "points: ", "\\ud800", "9999999999999999999",
    ];

    public static TheoryData<string> Seeds => ["example.yaml", "sources.yaml"];

    [Theory]
    [MemberData(nameof(Seeds))]
    public void A_file_broken_anywhere_gives_mistakes_with_a_place_and_never_an_exception(string seed)
    {
        var good = File.ReadAllText(Path.Combine(AppContext.BaseDirectory, "Site", seed));
        var random = new Random(20_261_122);
        var (refused, count) = (0, Environment.GetEnvironmentVariable("SMARTCOURTYARD_LONG") == "1" ? 200_000 : 4_000);
        for (var i = 0; i < count; i++)
        {
            var broken = Broken(good, random);
            var began = TimeProvider.System.GetTimestamp();
            var result = SiteFile.Parse(broken, "broken.yaml");
            Assert.True(TimeProvider.System.GetElapsedTime(began) < Soon, broken);
            Assert.Equal(result.IsGood, result.Mistakes.Count == 0);
            Assert.All(result.Mistakes, m => Assert.True(m is { Line: >= 1, Column: >= 1, WhatIsWrong.Length: > 0, WhatIsAllowed.Length: > 0 }, $"{m}\n{broken}"));
            refused += result.IsGood ? 0 : 1;
        }

        Assert.InRange(refused, count / 4, count);
    }

    [Theory]
    [InlineData("\uFEFF")]
    [InlineData("# a comment before\n\n")]
    [InlineData("%YAML 1.2\n---\n")]
    public void What_editors_put_before_the_first_line_does_no_harm(string before)
    {
        var good = File.ReadAllText(Path.Combine(AppContext.BaseDirectory, "Site", "example.yaml"));
        Assert.Empty(SiteFile.Parse(before + good, "a.yaml").Mistakes);
        Assert.Empty(SiteFile.Parse((before + good).ReplaceLineEndings("\r\n"), "a.yaml").Mistakes);
    }

    [Fact]
    public void A_file_of_five_megabytes_is_read_also_on_a_busy_machine()
    {
        var yaml = new StringBuilder("courtyard: a\nname: A\nbuildings:\n");
        for (var b = 0; b < 1_000; b++)
        {
            yaml.Append(CultureInfo.InvariantCulture, $"  - {{ id: b{b}, units: 9, floors: 30 }}\n");
        }

        yaml.Append("devices:\n");
        for (var d = 0; d < 20_000; d++)
        {
            yaml.Append(
                CultureInfo.InvariantCulture,
                $"  - {{ id: d{d}, name: 厨房烟感, class: smoke-detector, at: {{ building: b{d % 1_000}, unit: 1, floor: 3, flat: \"301\", place: 厨房 }}, installed: 2024-05-01, service-life: 10y, test-every: 30d, silence: 26h, call: sip:{d}@192.0.2.10, source: {{ zigbee2mqtt: b{d}/kitchen_smoke }} }}\n");
        }

        Assert.InRange(yaml.Length, 4_000_000, 6_000_000);
        var began = TimeProvider.System.GetTimestamp();
        var result = SiteFile.Parse(yaml.ToString(), "big.yaml");
        Assert.Empty(result.Mistakes);
        Assert.Equal((1_000, 20_000), result.Listed);
        Assert.Equal(20_000, result.Speech.Count);
        Assert.True(TimeProvider.System.GetElapsedTime(began) < TimeSpan.FromSeconds(90), TimeProvider.System.GetElapsedTime(began).ToString());
    }

    [Fact]
    public void More_than_the_duty_room_takes_is_a_mistake()
    {
        var buildings = string.Concat(Enumerable.Range(0, 1_001).Select(b => $"  - {{ id: b{b}, units: 1, floors: 1 }}\n"));
        var devices = string.Concat(Enumerable.Range(0, 20_001).Select(d => $"  - {{ id: d{d}, class: motion, source: {{ zigbee2mqtt: d{d} }} }}\n"));
        var result = SiteFile.Parse($"courtyard: a\nname: A\nbuildings:\n{buildings}devices:\n{devices}", "a.yaml");
        Assert.Equal(
            ["a.yaml:4:3: 'buildings' has 1001 entries: at most 1000", "a.yaml:1006:3: 'devices' has 20001 entries: at most 20000"],
            result.Mistakes.Select(m => m.ToString()));
    }

    [Theory]
    [InlineData("zigbee2mqtt")]
    [InlineData("esphome")]
    public void Aliases_within_aliases_in_a_source_cost_nothing(string kind)
    {
        var bomb = new StringBuilder("courtyard: a\nname: A\ndevices:\n  - { id: d, class: siren, source: { mqtt: { topic: a, points: { ");
        bomb.Append("smoke: &x0 [1,1,1,1,1,1,1,1,1,1]");
        for (var i = 1; i < 25; i++)
        {
            bomb.Append(CultureInfo.InvariantCulture, $", q{i}: &x{i} [{string.Join(',', Enumerable.Repeat($"*x{i - 1}", 10))}]");
        }

        bomb.Append(CultureInfo.InvariantCulture, $" }} }} }} }}\n  - {{ id: e, class: siren, source: {{ {kind}: *x24 }} }}\n");
        var began = TimeProvider.System.GetTimestamp();
        var result = SiteFile.Parse(bomb.ToString(), "bomb.yaml");
        Assert.False(result.IsGood);
        Assert.True(TimeProvider.System.GetElapsedTime(began) < Soon);
    }

    private static string Broken(string good, Random random)
    {
        var text = new StringBuilder(good);
        for (var changes = random.Next(1, 4); changes > 0 && text.Length > 0; changes--)
        {
            var at = random.Next(text.Length);
            var length = Math.Min(random.Next(1, 40), text.Length - at);
            switch (random.Next(6))
            {
                case 0:
                    text.Remove(at, length);
                    break;
                case 1:
                    text.Insert(at, Pieces[random.Next(Pieces.Length)]);
                    break;
                case 2:
                    text[at] = (char)random.Next(1, 0x250);
                    break;
                case 3:
                    text.Insert(at, text.ToString(at, length));
                    break;
                case 4:
                    text.Insert(random.Next(text.Length), text.ToString(at, length));
                    break;
                default:
                    text.Length = at;
                    break;
            }
        }

        return text.ToString();
    }
}
