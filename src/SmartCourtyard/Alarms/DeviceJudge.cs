using SmartCourtyard.Conditions;
using SmartCourtyard.Courtyards;
using SmartCourtyard.Readings;

namespace SmartCourtyard.Alarms;

/// <summary>A rule at one device, and what its condition remembers.</summary>
internal sealed class PointRule(AlarmRule rule, Device device, PointRule? before = null)
{
    public AlarmRule Rule => rule;

    public Device Device => device;

    public ConditionState State { get; } = before?.State ?? rule.Condition.Begin();

    /// <summary>The last value that was heard, for the alarm's cause.</summary>
    public double Value { get; set; } = before?.Value ?? 0;

    /// <summary>Whether the message that brought it spoke of a test.</summary>
    public bool Test { get; set; } = before?.Test ?? false;

    /// <summary>Whether the book waits for its time.</summary>
    public bool IsAwaited { get; set; }
}

/// <summary>All rules of one device, by quantity.</summary>
internal sealed class DeviceJudge
{
    private readonly PointRule[]?[] _byQuantity = new PointRule[Quantities.All.Count][];

    /// <param name="device">Whose rules.</param>
    /// <param name="rules">The rules.</param>
    /// <param name="before">What was known of the device; it goes on where a rule is as before.</param>
    public DeviceJudge(Device device, IReadOnlyList<AlarmRule> rules, DeviceJudge? before = null)
    {
        Device = device;
        Rules = [.. rules.Select(r => new PointRule(r, device, before?.Rules.FirstOrDefault(b => b.Rule == r)))];
        foreach (var group in Rules.GroupBy(r => r.Rule.Condition.Quantity))
        {
            _byQuantity[(int)group.Key] = [.. group];
        }
    }

    public Device Device { get; }

    public IReadOnlyList<PointRule> Rules { get; }

    public PointRule[] Of(Quantity quantity) => _byQuantity[(int)quantity] ?? [];

    public IReadOnlyList<KeptDose> Doses(TimeSpan uptime) =>
    [
        .. Dosed().Select(p => new KeptDose(p.Rule.Condition.Quantity.Name(), ((DoseState)p.State).TakenAt(uptime))).Where(d => d.Taken > 0),
    ];

    public void Restore(IReadOnlyList<KeptDose> doses)
    {
        foreach (var point in Dosed())
        {
            if (doses.FirstOrDefault(d => d.Quantity == point.Rule.Condition.Quantity.Name()) is { } kept)
            {
                ((DoseState)point.State).Restore(kept.Taken);
            }
        }
    }

    private IEnumerable<PointRule> Dosed() => Rules.Where(r => r.State is DoseState);
}
