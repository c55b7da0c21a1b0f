using SmartCourtyard.Alarms;
using SmartCourtyard.Courtyards;
using SmartCourtyard.Readings;

namespace SmartCourtyard.Tests.AlarmTests;

/// <summary>What several detectors say together makes an alarm more certain, and never later.</summary>
public sealed class ConfirmationTests
{
    private readonly AlarmBook _book = new([]);
    private int _second;

    [Fact]
    public void One_smoke_detector_alarms_at_once_and_alone_it_is_not_confirmed()
    {
        var raised = Assert.Single(Hear(At("kitchen", DeviceClass.SmokeDetector).Says(Quantity.Smoke, 1)));
        Assert.Equal((AlarmStep.Raised, false, false), (raised.Step, raised.Alarm.Confirmed, raised.Alarm.Spread));
    }

    [Theory]
    [InlineData(DeviceClass.SmokeDetector, Quantity.Smoke, DeviceClass.SmokeDetector, Quantity.Smoke, true)]
    [InlineData(DeviceClass.SmokeDetector, Quantity.Smoke, DeviceClass.HeatDetector, Quantity.Smoke, true)]
    [InlineData(DeviceClass.HeatDetector, Quantity.Smoke, DeviceClass.SmokeDetector, Quantity.Smoke, true)]
    [InlineData(DeviceClass.SmokeDetector, Quantity.Smoke, DeviceClass.CoDetector, Quantity.CoAlarm, true)]
    [InlineData(DeviceClass.GasDetector, Quantity.Gas, DeviceClass.CoDetector, Quantity.CoAlarm, true)]
    [InlineData(DeviceClass.GasDetector, Quantity.Gas, DeviceClass.GasDetector, Quantity.Gas, true)]
    [InlineData(DeviceClass.SmokeDetector, Quantity.Smoke, DeviceClass.GasDetector, Quantity.Gas, false)]
    [InlineData(DeviceClass.EmergencyButton, Quantity.Emergency, DeviceClass.EmergencyButton, Quantity.Emergency, false)]
    [InlineData(DeviceClass.SmokeDetector, Quantity.Smoke, DeviceClass.SmokeDetector, Quantity.Tamper, false)]
    public void Two_detectors_of_one_unit_confirm_each_other_where_what_they_say_belongs_together(
        DeviceClass one, Quantity says, DeviceClass other, Quantity saysToo, bool confirmed)
    {
        var first = Assert.Single(Hear(At("one", one).Says(says, 1))).Alarm;
        var steps = Hear(At("other", other).Says(saysToo, 1));

        Assert.Equal((AlarmStep.Raised, confirmed), (steps[0].Step, steps[0].Alarm.Confirmed));
        Assert.Equal(confirmed ? [(AlarmStep.Updated, first.Id, true, 1)] : [], steps.Skip(1).Select(s => (s.Step, s.Alarm.Id, s.Alarm.Confirmed, s.Alarm.Occurrences)));
    }

    [Fact]
    public void Other_units_other_buildings_and_places_nobody_wrote_down_confirm_nothing()
    {
        Hear(At("here", DeviceClass.SmokeDetector).Says(Quantity.Smoke, 1));
        Assert.False(Hear(At("unit", DeviceClass.SmokeDetector, unit: 2).Says(Quantity.Smoke, 1))[0].Alarm.Confirmed);
        Assert.False(Hear(At("building", DeviceClass.SmokeDetector, building: "b04").Says(Quantity.Smoke, 1))[0].Alarm.Confirmed);
        Assert.False(Hear(At("yard", DeviceClass.SmokeDetector, building: null, unit: null).Says(Quantity.Smoke, 1))[0].Alarm.Confirmed);
        Assert.False(Hear(At("yard-2", DeviceClass.SmokeDetector, building: null, unit: null).Says(Quantity.Smoke, 1))[0].Alarm.Confirmed);
    }

    [Fact]
    public void Fire_on_two_floors_of_a_building_has_spread_also_from_one_unit_to_another()
    {
        var first = Hear(At("third", DeviceClass.SmokeDetector, unit: 1, floor: 3).Says(Quantity.Smoke, 1))[0].Alarm;
        var steps = Hear(At("fourth", DeviceClass.HeatDetector, unit: 2, floor: 4).Says(Quantity.Smoke, 1));
        Assert.Equal([(AlarmStep.Raised, false, true), (AlarmStep.Updated, false, true)], steps.Select(s => (s.Step, s.Alarm.Confirmed, s.Alarm.Spread)));
        Assert.Equal(first.Id, steps[1].Alarm.Id);

        // Known already: only the newest says it.
        Assert.Equal([AlarmStep.Raised], Hear(At("fifth", DeviceClass.SmokeDetector, unit: 2, floor: 5).Says(Quantity.Smoke, 1)).Select(s => s.Step).Take(1));
        Assert.DoesNotContain(Hear(At("sixth", DeviceClass.SmokeDetector, unit: 3, floor: 6).Says(Quantity.Smoke, 1)), s => s.Step == AlarmStep.Updated);
    }

    [Fact]
    public void A_test_and_what_is_over_confirm_nothing()
    {
        var (test, gone) = (At("test", DeviceClass.SmokeDetector), At("gone", DeviceClass.SmokeDetector));
        Hear(test.Says(Quantity.Smoke, 1), test.Says(Quantity.Test, 1));
        Hear(gone.Says(Quantity.Smoke, 1));
        Hear(gone.Says(Quantity.Smoke, 0));
        Assert.False(Hear(At("real", DeviceClass.SmokeDetector).Says(Quantity.Smoke, 1))[0].Alarm.Confirmed);
    }

    [Fact]
    public void What_was_confirmed_stays_so_when_the_other_is_over()
    {
        var (one, other) = (At("one", DeviceClass.SmokeDetector), At("other", DeviceClass.SmokeDetector));
        Hear(one.Says(Quantity.Smoke, 1));
        Hear(other.Says(Quantity.Smoke, 1));
        Hear(other.Says(Quantity.Smoke, 0));
        Assert.All(_book.Alarms, a => Assert.True(a.Confirmed));
        Assert.True(Hear(one.Says(Quantity.Smoke, 0))[0].Alarm.Confirmed);
    }

    [Fact]
    public void A_burning_building_tells_of_each_alarm_three_times_at_most()
    {
        var told = Enumerable.Range(0, 200).SelectMany(i => Hear(At($"d{i}", DeviceClass.SmokeDetector, unit: 1 + i % 3, floor: 1 + i % 7).Says(Quantity.Smoke, 1)));
        Assert.All(told.GroupBy(s => s.Alarm.Id), alarm => Assert.InRange(alarm.Count(), 1, 3));
    }

    private static Device At(string id, DeviceClass deviceClass, string? building = "b03", int? unit = 1, int? floor = 3)
        => new(id, null, deviceClass, new Place(building, unit, floor), new Zigbee2MqttSource(id));

    private List<AlarmChange> Hear(params Reading[] message)
    {
        var steps = new List<AlarmChange>();
        _book.Hear(message, Estate.After(_second++), steps);
        return steps;
    }
}
