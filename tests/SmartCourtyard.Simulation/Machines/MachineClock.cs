namespace SmartCourtyard.Simulation.Machines;

/// <summary>The clocks of one run of a machine. The wall clock can be set; both jump where the machine slept.</summary>
internal sealed class MachineClock(Schedule schedule, TimeSpan wallShift) : TimeProvider
{
    public static readonly DateTimeOffset Beginning = new(2026, 11, 22, 4, 30, 0, TimeSpan.Zero);

    private readonly TimeSpan _startedAt = schedule.Now;
    private readonly List<Timer> _timers = [];
    private TimeSpan _slept;
    private bool _isOver;

    public TimeSpan WallShift { get; private set; } = wallShift;

    public override long TimestampFrequency => TimeSpan.TicksPerSecond;

    private TimeSpan Elapsed => schedule.Now - _startedAt + _slept;

    public override DateTimeOffset GetUtcNow() => Beginning + schedule.Now + WallShift;

    public override long GetTimestamp() => Elapsed.Ticks;

    public void SetWall(TimeSpan by) => WallShift += by;

    /// <summary>The machine did nothing for a while and its clocks went on.</summary>
    public void Sleep(TimeSpan time)
    {
        (_slept, WallShift) = (_slept + time, WallShift + time);
        foreach (var timer in _timers.ToArray())
        {
            timer.Arm();
        }
    }

    /// <summary>The machine is off: nothing fires any more.</summary>
    public void End()
    {
        _isOver = true;
        _timers.ForEach(t => t.Disarm());
        _timers.Clear();
    }

    public override ITimer CreateTimer(TimerCallback callback, object? state, TimeSpan dueTime, TimeSpan period)
    {
        var timer = new Timer(this, callback, state);
        timer.Change(dueTime, period);
        return timer;
    }

    private sealed class Timer(MachineClock clock, TimerCallback callback, object? state) : ITimer
    {
        private TimeSpan _due;
        private TimeSpan _period;
        private Schedule.Entry? _entry;

        public bool Change(TimeSpan dueTime, TimeSpan period)
        {
            Disarm();
            clock._timers.Remove(this);
            if (dueTime >= TimeSpan.Zero && !clock._isOver)
            {
                (_due, _period) = (clock.Elapsed + dueTime, period);
                clock._timers.Add(this);
                Arm();
            }

            return true;
        }

        public void Arm()
        {
            Disarm();
            _entry = clock.Schedule.At(clock._startedAt - clock._slept + _due, Fire);
        }

        public void Disarm() => _entry?.Cancel();

        public void Dispose() => Change(Timeout.InfiniteTimeSpan, Timeout.InfiniteTimeSpan);

        public ValueTask DisposeAsync()
        {
            Dispose();
            return ValueTask.CompletedTask;
        }

        private void Fire()
        {
            if (_period > TimeSpan.Zero)
            {
                _due = clock.Elapsed + _period;
                Arm();
            }
            else
            {
                clock._timers.Remove(this);
            }

            callback(state);
        }
    }

    private Schedule Schedule => schedule;
}
