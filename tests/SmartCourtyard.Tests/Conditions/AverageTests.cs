using FsCheck;
using FsCheck.Fluent;
using SmartCourtyard.Conditions;
using SmartCourtyard.Readings;

namespace SmartCourtyard.Tests.ConditionTests;

public sealed class AverageTests
{
    private const double Hour = 3_600;

    private static Course OneHour() => new(new Average(Quantity.Co2, TimeSpan.FromHours(1), Alarm: 1_000, Clear: 900));

    [Fact]
    public void Nothing_is_said_before_three_quarters_of_the_time_are_known()
    {
        var course = OneHour();
        foreach (var at in Course.Every(60, 44 * 60))
        {
            Assert.Null(course.Hears(5_000, at));
        }

        Assert.Equal(true, course.Hears(5_000, 45 * 60));
    }

    [Fact]
    public void A_quarter_of_an_hour_of_twice_the_limit_does_not_lift_the_mean_over_it()
    {
        var course = OneHour();
        var held = Course.Every(60, 10 * Hour).Select(at => course.Hears(at % Hour < Hour / 4 ? 2_000 : 500, at)).ToList();
        Assert.DoesNotContain(true, held);
    }

    [Fact]
    public void The_mean_weighs_by_time_not_by_the_number_of_reports()
    {
        var course = OneHour();
        // Half an hour at 400 said once, then half an hour at 1,500 said every ten seconds: the mean is 950.
        course.Hears(400, 0);
        foreach (var at in Course.Every(10, Hour / 2 - 10))
        {
            course.Hears(1_500, Hour / 2 + at);
        }

        Assert.Equal(false, course.Hears(1_500, Hour));
        Assert.Equal(true, course.Hears(1_500, Hour + 600));
    }

    [Fact]
    public void It_ends_below_the_lower_mean_only()
    {
        var course = OneHour();
        var at = 0.0;
        Run(1_100, 2);
        Assert.Equal(true, course.Holds);
        Run(950, 2);
        Assert.Equal(true, course.Holds);
        Run(850, 2);
        Assert.Equal(false, course.Holds);
        Run(950, 2);
        Assert.Equal(false, course.Holds);

        void Run(double value, double hours)
        {
            for (var end = at + hours * Hour; at < end; at += 60)
            {
                course.Hears(value, at);
            }
        }
    }

    [Fact]
    public void The_lower_mean_itself_does_not_end_it()
    {
        var course = OneHour();
        foreach (var at in Course.Every(60, Hour))
        {
            course.Hears(1_100, at);
        }

        foreach (var at in Course.Every(60, 3 * Hour))
        {
            course.Hears(900, Hour + 60 + at);
        }

        Assert.Equal(true, course.Holds);
        course.Hears(899, 4 * Hour + 120);
        Assert.Equal(false, course.Hears(899, 4 * Hour + 180));
    }

    [Fact]
    public void What_waits_for_its_delay_goes_on_waiting_while_too_little_is_known()
    {
        var course = new Course(new Average(Quantity.Co2, TimeSpan.FromHours(1), Alarm: 1_000, Clear: 900) { After = TimeSpan.FromHours(2) });
        foreach (var at in Course.Every(60, 45 * 60))
        {
            course.Hears(5_000, at);
        }

        // An hour and a half of silence leaves half an hour that is known.
        Assert.Null(course.Hears(5_000, 135 * 60));
        Assert.Equal(TimeSpan.FromMinutes(165), course.Due);
    }

    [Fact]
    public void A_value_counts_for_half_an_hour_of_silence_and_no_longer()
    {
        var course = OneHour();
        course.Hears(5_000, 0);
        // Half of the hour is known: too little to say anything.
        Assert.Null(course.Hears(0, Hour));
        foreach (var at in Course.Every(60, Hour))
        {
            course.Hears(0, Hour + at);
        }

        Assert.Equal(false, course.Holds);
    }

    [Fact]
    public void The_half_hour_of_a_value_that_nothing_followed_counts_whole_and_no_minute_more()
    {
        // 30 of the 55 minutes that are known: 982 and 1,036 in the mean.
        Assert.Equal(false, After(1_800));
        Assert.Equal(true, After(1_900));

        static bool? After(double first)
        {
            var course = new Course(new Average(Quantity.Co2, TimeSpan.FromHours(1), Alarm: 1_000, Clear: 1_000));
            course.Hears(first, 0);
            foreach (var at in Course.Every(60, 25 * 60))
            {
                course.Hears(0, 35 * 60 + at);
            }

            return course.Holds;
        }
    }

    [Theory]
    [InlineData(1_000, false)]
    [InlineData(1_001, true)]
    public void The_limit_itself_is_not_above_it(double value, bool holds)
    {
        var course = OneHour();
        foreach (var at in Course.Every(60, Hour))
        {
            course.Hears(value, at);
        }

        Assert.Equal(holds, course.Holds);
    }

    [Fact]
    public void It_agrees_with_a_plain_mean_over_the_history() => Prop.ForAll<byte[]>(script =>
    {
        var course = OneHour();
        var values = script.Select(b => b * 10.0).ToList();
        for (var i = 0; i < values.Count; i++)
        {
            // One report a bucket, so that the plain mean is over exactly the last sixty minutes.
            var holds = course.Hears(values[i], i * 60);
            var known = values.Take(i).TakeLast(60).ToList();
            if (known.Count >= 45 && Math.Abs(known.Average() - 1_000) > 20)
            {
                Assert.True(holds is not null);
                Assert.True(known.Average() <= 1_000 || holds == true, $"{known.Average()} at {i}");
                Assert.True(known.Average() >= 880 || holds == false, $"{known.Average()} at {i}");
            }
        }
    }).Check(Config.QuickThrowOnFailure.WithMaxTest(200).WithStartSize(100).WithEndSize(300));

    [Fact]
    public void Days_of_silence_leave_nothing_of_the_old_mean()
    {
        var course = OneHour();
        foreach (var at in Course.Every(60, 2 * Hour))
        {
            course.Hears(5_000, at);
        }

        foreach (var at in Course.Every(60, Hour))
        {
            course.Hears(400, 100 * Hour + at);
        }

        Assert.Equal(false, course.Holds);
    }
}
