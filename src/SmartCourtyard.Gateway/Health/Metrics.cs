using System.Globalization;
using System.Text;

namespace SmartCourtyard.Gateway.Health;

/// <summary>One number of the gateway, as Prometheus reads it.</summary>
internal sealed record Metric(string Name, string Help, bool Counter, Func<double> Value, string? Label = null);

/// <summary>The gateway's numbers in Prometheus text format.</summary>
internal sealed class Metrics(IReadOnlyList<Metric> metrics)
{
    public string Text()
    {
        var text = new StringBuilder();
        string? last = null;
        foreach (var metric in metrics)
        {
            if (metric.Name != last)
            {
                text.Append("# HELP ").Append(metric.Name).Append(' ').Append(metric.Help).Append('\n')
                    .Append("# TYPE ").Append(metric.Name).Append(metric.Counter ? " counter\n" : " gauge\n");
                last = metric.Name;
            }

            text.Append(metric.Name).Append(metric.Label).Append(' ').Append(metric.Value().ToString("R", CultureInfo.InvariantCulture)).Append('\n');
        }

        return text.ToString();
    }
}
