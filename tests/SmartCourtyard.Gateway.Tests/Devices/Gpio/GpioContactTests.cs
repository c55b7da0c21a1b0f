using SmartCourtyard.Courtyards;
using SmartCourtyard.Gateway.Devices.Gpio;
using SmartCourtyard.Gateway.Tests.Watch;
using SmartCourtyard.Readings;
using SmartCourtyard.Sources;

namespace SmartCourtyard.Gateway.Tests.Devices.Gpio;

public sealed class GpioContactTests
{
    private static readonly Device Button = Of(DeviceClass.EmergencyButton);
    private static readonly Device Smoke = Of(DeviceClass.SmokeDetector);

    private readonly GpioContact _button = new(Button, Quantity.Emergency);
    private readonly GpioContact _smoke = new(Smoke, Quantity.Smoke);

    [Fact]
    public void A_level_at_the_start_is_a_state_and_the_line_is_alive() =>
        Assert.Equal(["smoke 1 Retained", "smoke 1 Live"], Said(b => _smoke.Begin(active: true, TestClock.Night, b)));

    [Fact]
    public void A_button_that_is_pressed_at_the_start_is_no_press_and_no_proof_of_life() =>
        Assert.Equal(["emergency 1 Retained momentary"], Said(b => _button.Begin(active: true, TestClock.Night, b)));

    [Fact]
    public void An_edge_is_news()
    {
        Said(b => _button.Begin(active: false, TestClock.Night, b));
        Assert.Equal(["emergency 1 Live momentary"], Said(b => Assert.True(_button.Hear(active: true, 1, TestClock.Night, b))));
        Assert.Equal(["emergency 0 Live momentary"], Said(b => Assert.True(_button.Hear(active: false, 2, TestClock.Night, b))));
    }

    [Fact]
    public void A_gap_in_the_numbers_is_seen_and_counted()
    {
        Said(b => _smoke.Begin(active: false, TestClock.Night, b));
        Said(b => Assert.True(_smoke.Hear(active: true, 1, TestClock.Night, b)));
        Said(b => Assert.False(_smoke.Hear(active: true, 5, TestClock.Night, b)));
        Assert.Equal(3, _smoke.Dropped);
        Assert.Equal(["smoke 0 Live"], Said(b => _smoke.See(active: false, TestClock.Night, b)));
        Said(b => Assert.True(_smoke.Hear(active: true, 6, TestClock.Night, b)));
    }

    [Fact]
    public void A_first_edge_that_is_not_the_first_is_a_gap()
    {
        Said(b => _smoke.Begin(active: false, TestClock.Night, b));
        Said(b => Assert.False(_smoke.Hear(active: true, 3, TestClock.Night, b)));
        Assert.Equal(2, _smoke.Dropped);
    }

    [Fact]
    public void The_numbers_may_wrap_around()
    {
        Said(b => _smoke.Hear(active: true, uint.MaxValue, TestClock.Night, b));
        Said(b => Assert.True(_smoke.Hear(active: false, 0, TestClock.Night, b)));
    }

    [Fact]
    public void A_level_that_changed_while_the_line_was_away_is_news()
    {
        Said(b => _button.Begin(active: false, TestClock.Night, b));
        Assert.Equal(["emergency 1 Live momentary"], Said(b => _button.Begin(active: true, TestClock.Night, b)));
        Assert.Empty(Said(b => _button.Begin(active: true, TestClock.Night, b)));
    }

    [Fact]
    public void A_button_that_stays_pressed_is_a_fault_until_it_is_released()
    {
        Said(b => _button.Begin(active: false, TestClock.Night, b));
        Said(b => _button.Hear(active: true, 1, TestClock.Night, b));
        Assert.Equal(["fault 1 Live"], Said(b => _button.Report(active: true, TestClock.Night, b)));
        Assert.Empty(Said(b => _button.Report(active: true, TestClock.Night, b)));
        Assert.Equal(["emergency 0 Live momentary", "fault 0 Live"], Said(b => _button.Hear(active: false, 2, TestClock.Night, b)));
    }

    [Fact]
    public void From_time_to_time_a_quiet_line_proves_that_it_is_read()
    {
        Said(b => _smoke.Begin(active: false, TestClock.Night, b));
        Assert.Equal(["smoke 0 Live"], Said(b => _smoke.Report(active: false, TestClock.Night, b)));
    }

    [Fact]
    public void What_was_known_before_the_site_file_was_read_again_stays_known()
    {
        Said(b => _button.Begin(active: false, TestClock.Night, b));
        var next = new GpioContact(Of(DeviceClass.EmergencyButton), Quantity.Emergency);
        Assert.True(next.IsAs(_button));
        next.Follow(_button);
        Assert.Equal(["emergency 1 Live momentary"], Said(b => next.Begin(active: true, TestClock.Night, b)));

        var elsewhere = new GpioContact(Button with { Source = new GpioSource("other", "17") }, Quantity.Emergency);
        var another = new GpioContact(Button with { Class = DeviceClass.FallDetector }, Quantity.Fall);
        Assert.False(elsewhere.IsAs(_button) || another.IsAs(_button));
    }

    [Fact]
    public void The_edges_of_a_line_that_was_taken_over_are_counted_on()
    {
        Said(b => _button.Begin(active: false, TestClock.Night, b));
        Said(b => _button.Hear(active: true, 1, TestClock.Night, b));
        var next = new GpioContact(Of(DeviceClass.EmergencyButton), Quantity.Emergency);
        next.Follow(_button);
        Said(b => Assert.True(next.Hear(active: false, 2, TestClock.Night, b)));
        Assert.Equal(0, next.Dropped);
        Said(b => Assert.False(next.Hear(active: true, 5, TestClock.Night, b)));
        Assert.Equal(2, next.Dropped);
    }

    private static Device Of(DeviceClass deviceClass) => new(deviceClass.Name(), null, deviceClass, new Place(), new GpioSource("chip", "17"));

    private static string[] Said(Action<HeardBatch> does)
    {
        var batch = new HeardBatch();
        does(batch);
        Assert.Equal(batch.Readings.Count, batch.Count);
        return [.. batch.Readings.Select(r => $"{r.Quantity.Name()} {r.Value} {r.Origin}{(r.Momentary ? " momentary" : "")}")];
    }
}
