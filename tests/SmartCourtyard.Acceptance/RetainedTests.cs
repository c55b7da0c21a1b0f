using System.Text.Json;
using SmartCourtyard.Acceptance.Estates;

namespace SmartCourtyard.Acceptance;

/// <summary>A kept message is a state: it may be a danger, it is never a press.</summary>
public sealed class RetainedTests
{
    [Fact]
    public async Task Retained_smoke_raises_once_and_a_retained_press_never_over_any_number_of_reconnects()
    {
        await using var estate = await Estate.PrepareAsync(TestSite.Of(2, "smoke-detector", "emergency-button"));
        estate.StartBroker();
        var smoke = estate.Site.Devices.First(d => d.Class == "smoke-detector");
        var button = estate.Site.Devices.First(d => d.Class == "emergency-button");
        await Eventually.TrueAsync(
            async () =>
            {
                try
                {
                    await estate.PublishAsync(smoke.Topic, """{"smoke":true,"battery":80}""", retain: true);
                    return true;
                }
                catch (InvalidOperationException)
                {
                    return false;
                }
            },
            TimeSpan.FromSeconds(10), () => "the broker");
        await estate.PublishAsync(button.Topic, """{"action":"emergency","battery":80}""", retain: true);
        estate.StartDutyRoom();
        estate.StartGateway();
        await estate.ReadyAsync();
        await Eventually.TrueAsync(async () => (await AlarmsAsync(estate)).Count == 1, TimeSpan.FromSeconds(10), () => "the retained smoke on the board");

        for (var i = 0; i < 3; i++)
        {
            await estate.Broker!.KillAsync();
            estate.StartBroker();
            await estate.ReadyAsync();
        }

        for (var i = 0; i < 2; i++)
        {
            await estate.Gateway!.KillAsync();
            estate.StartGateway();
            await estate.ReadyAsync();
        }

        // A live press comes through, and by then everything before it has been judged.
        await estate.PublishAsync(button.Topic, """{"action":"emergency","battery":79}""");
        await Eventually.TrueAsync(async () => (await AlarmsAsync(estate)).Count == 2, TimeSpan.FromSeconds(10), () => "the live press on the board");
        var alarms = await AlarmsAsync(estate);
        var raised = Assert.Single(alarms, a => a.GetProperty("kind").GetString() == "smoke");
        Assert.Equal(1, raised.GetProperty("occurrences").GetInt32());
        var call = Assert.Single(alarms, a => a.GetProperty("kind").GetString() == "emergency-call");
        Assert.Equal(1, call.GetProperty("occurrences").GetInt32());
    }

    private static Task<IReadOnlyList<JsonElement>> AlarmsAsync(Estate estate) => estate.Board.AlarmsAsync();
}
