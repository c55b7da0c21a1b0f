using Microsoft.Extensions.Configuration;
using SmartCourtyard.Gateway.Site;

namespace SmartCourtyard.Gateway.Tests.Site;

public sealed class GatewayOptionsTests
{
    private static readonly Dictionary<string, string?> Good = new(StringComparer.Ordinal)
    {
        ["Gateway:Site"] = "site.yaml", ["Gateway:DataDirectory"] = "data",
    };

    [Fact]
    public void The_least_is_a_site_and_a_folder_and_the_broker_is_the_one_here()
    {
        var (options, mistakes) = Read([]);
        Assert.Empty(mistakes);
        Assert.Equal(new GatewayOptions("site.yaml", "data", new MqttAccess("127.0.0.1", 1883, false, null, null, null), null, null), options);
    }

    [Fact]
    public void Everything_that_can_be_said_is_read()
    {
        var (options, mistakes) = Read(
            ("Mqtt:Host", "broker"), ("Mqtt:Port", "8883"), ("Mqtt:Tls", "true"), ("Mqtt:CaFile", "ca.pem"), ("Mqtt:User", "gateway"),
            ("Mqtt:Password", "p"), ("DutyRoom:Url", "https://duty.example/room"), ("DutyRoom:Token", "t"), ("Influx:Url", "http://influx:8086/"),
            ("Influx:Org", "o"), ("Influx:Bucket", "b"), ("Influx:Token", "i"));
        Assert.Empty(mistakes);
        Assert.Equal(new MqttAccess("broker", 8883, true, "ca.pem", "gateway", "p"), options!.Mqtt);
        Assert.Equal(new DutyRoomAccess(new Uri("https://duty.example/room/"), "t"), options.DutyRoom);
        Assert.Equal(new InfluxAccess(new Uri("http://influx:8086/"), "o", "b", "i"), options.Influx);
    }

    [Theory]
    [InlineData("Mqtt:Prot", "1883", "Mqtt:Prot", "Mqtt:Port")]
    [InlineData("Gateway:Sites", "x", "Gateway:Sites", "Gateway:Site")]
    [InlineData("Gateway:Site:Path", "x", "Gateway:Site:Path", "Gateway:Site")]
    [InlineData("DutyRoom:Address", "x", "DutyRoom:Address", "DutyRoom:Url")]
    [InlineData("Influx", "on", "Influx", "Influx:Url")]
    [InlineData("Mqtt:Port", "0", "Mqtt:Port", "1 to 65535")]
    [InlineData("Mqtt:Port", "65536", "Mqtt:Port", "1 to 65535")]
    [InlineData("Mqtt:Port", "-1", "Mqtt:Port", "1 to 65535")]
    [InlineData("Mqtt:Port", "18 83", "Mqtt:Port", "1 to 65535")]
    [InlineData("Mqtt:Port", "secure", "Mqtt:Port", "1 to 65535")]
    [InlineData("Mqtt:Tls", "yes", "Mqtt:Tls", "true")]
    [InlineData("DutyRoom:Url", "duty.example", "DutyRoom:Url", "http://")]
    [InlineData("DutyRoom:Url", "ftp://duty.example", "DutyRoom:Url", "http://")]
    [InlineData("Influx:Url", "influx:8086", "Influx:Url", "http://")]
    public void A_wrong_key_or_value_is_named_with_what_is_allowed(string key, string value, string named, string allowed)
    {
        var (options, mistakes) = Read((key, value));
        Assert.Null(options);
        Assert.Contains(mistakes, m => m.StartsWith(named + ":", StringComparison.OrdinalIgnoreCase) && m.Contains(allowed, StringComparison.Ordinal));
    }

    [Fact]
    public void All_mistakes_are_named_at_once_and_no_secret_is_repeated()
    {
        var (_, mistakes) = GatewayOptions.Read(Configuration(
            ("Mqtt:Port", "x"), ("Mqtt:Tls", "x"), ("Mqtt:Passwort", "secret"), ("DutyRoom:Url", "http://duty"), ("Influx:Url", "http://influx")));
        Assert.Equal(
            ["DutyRoom:Token", "Gateway:DataDirectory", "Gateway:Site", "Influx:Bucket", "Mqtt:Passwort", "Mqtt:Port", "Mqtt:Tls"],
            mistakes.Select(m => m[..m.IndexOf(": ", StringComparison.Ordinal)]).Order(StringComparer.Ordinal));
        Assert.DoesNotContain(mistakes, m => m.Contains("secret", StringComparison.Ordinal));
    }

    [Fact]
    public void Keys_are_read_in_any_case_as_environment_variables_come()
    {
        var (options, mistakes) = Read(("MQTT:PORT", "1884"));
        Assert.Empty(mistakes);
        Assert.Equal(1884, options!.Mqtt.Port);
    }

    private static (GatewayOptions? Options, IReadOnlyList<string> Mistakes) Read(params (string Key, string Value)[] keys)
        => GatewayOptions.Read(Configuration([.. Good.Select(g => (g.Key, g.Value!)), .. keys]));

    private static IConfiguration Configuration(params (string Key, string Value)[] keys) => new ConfigurationBuilder()
        .AddInMemoryCollection(keys.DistinctBy(k => k.Key).Select(k => KeyValuePair.Create(k.Key, (string?)k.Value))).Build();
}
