using Microsoft.Extensions.Logging.Abstractions;
using SmartCourtyard.Gateway.Health;
using SmartCourtyard.Gateway.Tests.Watch;

namespace SmartCourtyard.Gateway.Tests.Health;

/// <summary>Whether the gateway says that it lives: only while every loop that alarms go through moves.</summary>
public sealed class LivenessTests : IDisposable
{
    private readonly TestClock _clock = new();
    private readonly Liveness _liveness;
    private long _watch;
    private long _path;
    private bool _pathRests = true;
    private int _alive;

    public LivenessTests() => _liveness = new Liveness(
        [
            new("the watch", () => _watch, TimeSpan.FromSeconds(30), () => false),
            new("the path", () => _path, TimeSpan.FromSeconds(90), () => _pathRests),
        ],
        () => Interlocked.Increment(ref _alive), _clock, NullLogger<Liveness>.Instance);

    public void Dispose() => _liveness.Dispose();

    [Fact]
    public void While_all_loops_move_the_watchdog_is_fed_at_each_look()
    {
        for (var i = 1; i <= 30; i++)
        {
            Look(moves: true);
            Assert.Equal(i, _alive);
        }

        Assert.Null(_liveness.Stuck);
    }

    [Fact]
    public void A_loop_that_hangs_is_named_and_the_watchdog_is_fed_no_more_until_it_moves()
    {
        for (var i = 0; i < 5; i++)
        {
            Look(moves: false);
        }

        Assert.Equal((null, 5), (_liveness.Stuck, _alive));
        Look(moves: false);
        Assert.Equal(("the watch has not moved for 30 s", 5), (_liveness.Stuck, _alive));
        Look(moves: false);
        Assert.Equal(("the watch has not moved for 35 s", 5), (_liveness.Stuck, _alive));
        Look(moves: true);
        Assert.Equal((null, 6), (_liveness.Stuck, _alive));
    }

    [Fact]
    public void A_path_with_nothing_to_hand_on_rests_and_one_with_something_must_move()
    {
        for (var i = 0; i < 40; i++)
        {
            Look(moves: true);
        }

        _pathRests = false;
        for (var i = 0; i < 17; i++)
        {
            Look(moves: true);
        }

        Assert.Null(_liveness.Stuck);
        Look(moves: true);
        Assert.Equal("the path has not moved for 90 s", _liveness.Stuck);
        _path++;
        Look(moves: true);
        Assert.Null(_liveness.Stuck);
    }

    [Fact]
    public async Task It_looks_every_five_seconds()
    {
        await _liveness.StartAsync(CancellationToken.None);
        for (var i = 1; i <= 3; i++)
        {
            await Eventually.Holds(() => _clock.NextDue == Liveness.LookEvery, "it waits for the next look");
            _clock.Advance(Liveness.LookEvery.TotalSeconds);
            await Eventually.Holds(() => Volatile.Read(ref _alive) == i, "the look");
        }

        await _liveness.StopAsync(CancellationToken.None);
    }

    private void Look(bool moves)
    {
        _watch += moves ? 1 : 0;
        _liveness.Look();
    }
}
