using System.Text.Json;
using SmartCourtyard.Courtyards;

namespace SmartCourtyard.Gateway.Tests.Devices;

/// <summary>One message of the corpus with the judgement of what it says.</summary>
internal sealed record CorpusLine(int Number, string Class, string Vendor, string Model, string Topic, string Payload, bool Retain, JsonElement Expect, JsonElement BridgeDevice)
{
    public string FriendlyName => BridgeDevice.GetProperty("friendly_name").GetString()!;

    /// <summary>What Zigbee2MQTT would keep on bridge/devices if this were its only device.</summary>
    public string Inventory => $"[{BridgeDevice.GetRawText()}]";

    private static readonly Lazy<IReadOnlyList<CorpusLine>> Read = new(ReadAll);

    public static IReadOnlyList<CorpusLine> All => Read.Value;

    /// <summary>The label needs an assumption, or the value is not in the device's own definition.</summary>
    public bool IsJudged => Expect.TryGetProperty("assumed", out _) || Expect.TryGetProperty("undeclared", out _);

    public DeviceClass DeviceClass => Class switch
    {
        "smoke" => DeviceClass.SmokeDetector,
        "gas" => DeviceClass.GasDetector,
        "co" => DeviceClass.CoDetector,
        "water_leak" => DeviceClass.WaterLeak,
        "sos" => DeviceClass.EmergencyButton,
        "fall" => DeviceClass.FallDetector,
        "door" => DeviceClass.DoorContact,
        "temperature_humidity" or "air_quality" => DeviceClass.AirMonitor,
        "motion" => DeviceClass.Motion,
        "vibration" => DeviceClass.Vibration,
        "noise" => DeviceClass.NoiseMeter,
        "siren" => DeviceClass.Siren,
        "valve" => DeviceClass.GasValve,
        "none" => DeviceClass.EquipmentContact,
        _ => throw new InvalidDataException($"line {Number}: class {Class}"),
    };

    /// <summary>What a person did, if the message says so.</summary>
    public string? Action => Payload.StartsWith('{') && JsonDocument.Parse(Payload).RootElement.TryGetProperty("action", out JsonElement action)
        ? action.GetString()
        : null;

    public Courtyard Courtyard() => new("corpus", "Corpus", null, [], [new Device("d", null, DeviceClass, new Place(), new Zigbee2MqttSource(FriendlyName))]);

    /// <summary>Yes-or-no properties that the model reports and that nobody can set.</summary>
    public static IEnumerable<string> PublishedFlags(JsonElement bridgeDevice) => Flags(bridgeDevice.GetProperty("definition").GetProperty("exposes"));

    private static IEnumerable<string> Flags(JsonElement exposes) => exposes.EnumerateArray().SelectMany(e =>
        e.TryGetProperty("features", out JsonElement features) ? Flags(features)
        : Text(e, "type") == "binary" && (e.GetProperty("access").GetInt32() & 0b11) == 0b01 ? [Text(e, "property")]
        : []);

    public override string ToString() => $"line {Number} {Class} {Vendor} {Model} {Topic} {Payload[..Math.Min(300, Payload.Length)]} expect {Expect}";

    public static string File(string name) => Path.Combine(AppContext.BaseDirectory, "corpus", "open", name);

    private static List<CorpusLine> ReadAll()
    {
        Dictionary<(string, string), JsonElement> models = System.IO.File.ReadLines(File("zigbee-models.jsonl"))
            .Select(line => JsonDocument.Parse(line).RootElement)
            .ToDictionary(m => (Text(m, "vendor"), Text(m, "model")), m => m.GetProperty("bridge_device"));
        return [.. System.IO.File.ReadLines(File("z2m-payloads.jsonl")).Select((line, i) =>
        {
            JsonElement e = JsonDocument.Parse(line).RootElement;
            (string vendor, string model) = (Text(e, "vendor"), Text(e, "model"));
            return new CorpusLine(i + 1, Text(e, "class"), vendor, model, Text(e, "topic"), Text(e, "payload"), e.GetProperty("retain").GetBoolean(),
                e.GetProperty("expect"), models[(vendor, model)]);
        })];
    }

    private static string Text(JsonElement e, string name) => e.GetProperty(name).GetString()!;
}
