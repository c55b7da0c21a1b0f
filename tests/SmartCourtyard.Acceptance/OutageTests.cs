using System.Text.Json;
using System.Text.RegularExpressions;
using Microsoft.Playwright;
using SmartCourtyard.Acceptance.Estates;

namespace SmartCourtyard.Acceptance;

/// <summary>What was not heard in time is said to be late, with the time at which it happened.</summary>
public sealed class OutageTests
{
    private static readonly TimeSpan Outage = TimeSpan.FromSeconds(30);

    [Fact]
    public async Task Alarms_of_half_a_minute_without_duty_room_arrive_in_order_marked_late_with_their_true_times()
    {
        await using var estate = await Estate.StartAsync(TestSite.Of(10, "smoke-detector"));
        await estate.DutyRoom!.KillAsync();
        var began = TimeProvider.System.GetTimestamp();
        var sent = new List<(string Device, DateTimeOffset At)>();
        foreach (var device in estate.Site.Devices)
        {
            await estate.PublishAsync(device.Topic, """{"smoke":true}""");
            sent.Add((device.Id, TimeProvider.System.GetUtcNow()));
            await Task.Delay(TimeSpan.FromSeconds(2), TimeProvider.System);
        }

        await Eventually.TrueAsync(
            () => TimeProvider.System.GetElapsedTime(began) > Outage, Outage + TimeSpan.FromSeconds(5), () => "half a minute");
        Assert.Equal(10, (await estate.GatewayPage.ItemsAsync("api/v1/alarms")).Count);
        var path = Assert.Single(await estate.GatewayPage.ItemsAsync("api/v1/paths"));
        Assert.False(path.GetProperty("up").GetBoolean());
        Assert.True(path.GetProperty("queued").GetInt64() >= 10);

        estate.StartDutyRoom();
        await estate.ReadyAsync();
        IReadOnlyList<JsonElement> alarms = [];
        await Eventually.TrueAsync(
            async () => (alarms = [.. (await estate.Board.AlarmsAsync()).Where(a => a.GetProperty("kind").GetString() == "smoke")]).Count == sent.Count,
            TimeSpan.FromSeconds(10), () => $"{alarms.Count} of {sent.Count}");

        var inOrder = alarms.Reverse().ToList();
        Assert.Equal(sent.Select(s => s.Device), inOrder.Select(a => a.GetProperty("device").GetString()!));
        foreach (var (alarm, (_, at)) in inOrder.Zip(sent))
        {
            Assert.True(alarm.GetProperty("late").GetBoolean());
            var raisedAt = alarm.GetProperty("raisedAt").GetDateTimeOffset();
            Assert.InRange(raisedAt, at - TimeSpan.FromSeconds(2), at + TimeSpan.FromSeconds(1));
            Assert.True(alarm.GetProperty("receivedAt").GetDateTimeOffset() - raisedAt > TimeSpan.FromSeconds(10));
        }

        await using var officer = await Officer.SitDownAsync();
        await officer.SignInAsync(estate);
        await officer.Page.GotoAsync(new Uri(estate.DutyRoomUrl, "devices").ToString());
        await Assertions.Expect(officer.Page.GetByTestId("custody")).ToContainTextAsync(new Regex("富康花园小区：迟到 [1-9][0-9]+，丢失 0，"), new() { Timeout = 15_000 });
    }
}
