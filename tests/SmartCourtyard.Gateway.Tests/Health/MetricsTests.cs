using SmartCourtyard.Gateway.Health;

namespace SmartCourtyard.Gateway.Tests.Health;

public sealed class MetricsTests
{
    [Fact]
    public void Numbers_are_written_as_prometheus_reads_them_with_one_heading_a_name()
    {
        var metrics = new Metrics(
        [
            new("gateway_alarms", "Open alarms.", false, () => 2),
            new("gateway_received_total", "Messages.", true, () => 1234567.5, "{connection=\"alarms\"}"),
            new("gateway_received_total", "Messages.", true, () => 0, "{connection=\"telemetry\"}"),
        ]);
        Assert.Equal(
            """
            # HELP gateway_alarms Open alarms.
            # TYPE gateway_alarms gauge
            gateway_alarms 2
            # HELP gateway_received_total Messages.
            # TYPE gateway_received_total counter
            gateway_received_total{connection="alarms"} 1234567.5
            gateway_received_total{connection="telemetry"} 0

            """,
            metrics.Text());
    }
}
