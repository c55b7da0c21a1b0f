using System.Text.Json;
using Microsoft.Playwright;
using SmartCourtyard.Acceptance.Estates;

namespace SmartCourtyard.Acceptance;

/// <summary>What an officer sees and hears in a real browser, with real programs behind it.</summary>
public sealed class ConsoleTests : IAsyncLifetime
{
    private static readonly TimeSpan Soon = TimeSpan.FromSeconds(15);

    private Estate _estate = null!;

    public async Task InitializeAsync() => _estate = await Estate.StartAsync(TestSite.Of(60, "smoke-detector", "gas-detector", "emergency-button"));

    public async Task DisposeAsync() => await _estate.DisposeAsync();

    [Fact]
    public async Task An_officer_sees_where_it_burns_hears_it_acknowledges_it_and_the_gateway_learns_that()
    {
        await using var officer = await Officer.SitDownAsync();
        await officer.SignInAsync(_estate);
        await Assertions.Expect(officer.Page.GetByTestId("no-alarms")).ToBeVisibleAsync();
        var smoke = Device("smoke-detector");
        await _estate.PublishAsync(smoke.Topic, Corpus.Alarms("smoke", "smoke").First());

        var card = officer.Card("smoke");
        await Assertions.Expect(card).ToBeVisibleAsync();
        await Assertions.Expect(card).ToContainTextAsync("1栋");
        await Assertions.Expect(card).ToContainTextAsync(smoke.Flat);
        await Assertions.Expect(card).ToContainTextAsync("厨房");
        await Eventually.TrueAsync(officer.HearsSoundAsync, Soon, () => "the sound");
        await ReceiptAsync("stored");
        await ReceiptAsync("shown");

        await card.GetByTestId("primary-action").ClickAsync();
        await Assertions.Expect(card).ToHaveAttributeAsync("data-state", "acknowledged");
        await ReceiptAsync("acknowledged");
        await Eventually.TrueAsync(async () => !await officer.HearsSoundAsync(), Soon, () => "silence after the acknowledgement");

        await _estate.PublishAsync(smoke.Topic, """{"smoke":false}""");
        await _estate.PublishAsync(smoke.Topic, """{"smoke":true}""");
        await Eventually.TrueAsync(officer.HearsSoundAsync, Soon, () => "the sound of the second occurrence");
        Assert.Empty(officer.Errors);
    }

    [Fact]
    public async Task A_board_that_lost_its_stream_says_so_loudly_and_catches_up_by_itself()
    {
        await using var officer = await Officer.SitDownAsync();
        await officer.SignInAsync(_estate);
        await _estate.DutyRoom!.KillAsync();
        await Assertions.Expect(officer.Page.GetByTestId("stream-lost")).ToBeVisibleAsync(new() { Timeout = 15_000 });
        await _estate.PublishAsync(Device("emergency-button").Topic, """{"action":"emergency"}""");
        _estate.StartDutyRoom();
        await Assertions.Expect(officer.Card("emergency-call")).ToBeVisibleAsync(new() { Timeout = 30_000 });
        await Assertions.Expect(officer.Page.GetByTestId("stream-lost")).ToBeHiddenAsync(new() { Timeout = 15_000 });
        await Eventually.TrueAsync(officer.HearsSoundAsync, Soon, () => "the sound of what was missed");
    }

    [Fact]
    public async Task An_alarm_while_no_board_is_open_is_escalated_for_that_until_a_board_shows_it()
    {
        await using (var gone = await Officer.SitDownAsync())
        {
            await gone.SignInAsync(_estate);
        }

        await _estate.PublishAsync(Device("gas-detector").Topic, """{"gas":true}""");
        await Eventually.TrueAsync(
            async () => (await _estate.Board.AlarmsAsync()).Any(a => a.GetProperty("escalated").GetString() == "no-board"), Soon, () => "the alarm that nobody can see");
        Assert.All(await _estate.Board.AlarmsAsync(), a => Assert.Equal(JsonValueKind.Null, a.GetProperty("shownAt").ValueKind));

        await using var officer = await Officer.SitDownAsync();
        await officer.SignInAsync(_estate);
        await Assertions.Expect(officer.Card("gas")).ToBeVisibleAsync();
        await ReceiptAsync("shown");
        await Assertions.Expect(officer.Card("gas").GetByTestId("tag-escalated")).ToBeHiddenAsync(new() { Timeout = 15_000 });
        await Eventually.TrueAsync(officer.HearsSoundAsync, Soon, () => "the sound of what waited for a board");
    }

    [Theory]
    [InlineData(false, "烟雾", "确认")]
    [InlineData(true, "Smoke", "Acknowledge")]
    public async Task The_board_speaks_the_officers_language_on_desk_and_phone(bool english, string kind, string action)
    {
        await _estate.PublishAsync(Device("smoke-detector").Topic, """{"smoke":true}""");
        foreach (var (width, height) in new[] { (1366, 768), (390, 844) })
        {
            await using var officer = await Officer.SitDownAsync(width: width, height: height);
            await officer.SignInAsync(_estate);
            if (english)
            {
                await officer.Page.GetByTestId("language").ClickAsync();
            }

            await Assertions.Expect(officer.Card("smoke")).ToContainTextAsync(kind);
            await Assertions.Expect(officer.Card("smoke").GetByTestId("primary-action")).ToContainTextAsync(action);
            var overflow = await officer.Page.EvaluateAsync<int>("() => document.documentElement.scrollWidth - document.documentElement.clientWidth");
            Assert.True(overflow <= 0, $"{overflow} px stick out at {width} px");
        }
    }

    private TestDevice Device(string deviceClass) => _estate.Site.Devices.First(d => d.Class == deviceClass);

    private Task ReceiptAsync(string receipt) => Eventually.TrueAsync(
        async () => (await _estate.GatewayPage.ItemsAsync("api/v1/alarms")).Any(
            a => a.GetProperty("receipts").GetProperty(receipt).ValueKind == JsonValueKind.String),
        Soon, () => $"the receipt '{receipt}' at the gateway");
}
