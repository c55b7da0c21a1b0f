using SmartCourtyard.Gateway.Devices.Mqtt;

namespace SmartCourtyard.Gateway.Tests.Devices.Mqtt;

public sealed class TopicFiltersTests
{
    [Theory]
    [InlineData("tele/#", "tele/a/SENSOR")]
    [InlineData("tele/#", "tele/a/#")]
    [InlineData("tele/#", "tele/+/SENSOR")]
    [InlineData("tele/#", "tele")]
    [InlineData("#", "tele/#")]
    [InlineData("a/+", "a/b")]
    [InlineData("a/+/c", "a/b/c")]
    [InlineData("+/b/#", "a/b/c/d")]
    [InlineData("+/+", "+/b")]
    [InlineData("a/+/#", "a/b")]
    public void A_filter_that_another_one_covers_is_not_needed(string wide, string narrow)
    {
        Assert.Equal([wide], TopicFilters.Needed([narrow, wide, wide]));
        Assert.True(new TopicFilters([wide]).CoverAsWell(narrow));
    }

    [Theory]
    [InlineData("tele/#", "stat/#")]
    [InlineData("tele/a/#", "tele/ab")]
    [InlineData("a/+", "a/b/c")]
    [InlineData("a/+", "a")]
    [InlineData("a/b", "a/b/c")]
    [InlineData("a/+/c", "a/b/+")]
    [InlineData("#", "$SYS/broker")]
    [InlineData("+/broker", "$SYS/broker")]
    public void Filters_that_do_not_cover_each_other_are_both_needed(string one, string other)
        => Assert.Equal([one, other], TopicFilters.Needed([one, other]));

    [Fact]
    public void Forty_thousand_filters_with_wildcards_are_sifted_in_seconds()
    {
        string[] filters = [.. Enumerable.Range(0, 20_000).SelectMany(i => new[] { $"tele/n{i}/#", $"application/+/device/{i:x16}/event/#" })];

        // Processor time: the other tests of the machine must not count. Each against each would be 1.6 thousand million looks.
        TimeSpan before = Environment.CpuUsage.TotalTime;
        Assert.Equal(filters, TopicFilters.Needed(filters));
        Assert.Single(TopicFilters.Needed([.. filters.Where(f => f[0] == 't'), "tele/#"]));
        Assert.True(Environment.CpuUsage.TotalTime - before < TimeSpan.FromSeconds(10));
    }
}
