using System.Diagnostics.Metrics;
using System.Globalization;
using System.Text;

namespace SmartCourtyard.DutyRoom.Health;

/// <summary>How long gateways wait for their receipt, counted in buckets.</summary>
internal sealed class IntakeHistogram : IDisposable
{
    public const string Name = "smartcourtyard_intake_seconds";

    private static readonly double[] BoundsSeconds =
        [0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10];

    private readonly long[] counts = new long[BoundsSeconds.Length + 1];
    private readonly MeterListener listener = new();
    private readonly Lock sumLock = new();
    private double sum;

    public IntakeHistogram()
    {
        listener.InstrumentPublished = (instrument, self) =>
        {
            if (instrument.Name == Name)
            {
                self.EnableMeasurementEvents(instrument);
            }
        };
        listener.SetMeasurementEventCallback<double>((_, seconds, _, _) => Record(seconds));
        listener.Start();
    }

    public void Write(StringBuilder text)
    {
        var total = 0L;
        for (var i = 0; i < counts.Length; i++)
        {
            total += Interlocked.Read(ref counts[i]);
            var bound = i < BoundsSeconds.Length ? BoundsSeconds[i].ToString(CultureInfo.InvariantCulture) : "+Inf";
            text.Append(CultureInfo.InvariantCulture, $"{Name}_bucket{{le=\"{bound}\"}} {total}\n");
        }

        lock (sumLock)
        {
            text.Append(CultureInfo.InvariantCulture, $"{Name}_sum {sum}\n{Name}_count {total}\n");
        }
    }

    public void Dispose() => listener.Dispose();

    private void Record(double seconds)
    {
        var bucket = Array.FindIndex(BoundsSeconds, bound => seconds <= bound);
        Interlocked.Increment(ref counts[bucket < 0 ? BoundsSeconds.Length : bucket]);
        lock (sumLock)
        {
            sum += seconds;
        }
    }
}
