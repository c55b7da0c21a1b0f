using SmartCourtyard.Alarms;
using SmartCourtyard.Courtyards;
using SmartCourtyard.Effects;
using SmartCourtyard.Readings;

namespace SmartCourtyard.Tests.EffectTests;

/// <summary>What people move from the duty room, what a reload leaves, and which time is next.</summary>
public sealed class EffectBookByHandTests
{
    private readonly Device _siren = At(DeviceClass.Siren, "siren", new Place("b03", 1));
    private readonly Device _roof = At(DeviceClass.Siren, "roof", new Place("b03"));
    private readonly Device _valve = At(DeviceClass.GasValve, "valve", new Place("b03", 1, 3, "301"));
    private readonly Device _lamp = At(DeviceClass.ReassuranceLamp, "lamp", new Place("b03", 1, 3, "301", "卧室"));
    private readonly Device _hall = At(DeviceClass.ReassuranceLamp, "hall", new Place("b03", 1, 1, Room: "大厅"));
    private readonly EffectBook _book = new();

    public EffectBookByHandTests() => Serve([]);

    [Fact]
    public void A_lamp_says_that_somebody_is_coming_before_any_receipt_says_so_and_keeps_saying_it()
    {
        var call = Alarm(AlarmKind.EmergencyCall);
        Follow(call, 0);
        Assert.Equal((true, "lamp Coming"), Reassure([call.Id], null));
        Assert.Empty(Follow(call with { Receipts = new Receipts(Stored: Estate.Night) }, 2));
        Assert.Equal(["lamp Heard"], Follow(call with { Occurrences = 2 }, 3));
        Assert.Equal((true, "lamp Coming"), Reassure([], "lamp"));
    }

    [Fact]
    public void Nobody_is_reassured_who_did_not_call()
    {
        Follow(Alarm(AlarmKind.Smoke), 0);
        var call = Alarm(AlarmKind.EmergencyCall);
        Assert.Equal((false, ""), Reassure([call.Id], "lamp"));
        Follow(call, 1);
        Assert.Equal((false, ""), Reassure(["another"], "hall"));
        Assert.Equal((false, ""), Reassure([], "siren"));
        Follow(call with { Receipts = new Receipts(Resolved: Estate.Night) }, 2);
        Assert.Equal((false, ""), Reassure([call.Id], "lamp"));
    }

    [Fact]
    public void A_lamp_that_hangs_in_no_flat_answers_the_button_at_its_own_spot_only()
    {
        Assert.Empty(Follow(Alarm(AlarmKind.EmergencyCall, new Place("b03", 1, 5, "502")), 0));
        Assert.Equal(["hall Heard"], Follow(Alarm(AlarmKind.EmergencyCall, _hall.At), 1));
    }

    [Fact]
    public void A_valve_that_the_duty_room_closes_is_opened_on_site_like_any_other()
    {
        Assert.Equal(["valve on"], Orders(o => _book.Hold("valve", Estate.After(0), o)));
        Assert.Equal(["valve"], _book.Latched);
        Assert.Empty(Orders(o => _book.Hold("nothing", Estate.After(1), o)));
        Assert.Equal(["valve"], _book.Latched);
        // A siren that sounds elsewhere does not keep it from being opened.
        Follow(Alarm(AlarmKind.Smoke, new Place("b03", 1, 7, "701")), 2);
        Assert.Equal(["valve off"], Orders(o => Assert.True(_book.Release("valve", Estate.After(3), o))));
    }

    [Fact]
    public void Silencing_an_alarm_that_moved_no_siren_says_so()
    {
        Assert.False(_book.Silence("nothing", Estate.After(0), []));
        var alarm = Alarm(AlarmKind.Gas);
        Follow(alarm, 0);
        Assert.True(_book.Silence(alarm.Id, Estate.After(1), []));
        Assert.True(_book.Orders.Single(o => o.Actuator == _valve).On);
    }

    [Fact]
    public void The_next_time_is_the_earliest_of_all()
    {
        Serve([
            new Effect([AlarmKind.Smoke], "siren") { After = TimeSpan.FromSeconds(30) }, new Effect([AlarmKind.Smoke], "roof") { After = TimeSpan.FromSeconds(10) },
        ]);
        Follow(Alarm(AlarmKind.Smoke), 0);
        Assert.Equal(TimeSpan.FromSeconds(10), _book.Due);
        Assert.Equal(["roof on"], Pass(10));
        Assert.Equal(TimeSpan.FromSeconds(30), _book.Due);
        Assert.Equal(["siren on"], Pass(30));
        Assert.Null(_book.Due);
    }

    [Fact]
    public void A_siren_that_sounds_does_not_pause_for_a_new_activation()
    {
        Serve([new Effect([AlarmKind.Smoke], "siren") { After = TimeSpan.FromSeconds(10) }]);
        var alarm = Alarm(AlarmKind.Smoke);
        Follow(alarm, 0);
        Assert.Equal(["siren on"], Pass(10));
        Assert.Empty(Follow(alarm with { Occurrences = 2 }, 20));
        Assert.Equal(TimeSpan.FromSeconds(20 + 1_800), _book.Due);
    }

    [Fact]
    public void A_reload_ends_what_no_alarm_and_no_line_of_the_file_asks_for_any_more()
    {
        var smoke = Alarm(AlarmKind.Smoke);
        Assert.Equal(["siren on", "roof on"], Follow(smoke, 0));
        Assert.Equal(["roof off"], Serve([new Effect([AlarmKind.Heat], "roof")], smoke));
        // The file gives the roof its usual line back.
        Assert.Equal(["roof on"], Serve([], smoke));
        Assert.Equal(["roof off", "siren off"], Serve([]).Order(StringComparer.Ordinal));
    }

    [Fact]
    public void An_actuator_that_left_the_file_is_forgotten_with_its_latch_and_begins_anew_when_it_is_back()
    {
        var gas = Alarm(AlarmKind.Gas);
        Follow(gas, 0);
        var without = Estate.Of(_siren, _roof, _lamp, _hall);
        Assert.Empty(Orders(o => _book.Serve(without, UsualEffects.With(without, []), [gas], Estate.After(1), o)));
        Assert.Empty(_book.Latched);
        Assert.DoesNotContain(_book.Orders, o => o.Actuator == _valve);
        Assert.True(_book.Silence(gas.Id, Estate.After(2), []));
        Assert.Equal(["valve on"], Serve([], gas));
    }

    [Fact]
    public void After_a_reload_an_order_names_the_device_as_the_new_file_has_it()
    {
        var smoke = Alarm(AlarmKind.Smoke);
        Follow(smoke, 0);
        var renamed = _siren with { Source = new Zigbee2MqttSource("renamed") };
        var courtyard = Estate.Of(renamed, _roof, _valve, _lamp, _hall);
        Assert.Empty(Orders(o => _book.Serve(courtyard, UsualEffects.With(courtyard, []), [smoke], Estate.After(1), o)));
        Assert.Contains(_book.Orders, o => o.Actuator == renamed);
    }

    [Fact]
    public void A_valve_that_was_closed_in_an_earlier_run_is_told_so_although_nothing_asks_for_it()
    {
        var (book, courtyard) = (new EffectBook(["valve"]), Estate.Of(_valve));
        Assert.Equal(["valve on"], Orders(o => book.Serve(courtyard, [], [], Estate.After(0), o)));
    }

    private static Device At(DeviceClass deviceClass, string id, Place at) => new(id, null, deviceClass, at, new Zigbee2MqttSource(id));

    private static Alarm Alarm(AlarmKind kind, Place? at = null) => new(
        Guid.CreateVersion7(Estate.Night).ToString(), kind, "cause", at ?? new Place("b03", 1, 3, "301"), Quantity.Smoke, 1, Estate.Night,
        AlarmCondition.Active, 1, false, Receipts.None);

    private static string Told(ActuatorOrder order) => $"{order.Actuator.Id} {(order.Sign != LampSign.Off ? order.Sign : order.On ? "on" : "off")}";

    private static string[] Orders(Action<List<ActuatorOrder>> act)
    {
        var orders = new List<ActuatorOrder>();
        act(orders);
        return [.. orders.Select(Told)];
    }

    private string[] Serve(IReadOnlyList<Effect> set, params Alarm[] alarms)
    {
        var courtyard = Estate.Of(_siren, _roof, _valve, _lamp, _hall);
        return Orders(o => _book.Serve(courtyard, UsualEffects.With(courtyard, set), alarms, Estate.After(0), o));
    }

    private string[] Follow(Alarm alarm, double second) => Orders(o => _book.Follow(alarm, Estate.After(second), o));

    private string[] Pass(double second) => Orders(o => _book.Pass(Estate.After(second), o));

    private (bool Lit, string Told) Reassure(string[] alarms, string? lamp)
    {
        var lit = false;
        var told = Orders(o => lit = _book.Reassure(alarms, lamp, Estate.After(5), o));
        return (lit, string.Join(", ", told));
    }
}
