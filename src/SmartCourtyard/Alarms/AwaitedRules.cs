namespace SmartCourtyard.Alarms;

/// <summary>The rules that may change without a further reading, once their time has come. Few at a time: something is wrong there.</summary>
internal sealed class AwaitedRules
{
    private readonly List<PointRule> _rules = [];

    /// <summary>When the first of them is due; null while nothing waits.</summary>
    public TimeSpan? Due { get; private set; }

    /// <summary>The one that is due first.</summary>
    public PointRule Next => _rules.MinBy(r => r.State.Due)!;

    /// <summary>Takes in that a rule has changed, and waits for it or no longer.</summary>
    public void Note(PointRule rule)
    {
        var waits = rule.State.Due is not null;
        if (waits && !rule.IsAwaited)
        {
            _rules.Add(rule);
        }
        else if (!waits && rule.IsAwaited)
        {
            _rules.Remove(rule);
        }

        rule.IsAwaited = waits;
        Due = _rules.Count == 0 ? null : _rules.Min(r => r.State.Due);
    }

    /// <summary>Waits for nothing any more.</summary>
    public void Clear()
    {
        _rules.Clear();
        Due = null;
    }
}
