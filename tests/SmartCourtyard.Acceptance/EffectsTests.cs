using System.Diagnostics;
using System.Net;
using System.Text.Json;
using Microsoft.Playwright;
using SmartCourtyard.Acceptance.Estates;

namespace SmartCourtyard.Acceptance;

/// <summary>What the estate does by itself, as its sirens, valves and lamps are told over the broker by the programs as they are shipped.</summary>
public sealed class EffectsTests
{
    private const string Shut = """{"state":"OFF"}""";
    private const string Free = """{"state":"ON"}""";

    private static readonly TimeSpan Soon = TimeSpan.FromSeconds(60);

    [Fact]
    public async Task A_lamp_beside_a_button_answers_at_once_and_says_each_step_that_help_takes()
    {
        await using var estate = await Estate.PrepareAsync(new TestSite([
            Of("sos", "emergency-button", 1, "101"), Of("lamp", "reassurance-lamp", 1, "101", "{ esphome: lamp }"),
            Of("sos-2", "emergency-button", 2, "201"), Of("lamp-2", "reassurance-lamp", 2, "201", "{ esphome: lamp-2 }")]));
        estate.StartBroker();
        await using var far = await FarSide.ConnectAsync(estate);
        estate.StartGateway();
        await GatewayHearsAsync(estate);

        // Nobody is there but the gateway.
        await far.SayAsync("zigbee2mqtt/sos", """{"action":"emergency"}""");
        await far.IsToldAsync("lamp", "heard");
        Assert.DoesNotContain("stored", far.Told("lamp"));

        estate.StartDutyRoom();
        await far.IsToldAsync("lamp", "stored");
        await using var officer = await Officer.SitDownAsync();
        await officer.SignInAsync(estate);
        Assert.DoesNotContain("coming", far.Told("lamp"));
        await officer.Card("emergency-call").GetByTestId("primary-action").ClickAsync();
        await far.IsToldAsync("lamp", "coming");
        Assert.Equal(["off", "heard", "stored", "coming"], far.Told("lamp").Distinct());

        // By a program: the button of which flat is enough.
        await far.SayAsync("zigbee2mqtt/sos-2", """{"action":"emergency"}""");
        await far.IsToldAsync("lamp-2", "stored");
        await CommandAsync(estate, new { command = "reassure", device = "sos-2" }, "done");
        await far.IsToldAsync("lamp-2", "coming");
        var id = (await AlarmAsync(estate, "sos-2")).GetProperty("id").GetString()!;
        await estate.Board.ActAsync(id, "acknowledge");
        await estate.Board.ActAsync(id, "resolve", new { cause = "false-alarm", note = "" });
        await Eventually.TrueAsync(() => far.Told("lamp-2")[^1] == "off", Soon, () => "the lamp goes out: " + string.Join(' ', far.Told("lamp-2")));
        Assert.Equal("coming", far.Told("lamp")[^1]);
    }

    [Fact]
    public async Task Gas_closes_its_valve_only_a_person_on_site_opens_it_and_one_that_is_silent_is_a_trouble()
    {
        await using var estate = await Estate.PrepareAsync(new TestSite([
            Of("gas", "gas-detector", 1, "101"), Of("valve", "gas-valve", 1, "101"), Of("gas-2", "gas-detector", 2, "201"), Of("stuck", "gas-valve", 2, "201")])
        {
            Effects = ["{ when: gas, where: { building: b01, unit: 1 }, turn: valve, confirm: 5s }", "{ when: gas, where: { building: b01, unit: 2 }, turn: stuck, confirm: 1s }"],
        });
        await using var far = await StartAsync(estate);
        far.Deafen("stuck");

        await far.SayAsync("zigbee2mqtt/gas", """{"gas":true}""");
        await far.IsToldAsync("valve", Shut);
        await far.SayAsync("zigbee2mqtt/gas-2", """{"gas":true}""");
        var trouble = await Eventually.GetAsync(() => TroubleAsync(estate, "stuck"), Soon, () => "a trouble of the silent valve");
        Assert.Equal("fault", trouble.Of.GetProperty("reason").GetString());
        Assert.Contains("was told to close 3 times and does not confirm it", trouble.Of.GetProperty("detail").GetString(), StringComparison.Ordinal);
        // By then the other one would have been told again, had its word not been heard.
        Assert.Equal([Shut], far.Told("valve"));
        Assert.Null(await TroubleAsync(estate, "valve"));
        await far.SayAsync("zigbee2mqtt/stuck", Shut);
        await Eventually.TrueAsync(async () => await TroubleAsync(estate, "stuck") is null, Soon, () => "it closed after all");

        // Not from afar, and on site not while its alarm stands.
        var refused = await CommandAsync(estate, new { command = "actuator.set", device = "valve", on = false }, "failed");
        Assert.Equal("valve-opens-by-hand", refused.GetProperty("reason").GetString());
        var (code, answer) = await ReleaseAsync(estate);
        Assert.True(code == HttpStatusCode.Conflict && answer.Contains("an alarm stands", StringComparison.Ordinal), answer);
        await far.SayAsync("zigbee2mqtt/gas", """{"gas":false}""");
        var id = (await AlarmAsync(estate, "gas")).GetProperty("id").GetString()!;
        await estate.Board.ActAsync(id, "acknowledge");
        await estate.Board.ActAsync(id, "resolve", new { cause = "true-alarm", note = "软管老化" });
        await Eventually.TrueAsync(async () => (await ReleaseAsync(estate)).Code == HttpStatusCode.NoContent, Soon, () => "a person on site lets it go");
        await far.IsToldAsync("valve", Free);
        Assert.Equal([Shut, Free], far.Told("valve"));
        Assert.Equal((HttpStatusCode.Conflict, true), ((await ReleaseAsync(estate)).Code, far.Told("stuck").All(w => w == Shut)));
    }

    [Fact]
    public async Task Smoke_sounds_the_siren_of_its_place_until_somebody_silences_it_and_a_death_of_the_gateway_changes_nothing()
    {
        await using var estate = await Estate.PrepareAsync(Stairs());
        await using var far = await StartAsync(estate);
        await far.IsToldAsync("siren", "OFF");
        await far.SayAsync("zigbee2mqtt/smoke", """{"smoke":true}""");
        await far.IsToldAsync("siren", "ON");
        var id = (await AlarmAsync(estate, "smoke")).GetProperty("id").GetString()!;

        far.Forget();
        await CommandAsync(estate, new { command = "siren.silence", alarmId = id }, "done");
        await far.IsToldAsync("siren", "OFF");
        await far.SayAsync("zigbee2mqtt/smoke", """{"smoke":false}""");
        await far.SayAsync("zigbee2mqtt/smoke", """{"smoke":true}""");
        await far.IsToldAsync("siren", "ON");
        Assert.DoesNotContain("ON", far.Told("siren-2"));

        await KillGatewayAsync(estate);
        far.Forget();
        estate.StartGateway();
        await far.IsToldAsync("siren", "ON");
        Assert.DoesNotContain("OFF", far.Told("siren"));

        // The alarm ends for good, and its siren cannot be told before the gateway dies.
        await far.SayAsync("zigbee2mqtt/smoke", """{"smoke":false}""");
        await Eventually.TrueAsync(
            async () => (await AlarmAsync(estate, "smoke")).GetProperty("condition").GetString() == "cleared", Soon, () => "the smoke is gone");
        await estate.Broker!.KillAsync();
        await Eventually.TrueAsync(() => !far.IsConnected, Soon, () => "the broker's death");
        await estate.Board.ActAsync(id, "acknowledge");
        await estate.Board.ActAsync(id, "resolve", new { cause = "true-alarm", note = "" });
        await Eventually.TrueAsync(async () => (await estate.GatewayPage.ItemsAsync("api/v1/alarms")).Count == 0, Soon, () => "the gateway is done with the alarm");
        await KillGatewayAsync(estate);
        far.Forget();
        estate.StartBroker();
        await far.ConnectedAsync();
        Assert.Empty(far.Told("siren"));
        estate.StartGateway();
        await far.IsToldAsync("siren", "OFF");
        await GatewayHearsAsync(estate);
        Assert.DoesNotContain("ON", far.Told("siren"));
        Assert.Null(await TroubleAsync(estate, "siren"));
    }

    [Fact]
    public async Task A_siren_needs_no_clock_no_disk_and_no_duty_room()
    {
        await using var estate = await Estate.PrepareAsync(Stairs());
        new WallClock(Path.Combine(estate.Folder, "gateway.clock"), estate.GatewayEnvironment).Set(new DateTimeOffset(1970, 1, 2, 0, 0, 20, TimeSpan.Zero));
        // Without the trap the system would end a program that meets the limit of a file, instead of refusing the write.
        estate.GatewayThrough = ["bash", "-c", "trap '' XFSZ; exec \"$0\" \"$@\""];
        estate.StartBroker();
        await using var far = await FarSide.ConnectAsync(estate);
        estate.StartGateway();
        await GatewayHearsAsync(estate);
        await LimitFilesAsync(estate.Gateway!.Id);

        await far.SayAsync("zigbee2mqtt/smoke", """{"smoke":true}""");
        await far.IsToldAsync("siren", "ON");
        await Eventually.TrueAsync(
            async () => (await estate.GatewayPage.ItemsAsync("api/v1/alarms")).Any(a => a.GetProperty("raisedAt").GetDateTimeOffset().Year == 1970),
            Soon, () => "an alarm of a year in which nobody has set the clock");
        await Eventually.TrueAsync(
            async () => (await estate.GatewayPage.ItemsAsync("api/v1/troubles")).Any(t => t.GetProperty("reason").GetString() == "storage-failing"),
            Soon, () => "the disk refuses: " + estate.Gateway.Output);

        // What the disk does not take goes out all the same, and says what its time is worth.
        estate.StartDutyRoom();
        Assert.Equal("unsynchronised", (await AlarmAsync(estate, "smoke")).GetProperty("clock").GetString());
    }

    private static TestSite Stairs() => new([
        Of("smoke", "smoke-detector", 1, "101"), Of("siren", "siren", 1, "", "{ tasmota: siren }"), Of("siren-2", "siren", 2, "", "{ tasmota: siren-2 }")]);

    private static TestDevice Of(string id, string deviceClass, int unit, string flat, string? speaks = null) => new(id, deviceClass, id, "b01", unit, 1, flat, speaks);

    private static async Task<FarSide> StartAsync(Estate estate)
    {
        estate.StartBroker();
        var far = await FarSide.ConnectAsync(estate);
        estate.StartDutyRoom();
        estate.StartGateway();
        await estate.ReadyAsync();
        return far;
    }

    private static Task GatewayHearsAsync(Estate estate)
        => Eventually.TrueAsync(() => Estate.IsReadyAsync(estate.GatewayUrl), TimeSpan.FromSeconds(60), () => "gateway: " + estate.Gateway?.Output);

    private static async Task KillGatewayAsync(Estate estate)
    {
        await estate.Gateway!.KillAsync();
        await estate.Gateway.DisposeAsync();
    }

    /// <summary>No file of the program may grow any more: a real error of the disk for whoever writes.</summary>
    private static async Task LimitFilesAsync(int program)
    {
        using var limit = Process.Start("prlimit", ["--pid", $"{program}", "--fsize=1:"]);
        await limit.WaitForExitAsync();
        Assert.Equal(0, limit.ExitCode);
    }

    private static Task<(HttpStatusCode Code, string Answer)> ReleaseAsync(Estate estate)
        => estate.GatewayPage.AskAsync("api/v1/devices/valve/release", new { by = "燃气抢修" });

    private static async Task<JsonElement> CommandAsync(Estate estate, object command, string state)
    {
        await estate.KnownAsync();
        var answer = await estate.Board.CommandAsync(TestSite.Courtyard, command, Soon);
        Assert.True(answer.GetProperty("state").GetString() == state, answer.ToString());
        return answer;
    }

    private static async Task<JsonElement> AlarmAsync(Estate estate, string device) => (await Eventually.GetAsync(
        async () => (await estate.Board.TryAlarmsAsync() ?? []).Where(a => a.GetProperty("device").GetString() == device).Select(a => new Found(a)).FirstOrDefault(),
        Soon, () => "an alarm of " + device)).Of;

    private static async Task<Found?> TroubleAsync(Estate estate, string device) => (await estate.Board.TroublesAsync())
        .Where(t => t.GetProperty("device").GetString() == device && t.GetProperty("reason").GetString() == "fault").Select(t => new Found(t)).FirstOrDefault();

    private sealed record Found(JsonElement Of);
}
