using FsCheck;
using FsCheck.Fluent;
using SmartCourtyard.Alarms;
using SmartCourtyard.Proofs;

namespace SmartCourtyard.Tests.ProofTests;

/// <summary>
/// Any months of a gateway: restarts at any point, a wall clock that stands still or leaps by a year in either direction, officers who
/// answer or do not. The daily proof always comes, and people are asked twice in any month in which they answer.
/// </summary>
public sealed class ProofBookProperties
{
    private static readonly TimeSpan Step = TimeSpan.FromMinutes(5);
    private static readonly TimeSpan Months = TimeSpan.FromDays(65);

    private enum Wall
    {
        Right,
        Unset,
        StandsStill,
        YearAhead,
        YearBack,
    }

    [Fact]
    public void The_daily_proof_comes_whatever_the_wall_clock_and_the_officers_do() => Prop.ForAll<byte[]>(script =>
    {
        var run = new Life(script, officersAnswer: false, isWallClockWild: true, restarts: false);
        run.Live();
        Assert.True(Life.LongestGap(run.Begun) <= TimeSpan.FromHours(48), $"no proof for {Life.LongestGap(run.Begun)}");
        Assert.True(Life.LongestGap(run.Asked) <= TimeSpan.FromDays(16), $"nobody asked for {Life.LongestGap(run.Asked)}");
    }).Check(Config.QuickThrowOnFailure.WithMaxTest(60).WithEndSize(60));

    [Fact]
    public void Where_officers_answer_they_are_asked_twice_in_any_month_and_never_daily() => Prop.ForAll<byte[]>(script =>
    {
        var run = new Life(script, officersAnswer: true, isWallClockWild: false, restarts: true);
        run.Live();
        for (var day = 0; day + 28 <= Months.Days; day++)
        {
            var (from, to) = (TimeSpan.FromDays(day), TimeSpan.FromDays(day + 28) + TimeSpan.FromHours(1));
            var asked = run.Asked.Count(a => a >= from && a <= to);
            Assert.True(asked >= 2, $"asked {asked} times in the month from day {day}");
            Assert.True(asked <= 3, $"asked {asked} times in the month from day {day}");
        }

        Assert.False(run.WasOverdue);
    }).Check(Config.QuickThrowOnFailure.WithMaxTest(60).WithEndSize(60));

    [Fact]
    public void Where_nobody_answers_it_becomes_overdue_after_seventeen_days_and_the_daily_proofs_still_pass() => Prop.ForAll<byte[]>(script =>
    {
        var run = new Life(script, officersAnswer: false, isWallClockWild: false, restarts: true);
        run.Live();
        Assert.True(run.WasOverdue);
        Assert.InRange(run.OverdueFrom, TimeSpan.FromDays(17), TimeSpan.FromDays(17) + TimeSpan.FromHours(1));
        Assert.True(Life.LongestGap(run.Begun) <= TimeSpan.FromHours(25), $"no proof for {Life.LongestGap(run.Begun)}");
        Assert.Equal(run.Begun.Count, run.Passed);
    }).Check(Config.QuickThrowOnFailure.WithMaxTest(60).WithEndSize(60));

    /// <summary>One run of months by a script: each byte says at which hour something happens next, and what.</summary>
    private sealed class Life(byte[] script, bool officersAnswer, bool isWallClockWild, bool restarts)
    {
        private ProofBook _book = new("fukang-garden", null);
        private Wall _wall = Wall.Right;
        private DateTimeOffset _stopped;
        private TimeSpan _booted;

        public List<TimeSpan> Begun { get; } = [];

        public List<TimeSpan> Asked { get; } = [];

        public int Passed { get; private set; }

        public bool WasOverdue => OverdueFrom > TimeSpan.Zero;

        public TimeSpan OverdueFrom { get; private set; }

        public static TimeSpan LongestGap(List<TimeSpan> times) => times.Prepend(TimeSpan.Zero).Append(Months).Zip(times.Append(Months), (a, b) => b - a).Max();

        public void Live()
        {
            var (next, which) = (TimeSpan.Zero, 0);
            for (var now = TimeSpan.Zero; now < Months; now += Step)
            {
                if (now >= next)
                {
                    var b = script.Length == 0 ? (byte)0 : script[which++ % script.Length];
                    next = now + TimeSpan.FromHours(1 + (b % 97));
                    Happens(b, now);
                }

                var (at, isSet) = At(now);
                Follow(_book.Tick(at, isSet), now);
                if (OverdueFrom == TimeSpan.Zero && _book.IsOverdue(at, isSet))
                {
                    OverdueFrom = now;
                }
            }
        }

        private void Happens(byte b, TimeSpan now)
        {
            if (isWallClockWild)
            {
                (_wall, _stopped) = ((Wall)(b % 5), At(now).Now.Time);
            }

            // Not within the seconds of a proof: what an interrupted one comes to is the next one's business.
            if (restarts && b % 3 == 0)
            {
                (_book, _booted) = (new ProofBook("fukang-garden", _book.Memory), now);
            }
        }

        private void Follow(ProofStep? step, TimeSpan now)
        {
            if (step is not { Turn: ProofTurn.Begins })
            {
                return;
            }

            Begun.Add(now);
            if (step.Asked)
            {
                Asked.Add(now);
            }

            var (at, isSet) = At(now + TimeSpan.FromSeconds(1));
            var judged = _book.Receive(new ProofReceipt(ReceiptKind.Stored, step.AlarmId), at, isSet);
            Passed += judged?.Result is { Failed: null } ? 1 : 0;
            if (officersAnswer && step.Asked)
            {
                (at, isSet) = At(now + TimeSpan.FromSeconds(90));
                Assert.Equal("王芳", _book.Receive(new ProofReceipt(ReceiptKind.Acknowledged, step.AlarmId, By: "王芳"), at, isSet)!.Result!.AnsweredBy);
            }
        }

        private (Moment Now, bool ClockIsSet) At(TimeSpan now) => _wall switch
        {
            Wall.Unset => (new Moment(new DateTimeOffset(1970, 1, 1, 0, 0, 0, TimeSpan.Zero) + now, now - _booted), false),
            Wall.StandsStill => (new Moment(_stopped, now - _booted), true),
            Wall.YearAhead => (new Moment(Estate.Night + now + TimeSpan.FromDays(365), now - _booted), true),
            Wall.YearBack => (new Moment(Estate.Night + now - TimeSpan.FromDays(365), now - _booted), true),
            _ => (new Moment(Estate.Night + now, now - _booted), true),
        };
    }
}
