using SmartCourtyard.Courtyards;
using SmartCourtyard.Gateway.Devices.Modbus;
using SmartCourtyard.Readings;
using SmartCourtyard.Sources;

namespace SmartCourtyard.Gateway.Tests.Devices.Modbus;

/// <summary>Who is asked when, on a line that one question at a time can use.</summary>
public sealed class SlavePollTests
{
    private static readonly TimeSpan QuickAnswer = TimeSpan.FromMilliseconds(20);

    [Fact]
    public void A_slave_is_asked_in_step_with_its_interval()
    {
        var asked = Play(TimeSpan.FromMinutes(1), (1, 1.0, QuickAnswer));

        Assert.Equal(60, asked[1].Count);
        Assert.All(Gaps(asked[1]), gap => Assert.Equal(1, gap, 3));
    }

    [Theory]
    [InlineData(1.0)]
    [InlineData(10.0)]
    public void Dead_slaves_hardly_cost_the_living_one_anything(double interval)
    {
        var asked = Play(TimeSpan.FromMinutes(10), (1, interval, QuickAnswer), (2, interval, null), (3, interval, null), (4, 1.0, null));

        var settled = asked[1].Where(at => at > TimeSpan.FromSeconds(30)).ToList();
        // A question to a dead slave fits between two to the living one; the one with the whole time (1 s) delays by that at most, once in minutes.
        Assert.InRange(Gaps(settled).Count(gap => gap > interval + 0.1), 0, 20);
        Assert.InRange(settled.Count, (int)(550 / interval), (int)(575 / interval));
        Assert.All(new[] { 2, 3, 4 }, dead => Assert.InRange(asked[dead].Count, 10, 60));
    }

    [Fact]
    public void A_slow_slave_gets_a_third_of_the_line_and_the_quick_one_keeps_its_period_meanwhile()
    {
        var slow = TimeSpan.FromMilliseconds(600);
        var asked = Play(TimeSpan.FromMinutes(1), (1, 0.2, QuickAnswer), (2, 0.2, slow));

        Assert.InRange(asked[2].Count, 20, 40);
        Assert.InRange(asked[1].Count, 190, 300);
        Assert.All(Gaps(asked[1]), gap => Assert.InRange(gap, 0, 0.85));
    }

    [Fact]
    public void A_slow_slave_that_fits_between_delays_nobody()
    {
        var asked = Play(TimeSpan.FromMinutes(1), (1, 1.0, QuickAnswer), (2, 1.0, TimeSpan.FromMilliseconds(600)));

        Assert.InRange(asked[2].Count, 55, 60);
        Assert.All(Gaps(asked[1]).Skip(2), gap => Assert.InRange(gap, 0.9, 1.1));
    }

    [Fact]
    public void A_slave_that_comes_back_is_found_within_a_minute()
    {
        var back = TimeSpan.FromMinutes(20);
        var asked = Play(TimeSpan.FromMinutes(22), at => at < back, (1, 1.0, QuickAnswer), (2, 1.0, QuickAnswer));

        Assert.InRange((asked[2].First(at => at >= back) - back).TotalSeconds, 0, 60);
        Assert.InRange(asked[2].Count(at => at >= back), 60, 121);
    }

    [Fact]
    public void Neighbours_are_read_together_up_to_what_the_protocol_allows()
    {
        Assert.Equal(
            [(0, 3), (20, 1), (1_000, 125), (1_125, 2)],
            Groups(ModbusTable.Input, 0, 1, 2, 20, 1_000, 1_010, 1_020, 1_030, 1_040, 1_050, 1_060, 1_070, 1_080, 1_090, 1_100, 1_110, 1_120, 1_124, 1_125, 1_126));
        Assert.Equal([(5, 66), (200, 1)], Groups(ModbusTable.Coil, 200, 70, 5));
        Assert.Equal([(0, 2_000), (2_000, 1)], Groups(ModbusTable.Discrete, [.. Enumerable.Range(0, 34).Select(i => i * 60), 1_999, 2_000]).Take(2));
    }

    [Fact]
    public void A_value_of_two_registers_is_never_torn()
    {
        var points = Enumerable.Range(0, 80).Select(i => Point(ModbusTable.Holding, i * 2, ModbusType.Real32));

        var groups = ReadGroup.Of(points);

        Assert.Equal([(0, 124), (124, 36)], groups.Select(g => (g.Address, g.Count)));
    }

    [Fact]
    public void A_group_that_is_refused_is_asked_for_place_by_place_and_two_bits_of_one_register_once()
    {
        var group = ReadGroup.Of([Point(ModbusTable.Input, 0), Point(ModbusTable.Input, 0), Point(ModbusTable.Input, 3, ModbusType.Real32)]).Single();

        Assert.Equal([(0, 1, 2), (3, 2, 1)], group.Singly().Select(g => (g.Address, g.Count, g.Points.Count)));
    }

    private static IEnumerable<(int Address, int Count)> Groups(ModbusTable table, params int[] addresses)
        => ReadGroup.Of(addresses.Select(a => Point(table, a))).Select(g => (g.Address, g.Count));

    private static PolledPoint Point(ModbusTable table, int address, ModbusType type = ModbusType.Unsigned16)
        => new(new Device("d", null, DeviceClass.AirMonitor, new Place(), new Zigbee2MqttSource("x")), new ModbusPoint(Quantity.Co2, table, address, type));

    private static Dictionary<int, List<TimeSpan>> Play(TimeSpan until, params (int Unit, double Interval, TimeSpan? Answer)[] slaves)
        => Play(until, _ => false, slaves);

    /// <summary>Lets the line run in a time of its own; an answer of null never comes. Unit 2 is away while <paramref name="away"/> says so.</summary>
    private static Dictionary<int, List<TimeSpan>> Play(
        TimeSpan until, Func<TimeSpan, bool> away, params (int Unit, double Interval, TimeSpan? Answer)[] slaves)
    {
        var polls = slaves.Select(s => new SlavePoll(
            new ModbusSlave(s.Unit, TimeSpan.FromSeconds(1)), TimeSpan.FromSeconds(s.Interval), [], [Point(ModbusTable.Input, 0)])).ToList();
        var asked = slaves.ToDictionary(s => s.Unit, _ => new List<TimeSpan>());
        var now = TimeSpan.Zero;
        while (now < until)
        {
            var (poll, at) = SlavePoll.Next(polls, now);
            if (at > now)
            {
                now = at;
                continue;
            }

            asked[poll.Slave.Unit].Add(now);
            var answer = slaves.Single(s => s.Unit == poll.Slave.Unit).Answer;
            if (answer is { } after && after <= poll.Slave.Timeout && !(poll.Slave.Unit == 2 && away(now)))
            {
                now += after;
                poll.Slave.Answered(after);
                poll.AskInStep(now);
            }
            else
            {
                now += poll.Slave.Timeout;
                poll.AskAgainAfter(poll.PauseAfterFailure(0.5), now);
            }
        }

        return asked;
    }

    private static IEnumerable<double> Gaps(List<TimeSpan> times) => times.Zip(times.Skip(1), (one, next) => (next - one).TotalSeconds);
}
