using System.Reflection;
using SmartCourtyard.Hardware.Guest;

namespace SmartCourtyard.Hardware;

/// <summary>What runs inside the guest: every scenario, one after the other, or one that holds a line until it is killed.</summary>
internal static class Program
{
    private static readonly Type[] Scenarios = [typeof(Contacts), typeof(Outputs), typeof(KernelSensors), typeof(Buffers), typeof(Reloads), typeof(WholeGateway), typeof(Acting)];

    public static IEnumerable<MethodInfo> All =>
        Scenarios.SelectMany(t => t.GetMethods(BindingFlags.Public | BindingFlags.Static | BindingFlags.DeclaredOnly));

    public static async Task<int> Main(string[] args)
    {
        switch (args)
        {
            case ["guest", .. var only]:
                return await RunAsync(only).ConfigureAwait(false);
            case ["hold", var chip, var high, var low]:
                await Outputs.HoldUntilKilledAsync(chip, high, low).ConfigureAwait(false);
                return 0;
            default:
                Console.Error.WriteLine("This is a test; it runs by tests/run.");
                return 1;
        }
    }

    private static async Task<int> RunAsync(string[] only)
    {
        var failed = 0;
        foreach (var scenario in All.Where(s => only.Length == 0 || only.Contains(s.Name)))
        {
            var began = TimeProvider.System.GetTimestamp();
            string? wrong = null;
            try
            {
                await ((Task)scenario.Invoke(null, null)!).ConfigureAwait(false);
            }
            catch (Exception e)
            {
                wrong = (e.InnerException ?? e).ToString().ReplaceLineEndings(" ⏎ ");
                failed++;
            }

            var took = TimeProvider.System.GetElapsedTime(began).TotalMilliseconds;
            Console.WriteLine(wrong is null ? $"HIL-PASS {scenario.Name} {took:F0} ms" : $"HIL-FAIL {scenario.Name} {wrong}");
        }

        return failed == 0 ? 0 : 1;
    }
}
