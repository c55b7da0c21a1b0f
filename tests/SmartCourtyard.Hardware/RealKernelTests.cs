using Xunit;

namespace SmartCourtyard.Hardware;

/// <summary>A theory that is skipped, with the reason, where this machine cannot boot the guest.</summary>
[AttributeUsage(AttributeTargets.Method)]
public sealed class OnARealKernelAttribute : TheoryAttribute
{
    public OnARealKernelAttribute() => Skip = Machine.WhyNot;
}

/// <summary>The gateway's own classes against a real kernel: each scenario runs inside the guest, this side reports what it said.</summary>
public sealed class RealKernelTests(Machine machine) : IClassFixture<Machine>
{
    public static TheoryData<string> Scenarios => new(Program.All.Select(s => s.Name));

    [OnARealKernel]
    [MemberData(nameof(Scenarios))]
    public void Holds(string scenario) => Assert.True(machine.Wrong(scenario) is null, machine.Wrong(scenario));
}
