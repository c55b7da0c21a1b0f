using System.Diagnostics;
using System.Runtime.CompilerServices;
using System.Text.Json;
using SmartCourtyard.Courtyards;
using SmartCourtyard.Gateway.Site;
using SmartCourtyard.Readings;

namespace SmartCourtyard.Gateway.Tests.Site;

/// <summary>The schema for editors says of a file's shape what the reader says. Judged by npm's yaml and ajv, as editors do.</summary>
public sealed class SiteSchemaTests
{
    /// <summary>What no schema can see: doubles, references, one value that depends on another. Everything else must be seen while typing.</summary>
    private static readonly string[] MattersOfMeaning =
    [
        "building-twice.yaml", "device-twice.yaml", "floor-too-high.yaml", "gpio-line-twice.yaml", "modbus-one-bus-two-settings.yaml", "mqtt-bad-unit.yaml",
        "service-life-too-long.yaml", "silence-too-short.yaml", "unit-too-high.yaml", "unknown-building.yaml", "zigbee2mqtt-twice.yaml",
        // What a line or a channel means depends on the device's class.
        "gpio-contact-with-rest.yaml", "gpio-output-with-debounce.yaml", "gpio-without-meaning.yaml",
        "iio-element-as-detector.yaml", "iio-loop-bands-overlap.yaml",
        // While a sensor fills its buffer it answers no other device.
        "iio-buffer-and-polling.yaml",
        "effects-after-too-long.yaml", "effects-confirm-too-long.yaml", "effects-siren-until-person.yaml", "effects-turn-no-actuator.yaml",
        "effects-turn-unknown.yaml", "effects-valve-for.yaml", "effects-valve-until-cleared.yaml", "effects-where-unknown-building.yaml",
        "actuator-cannot-be-told.yaml", "modbus-siren-without-output.yaml", "modbus-output-of-a-detector.yaml", "mqtt-siren-without-command.yaml", "mqtt-command-of-a-detector.yaml",
        "modbus-output-feedback-itself.yaml", "modbus-output-same-values.yaml", "modbus-output-twice.yaml", "mqtt-command-on-its-own-topic.yaml",
        "mqtt-command-same-words.yaml", "mqtt-state-of-a-document.yaml", "mqtt-state-one-word-for-both.yaml",
        "depends-on-circle.yaml", "depends-on-unknown.yaml", "limits-after-too-long.yaml", "limits-methane-too-slow.yaml",
    ];

    private static readonly SemaphoreSlim Once = new(1, 1);

    private static string Folder { get; } = Path.GetDirectoryName(Here())!;

    private static string Root { get; } = Path.GetFullPath(Path.Combine(Folder, "../../.."));

    private static string SchemaFile { get; } = Path.Combine(Root, "firmware-config", "site.schema.json");

    [Fact]
    public async Task Every_site_file_of_the_repository_that_the_reader_takes_is_taken_by_the_schema()
    {
        var judged = await JudgeAsync([.. SiteFiles()]);
        Assert.True(judged.Count >= 3);
        Assert.All(judged, j => Assert.True(j.Value.Length == 0, $"{j.Key}: {string.Join("; ", j.Value)}"));
    }

    [Fact]
    public async Task Every_mistake_that_is_a_matter_of_shape_is_seen_by_the_schema()
    {
        var judged = await JudgeAsync(Directory.GetFiles(Path.Combine(Folder, "mistakes")));
        Assert.True(judged.Count > 60);
        var unseen = judged.Where(j => j.Value.Length == 0).Select(j => Path.GetFileName(j.Key)).Except(MattersOfMeaning);
        Assert.Empty(unseen);
    }

    [Fact]
    public async Task Schema_and_reader_take_the_same_times()
    {
        string[] numbers = ["0", "1", "2", "10", "11", "19", "20", "59", "60", "61", "72", "73", "99", "100", "0100", "3600", "3601", "4320", "4321", "10000", "10001", "20000", "60000", "99999", "100000"];
        string[] units = ["us", "ms", "s", "min", "h"];
        string[] times = [.. numbers.SelectMany(n => units.Select(u => n + u)), "0.5s", "1.5s", "-1s", "+1s", "1", "s", "1 s", "1S", "1d", "1e2ms", "' 1s'"];
        string[] sources =
        [
            "{ gpio: { chip: gpiochip0, line: 4, debounce: TIME } }",
            "{ iio: { name: bme680, interval: TIME } }",
            "{ hwmon: { name: sht3x, interval: TIME } }",
            "{ modbus: { tcp: \"127.0.0.1:1502\", unit: 3, interval: TIME, points: { co2: { input: 0 } } } }",
            "{ serial: { rtu: /dev/ttyUSB0, unit: 3, timeout: TIME, points: { co2: { input: 0 } } } }",
            "{ iio: { name: ads1015, channel: voltage0, element: { kind: mq-4, load: 1000, supply: 5, r0: 1000, warm-up: TIME } } }",
        ];
        foreach (var source in sources)
        {
            await AgreeAsync(times.Select(time => $"""
                courtyard: a
                name: A
                devices:
                  - id: d
                    class: {(source.Contains("gpio", StringComparison.Ordinal) ? "motion" : "air-monitor")}
                    source: {source.Replace("TIME", time, StringComparison.Ordinal)}

                """));
        }
    }

    [Fact]
    public async Task Any_courtyard_that_the_reader_takes_is_taken_by_the_schema() =>
        await AgreeAsync(SiteRoundTripTests.Some(200));

    /// <summary>Writes the files out and lets both judge them; a disagreement shows the file.</summary>
    private static async Task AgreeAsync(IEnumerable<string> yamls)
    {
        var folder = Directory.CreateTempSubdirectory("site-schema-").FullName;
        try
        {
            var files = new List<string>();
            foreach (var yaml in yamls)
            {
                files.Add(Path.Combine(folder, $"{files.Count}.yaml"));
                await File.WriteAllTextAsync(files[^1], yaml);
            }

            var judged = await JudgeAsync([.. files]);
            var disagreed = judged.Select(j => (File: j.Key, Errors: j.Value, Read: SiteFile.Read(j.Key)))
                .Where(j => j.Read.IsGood != (j.Errors.Length == 0)).ToList();
            Assert.Equal(files.Count, judged.Count);
            Assert.Contains(judged, j => j.Value.Length == 0);
            Assert.True(disagreed.Count == 0, $"{disagreed.Count} of {files.Count}, the first:\n" + string.Join('\n', disagreed.Take(5).Select(
                d => File.ReadAllText(d.File) + "schema: " + string.Join("; ", d.Errors) + "\nreader: " + string.Join("; ", d.Read.Mistakes) + "\n")));
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }
    }

    [Fact]
    public void The_schema_knows_the_classes_quantities_and_kinds_of_source_that_the_reader_knows_and_no_others()
    {
        using var schema = JsonDocument.Parse(File.ReadAllText(SchemaFile));
        var device = schema.RootElement.GetProperty("properties").GetProperty("devices").GetProperty("items").GetProperty("properties");
        Assert.Equal(DeviceClasses.AllNames, Texts(device.GetProperty("class").GetProperty("enum")));
        Assert.Equal(Quantities.All.Select(q => q.Name()), Texts(schema.RootElement.GetProperty("$defs").GetProperty("quantity").GetProperty("enum")));
        var points = device.GetProperty("source").GetProperty("properties").GetProperty("mqtt").GetProperty("properties").GetProperty("points");
        var patterns = points.GetProperty("patternProperties").EnumerateObject().Select(p => p.Name).ToList();
        Assert.Equal(
            [
                $"^({string.Join('|', Quantities.All.Where(q => q.IsBoolean()).Select(q => q.Name()))})$",
                $"^({string.Join('|', Quantities.All.Where(q => !q.IsBoolean()).Select(q => q.Name()))})$",
            ],
            patterns);
        Assert.Equal(
            SourceReader.Allowed["exactly one of ".Length..].Split(", ").Order(),
            device.GetProperty("source").GetProperty("properties").EnumerateObject().Select(p => p.Name).Order());
        Assert.Equal(
            ["id", "name", "class", "at", "source", "call", "limits", "lel-base", DependenceReader.Key, .. Upkeep.Keys], device.EnumerateObject().Select(p => p.Name));
    }

    [Fact]
    public void What_an_editor_shows_is_in_English_and_in_Chinese()
    {
        using var schema = JsonDocument.Parse(File.ReadAllText(SchemaFile));
        var shown = new List<string>();
        Gather(schema.RootElement, shown);
        Assert.True(shown.Count > 40);
        Assert.All(shown, s => Assert.True(s.Any(char.IsAsciiLetterLower) && s.Any(c => c is >= '\u4e00' and <= '\u9fff'), s));
    }

    private static IEnumerable<string> SiteFiles() =>
        Directory.GetFiles(Path.Combine(Root, "deploy"), "*.yaml").Concat(Directory.GetFiles(Folder, "*.yaml"))
            .Concat(Directory.GetFiles(Path.Combine(Root, "firmware-config"), "*.yaml", SearchOption.AllDirectories))
            .Where(f => File.ReadLines(f).Any(l => l.StartsWith("courtyard:", StringComparison.Ordinal)))
            .Where(f => SiteFile.Read(f).IsGood);

    private static async Task<Dictionary<string, string[]>> JudgeAsync(string[] files)
    {
        await InstallAsync();
        using var node = Process.Start(new ProcessStartInfo("node", ["--no-warnings", "judge.mjs", SchemaFile])
        {
            WorkingDirectory = Path.Combine(Folder, "schema"), RedirectStandardInput = true, RedirectStandardOutput = true,
        })!;
        var output = node.StandardOutput.ReadToEndAsync();
        await node.StandardInput.WriteAsync(string.Join('\n', files));
        node.StandardInput.Close();
        var lines = (await output).Split('\n', StringSplitOptions.RemoveEmptyEntries);
        await node.WaitForExitAsync();
        Assert.Equal(0, node.ExitCode);
        return lines.Select(l => JsonSerializer.Deserialize<JsonElement>(l))
            .ToDictionary(j => j.GetProperty("file").GetString()!, j => Texts(j.GetProperty("errors")));
    }

    private static async Task InstallAsync()
    {
        await Once.WaitAsync();
        try
        {
            if (!File.Exists(Path.Combine(Folder, "schema", "node_modules", ".package-lock.json")))
            {
                using var install = Process.Start(
                    new ProcessStartInfo("npm", ["ci", "--no-audit", "--no-fund", "--loglevel=error"]) { WorkingDirectory = Path.Combine(Folder, "schema") })!;
                await install.WaitForExitAsync();
                Assert.Equal(0, install.ExitCode);
            }
        }
        finally
        {
            Once.Release();
        }
    }

    private static string[] Texts(JsonElement list) => [.. list.EnumerateArray().Select(e => e.GetString()!)];

    private static void Gather(JsonElement element, List<string> shown)
    {
        if (element.ValueKind == JsonValueKind.Array)
        {
            element.EnumerateArray().ToList().ForEach(e => Gather(e, shown));
        }

        if (element.ValueKind != JsonValueKind.Object)
        {
            return;
        }

        foreach (var property in element.EnumerateObject())
        {
            if (property is { Name: "description", Value.ValueKind: JsonValueKind.String })
            {
                shown.Add(property.Value.GetString()!);
            }

            Gather(property.Value, shown);
        }
    }

    private static string Here([CallerFilePath] string file = "") => file;
}
