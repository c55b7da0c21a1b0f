using SmartCourtyard.Gateway.Measurements;
using SmartCourtyard.Gateway.Tests.Watch;
using SmartCourtyard.Readings;

namespace SmartCourtyard.Gateway.Tests.Measurements;

public sealed class ReadingFeedTests
{
    [Fact]
    public void A_full_feed_never_waits_it_drops_the_oldest_and_counts_its_readings()
    {
        var feed = new ReadingFeed(batchesAtMost: 3);
        for (var i = 0; i < 10; i++)
        {
            feed.Add(Batch(i, readings: 2));
        }

        Assert.Equal((14, 20, 3), (feed.Dropped, feed.Taken, feed.Waiting));
        var left = new List<HeardBatch>();
        feed.Drain(left, int.MaxValue);
        Assert.Equal([7, 8, 9], left.Select(b => b.Readings[0].Value));
    }

    [Fact]
    public async Task A_taker_gathers_for_a_while_and_stops_at_the_number_it_asked_for()
    {
        var (feed, clock, into) = (new ReadingFeed(), new TestClock(), new List<HeardBatch>());
        var taking = feed.TakeAsync(into, TimeSpan.FromSeconds(1), 4, clock, CancellationToken.None).AsTask();
        for (var i = 0; i < 5; i++)
        {
            feed.Add(Batch(i, readings: 2));
        }

        Assert.False(taking.IsCompleted);
        await Eventually.Holds(clock, 0.5, () => taking.IsCompleted, "taken");
        Assert.Equal([0, 1], into.Select(b => b.Readings[0].Value));
        Assert.Equal(3, feed.Waiting);
    }

    private static HeardBatch Batch(int value, int readings)
        => Estate.Heard(custody: false, [.. Enumerable.Repeat((Estate.Air.Says(Quantity.Co2, value), 0L, false), readings)]);
}
