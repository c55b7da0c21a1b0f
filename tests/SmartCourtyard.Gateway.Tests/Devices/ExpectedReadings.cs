using System.Globalization;
using System.Text.Json;
using SmartCourtyard.Readings;

namespace SmartCourtyard.Gateway.Tests.Devices;

/// <summary>Turns the corpus' judgement of a message into the readings it must give.</summary>
internal sealed class ExpectedReadings
{
    /// <summary>What is reported and is none of our quantities: estimates, indices, scales without a unit.</summary>
    private static readonly HashSet<string> NotMeasured =
        ["aqi", "eco2", "pm4", "smoke_level", "smoke_value", "smoke_density", "smoke_concentration", "voc_index"];

    private static readonly Quantity[] Alarming =
    [
        Quantity.Smoke, Quantity.Gas, Quantity.CoAlarm, Quantity.Emergency, Quantity.Fall, Quantity.WaterLeak, Quantity.Tamper,
        Quantity.Fault, Quantity.Test, Quantity.BatteryLow,
    ];

    private readonly Dictionary<Quantity, double> _required = [];
    private readonly HashSet<Quantity> _mayBeOn = [];
    private bool _pressed;
    private bool _lowBatteryByPercent;

    private ExpectedReadings()
    {
    }

    /// <param name="line">The message.</param>
    /// <param name="alsoOn">What may be on beside what the judgement names.</param>
    public static ExpectedReadings Of(CorpusLine line, params ReadOnlySpan<Quantity> alsoOn)
    {
        var expected = new ExpectedReadings();
        expected._mayBeOn.UnionWith(alsoOn.ToArray());
        expected.Take(line.Expect, line);
        if (line.Expect.TryGetProperty("also", out JsonElement also))
        {
            foreach (JsonElement one in also.EnumerateArray())
            {
                expected.Take(one, line);
            }
        }
        if (line.Expect.TryGetProperty("readings", out JsonElement readings))
        {
            foreach (JsonProperty reading in readings.EnumerateObject())
            {
                string? unit = reading.Value.GetArrayLength() > 1 ? reading.Value[1].GetString() : null;
                expected.Measured(reading.Name, reading.Value[0].GetDouble(), unit);
            }
        }
        return expected;
    }

    /// <summary>Everything in which the readings differ from what is expected.</summary>
    public IEnumerable<string> Differences(IReadOnlyList<Reading> readings)
    {
        foreach ((Quantity quantity, double value) in _required)
        {
            Reading[] found = [.. readings.Where(r => r.Quantity == quantity)];
            if (found.Length != 1 || Math.Abs(found[0].Value - value) > 1e-9 * Math.Max(1, Math.Abs(value)))
            {
                yield return string.Create(CultureInfo.InvariantCulture, $"{quantity.Name()} should be {value}, is [{string.Join(", ", found.Select(r => r.Value))}]");
            }
        }
        foreach (Reading reading in readings.Where(r => Alarming.Contains(r.Quantity) && r.IsOn && !_mayBeOn.Contains(r.Quantity)))
        {
            yield return $"{reading.Quantity.Name()} must not be on";
        }
        if (readings.Any(r => r.Momentary && r.Quantity == Quantity.Emergency) != _pressed)
        {
            yield return _pressed ? "a press must be momentary" : "nothing was pressed";
        }
        if (_lowBatteryByPercent && !readings.Any(r => r is { Quantity: Quantity.Battery, Value: <= 5 }))
        {
            yield return "the low percentage is missing";
        }
    }

    private void Take(JsonElement expect, CorpusLine line)
    {
        string kind = expect.GetProperty("kind").GetString()!, state = expect.GetProperty("state").GetString()!;
        string property = expect.TryGetProperty("property", out JsonElement p) ? p.GetString()! : "";
        switch (kind, state)
        {
            case ("smoke" or "gas" or "co" or "water_leak" or "sos" or "fall" or "tamper", "alarm" or "normal"):
                Flag(OfKind(kind), state == "alarm");
                _pressed |= kind == "sos" && state == "alarm" && line.Action is not (null or "");
                break;
            case ("battery", "low") when property == "battery":
                _lowBatteryByPercent = true;
                break;
            case ("battery", "low" or "normal"):
                Flag(Quantity.BatteryLow, state == "low");
                break;
            case ("door", "open" or "closed"):
                _required[Quantity.Contact] = state == "closed" ? 1 : 0;
                break;
            case ("motion" or "vibration", "detected" or "clear"):
                _required[kind == "motion" ? Quantity.Motion : Quantity.Vibration] = state == "detected" ? 1 : 0;
                break;
            case ("fault" or "valve", "fault") or ("test", "test_failed") or ("fault", "normal"):
                Flag(Quantity.Fault, state != "normal");
                break;
            case ("test", "active" or "normal") or ("smoke", "test"):
                Flag(Quantity.Test, state != "normal");
                break;
            case ("availability", "online" or "offline"):
                _required[Quantity.Online] = state == "online" ? 1 : 0;
                break;
            case (_, "reading") when !expect.TryGetProperty("readings", out _):
                Measured(property, double.Parse(line.Payload, CultureInfo.InvariantCulture), null);
                break;
            case (_, "reading") or (_, "warning") or ("none" or "action", "none") or ("siren", "on" or "off") or ("valve", "open" or "closed")
                or ("temperature_humidity" or "air_quality", "alarm" or "normal") or ("noise", "detected" or "clear")
                or ("silenced" or "preheat", "active" or "normal") or ("linked", "alarm") or ("soil", "dry")
                or ("heat", "alarm") or ("discovery", "announce" or "removed"):
                break; // nothing that is a quantity: only that nothing alarming may be on
            default:
                throw new InvalidDataException($"the judgement {kind} {state} is not known: {line}");
        }
    }

    private void Flag(Quantity quantity, bool on)
    {
        _required[quantity] = on ? 1 : 0;
        if (on)
        {
            _mayBeOn.Add(quantity);
        }
    }

    private static Quantity OfKind(string kind) => kind switch
    {
        "smoke" => Quantity.Smoke,
        "gas" => Quantity.Gas,
        "co" => Quantity.CoAlarm,
        "water_leak" => Quantity.WaterLeak,
        "sos" => Quantity.Emergency,
        "fall" => Quantity.Fall,
        _ => Quantity.Tamper,
    };

    private void Measured(string property, double value, string? unit)
    {
        if (NotMeasured.Contains(property))
        {
            return;
        }
        (Quantity quantity, double inUnit) = (property, unit) switch
        {
            ("battery", _) => (Quantity.Battery, value),
            ("temperature", _) => (Quantity.Temperature, value),
            ("humidity", _) => (Quantity.Humidity, value),
            ("co2", _) => (Quantity.Co2, value),
            ("pm1", _) => (Quantity.Pm1, value),
            ("pm25", _) => (Quantity.Pm25, value),
            ("pm10", _) => (Quantity.Pm10, value),
            ("voc", "µg/m³" or null) => (Quantity.Tvoc, value),
            ("voc", "ppb") => (Quantity.Tvoc, value * 110 / 24.45),
            ("voc", "ppm") => (Quantity.Tvoc, value * 1_000 * 110 / 24.45),
            ("hcho", "mg/m³") => (Quantity.Hcho, value),
            ("formaldehyd", "µg/m³") => (Quantity.Hcho, value / 1_000),
            ("formaldehyde", "ppm") => (Quantity.Hcho, value * 30.03 / 24.45),
            ("co" or "carbon_monoxide_value", _) => (Quantity.Co, value),
            ("gas" or "gas_density" or "gas_value", _) => (Quantity.Methane, value),
            ("noise_level", _) => (Quantity.Noise, value),
            ("smoke_density_dbm", "dB/m") => (Quantity.SmokeDensity, value),
            _ when property.StartsWith("temperature_", StringComparison.Ordinal) => (Quantity.Temperature, value),
            _ when property.StartsWith("humidity_", StringComparison.Ordinal) => (Quantity.Humidity, value),
            _ => throw new InvalidDataException($"the reading {property} in {unit} is not known"),
        };
        // One point a quantity: of several probes the main one counts, or else the first.
        if (!_required.ContainsKey(quantity) || !property.Contains('_', StringComparison.Ordinal))
        {
            _required[quantity] = inUnit;
        }
    }
}
