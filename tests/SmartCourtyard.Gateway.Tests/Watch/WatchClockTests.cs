using SmartCourtyard.Custody;
using SmartCourtyard.Gateway.Watch;

namespace SmartCourtyard.Gateway.Tests.Watch;

public sealed class WatchClockTests
{
    [Theory]
    [InlineData("1970-01-01T00:00:20Z", ClockState.Unsynchronised)]
    [InlineData("2025-12-31T23:59:59Z", ClockState.Unsynchronised)]
    [InlineData("2026-11-22T04:30:00Z", ClockState.Synchronised)]
    internal void A_clock_that_is_older_than_the_program_has_never_been_set(string now, ClockState state)
        => Assert.Equal(state, new WatchClock(new Showing(DateTimeOffset.Parse(now, System.Globalization.CultureInfo.InvariantCulture)), "0.1.0").State());

    private sealed class Showing(DateTimeOffset now) : TimeProvider
    {
        public override DateTimeOffset GetUtcNow() => now;
    }
}
