using SmartCourtyard.Alarms;
using SmartCourtyard.Courtyards;
using SmartCourtyard.Custody;
using SmartCourtyard.Gateway.Tests.Broker;
using SmartCourtyard.Gateway.Tests.Watch;
using SmartCourtyard.Troubles;

namespace SmartCourtyard.Gateway.Tests.Site;

/// <summary>The site file is read again while devices speak.</summary>
public sealed class ReloadTests : IAsyncLifetime
{
    private const int Buttons = 20;
    private const string Press = """{"action":"emergency"}""";

    private readonly RealBroker _broker = new();
    private ReloadingGateway _gateway = null!;

    public async Task InitializeAsync()
    {
        await _broker.StartAsync();
        _gateway = new ReloadingGateway(_broker, ReloadingGateway.Yaml("sos-1", "smoke-1", "smoke-2"));
        await _gateway.StartAsync();
    }

    public async Task DisposeAsync()
    {
        await _gateway.DisposeAsync();
        _broker.Dispose();
    }

    [Fact]
    public async Task While_alarms_come_in_twenty_reloads_lose_none_and_double_none()
    {
        var names = Enumerable.Range(1, Buttons).Select(i => $"sos-{i}").ToList();
        Assert.Null(await _gateway.ReloadAsync(ReloadingGateway.Yaml(names)));
        await _gateway.HearsAsync();
        using var enough = new CancellationTokenSource();
        var pressing = PressAsync(names, enough.Token);
        for (var round = 1; round <= 20; round++)
        {
            // Every other file has more devices: all of them are new objects, some come and some go.
            Assert.Null(await _gateway.ReloadAsync(ReloadingGateway.Yaml(names.Concat(Enumerable.Range(0, round).Select(i => $"smoke-{round % 2}-{i}")))));
            await Task.Delay(TimeSpan.FromMilliseconds(round * 7 % 50), TimeProvider.System);
        }

        await enough.CancelAsync();
        var pressed = await pressing;
        await Eventually.Holds(() => Heard() >= pressed, $"{pressed} presses are heard, {Heard()} are");
        await Task.Delay(TimeSpan.FromMilliseconds(500), TimeProvider.System);
        Assert.Equal(pressed, Heard());
        Assert.Equal(21, _gateway.Devices.Reloads);
        Assert.True(pressed > 500, $"only {pressed} presses");
        Assert.Equal(Buttons, _gateway.Count(EventTypes.AlarmRaised));
        Assert.Equal(pressed - Buttons, _gateway.Count(EventTypes.AlarmUpdated));
    }

    [Fact]
    public async Task An_open_alarm_and_what_is_known_of_its_device_survive()
    {
        await _gateway.SayAsync("smoke-1", """{"smoke":true,"battery":80}""");
        await Eventually.Holds(() => _gateway.Watch.Alarms.Length == 1, "the alarm");
        var before = _gateway.Watch.Alarms[0];
        // Another layout, another place, another neighbour.
        Assert.Null(await _gateway.ReloadAsync(
            """
            courtyard: fukang-garden
            name: 富康花园
            devices:
              - id: smoke-1
                source:
                  "zigbee2mqtt": "smoke-1"
                class: smoke-detector
                name: 厨房
              - { id: smoke-3, class: smoke-detector, source: { zigbee2mqtt: smoke-3 } }
            """));
        await _gateway.HearsAsync();
        Assert.Equal(before, Assert.Single(_gateway.Watch.Alarms));
        var (devices, _, _) = await _gateway.Watch.DescribeAsync(CancellationToken.None);
        Assert.Equal(
            [("smoke-1", "厨房", HealthState.Ok, 80.0), ("smoke-3", null, HealthState.Unknown, null)],
            devices.Select(d => (d.Device.Id, d.Device.Name, d.State, d.Battery)));

        await _gateway.SayAsync("smoke-3", """{"smoke":true}""");
        await Eventually.Holds(() => _gateway.Watch.Alarms.Length == 2, "the new device is heard");
        await _gateway.SayAsync("smoke-1", """{"smoke":false}""");
        await Eventually.Holds(() => _gateway.Count(EventTypes.AlarmCleared) == 1, "the old one ends");
    }

    [Fact]
    public async Task The_alarm_of_a_removed_device_stays_and_the_device_is_heard_no_more()
    {
        await _gateway.SayAsync("smoke-1", """{"smoke":true}""");
        await Eventually.Holds(() => _gateway.Watch.Alarms.Length == 1, "the alarm");
        Assert.Null(await _gateway.ReloadAsync(ReloadingGateway.Yaml("smoke-2")));
        await _gateway.HearsAsync();
        await _gateway.SayAsync("smoke-1", """{"smoke":false}""");
        await _gateway.SayAsync("smoke-2", """{"smoke":true}""");
        await Eventually.Holds(() => _gateway.Watch.Alarms.Length == 2, "the other one is heard");
        Assert.All(_gateway.Watch.Alarms, a => Assert.Equal((true, AlarmCondition.Active), (a.IsOpen, a.Condition)));
    }

    [Fact]
    public async Task A_device_that_has_become_another_begins_anew()
    {
        await _gateway.SayAsync("smoke-1", """{"smoke":false,"battery_low":true}""");
        await Eventually.Holds(() => _gateway.Count(EventTypes.TroubleRaised) == 1, "heard");
        Assert.Null(await _gateway.ReloadAsync(
            "courtyard: fukang-garden\nname: A\ndevices: [{ id: smoke-1, class: smoke-detector, source: { zigbee2mqtt: new-one } }]\n"));
        Assert.Equal(1, _gateway.Count(EventTypes.TroubleCleared));
        Assert.Equal(HealthState.Unknown, (await _gateway.Watch.DescribeAsync(CancellationToken.None)).Devices.Single().State);
        await _gateway.HearsAsync();
        await _gateway.SayAsync("new-one", """{"smoke":true}""");
        await Eventually.Holds(() => _gateway.Watch.Alarms.Length == 1, "heard under its new name");
    }

    [Fact]
    public async Task A_bad_file_changes_nothing_and_is_a_trouble_until_a_good_one_comes()
    {
        var workers = _gateway.Devices.Current;
        var refused = await _gateway.ReloadAsync("courtyard: fukang-garden\nname: A\ndevices: [{ id: X, class: smoke, source: 3 }]\n");
        Assert.Equal($"{_gateway.Path}:3:17: 'id' is 'X': 1 to 64 of a-z, 0-9 and - (and 2 more: the command check names them all)", refused);
        Assert.Same(workers, _gateway.Devices.Current);
        var first = Assert.Single(await _gateway.TroublesAsync());
        Assert.Equal((TroubleReason.SiteRefused, refused), (first.Reason, first.Detail));

        // The same mistake again is the same trouble; another one is another.
        Assert.Equal(refused, await _gateway.Devices.ReloadAsync(CancellationToken.None));
        Assert.Equal(first, Assert.Single(await _gateway.TroublesAsync()));
        var other = await _gateway.ReloadAsync("courtyard: another\nname: A\n");
        Assert.EndsWith("the courtyard is 'another': 'fukang-garden', as when the gateway started (another courtyard is another gateway)", other, StringComparison.Ordinal);
        Assert.Equal(other, Assert.Single(await _gateway.TroublesAsync()).Detail);
        File.Delete(_gateway.Path);
        Assert.Contains("the file cannot be read", await _gateway.Devices.ReloadAsync(CancellationToken.None), StringComparison.Ordinal);
        Assert.False(_gateway.Devices.IsLastGood);

        await _gateway.SayAsync("smoke-1", """{"smoke":true}""");
        await Eventually.Holds(() => _gateway.Watch.Alarms.Length == 1, "the last good file is in force");
        Assert.Null(await _gateway.ReloadAsync(ReloadingGateway.Yaml("smoke-1")));
        Assert.Empty(await _gateway.TroublesAsync());
        Assert.True(_gateway.Devices.IsLastGood);
        Assert.Equal(1, _gateway.Devices.Reloads);
    }

    [Fact]
    public async Task The_broker_keeps_nothing_for_a_device_that_was_removed()
    {
        await _gateway.SayAsync("smoke-2", """{"smoke":false}""");
        Assert.Null(await _gateway.ReloadAsync(ReloadingGateway.Yaml("smoke-1")));
        await _gateway.HearsAsync();
        // Unsubscribing follows the connecting; then only the connection without custody still hears what the removed one says.
        long Received() => _gateway.Devices.Current.Mqtt.Alarms.Counters.Received;
        var heard = 0L;
        for (var round = 0; round < 100 && heard != 1; round++)
        {
            var (before, judged) = (Received(), _gateway.Watch.Judged);
            await _gateway.SayAsync("smoke-2", """{"smoke":false}""");
            await _gateway.SayAsync("smoke-1", """{"smoke":false}""");
            // It was said last: once it is judged, whatever came of the other has been received before it.
            await Eventually.Holds(() => _gateway.Watch.Judged > judged, "the one that stays is judged");
            heard = Received() - before;
        }

        Assert.Equal(1, heard);
    }

    [Fact]
    public async Task A_device_that_got_its_place_in_the_file_is_unassigned_no_more_and_the_others_still_are()
    {
        await _gateway.SayAsync("found-1", """{"smoke":false}""");
        await _gateway.SayAsync("found-2", """{"smoke":false}""");
        await Eventually.Holds(() => _gateway.Elsewhere.Unassigned().Count == 2, "both are heard");
        Assert.Null(await _gateway.ReloadAsync(ReloadingGateway.Yaml("smoke-1", "found-1")));
        Assert.Equal(["found-2"], _gateway.Elsewhere.Unassigned().Select(u => u.Name));
    }

    [Fact]
    public async Task A_file_that_has_not_changed_disturbs_nobody()
    {
        var workers = _gateway.Devices.Current;
        Assert.Null(await _gateway.Devices.ReloadAsync(CancellationToken.None));
        Assert.Same(workers, _gateway.Devices.Current);
        Assert.Empty(_gateway.Replaced);
        Assert.Equal(0, _gateway.Devices.Reloads);
    }

    [Fact]
    public async Task A_broker_that_was_lost_before_the_reload_and_is_back_after_it_is_no_trouble_any_more()
    {
        await _gateway.Watch.PartAsync(TroubleReason.BrokerLost, Source.Broker, true, "gone", CancellationToken.None);
        Assert.Null(await _gateway.ReloadAsync(ReloadingGateway.Yaml("smoke-1")));
        await Eventually.Holds(() => _gateway.Count(EventTypes.TroubleCleared) == 1, "the trouble ends");
    }

    [Fact]
    public async Task Many_who_ask_at_once_are_all_answered()
    {
        _gateway.Write(ReloadingGateway.Yaml("smoke-2"));
        var answers = await Task.WhenAll(Enumerable.Range(0, 50).Select(_ => _gateway.Devices.ReloadAsync(CancellationToken.None).AsTask()));
        Assert.All(answers, Assert.Null);
        Assert.Equal(1, _gateway.Devices.Reloads);
    }

    private int Heard() => _gateway.Watch.Alarms.Sum(a => a.Occurrences);

    private async Task<int> PressAsync(List<string> names, CancellationToken enough)
    {
        var pressed = 0;
        while (!enough.IsCancellationRequested || pressed <= 500)
        {
            await Task.WhenAll(names.Select(name => _gateway.SayAsync(name, Press)));
            pressed += names.Count;
            await Task.Delay(TimeSpan.FromMilliseconds(2), TimeProvider.System, CancellationToken.None);
        }

        return pressed;
    }
}
