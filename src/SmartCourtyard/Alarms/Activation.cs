using SmartCourtyard.Readings;

namespace SmartCourtyard.Alarms;

/// <summary>One time that a detector alarmed, until it ended.</summary>
/// <param name="Begin">When it began, on the monotonic clock; negative where that was before the gateway started.</param>
/// <param name="At">The same on the wall clock; a label.</param>
/// <param name="IsShort">It was over within <see cref="FalseAlarmBook.Brief"/> and nothing had confirmed it.</param>
internal readonly record struct Activation(TimeSpan Begin, DateTimeOffset At, bool IsShort);

/// <summary>One activation as it is kept over a restart.</summary>
/// <param name="At">When it began, by the clock on the wall.</param>
/// <param name="Ago">How long ago that was when it was written down.</param>
/// <param name="Brief">It was brief and unconfirmed.</param>
public sealed record KeptActivation(DateTimeOffset At, TimeSpan Ago, bool Brief);

/// <summary>How often a device has alarmed.</summary>
/// <param name="Day">In the last 24 h.</param>
/// <param name="ShortDay">Of these, brief and unconfirmed.</param>
/// <param name="Month">In the last 30 days.</param>
/// <param name="ShortMonth">Of these, brief and unconfirmed.</param>
public readonly record struct ActivationCount(int Day, int ShortDay, int Month, int ShortMonth);

/// <summary>The activations of one device, the oldest first; bounded.</summary>
internal sealed class Activations
{
    /// <summary>As many of one device are kept; of a chattering one the newest.</summary>
    public const int AtMost = 100;

    private static readonly TimeSpan Day = TimeSpan.FromHours(24);
    private static readonly TimeSpan About = TimeSpan.FromHours(1);

    private readonly List<Activation> _ended = [];

    /// <summary>The alarms that stand: whose activation has begun and not ended.</summary>
    public Dictionary<AlarmKind, (TimeSpan Begin, DateTimeOffset At)> Standing { get; } = [];

    public bool IsEmpty => _ended.Count == 0 && Standing.Count == 0;

    public void Add(Activation activation)
    {
        if (_ended.Count == AtMost)
        {
            _ended.RemoveAt(0);
        }

        _ended.Add(activation);
    }

    public void Forget(TimeSpan before) => _ended.RemoveAll(a => a.Begin < before);

    public ActivationCount Count(TimeSpan now)
    {
        var month = _ended.Where(a => now - a.Begin < FalseAlarmBook.Month).ToList();
        var day = month.Where(a => now - a.Begin < Day).ToList();
        return new(
            day.Count + Standing.Count, day.Count(a => a.IsShort), month.Count + Standing.Count, month.Count(a => a.IsShort));
    }

    /// <summary>On how many of the last days there was a brief one about this time of the day.</summary>
    public int DaysAboutThisHour(TimeSpan now, int days) => Enumerable.Range(1, days)
        .Count(d => _ended.Any(a => a.IsShort && (now - a.Begin - d * Day).Duration() <= About));

    public IReadOnlyList<KeptActivation> Keep(TimeSpan now) => [.. _ended.Select(a => new KeptActivation(a.At, now - a.Begin, a.IsShort))];

    public void Restore(IReadOnlyList<KeptActivation> kept, Moment now)
    {
        foreach (var one in kept.TakeLast(AtMost))
        {
            // The time while the gateway stood still is known only where the clock is right; it is never less than what was written.
            var ago = now.Time - one.At > one.Ago ? now.Time - one.At : one.Ago;
            Add(new Activation(now.Uptime - ago, one.At, one.Brief));
        }
    }
}
