using SmartCourtyard.Courtyards;
using SmartCourtyard.Readings;
using SmartCourtyard.Troubles;

namespace SmartCourtyard.Tests.TroubleTests;

/// <summary>Each rule by itself: what one device says over hours or weeks, and what is told of it.</summary>
public sealed class HealthRuleTests
{
    private static readonly DeviceClass[] EveryClass = Enum.GetValues<DeviceClass>();

    private HealthBook _book = null!;
    private Device _device = null!;

    [Theory]
    [InlineData(Quantity.LinkQuality, 19, 30)]
    [InlineData(Quantity.Rssi, -86, -80)]
    public void A_signal_is_weak_after_an_hour_without_a_break_and_good_again_after_another(Quantity quantity, double weak, double good)
    {
        Begin(DeviceClass.SmokeDetector);
        Assert.Empty(Says(0, quantity, weak));
        Assert.Empty(Says(0.99, quantity, weak));
        Assert.Equal([(true, TroubleReason.WeakSignal)], Says(1, quantity, weak));
        Assert.Empty(Says(2, quantity, good));
        Assert.Empty(Says(2.9, quantity, good));
        Assert.Equal([(false, TroubleReason.WeakSignal)], Says(3, quantity, good));
    }

    [Theory]
    [InlineData(Quantity.LinkQuality, 10, 30)]
    [InlineData(Quantity.Rssi, -95, -80)]
    public void A_signal_that_comes_and_goes_is_no_trouble(Quantity quantity, double weak, double good)
    {
        Begin(DeviceClass.SmokeDetector);
        for (var i = 0; i < 100; i++)
        {
            Assert.Empty(Says(i * 0.5, quantity, i % 2 == 0 ? weak : good));
        }
    }

    [Theory]
    [InlineData(Quantity.LinkQuality, 0)]
    [InlineData(Quantity.Rssi, 0)]
    [InlineData(Quantity.LinkQuality, 20)]
    [InlineData(Quantity.Rssi, -85)]
    public void No_measurement_and_a_signal_between_the_limits_say_nothing(Quantity quantity, double value)
    {
        Begin(DeviceClass.SmokeDetector);
        Assert.All(Enumerable.Range(0, 20), h => Assert.Empty(Says(h, quantity, value)));
    }

    [Fact]
    public void Between_the_limits_a_weak_signal_stays_weak()
    {
        Begin(DeviceClass.SmokeDetector);
        Says(0, Quantity.LinkQuality, 5);
        Assert.Equal([(true, TroubleReason.WeakSignal)], Says(1, Quantity.LinkQuality, 25));
        Assert.Empty(Says(9, Quantity.LinkQuality, 29));
    }

    [Theory]
    [InlineData(Quantity.Temperature, 21.5, 24)]
    [InlineData(Quantity.Temperature, 0, 24)]
    [InlineData(Quantity.Humidity, 55, 24)]
    [InlineData(Quantity.Pressure, 990.1, 24)]
    [InlineData(Quantity.Co2, 612, 12)]
    [InlineData(Quantity.Noise, 41.2, 6)]
    [InlineData(Quantity.Pm25, 17, 48)]
    [InlineData(Quantity.Methane, 3.2, 72)]
    [InlineData(Quantity.SmokeDensity, 0.02, 72)]
    public void A_number_that_never_changes_is_stuck_once_its_limit_is_over(Quantity quantity, double value, int hours)
    {
        Begin(DeviceClass.AirMonitor);
        for (var quarter = 0; quarter < hours * 4; quarter++)
        {
            Assert.DoesNotContain((true, TroubleReason.Stuck), Says(quarter / 4.0, quantity, value));
        }

        Assert.Equal([(true, TroubleReason.Stuck)], Says(hours, quantity, value));
        Assert.Equal([(false, TroubleReason.Stuck)], Says(hours + 0.25, quantity, value + 0.1));
    }

    [Theory]
    [InlineData(Quantity.Methane, 0)]
    [InlineData(Quantity.Co, 0)]
    [InlineData(Quantity.SmokeDensity, 0)]
    [InlineData(Quantity.Pm25, 0)]
    [InlineData(Quantity.Illuminance, 0)]
    [InlineData(Quantity.Humidity, 100)]
    [InlineData(Quantity.Voltage, 3)]
    [InlineData(Quantity.Battery, 100)]
    [InlineData(Quantity.Power, 0)]
    [InlineData(Quantity.WaterLevel, 120)]
    [InlineData(Quantity.Rssi, -60)]
    public void A_number_that_rests_by_nature_is_not_stuck(Quantity quantity, double value)
    {
        Begin(DeviceClass.GasDetector);
        Assert.All(Enumerable.Range(0, 500), i => Assert.Empty(Says(i * 0.4, quantity, value)));
    }

    [Fact]
    public void A_few_reports_are_too_few_to_call_a_number_stuck()
    {
        Begin(DeviceClass.SmokeDetector);
        Assert.All(Enumerable.Range(0, 11), i => Assert.Empty(Says(i * 10, Quantity.Temperature, 21.5)));
        Assert.Single(Says(110, Quantity.Temperature, 21.5));
    }

    [Theory]
    [InlineData(Quantity.Temperature, 20, 30)]
    [InlineData(Quantity.Humidity, 30, 70)]
    [InlineData(Quantity.Pressure, 980, 1_000)]
    [InlineData(Quantity.Methane, 0, 12)]
    [InlineData(Quantity.Co2, 500, 3_000)]
    [InlineData(Quantity.SmokeDensity, 0, 0.5)]
    [InlineData(Quantity.Battery, 20, 90)]
    public void Jumps_that_turn_round_five_times_are_noise_until_an_hour_of_calm(Quantity quantity, double low, double high)
    {
        Begin(DeviceClass.GasDetector);
        for (var i = 0; i < 6; i++)
        {
            Assert.Empty(Says(i / 60.0, quantity, i % 2 == 0 ? low : high));
        }

        Assert.Equal([(true, TroubleReason.Noisy)], Says(6 / 60.0, quantity, low));
        Assert.Empty(Says(1, quantity, low));
        Assert.Equal([(false, TroubleReason.Noisy)], Says(1.11, quantity, low));
    }

    [Fact]
    public void A_fire_is_no_noise()
    {
        Begin(DeviceClass.HeatDetector);
        double[] fire = [20, 32, 45, 58, 70, 85, 100, 118];
        Assert.All(fire.Index(), f => Assert.Empty(Says(f.Index / 60.0, Quantity.Temperature, f.Item)));
    }

    [Fact]
    public void What_swings_over_hours_is_no_noise()
    {
        Begin(DeviceClass.AirMonitor);
        Assert.All(Enumerable.Range(0, 100), i => Assert.Empty(Says(i * 0.5, Quantity.Temperature, i % 2 == 0 ? 15 : 30)));
    }

    [Theory]
    [InlineData(Quantity.Methane, 0, 2.4)]
    [InlineData(Quantity.Co, 1, 12)]
    [InlineData(Quantity.SmokeDensity, 0.01, 0.07)]
    [InlineData(Quantity.Co2, 430, 680)]
    [InlineData(Quantity.Co2, 650, 430)]
    [InlineData(Quantity.Tvoc, 50, 400)]
    [InlineData(Quantity.Hcho, 0.01, 0.07)]
    public void A_base_line_that_moves_over_weeks_is_drift_and_what_happens_over_the_day_is_not(Quantity quantity, double before, double after)
    {
        Begin(DeviceClass.AirMonitor);
        var told = new List<(bool, TroubleReason)>();
        for (var day = 0; day < 60; day++)
        {
            var baseline = before + ((after - before) * Math.Min(1, day / 40.0));
            for (var hour = 0; hour < 24; hour++)
            {
                // Somebody cooks every evening, and no two reports are alike.
                told.AddRange(Says((day * 24) + hour, quantity, baseline + (hour * Math.Abs(after - before) / 200) + (hour == 18 ? baseline * 0.5 : 0)));
            }
        }

        Assert.Equal([(true, TroubleReason.Drifting)], told);
    }

    [Fact]
    public void A_sensor_that_keeps_its_base_line_does_not_drift_and_one_that_comes_back_is_well_again()
    {
        Begin(DeviceClass.GasDetector);
        var told = new List<(bool, TroubleReason)>();
        for (var hour = 0; hour < 24 * 60; hour++)
        {
            var day = hour / 24;
            told.AddRange(Says(hour, Quantity.Methane, (day is >= 20 and < 35 ? 3 : 0) + (hour % 24 * 0.01)));
        }

        Assert.Equal([(true, TroubleReason.Drifting), (false, TroubleReason.Drifting)], told);
    }

    [Theory]
    [InlineData(Quantity.Temperature, -41, 20)]
    [InlineData(Quantity.Temperature, 126, 20)]
    [InlineData(Quantity.Humidity, 100.5, 50)]
    [InlineData(Quantity.Co2, 0, 500)]
    [InlineData(Quantity.Pressure, 0, 1_000)]
    [InlineData(Quantity.Noise, 0, 40)]
    [InlineData(Quantity.Methane, -1, 0.5)]
    public void Twice_in_a_row_what_cannot_be_is_out_of_range_and_one_good_value_ends_it(Quantity quantity, double impossible, double possible)
    {
        Begin(DeviceClass.AirMonitor);
        Assert.Empty(Says(0, quantity, impossible));
        Assert.Empty(Says(2, quantity, possible));
        Assert.Empty(Says(4, quantity, impossible));
        Assert.Equal([(true, TroubleReason.OutOfRange)], Says(6, quantity, impossible));
        Assert.Equal([(false, TroubleReason.OutOfRange)], Says(8, quantity, possible));
    }

    [Fact]
    public void A_trouble_with_two_causes_ends_with_the_last_of_them()
    {
        Begin(DeviceClass.AirMonitor);
        for (var i = 0; i < 2; i++)
        {
            Says(i, Quantity.Temperature, -99);
            Says(i, Quantity.Humidity, 120);
        }

        Assert.Empty(Says(2, Quantity.Temperature, 20));
        Assert.Equal([(false, TroubleReason.OutOfRange)], Says(2, Quantity.Humidity, 50));
    }

    [Theory]
    [InlineData(4, true)]
    [InlineData(9.9, true)]
    [InlineData(10.1, false)]
    public void A_low_battery_stays_low_until_it_was_changed(double later, bool low)
    {
        Begin(DeviceClass.SmokeDetector);
        Assert.Single(Says(0, Quantity.Battery, 5));
        Assert.Equal(low, Says(1, Quantity.Battery, later).Length == 0);
    }

    [Fact]
    public void Only_detectors_and_buttons_are_asked_to_be_tested()
    {
        DeviceClass[] tested =
            [DeviceClass.SmokeDetector, DeviceClass.HeatDetector, DeviceClass.GasDetector, DeviceClass.CoDetector, DeviceClass.EmergencyButton];
        Assert.Equal(tested, EveryClass.Where(c => c.TestEvery() is not null));
        Assert.All(tested, c => Assert.Equal(TimeSpan.FromDays(92), c.TestEvery()));
    }

    [Theory]
    [InlineData(DeviceClass.SmokeDetector, 10)]
    [InlineData(DeviceClass.HeatDetector, 10)]
    [InlineData(DeviceClass.CoDetector, 7)]
    [InlineData(DeviceClass.GasDetector, 5)]
    [InlineData(DeviceClass.Siren, 0)]
    public void A_device_reaches_its_end_of_life_by_its_class_and_the_day_it_was_put_up(DeviceClass deviceClass, int years)
    {
        Begin(deviceClass, d => d with { Installed = new DateOnly(2026, 11, 22), TestEvery = TimeSpan.FromDays(99_999) });
        Quiet(24 * 365.25 * Math.Max(1, years - 0.01));
        Assert.DoesNotContain(TroubleReason.EndOfLife, Reasons());
        Quiet(24 * 365.25 * (years == 0 ? 50 : years + 0.01));
        Assert.Equal(years != 0, Reasons().Contains(TroubleReason.EndOfLife));
    }

    [Fact]
    public void What_stands_in_the_site_file_counts_before_the_class()
    {
        Begin(DeviceClass.SmokeDetector, d => d with
        {
            Installed = new DateOnly(2026, 11, 22), ServiceLife = TimeSpan.FromDays(30), TestEvery = TimeSpan.FromDays(7), Silence = TimeSpan.FromHours(3),
        });
        Says(0, Quantity.Smoke, 0);
        Assert.Empty(Tick(3));
        Assert.Equal([(true, TroubleReason.Silent)], Tick(3.1));
        Assert.Equal([(true, TroubleReason.TestOverdue)], Tick(24 * 7.1));
        Assert.Equal([(true, TroubleReason.EndOfLife)], Tick(24 * 30));
        Assert.Equal([TroubleReason.Silent, TroubleReason.EndOfLife, TroubleReason.TestOverdue], Reasons());
    }

    [Fact]
    public void A_test_is_overdue_a_quarter_after_the_last_one_or_after_the_device_was_first_heard()
    {
        Begin(DeviceClass.GasDetector);
        Quiet(24 * 500);
        Assert.DoesNotContain(TroubleReason.TestOverdue, Reasons());
        Says(24 * 500, Quantity.Gas, 0);
        Quiet(24 * 591);
        Assert.DoesNotContain(TroubleReason.TestOverdue, Reasons());
        Quiet(24 * 593);
        Assert.Contains(TroubleReason.TestOverdue, Reasons());
        Says(24 * 600, Quantity.Test, 1);
        Quiet(24 * 600.1);
        Assert.DoesNotContain(TroubleReason.TestOverdue, Reasons());
        Quiet(24 * 693);
        Assert.Contains(TroubleReason.TestOverdue, Reasons());
    }

    [Fact]
    public void A_clock_that_was_never_set_makes_nobody_old()
    {
        Begin(DeviceClass.SmokeDetector, d => d with { Installed = new DateOnly(2010, 1, 1) });
        var changes = new List<TroubleChange>();
        _book.Tick(new Moment(DateTimeOffset.UnixEpoch.AddYears(52), TimeSpan.FromHours(1)), changes);
        Assert.Empty(changes);
        Assert.Equal(2, Tick(2).Length);
    }

    [Fact]
    public void Kept_messages_feed_no_rule_over_time()
    {
        Begin(DeviceClass.AirMonitor);
        for (var i = 0; i < 200; i++)
        {
            Assert.Empty(Told(c => _book.Hear([_device.Says(Quantity.Temperature, -99, Origin.Retained)], Estate.AfterHours(i * 0.4), c)));
        }
    }

    [Fact]
    public void The_urgency_of_every_reason_of_a_device_is_known()
    {
        TroubleReason[] own = [.. Enum.GetValues<TroubleReason>().Where(r => r < TroubleReason.Undecodable)];
        Assert.Equal(Enumerable.Range(0, 11), own.Select(TroubleReasons.Urgency).Order());
        Assert.All(Enum.GetValues<TroubleReason>().Except(own), r => Assert.Equal(11, TroubleReasons.Urgency(r)));
    }

    private void Begin(DeviceClass deviceClass, Func<Device, Device>? change = null)
    {
        _device = (change ?? (d => d))(Estate.Device(deviceClass));
        _book = new HealthBook(Estate.Of(_device), Estate.After(0));
    }

    private (bool, TroubleReason)[] Says(double hours, Quantity quantity, double value)
        => [.. Told(c => _book.Hear([_device.Says(quantity, value)], Estate.AfterHours(hours), c)).Where(t => t.Item2 != TroubleReason.Silent)];

    private (bool, TroubleReason)[] Tick(double hours) => Told(c => _book.Tick(Estate.AfterHours(hours), c));

    private void Quiet(double hours) => Tick(hours);

    private IReadOnlyList<TroubleReason> Reasons() => _book.Describe().Single().Reasons;

    private static (bool, TroubleReason)[] Told(Action<List<TroubleChange>> act)
    {
        var changes = new List<TroubleChange>();
        act(changes);
        return [.. changes.Select(c => (c.Raised, c.Trouble.Reason))];
    }
}
