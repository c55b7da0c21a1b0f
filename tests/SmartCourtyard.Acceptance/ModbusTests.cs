using System.Diagnostics;
using System.Globalization;
using System.Text.Json;
using SmartCourtyard.Acceptance.Estates;

namespace SmartCourtyard.Acceptance;

/// <summary>A gas detector on Modbus TCP (pymodbus), from its register to the gateway's readings and to the duty room.</summary>
public sealed class ModbusTests
{
    private static readonly TimeSpan Soon = TimeSpan.FromSeconds(60);

    [Fact]
    public async Task A_detector_on_Modbus_is_read_in_its_unit_raises_its_alarm_and_is_named_with_its_bus_when_it_dies()
    {
        var port = Ports.Free();
        var source = string.Create(
            CultureInfo.InvariantCulture,
            $"{{ modbus: {{ tcp: \"127.0.0.1:{port}\", unit: 3, points: {{ methane: {{ input: 0, scale: 0.1, unit: \"%LEL\" }}, gas: {{ discrete: 0 }} }} }} }}");
        using var slave = await SlaveAsync(port);
        await TellAsync(slave, """{"unit":3,"input":{"0":42},"discrete":{"0":0}}""");
        await using var estate = await Estate.StartAsync(
            new TestSite([new TestDevice("boiler-gas", "gas-detector", "none", "b01", 1, 1, "101", source)]));

        await Eventually.TrueAsync(
            async () => (await estate.GatewayPage.ItemsAsync("api/v1/readings?device=boiler-gas&quantity=methane"))
                .Any(r => Math.Abs(r.GetProperty("value").GetDouble() - 4.2) < 1e-9),
            Soon, () => estate.Gateway!.Output);

        await TellAsync(slave, """{"unit":3,"discrete":{"0":1}}""");
        await Eventually.TrueAsync(
            async () => (await estate.Board.AlarmsAsync("state=open")).Any(a => a.GetProperty("kind").GetString() == "gas" && a.GetProperty("device").GetString() == "boiler-gas"),
            Soon, () => estate.Gateway!.Output);

        slave.Kill();
        await Eventually.TrueAsync(
            async () =>
            {
                var device = (await estate.GatewayPage.ItemsAsync("api/v1/devices")).Single();
                return device.GetProperty("state").GetString() == "unobserved" && !Reasons(device).Contains("silent");
            },
            Soon, () => estate.Gateway!.Output);
        var alarm = Assert.Single(await estate.Board.AlarmsAsync("state=all"));
        Assert.Equal(1, alarm.GetProperty("occurrences").GetInt32());
    }

    private static IEnumerable<string?> Reasons(JsonElement device) => device.GetProperty("reasons").EnumerateArray().Select(r => r.GetString());

    private static async Task<Process> SlaveAsync(int port)
    {
        var start = new ProcessStartInfo(
            "/usr/bin/python3", [Path.Combine(AppContext.BaseDirectory, "modbus-slave.py"), "tcp", port.ToString(CultureInfo.InvariantCulture)])
        {
            RedirectStandardInput = true, RedirectStandardOutput = true,
        };
        var slave = Process.Start(start)!;
        Assert.Equal("ready", await slave.StandardOutput.ReadLineAsync());
        return slave;
    }

    private static async Task TellAsync(Process slave, string command)
    {
        await slave.StandardInput.WriteLineAsync(command);
        await slave.StandardInput.FlushAsync();
        Assert.Equal("ok", await slave.StandardOutput.ReadLineAsync());
    }
}
