using SmartCourtyard.Readings;

namespace SmartCourtyard.Troubles;

/// <summary>All rules by which a device's own readings and its age tell of trouble. Silence alone is the book's own matter.</summary>
internal static class HealthRules
{
    public static readonly HealthRule[] All =
    [
        new BatteryRule(), new SpokenRule(TroubleReason.Fault, Quantity.Fault), new SpokenRule(TroubleReason.Tampered, Quantity.Tamper),
        new SignalRule(), new RangeRule(), new StuckRule(), new NoisyRule(), new DriftRule(), new TestRule(), new ServiceLifeRule(),
    ];

    private static readonly HealthRule[][] ByQuantity = [.. Quantities.All.Select(q => All.Where(r => r.Hears(q)).ToArray())];

    /// <summary>The rules that hear a quantity.</summary>
    public static HealthRule[] Of(Quantity quantity) => ByQuantity[(int)quantity];
}
