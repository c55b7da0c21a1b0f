using SmartCourtyard.Acceptance.Estates;
using SmartCourtyard.Custody;
using SmartCourtyard.Gateway.Tests.Broker;
using SmartCourtyard.Gateway.Tests.Devices.Modbus;
using SmartCourtyard.Gateway.Tests.Site;
using SmartCourtyard.Gateway.Tests.Watch;
using SmartCourtyard.Troubles;

namespace SmartCourtyard.Gateway.Tests.Reassurance;

/// <summary>From a detector's message to the coil of a real slave (pymodbus), and back from its limit switch.</summary>
public sealed class ModbusActuatorTests : IAsyncLifetime
{
    private const int WriteCoil = 5;
    private const int WriteHolding = 6;
    private const int WriteCoils = 15;

    private readonly RealBroker _broker = new();
    private ModbusPeer _slaves = null!;
    private SerialLine? _wire;
    private ReloadingGateway? _gateway;
    private string _bus = "";

    public Task InitializeAsync() => _broker.StartAsync();

    public async Task DisposeAsync()
    {
        if (_gateway is not null)
        {
            await _gateway.DisposeAsync();
        }

        _slaves.Dispose();
        _wire?.Dispose();
        _broker.Dispose();
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Gas_closes_the_valve_and_its_limit_switch_confirms_and_a_coil_that_falls_back_is_told_again(bool serial)
    {
        await StartAsync(serial, Valve, new { unit = 1, coil = Bits((3, 0)), discrete = Bits((5, 0)), moves = new Dictionary<string, int> { ["3"] = 5 } });
        await _gateway!.SayAsync("gas", """{"gas":true}""");
        await WritesAsync([WriteCoil, 3, 1]);

        // As after a restart of the slave; only one that was confirmed can go back on its word.
        await FallsBackAsync(2);
        Assert.Equal([[WriteCoil, 3, 1], [WriteCoil, 3, 1]], await _slaves.AskAsync(1, "written"));
        await Eventually.Holds(() => Count(EventTypes.TroubleRaised) == 1 && Count(EventTypes.TroubleCleared) == 1, "a valve that opens by itself was a trouble, and closed again");
        Assert.Contains("was closed and says that it is open", _gateway.Events.Single(IsRaised).Data.GetProperty("detail").GetString(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_valve_that_does_not_move_is_a_trouble_and_told_again_until_its_switch_says_that_it_is_closed()
    {
        await StartAsync(serial: false, Valve, new { unit = 1, coil = Bits((3, 0)), discrete = Bits((5, 0)) });
        await _gateway!.SayAsync("gas", """{"gas":true}""");
        Assert.Equal(
            "it was told to close 3 times and does not confirm it: coil 3 is written, and discrete 5 says that it has not closed; it is told again every minute",
            await TroubleAsync());
        Assert.True((await _slaves.AskAsync(1, "written")).Length >= 3);
        await _slaves.TellAsync(new { unit = 1, discrete = Bits((5, 1)) });
        await NoTroubleAsync();
    }

    [Fact]
    public async Task A_siren_on_a_coil_sounds_and_ends_after_its_time()
    {
        await StartAsync(serial: false, Siren("coil: 3", "for: 1s"), new { unit = 1, coil = Bits((3, 0)) });
        await _gateway!.SayAsync("smoke", """{"smoke":true}""");
        await WritesAsync([WriteCoil, 3, 1], [WriteCoil, 3, 0]);
        Assert.Empty(await TroublesAsync());
    }

    [Fact]
    public async Task A_siren_on_a_register_gets_the_values_of_the_site_file_and_what_is_turned_round_is_turned_round()
    {
        await StartAsync(serial: true, Siren("holding: 12, on: 7, off: 2", "for: 1s"), new { unit = 1, holding = Bits((12, 0)) });
        await _gateway!.SayAsync("smoke", """{"smoke":true}""");
        await WritesAsync([WriteHolding, 12, 7], [WriteHolding, 12, 2]);
        await StopGatewayAsync();

        await _slaves.TellAsync(new { unit = 1, coil = Bits((3, 1)), written = Array.Empty<int>() });
        await StartGatewayAsync(Siren("coil: 3, active: low", "for: 1s"));
        await _gateway.SayAsync("smoke", """{"smoke":true}""");
        await WritesAsync([WriteCoil, 3, 0], [WriteCoil, 3, 1]);
    }

    [Fact]
    public async Task A_slave_that_knows_only_the_function_for_several_is_told_by_that()
    {
        await StartAsync(serial: false, Siren("coil: 3"), new { unit = 1, coil = Bits((3, 0)), refuses = new Dictionary<string, int> { ["5"] = 1 } });
        await _gateway!.SayAsync("smoke", """{"smoke":true}""");
        await WritesAsync([WriteCoils, 3, 1]);
    }

    [Fact]
    public async Task The_echo_of_a_slave_confirms_nothing()
    {
        await StartAsync(serial: false, Siren("coil: 3"), new { unit = 1, coil = Bits((3, 0)), stuck = true });
        await _gateway!.SayAsync("smoke", """{"smoke":true}""");
        Assert.Equal("it was told to go on 3 times and does not confirm it: coil 3 takes the order and reads 0 again, not 1; it is told again every minute", await TroubleAsync());
        await _slaves.TellAsync(new { unit = 1, coil = Bits((3, 1)) });
        await NoTroubleAsync();
    }

    [Fact]
    public async Task A_slave_that_has_no_such_coil_is_named_with_what_it_answers()
    {
        await StartAsync(serial: false, Siren("coil: 9"), new { unit = 1, coil = Bits((3, 0)) });
        await _gateway!.SayAsync("smoke", """{"smoke":true}""");
        Assert.Equal("it was told to go on 3 times and does not confirm it: coil 9: exception 2: it has no such register; it is told again every minute", await TroubleAsync());
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task A_dead_slave_is_named_and_told_as_soon_as_it_answers_again(bool serial)
    {
        await StartAsync(serial, Siren("coil: 3"), new { unit = 1, coil = Bits((3, 0)), mute = true });
        await _gateway!.SayAsync("smoke", """{"smoke":true}""");
        Assert.Equal($"it was told to go on 3 times and does not confirm it: unit 1 on {Name}: no answer; it is told again every minute", await TroubleAsync());
        await _slaves.TellAsync(new { unit = 1, mute = false });
        await NoTroubleAsync();
        await WritesAsync([WriteCoil, 3, 1]);
    }

    [Fact]
    public async Task A_bus_that_is_gone_is_named_and_what_stands_is_told_when_it_is_back()
    {
        await StartAsync(serial: false, Siren("coil: 3"), new { unit = 1, coil = Bits((3, 0)) });
        _slaves.Kill();
        await _gateway!.SayAsync("smoke", """{"smoke":true}""");
        Assert.Equal($"it was told to go on 3 times and does not confirm it: {Name}: Connection refused; it is told again every minute", await TroubleAsync());
        await _slaves.StartAsync();
        await NoTroubleAsync();
        await WritesAsync([WriteCoil, 3, 1]);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task An_order_waits_for_the_running_question_and_for_no_round_of_them(bool serial)
    {
        // Each point is far from the next, so that a round is seven questions, and each of them is slow.
        var points = string.Join(", ", new[] { "co2", "pm1", "pm25", "pm10", "tvoc", "hcho" }.Select((q, i) => $"{q}: {{ input: {i * 1_000} }}"));
        await StartAsync(
            serial, Siren("coil: 3") + $"  - {{ id: air, class: air-monitor, source: {{ modbus: {{ BUS, unit: 1, interval: 1s, points: {{ {points} }} }} }} }}\n",
            new { unit = 1, coil = Bits((3, 0)), input = Bits([.. Enumerable.Range(0, 6).Select(i => (i * 1_000, 1))]), delay = 0.3 });
        await Eventually.Holds(async () => (await _slaves.AskAsync(1, "written")).Length > 0, "told to rest");
        var begun = await RoundBeginsAsync();
        await _gateway!.SayAsync("smoke", """{"smoke":true}""");
        await WritesAsync([WriteCoil, 3, 1]);

        var asked = (await _slaves.AskAsync(1, "asked"))[begun..];
        var write = Array.FindLastIndex(asked, a => a[0] == WriteCoil);
        var last = Array.FindIndex(asked, a => a[1] == 5_000);
        Assert.True(last < 0 || write < last, $"the order went out before the round of questions ended: {string.Join(' ', asked.Select(a => $"{a[0]}:{a[1]}"))}");
    }

    private const string Valve = """
          - { id: it, class: gas-valve, source: { modbus: { BUS, unit: 1, interval: 200ms, output: { coil: 3, feedback: { discrete: 5 } } } } }
        effects:
          - { when: gas, turn: it, confirm: 1s }

        """;

    private static string Siren(string output, string also = "until: resolved") => $$"""
          - { id: it, class: siren, source: { modbus: { BUS, unit: 1, interval: 200ms, timeout: 500ms, output: { {{output}} } } } }
        effects:
          - { when: smoke, turn: it, confirm: 1s, {{also}} }

        """;

    private string Name => _wire is null ? $"tcp {_bus.Split('"')[1]}" : $"rtu {_wire.Near}";

    private async Task StartAsync(bool serial, string devices, object slave)
    {
        if (serial)
        {
            _wire = new SerialLine();
            await _wire.PlugAsync();
            (_slaves, _bus) = (ModbusPeer.Rtu(_wire.Far), $"rtu: {_wire.Near}");
        }
        else
        {
            var port = Ports.Free();
            (_slaves, _bus) = (ModbusPeer.Tcp(port), $"tcp: \"127.0.0.1:{port}\"");
        }

        await _slaves.StartAsync();
        await _slaves.TellAsync(slave);
        await StartGatewayAsync(devices);
    }

    private async Task StartGatewayAsync(string devices)
    {
        // Effects come last in the file, wherever the test wrote its devices.
        var lines = devices.Split('\n');
        var effects = lines.SkipWhile(l => l != "effects:").TakeWhile(l => l == "effects:" || l.Contains("when:", StringComparison.Ordinal)).ToList();
        var yaml = ReloadingGateway.Yaml("smoke") + "  - { id: gas, class: gas-detector, source: { zigbee2mqtt: gas } }\n"
            + string.Join('\n', lines.Where(l => l.Length > 0 && !effects.Contains(l)).Concat(effects)) + "\n";
        _gateway = new ReloadingGateway(_broker, yaml.Replace("BUS", _bus, StringComparison.Ordinal));
        await _gateway.StartAsync();
    }

    private async Task StopGatewayAsync()
    {
        await _gateway!.DisposeAsync();
        _gateway = null;
    }

    /// <summary>The coil and its switch fall back until the gateway has noticed and written again, so often altogether.</summary>
    private async Task FallsBackAsync(int writes)
    {
        // What a round found is told before the next one begins: after three readings of the switch it is confirmed.
        await Eventually.Holds(async () => (await _slaves.AskAsync(1, "asked")).SkipWhile(a => a[0] != WriteCoil).Count(a => a[0] == 2) >= 3, "the switch is read");
        await _slaves.TellAsync(new { unit = 1, coil = Bits((3, 0)), discrete = Bits((5, 0)) });
        await Eventually.Holds(async () => (await _slaves.AskAsync(1, "written")).Length == writes, "told again");
    }

    /// <summary>Waits for the first question of a round. How many there were before.</summary>
    private async Task<int> RoundBeginsAsync()
    {
        var before = (await _slaves.AskAsync(1, "asked")).Length;
        var begun = -1;
        await Eventually.Holds(
            async () =>
            {
                var asked = await _slaves.AskAsync(1, "asked");
                begun = Array.FindIndex(asked, before, a => a is [4, 0]);
                return begun >= 0;
            },
            "a round of questions begins");
        return begun;
    }

    private async Task WritesAsync(params int[][] wanted)
    {
        // A siren is told to rest at the start, as an earlier run may have left it on: that comes first, or another order overtakes it.
        int[][] written = [];
        await Eventually.Holds(
            async () => (written = [.. (await _slaves.AskAsync(1, "written")).SkipWhile(w => w[2] != wanted[0][2])]).Length >= wanted.Length, $"{wanted.Length} writes");
        Assert.Equal(wanted, written);
    }

    private async Task<IReadOnlyList<Trouble>> TroublesAsync() => [.. (await _gateway!.TroublesAsync()).Where(t => t is { Device.Id: "it", Reason: TroubleReason.Fault })];

    private async Task<string?> TroubleAsync()
    {
        await Eventually.Holds(async () => (await TroublesAsync()).Count == 1, "a trouble", 30);
        return (await TroublesAsync()).Single().Detail;
    }

    private Task NoTroubleAsync() => Eventually.Holds(async () => (await TroublesAsync()).Count == 0, "no trouble any more", 30);

    private int Count(string type) => _gateway!.Events.Count(e => e.Type == type && IsOfIt(e));

    private static bool IsRaised(CourtyardEvent e) => e.Type == EventTypes.TroubleRaised && IsOfIt(e);

    private static bool IsOfIt(CourtyardEvent e) => e.Data.TryGetProperty("device", out var device) && device.GetString() == "it"
        && e.Data.TryGetProperty("reason", out var reason) && reason.GetString() == "fault";

    private static Dictionary<string, int> Bits(params (int Address, int Value)[] bits) => bits.ToDictionary(
        b => b.Address.ToString(System.Globalization.CultureInfo.InvariantCulture), b => b.Value);
}
