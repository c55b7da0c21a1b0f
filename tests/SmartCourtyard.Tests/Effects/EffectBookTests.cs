using SmartCourtyard.Alarms;
using SmartCourtyard.Courtyards;
using SmartCourtyard.Effects;
using SmartCourtyard.Readings;

namespace SmartCourtyard.Tests.EffectTests;

/// <summary>What sirens, valves and lamps do by themselves.</summary>
public sealed class EffectBookTests
{
    private readonly Device _siren = At(DeviceClass.Siren, "siren", new Place("b03", 1));
    private readonly Device _valve = At(DeviceClass.GasValve, "valve", new Place("b03", 1, 3, "301", "厨房"));
    private readonly Device _lamp = At(DeviceClass.ReassuranceLamp, "lamp", new Place("b03", 1, 3, "301", "卧室"));
    private readonly EffectBook _book = new();
    private readonly Courtyard _courtyard;

    public EffectBookTests()
    {
        _courtyard = Estate.Of(_siren, _valve, _lamp);
        Serve();
    }

    [Theory]
    [InlineData(AlarmKind.Smoke, true)]
    [InlineData(AlarmKind.Heat, true)]
    [InlineData(AlarmKind.Gas, true)]
    [InlineData(AlarmKind.CarbonMonoxide, true)]
    [InlineData(AlarmKind.EmergencyCall, false)]
    [InlineData(AlarmKind.WaterLeak, false)]
    [InlineData(AlarmKind.Tamper, false)]
    [InlineData(AlarmKind.AirQuality, false)]
    public void A_siren_sounds_for_what_people_must_run_from_and_stops_when_it_is_resolved(AlarmKind kind, bool sounds)
    {
        var alarm = Alarm(kind, flat: "502");
        Assert.Equal(sounds ? ["siren on"] : [], Follow(alarm, 0));
        Assert.Empty(Follow(alarm with { Receipts = new Receipts(Stored: Estate.Night, Acknowledged: Estate.Night) }, 5));
        Assert.Empty(Follow(alarm with { Condition = AlarmCondition.Cleared }, 10));
        Assert.Equal(sounds ? ["siren off"] : [], Follow(Resolved(alarm), 20));
    }

    [Fact]
    public void A_siren_sounds_for_its_own_place_only()
    {
        Assert.Empty(Follow(Alarm(AlarmKind.Smoke, unit: 2, flat: "301"), 0));
        Assert.Empty(Follow(Alarm(AlarmKind.Smoke, building: "b04"), 0));
        Assert.Equal(["siren on"], Follow(Alarm(AlarmKind.Smoke, flat: "702"), 0));
    }

    [Fact]
    public void A_test_of_a_detector_moves_nothing() => Assert.Empty(Follow(Alarm(AlarmKind.Gas) with { Test = true }, 0));

    [Fact]
    public void A_siren_ends_after_its_time_and_a_new_activation_sounds_again()
    {
        var alarm = Alarm(AlarmKind.Smoke, flat: "502");
        Follow(alarm, 100);
        Assert.Equal(TimeSpan.FromSeconds(100 + 1_800), _book.Due);
        Assert.Empty(Pass(1_899));
        Assert.Equal(["siren off"], Pass(1_900));
        Assert.Null(_book.Due);
        Assert.Equal(["siren on"], Follow(alarm with { Occurrences = 2 }, 2_000));
        Assert.Equal(TimeSpan.FromSeconds(2_000 + 1_800), _book.Due);
    }

    [Fact]
    public void A_siren_that_people_silence_is_silent_until_something_new_happens()
    {
        var alarm = Alarm(AlarmKind.Smoke, flat: "502");
        Follow(alarm, 0);
        Assert.Equal(["siren off"], Silence(alarm.Id, 10));
        Assert.Empty(Follow(alarm with { Receipts = new Receipts(Stored: Estate.Night) }, 11));
        Assert.Equal(["siren on"], Follow(alarm with { Occurrences = 2 }, 12));

        // Silencing one alarm does not silence another.
        Follow(Alarm(AlarmKind.Smoke, flat: "401"), 13);
        Assert.Empty(Silence(alarm.Id, 14));
    }

    [Fact]
    public void A_gas_valve_closes_at_its_flat_and_only_a_person_there_opens_it()
    {
        var alarm = Alarm(AlarmKind.Gas, flat: "301");
        Assert.Equal(["siren on", "valve on"], Follow(alarm, 0));
        Assert.False(_book.Release("valve", Estate.After(1), []));
        Assert.DoesNotContain(Silence(alarm.Id, 2), o => o.StartsWith("valve", StringComparison.Ordinal));
        Assert.DoesNotContain("valve off", Follow(Resolved(alarm), 3));
        Assert.Equal(["valve"], _book.Latched);

        var orders = new List<ActuatorOrder>();
        Assert.True(_book.Release("valve", Estate.After(4), orders));
        Assert.Equal(["valve off"], orders.Select(Told));
        Assert.False(_book.Release("valve", Estate.After(5), orders));
        Assert.Empty(_book.Latched);
    }

    [Fact]
    public void Gas_elsewhere_closes_no_valve() => Assert.DoesNotContain("valve on", Follow(Alarm(AlarmKind.Gas, flat: "302"), 0));

    [Fact]
    public void The_lamp_beside_the_button_says_how_far_the_call_has_come()
    {
        var call = Alarm(AlarmKind.EmergencyCall, flat: "301");
        Assert.Equal(["lamp Heard"], Follow(call, 0));
        Assert.Equal(["lamp Stored"], Follow(call with { Receipts = new Receipts(Stored: Estate.Night) }, 1));
        Assert.Empty(Follow(call with { Receipts = new Receipts(Stored: Estate.Night, Shown: Estate.Night) }, 2));
        Assert.Equal(["lamp Coming"], Follow(call with { Receipts = new Receipts(Stored: Estate.Night, Acknowledged: Estate.Night) }, 3));
        Assert.Equal(["lamp off"], Follow(Resolved(call), 4));
    }

    [Fact]
    public void A_second_call_in_the_flat_is_not_told_that_somebody_is_coming_for_the_first()
    {
        Follow(Alarm(AlarmKind.EmergencyCall, flat: "301") with { Receipts = new Receipts(Stored: Estate.Night, Acknowledged: Estate.Night) }, 0);
        Assert.Equal(["lamp Heard"], Follow(Alarm(AlarmKind.Fall, flat: "301"), 1));
    }

    [Fact]
    public void Only_a_lamp_waits_for_the_disk()
    {
        var orders = new List<ActuatorOrder>();
        _book.Follow(Alarm(AlarmKind.Gas, flat: "301"), Estate.After(0), orders);
        _book.Follow(Alarm(AlarmKind.EmergencyCall, flat: "301"), Estate.After(0), orders);
        Assert.Equal([("siren", false), ("valve", false), ("lamp", true)], orders.Select(o => (o.Actuator.Id, o.WaitsForTheDisk)));
    }

    [Fact]
    public void What_the_file_says_of_an_actuator_replaces_what_is_usual()
    {
        Serve(new Effect([AlarmKind.Smoke], "siren")
        {
            OnlyConfirmed = true, After = TimeSpan.FromSeconds(30), For = TimeSpan.FromSeconds(60), Until = EffectEnd.Cleared,
        });
        var alarm = Alarm(AlarmKind.Smoke, building: "b09");
        Assert.Empty(Follow(alarm, 0));
        Assert.Empty(Follow(alarm with { Confirmed = true }, 10));
        Assert.Empty(Pass(39.9));
        Assert.Equal(["siren on"], Pass(40));
        Assert.Equal(["siren off"], Follow(alarm with { Confirmed = true, Condition = AlarmCondition.Cleared }, 50));
        Assert.Empty(Follow(Alarm(AlarmKind.Gas, flat: "502"), 60));
    }

    [Fact]
    public void What_waits_its_time_is_not_forgotten_because_another_actuator_moves_meanwhile()
    {
        Serve(new Effect([AlarmKind.Smoke], "siren") { After = TimeSpan.FromSeconds(10) }, new Effect([AlarmKind.Gas], "valve"));
        Follow(Alarm(AlarmKind.Smoke), 0);
        Assert.Equal(["valve on"], Follow(Alarm(AlarmKind.Gas), 11));
        Assert.Equal(["siren on"], Pass(11));
    }

    [Fact]
    public void What_does_not_last_until_its_time_does_not_begin()
    {
        Serve(new Effect([AlarmKind.Smoke], "siren") { After = TimeSpan.FromSeconds(10), Until = EffectEnd.Cleared });
        var alarm = Alarm(AlarmKind.Smoke);
        Follow(alarm, 0);
        Follow(alarm with { Condition = AlarmCondition.Cleared }, 5);
        Assert.Empty(Pass(60));
        Assert.Null(_book.Due);
    }

    [Fact]
    public void An_effect_until_somebody_answers_ends_with_the_answer()
    {
        Serve(new Effect([AlarmKind.Smoke], "siren") { Until = EffectEnd.Acknowledged });
        var alarm = Alarm(AlarmKind.Smoke);
        Follow(alarm, 0);
        Assert.Equal(["siren off"], Follow(alarm with { Receipts = new Receipts(Acknowledged: Estate.Night) }, 5));
    }

    [Fact]
    public void After_a_restart_sirens_sound_for_what_is_open_and_closed_valves_stay_closed()
    {
        var orders = new List<ActuatorOrder>();
        new EffectBook(["valve"]).Serve(_courtyard, UsualEffects.With(_courtyard, []), [Alarm(AlarmKind.Smoke)], Estate.After(0), orders);
        Assert.Equal(["siren on", "valve on"], orders.Select(Told).Order(StringComparer.Ordinal));
    }

    [Fact]
    public void A_reload_moves_nothing_that_goes_on_and_keeps_the_silence()
    {
        var alarm = Alarm(AlarmKind.Smoke);
        Follow(alarm, 0);
        var orders = new List<ActuatorOrder>();
        _book.Serve(Estate.Of(_siren, _valve), UsualEffects.With(_courtyard, []), [alarm], Estate.After(5), orders);
        Assert.Empty(orders);
        Silence(alarm.Id, 6);
        _book.Serve(_courtyard, UsualEffects.With(_courtyard, []), [alarm], Estate.After(7), orders);
        Assert.Empty(orders);
    }

    [Fact]
    public void Two_alarms_keep_a_siren_on_until_both_are_resolved()
    {
        var (one, other) = (Alarm(AlarmKind.Smoke), Alarm(AlarmKind.Gas, flat: "701"));
        Follow(one, 0);
        Follow(other, 1);
        Assert.Empty(Follow(Resolved(one), 2));
        Assert.Equal(["siren off"], Follow(Resolved(other), 3));
    }

    private static Device At(DeviceClass deviceClass, string id, Place at) => new(id, null, deviceClass, at, new Zigbee2MqttSource(id));

    private static Alarm Alarm(AlarmKind kind, string building = "b03", int unit = 1, string? flat = "301") => new(
        Guid.CreateVersion7(Estate.Night).ToString(), kind, "cause", new Place(building, unit, 3, flat), Quantity.Smoke, 1, Estate.Night,
        AlarmCondition.Active, 1, false, Receipts.None);

    private static Alarm Resolved(Alarm alarm) => alarm with { Receipts = alarm.Receipts with { Resolved = Estate.Night } };

    private static string Told(ActuatorOrder order) => $"{order.Actuator.Id} {(order.Sign != LampSign.Off ? order.Sign : order.On ? "on" : "off")}";

    private void Serve(params Effect[] set) => _book.Serve(_courtyard, UsualEffects.With(_courtyard, set), [], Estate.After(0), []);

    private string[] Follow(Alarm alarm, double second) => Orders(o => _book.Follow(alarm, Estate.After(second), o));

    private string[] Pass(double second) => Orders(o => _book.Pass(Estate.After(second), o));

    private string[] Silence(string alarm, double second) => Orders(o => _book.Silence(alarm, Estate.After(second), o));

    private static string[] Orders(Action<List<ActuatorOrder>> act)
    {
        var orders = new List<ActuatorOrder>();
        act(orders);
        return [.. orders.Select(Told)];
    }
}
