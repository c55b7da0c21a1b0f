using SmartCourtyard.Alarms;
using SmartCourtyard.Conditions;
using SmartCourtyard.Courtyards;
using SmartCourtyard.Readings;

namespace SmartCourtyard.Tests.AlarmTests;

/// <summary>What a restart leaves of a dose of carbon monoxide: all of it.</summary>
public sealed class DoseMemoryTests
{
    private readonly Device _co = Estate.Device(DeviceClass.CoDetector, "co");

    [Fact]
    public void A_restart_gives_carbon_monoxide_no_time_again()
    {
        var before = new AlarmBook([]);
        Hear(before, 100, minutes: 0);
        // The device reports changes only: what has been breathed since its last word counts.
        var kept = before.Remember(_co, TimeSpan.FromMinutes(20));
        Assert.Equal([("co", 0.8)], kept.Select(d => (d.Quantity, Math.Round(d.Taken, 6))));

        var after = new AlarmBook([]);
        after.Restore(_co, kept);
        Hear(after, 100, minutes: 0);
        Assert.InRange(after.Due!.Value, TimeSpan.FromMinutes(4.99), TimeSpan.FromMinutes(5.01));
        var steps = new List<AlarmChange>();
        after.Pass(Estate.After(5.01 * 60), steps);
        Assert.Equal([AlarmKind.CarbonMonoxide], steps.Select(s => s.Alarm.Kind));
    }

    [Fact]
    public void Restarts_in_between_change_the_time_of_the_alarm_by_nothing()
    {
        var kept = (IReadOnlyList<KeptDose>)[];
        var minutes = 0;
        for (; minutes < 75; minutes += 5)
        {
            var book = new AlarmBook([]);
            book.Restore(_co, kept);
            Assert.Empty(Hear(book, 50, 0));
            kept = book.Remember(_co, TimeSpan.FromMinutes(5));
        }

        Assert.Equal(1, Assert.Single(kept).Taken, tolerance: 1e-6);
    }

    [Fact]
    public void Fresh_air_leaves_nothing_to_remember()
    {
        var book = new AlarmBook([]);
        Assert.Empty(book.Remember(_co, TimeSpan.Zero));
        Hear(book, 100, 0);
        Hear(book, 0, 12.5);
        Assert.Equal(0.25, Assert.Single(book.Remember(_co, TimeSpan.FromMinutes(42.5))).Taken, tolerance: 1e-6);
        Assert.Empty(book.Remember(_co, TimeSpan.FromMinutes(80)));
    }

    [Fact]
    public void A_dose_that_no_rule_asks_for_and_one_that_cannot_be_do_no_harm()
    {
        var book = new AlarmBook([]);
        book.Restore(_co, [new KeptDose("co2", 0.5), new KeptDose("co", 7)]);
        Assert.Equal([AlarmStep.Raised], Hear(book, 30, 0).Select(s => s.Step));
        book = new AlarmBook([]);
        book.Restore(_co, [new KeptDose("co", 7)]);
        Assert.Empty(Hear(book, 0, 0));
    }

    private List<AlarmChange> Hear(AlarmBook book, double ppm, double minutes)
    {
        var steps = new List<AlarmChange>();
        book.Hear([_co.Says(Quantity.Co, ppm)], Estate.After(minutes * 60), steps);
        return steps;
    }
}
