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

    // The broker is killed at the moment it begins to save, just after it has confirmed: without the plugin nobody has the message then.
    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task What_the_broker_has_confirmed_but_not_saved_when_it_dies_is_kept_by_the_plugin_alone(bool withPlugin)
    {
        using var broker = new RealBroker(keepsWhatItConfirms: withPlugin);
        await broker.StartAsync();
        await broker.SubscribeAndLeaveAsync(broker.AsGateway, "gateway", Topic);
        await broker.KillAsync();

        await broker.StartKilledAtSaveAsync();
        Assert.Equal(0, (await broker.PublishAsync(RealBroker.AsDevices, "-q", "1", "-t", Topic, "-m", "smoke")).Exit);
        await broker.UntilDeadAsync();
        await broker.StartAsync();

        await broker.PublishAsync(RealBroker.AsDevices, "-q", "1", "-t", Topic, "-m", "the next");
        await HeardAsync(broker, withPlugin ? ["smoke", "the next"] : ["the next"]);
    }

    // The second form dies right after the save, before the plugin can know of it.
    [Theory]
    [InlineData("unlink")]
    [InlineData("ftruncate")]
    public async Task What_was_published_again_is_saved_and_not_published_a_second_time(string diesAt)
    {
        using var broker = new RealBroker();
        await broker.StartAsync();
        await broker.SubscribeAndLeaveAsync(broker.AsGateway, "gateway", Topic);
        await broker.KillAsync();
        await broker.StartKilledAtSaveAsync();
        await broker.PublishAsync(RealBroker.AsDevices, "-q", "1", "-t", Topic, "-m", "smoke");
        await broker.UntilDeadAsync();

        for (var i = 0; i < 3; i++)
        {
            broker.StartKilledAt(diesAt);
            await broker.UntilDeadAsync();
        }

        await broker.StartAsync();
        await broker.PublishAsync(RealBroker.AsDevices, "-q", "1", "-t", Topic, "-m", "the next");
        await HeardAsync(broker, ["smoke", "the next"]);
    }

    [Fact]
    public async Task A_record_that_was_being_written_when_the_broker_died_hides_none_of_those_before_and_after_it()
    {
        using var broker = new RealBroker();
        await broker.StartAsync();
        await broker.SubscribeAndLeaveAsync(broker.AsGateway, "gateway", Topic);
        await broker.KillAsync();
        await broker.StartKilledAtSaveAsync();
        await broker.PublishAsync(RealBroker.AsDevices, "-q", "1", "-t", Topic, "-m", "smoke");
        await broker.UntilDeadAsync();
        var unsaved = Path.Combine(broker.Options.PersistenceDirectory, "mosquitto.db.unsaved");
        var record = await File.ReadAllBytesAsync(unsaved);
        await File.AppendAllBytesAsync(unsaved, record[24..^1]);

        broker.StartKilledAt("unlink");
        await broker.UntilDeadAsync();
        Assert.Equal(record, await File.ReadAllBytesAsync(unsaved));

        await broker.StartAsync();
        await broker.PublishAsync(RealBroker.AsDevices, "-q", "1", "-t", Topic, "-m", "the next");
        await HeardAsync(broker, ["smoke", "the next"]);
    }

    [Fact]
    public async Task The_broker_names_the_file_it_cannot_use()
    {
        using var broker = new RealBroker();
        Directory.CreateDirectory(Path.Combine(broker.Options.PersistenceDirectory, "mosquitto.db.unsaved"));

        broker.StartWithoutWaiting();

        await broker.UntilLoggedAsync("mosquitto.db.unsaved cannot be used: Is a directory");
    }

    // A message in flight is no change that Mosquitto saves. A retained will, stored as the connection breaks, is one; the plugin
    // needs none. The case without both is the proof that this test can fail.
    [Theory]
    [InlineData(true, false)]
    [InlineData(false, true)]
    [InlineData(false, false)]
    public async Task The_plugin_or_a_retained_last_will_saves_what_a_dying_gateway_had_not_acknowledged(bool withPlugin, bool withWill)
    {
        using var broker = new RealBroker(keepsWhatItConfirms: withPlugin);
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

        await broker.UntilLoggedAsync("gateway closed its connection");
        await broker.PassATurnAsync();
        await broker.KillAsync();
        await broker.StartAsync();

        await broker.PublishAsync(RealBroker.AsDevices, "-q", "1", "-t", Topic, "-m", "the next");
        await HeardAsync(broker, withPlugin || withWill ? ["smoke", "the next"] : ["the next"]);
    }

    private static async Task HeardAsync(RealBroker broker, string[] payloads)
        => Assert.Equal(payloads.Select(p => $"{Topic} {p}"), await broker.FetchAsync(broker.AsGateway, "gateway", Topic, payloads.Length));
}
