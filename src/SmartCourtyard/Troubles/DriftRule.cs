using SmartCourtyard.Readings;

namespace SmartCourtyard.Troubles;

/// <summary>
/// The base line of a sensor has moved over weeks: dirt in a smoke chamber, a gas element that is poisoned or worn. Judged on the
/// lowest value of each day, the last week against the first. What moves with the seasons (temperature, particles) is not judged.
/// </summary>
internal sealed class DriftRule() : HealthRule(TroubleReason.Drifting)
{
    // Only what comes back well inside of the limit ends the trouble.
    private const double Back = 0.5;

    public override string? Detail => "its base line has moved over weeks: clean or replace it";

    public override bool Hears(Quantity quantity) => Limit(quantity) is not null;

    public override bool? Hear(DeviceState state, Trace trace, in Reading reading, TimeSpan uptime)
    {
        trace.Minima ??= new DailyMinima(uptime);
        if (!trace.Minima.Note(reading.Value, uptime) || trace.Minima.Shift is not { } shift)
        {
            return null;
        }

        var limit = Limit(reading.Quantity)!.Value;
        return Math.Abs(shift) > limit ? true : Math.Abs(shift) < limit * Back ? false : null;
    }

    /// <summary>
    /// How far the base may move, in the quantity's unit: about a third of the way to the lowest alarm level in use for gas and CO,
    /// of a smoke detector's threshold, and of what people ventilate by. Null where it moves by nature.
    /// </summary>
    private static double? Limit(Quantity quantity) => quantity switch
    {
        Quantity.Methane => 2,
        Quantity.Co => 10,
        Quantity.SmokeDensity => 0.05,
        Quantity.Co2 => 200,
        Quantity.Tvoc => 300,
        Quantity.Hcho => 0.05,
        _ => null,
    };
}
