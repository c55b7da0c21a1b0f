using FsCheck;
using FsCheck.Fluent;
using SmartCourtyard.Conditions;

namespace SmartCourtyard.Tests.ConditionTests;

/// <summary>Carbon monoxide over time. The table is the one of EN 50291-1; what is between its points must lie between its bounds.</summary>
public sealed class DoseTests
{
    [Theory]
    [InlineData(30, 120, double.PositiveInfinity)]
    [InlineData(33, 120, double.PositiveInfinity)]
    [InlineData(50, 60, 90)]
    [InlineData(55, 60, 90)]
    [InlineData(100, 10, 40)]
    [InlineData(110, 10, 40)]
    [InlineData(300, 0, 3)]
    [InlineData(330, 0, 3)]
    [InlineData(5_000, 0, 3)]
    public void A_constant_concentration_alarms_within_the_standards_times(double ppm, double earliestMinutes, double latestMinutes)
    {
        // 33, 55, 110 and 330 ppm are the sums with the tenth that a test gas may be off.
        var once = AlarmAt(new Course(Dose.CarbonMonoxide), ppm, reportEveryMinutes: 1_000);
        var often = AlarmAt(new Course(Dose.CarbonMonoxide), ppm, reportEveryMinutes: 0.5);
        Assert.InRange(once, ppm is 33 or 55 or 110 ? 0 : earliestMinutes, latestMinutes);
        Assert.Equal(once, often, tolerance: 0.01);
    }

    [Theory]
    [InlineData(0)]
    [InlineData(29.9)]
    public void Clean_air_never_alarms(double ppm)
    {
        var course = new Course(Dose.CarbonMonoxide);
        foreach (var minute in Course.Every(10, 3 * 24 * 60))
        {
            Assert.Equal(false, course.Hears(ppm, minute * 60));
        }
    }

    [Fact]
    public void Between_the_points_more_is_sooner_and_stays_between_the_neighbours_bounds() => Prop.ForAll(
        Gen.Choose(30, 1_000).Two().ToArbitrary(), pair =>
        {
            var (low, high) = (Math.Min(pair.Item1, pair.Item2), Math.Max(pair.Item1, pair.Item2));
            var (slow, quick) = (Dose.CarbonMonoxide.TimeAt(low)!.Value, Dose.CarbonMonoxide.TimeAt(high)!.Value);
            Assert.True(low == high ? slow == quick : slow > quick);
            var (earliest, latest) = low switch { < 50 => (60, 1e9), < 100 => (10, 90), < 300 => (0, 40), _ => (0, 3.0) };
            Assert.InRange(slow.TotalMinutes, earliest, latest);
        }).Check(Config.QuickThrowOnFailure.WithMaxTest(1_000));

    [Fact]
    public void Half_a_dose_of_one_and_half_of_another_make_a_whole()
    {
        var course = new Course(Dose.CarbonMonoxide);
        var half = Dose.CarbonMonoxide.TimeAt(50)!.Value.TotalSeconds / 2;
        course.Hears(50, 0);
        course.Hears(100, half);
        course.Passes(1e6);
        Assert.Equal(half + Dose.CarbonMonoxide.TimeAt(100)!.Value.TotalSeconds / 2, course.ChangedAt!.Value, tolerance: 0.1);
        Assert.Equal(true, course.Holds);
    }

    [Fact]
    public void Fresh_air_undoes_it_bit_by_bit_and_ends_the_alarm_at_once()
    {
        var course = new Course(Dose.CarbonMonoxide);
        course.Hears(100, 0);
        course.Hears(0, 24 * 60);
        Assert.Equal(false, course.Passes(24 * 60 + 1));
        // A minute was missing; half an hour of fresh air takes a quarter of a dose away.
        course.Hears(100, 54 * 60);
        Assert.Equal(false, course.Passes(61 * 60));
        Assert.Equal(true, course.Passes(61.3 * 60));
        Assert.Equal(false, course.Hears(29, 62 * 60));
        // Most of the dose is still there: the next breath of it alarms soon.
        Assert.Equal(false, course.Hears(100, 63 * 60));
        Assert.Equal(true, course.Passes(63.3 * 60));
    }

    [Fact]
    public void A_restart_goes_on_from_the_dose_that_was_taken()
    {
        var state = (DoseState)Dose.CarbonMonoxide.Begin();
        state.Restore(0.9);
        state.Hear(100, TimeSpan.Zero);
        Assert.Equal(false, state.Pass(TimeSpan.FromMinutes(2.4)));
        Assert.Equal(true, state.Pass(TimeSpan.FromMinutes(2.6)));
    }

    private static double AlarmAt(Course course, double ppm, double reportEveryMinutes)
    {
        foreach (var minute in Course.Every(reportEveryMinutes, 400))
        {
            course.Hears(ppm, minute * 60);
            if (course.Holds == true)
            {
                break;
            }
        }

        course.Passes(400 * 60);
        return course.Holds == true ? course.ChangedAt!.Value / 60 : double.PositiveInfinity;
    }
}
