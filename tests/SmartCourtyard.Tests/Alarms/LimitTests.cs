using SmartCourtyard.Alarms;
using SmartCourtyard.Conditions;
using SmartCourtyard.Courtyards;
using SmartCourtyard.Readings;

namespace SmartCourtyard.Tests.AlarmTests;

/// <summary>What a site file sets becomes the condition that it says.</summary>
public sealed class LimitTests
{
    private static readonly TimeSpan After = TimeSpan.FromSeconds(15);
    private static readonly TimeSpan ClearAfter = TimeSpan.FromSeconds(60);

    [Fact]
    public void A_value_a_mean_and_a_climb_each_make_their_condition()
    {
        var limit = new Limit(Quantity.Temperature, 60, 50) { After = After, ClearAfter = ClearAfter };
        Assert.Equal([new Threshold(Quantity.Temperature, 60, 50) { After = After, ClearAfter = ClearAfter }], limit.Conditions());
        Assert.Equal(
            [new Average(Quantity.Temperature, TimeSpan.FromHours(8), 60, 50) { After = After, ClearAfter = ClearAfter }],
            (limit with { Over = TimeSpan.FromHours(8) }).Conditions());
        Assert.Equal(
            [new RateOfRise(Quantity.Temperature, 5, TimeSpan.FromMinutes(2), double.NegativeInfinity)], (limit with { Alarm = null, RisePerMinute = 5 }).Conditions());
        Assert.Equal(2, (limit with { RisePerMinute = 5 }).Conditions().Count());
        Assert.Empty((limit with { Alarm = null }).Conditions());
    }

    [Fact]
    public void The_air_is_good_again_a_tenth_below_its_limit() => Assert.All(
        AirProfile.All.SelectMany(p => p.Rules).Select(r => Assert.IsType<Average>(r.Condition)), mean => Assert.Equal(mean.Alarm * 0.9, mean.Clear, 9));

    [Fact]
    public void The_profile_that_a_site_names_is_for_its_air_monitors()
    {
        var rules = new Dictionary<string, DeviceRules>
        {
            ["air"] = new([], AirProfile.Gb18883Of2022), ["smoke"] = new([], AirProfile.Gb18883Of2022),
        };
        var book = new Rulebook(rules);
        Assert.Contains(book.For(Estate.Device(DeviceClass.AirMonitor, "air")), r => r.Condition.Quantity == Quantity.Pm25);
        Assert.DoesNotContain(book.For(Estate.Device(DeviceClass.SmokeDetector, "smoke")), r => r.Condition is Average);
        Assert.Contains(book.For(Estate.Device(DeviceClass.SmokeDetector, "smoke")), r => r.Kind == AlarmKind.Smoke);
        Assert.DoesNotContain(book.For(Estate.Device(DeviceClass.AirMonitor, "other")), r => r.Condition.Quantity == Quantity.Pm25);
    }

    [Theory]
    [InlineData(Quantity.Co2)]
    [InlineData(Quantity.Pm1)]
    [InlineData(Quantity.Pm25)]
    [InlineData(Quantity.Pm10)]
    [InlineData(Quantity.Tvoc)]
    [InlineData(Quantity.Hcho)]
    [InlineData(Quantity.Humidity)]
    [InlineData(Quantity.Temperature)]
    public void A_limit_of_the_air_alarms_as_such(Quantity quantity) => Assert.Equal(AlarmKind.AirQuality, AlarmRule.KindOf(quantity, DeviceClass.AirMonitor));
}
