using SmartCourtyard.Alarms;
using SmartCourtyard.Courtyards;
using SmartCourtyard.Readings;
using SmartCourtyard.Service;

namespace SmartCourtyard.Tests.ServiceTests;

/// <summary>Out of service, shelved, test and drill: each ends by itself, and none hides a danger.</summary>
public sealed class ServiceBookTests
{
    private readonly Device _smoke = Estate.Device(DeviceClass.SmokeDetector, "smoke");
    private readonly Device _air = Estate.Device(DeviceClass.AirMonitor, "air");
    private readonly Device _leak = Estate.Device(DeviceClass.WaterLeak, "leak");
    private readonly Device _other = new("other", null, DeviceClass.SmokeDetector, new Place("b03", 2, 1), new Zigbee2MqttSource("other"));
    private readonly Courtyard _courtyard;
    private readonly ServiceBook _service = new();
    private readonly AlarmBook _alarms;

    public ServiceBookTests()
    {
        _courtyard = Estate.Of(_smoke, _air, _leak, _other);
        _alarms = new AlarmBook([], null, _service.Of);
    }

    public static TheoryData<string, ServiceKind, ServiceScope, double, AlarmKind?, string?> Asked => new()
    {
        { "a smoke detector for a shift", ServiceKind.OutOfService, new("smoke"), 8, null, null },
        { "longer", ServiceKind.OutOfService, new("smoke"), 8.1, null, "it may last 8 hours at most" },
        { "an air monitor for a month", ServiceKind.OutOfService, new("air"), 720, null, null },
        { "longer", ServiceKind.OutOfService, new("air"), 721, null, "it may last 30 days at most" },
        { "a whole building", ServiceKind.OutOfService, new(Building: "b03"), 1, null, "only a device can be out of service" },
        { "a leak's alarm", ServiceKind.Shelved, new("leak"), 8, AlarmKind.WaterLeak, null },
        { "longer", ServiceKind.Shelved, new("leak"), 9, AlarmKind.WaterLeak, "it may last 8 hours at most" },
        { "a smoke alarm", ServiceKind.Shelved, new("smoke"), 1, AlarmKind.Smoke, "an alarm about a life cannot be shelved" },
        { "no alarm in particular", ServiceKind.Shelved, new("leak"), 1, null, "only one alarm of one device can be shelved" },
        { "of no device", ServiceKind.Shelved, new(Building: "b03"), 1, AlarmKind.WaterLeak, "only one alarm of one device can be shelved" },
        { "a device's test", ServiceKind.Test, new("smoke"), 4, null, null },
        { "a unit's test", ServiceKind.Test, new(Building: "b03", Unit: 2), 1, null, null },
        { "longer", ServiceKind.Test, new("smoke"), 4.1, null, "it may last 4 hours at most" },
        { "of everything", ServiceKind.Test, new(), 1, null, "a test needs a device, a unit or a building: the whole estate exercises in a drill" },
        { "a drill", ServiceKind.Drill, new(), 4, null, null },
        { "of a building", ServiceKind.Drill, new(Building: "b03"), 1, null, "a drill is for the whole estate" },
        { "too short", ServiceKind.Drill, new(), 0.016, null, "it must last a minute or more" },
        { "of nothing", ServiceKind.Test, new("nothing"), 1, null, "there is no device 'nothing'" },
        { "elsewhere", ServiceKind.Test, new(Building: "b99"), 1, null, "there is no building 'b99'" },
        { "a unit too many", ServiceKind.Test, new(Building: "b03", Unit: 3), 1, null, "building 'b03' has units 1 to 2" },
        { "a unit of no building", ServiceKind.Test, new(Unit: 1), 1, null, "a unit needs its building" },
    };

    [Theory]
    [MemberData(nameof(Asked))]
    public void What_may_be_asked_for_and_for_how_long(string what, ServiceKind kind, ServiceScope scope, double hours, AlarmKind? shelves, string? refused)
    {
        Assert.True(_service.Begin(Order(kind, scope, hours, shelves), _courtyard, Estate.After(0)) == refused, what);
        Assert.Equal(refused is null ? 1 : 0, _service.Orders.Count());
    }

    [Theory]
    [InlineData("", "Li")]
    [InlineData("renewed", " ")]
    public void Nobody_takes_anything_out_of_service_without_a_reason_and_a_name(string reason, string by)
        => Assert.Equal("a reason and a name are needed", _service.Begin(Order(ServiceKind.Drill, new(), 1) with { Reason = reason, By = by }, _courtyard, Estate.After(0)));

    [Fact]
    public void A_device_out_of_service_still_says_that_it_burns_and_nothing_else()
    {
        Begin(ServiceKind.OutOfService, new("smoke"), 8);
        Assert.Equal([AlarmKind.Smoke], Hear(1, _smoke.Says(Quantity.Smoke, 1), _smoke.Says(Quantity.Tamper, 1)).Select(s => s.Alarm.Kind));
        Assert.Equal([AlarmKind.Tamper], Hear(1, _other.Says(Quantity.Tamper, 1)).Select(s => s.Alarm.Kind));
    }

    [Fact]
    public void What_was_hidden_and_still_stands_is_raised_when_the_time_is_over()
    {
        Begin(ServiceKind.Shelved, new("leak"), 1, AlarmKind.WaterLeak);
        Assert.Empty(Hear(10, _leak.Says(Quantity.WaterLeak, 1)));
        Assert.Equal(TimeSpan.FromHours(1), _service.Due);
        Assert.Empty(Pass(3_599));
        var raised = Assert.Single(Pass(3_600));
        Assert.Equal((AlarmStep.Raised, AlarmKind.WaterLeak, "leak"), (raised.Step, raised.Alarm.Kind, raised.Alarm.DeviceId));
        Assert.Null(_service.Due);
    }

    [Fact]
    public void What_was_hidden_and_is_over_is_never_told()
    {
        Begin(ServiceKind.Shelved, new("leak"), 1, AlarmKind.WaterLeak);
        Hear(10, _leak.Says(Quantity.WaterLeak, 1));
        Assert.Empty(Hear(20, _leak.Says(Quantity.WaterLeak, 0)));
        Assert.Empty(Pass(3_600));
    }

    [Fact]
    public void A_test_marks_the_alarms_of_its_place_and_of_no_other()
    {
        Begin(ServiceKind.Test, new(Building: "b03", Unit: 1), 1);
        Assert.True(Assert.Single(Hear(1, _smoke.Says(Quantity.Smoke, 1))).Alarm.Test);
        var elsewhere = Assert.Single(Hear(2, _other.Says(Quantity.Smoke, 1)));
        Assert.Equal((AlarmStep.Raised, false), (elsewhere.Step, elsewhere.Alarm.Test));
    }

    [Fact]
    public void What_still_burns_when_the_test_ends_is_real_and_sounds()
    {
        Begin(ServiceKind.Test, new("smoke"), 1);
        Hear(1, _smoke.Says(Quantity.Smoke, 1));
        // Saying it again during the test changes nothing.
        Assert.Empty(Hear(2, _smoke.Says(Quantity.Smoke, 1)));
        var real = Assert.Single(Pass(3_600));
        Assert.Equal((AlarmStep.Updated, false, 2), (real.Step, real.Alarm.Test, real.Alarm.Occurrences));
        Assert.Empty(Pass(9_999));
    }

    [Fact]
    public void A_real_alarm_stays_real_when_a_test_begins()
    {
        Hear(0, _smoke.Says(Quantity.Smoke, 1));
        Begin(ServiceKind.Test, new("smoke"), 1);
        Hear(1, _smoke.Says(Quantity.Smoke, 0));
        Assert.False(Assert.Single(Hear(2, _smoke.Says(Quantity.Smoke, 1))).Alarm.Test);
    }

    [Fact]
    public void A_drill_is_on_every_alarm_and_what_goes_on_after_it_is_real()
    {
        Begin(ServiceKind.Drill, new(), 1);
        var alarm = Assert.Single(Hear(1, _smoke.Says(Quantity.Smoke, 1))).Alarm;
        Assert.Equal((true, false), (alarm.Drill, alarm.Test));
        Hear(1, _other.Says(Quantity.Smoke, 1));
        Hear(2, _other.Says(Quantity.Smoke, 0));
        var real = Assert.Single(Pass(3_600));
        Assert.Equal((alarm.Id, AlarmStep.Updated, false, 2), (real.Alarm.Id, real.Step, real.Alarm.Drill, real.Alarm.Occurrences));
        Assert.False(Assert.Single(Hear(3_601, _other.Says(Quantity.Smoke, 1))).Alarm.Drill);
    }

    [Fact]
    public void An_order_can_be_ended_before_its_time_and_only_once()
    {
        var order = Begin(ServiceKind.Test, new("smoke"), 1);
        Assert.Equal(order, _service.End(order.Id));
        Assert.Null(_service.End(order.Id));
        Assert.False(Assert.Single(Hear(1, _smoke.Says(Quantity.Smoke, 1))).Alarm.Test);
    }

    [Fact]
    public void Orders_stand_and_end_in_their_order_and_the_first_end_is_the_next()
    {
        foreach (var (id, hours) in ((string, double)[])[("3", 1), ("1", 3), ("2", 2)])
        {
            _service.Begin(Order(ServiceKind.Test, new("smoke"), hours) with { Id = id }, _courtyard, Estate.After(0));
        }

        Assert.Equal(["1", "2", "3"], _service.Orders.Select(o => o.Id));
        Assert.Equal(TimeSpan.FromHours(1), _service.Due);
        Assert.Equal(["3", "2", "1"], _service.Pass(Estate.AfterHours(4)).Select(o => o.Id));
    }

    [Fact]
    public void What_is_shelved_is_one_alarm_and_no_other_of_the_same_device()
    {
        Begin(ServiceKind.Shelved, new("leak"), 1, AlarmKind.WaterLeak);
        Assert.True(_service.Of(_leak, AlarmKind.WaterLeak).IsHidden);
        Assert.False(_service.Of(_leak, AlarmKind.Tamper).IsHidden);
        Assert.False(_service.Of(_leak, AlarmKind.Smoke).IsHidden);
    }

    [Fact]
    public void Where_an_order_asks_for_too_much_in_two_ways_its_place_is_told_first() => Assert.Equal(
        "a drill is for the whole estate", _service.Begin(Order(ServiceKind.Drill, new(Building: "b03"), 99), _courtyard, Estate.After(0)));

    [Fact]
    public void What_is_said_again_during_a_drill_changes_nothing()
    {
        Begin(ServiceKind.Drill, new(), 1);
        Hear(1, _smoke.Says(Quantity.Smoke, 1));
        Assert.Empty(Hear(2, _smoke.Says(Quantity.Smoke, 1)));
    }

    [Theory]
    [InlineData(30, 30)]
    [InlineData(-600, 60)]
    [InlineData(60, 0)]
    [InlineData(525_600, 0)]
    public void After_a_restart_it_lasts_what_is_left_and_with_a_wrong_clock_never_longer_than_it_was_meant(double minutesLater, double minutesLeft)
    {
        var order = Begin(ServiceKind.Test, new("smoke"), 1);
        var restarted = new ServiceBook();
        restarted.Restore([order], new Moment(Estate.Night.AddMinutes(minutesLater), TimeSpan.FromMinutes(5)));
        Assert.Equal(minutesLeft == 0 ? null : TimeSpan.FromMinutes(5 + minutesLeft), restarted.Due);
    }

    private static ServiceOrder Order(ServiceKind kind, ServiceScope scope, double hours, AlarmKind? shelves = null) => new(
        Guid.CreateVersion7(Estate.Night).ToString(), kind, scope, "renewed", "Li", Estate.Night, Estate.Night.AddHours(hours), shelves);

    private ServiceOrder Begin(ServiceKind kind, ServiceScope scope, double hours, AlarmKind? shelves = null)
    {
        var order = Order(kind, scope, hours, shelves);
        Assert.Null(_service.Begin(order, _courtyard, Estate.After(0)));
        return order;
    }

    private List<AlarmChange> Hear(double second, params Reading[] message)
    {
        var steps = new List<AlarmChange>();
        _alarms.Hear(message, Estate.After(second), steps);
        return steps;
    }

    private List<AlarmChange> Pass(double second)
    {
        var steps = new List<AlarmChange>();
        foreach (var ended in _service.Pass(Estate.After(second)))
        {
            _alarms.Reconsider(d => ended.Scope.Covers(d.Id, d.At), Estate.After(second), steps);
        }

        return steps;
    }
}
