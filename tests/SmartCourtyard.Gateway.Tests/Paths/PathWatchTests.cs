using Microsoft.Extensions.Logging.Abstractions;
using SmartCourtyard.Custody;
using SmartCourtyard.Gateway.Paths;
using SmartCourtyard.Gateway.Tests.Watch;

namespace SmartCourtyard.Gateway.Tests.Paths;

public sealed class PathWatchTests : IAsyncDisposable
{
    private static readonly Handover Token = new(HandoverReason.NotAllowed, "the token", Actor: Actor.Technician);
    private static readonly Handover Line = new(HandoverReason.Unreachable, "the line", Actor: Actor.Network);

    private readonly TestClock _clock = new();
    private readonly PathStatus _https = new();
    private readonly PathStatus _mqtt = new();
    private readonly List<(string Path, string? Detail)> _told = [];
    private readonly PathWatch _watch;

    public PathWatchTests() => _watch = new PathWatch(
        [("https", _https), ("mqtt", _mqtt)],
        (path, detail, _) =>
        {
            lock (_told)
            {
                _told.Add((path, detail));
            }

            return ValueTask.CompletedTask;
        },
        new Outbox(_ => [], _clock), _clock, NullLogger<PathWatch>.Instance);

    public async ValueTask DisposeAsync()
    {
        await _watch.StopAsync(CancellationToken.None);
        _watch.Dispose();
    }

    [Fact]
    public async Task What_a_technician_must_mend_is_told_soon_and_what_may_pass_after_a_minute()
    {
        await BeginAsync();
        _https.Down(Token);
        _mqtt.Down(Line);
        await PassAsync(10);
        Assert.Equal([("https", "the token")], Told());
        await PassAsync(40);
        Assert.DoesNotContain(Told(), t => t.Path == "mqtt");
        await PassAsync(15);
        Assert.Contains(("mqtt", "the line"), Told());
    }

    [Fact]
    public async Task It_ends_when_the_path_is_up_and_a_short_outage_is_none()
    {
        await BeginAsync();
        _https.Down(Line);
        await PassAsync(50);
        _https.Up(null, TestClock.Night);
        await PassAsync(30);
        Assert.Empty(Told());
        _https.Down(Line);
        await PassAsync(65);
        _https.Up(7, TestClock.Night);
        await PassAsync(3);
        Assert.Equal([("https", "the line"), ("https", null)], Told());
    }

    [Fact]
    public async Task Who_must_act_may_change_and_it_is_said_again_for_a_site_file_that_was_read_anew()
    {
        await BeginAsync();
        _https.Down(Line);
        await PassAsync(62);
        _https.Down(Token);
        await PassAsync(3);
        Assert.Equal([("https", "the line"), ("https", "the token")], Told());
        await PassAsync(35);
        Assert.Equal(("https", "the token"), Told()[^1]);
        Assert.Equal(3, Told().Count);
    }

    private async Task BeginAsync()
    {
        await _watch.StartAsync(CancellationToken.None);
        await Eventually.Holds(() => _clock.NextDue is not null, "it looks");
    }

    private async Task PassAsync(int seconds)
    {
        for (var i = 0; i < seconds; i++)
        {
            _clock.Advance(1);
            // The tick goes on in its own time.
            await Task.Yield();
        }
    }

    private List<(string Path, string? Detail)> Told()
    {
        lock (_told)
        {
            return [.. _told];
        }
    }
}
