using System.Globalization;
using SmartCourtyard.Alarms;
using SmartCourtyard.Conditions;
using SmartCourtyard.Courtyards;
using SmartCourtyard.Readings;

namespace SmartCourtyard.Tests.AlarmTests;

/// <summary>Every default, with where its number comes from. A change here is a change of when an estate alarms.</summary>
public sealed class AlarmDefaultsTests
{
    private static readonly string[] Everywhere =
    [
        "smoke 1/1 → Smoke (the detector's own judgement)",
        "gas 1/1 → Gas (the detector's own judgement)",
        "co-alarm 1/1 → CarbonMonoxide (the detector's own judgement)",
        "emergency 1/1 → EmergencyCall (somebody pressed)",
        "fall 1/1 → Fall (the detector's own judgement)",
        "water-leak 1/1 → WaterLeak (the detector's own judgement)",
        "tamper 1/1 → Tamper (the detector's own judgement)",
        "methane 10/8 after 15 s → Gas (practice: inside of the 5 to 25 %LEL that home alarms are set to; the delay after GB 15322.2 (edition announced 2026))",
        "methane 25/8 → Gas (practice: the top of what home alarms are set to)",
        "co dose 30:150 50:75 100:25 300:2 min, back in 120 min → CarbonMonoxide (EN 50291-1)",
    ];

    public static TheoryData<DeviceClass, string[]> OfClass => new()
    {
        { DeviceClass.SmokeDetector, [] },
        { DeviceClass.GasDetector, [] },
        { DeviceClass.EmergencyButton, [] },
        { DeviceClass.DoorContact, [] },
        { DeviceClass.Siren, [] },
        {
            DeviceClass.HeatDetector,
            [
                "temperature 57/50 → Heat (EN 54-5 class A1: static response between 54 and 65 °C; the point between them is practice)",
                "temperature rises 8 a minute over 2 min from 35 → Heat (practice: rate-of-rise detectors answer to 8 K/min and more)",
            ]
        },
        {
            DeviceClass.AirMonitor,
            [
                "co2 mean of 24 h 1000/900 → AirQuality (GB/T 18883-2002)", "hcho mean of 1 h 0.1/0.09 → AirQuality (GB/T 18883-2002)",
                "tvoc mean of 8 h 600/540 → AirQuality (GB/T 18883-2002)", "pm10 mean of 24 h 150/135 → AirQuality (GB/T 18883-2002)",
            ]
        },
        { DeviceClass.NoiseMeter, ["noise mean of 0.3333 h 65/62 → Noise (practice; check against the limits of the area)"] },
        {
            DeviceClass.ElectricalMonitor,
            [
                "leakage-current 300/250 after 5 s → Electrical (practice: the usual setting of residual-current fire detectors)",
                "temperature 70/60 after 5 s → Electrical (practice: what PVC insulation bears for long)",
            ]
        },
        { DeviceClass.EquipmentContact, ["contact 0/1 after 5 s → Equipment (practice: an open contact, as with every normally closed loop)"] },
    };

    [Theory]
    [MemberData(nameof(OfClass))]
    public void A_class_has_the_rules_of_all_and_its_own(DeviceClass deviceClass, string[] own)
    {
        var heat = deviceClass == DeviceClass.HeatDetector;
        Assert.Equal(
            [.. Everywhere.Select(r => heat ? r.Replace("→ Smoke", "→ Heat", StringComparison.Ordinal) : r), .. own],
            Rulebook.Usual.For(Estate.Device(deviceClass)).Select(Told));
    }

    [Fact]
    public void The_edition_of_2022_is_offered_and_its_numbers_are_marked_as_unchecked() => Assert.Equal(
        [
            "co2 mean of 1 h 1000/900", "hcho mean of 1 h 0.08/0.072", "tvoc mean of 8 h 600/540", "pm25 mean of 24 h 50/45", "pm10 mean of 24 h 100/90",
        ],
        AirProfile.Gb18883Of2022.Rules.Select(r =>
        {
            Assert.EndsWith("check", r.Basis, StringComparison.Ordinal);
            return Told(r).Split(" → ")[0];
        }));

    [Fact]
    public void What_no_standard_was_read_for_is_never_called_one()
    {
        foreach (var rule in Enum.GetValues<DeviceClass>().SelectMany(c => AlarmDefaults.Of(c)).Concat(AirProfile.All.SelectMany(a => a.Rules)))
        {
            Assert.True(
                rule.Basis is "EN 50291-1" or "GB/T 18883-2002" or "the detector's own judgement" or "somebody pressed"
                    || rule.Basis.Contains("practice", StringComparison.Ordinal) || rule.Basis.EndsWith("check", StringComparison.Ordinal), rule.Basis);
        }
    }

    [Fact]
    public void Only_a_call_is_not_raised_from_what_a_broker_kept() => Assert.Equal(
        [AlarmKind.EmergencyCall, AlarmKind.Fall],
        Rulebook.Usual.For(Estate.Device(DeviceClass.EmergencyButton)).Where(r => !r.RaisesFromRetained).Select(r => r.Kind));

    [Theory]
    [InlineData(Quantity.Methane, DeviceClass.AirMonitor, AlarmKind.Gas)]
    [InlineData(Quantity.Co, DeviceClass.AirMonitor, AlarmKind.CarbonMonoxide)]
    [InlineData(Quantity.Temperature, DeviceClass.HeatDetector, AlarmKind.Heat)]
    [InlineData(Quantity.Temperature, DeviceClass.ElectricalMonitor, AlarmKind.Electrical)]
    [InlineData(Quantity.Temperature, DeviceClass.AirMonitor, AlarmKind.AirQuality)]
    [InlineData(Quantity.Temperature, DeviceClass.WaterLevel, AlarmKind.Equipment)]
    [InlineData(Quantity.Voltage, DeviceClass.ElectricalMonitor, AlarmKind.Electrical)]
    [InlineData(Quantity.Voltage, DeviceClass.Camera, AlarmKind.Equipment)]
    [InlineData(Quantity.LeakageCurrent, DeviceClass.Camera, AlarmKind.Electrical)]
    [InlineData(Quantity.WaterLevel, DeviceClass.WaterLevel, AlarmKind.WaterLevel)]
    [InlineData(Quantity.Noise, DeviceClass.NoiseMeter, AlarmKind.Noise)]
    [InlineData(Quantity.Contact, DeviceClass.EquipmentContact, AlarmKind.Equipment)]
    [InlineData(Quantity.Contact, DeviceClass.DoorContact, AlarmKind.Intrusion)]
    [InlineData(Quantity.Motion, DeviceClass.Motion, AlarmKind.Intrusion)]
    [InlineData(Quantity.Pm25, DeviceClass.Camera, AlarmKind.AirQuality)]
    [InlineData(Quantity.Pressure, DeviceClass.Camera, AlarmKind.Equipment)]
    [InlineData(Quantity.Smoke, DeviceClass.SmokeDetector, null)]
    [InlineData(Quantity.Battery, DeviceClass.SmokeDetector, null)]
    public void A_limit_makes_the_alarm_of_its_quantity(Quantity quantity, DeviceClass deviceClass, AlarmKind? kind)
        => Assert.Equal(kind, AlarmRule.KindOf(quantity, deviceClass));

    [Fact]
    public void A_limit_takes_the_place_of_all_the_usual_rules_for_its_quantity_and_of_no_other()
    {
        var rules = Estate.Limited("gas", new Limit(Quantity.Methane, 20, 18)).For(Estate.Device(DeviceClass.GasDetector, "gas"));
        Assert.Equal([.. Everywhere.Where(r => !r.StartsWith("methane", StringComparison.Ordinal)), "methane 20/18 → Gas (site file)"], rules.Select(Told));
        Assert.Equal(Everywhere, Estate.Limited("gas", new Limit(Quantity.Methane, 20, 18)).For(Estate.Device(DeviceClass.GasDetector, "another")).Select(Told));
    }

    private static string Told(AlarmRule rule)
    {
        var what = rule.Condition switch
        {
            Threshold t => string.Create(CultureInfo.InvariantCulture, $"{t.Alarm}/{t.Clear}"),
            RateOfRise r => string.Create(CultureInfo.InvariantCulture, $"rises {r.PerMinute} a minute over {r.Over.TotalMinutes} min from {r.From}"),
            Average a => string.Create(CultureInfo.InvariantCulture, $"mean of {a.Over.TotalHours:0.####} h {a.Alarm:0.####}/{a.Clear:0.####}"),
            Dose d => string.Create(
                CultureInfo.InvariantCulture, $"dose {string.Join(' ', d.Times.Select(p => $"{p.Value}:{p.Time.TotalMinutes}"))} min, back in {d.Recovery.TotalMinutes} min"),
            var unknown => unknown.ToString(),
        };
        var after = rule.Condition.After > TimeSpan.Zero ? $" after {rule.Condition.After.TotalSeconds} s" : "";
        return $"{rule.Condition.Quantity.Name()} {what}{after} → {rule.Kind} ({rule.Basis})";
    }
}
