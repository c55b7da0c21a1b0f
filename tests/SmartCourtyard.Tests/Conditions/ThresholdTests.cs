using FsCheck;
using FsCheck.Fluent;
using SmartCourtyard.Conditions;
using SmartCourtyard.Readings;

namespace SmartCourtyard.Tests.ConditionTests;

public sealed class ThresholdTests
{
    private static readonly TimeSpan Quarter = TimeSpan.FromSeconds(15);

    [Theory]
    [InlineData(9.999, false)]
    [InlineData(10, true)]
    [InlineData(1e9, true)]
    [InlineData(-1, false)]
    public void An_upper_limit_holds_from_its_value_on(double value, bool holds)
        => Assert.Equal(holds, new Course(new Threshold(Quantity.Methane, 10, 8)).Hears(value, 0));

    [Theory]
    [InlineData(8, true)]
    [InlineData(7.999, false)]
    public void An_upper_limit_ends_below_its_clear_value(double value, bool holds)
    {
        var course = new Course(new Threshold(Quantity.Methane, 10, 8));
        course.Hears(10, 0);
        Assert.Equal(holds, course.Hears(value, 1));
    }

    [Theory]
    [InlineData(3.001, 3, false)]
    [InlineData(3, 3, true)]
    [InlineData(3, 4.999, true)]
    [InlineData(3, 5, false)]
    public void A_lower_limit_holds_from_its_value_down_and_ends_at_its_clear_value(double first, double then, bool holds)
    {
        var course = new Course(new Threshold(Quantity.Temperature, 3, 5));
        course.Hears(first, 0);
        Assert.Equal(first <= 3 ? holds : then <= 3, course.Hears(then, 1));
    }

    [Fact]
    public void A_contact_holds_while_it_is_true_and_not_a_moment_longer()
    {
        var course = new Course(Condition.Contact(Quantity.Smoke));
        Assert.Null(course.Holds);
        Assert.Equal([false, true, true, false], new[] { 0.0, 1, 1, 0 }.Select((v, i) => course.Hears(v, i)!.Value));
        Assert.Null(course.Due);
    }

    [Fact]
    public void What_must_last_counts_at_the_very_moment_it_has_lasted_also_without_a_further_word()
    {
        var course = new Course(new Threshold(Quantity.Methane, 10, 8) { After = Quarter });
        course.Hears(0, 0);
        Assert.Equal(false, course.Hears(12, 100));
        Assert.Equal(TimeSpan.FromSeconds(115), course.Due);
        Assert.Equal(false, course.Passes(114.999));
        Assert.Equal(true, course.Passes(115));
        Assert.Null(course.Due);
    }

    [Fact]
    public void What_ends_before_it_has_lasted_never_was()
    {
        var course = new Course(new Threshold(Quantity.Methane, 10, 8) { After = Quarter });
        course.Hears(12, 0);
        course.Hears(9, 10);
        Assert.Equal(TimeSpan.FromSeconds(15), course.Due);
        course.Hears(7.9, 14.9);
        Assert.Null(course.Due);
        Assert.Equal(false, course.Passes(1_000));
        course.Hears(12, 1_000);
        Assert.Equal(false, course.Passes(1_014));
        Assert.Equal(true, course.Passes(1_015));
    }

    [Fact]
    public void Between_the_two_values_the_waiting_goes_on()
    {
        var course = new Course(new Threshold(Quantity.Methane, 10, 8) { After = Quarter });
        course.Hears(10, 0);
        course.Hears(8, 7);
        Assert.Equal(true, course.Hears(8, 15));
    }

    [Fact]
    public void An_end_that_must_last_lasts_too()
    {
        var course = new Course(new Threshold(Quantity.WaterLevel, 300, 250) { ClearAfter = TimeSpan.FromMinutes(1) });
        course.Hears(300, 0);
        Assert.Equal(true, course.Hears(200, 10));
        Assert.Equal(true, course.Hears(300, 40));
        Assert.Equal(true, course.Hears(200, 50));
        Assert.Equal(true, course.Passes(109));
        Assert.Equal(false, course.Passes(110));
    }

    [Fact]
    public void The_first_word_needs_no_end_that_lasts()
        => Assert.Equal(false, new Course(new Threshold(Quantity.WaterLevel, 300, 250) { ClearAfter = TimeSpan.FromMinutes(1) }).Hears(0, 0));

    [Fact]
    public void Asking_in_between_changes_nothing() => Prop.ForAll<byte[]>(script =>
    {
        var (asked, left) = (Delayed(), Delayed());
        foreach (var (b, i) in script.Select((b, i) => (b, i)))
        {
            asked.Passes(i * 4 - 1);
            Assert.Equal(left.Hears(b % 20, i * 4), asked.Hears(b % 20, i * 4));
        }

        Assert.Equal(left.ChangedAt, asked.ChangedAt);
        static Course Delayed() => new(new Threshold(Quantity.Methane, 10, 8) { After = Quarter, ClearAfter = TimeSpan.FromSeconds(6) });
    }).Check(Config.QuickThrowOnFailure.WithMaxTest(500));

    [Fact]
    public void It_holds_exactly_when_a_plain_look_at_the_history_says_so() => Prop.ForAll<byte[]>(script =>
    {
        var course = new Course(new Threshold(Quantity.Methane, 10, 8) { After = Quarter });
        var since = (double?)null;
        var held = false;
        for (var i = 0; i < script.Length; i++)
        {
            var (at, value) = (i * 6.0, script[i] % 20);
            held |= since <= at - 15;
            since = (since is not null || held) && value >= 8 ? since ?? at : value >= 10 ? at : null;
            held = held && value >= 8;
            Assert.Equal(held || since <= at - 15, course.Hears(value, at) == true);
        }
    }).Check(Config.QuickThrowOnFailure.WithMaxTest(500));
}
