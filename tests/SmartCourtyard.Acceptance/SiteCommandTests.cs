using System.Text.Json;
using Microsoft.Playwright;
using SmartCourtyard.Acceptance.Estates;

namespace SmartCourtyard.Acceptance;

/// <summary>The technician at the duty room has the gateway read its site file again.</summary>
public sealed class SiteCommandTests
{
    private static readonly TimeSpan Soon = TimeSpan.FromSeconds(30);
    private static readonly object Reload = new { command = "site.reload" };

    [Fact]
    public async Task A_new_device_serves_after_the_command_and_a_bad_file_is_refused_with_the_place_of_its_mistake()
    {
        var site = TestSite.Of(3, "smoke-detector");
        await using var estate = await Estate.StartAsync(site with { Devices = [.. site.Devices.Take(2)] });
        await estate.PublishAsync(site.Devices[0].Topic, """{"smoke":true}""");
        await Eventually.TrueAsync(async () => (await estate.Board.AlarmsAsync("state=open")).Count == 1, Soon, () => "the first alarm");

        await File.WriteAllTextAsync(estate.SiteFile, site.Yaml());
        var done = await estate.Board.CommandAsync(TestSite.Courtyard, Reload, Soon);
        Assert.Equal("done", Text(done, "state"));
        await estate.PublishAsync(site.Devices[2].Topic, """{"smoke":true}""");
        await Eventually.TrueAsync(async () => (await estate.Board.AlarmsAsync("state=open")).Count == 2, Soon, () => "the new device's alarm");
        await Eventually.TrueAsync(async () => (await estate.Board.DevicesAsync("")).Count == 3, Soon, () => "the new device on the board");

        await File.AppendAllTextAsync(estate.SiteFile, "  - { id: x, class: smoke, source: { zigbee2mqtt: x } }\n");
        var lines = (await File.ReadAllLinesAsync(estate.SiteFile)).Length;
        var failed = await estate.Board.CommandAsync(TestSite.Courtyard, Reload, Soon);
        Assert.Equal(("failed", "site-refused"), (Text(failed, "state"), Text(failed, "reason")));
        Assert.StartsWith($"{estate.SiteFile}:{lines}:21: 'class' is 'smoke': smoke-detector, ", Text(failed, "detail"), StringComparison.Ordinal);
        await Eventually.TrueAsync(
            async () => (await estate.Board.TroublesAsync()).Any(t => Text(t, "reason") == "site-refused" && Text(t, "detail") == Text(failed, "detail")), Soon, () => "the trouble");
        Assert.Equal(3, (await estate.GatewayPage.ItemsAsync("api/v1/devices")).Count);

        await File.WriteAllTextAsync(estate.SiteFile, site.Yaml());
        Assert.Equal("done", Text(await estate.Board.CommandAsync(TestSite.Courtyard, Reload, Soon), "state"));
        await Eventually.TrueAsync(
            async () => !(await estate.Board.TroublesAsync()).Any(t => Text(t, "reason") == "site-refused"), Soon, () => "the end of the trouble");
        Assert.Equal(2, (await estate.Board.AlarmsAsync("state=open")).Count);
    }

    [Theory]
    [InlineData("smoke-detector", "no-such-output")]
    // Nothing answers for it at the broker: what was told and not confirmed is not done.
    [InlineData("siren", "not-confirmed")]
    public async Task An_order_that_nothing_carries_out_fails_with_the_gateways_word(string deviceClass, string reason)
    {
        var site = TestSite.Of(1, deviceClass);
        await using var estate = await Estate.StartAsync(site);
        await Eventually.TrueAsync(async () => (await estate.Board.DevicesAsync("")).Count == 1, Soon, () => "the device on the board");
        var failed = await estate.Board.CommandAsync(TestSite.Courtyard, new { command = "actuator.set", device = site.Devices[0].Id, on = true }, Soon);
        Assert.Equal(("failed", reason), (Text(failed, "state"), Text(failed, "reason")));
    }

    [Fact]
    public async Task A_technician_clicks_and_sees_what_became_of_it()
    {
        var site = TestSite.Of(2, "smoke-detector");
        await using var estate = await Estate.StartAsync(site with { Devices = [site.Devices[0]] });
        await using var technician = await Officer.SitDownAsync();
        await technician.SignInAsync(estate);
        await technician.Page.GotoAsync(new Uri(estate.DutyRoomUrl, "devices").ToString());
        var file = technician.Page.GetByTestId("site-files");
        var button = file.GetByTestId("read-site-file");
        await Assertions.Expect(button).ToHaveTextAsync("重新读取现场文件");

        await File.WriteAllTextAsync(estate.SiteFile, site.Yaml());
        await button.ClickAsync();
        await Assertions.Expect(file.GetByTestId("site-file-outcome")).ToContainTextAsync("已生效", new() { Timeout = (float)Soon.TotalMilliseconds });
        await Assertions.Expect(technician.Page.GetByTestId("device")).ToHaveCountAsync(2, new() { Timeout = (float)Soon.TotalMilliseconds });

        await File.AppendAllTextAsync(estate.SiteFile, "  - { id: x, class: smoke, source: { zigbee2mqtt: x } }\n");
        await button.ClickAsync();
        await Assertions.Expect(file.GetByTestId("site-file-outcome")).ToContainTextAsync("'class' is 'smoke'", new() { Timeout = (float)Soon.TotalMilliseconds });
        await Assertions.Expect(file).ToContainTextAsync("未生效，仍用原来的文件");
        await Assertions.Expect(button).ToBeEnabledAsync();
        await technician.Page.GetByTestId("language").ClickAsync();
        foreach (var (width, height) in new[] { (1366, 768), (390, 844) })
        {
            await technician.Page.SetViewportSizeAsync(width, height);
            await Assertions.Expect(file).ToContainTextAsync("Not in force, the previous file still is");
            var overflow = await technician.Page.EvaluateAsync<int>("() => document.documentElement.scrollWidth - document.documentElement.clientWidth");
            Assert.True(overflow <= 0, $"{overflow} px stick out at {width} px");
        }

        Assert.Empty(technician.Errors);
    }

    private static string? Text(JsonElement of, string name) => of.GetProperty(name).GetString();
}
