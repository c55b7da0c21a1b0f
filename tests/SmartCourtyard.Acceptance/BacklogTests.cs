using SmartCourtyard.Acceptance.Estates;

namespace SmartCourtyard.Acceptance;

/// <summary>What waited when the gateway was killed; how long it takes is measured by the benchmark <c>drain</c>.</summary>
public sealed class BacklogTests
{
    private const int Waiting = 10_000;

    [Fact]
    public async Task Ten_thousand_events_that_waited_when_the_gateway_was_killed_arrive_once_life_first()
    {
        await using var backlog = await Backlog.MakeAsync(Waiting);
        var estate = backlog.Estate;
        estate.StartGateway();
        await Eventually.TrueAsync(
            async () => await Backlog.SeenAsync(estate) >= backlog.SeenBefore + backlog.Events,
            TimeSpan.FromMinutes(3), () => "all delivered: " + estate.Gateway!.Output);
        await Eventually.TrueAsync(
            async () => (await estate.Board.GatewayAsync()) is var g && g.GetProperty("missing").GetInt64() == 0 && g.GetProperty("queued").GetInt64() == 0,
            TimeSpan.FromMinutes(1), () => "nothing is missing");
        Assert.Equal(0, (await estate.Board.GatewayAsync()).GetProperty("custody").GetProperty("double").GetInt64());
        var alarms = (await estate.Board.AlarmsAsync()).Where(a => a.GetProperty("kind").GetString() is "smoke" or "water-leak").ToList();
        Assert.Equal(estate.Site.Devices.Count, alarms.Count);
        Assert.Equal(estate.Site.Devices.Count, alarms.Select(a => a.GetProperty("device").GetString()).Distinct().Count());
        var (life, property) = await backlog.OrderAsync();
        Assert.True(life <= property, $"the last alarm of life came {life:O}, the first of property {property:O}");
    }
}
