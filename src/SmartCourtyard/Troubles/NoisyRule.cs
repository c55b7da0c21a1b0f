using SmartCourtyard.Readings;

namespace SmartCourtyard.Troubles;

/// <summary>
/// A number that jumps up and down faster than what it measures can. A fire or a leak jumps too, but one way: only jumps that turn
/// round again and again speak of a loose wire.
/// </summary>
internal sealed class NoisyRule() : HealthRule(TroubleReason.Noisy)
{
    private const int TurnsAtLeast = 5;
    private static readonly TimeSpan Between = TimeSpan.FromMinutes(10);
    private static readonly TimeSpan Within = TimeSpan.FromHours(1);

    public override string? Detail => "its values jump to and fro: look for a loose wire";

    public override bool Hears(Quantity quantity) => Jump(quantity) is not null;

    public override bool? Hear(DeviceState state, Trace trace, in Reading reading, TimeSpan uptime)
    {
        var calm = trace.Jump == 0 || uptime - trace.JumpAt > Within;
        if (calm)
        {
            (trace.Jump, trace.Turns) = (0, 0);
        }

        if (trace.Last is { } last && uptime - trace.LastAt <= Between && Math.Abs(reading.Value - last) > Jump(reading.Quantity))
        {
            var direction = reading.Value > last ? 1 : -1;
            trace.Turns += direction == -trace.Jump ? 1 : 0;
            (trace.Jump, trace.JumpAt) = (direction, uptime);
            calm = false;
        }

        return trace.Turns >= TurnsAtLeast ? true : calm ? false : null;
    }

    /// <summary>What is too much from one report to the next, ten minutes apart at most; null where anything may jump.</summary>
    private static double? Jump(Quantity quantity) => quantity switch
    {
        Quantity.Temperature => 8,
        Quantity.Humidity => 30,
        Quantity.Pressure => 15,
        Quantity.Methane => 8,
        Quantity.Co => 50,
        Quantity.Co2 => 1_500,
        Quantity.Pm1 or Quantity.Pm25 or Quantity.Pm10 => 500,
        Quantity.Tvoc => 5_000,
        Quantity.Hcho => 1,
        Quantity.SmokeDensity => 0.3,
        Quantity.Battery => 30,
        Quantity.WaterLevel => 500,
        _ => null,
    };
}
