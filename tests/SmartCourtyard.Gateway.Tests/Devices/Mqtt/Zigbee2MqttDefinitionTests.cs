using System.Diagnostics;
using System.Runtime.CompilerServices;
using System.Text;
using System.Text.Json;
using SmartCourtyard.Courtyards;
using SmartCourtyard.Gateway.Devices;
using SmartCourtyard.Gateway.Devices.Mqtt;
using SmartCourtyard.Readings;
using Xunit.Abstractions;

namespace SmartCourtyard.Gateway.Tests.Devices.Mqtt;

/// <summary>
/// Zigbee2MQTT's own definitions, as its package has them now, say what each model publishes. For every model with an alarm of its
/// own, each value that its definition names is decoded.
/// </summary>
public sealed class Zigbee2MqttDefinitionTests(ITestOutputHelper output)
{
    private static readonly DateTimeOffset Now = new(2026, 11, 22, 4, 30, 0, TimeSpan.Zero);

    private static readonly (string Class, DeviceClass Device, Quantity Quantity, string[] Words)[] Safety =
    [
        ("smoke", DeviceClass.SmokeDetector, Quantity.Smoke, ["smoke"]),
        ("gas", DeviceClass.GasDetector, Quantity.Gas, ["gas"]),
        ("carbon_monoxide", DeviceClass.CoDetector, Quantity.CoAlarm, ["carbon_monoxide", "co_state"]),
        ("water_leak", DeviceClass.WaterLeak, Quantity.WaterLeak, ["leak"]),
        ("sos", DeviceClass.EmergencyButton, Quantity.Emergency, ["sos", "panic", "emergency"]),
        ("tamper", DeviceClass.DoorContact, Quantity.Tamper, ["tamper"]),
    ];

    /// <summary>Properties that bear such a name and say something else, each with the reason.</summary>
    private static readonly Dictionary<string, string> Exceptions = new(StringComparer.Ordinal)
    {
        ["smoke_alarm_silenced"] = "that somebody silenced the alarm is not the alarm",
        ["emergency_overcurrent"] = "a socket that switched itself off; nobody called",
        ["emergency_overheat"] = "a socket that switched itself off; nobody called",
        ["emergency_overvoltage"] = "a socket that switched itself off; nobody called",
        ["emergency_undervoltage"] = "a socket that switched itself off; nobody called",
        ["emergency_no_load"] = "a socket that switched itself off; nobody called",
    };

    private static readonly string[] OnWords = ["alarm", "water_leakage_yes"];
    private static readonly string[] OffWords = ["normal", "none", "water_leakage_no"];
    private static readonly string[] Calls = ["emergency", "panic", "sos"];

    [NodeFact]
    public async Task Every_alarm_that_a_definition_names_is_understood()
    {
        List<Model> models = await ModelsAsync();
        Assert.True(models.Count > 4_000, $"{models.Count} models");

        var wrong = new List<string>();
        foreach (var safety in Safety)
        {
            (Model Model, Exposed[] Alarms)[] with =
                [.. models.Select(m => (m, m.Exposes.Where(e => IsAlarm(e, safety.Words)).ToArray())).Where(m => m.Item2.Length > 0)];
            string[][] differences = [.. with.Select(m => Differences(m.Model, m.Alarms, safety.Device, safety.Quantity).ToArray())];
            output.WriteLine($"{safety.Class}: models understood {differences.Count(d => d.Length == 0)} / {with.Length}, alarms {with.Sum(m => m.Alarms.Length)}");
            Assert.NotEmpty(with);
            wrong.AddRange(differences.SelectMany(d => d));
        }
        Assert.True(wrong.Count == 0, string.Join('\n', wrong.Take(100)));
    }

    [NodeFact]
    public async Task Every_call_for_help_that_a_definition_names_is_heard_from_any_device()
    {
        List<Model> models = await ModelsAsync();
        (Model Model, string Action)[] calls =
        [
            .. models.SelectMany(m => m.Exposes.Where(e => e.Property == "action").SelectMany(e => e.Values).Where(v => Calls.Contains(v)).Select(v => (m, v))),
        ];

        string[] missed = [.. calls.Where(c => !Decode(c.Model, DeviceClass.Motion, "action", $"\"{c.Action}\"").Readings.Any(r => r is { Quantity: Quantity.Emergency, IsOn: true, Momentary: true }))
            .Select(c => $"{c.Model.Vendor} {c.Model.Name}: {c.Action}")];

        output.WriteLine($"calls for help: {calls.Length - missed.Length} / {calls.Length} of {calls.Select(c => c.Model).Distinct().Count()} models");
        Assert.NotEmpty(calls);
        Assert.Empty(missed);
    }

    private static IEnumerable<string> Differences(Model model, Exposed[] alarms, DeviceClass deviceClass, Quantity quantity)
    {
        foreach (Exposed alarm in alarms)
        {
            foreach ((string value, bool? on) in Values(alarm))
            {
                (DecodeResult result, List<Reading> readings) = Decode(model, deviceClass, alarm.Property, value);
                double[] found = [.. readings.Where(r => r.Quantity == quantity).Select(r => r.Value)];
                bool good = on is null ? found is [] or [0] : found.Length == 1 && found[0] == (on.Value ? 1 : 0);
                if (!good || result.Outcome != DecodeOutcome.Decoded)
                {
                    yield return $"{model.Vendor} {model.Name}: {alarm.Property}={value} gives {quantity.Name()}=[{string.Join(',', found)}], {result.Problem}";
                }
            }
        }
        string quiet = string.Join(',', model.Exposes.Where(e => e.Type == "binary" && IsAlarm(e, [.. Safety.SelectMany(s => s.Words)])).Select(e => $"\"{e.Property}\":{e.Off}"));
        if (DecodeAll(model, deviceClass, $"{{{quiet}}}").Readings.Any(r => r.IsOn && Safety.Any(s => s.Quantity == r.Quantity)))
        {
            yield return $"{model.Vendor} {model.Name}: raises an alarm when all is quiet: {quiet}";
        }
    }

    // Settings are nobody's alarm: a property that can be written is a knob.
    private static bool IsAlarm(Exposed e, string[] words) =>
        !e.Settable && e.Type is "binary" or "enum" && !e.Settable && e.Property != "action" && words.Any(w => e.Property.Contains(w, StringComparison.Ordinal))
            && !Exceptions.ContainsKey(e.Property);

    private static IEnumerable<(string Json, bool? On)> Values(Exposed alarm) => alarm.Type == "binary"
        ? [(alarm.On, true), (alarm.Off, false)]
        : alarm.Values.Select(v => ($"\"{v}\"", OnWords.Contains(v) ? (bool?)true : OffWords.Contains(v) ? false : null));

    private static (DecodeResult Result, List<Reading> Readings) Decode(Model model, DeviceClass deviceClass, string property, string json) =>
        DecodeAll(model, deviceClass, $"{{\"{property}\":{json}}}");

    private static (DecodeResult Result, List<Reading> Readings) DecodeAll(Model model, DeviceClass deviceClass, string payload)
    {
        var family = new Zigbee2MqttFamily(OtherCorpus.Site([(deviceClass, new Zigbee2MqttSource("d"))]));
        var readings = new List<Reading>();
        family.Decode("zigbee2mqtt/bridge/devices", Encoding.UTF8.GetBytes(model.Inventory), retained: true, Now, readings);
        return (family.Decode("zigbee2mqtt/d", Encoding.UTF8.GetBytes(payload), false, Now, readings), readings);
    }

    private static async Task<List<Model>> ModelsAsync()
    {
        string folder = Path.Combine(Here(), "definitions");
        if (!File.Exists(Path.Combine(folder, "node_modules", ".package-lock.json")))
        {
            await RunAsync(folder, "npm", "ci", "--ignore-scripts", "--no-audit", "--no-fund", "--loglevel=error");
        }
        return [.. (await RunAsync(folder, "node", "exposes.mjs")).Split('\n', StringSplitOptions.RemoveEmptyEntries).Select(Model.Of)];
    }

    private static async Task<string> RunAsync(string folder, string program, params string[] arguments)
    {
        using Process process = Process.Start(new ProcessStartInfo(program, arguments) { WorkingDirectory = folder, RedirectStandardOutput = true })!;
        string text = await process.StandardOutput.ReadToEndAsync();
        await process.WaitForExitAsync();
        Assert.True(process.ExitCode == 0, $"{program} {string.Join(' ', arguments)} ended with {process.ExitCode}");
        return text;
    }

    private static string Here([CallerFilePath] string file = "") => Path.GetDirectoryName(file)!;

    /// <summary>Values as they stand in JSON.</summary>
    private sealed record Exposed(string Type, string Property, bool Settable, string On, string Off, string[] Values);

    private sealed record Model(string Vendor, string Name, IReadOnlyList<Exposed> Exposes, string Inventory)
    {
        public static Model Of(string line)
        {
            JsonElement e = JsonDocument.Parse(line).RootElement;
            JsonElement exposes = e.GetProperty("exposes");
            return new Model(Text(e, "vendor"), Text(e, "model"), [.. exposes.EnumerateArray().Select(One)],
                $$$"""[{"friendly_name":"d","definition":{"exposes":{{{exposes.GetRawText()}}}}}]""");
        }

        private static Exposed One(JsonElement e) => new(
            Text(e, "type"), Text(e, "property"), e.GetProperty("settable").GetBoolean(), Raw(e, "on"), Raw(e, "off"),
            e.TryGetProperty("values", out JsonElement values) ? [.. values.EnumerateArray().Select(v => v.ToString())] : []);

        private static string Raw(JsonElement e, string name) => e.TryGetProperty(name, out JsonElement value) ? value.GetRawText() : "null";

        private static string Text(JsonElement e, string name) => e.TryGetProperty(name, out JsonElement text) ? text.ToString() : "";
    }
}

/// <summary>A test that needs Node.js and npm; skipped where one of them is not there.</summary>
[AttributeUsage(AttributeTargets.Method)]
public sealed class NodeFactAttribute : FactAttribute
{
    public NodeFactAttribute()
    {
        string[] path = (Environment.GetEnvironmentVariable("PATH") ?? "").Split(':');
        string[] missing = [.. new[] { "node", "npm" }.Where(program => !path.Any(folder => File.Exists(Path.Combine(folder, program))))];
        Skip = missing.Length == 0 ? null : $"{string.Join(" and ", missing)} cannot be found";
    }
}
