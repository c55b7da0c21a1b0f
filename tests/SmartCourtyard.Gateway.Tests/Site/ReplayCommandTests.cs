using System.Text.Json;

namespace SmartCourtyard.Gateway.Tests.Site;

/// <summary>A recorded night, judged again.</summary>
public sealed class ReplayCommandTests : IDisposable
{
    private const string Site = """
        courtyard: a
        name: A
        buildings: [{ id: b1, name: 1, units: 2, floors: 7 }]
        devices:
          - { id: gas, class: gas-detector, at: { building: b1, unit: 1, floor: 2, flat: "201" }, source: { zigbee2mqtt: gas } }
          - { id: co, class: co-detector, at: { building: b1, unit: 1, floor: 2 }, source: { zigbee2mqtt: co } }
          - { id: smoke, class: smoke-detector, at: { building: b1, unit: 1, floor: 2 }, source: { zigbee2mqtt: smoke } }
        """;

    private readonly string _folder = Directory.CreateTempSubdirectory("replay-").FullName;

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Fact]
    public void A_night_gives_its_events_at_their_own_times()
    {
        var (code, events, errors) = Run(Site, """
            time,device,quantity,value
            2026-11-22T04:30:00Z,gas,methane,3
            2026-11-22T04:31:00Z,gas,methane,12
            2026-11-22T04:31:50Z,gas,methane,2
            2026-11-22T12:40:00+08:00,smoke,smoke,true
            2026-11-22T04:40:00.050Z,smoke,smoke,false
            """);

        Assert.Equal((0, ""), (code, errors));
        Assert.Equal(
            [
                "alarm.raised 2026-11-22T04:31:15.000Z gas gas methane 12", "alarm.cleared 2026-11-22T04:31:50.000Z gas gas methane 2",
                "alarm.raised 2026-11-22T04:40:00.000Z smoke smoke smoke true", "alarm.cleared 2026-11-22T04:40:00.050Z smoke smoke smoke false",
            ],
            events.Where(e => e.GetProperty("type").GetString()!.Contains(".alarm.", StringComparison.Ordinal)).Select(Told));
        Assert.Equal(Enumerable.Range(1, events.Count).Select(i => $"{i}"), events.Select(e => e.GetProperty("sequence").GetString()));
    }

    [Fact]
    public void The_time_between_the_lines_and_a_day_after_the_last_runs_too()
    {
        var (_, events, _) = Run(Site, "2026-11-22T00:00:00Z,co,co,100\n2026-11-22T06:00:00Z,co,co,0\n");
        Assert.Equal("alarm.raised 2026-11-22T00:25:00.000Z carbon-monoxide co co 100", Told(events.First(e => e.GetProperty("type").GetString() == "smartcourtyard.alarm.raised.v1")));
        // The gas detector was never heard; its class may be silent for half an hour. The others may for 25 h, until after the day.
        var silent = events.Where(e => e.GetProperty("type").GetString() == "smartcourtyard.trouble.raised.v1").ToList();
        Assert.Contains(silent, e => e.GetProperty("data").GetProperty("device").GetString() == "gas" && e.GetProperty("time").GetString()!.StartsWith("2026-11-22T00:30:1", StringComparison.Ordinal));
        Assert.Contains(silent, e => e.GetProperty("data").GetProperty("device").GetString() == "smoke" && e.GetProperty("time").GetString()!.StartsWith("2026-11-23T01:00:1", StringComparison.Ordinal));
    }

    [Fact]
    public void The_same_readings_give_the_same_events()
    {
        const string Readings = "2026-11-22T04:30:00Z,gas,methane,12\n2026-11-22T04:31:00Z,gas,methane,0\n2026-11-22T04:40:00Z,smoke,smoke,true\n";
        Assert.Equal(Run(Site, Readings).Events.Select(WithoutIds), Run(Site, Readings).Events.Select(WithoutIds));
    }

    [Fact]
    public void Every_mistake_is_named_with_its_line_and_column()
    {
        var (code, events, errors) = Run(Site, """
            2026-11-22T04:30:00Z,gas,methane,3
            2026-11-22 04:30,gas,methane,3
            2026-11-22T04:30:00,gas,methane,3
            2026-11-22T04:29:59Z,gas,methane,3
            2026-11-22T04:30:00Z,gaz,methane,3
            2026-11-22T04:30:00Z,gas,methan,3
            2026-11-22T04:30:00Z,gas,methane,true
            2026-11-22T04:30:00Z,smoke,smoke,0.5
            2026-11-22T04:30:00Z,smoke,smoke
            2026-11-22T04:30:00Z,gas,methane,NaN
            """);

        Assert.Equal((1, 0), (code, events.Count));
        string[] expected =
        [
            "2:1: the time is '2026-11-22 04:30'", "3:1: the time is '2026-11-22T04:30:00'", "4:1: the time lies before",
            "5:22: no device 'gaz' (did you mean 'gas'?)", "6:26: no quantity 'methan'", "7:34: the value is 'true': a number in %LEL",
            "8:34: the value is '0.5': true or false", "9:1: 3 fields", "10:34: the value is 'NaN'",
        ];
        var found = errors.Split('\n', StringSplitOptions.RemoveEmptyEntries).Select(l => l[(l.IndexOf(".csv:", StringComparison.Ordinal) + 5)..]).ToArray();
        Assert.Equal(expected.Length, found.Length);
        Assert.All(expected.Zip(found), pair => Assert.StartsWith(pair.First, pair.Second, StringComparison.Ordinal));
    }

    [Fact]
    public void A_change_of_rule_shows_its_difference_before_it_goes_live()
    {
        const string Readings = "2026-11-22T04:30:00Z,gas,methane,12\n2026-11-22T04:31:00Z,gas,methane,0\n2026-11-22T04:40:00Z,smoke,smoke,true\n";
        File.WriteAllText(PathOf("other.yaml"), Site.Replace("source: { zigbee2mqtt: gas }", "source: { zigbee2mqtt: gas }, limits: { methane: { alarm: 15 } }", StringComparison.Ordinal));
        var output = Execute(Site, Readings, "--compare", PathOf("other.yaml")).Output.Split('\n', StringSplitOptions.RemoveEmptyEntries);
        Assert.Equal(2, output.Length);
        Assert.All(output, l => Assert.StartsWith("- {", l, StringComparison.Ordinal));
        Assert.Contains("alarm.raised", output[0], StringComparison.Ordinal);
        Assert.Empty(Execute(Site, Readings, "--compare", PathOf("site.yaml")).Output);
    }

    [Theory]
    [InlineData("--site")]
    [InlineData("--readings", "x")]
    [InlineData("--site", "a", "--site", "b")]
    [InlineData("--what", "a")]
    [InlineData()]
    public void Options_that_cannot_be_are_answered_with_how_they_are(params string[] arguments)
    {
        var errors = new StringWriter();
        Assert.Equal(1, ReplayCommand.Run(arguments, TextWriter.Null, errors));
        Assert.Contains("--readings FILE", errors.ToString(), StringComparison.Ordinal);
    }

    private (int Code, List<JsonElement> Events, string Errors) Run(string site, string readings)
    {
        var (code, output, errors) = Execute(site, readings);
        return (code, [.. output.Split('\n', StringSplitOptions.RemoveEmptyEntries).Select(l => JsonDocument.Parse(l).RootElement)], errors);
    }

    private (int Code, string Output, string Errors) Execute(string site, string readings, params string[] more)
    {
        File.WriteAllText(PathOf("site.yaml"), site);
        File.WriteAllText(PathOf("readings.csv"), readings);
        var (output, errors) = (new StringWriter(), new StringWriter());
        var code = ReplayCommand.Run(["--site", PathOf("site.yaml"), "--readings", PathOf("readings.csv"), .. more], output, errors);
        return (code, output.ToString(), errors.ToString());
    }

    private string PathOf(string name) => Path.Combine(_folder, name);

    private static string Told(JsonElement e)
    {
        var data = e.GetProperty("data");
        var cause = data.GetProperty("cause");
        return $"{e.GetProperty("type").GetString()![15..^3]} {e.GetProperty("time").GetString()} {data.GetProperty("kind").GetString()} "
            + $"{data.GetProperty("device").GetString()} {cause.GetProperty("quantity").GetString()} {cause.GetProperty("value")}".Replace("True", "true", StringComparison.Ordinal).Replace("False", "false", StringComparison.Ordinal);
    }

    private static string WithoutIds(JsonElement e) => string.Join(' ', e.EnumerateObject().Where(p => p.Name != "id").Select(p => p.Name == "data"
        ? string.Join(' ', p.Value.EnumerateObject().Where(d => !d.Name.EndsWith("Id", StringComparison.Ordinal)).Select(d => d.ToString()))
        : p.ToString()));
}
