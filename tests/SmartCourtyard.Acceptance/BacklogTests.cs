using SmartCourtyard.Acceptance.Estates;

namespace SmartCourtyard.Acceptance;

/// <summary>What waited when the gateway was killed; how long it takes is measured by the benchmark <c>drain</c>.</summary>
public sealed class BacklogTests
{
    private const int Alarms = 10_000;

    [Fact]
    public async Task Ten_thousand_events_that_waited_when_the_gateway_was_killed_arrive_once_life_first()
    {
        await using var backlog = await Backlog.MakeAsync(Alarms);
        var estate = backlog.Estate;
        estate.StartGateway();
        await Eventually.TrueAsync(
            async () => (await estate.Board.GatewayAsync()).GetProperty("custody").GetProperty("seen").GetInt64() >= Alarms,
            TimeSpan.FromMinutes(3), () => "all delivered: " + estate.Gateway!.Output);
        await Eventually.TrueAsync(
            async () => (await estate.Board.GatewayAsync()) is var g && g.GetProperty("missing").GetInt64() == 0 && g.GetProperty("queued").GetInt64() == 0,
            TimeSpan.FromMinutes(1), () => "nothing is missing");
        var alarms = (await estate.Board.AlarmsAsync()).Where(a => a.GetProperty("kind").GetString() is "smoke" or "water-leak").ToList();
        Assert.Equal(Alarms, alarms.Count);
        Assert.Equal(Alarms, alarms.Select(a => a.GetProperty("device").GetString()).Distinct().Count());
        Assert.All(alarms, a => Assert.Equal(1, a.GetProperty("occurrences").GetInt32()));
        var (life, property) = await backlog.OrderAsync();
        Assert.True(life <= property, $"the last alarm of life came {life:O}, the first of property {property:O}");
    }
}
