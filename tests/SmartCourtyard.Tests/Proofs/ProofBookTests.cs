using SmartCourtyard.Alarms;
using SmartCourtyard.Proofs;

namespace SmartCourtyard.Tests.ProofTests;

/// <summary>When the way to the duty room is tried, and what it comes to.</summary>
public sealed class ProofBookTests
{
    private const double Day = 24 * 3600;

    // 04:30 in UTC is 270 minutes into the day.
    private static readonly double UntilMinute =
        (ProofBook.MinuteOf("fukang-garden") - TimeSpan.FromMinutes(270)).TotalSeconds is var wait && wait > 60 ? wait : wait + Day;

    // Answered a moment ago: no person is asked in these.
    private static readonly ProofMemory Answered = new(null, LastAnswered: Estate.Night.AddSeconds(-1), AnsweredBy: "王芳");

    private ProofBook _book = new("fukang-garden", Answered);

    [Fact]
    public void The_first_one_comes_ten_minutes_after_the_start_and_the_next_at_the_courtyards_own_minute()
    {
        Assert.Null(Tick(0));
        Assert.Equal(TimeSpan.FromMinutes(10), _book.Next);
        Assert.Null(Tick(599));
        var begun = Tick(600)!;
        Assert.Equal((Estate.After(600).Time, null), (begun.RaisedAt, begun.Result));
        Assert.Null(_book.Next);
        var result = Receive(600.14, ReceiptKind.Stored, begun.AlarmId)!.Result!;
        Assert.Equal((true, false, TimeSpan.FromSeconds(0.14), null, null), (result.Stored, result.Shown, result.Took, result.Failed, result.Detail));
        Assert.Equal(Estate.After(600.14).Time, _book.Memory.LastPassed);
        Assert.Equal(UntilMinute, _book.Next!.Value.TotalSeconds, tolerance: 0.001);
    }

    [Fact]
    public void Where_nobody_knows_the_time_it_comes_every_twenty_four_hours()
    {
        var at = 600.0;
        Tick(0, clockIsSet: false);
        for (var i = 0; i < 5; i++)
        {
            Assert.Null(Tick(at - 1, clockIsSet: false));
            var begun = Tick(at, clockIsSet: false)!;
            _book.Receive(new ProofReceipt(ReceiptKind.Stored, begun.AlarmId, 0), Estate.After(at), clockIsSet: false);
            at += Day;
        }
    }

    [Theory]
    [InlineData(30, Day + 30)]
    [InlineData(90, 90)]
    public void One_that_somebody_began_just_before_the_courtyards_minute_stands_for_it(double before, double next)
    {
        var at = UntilMinute - before;
        var begun = _book.TryBegin(Estate.After(at), true)!;
        Receive(at, ReceiptKind.Stored, begun.AlarmId);
        Assert.Equal(at + next, _book.Next!.Value.TotalSeconds, tolerance: 0.001);
    }

    [Fact]
    public void A_live_console_must_show_it_and_the_time_runs_to_its_word()
    {
        var begun = Begun();
        Assert.Null(Receive(600.1, ReceiptKind.Stored, begun.AlarmId, consoles: 2));
        Assert.Null(Receive(600.2, ReceiptKind.Shown, "another"));
        var result = Receive(601.5, ReceiptKind.Shown, begun.AlarmId)!.Result!;
        Assert.Equal((true, true, TimeSpan.FromSeconds(1.5), null), (result.Stored, result.Shown, result.Took, result.Failed));
        Assert.Null(Receive(602, ReceiptKind.Shown, begun.AlarmId));
    }

    [Theory]
    [InlineData(false, "stored", false, 60.0)]
    [InlineData(true, "shown", true, 0.1)]
    public void After_a_minute_without_a_receipt_it_has_failed_at_that_step_and_is_tried_again_in_an_hour(bool stored, string failed, bool said, double took)
    {
        var begun = Begun();
        if (stored)
        {
            Receive(600.1, ReceiptKind.Stored, begun.AlarmId, consoles: 1);
        }

        Assert.Null(Tick(659.9));
        var result = Tick(660)!.Result!;
        Assert.Equal((failed, said, false, TimeSpan.FromSeconds(took)), (result.Failed, result.Stored, result.Shown, result.Took));
        Assert.NotNull(result.Detail);
        Assert.Equal(Answered with { Failed = failed }, _book.Memory);
        Assert.Equal(TimeSpan.FromSeconds(660 + 3600), _book.Next);
        Assert.Null(Tick(4259));
        var again = Tick(4260)!;
        Assert.NotEqual(begun.AlarmId, again.AlarmId);
        // What comes of the first one now is too late.
        Assert.Null(Receive(4261, ReceiptKind.Stored, begun.AlarmId));
        Assert.Null(Receive(4261, ReceiptKind.Stored, again.AlarmId)!.Result!.Failed);
        Assert.Null(_book.Memory.Failed);
    }

    [Theory]
    [InlineData(-1.0, null, true, true)]
    [InlineData(-23.9, null, true, true)]
    [InlineData(-24.1, null, true, false)]
    [InlineData(+1.0, null, true, false)]
    [InlineData(-1.0, "stored", true, false)]
    [InlineData(-1.0, null, false, false)]
    public void After_a_restart_it_waits_for_its_minute_only_where_one_has_passed_within_a_day(double hoursAgo, string? failed, bool clockIsSet, bool waits)
    {
        _book = new ProofBook("fukang-garden", new ProofMemory(Estate.Night.AddHours(hoursAgo), failed));
        Assert.Null(Tick(0, clockIsSet));
        Assert.Equal(waits ? UntilMinute : 600, _book.Next!.Value.TotalSeconds);
    }

    [Fact]
    public void A_wall_clock_that_jumps_while_it_waits_changes_nothing()
    {
        Tick(0);
        Assert.Null(_book.Tick(new Moment(Estate.Night.AddYears(1), TimeSpan.FromSeconds(599)), true));
        Assert.NotNull(_book.Tick(new Moment(Estate.Night.AddYears(-1), TimeSpan.FromSeconds(600)), true));
    }

    [Fact]
    public void Courtyards_are_spread_over_the_day_each_at_its_own_steady_minute()
    {
        var minutes = Enumerable.Range(0, 1_000).Select(i => ProofBook.MinuteOf($"courtyard-{i}")).ToList();
        Assert.All(minutes, m => Assert.InRange(m.TotalMinutes, 0, 1_439));
        Assert.Equal(24, minutes.Select(m => m.Hours).Distinct().Count());
        Assert.All(minutes.CountBy(m => m.Hours), h => Assert.InRange(h.Value, 15, 90));
        Assert.Equal(ProofBook.MinuteOf("fukang-garden"), ProofBook.MinuteOf("fukang-garden"));
    }

    private ProofStep Begun()
    {
        Tick(0);
        return Tick(600)!;
    }

    private ProofStep? Tick(double seconds, bool clockIsSet = true) => _book.Tick(Estate.After(seconds), clockIsSet);

    private ProofStep? Receive(double seconds, ReceiptKind kind, string alarmId, int? consoles = null)
        => _book.Receive(new ProofReceipt(kind, alarmId, consoles), Estate.After(seconds), true);
}
