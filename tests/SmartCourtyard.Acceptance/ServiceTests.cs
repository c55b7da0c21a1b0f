using Microsoft.Playwright;
using SmartCourtyard.Acceptance.Estates;

namespace SmartCourtyard.Acceptance;

/// <summary>Tests, drills and devices out of service, from the console through the gateway to the board, and what confirms a fire.</summary>
public sealed class ServiceTests : IAsyncLifetime
{
    private static readonly TimeSpan Soon = TimeSpan.FromSeconds(20);

    private Estate _estate = null!;

    public async Task InitializeAsync() => _estate = await Estate.StartAsync(TestSite.Of(2, "smoke-detector", "emergency-button"));

    public async Task DisposeAsync() => await _estate.DisposeAsync();

    [Fact]
    public async Task A_test_is_marked_a_drill_is_on_every_page_and_a_detector_out_of_service_still_confirms_the_fire()
    {
        await using var officer = await Officer.SitDownAsync();
        await officer.SignInAsync(_estate);
        var page = officer.Page;
        var (first, second) = (Devices("smoke-detector")[0], Devices("smoke-detector")[1]);

        await BeginAsync(officer, page.GetByTestId("service-estate"), "test", "每月测试");
        await _estate.PublishAsync(Devices("emergency-button")[0].Topic, """{"action":"emergency"}""");
        await GoAsync(officer, "/");
        await Assertions.Expect(officer.Card("emergency-call").GetByTestId("tag-test")).ToBeVisibleAsync();
        await EndAsync(officer, "under-test");

        await BeginAsync(officer, page.GetByTestId("service-estate"), "drill", "年度消防演练");
        await Assertions.Expect(page.GetByTestId("drill-banner")).ToContainTextAsync("年度消防演练");
        await GoAsync(officer, "/");
        await Assertions.Expect(page.GetByTestId("drill-banner")).ToBeVisibleAsync();
        await _estate.PublishAsync(first.Topic, """{"smoke":true}""");
        await Assertions.Expect(officer.Card("smoke").GetByTestId("tag-drill")).ToBeVisibleAsync();
        await EndAsync(officer, "drill");
        await Assertions.Expect(page.GetByTestId("drill-banner")).ToBeHiddenAsync();
        await GoAsync(officer, "/");
        await Assertions.Expect(officer.Card("smoke")).ToBeVisibleAsync();
        await Assertions.Expect(officer.Card("smoke").GetByTestId("tag-drill")).ToBeHiddenAsync();

        await GoAsync(officer, "/devices");
        await BeginAsync(officer, page.Locator($"[data-device={second.Id}]").GetByTestId("service-device"), "out-of-service", "更换电池");
        await Eventually.TrueAsync(
            async () => (await _estate.Board.DevicesAsync("health=trouble")).Any(d => d.GetProperty("reasons").EnumerateArray().Any(r => r.GetString() == "out-of-service"))
                || (await _estate.GatewayPage.ItemsAsync("api/v1/devices")).Any(d => d.GetProperty("reasons").EnumerateArray().Any(r => r.GetString() == "out-of-service")),
            Soon, () => "the device's health says that it is out of service");
        await _estate.PublishAsync(second.Topic, """{"smoke":true}""");
        await GoAsync(officer, "/");
        await Assertions.Expect(officer.Card("smoke")).ToHaveCountAsync(2);
        await Assertions.Expect(officer.Card("smoke").GetByTestId("tag-confirmed")).ToHaveCountAsync(2);
        await officer.Card("smoke").First.GetByTestId("open-alarm").ClickAsync();
        await Assertions.Expect(page.Locator("[data-testid=timeline-entry][data-what=confirmed]")).ToHaveCountAsync(1);
        Assert.Empty(officer.Errors);

        // What the gateway refuses comes back as its sentence.
        var answer = await _estate.Board.CommandAsync(
            TestSite.Courtyard, new { command = "service.begin", service = new { kind = "out-of-service", device = first.Id, @for = "9h", reason = "r" } }, Soon);
        Assert.Equal(("failed", "it may last 8 hours at most"), (answer.GetProperty("state").GetString(), answer.GetProperty("detail").GetString()));
        Assert.Equal("done", (await _estate.Board.CommandAsync(TestSite.Courtyard, new { command = "device.test", device = first.Id }, Soon)).GetProperty("state").GetString());
        Assert.Contains(
            await _estate.GatewayPage.ItemsAsync("api/v1/service"),
            o => o.GetProperty("kind").GetString() == "test" && o.GetProperty("scope").GetProperty("device").GetString() == first.Id);
    }

    private List<TestDevice> Devices(string deviceClass) => [.. _estate.Site.Devices.Where(d => d.Class == deviceClass)];

    private static async Task GoAsync(Officer officer, string to) => await officer.Page.Locator($"nav a[href='{to}']").ClickAsync();

    private static async Task BeginAsync(Officer officer, ILocator button, string kind, string reason)
    {
        await GoAsync(officer, "/devices");
        await button.ClickAsync();
        var page = officer.Page;
        await page.GetByTestId("service-" + kind).CheckAsync();
        await page.GetByTestId("service-reason").FillAsync(reason);
        await page.GetByTestId("service-submit").ClickAsync();
        await Assertions.Expect(page.GetByTestId("service-form")).ToBeHiddenAsync(new() { Timeout = 20_000 });
        await Assertions.Expect(page.GetByTestId("service-order").Filter(new() { HasText = reason })).ToBeVisibleAsync(new() { Timeout = 20_000 });
    }

    private static async Task EndAsync(Officer officer, string reason)
    {
        await GoAsync(officer, "/devices");
        var order = officer.Page.Locator($"[data-testid=service-order][data-reason={reason}]");
        await order.GetByTestId("service-end").ClickAsync();
        await Assertions.Expect(order).ToBeHiddenAsync(new() { Timeout = 20_000 });
    }
}
