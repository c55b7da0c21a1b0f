using System.Text;
using SmartCourtyard.Gateway.Devices;
using SmartCourtyard.Gateway.Devices.Mqtt;
using SmartCourtyard.Gateway.Devices.Mqtt.HomeAssistant;

namespace SmartCourtyard.Gateway.Tests.Devices.Mqtt.HomeAssistant;

public sealed class DiscoveryGarbageTests
{
    private static readonly DateTimeOffset Now = new(2026, 11, 22, 4, 30, 0, TimeSpan.Zero);

    [Theory]
    [InlineData("{")]
    [InlineData("[]")]
    [InlineData("42")]
    [InlineData("{\"stat_t\":")]
    [InlineData("{\"dev\":{\"ids\":[\"\\ud800\"]}}")]
    [InlineData("not json")]
    public void An_announcement_that_is_none_is_named(string payload)
    {
        DecodeResult result = KnownFamilies.Announced().Decode("homeassistant/binary_sensor/x/config", Encoding.UTF8.GetBytes(payload), true, Now, []);

        Assert.Equal(DecodeOutcome.Undecodable, result.Outcome);
        Assert.False(string.IsNullOrEmpty(result.Problem));
    }

    [Fact]
    public void Endless_announcements_stay_within_their_bound()
    {
        HomeAssistantFamily family = KnownFamilies.Announced();
        string parts = string.Join(',', Enumerable.Range(0, 400).Select(i => $"\"e{i}\":{{\"p\":\"binary_sensor\",\"dev_cla\":\"smoke\",\"stat_t\":\"t/{i}\",\"uniq_id\":\"u{i}\"}}"));
        for (int i = 0; i < 150; i++)
        {
            family.Decode($"homeassistant/device/n{i}/config", Encoding.UTF8.GetBytes($"{{\"dev\":{{\"ids\":\"esphome-corridor\"}},\"cmps\":{{{parts}}}}}"), true, Now, []);
        }
        Assert.InRange(family.AlarmFilters.Count + family.Filters.Count, 1, 20_000);
    }

    [Fact]
    public void Deep_and_large_payloads_take_no_longer_than_their_size()
    {
        string deep = new string('[', 50_000) + new string(']', 50_000), large = "{\"a\":\"" + new string('x', 1 << 20) + "\"}";
        foreach (IMqttFamily family in new IMqttFamily[] { KnownFamilies.Announced(), KnownFamilies.Of("mqtt").Family })
        {
            foreach (string payload in new[] { deep, large, new string('{', 100_000) })
            {
                foreach (string topic in new[] { "a", "b", "homeassistant/sensor/x/config", "corridor/binary_sensor/rauchmelder/state" })
                {
                    long began = TimeProvider.System.GetTimestamp();
                    family.Decode(topic, Encoding.UTF8.GetBytes(payload), false, Now, []);
                    Assert.True(TimeProvider.System.GetElapsedTime(began) < TimeSpan.FromSeconds(2));
                }
            }
        }
    }
}
