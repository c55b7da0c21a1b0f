using SmartCourtyard.Acceptance.Estates;

namespace SmartCourtyard.Acceptance;

/// <summary>The site file is changed under a running gateway.</summary>
public sealed class ReloadTests
{
    private static readonly TimeSpan Soon = TimeSpan.FromSeconds(30);

    [Fact]
    public async Task A_hang_up_brings_new_devices_keeps_open_alarms_and_refuses_a_bad_file()
    {
        var site = TestSite.Of(3, "smoke-detector");
        await using var estate = await Estate.StartAsync(site with { Devices = [.. site.Devices.Take(2)] });
        await estate.PublishAsync(site.Devices[0].Topic, """{"smoke":true}""");
        await Eventually.TrueAsync(async () => (await estate.Board.AlarmsAsync("state=open")).Count == 1, Soon, () => "the first alarm");

        // The first goes, the third comes.
        await File.WriteAllTextAsync(estate.SiteFile, (site with { Devices = [.. site.Devices.Skip(1)] }).Yaml());
        estate.Gateway!.HangUp();
        await Eventually.TrueAsync(async () => await estate.GatewayPage.MetricAsync("gateway_site_reloads_total") == 1, Soon, () => estate.Gateway.Output);
        await estate.PublishAsync(site.Devices[2].Topic, """{"smoke":true}""");
        await Eventually.TrueAsync(async () => (await estate.Board.AlarmsAsync("state=open")).Count == 2, Soon, () => "the new device's alarm");
        Assert.Equal(
            [site.Devices[1].Id, site.Devices[2].Id], (await estate.GatewayPage.ItemsAsync("api/v1/devices")).Select(d => d.GetProperty("device").GetString()));

        await File.AppendAllTextAsync(estate.SiteFile, "  - { id: x, class: smoke, source: { zigbee2mqtt: x } }\n");
        estate.Gateway.HangUp();
        await Eventually.TrueAsync(async () => await estate.GatewayPage.MetricAsync("gateway_site_good") == 0, Soon, () => estate.Gateway.Output);
        var trouble = Assert.Single(await estate.GatewayPage.ItemsAsync("api/v1/troubles"), t => t.GetProperty("reason").GetString() == "site-refused");
        Assert.Contains("'class' is 'smoke'", trouble.GetProperty("detail").GetString(), StringComparison.Ordinal);
        Assert.Equal(2, (await estate.GatewayPage.ItemsAsync("api/v1/devices")).Count);
        Assert.Equal(2, (await estate.GatewayPage.ItemsAsync("api/v1/alarms")).Count);
        Assert.False(estate.Gateway.HasExited, estate.Gateway.Output);
    }
}
