using System.Text.Json;
using Microsoft.Playwright;
using SmartCourtyard.Acceptance.Estates;

namespace SmartCourtyard.Acceptance;

/// <summary>
/// The proof of life through the whole program: a test alarm is raised, carried, stored, shown, confirmed by program and answered by an
/// officer; without a duty room it fails, and says so until it passes again.
/// </summary>
public sealed class ProofTests : IAsyncLifetime
{
    private static readonly TimeSpan Soon = TimeSpan.FromSeconds(20);

    // A proof waits a minute for its receipts, and the gateway looks at the time every 10 s.
    private static readonly TimeSpan OverAMinute = TimeSpan.FromSeconds(90);

    private Estate _estate = null!;

    public async Task InitializeAsync()
    {
        // Put up years ago and never tested since.
        var site = TestSite.Of(2, "smoke-detector");
        _estate = await Estate.StartAsync(site with
        {
            Devices = [.. site.Devices.Select(d => d with { Speaks = $"{{ zigbee2mqtt: \"{d.FriendlyName}\" }}\n    installed: 2024-01-01" })],
        });
    }

    public async Task DisposeAsync() => await _estate.DisposeAsync();

    [Fact]
    public async Task A_test_alarm_is_proven_by_program_answered_by_an_officer_and_fails_loudly_without_a_duty_room()
    {
        await using var officer = await Officer.SitDownAsync();
        await officer.SignInAsync(_estate);
        await AnsweredAsync(officer);
        Assert.Empty(officer.Errors);

        await _estate.DutyRoom!.KillAsync();
        await ProveAsync();
        await Eventually.TrueAsync(async () => (await ProofAsync()).GetProperty("failed").GetString() == "stored", OverAMinute, () => "the proof fails");
        Assert.Equal(
            "the duty room did not confirm the daily test alarm within 60 s", (await ProofAsync()).GetProperty("newest").GetProperty("detail").GetString());
        Assert.Contains(await _estate.GatewayPage.ItemsAsync("api/v1/troubles"), IsSelfTestFailed);

        // What waited arrives in order: the board learns that the proof had failed.
        _estate.StartDutyRoom();
        await _estate.ReadyAsync();
        await Eventually.TrueAsync(
            async () => (await _estate.Board.GatewayAsync()).GetProperty("proofFailed").GetString() == "stored" && (await _estate.Board.TroublesAsync()).Any(IsSelfTestFailed),
            Soon, () => "the duty room knows of it");
        await officer.Page.Locator("nav a[href='/devices']").ClickAsync();
        await Assertions.Expect(officer.Page.GetByTestId("proofs")).ToContainTextAsync("没有送达", new() { Timeout = 30_000 });

        await Eventually.TrueAsync(async () =>
        {
            await ProveAsync();
            return (await ProofAsync()).GetProperty("failed").ValueKind == JsonValueKind.Null;
        }, OverAMinute, () => "the proof passes again");
        await Eventually.TrueAsync(
            async () => !(await _estate.Board.TroublesAsync()).Any(IsSelfTestFailed) && !(await _estate.GatewayPage.ItemsAsync("api/v1/troubles")).Any(IsSelfTestFailed),
            Soon, () => "the trouble ends");
        await Assertions.Expect(officer.Page.GetByTestId("proofs")).ToContainTextAsync("admin");
    }

    [Fact]
    public async Task A_device_that_somebody_tests_is_overdue_no_longer_once_it_has_really_alarmed()
    {
        var (byDutyRoom, onSite) = (_estate.Site.Devices[0], _estate.Site.Devices[1]);
        await Eventually.TrueAsync(async () => await IsOverdueAsync(byDutyRoom) && await IsOverdueAsync(onSite), Soon, () => "both tests are overdue");
        Assert.Equal("done", (await _estate.Board.CommandAsync(TestSite.Courtyard, new { command = "device.test", device = byDutyRoom.Id }, Soon)).GetProperty("state").GetString());
        Assert.Equal(System.Net.HttpStatusCode.Created, (await _estate.GatewayPage.AskAsync($"api/v1/devices/{onSite.Id}/test", new { @for = "30m" })).Code);
        Assert.True(await IsOverdueAsync(byDutyRoom));
        foreach (var device in new[] { byDutyRoom, onSite })
        {
            await _estate.PublishAsync(device.Topic, """{"smoke":true}""");
            await Eventually.TrueAsync(
                async () => !await IsOverdueAsync(device) && (await _estate.Board.DevicesAsync("class=smoke-detector")).Any(
                    d => d.GetProperty("id").GetString() == device.Id && d.GetProperty("lastTest").ValueKind == JsonValueKind.String),
                OverAMinute, () => $"the test of {device.Id} is known to the gateway and the duty room");
        }

        Assert.All(await _estate.Board.AlarmsAsync(), a => Assert.True(a.GetProperty("test").GetBoolean()));
    }

    private async Task<bool> IsOverdueAsync(TestDevice device)
        => (await _estate.GatewayPage.GetAsync("api/v1/devices/" + device.Id)).GetProperty("reasons").EnumerateArray().Any(r => r.GetString() == "test-overdue");

    private async Task AnsweredAsync(Officer officer)
    {
        var page = officer.Page;
        var technician = await page.Context.Browser!.NewPageAsync(new() { Locale = "en-GB" });
        await technician.GotoAsync(_estate.GatewayUrl.ToString());
        await technician.GetByRole(AriaRole.Button, new() { Name = "Test the way now" }).ClickAsync();

        // An officer who never answered one is asked; the program has proven the way by then.
        var seen = page.GetByTestId("proof-seen");
        await Assertions.Expect(seen).ToHaveTextAsync("我看到了");
        Assert.Equal(0, await page.GetByTestId("alarm-card").CountAsync());
        Assert.False(await officer.HearsSoundAsync());
        await Eventually.TrueAsync(
            async () => (await _estate.Board.GatewayAsync()).GetProperty("lastProof") is { ValueKind: JsonValueKind.Object } proof && proof.GetProperty("shown").GetBoolean(),
            Soon, () => "the proof that a console showed");
        await Assertions.Expect(technician.Locator("#outcome")).ToContainTextAsync("a console showed it");
        Assert.Equal(JsonValueKind.Null, (await ProofAsync()).GetProperty("answeredBy").ValueKind);

        await seen.FocusAsync();
        await page.Keyboard.PressAsync("Enter");
        await Eventually.TrueAsync(async () => (await ProofAsync()).GetProperty("answeredBy").GetString() == Credentials.AdminUser, Soon, () => "the answer at the gateway");
        await Assertions.Expect(page.GetByTestId("proof")).ToBeHiddenAsync();
        await Eventually.TrueAsync(
            async () => (await _estate.Board.GatewayAsync()).GetProperty("proofAnswered") is { ValueKind: JsonValueKind.Object } answer && answer.GetProperty("by").GetString() == Credentials.AdminUser,
            Soon, () => "the answer on the board");
        await Assertions.Expect(technician.Locator("#outcome")).ToContainTextAsync("Officer admin has answered");
        var alarm = (await _estate.Board.AlarmsAsync()).Single();
        Assert.Equal(("closed", true, "admin"), (alarm.GetProperty("state").GetString(), alarm.GetProperty("asked").GetBoolean(), alarm.GetProperty("acknowledgedBy").GetString()));

        // The next one asks nobody.
        await ProveAsync();
        await Eventually.TrueAsync(
            async () => (await _estate.Board.AlarmsAsync()) is { Count: 2 } alarms && alarms.All(a => a.GetProperty("state").GetString() == "closed"), Soon, () => "the second test is over");
        Assert.False((await _estate.Board.AlarmsAsync())[0].GetProperty("asked").GetBoolean());
    }

    private static bool IsSelfTestFailed(JsonElement trouble) => trouble.GetProperty("reason").GetString() == "self-test-failed";

    private Task<JsonElement> ProofAsync() => _estate.GatewayPage.GetAsync("api/v1/proof");

    private async Task ProveAsync() => await _estate.GatewayPage.AskAsync("api/v1/proof", new { });
}
