using SmartCourtyard.Courtyards;
using SmartCourtyard.Readings;
using SmartCourtyard.Troubles;

namespace SmartCourtyard.Tests.TroubleTests;

/// <summary>A repeater or a supply that fails is one line, not one a device behind it.</summary>
public sealed class HealthDependenceTests
{
    private static readonly Device Supply = Estate.Device(DeviceClass.ElectricalMonitor, "supply");
    private static readonly Device Repeater = Estate.Device(DeviceClass.Repeater, "repeater") with { DependsOn = ["supply"] };
    private static readonly Device[] Behind = [.. Enumerable.Range(0, 20).Select(i => Estate.Device(DeviceClass.GasDetector, $"gas-{i}") with { DependsOn = ["repeater"] })];
    private static readonly Device Apart = Estate.Device(DeviceClass.GasDetector, "apart");

    private readonly HealthBook _book = new(Estate.Of([.. Behind, Apart, Repeater, Supply]), Estate.After(0));

    [Fact]
    public void A_silent_repeater_is_one_line_and_those_behind_it_are_unobserved()
    {
        HearAll(0.1);
        Hear(2, Supply.Says(Quantity.Voltage, 230));
        Hear(2, Apart.Says(Quantity.Methane, 0));
        foreach (var gas in Behind)
        {
            Hear(2, gas.Says(Quantity.Methane, 0));
        }

        // The repeater has been silent for its two hours; those behind it for minutes only, and no more of theirs follow.
        var lines = Tick(2.2);
        Assert.Equal(["repeater Silent"], lines);
        Assert.All(Behind, g => Assert.Equal(HealthState.Unobserved, StateOf(g)));
        Assert.Equal(HealthState.Ok, StateOf(Apart));
        Assert.Empty(Tick(2.4));
        Assert.Equal(["apart Silent", "supply Silent"], Tick(3).Order(StringComparer.Ordinal));
    }

    [Fact]
    public void What_is_due_at_the_same_moment_is_the_causes_line_alone()
    {
        HearAll(0.1);
        Assert.Equal(["apart Silent", "supply Silent"], Tick(0.7).Order(StringComparer.Ordinal));
        Assert.All(Behind.Append(Repeater), d => Assert.Equal(HealthState.Unobserved, StateOf(d)));
    }

    [Fact]
    public void A_supply_that_reports_a_fault_takes_all_behind_it_with_it_down_the_chain()
    {
        HearAll(0.1);
        Assert.Equal(["supply Fault"], Hear(0.2, Supply.Says(Quantity.Fault, 1)));
        Assert.All(Behind.Append(Repeater), d => Assert.Equal(HealthState.Unobserved, StateOf(d)));
        Assert.Empty(Hear(0.2, Supply.Says(Quantity.Voltage, 0)));
        Hear(0.3, Supply.Says(Quantity.Fault, 0));
        Assert.All(Behind.Append(Repeater), d => Assert.Equal(HealthState.Ok, StateOf(d)));
    }

    [Fact]
    public void When_the_cause_is_over_each_has_its_whole_time_again()
    {
        HearAll(0.1);
        Tick(0.7);
        Hear(5, Supply.Says(Quantity.Voltage, 230));
        Assert.DoesNotContain(Tick(5.45), l => l.StartsWith("gas", StringComparison.Ordinal));
        Hear(5.46, Supply.Says(Quantity.Voltage, 230));
        Assert.Equal(20, Tick(5.6).Count(l => l.StartsWith("gas", StringComparison.Ordinal)));
    }

    [Fact]
    public void It_never_hides_what_a_device_says()
    {
        HearAll(0.1);
        Hear(0.2, Supply.Says(Quantity.Fault, 1));
        Assert.Equal(["gas-0 Fault"], Hear(0.3, Behind[0].Says(Quantity.Fault, 1)));
    }

    private void HearAll(double hours)
    {
        foreach (var device in (Device[])[.. Behind, Apart, Repeater, Supply])
        {
            Hear(hours, device.Says(Quantity.LinkQuality, 100));
        }
    }

    private HealthState StateOf(Device device) => _book.Describe().Single(h => h.Device == device).State;

    private List<string> Hear(double hours, Reading reading) => Told(c => _book.Hear([reading], Estate.AfterHours(hours), c));

    private List<string> Tick(double hours) => Told(c => _book.Tick(Estate.AfterHours(hours), c));

    private static List<string> Told(Action<List<TroubleChange>> act)
    {
        var changes = new List<TroubleChange>();
        act(changes);
        return [.. changes.Where(c => c.Raised).Select(c => $"{c.Trouble.Device!.Id} {c.Trouble.Reason}")];
    }
}
