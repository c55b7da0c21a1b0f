using System.Text.Json;
using SmartCourtyard.Acceptance.Estates;

namespace SmartCourtyard.Acceptance;

/// <summary>What is wrong with a device is known where the technician looks, and stays known over a restart of the gateway.</summary>
public sealed class DeviceHealthTests
{
    private static readonly TimeSpan Soon = TimeSpan.FromSeconds(30);

    [Fact]
    public async Task A_sensors_trouble_reaches_the_duty_room_and_ends_there_even_after_the_gateway_was_killed()
    {
        await using var estate = await Estate.StartAsync(TestSite.Of(1, "air-monitor", "smoke-detector"));
        var air = estate.Site.Devices.Single(d => d.Class == "air-monitor");
        await estate.PublishAsync(air.Topic, """{"temperature":150,"co2":500,"battery":3}""");
        await estate.PublishAsync(air.Topic, """{"temperature":151,"co2":500,"battery":3}""");
        await InDutyRoomAsync(estate, air, "trouble", "battery-low", "out-of-range");
        var smoke = await estate.Board.DevicesAsync("health=unknown");
        Assert.Equal("smoke-detector", Assert.Single(smoke).GetProperty("class").GetString());

        await estate.Gateway!.KillAsync();
        estate.StartGateway();
        await InDutyRoomAsync(estate, air, "unknown", "battery-low", "out-of-range");
        await estate.PublishAsync(air.Topic, """{"temperature":21,"co2":510,"battery":90}""");
        await InDutyRoomAsync(estate, air, "ok");
    }

    [Fact]
    public async Task A_device_that_nobody_named_is_shown_with_the_lines_that_name_it()
    {
        await using var estate = await Estate.StartAsync(TestSite.Of(1, "smoke-detector"));
        await estate.PublishAsync("zigbee2mqtt/厨房/新烟感", """{"smoke":false,"battery":100}""");
        var device = await Eventually.GetAsync(
            async () => (await estate.GatewayPage.ItemsAsync("api/v1/unassigned")).Select(d => new Unassigned(d)).FirstOrDefault(),
            Soon, () => "the device is listed");
        Assert.Equal("smoke-detector", device.Json.GetProperty("class").GetString());
        Assert.Equal("smoke battery", string.Join(' ', device.Json.GetProperty("points").EnumerateArray().Select(p => p.GetString())));
        Assert.Contains("source: { zigbee2mqtt: \"厨房/新烟感\" }", device.Json.GetProperty("yaml").GetString(), StringComparison.Ordinal);
        Assert.Equal(1, await estate.GatewayPage.MetricAsync("gateway_devices{state=\"unknown\"}"));
    }

    private static Task InDutyRoomAsync(Estate estate, TestDevice device, string state, params string[] reasons) => Eventually.TrueAsync(
        async () => (await estate.Board.DevicesAsync("health=" + state)).Any(d => d.GetProperty("id").GetString() == device.Id
            && d.GetProperty("reasons").EnumerateArray().Select(r => r.GetString()).SequenceEqual(reasons)),
        Soon, () => $"{device.Id} is {state} ({string.Join(", ", reasons)}) in the duty room");

    private sealed record Unassigned(JsonElement Json);
}
