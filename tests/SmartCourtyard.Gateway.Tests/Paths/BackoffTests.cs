using SmartCourtyard.Gateway.Paths;

namespace SmartCourtyard.Gateway.Tests.Paths;

public sealed class BackoffTests
{
    [Theory]
    [InlineData(1, 0.1, 0.2)]
    [InlineData(2, 0.2, 0.4)]
    [InlineData(3, 0.4, 0.8)]
    [InlineData(4, 0.8, 1.6)]
    [InlineData(5, 1.6, 3.2)]
    [InlineData(6, 2.5, 5)]
    [InlineData(7, 2.5, 5)]
    [InlineData(1_000_000_000, 2.5, 5)]
    public void Pauses_double_from_a_fifth_of_a_second_to_five_seconds_and_half_of_each_is_chance(int failures, double least, double most)
    {
        Assert.Equal(least, Backoff.Delay(failures, 0, null).TotalSeconds, 3);
        Assert.Equal(most, Backoff.Delay(failures, 1, null).TotalSeconds, 3);
    }

    [Theory]
    [InlineData(1, 3, 3)]
    [InlineData(6, 1, 5)]
    [InlineData(1, 0, 0.2)]
    [InlineData(1, -5, 0.2)]
    [InlineData(1, 86_400, 60)]
    public void What_the_other_side_asks_for_is_honoured_up_to_a_minute(int failures, double asked, double seconds)
        => Assert.Equal(seconds, Backoff.Delay(failures, 1, TimeSpan.FromSeconds(asked)).TotalSeconds, 3);
}
