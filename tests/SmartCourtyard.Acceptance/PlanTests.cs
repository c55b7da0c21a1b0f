using Microsoft.Playwright;
using SmartCourtyard.Acceptance.Estates;

namespace SmartCourtyard.Acceptance;

/// <summary>The plan of the estate in a real browser, with real programs behind it.</summary>
public sealed class PlanTests : IAsyncLifetime
{
    // As many flats as reach the third floor of the third building.
    private const int Flats = 121;

    private Estate _estate = null!;

    public async Task InitializeAsync() => _estate = await Estate.StartAsync(TestSite.Of(Flats, "smoke-detector"));

    public async Task DisposeAsync() => await _estate.DisposeAsync();

    [Fact]
    public async Task A_message_of_a_detector_makes_its_flat_burn_on_the_plan_and_a_click_leads_to_the_alarm()
    {
        await _estate.KnownAsync();
        await using var officer = await Officer.SitDownAsync();
        await officer.SignInAsync(_estate);
        await officer.Page.Locator("a[href='/plan']").ClickAsync();
        var building = officer.Page.Locator("[data-testid=plan-building][data-building=b03]");
        await Assertions.Expect(building).ToBeVisibleAsync();
        var mark = building.GetByTestId("plan-mark");
        await Assertions.Expect(mark).ToHaveCountAsync(0);

        await _estate.PublishAsync(_estate.Site.Devices.Single(d => d is { Building: "b03", Unit: 1, Flat: "301" }).Topic, """{"smoke":true}""");
        await Assertions.Expect(mark).ToHaveAttributeAsync("data-look", "life", new() { Timeout = 15_000 });
        await Assertions.Expect(mark).ToHaveAttributeAsync("data-unanswered", "true");
        await Assertions.Expect(building).ToContainTextAsync("烟雾报警");
        await Eventually.TrueAsync(
            async () => (await _estate.Board.AlarmsAsync()).Any(a => a.GetProperty("shownAt").ValueKind == System.Text.Json.JsonValueKind.String),
            TimeSpan.FromSeconds(15), () => "the receipt that a console shows it");

        await mark.Locator("rect").ClickAsync();
        var cell = officer.Page.Locator("[data-testid=plan-cell][data-cell='fukang-garden/b03/1/3/301']");
        await Assertions.Expect(cell).ToHaveAttributeAsync("aria-current", "true");
        await Assertions.Expect(cell).ToHaveAttributeAsync("data-look", "life");
        await Assertions.Expect(officer.Page.GetByTestId("plan-panel")).ToContainTextAsync("3栋 1单元 301");

        await officer.Page.GetByTestId("plan-alarm").ClickAsync();
        await Assertions.Expect(officer.Page.GetByTestId("alarm-head")).ToContainTextAsync("3栋 1单元 301 厨房");
        var here = officer.Page.Locator("[data-testid=cutout-cell][aria-current=location]");
        await Assertions.Expect(here).ToContainTextAsync("301");
        await here.ClickAsync();
        await Assertions.Expect(cell).ToHaveAttributeAsync("data-look", "life");
        Assert.Empty(officer.Errors);
    }
}
