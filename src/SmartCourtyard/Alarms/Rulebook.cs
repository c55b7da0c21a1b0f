using System.Collections.Frozen;
using SmartCourtyard.Courtyards;

namespace SmartCourtyard.Alarms;

/// <summary>What the site file sets for the judgement of one device.</summary>
/// <param name="Limits">A quantity each.</param>
/// <param name="Air">The limits of indoor air; null for the usual ones.</param>
public sealed record DeviceRules(IReadOnlyList<Limit> Limits, AirProfile? Air = null);

/// <summary>By which rules each device of a courtyard is judged: the defaults of its class, and what the site file sets instead.</summary>
/// <param name="byDevice">What the file sets, by the device's id; devices without an entry keep the defaults.</param>
public sealed class Rulebook(IReadOnlyDictionary<string, DeviceRules> byDevice)
{
    /// <summary>Nothing but the defaults.</summary>
    public static Rulebook Usual { get; } = new(FrozenDictionary<string, DeviceRules>.Empty);

    /// <summary>The rules of one device.</summary>
    public IReadOnlyList<AlarmRule> For(Device device)
    {
        var set = byDevice.GetValueOrDefault(device.Id);
        var limits = set?.Limits ?? [];
        var rules = AlarmDefaults.Of(device.Class, set?.Air).Where(r => !limits.Any(l => l.Replaces(r.Condition)))
            .Concat(limits.SelectMany(l => l.Conditions().Select(c => new AlarmRule(c, AlarmRule.KindOf(l.Quantity, device.Class) ?? AlarmKind.Equipment, "site file"))));
        return [.. rules.Select(r => r with { Kind = AlarmRule.KindFor(r.Kind, device) })];
    }
}
