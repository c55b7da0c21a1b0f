using System.Collections.Concurrent;
using SmartCourtyard.Gateway.Devices.Mqtt;
using SmartCourtyard.Gateway.Devices.Mqtt.Pairing;
using SmartCourtyard.Gateway.Tests.Broker;
using SmartCourtyard.Gateway.Tests.Watch;

namespace SmartCourtyard.Gateway.Tests.Devices.Mqtt.Pairing;

/// <summary>Through a real broker with the gateway's own rights there, and a bridge that is stricter than the real one.</summary>
public sealed class PairingTests : IDisposable
{
    private readonly RealBroker _broker = new(keepsWhatItConfirms: false);
    private readonly ConcurrentQueue<PairingNews> _news = [];
    private readonly TestClock _clock = new();
    private int _opened;

    private BrokerAccess Access => new("127.0.0.1", _broker.Port, false, null, "gateway", _broker.GatewayPassword);

    public void Dispose() => _broker.Dispose();

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task The_network_is_opened_who_comes_is_told_and_it_is_closed_when_somebody_stops(bool beforeVersion2)
    {
        await _broker.StartAsync();
        await using var bridge = new StandInBridge(_broker, beforeVersion2);
        await bridge.StartAsync();
        using var stop = new CancellationTokenSource();
        var pairing = new ZigbeePairing(Access, TimeProvider.System).RunAsync(240, () => _opened++, _news.Enqueue, stop.Token);
        await Eventually.Holds(() => _opened == 1, "open");
        Assert.Equal([240], bridge.Done);

        const string Device = "\"friendly_name\":\"0x00124b01\",\"ieee_address\":\"0x00124b01\"";
        await bridge.SayAsync("device_joined", $"{{{Device}}}");
        await bridge.SayAsync("device_announce", $"{{{Device}}}");
        await bridge.SayAsync("device_interview", $"{{{Device},\"status\":\"started\"}}");
        await bridge.SayAsync(
            "device_interview", $"{{{Device},\"status\":\"successful\",\"supported\":true,\"definition\":{{\"vendor\":\"HEIMAN\",\"model\":\"HS1SA\"}}}}");
        await bridge.SayAsync("device_interview", "{\"friendly_name\":\"0x02\",\"status\":\"successful\",\"supported\":false,\"definition\":null}");
        await bridge.SayAsync("device_interview", "{\"friendly_name\":\"0x03\",\"status\":\"failed\"}");
        await Eventually.Holds(() => _news.Count == 5, "told");
        await stop.CancelAsync();

        Assert.Null(await pairing);
        Assert.Equal([240, 0], bridge.Done);
        Assert.Equal(
            [PairingStep.Joined, PairingStep.Interviewing, PairingStep.Ready, PairingStep.NotSupported, PairingStep.Failed], _news.Select(n => n.Step));
        Assert.Equal(("HEIMAN", "HS1SA", "0x00124b01"), (_news.ElementAt(2).Vendor, _news.ElementAt(2).Model, _news.ElementAt(2).Address));
        Assert.Equal(beforeVersion2 ? 1 : 0, bridge.Refused.Count);
    }

    [Fact]
    public async Task When_the_time_is_over_it_is_closed()
    {
        await _broker.StartAsync();
        await using var bridge = new StandInBridge(_broker, beforeVersion2: false);
        await bridge.StartAsync();
        Assert.Null(await new ZigbeePairing(Access, TimeProvider.System).RunAsync(1, () => { }, _news.Enqueue, CancellationToken.None));
        Assert.Equal([1, 0], bridge.Done);
    }

    [Fact]
    public async Task A_bridge_that_refuses_is_quoted()
    {
        await _broker.StartAsync();
        await using var bridge = new StandInBridge(_broker, beforeVersion2: false) { Fails = "adapter disconnected" };
        await bridge.StartAsync();
        var problem = await new ZigbeePairing(Access, TimeProvider.System).RunAsync(60, () => _opened++, _news.Enqueue, CancellationToken.None);
        Assert.Equal("Zigbee2MQTT did not open its network: adapter disconnected", problem);
        Assert.Equal(0, _opened);
    }

    [Fact]
    public async Task A_broker_that_is_not_there_and_a_wrong_password_are_said()
    {
        using var output = new StringWriter();
        using var errors = new StringWriter();
        using var soon = new CancellationTokenSource(TimeSpan.FromSeconds(2), TimeProvider.System);
        Assert.Equal(1, await PairCommand.PairAsync(Access, 60, output, errors, soon.Token));
        Assert.Equal("", output.ToString());

        await _broker.StartAsync();
        var running = new ZigbeePairing(Access with { Password = "wrong" }, _clock).RunAsync(60, () => _opened++, _news.Enqueue, CancellationToken.None);
        await Eventually.Holds(_clock, 0.5, () => running.IsCompleted, "given up");
        Assert.Matches("^the broker 127.0.0.1:[0-9]+ cannot be reached: (BadCredentials|NotAuthorized)", await running);
    }

    [Fact]
    public async Task A_bridge_that_says_nothing_is_given_up_on_and_told_to_close_all_the_same()
    {
        await _broker.StartAsync();
        await using var bridge = new StandInBridge(_broker, beforeVersion2: false) { Silent = true };
        await bridge.StartAsync();
        var running = new ZigbeePairing(Access, _clock).RunAsync(60, () => _opened++, _news.Enqueue, CancellationToken.None);
        await Eventually.Holds(_clock, 0.2, () => running.IsCompleted, "given up");
        Assert.Equal("Zigbee2MQTT did not open its network: it did not answer within 10 s; does it run?", await running);
        Assert.Equal([60, 0], bridge.Asked);
    }

    [Fact]
    public async Task The_desk_opens_once_at_a_time_and_closes_with_the_gateway()
    {
        await _broker.StartAsync();
        await using var bridge = new StandInBridge(_broker, beforeVersion2: false);
        await bridge.StartAsync();
        using var desk = new PairingDesk(Access, TimeProvider.System);
        await desk.StartAsync(CancellationToken.None);
        Assert.Null(await desk.AskAsync(200, CancellationToken.None));
        Assert.True(desk.State.Open);
        await bridge.SayAsync("device_joined", "{\"friendly_name\":\"0x01\",\"ieee_address\":\"0x01\"}");
        await bridge.SayAsync("device_interview", "{\"friendly_name\":\"0x01\",\"ieee_address\":\"0x01\",\"status\":\"started\"}");
        await Eventually.Holds(() => desk.State.Devices is [{ Step: PairingStep.Interviewing }], "one device, as far as it has come");

        Assert.Null(await desk.AskAsync(100, CancellationToken.None));
        Assert.Equal([200, 0, 100], bridge.Done);
        Assert.Null(await desk.AskAsync(0, CancellationToken.None));
        Assert.Equal((false, null), (desk.State.Open, desk.State.Until));
        Assert.Null(await desk.AskAsync(254, CancellationToken.None));
        await desk.StopAsync(CancellationToken.None);
        Assert.Equal([200, 0, 100, 0, 254, 0], bridge.Done);
    }

    [Theory]
    [InlineData("--minutes", "5")]
    [InlineData("--minutes", "0")]
    [InlineData("--minutes", "two")]
    [InlineData("--minutes")]
    [InlineData("--seconds", "60")]
    public async Task A_wrong_option_is_named_with_what_is_allowed(params string[] arguments)
    {
        using var errors = new StringWriter();
        Assert.Equal(1, await PairCommand.RunAsync(arguments, TextWriter.Null, errors));
        Assert.Contains("from 1 to 4", errors.ToString(), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("")]
    [InlineData("[]")]
    [InlineData("{\"type\":\"device_joined\",\"data\":7}")]
    [InlineData("{\"type\":5,\"data\":{\"friendly_name\":\"a\"}}")]
    [InlineData("{\"type\":\"device_joined\",\"data\":{\"friendly_name\":")]
    [InlineData("\"status\"")]
    public void What_is_no_news_is_passed_over(string payload)
    {
        Assert.Null(PairingMessages.News(System.Text.Encoding.UTF8.GetBytes(payload)));
        Assert.Null(PairingMessages.Answer(System.Text.Encoding.UTF8.GetBytes(payload)));
    }
}
