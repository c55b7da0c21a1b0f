using SmartCourtyard.Conditions;

namespace SmartCourtyard.Tests.ConditionTests;

/// <summary>One condition at one device, told values at scripted times. Between the times it is woken when it asks to be.</summary>
internal sealed class Course(Condition condition)
{
    private readonly ConditionState _state = condition.Begin();

    public bool? Holds => _state.Holds;

    public TimeSpan? Due => _state.Due;

    /// <summary>When it last changed, in seconds.</summary>
    public double? ChangedAt { get; private set; }

    public static IEnumerable<double> Every(double seconds, double until)
    {
        for (var at = 0.0; at <= until; at += seconds)
        {
            yield return at;
        }
    }

    public bool? Hears(double value, double atSeconds)
    {
        Passes(atSeconds);
        Note(() => _state.Hear(value, TimeSpan.FromSeconds(atSeconds)), atSeconds);
        return Holds;
    }

    public bool? Passes(double untilSeconds)
    {
        while (_state.Due is { } due && due <= TimeSpan.FromSeconds(untilSeconds))
        {
            Note(() => _state.Pass(due), due.TotalSeconds);
            Assert.True(_state.Due is not { } next || next > due, "what was due must not be due again");
        }

        return Holds;
    }

    private void Note(Func<bool?> step, double at)
    {
        var before = Holds;
        if (step() != before)
        {
            ChangedAt = at;
        }
    }
}
