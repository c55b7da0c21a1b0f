using System.Runtime.InteropServices;
using SmartCourtyard.Alarms;
using SmartCourtyard.Courtyards;
using SmartCourtyard.Custody;
using SmartCourtyard.Readings;
using SmartCourtyard.Troubles;

namespace SmartCourtyard.Gateway.Watch;

/// <summary>
/// Judges recorded readings with their own times as now: the same judgement as at night, in a moment. The time between the messages
/// runs too, and a day after the last, so that silence and what must last are judged as well.
/// </summary>
internal sealed class Replay
{
    private static readonly TimeSpan TickEvery = TimeSpan.FromSeconds(10);
    private static readonly TimeSpan Afterwards = TimeSpan.FromDays(1);

    private readonly AlarmBook _alarms;
    private readonly HealthBook _health;
    private readonly FalseAlarms _falseAlarms;
    private readonly EventWriter _writer;
    private readonly DateTimeOffset _first;
    private readonly Action<CourtyardEvent> _say;
    private readonly List<AlarmChange> _alarmChanges = [];
    private readonly List<TroubleChange> _troubleChanges = [];
    private TimeSpan _tick = TickEvery;

    private Replay(Courtyard courtyard, Rulebook rules, DateTimeOffset first, Action<CourtyardEvent> say)
    {
        _health = new HealthBook(courtyard, new Moment(first, TimeSpan.Zero));
        _falseAlarms = new FalseAlarms(_health);
        _alarms = new AlarmBook([], rules) { Hint = _falseAlarms.HintOf };
        (_writer, _first, _say) = (new EventWriter(courtyard.Id), first, say);
    }

    /// <param name="courtyard">Whose devices.</param>
    /// <param name="rules">By which they are judged.</param>
    /// <param name="messages">In order of time.</param>
    /// <param name="say">Receives the events, in order.</param>
    public static void Run(Courtyard courtyard, Rulebook rules, IEnumerable<(DateTimeOffset At, IReadOnlyList<Reading> Readings)> messages, Action<CourtyardEvent> say)
    {
        Replay? replay = null;
        var last = TimeSpan.Zero;
        foreach (var (at, readings) in messages)
        {
            replay ??= new Replay(courtyard, rules, at, say);
            last = at - replay._first;
            replay.RunTo(last);
            var now = replay.At(last);
            replay._falseAlarms.Hear(CollectionsMarshal.AsSpan(readings.ToList()), now);
            replay._alarms.Hear(CollectionsMarshal.AsSpan(readings.ToList()), now, replay._alarmChanges);
            replay._health.Hear(CollectionsMarshal.AsSpan(readings.ToList()), now, replay._troubleChanges);
            replay.Say(now);
        }

        replay?.RunTo(last + Afterwards);
    }

    private Moment At(TimeSpan uptime) => new(_first + uptime, uptime);

    private void RunTo(TimeSpan end)
    {
        while (Next() is var next && next <= end)
        {
            var now = At(next);
            _alarms.Pass(now, _alarmChanges);
            if (next == _tick)
            {
                _health.Tick(now, _troubleChanges);
                _falseAlarms.Tick(now, _troubleChanges);
                _tick += TickEvery;
            }

            Say(now);
        }
    }

    private TimeSpan Next() => _alarms.Due is { } due && due < _tick ? due : _tick;

    private void Say(Moment now)
    {
        _falseAlarms.Note(_alarmChanges, now, _troubleChanges);
        foreach (var e in _writer.Events(_alarmChanges, _troubleChanges, now.Time, ClockState.Synchronised))
        {
            _say(e);
        }

        _alarmChanges.Clear();
        _troubleChanges.Clear();
    }
}
