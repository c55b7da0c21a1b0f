using System.Text.Json;
using SmartCourtyard.Alarms;
using SmartCourtyard.Proofs;

namespace SmartCourtyard.Tests.ProofTests;

/// <summary>Which proofs a person is asked to answer, what the answer does, and when its absence is a trouble.</summary>
public sealed class AskedProofTests
{
    private const double Day = 24 * 3600;
    private const double First = 600;

    private ProofBook _book = new("fukang-garden", null);

    [Fact]
    public void The_first_one_of_all_is_asked_and_passes_when_the_program_says_so_then_answered_by_a_person()
    {
        var begun = Begun();
        Assert.Equal((ProofTurn.Begins, true), (begun.Turn, begun.Asked));
        var program = Receive(First + 0.1, ReceiptKind.Stored, begun.AlarmId)!;
        Assert.Equal((ProofTurn.Waits, null, null), (program.Turn, program.Result!.Failed, program.Result.AnsweredBy));
        Assert.Equal((Estate.After(First + 0.1).Time, Estate.After(First).Time), (_book.Memory.LastPassed, _book.Memory.AskedSince));
        var answered = Receive(First + 90, ReceiptKind.Acknowledged, begun.AlarmId, "王芳")!;
        Assert.Equal((ProofTurn.Ends, true, true, "王芳"), (answered.Turn, answered.Asked, answered.Result!.Shown, answered.Result.AnsweredBy));
        Assert.Equal(program.Result.Took, answered.Result.Took);
        Assert.Equal(
            new ProofMemory(Estate.After(First + 0.1).Time, null, Estate.After(First + 90).Time, "王芳"), _book.Memory);
        Assert.Null(Receive(First + 91, ReceiptKind.Acknowledged, begun.AlarmId, "李强"));
        Assert.Null(Tick(First + 1_000));
    }

    [Fact]
    public void Who_answers_before_the_console_has_reported_has_seen_it()
    {
        var begun = Begun();
        Receive(First + 0.1, ReceiptKind.Stored, begun.AlarmId, consoles: 1);
        var answered = Receive(First + 3, ReceiptKind.Acknowledged, begun.AlarmId, "王芳")!;
        Assert.Equal((ProofTurn.Ends, true, TimeSpan.FromSeconds(3), "王芳"), (answered.Turn, answered.Result!.Shown, answered.Result.Took, answered.Result.AnsweredBy));
    }

    [Fact]
    public void An_answer_that_does_not_come_fails_nothing_and_is_asked_for_again_at_the_next_daily_one()
    {
        var begun = Begun();
        Receive(First + 1, ReceiptKind.Stored, begun.AlarmId);
        Assert.Null(Tick(First + 599));
        var unanswered = Tick(First + 600)!;
        Assert.Equal((ProofTurn.Unanswered, begun.AlarmId, true, null), (unanswered.Turn, unanswered.AlarmId, unanswered.Asked, unanswered.Result!.Failed));
        Assert.Null(_book.Memory.Failed);
        Assert.Null(Receive(First + 601, ReceiptKind.Acknowledged, begun.AlarmId, "王芳"));
        var next = Tick(_book.Next!.Value.TotalSeconds)!;
        Assert.Equal((ProofTurn.Begins, true), (next.Turn, next.Asked));
    }

    [Fact]
    public void A_person_who_is_waited_for_holds_no_ordinary_one_back_for_longer_than_ten_minutes()
    {
        // Two minutes before the courtyard's own minute.
        var start = (ProofBook.MinuteOf("fukang-garden") - Estate.Night.UtcDateTime.TimeOfDay).TotalSeconds - 720;
        start += start < 0 ? Day : 0;
        Tick(start);
        var begun = Tick(start + 600)!;
        Receive(start + 601, ReceiptKind.Stored, begun.AlarmId);
        Assert.Equal(start + 720, _book.Next!.Value.TotalSeconds, tolerance: 1);
        Assert.Null(Tick(start + 730));
        Assert.Equal(ProofTurn.Unanswered, Tick(start + 1_200)!.Turn);
        Assert.Equal(ProofTurn.Begins, Tick(start + 1_210)!.Turn);
    }

    [Theory]
    [InlineData(-1.0, true, false)]
    [InlineData(-12.9, true, false)]
    [InlineData(-13.1, true, true)]
    [InlineData(-400.0, true, true)]
    // An answer of tomorrow was written by a wrong clock.
    [InlineData(+1.0, true, true)]
    [InlineData(null, true, true)]
    // Without a clock nobody knows how long ago anything was: a run of the gateway asks by its own time.
    [InlineData(null, false, false)]
    [InlineData(-400.0, false, false)]
    public void It_is_asked_where_the_next_daily_one_would_be_later_than_fourteen_days(double? daysAgo, bool clockIsSet, bool asked)
    {
        _book = new ProofBook("fukang-garden", new ProofMemory(null, LastAnswered: daysAgo is { } d ? Estate.Night.AddDays(d) : null));
        Tick(0, clockIsSet);
        Assert.Equal(asked, Tick(First, clockIsSet)!.Asked);
    }

    [Fact]
    public void Without_a_clock_it_is_asked_by_the_time_since_the_start()
    {
        var asked = Days(16, clockIsSet: false, answers: false);
        Assert.Equal([false, false, false, false, false, false, false, false, false, false, false, false, false, true, true, true], asked);
        Assert.False(_book.IsOverdue(Estate.After(16.9 * Day), clockIsSet: false));
        Assert.True(_book.IsOverdue(Estate.After(17 * Day), clockIsSet: false));
    }

    [Fact]
    public void Seventeen_days_without_an_answer_are_a_trouble_until_somebody_answers()
    {
        Days(17, clockIsSet: true, answers: false);
        Assert.False(Overdue((17 * Day) - 1));
        Assert.True(Overdue(17 * Day));
        var begun = Tick(_book.Next!.Value.TotalSeconds)!;
        Assert.True(begun.Asked);
        var at = 18.5 * Day;
        Receive(at, ReceiptKind.Acknowledged, begun.AlarmId, "王芳");
        Assert.False(Overdue(at));
        Assert.False(Overdue(at + (16.9 * Day)));
        Assert.True(Overdue(at + (17 * Day)));
    }

    [Theory]
    [InlineData(-16.9, null, true, false)]
    [InlineData(-17.0, null, true, true)]
    [InlineData(-17.0, null, false, false)]
    [InlineData(+1.0, null, true, false)]
    [InlineData(+1.0, -17.0, true, true)]
    [InlineData(null, -16.9, true, false)]
    [InlineData(null, -17.0, true, true)]
    [InlineData(null, null, true, false)]
    public void After_a_restart_it_is_overdue_by_what_was_kept(double? answeredDaysAgo, double? askedDaysAgo, bool clockIsSet, bool overdue)
    {
        _book = new ProofBook("fukang-garden", new ProofMemory(null, LastAnswered: At(answeredDaysAgo), AskedSince: At(askedDaysAgo)));
        Tick(0, clockIsSet);
        Assert.Equal(overdue, _book.IsOverdue(Estate.After(0), clockIsSet));
    }

    [Fact]
    public void A_restart_while_a_person_is_waited_for_gives_the_person_the_ten_minutes_again()
    {
        var begun = Begun();
        Receive(First + 1, ReceiptKind.Stored, begun.AlarmId);
        _book = new ProofBook("fukang-garden", JsonSerializer.Deserialize<ProofMemory>(JsonSerializer.Serialize(_book.Memory)));
        Assert.Null(Tick(First + 5));
        Assert.Null(Tick(First + 604));
        var answered = Receive(First + 604, ReceiptKind.Acknowledged, begun.AlarmId, "王芳")!;
        Assert.Equal((ProofTurn.Ends, true, "王芳"), (answered.Turn, answered.Result!.Stored, answered.Result.AnsweredBy));
    }

    [Fact]
    public void What_an_older_gateway_kept_can_still_be_read()
    {
        var memory = JsonSerializer.Deserialize<ProofMemory>("""{"LastPassed":"2026-11-21T04:30:00+00:00","Failed":"shown"}""")!;
        Assert.Equal(new ProofMemory(Estate.Night.AddDays(-1), "shown"), memory);
    }

    [Fact]
    public void One_can_be_begun_now_but_not_while_another_waits_for_the_duty_room()
    {
        var begun = _book.TryBegin(Estate.After(5), true)!;
        Assert.True(begun.Asked);
        Assert.Null(_book.TryBegin(Estate.After(6), true));
        Assert.Equal(begun.AlarmId, _book.UnderWay!.AlarmId);
        Receive(7, ReceiptKind.Stored, begun.AlarmId);
        var second = _book.TryBegin(Estate.After(8), true)!;
        Assert.NotEqual(begun.AlarmId, second.AlarmId);
        // The second one took the place of the first, whose answer is late news.
        Assert.Null(Receive(9, ReceiptKind.Acknowledged, begun.AlarmId, "王芳"));
        Assert.Equal("shown", Failed(second.AlarmId));
    }

    private string? Failed(string alarmId)
    {
        Receive(10, ReceiptKind.Stored, alarmId, consoles: 1);
        return Tick(70)!.Result!.Failed;
    }

    private static DateTimeOffset? At(double? days) => days is { } d ? Estate.Night.AddDays(d) : null;

    private List<bool> Days(int days, bool clockIsSet, bool answers)
    {
        var asked = new List<bool>();
        for (var at = 0.0; asked.Count < days; at = Math.Max(at + 60, _book.Next!.Value.TotalSeconds))
        {
            if (Tick(at, clockIsSet) is { Turn: ProofTurn.Begins } begun)
            {
                asked.Add(begun.Asked);
                _book.Receive(new ProofReceipt(answers ? ReceiptKind.Acknowledged : ReceiptKind.Stored, begun.AlarmId, 0), Estate.After(at + 1), clockIsSet);
                Tick(at + 700, clockIsSet);
            }
        }

        return asked;
    }

    private bool Overdue(double seconds) => _book.IsOverdue(Estate.After(seconds), true);

    private ProofStep Begun()
    {
        Tick(0);
        return Tick(First)!;
    }

    private ProofStep? Tick(double seconds, bool clockIsSet = true) => _book.Tick(Estate.After(seconds), clockIsSet);

    private ProofStep? Receive(double seconds, ReceiptKind kind, string alarmId, string? by = null, int? consoles = null)
        => _book.Receive(new ProofReceipt(kind, alarmId, consoles, by), Estate.After(seconds), true);

    private ProofStep? Receive(double seconds, ReceiptKind kind, string alarmId, int consoles) => Receive(seconds, kind, alarmId, null, consoles);
}
