namespace SmartCourtyard.Gateway.Tests.Broker;

public sealed class BrokerSurvivalTests
{
    private static readonly string[] Will =
        ["--will-topic", "smartcourtyard/fukang-garden/gateway", "--will-payload", "offline", "--will-retain"];

    private const string Topic = "zigbee2mqtt/b03/u1/301/kitchen_smoke";

    [Fact]
    public async Task Every_confirmed_message_queued_for_the_gateway_outlives_kill_9_of_the_broker()
    {
        using var broker = new RealBroker();
        await broker.StartAsync();
        await broker.SubscribeAndLeaveAsync(broker.AsGateway, "gateway", "zigbee2mqtt/#");
        var sent = Enumerable.Range(0, 500).Select(i => $"alarm {i}").ToList();

        Assert.Equal(0, (await broker.PublishLinesAsync(RealBroker.AsDevices, Topic, sent)).Exit);
        // Mosquitto confirms first and saves in the same turn of its loop. That another message was confirmed proves that the turn
        // of those before is over; this one itself is the one that a kill may still cost.
        Assert.Equal(0, (await broker.PublishAsync(RealBroker.AsDevices, "-q", "1", "-t", Topic, "-m", "one more")).Exit);
        await broker.KillAsync();
        await broker.StartAsync();

        // The subscription is not renewed: what arrives belongs to the session that was kept.
        var heard = await broker.FetchAsync(broker.AsGateway, "gateway", "zigbee2mqtt/bridge/state", sent.Count);
        Assert.Equal(sent.Select(s => $"{Topic} {s}"), heard);
    }

    [Fact]
    public async Task A_queue_beyond_mosquittos_own_limit_of_a_thousand_drops_nothing()
    {
        var count = Environment.GetEnvironmentVariable("SMARTCOURTYARD_LONG") == "1" ? 20_000 : 2_500;
        using var broker = new RealBroker();
        await broker.StartAsync();
        await broker.SubscribeAndLeaveAsync(broker.AsGateway, "gateway", "zigbee2mqtt/#");

        Assert.Equal(0, (await broker.PublishLinesAsync(RealBroker.AsDevices, Topic, Enumerable.Range(0, count).Select(i => $"{i}"))).Exit);

        Assert.Equal(
            Enumerable.Range(0, count).Select(i => $"{Topic} {i}"), await broker.FetchAsync(broker.AsGateway, "gateway", "zigbee2mqtt/#", count));
        Assert.InRange(broker.ResidentBytes, 0, 256L << 20);
    }

    // A message in flight is no change that Mosquitto saves; a retained will, stored as the connection breaks, is one. The case
    // without a will is the proof that this test can fail.
    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task Only_a_retained_last_will_saves_what_a_dying_gateway_had_not_acknowledged(bool withWill)
    {
        using var broker = new RealBroker();
        await broker.StartAsync();
        await broker.SubscribeAndLeaveAsync(broker.AsGateway, "gateway", Topic);

        broker.ForgetLog();

        // This "gateway" is stopped, so that it takes a message from the wire and never acknowledges it.
        using (var gateway = broker.Start("mosquitto_sub", [
            .. broker.Address(), .. broker.AsGateway, "-c", "-i", "gateway", "-q", "1", "-t", Topic,
            .. withWill ? Will : []]))
        {
            await broker.UntilLoggedAsync("as gateway (");
            using var stop = System.Diagnostics.Process.Start("kill", ["-STOP", $"{gateway.Id}"]);
            await stop.WaitForExitAsync();
            await broker.PublishAsync(RealBroker.AsDevices, "-q", "1", "-t", Topic, "-m", "smoke");
            gateway.Kill();
            await gateway.WaitForExitAsync();
        }

        // The line is logged before the turn of the loop ends; that somebody connected afterwards proves that it did.
        await broker.UntilLoggedAsync("gateway closed its connection");
        await broker.PublishAsync(RealBroker.AsDevices, "-t", "zigbee2mqtt/nobody", "-m", "x");
        await broker.KillAsync();
        await broker.StartAsync();

        await broker.PublishAsync(RealBroker.AsDevices, "-q", "1", "-t", Topic, "-m", "the next");
        string[] heard = withWill ? ["smoke", "the next"] : ["the next"];
        Assert.Equal(heard.Select(h => $"{Topic} {h}"), await broker.FetchAsync(broker.AsGateway, "gateway", Topic, heard.Length));
    }
}
