using SmartCourtyard.Conditions;
using SmartCourtyard.Readings;

namespace SmartCourtyard.Tests.ConditionTests;

public sealed class RateOfRiseTests
{
    private static Course Heat() => new(new RateOfRise(Quantity.Temperature, PerMinute: 8, Over: TimeSpan.FromMinutes(2), From: 35));

    [Theory]
    [InlineData(5, 7.9, false)]
    [InlineData(5, 8.1, true)]
    [InlineData(1, 30, true)]
    [InlineData(60, 8.1, true)]
    [InlineData(300, 8.1, true)]
    [InlineData(60, 7.9, false)]
    public void It_holds_from_its_rate_on_however_often_the_device_reports(double everySeconds, double perMinute, bool holds)
    {
        var course = Heat();
        foreach (var at in Course.Every(everySeconds, 900))
        {
            course.Hears(30 + perMinute * at / 60, at);
        }

        Assert.Equal(holds, course.Holds);
    }

    [Fact]
    public void A_cold_room_that_warms_up_quickly_is_no_fire()
    {
        var course = Heat();
        foreach (var at in Course.Every(10, 120))
        {
            course.Hears(5 + 14 * at / 60, at);
            Assert.NotEqual(true, course.Holds);
        }
    }

    [Fact]
    public void It_ends_when_the_climb_is_half_as_quick()
    {
        var course = Heat();
        var (at, value) = (0.0, 40.0);
        Climb(9, 180);
        Assert.Equal(true, course.Holds);
        Climb(5, 300);
        Assert.Equal(true, course.Holds);
        Climb(3.9, 300);
        Assert.Equal(false, course.Holds);

        void Climb(double perMinute, double seconds)
        {
            for (var end = at + seconds; at < end; at += 5, value += perMinute * 5 / 60)
            {
                course.Hears(value, at);
            }
        }
    }

    [Fact]
    public void A_quarter_of_the_time_must_have_been_seen()
    {
        var course = Heat();
        course.Hears(40, 0);
        Assert.Null(course.Hears(60, 29));
        Assert.Equal(true, course.Hears(60, 30));
    }

    [Theory]
    [InlineData(19, 35, true)]
    [InlineData(18.9, 34.9, false)]
    [InlineData(40, 48, true)]
    [InlineData(40, 47.9, false)]
    public void Its_rate_and_its_lowest_value_count_themselves(double first, double aMinuteLater, bool holds)
    {
        var course = Heat();
        course.Hears(first, 1_000);
        Assert.Null(course.Hears(first, 1_029));
        Assert.Equal(holds, course.Hears(aMinuteLater, 1_060));
    }

    [Fact]
    public void What_was_two_minutes_ago_still_counts_and_what_was_before_does_not()
    {
        var course = Heat();
        course.Hears(46, 0);
        course.Hears(40, 60);
        Assert.Equal(false, course.Hears(54, 120));
        Assert.Equal(true, course.Hears(54.1, 121));
    }

    [Fact]
    public void A_slow_device_that_stood_still_for_long_is_measured_from_what_it_said_last()
    {
        var course = Heat();
        foreach (var at in Course.Every(60, 1_800))
        {
            course.Hears(40, at);
        }

        Assert.Equal(false, course.Hears(50, 1_860));
        Assert.Equal(true, course.Hears(60, 1_920));
    }

    [Fact]
    public void What_is_too_short_to_be_measured_ends_nothing()
    {
        var course = Heat();
        course.Hears(40, 0);
        Assert.Equal(true, course.Hears(60, 119));
        Assert.Equal(true, course.Hears(60, 121));
    }
}
