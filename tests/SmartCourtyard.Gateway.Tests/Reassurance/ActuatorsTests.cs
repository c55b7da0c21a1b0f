using System.Collections.Concurrent;
using SmartCourtyard.Courtyards;
using SmartCourtyard.Effects;
using SmartCourtyard.Gateway.Devices.Gpio;
using SmartCourtyard.Gateway.Reassurance;
using SmartCourtyard.Gateway.Tests.Watch;

namespace SmartCourtyard.Gateway.Tests.Reassurance;

public sealed class ActuatorsTests : IAsyncLifetime
{
    private static readonly Device Siren = Estate.Device(DeviceClass.Siren, "siren");
    private static readonly Device Valve = Estate.Device(DeviceClass.GasValve, "valve");

    private readonly TestClock _clock = new();
    private readonly ConcurrentQueue<(string Device, bool On)> _carried = [];
    private readonly ConcurrentQueue<(string Device, bool Stands, string? Detail)> _faults = [];
    private readonly Actuators _actuators;
    private Func<ActuatorOrder, CancellationToken, ValueTask<Carried>> _way = (_, _) => ValueTask.FromResult(Carried.Confirmed);

    public ActuatorsTests() => _actuators = new Actuators(
        new ActuatorOutputs(
            (order, stop) =>
            {
                _carried.Enqueue((order.Actuator.Id, order.On));
                return _way(order, stop);
            },
            (device, stands, detail, _) =>
            {
                _faults.Enqueue((device, stands, detail));
                return ValueTask.CompletedTask;
            }),
        _clock);

    public Task InitializeAsync() => _actuators.StartAsync(CancellationToken.None);

    public async Task DisposeAsync()
    {
        await _actuators.StopAsync(CancellationToken.None);
        _actuators.Dispose();
    }

    [Fact]
    public async Task An_order_that_the_device_confirms_is_sent_once()
    {
        await DoesAsync(Siren);
        await PassesAsync(120);
        Assert.Equal([("siren", true), ("siren", false)], _carried);
        Assert.Empty(_faults);
    }

    [Fact]
    public async Task A_device_that_is_silent_is_told_three_times_then_is_a_fault_and_told_each_minute_until_it_says_so()
    {
        _way = (_, _) => ValueTask.FromResult(Carried.Sent);
        Tell(Siren, true);
        await Eventually.Holds(() => _carried.Count == 1, "sent");
        await WaitsForItsNextTryAsync(5);
        _clock.Advance(4.9);
        Assert.Single(_carried);
        await Eventually.Holds(_clock, 0.1, () => _faults.Count == 1, "a trouble");
        Assert.Equal(3, _carried.Count);
        Assert.InRange(_clock.GetElapsedTime(0), TimeSpan.FromSeconds(15), TimeSpan.FromSeconds(16.5));
        var (device, stands, detail) = _faults.Single();
        Assert.Equal(("siren", true), (device, stands));
        Assert.Equal("siren was told to go on 3 times and does not confirm it: it does not say that it does; it is told again every minute", detail);

        await Eventually.Holds(_clock, 1, () => _carried.Count == 5, "told again each minute");
        Assert.InRange(_clock.GetElapsedTime(0), TimeSpan.FromSeconds(130), TimeSpan.FromSeconds(145));
        _actuators.Hear("siren", true, null);
        await Eventually.Holds(() => _faults.Count == 2, "cleared");
        Assert.Equal(("siren", false, null), _faults.Last());
        var sent = _carried.Count;
        await PassesAsync(180);
        Assert.Equal(sent + 1, _carried.Count);
    }

    [Fact]
    public async Task The_latest_order_wins_while_the_way_is_blocked_and_none_is_lost()
    {
        _way = async (_, stop) =>
        {
            await Task.Delay(Timeout.InfiniteTimeSpan, _clock, stop);
            return Carried.Sent;
        };
        Tell(Siren, true);
        await Eventually.Holds(() => _carried.Count == 1, "on its way");
        for (var i = 0; i < 1_000; i++)
        {
            Tell(Siren, i % 2 == 0);
        }

        // Another actuator's blocked way holds up nobody.
        _actuators.Carry([new ActuatorOrder(Valve, true)]);
        await Eventually.Holds(() => _carried.Contains(("valve", true)), "the valve is told");
        _way = (_, _) => ValueTask.FromResult(Carried.Confirmed);
        await Eventually.Holds(_clock, 1, () => _carried.Contains(("siren", false)), "the last order is sent");
        Assert.Equal(("siren", false), _carried.Last(c => c.Device == "siren"));
        Assert.Equal(2, _carried.Count(c => c.Device == "siren"));
    }

    [Fact]
    public async Task A_held_valve_that_says_it_is_open_is_a_trouble_at_once_and_told_to_close()
    {
        await DoesAsync(Valve);
        _way = (_, _) => ValueTask.FromResult(Carried.Sent);
        _actuators.Hear("valve", false, null);
        await Eventually.Holds(() => _faults.Count == 1 && _carried.Count == 2, "trouble and told again");
        Assert.Contains("says that it is open", _faults.Single().Detail, StringComparison.Ordinal);
        _actuators.Hear("valve", true, null);
        await Eventually.Holds(() => _faults.Count == 2, "cleared");
        Assert.False(_faults.Last().Stands);
    }

    [Fact]
    public async Task A_siren_that_falls_back_three_times_is_a_trouble_though_it_does_each_time_what_it_is_told()
    {
        await DoesAsync(Siren);
        for (var i = 1; i <= 3; i++)
        {
            Assert.Empty(_faults);
            _actuators.Hear("siren", false, null);
            await Eventually.Holds(() => _carried.Count == 1 + i, "told again");
        }

        await Eventually.Holds(() => !_faults.IsEmpty, "a trouble");
        var sentence = "siren was told to go on, said 3 times that it does and then that it does not: look at its relay and its supply";
        Assert.Equal([("siren", true, sentence)], _faults);
        // What it does next is another matter.
        Tell(Siren, false);
        await Eventually.Holds(() => _faults.Count == 2, "over");
        Assert.Equal(("siren", false, null), _faults.Last());
    }

    [Fact]
    public async Task What_stands_is_sent_again_when_the_way_is_new()
    {
        await DoesAsync(Siren);
        _actuators.Again();
        await Eventually.Holds(() => _carried.Count == 2, "sent again");
    }

    [Fact]
    public async Task What_an_earlier_run_may_have_left_on_is_told_to_rest_and_its_silence_calls_nobody()
    {
        _way = (_, _) => ValueTask.FromResult(Carried.Sent);
        _actuators.Rest([Siren]);
        await Eventually.Holds(_clock, 0.5, () => _carried.Count == 3, "told three times");
        await PassesAsync(Valve, 180);
        Assert.Equal([("siren", false), ("siren", false), ("siren", false), ("valve", false)], _carried);
        Assert.Empty(_faults);

        _actuators.Again();
        await Eventually.Holds(() => _carried.Count(c => c.Device == "siren") == 4, "told once more when the way is new");
    }

    [Fact]
    public async Task A_siren_that_says_after_its_silence_that_it_sounds_is_told_off_until_it_is_and_is_a_trouble_if_it_is_not()
    {
        _way = (_, _) => ValueTask.FromResult(Carried.Sent);
        _actuators.Rest([Siren]);
        await Eventually.Holds(_clock, 0.5, () => _carried.Count == 3, "told three times");
        await PassesAsync(Valve, 60);
        _actuators.Hear("siren", true, null);
        await Eventually.Holds(_clock, 0.5, () => _faults.Any(f => f is { Device: "siren", Stands: true }), "a trouble");
        Assert.Equal(6, _carried.Count(c => c == ("siren", false)));
        _actuators.Hear("siren", false, null);
        await Eventually.Holds(() => _faults.Any(f => f is { Device: "siren", Stands: false }), "over");
    }

    [Fact]
    public async Task What_rests_by_its_own_word_is_left_to_people()
    {
        _actuators.Rest([Siren]);
        await Eventually.Holds(() => _carried.Count == 1, "told");
        _actuators.Hear("siren", true, null);
        _actuators.Again();
        await PassesAsync(Valve, 60);
        Assert.Single(_carried, ("siren", false));
        await DoesAsync(Siren);
        Assert.Equal(("siren", true), _carried.Last());
    }

    [Fact]
    public async Task A_device_that_can_be_told_again_is_told_what_it_has_not_confirmed_and_nothing_else()
    {
        _way = (_, _) => ValueTask.FromResult(Carried.Failed("nobody answers"));
        Tell(Siren, true);
        await Eventually.Holds(_clock, 0.1, () => _faults.Count == 1, "a trouble");
        Assert.EndsWith("nobody answers; it is told again every minute", _faults.Single().Detail, StringComparison.Ordinal);
        await WaitsForItsNextTryAsync(55);
        _way = (_, _) => ValueTask.FromResult(Carried.Confirmed);
        _actuators.Sooner("siren");
        await Eventually.Holds(() => _faults.Count == 2, "told without waiting for the minute, and confirmed");
        Assert.False(_faults.Last().Stands);
        var sent = _carried.Count;
        _actuators.Sooner("siren");
        await PassesAsync(120);
        Assert.Equal(sent + 1, _carried.Count);
    }

    [Fact]
    public async Task The_time_for_the_word_of_a_device_is_the_site_files()
    {
        _way = (_, _) => ValueTask.FromResult(Carried.Sent);
        _actuators.Expect(new Dictionary<string, TimeSpan> { ["siren"] = TimeSpan.FromSeconds(20) });
        Tell(Siren, true);
        await Eventually.Holds(() => _carried.Count == 1, "sent");
        await WaitsForItsNextTryAsync(20);
        _clock.Advance(19);
        Assert.Single(_carried);
        await Eventually.Holds(_clock, 0.5, () => _carried.Count == 2, "sent again");
    }

    [Fact]
    public async Task A_command_is_answered_by_the_devices_word_or_by_its_silence()
    {
        Assert.Null(await _actuators.SetAsync(Siren, true, CancellationToken.None));
        _way = (_, _) => ValueTask.FromResult(Carried.Failed("no line"));
        var asked = _actuators.SetAsync(Siren, false, CancellationToken.None).AsTask();
        await Eventually.Holds(_clock, 0.5, () => asked.IsCompleted, "given up");
        Assert.Equal("not-confirmed", await asked);
    }

    [Theory]
    [InlineData(LampSign.Heard, 0, true)]
    [InlineData(LampSign.Heard, 150, true)]
    [InlineData(LampSign.Heard, 250, false)]
    [InlineData(LampSign.Heard, 1_100, true)]
    [InlineData(LampSign.Stored, 250, true)]
    [InlineData(LampSign.Coming, 1_500, true)]
    [InlineData(LampSign.Coming, 1_700, false)]
    [InlineData(LampSign.Coming, 2_100, true)]
    [InlineData(LampSign.Off, 0, false)]
    internal void A_lamp_says_three_things_by_how_it_blinks(LampSign sign, int milliseconds, bool lit)
        => Assert.Equal(lit, GpioLamps.IsLit(sign, TimeSpan.FromMilliseconds(milliseconds)));

    [Fact]
    public async Task A_lamp_blinks_from_the_moment_at_which_it_is_told()
    {
        var lit = new ConcurrentQueue<bool>();
        using var lamps = new GpioLamps(
            (_, on) =>
            {
                lit.Enqueue(on);
                return OutputResult.Done;
            },
            _clock);
        await lamps.StartAsync(CancellationToken.None);
        Assert.Equal(OutputResult.Done, lamps.Show("lamp", LampSign.Heard));
        Assert.Equal([true], lit);
        await Eventually.Holds(_clock, 0.05, () => lit.Count == 4, "two flashes");
        Assert.Equal([true, false, true, false], lit);
        lamps.Show("lamp", LampSign.Stored);
        var before = lit.Count;
        _clock.Advance(5);
        Assert.True(lit.Last());
        Assert.Equal(before, lit.Count);
        await lamps.StopAsync(CancellationToken.None);
    }

    private void Tell(Device device, bool on) => _actuators.Carry([new ActuatorOrder(device, on)]);

    /// <summary>Told and confirmed: from here on nothing is sent unless somebody asks for it.</summary>
    private async Task DoesAsync(Device device) => Assert.Null(await _actuators.SetAsync(device, true, CancellationToken.None));

    /// <summary>Time passes, and then comes an order that must go out: whatever the time made due stands before it.</summary>
    private Task PassesAsync(double seconds) => PassesAsync(Siren, seconds);

    private async Task PassesAsync(Device next, double seconds)
    {
        _clock.Advance(seconds);
        Tell(next, false);
        await Eventually.Holds(() => _carried.Last() == (next.Id, false), "the next order is sent");
    }

    /// <summary>Waits until the next try is the only thing that the clock is asked for. The way itself has its time until then.</summary>
    private Task WaitsForItsNextTryAsync(double seconds)
        => Eventually.Holds(() => _clock.NextDue > TimeSpan.FromSeconds(seconds), "it waits for its next try");
}
