namespace SmartCourtyard.Troubles;

/// <summary>
/// The lowest value of each day, of the first week and of the last: the base line, since what is measured comes and goes and the
/// base stays. A day is 24 h on the monotonic clock, so that no correct time is needed.
/// </summary>
public sealed class DailyMinima
{
    private const int Week = 7;
    private static readonly TimeSpan Day = TimeSpan.FromHours(24);

    private readonly List<double> _first;
    private readonly List<double> _last;
    private double? _today;
    private TimeSpan _dayBegan;

    /// <summary>Begins with nothing.</summary>
    public DailyMinima(TimeSpan uptime) => (_first, _last, _dayBegan) = ([], [], uptime);

    /// <summary>Goes on with what another run of the gateway kept.</summary>
    public DailyMinima(KeptMinima kept, TimeSpan uptime)
    {
        _first = [.. kept.First.Take(Week)];
        _last = [.. kept.Last.TakeLast(Week)];
        (_today, _dayBegan) = (kept.Today, uptime - kept.TodayFor);
    }

    /// <summary>How far the base line has moved since the first week; null before two whole weeks are known.</summary>
    public double? Shift => _first.Count == Week && _last.Count == Week ? Median(_last) - Median(_first) : null;

    /// <summary>Takes a value in; true where a day ended with it.</summary>
    public bool Note(double value, TimeSpan uptime)
    {
        var ended = uptime - _dayBegan >= Day;
        if (ended)
        {
            EndDay();
            _dayBegan = uptime;
        }

        _today = _today is { } lowest ? Math.Min(lowest, value) : value;
        return ended;
    }

    /// <summary>What the next run of the gateway needs.</summary>
    public KeptMinima Keep(string quantity, TimeSpan uptime) => new(quantity, [.. _first], [.. _last], _today, uptime - _dayBegan);

    private void EndDay()
    {
        if (_today is not { } lowest)
        {
            return;
        }

        _today = null;
        if (_first.Count < Week)
        {
            _first.Add(lowest);
            return;
        }

        if (_last.Count == Week)
        {
            _last.RemoveAt(0);
        }

        _last.Add(lowest);
    }

    private static double Median(List<double> values) => values.Order().ElementAt(values.Count / 2);
}

/// <summary>The daily minima of one point, as they are kept over a restart.</summary>
/// <param name="Quantity">Name of the quantity.</param>
/// <param name="First">Of the first week, in the quantity's unit.</param>
/// <param name="Last">Of the last week.</param>
/// <param name="Today">The lowest value of the day that is under way; null where nothing was heard in it.</param>
/// <param name="TodayFor">How long that day is under way.</param>
public sealed record KeptMinima(string Quantity, IReadOnlyList<double> First, IReadOnlyList<double> Last, double? Today, TimeSpan TodayFor);
